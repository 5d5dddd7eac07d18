//! `chatc profile`: prints or changes what one tells of oneself.

use super::arguments::Fields;
use super::card::{self, profile_rows};
use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::sign_in::connect;
use super::submit::act;
use crate::input::Field;
use crate::net::{now, session::Session};
use chat_shared::{AccountId, Command as Act, Profile};
use serde::Serialize;
use std::cell::RefCell;

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    deleted: bool,
    #[serde(flatten)]
    profile: &'a Profile,
}

/// Runs the command.
pub async fn run(context: &Context, fields: &Fields) -> Result<(), Stop> {
    let of = fields.of.as_deref().map(place_in::person).transpose()?;
    let whose = async |session: &mut Session, me: AccountId| match &of {
        Some(name) => place_in::account(session, name).await,
        None => Ok(me),
    };
    if fields.is_empty() {
        let mut signed_in = connect(context).await?;
        let account = whose(&mut signed_in.session, signed_in.me.account).await?;
        let card = card::of(&mut signed_in.session, account).await?;
        return show(context, &card.name, card.deleted, &card.profile);
    }
    let changed = RefCell::new((String::new(), Profile::default()));
    let find = async |session: &mut Session, me| {
        let account = whose(session, me).await?;
        let card = card::of(session, account).await?;
        let mut profile = card.profile;
        fields.put_into(&mut profile);
        changed.replace((card.name, profile.clone()));
        let account = Some(account).filter(|account| *account != me);
        Ok(Act::SetProfile { account, profile })
    };
    act(context, find).await?;
    let (name, profile) = changed.into_inner();
    if context.json {
        return show(context, &name, false, &profile);
    }
    let fields = fields.given().join(", ");
    let name = print::clean(&name);
    print::line(&format!("the profile of {name} is changed: {fields}"))
}

fn show(context: &Context, name: &str, deleted: bool, profile: &Profile) -> Result<(), Stop> {
    if context.json {
        return print::json(&Line {
            name,
            deleted,
            profile,
        });
    }
    print::line(&print::clean(name))?;
    profile_rows(profile, now())
        .iter()
        .try_for_each(|row| print::line(row))
}

impl Fields {
    /// Each that may be given, in the order of [`Field::WORDS`], and where it belongs.
    fn pairs<'a>(&'a self, profile: &'a mut Profile) -> [(&'a Option<String>, &'a mut String); 7] {
        [
            (&self.display_name, &mut profile.display_name),
            (&self.full_name, &mut profile.full_name),
            (&self.email, &mut profile.email),
            (&self.phone, &mut profile.phone),
            (&self.department, &mut profile.department),
            (&self.about, &mut profile.about),
            (&self.time_zone, &mut profile.time_zone),
        ]
    }

    fn is_empty(&self) -> bool {
        self.given().is_empty()
    }

    /// What is to be different, by the words of the protocol.
    fn given(&self) -> Vec<&'static str> {
        let mut unused = Profile::default();
        let pairs = self.pairs(&mut unused);
        let both = Field::WORDS.iter().zip(pairs);
        both.filter(|(_, (given, _))| given.is_some())
            .map(|(word, _)| *word)
            .collect()
    }

    fn put_into(&self, profile: &mut Profile) {
        for (given, field) in self.pairs(profile) {
            if let Some(given) = given {
                field.clone_from(given);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_stays() {
        let mut profile = Profile {
            email: "anna@example.org".into(),
            phone: "12".into(),
            ..Profile::default()
        };
        let fields = Fields {
            phone: Some(String::new()),
            department: Some("sales".into()),
            ..Fields::default()
        };
        assert!(Fields::default().is_empty() && !fields.is_empty());
        assert_eq!(fields.given(), ["phone", "department"]);
        fields.put_into(&mut profile);
        let expected = Profile {
            email: "anna@example.org".into(),
            department: "sales".into(),
            ..Profile::default()
        };
        assert_eq!(profile, expected);
    }
}
