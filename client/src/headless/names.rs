//! Who is who, learnt by asking only for those who appear.

use crate::model::Item;
use crate::net::{Failure, session::Session, session::unexpected};
use chat_shared::{AccountId, EntryBody, Event, Person, Request, clean};
use std::collections::{BTreeMap, BTreeSet};

/// People asked for in one request.
const PAGE: usize = 500;

/// What stands for the name of somebody who left the house.
const FORMER: &str = "former member";

/// Names by account, cleaned.
#[derive(Debug, Default)]
pub struct Names {
    known: BTreeMap<AccountId, Known>,
}

#[derive(Debug)]
struct Known {
    name: String,
    display_name: String,
}

impl Names {
    /// Somebody's name.
    pub fn name(&self, account: AccountId) -> String {
        match self.known.get(&account) {
            Some(known) => known.name.clone(),
            None => format!("account-{account}"),
        }
    }

    /// What somebody likes to be called; empty where they do not say, or by their name.
    pub fn display_name(&self, account: AccountId) -> &str {
        let known = self.known.get(&account);
        known.map_or("", |known| known.display_name.as_str())
    }

    /// Somebody's name, and in brackets what they like to be called: `alex (Alexander from sales)`.
    pub fn both(&self, account: AccountId) -> String {
        match self.display_name(account) {
            "" => self.name(account),
            display_name => format!("{} ({display_name})", self.name(account)),
        }
    }

    /// Remembers somebody.
    pub fn add(&mut self, person: &Person) {
        let display_name = clean::line(&person.profile.display_name);
        let known = if person.deleted {
            Known {
                name: FORMER.to_owned(),
                display_name: String::new(),
            }
        } else {
            Known {
                display_name: display_name.trim().to_owned(),
                name: clean::line(&person.name).into_owned(),
            }
        };
        self.known.insert(person.account, known);
    }

    /// Asks for those that are not known yet.
    pub async fn learn(
        &mut self,
        session: &mut Session,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Result<(), Failure> {
        let unknown: BTreeSet<_> = accounts
            .into_iter()
            .filter(|account| !self.known.contains_key(account))
            .collect();
        let unknown: Vec<_> = unknown.into_iter().collect();
        for page in unknown.chunks(PAGE) {
            let request = Request::People {
                accounts: page.to_vec(),
                names: Vec::new(),
            };
            for page in session.ask_all(request).await? {
                match page {
                    Event::People { people, .. } => {
                        people.iter().for_each(|person| self.add(person));
                    }
                    other => return Err(unexpected(&other)),
                }
            }
        }
        Ok(())
    }

    /// Asks for everybody who appears in these entries.
    pub async fn learn_from(
        &mut self,
        session: &mut Session,
        items: &[Item],
    ) -> Result<(), Failure> {
        let accounts = items
            .iter()
            .flat_map(|item| [item.by(), about(&item.raw().body)].into_iter().flatten());
        self.learn(session, accounts).await
    }
}

/// Whom an entry is about.
fn about(body: &EntryBody) -> Option<AccountId> {
    match body {
        EntryBody::Joined { account }
        | EntryBody::Left { account }
        | EntryBody::Kicked { account, .. }
        | EntryBody::Banned { account, .. }
        | EntryBody::Unbanned { account }
        | EntryBody::Muted { account, .. }
        | EntryBody::Unmuted { account }
        | EntryBody::RoleSet { account, .. }
        | EntryBody::Invited { account } => Some(*account),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::Profile;

    fn person(account: u64, name: &str, display_name: &str, deleted: bool) -> Person {
        Person {
            account: AccountId(account),
            name: name.into(),
            profile: Profile {
                display_name: display_name.into(),
                ..Profile::default()
            },
            deleted,
        }
    }

    #[test]
    fn two_people_of_one_name_can_be_told_apart_and_who_left_is_a_former_member() {
        let mut names = Names::default();
        names.add(&person(1, "alex", "Alexander\u{1b} from sales", false));
        names.add(&person(2, "alexander", "", false));
        names.add(&person(3, "boris", "Boris", true));
        let both: Vec<_> = (1..5).map(|id| names.both(AccountId(id))).collect();
        assert_eq!(
            both,
            [
                "alex (Alexander\u{fffd} from sales)",
                "alexander",
                "former member",
                "account-4"
            ]
        );
    }
}
