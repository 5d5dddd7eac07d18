//! `chatc card`: prints all about one person.

use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::presence_line::{PresenceLine, state_words, status_words};
use super::print;
use super::sign_in::connect;
use crate::clock::time_there;
use crate::net::{Failure, now, session::Session, session::unexpected};
use chat_shared::{AccountId, Card, Event, HouseRole, Profile, Request, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    deleted: bool,
    role: HouseRole,
    enabled: bool,
    #[serde(flatten)]
    presence: PresenceLine<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_address: Option<&'a str>,
    #[serde(flatten)]
    profile: &'a Profile,
}

/// Runs the command.
pub async fn run(context: &Context, name: &str) -> Result<(), Stop> {
    let name = place_in::person(name)?;
    let mut session = connect(context).await?.session;
    let account = place_in::account(&mut session, &name).await?;
    let card = of(&mut session, account).await?;
    if context.json {
        return print::json(&Line {
            name: &card.name,
            deleted: card.deleted,
            role: card.role,
            enabled: card.enabled,
            presence: PresenceLine::new(&card.presence),
            last_seen: card.last_seen.map(print::rfc3339),
            last_address: card.last_address.as_deref(),
            profile: &card.profile,
        });
    }
    lines(&card, now())
        .iter()
        .try_for_each(|line| print::line(line))
}

/// Somebody's card.
pub async fn of(session: &mut Session, account: AccountId) -> Result<Card, Failure> {
    match session.ask(Request::Card { account }).await? {
        Event::Card { card } => Ok(card),
        other => Err(unexpected(&other)),
    }
}

fn lines(card: &Card, now: Timestamp) -> Vec<String> {
    let mut lines = vec![print::clean(&card.name)];
    if card.deleted {
        lines.push(row("is", "a former member"));
        return lines;
    }
    let presence = &card.presence;
    lines.push(row("is", state_words(presence.state)));
    let mut more = |what: &str, text: String| {
        if !text.is_empty() {
            lines.push(row(what, &text));
        }
    };
    more("says", status_words(presence.status.as_ref()));
    let last_seen = card.last_seen.map(print::local).unwrap_or_default();
    more("last seen", last_seen);
    let address = card.last_address.as_deref().unwrap_or_default();
    more("from", print::clean(address));
    if !card.enabled {
        more("account", "disabled".to_owned());
    }
    if card.role != HouseRole::Member {
        more("role", print::word(&card.role));
    }
    lines.extend(profile_rows(&card.profile, now));
    lines
}

/// What somebody tells of themselves, a row each.
pub fn profile_rows(profile: &Profile, now: Timestamp) -> Vec<String> {
    let time_zone = match time_there(&profile.time_zone, now) {
        Some(time) => format!("{} (there it is {time})", print::clean(&profile.time_zone)),
        None => print::clean(&profile.time_zone),
    };
    let about = chat_shared::clean::text(&profile.about);
    let rows = [
        ("called", print::clean(&profile.display_name)),
        ("full name", print::clean(&profile.full_name)),
        ("department", print::clean(&profile.department)),
        ("e-mail", print::clean(&profile.email)),
        ("phone", print::clean(&profile.phone)),
        ("time zone", time_zone),
        ("about", about.replace('\n', &format!("\n{:14}", ""))),
    ];
    rows.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(what, text)| row(what, &text))
        .collect()
}

fn row(what: &str, text: &str) -> String {
    format!("  {what:<11} {text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{Presence, PresenceState};

    fn card() -> Card {
        Card {
            account: AccountId(1),
            name: "anna".into(),
            profile: Profile {
                display_name: "Anna".into(),
                about: "tea\n\u{1b}[2Jcoffee".into(),
                time_zone: "Nowhere/Atall".into(),
                ..Profile::default()
            },
            role: HouseRole::Moderator,
            enabled: true,
            deleted: false,
            presence: Presence {
                account: AccountId(1),
                state: PresenceState::Away,
                status: None,
            },
            last_seen: Some(Timestamp(0)),
            last_address: Some("192.0.2.7".into()),
        }
    }

    #[test]
    fn a_card_shows_what_there_is_and_no_control_characters() {
        let last_seen = format!("  last seen   {}", print::local(Timestamp(0)));
        assert_eq!(
            lines(&card(), Timestamp(0)),
            [
                "anna",
                "  is          away",
                &last_seen,
                "  from        192.0.2.7",
                "  role        moderator",
                "  called      Anna",
                "  time zone   Nowhere/Atall",
                "  about       tea\n              \u{fffd}[2Jcoffee",
            ]
        );
    }

    #[test]
    fn of_a_former_member_nothing_else_is_shown() {
        let card = Card {
            deleted: true,
            ..card()
        };
        assert_eq!(
            lines(&card, Timestamp(0)),
            ["anna", "  is          a former member"]
        );
    }
}
