//! `chatc who`: prints who is online, or was.

use super::context::Context;
use super::exit::Stop;
use super::names::Names;
use super::presence_line::{PresenceLine, state_words, status_words};
use super::print;
use super::sign_in::connect;
use crate::net::now;
use crate::net::session::{Session, unexpected};
use chat_shared::{AccountId, Event, Presence, PresenceState, Request, Seen, Timestamp};
use serde::Serialize;
use std::cmp::Reverse;
use std::time::Duration;

#[derive(Serialize)]
struct Here<'a> {
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    display_name: &'a str,
    #[serde(flatten)]
    presence: PresenceLine<'a>,
}

#[derive(Serialize)]
struct Gone<'a> {
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    display_name: &'a str,
    state: PresenceState,
    last_seen: String,
}

/// Runs the command.
pub async fn run(context: &Context, since: Option<Duration>) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let since = since.map(|span| before(now(), span));
    let (mut people, seen) = all(&mut session, since).await?;
    let mut names = Names::default();
    let accounts = people.iter().map(|presence| presence.account);
    let gone = seen.iter().map(|seen| seen.account);
    names.learn(&mut session, accounts.chain(gone)).await?;
    people.sort_by_cached_key(|presence| names.name(presence.account));
    for presence in &people {
        if context.json {
            print::json(&Here {
                name: names.name(presence.account),
                display_name: names.display_name(presence.account),
                presence: PresenceLine::new(presence),
            })?;
        } else {
            print::line(&here(presence, &names))?;
        }
    }
    for seen in &seen {
        if context.json {
            print::json(&Gone {
                name: names.name(seen.account),
                display_name: names.display_name(seen.account),
                state: PresenceState::Offline,
                last_seen: print::rfc3339(seen.at),
            })?;
        } else {
            print::line(&gone_words(seen, &names))?;
        }
    }
    if context.json {
        return Ok(());
    }
    let count = format!("{} online", people.len());
    match seen.len() {
        0 => print::line(&count),
        more => print::line(&format!("{count}, {more} more were")),
    }
}

/// Who is here, and who was since then, the latest first.
pub async fn all(
    session: &mut Session,
    since: Option<Timestamp>,
) -> Result<(Vec<Presence>, Vec<Seen>), Stop> {
    let after = AccountId(0);
    let (mut here, mut gone) = (Vec::new(), Vec::new());
    for page in session.ask_all(Request::Who { since, after }).await? {
        match page {
            Event::Who { people, seen, .. } => {
                here.extend(people);
                gone.extend(seen);
            }
            other => return Err(unexpected(&other).into()),
        }
    }
    gone.sort_by_key(|seen: &Seen| (Reverse(seen.at), seen.account));
    Ok((here, gone))
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp(now.0.saturating_sub(span))
}

fn here(presence: &Presence, names: &Names) -> String {
    let mut line = names.both(presence.account);
    if presence.state != PresenceState::Online {
        line.push_str(&format!(" ({})", state_words(presence.state)));
    }
    let status = status_words(presence.status.as_ref());
    if !status.is_empty() {
        line.push_str(&format!(": {status}"));
    }
    line
}

fn gone_words(seen: &Seen, names: &Names) -> String {
    let at = print::local(seen.at);
    format!("{}: last seen {at}", names.both(seen.account))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{Person, Profile, StatusText};

    #[test]
    fn a_line_says_who_how_available_and_what_they_say() {
        let mut names = Names::default();
        let account = AccountId(1);
        names.add(&Person {
            account,
            name: "anna".into(),
            profile: Profile::default(),
            deleted: false,
        });
        let mut presence = Presence {
            account,
            state: PresenceState::Online,
            status: None,
        };
        assert_eq!(here(&presence, &names), "anna");
        presence.state = PresenceState::DoNotDisturb;
        presence.status = Some(StatusText {
            text: "on the\u{1b} phone".into(),
            until: None,
        });
        assert_eq!(
            here(&presence, &names),
            "anna (do not disturb): on the\u{fffd} phone"
        );
        let line = Here {
            name: names.name(account),
            display_name: names.display_name(account),
            presence: PresenceLine::new(&presence),
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            "{\"name\":\"anna\",\"state\":\"do_not_disturb\",\"status\":\"on the\\u001b phone\"}"
        );
    }

    #[test]
    fn a_span_from_now_never_underflows() {
        assert_eq!(
            before(Timestamp(5_000), Duration::from_secs(2)),
            Timestamp(3_000)
        );
        let long = Duration::from_secs(u64::MAX);
        assert!(before(Timestamp(0), long).0 < 0);
    }
}
