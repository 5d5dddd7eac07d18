//! Who is who, learnt by asking only for those who appear.

use crate::model::Item;
use crate::net::{Failure, session::Session, session::unexpected};
use chat_shared::{AccountId, EntryBody, Event, Request, clean};
use std::collections::{BTreeMap, BTreeSet};

/// People asked for in one request.
const PAGE: usize = 500;

/// Names by account, cleaned.
#[derive(Debug, Default)]
pub struct Names {
    known: BTreeMap<AccountId, String>,
}

impl Names {
    /// Somebody's name.
    pub fn name(&self, account: AccountId) -> String {
        self.known
            .get(&account)
            .cloned()
            .unwrap_or_else(|| format!("account-{account}"))
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
            let people = match session.ask(request).await? {
                Event::People { people } => people,
                other => return Err(unexpected(&other)),
            };
            for person in people {
                self.known
                    .insert(person.account, clean::line(&person.name).into_owned());
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
        let accounts = items.iter().flat_map(|item| {
            let about = match item.raw().body {
                EntryBody::Joined { account } | EntryBody::Left { account } => Some(account),
                _ => None,
            };
            [item.by(), about].into_iter().flatten()
        });
        self.learn(session, accounts).await
    }
}
