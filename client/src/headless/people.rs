//! `chatc people`: finds people by their names and profiles.

use super::context::Context;
use super::exit::Stop;
use super::print;
use super::sign_in::connect;
use crate::net::session::unexpected;
use chat_shared::{AccountId, Event, Person, Profile, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    deleted: bool,
    #[serde(flatten)]
    profile: &'a Profile,
}

/// Runs the command.
pub async fn run(context: &Context, text: &[String]) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let text = text.join(" ");
    let mut after = AccountId(0);
    let mut found = 0;
    loop {
        let text = text.clone();
        let request = Request::SearchPeople { text, after };
        let (people, more) = match session.ask(request).await? {
            Event::People { people, more } => (people, more),
            other => return Err(unexpected(&other).into()),
        };
        for person in &people {
            if context.json {
                print::json(&Line {
                    name: &person.name,
                    deleted: person.deleted,
                    profile: &person.profile,
                })?;
            } else {
                print::line(&words(person))?;
            }
        }
        found += people.len();
        match people.last() {
            Some(last) if more => after = last.account,
            _ => break,
        }
    }
    if found == 0 {
        // Not on standard output, where it would pass for somebody.
        eprintln!("chatc: nobody found with `{}`", print::clean(&text));
    }
    Ok(())
}

/// The name and what tells people of one name apart.
fn words(person: &Person) -> String {
    if person.deleted {
        return format!("{} (former member)", print::clean(&person.name));
    }
    let profile = &person.profile;
    let told = [
        &profile.display_name,
        &profile.full_name,
        &profile.department,
        &profile.email,
        &profile.phone,
    ];
    let mut words = vec![print::clean(&person.name)];
    words.extend(
        told.into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| print::clean(text)),
    );
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_alexanders_can_be_told_apart() {
        let alexander = |name: &str, full_name: &str, department: &str| Person {
            account: AccountId(1),
            name: name.into(),
            profile: Profile {
                display_name: "Alexander".into(),
                full_name: full_name.into(),
                department: department.into(),
                ..Profile::default()
            },
            deleted: false,
        };
        let sales = words(&alexander("alex", "Alexander Berg", "sales"));
        let store = words(&alexander("sascha", "Alexander\nThal", ""));
        assert_eq!(sales, "alex, Alexander, Alexander Berg, sales");
        assert_eq!(store, "sascha, Alexander, Alexander Thal");
    }
}
