//! How things look on standard output: lines for people with the text cleaned, JSON lines with the text as it
//! was sent (control characters are escaped by JSON itself).

use super::context::Context;
use super::exit::Stop;
use crate::clock;
use crate::model::{Item, What};
use chat_shared::{AccountId, Timestamp};
use serde::Serialize;
use std::io::{ErrorKind, Write};

/// An entry for people; further lines of a message are indented.
pub fn entry_plain(conversation: &str, item: &Item, name: impl Fn(AccountId) -> String) -> String {
    let at = local(item.at());
    let seq = item.seq();
    match item.what() {
        What::Said(text) => {
            let by = item.by().map(&name).unwrap_or_default();
            let text = text.replace('\n', "\n    ");
            format!("{at} {conversation} {seq} <{by}> {text}")
        }
        What::TakenAway => {
            let by = item.by().map(&name).unwrap_or_default();
            format!("{at} {conversation} {seq} * a message of {by} was taken away")
        }
        _ => {
            let happening = item.happening(&name).unwrap_or_default();
            format!("{at} {conversation} {seq} * {happening}")
        }
    }
}

/// Prints a line at once.
pub fn line(text: &str) -> Result<(), Stop> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Stop::NobodyReads),
        Err(error) => Err(Stop::NoConnection(format!("could not write: {error}"))),
    }
}

/// Prints a JSON line at once.
pub fn json(value: &impl Serialize) -> Result<(), Stop> {
    let text = serde_json::to_string(value);
    line(&text.map_err(|error| Stop::NoConnection(format!("could not write: {error}")))?)
}

/// RFC 3339 in UTC with milliseconds.
pub fn rfc3339(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    format!("{at:.3}")
}

/// What is so now: these words for people, one object for programs.
pub fn done(context: &Context, words: &str, object: &impl Serialize) -> Result<(), Stop> {
    if context.json {
        json(object)
    } else {
        line(words)
    }
}

/// Date and time here, with the zone: `2026-11-21 08:15 CET`.
pub fn local(at: Timestamp) -> String {
    clock::minutes(at)
}

/// A word as it stands on the wire, such as a role.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "unknown".to_owned(),
    }
}

/// Text of others on one line.
pub fn clean(text: &str) -> String {
    chat_shared::clean::line(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{Entry, EntryBody, Seq};

    fn item(text: &str) -> Item {
        Item::new(Entry {
            seq: Seq(7),
            at: Timestamp(1_700_000_000_005),
            by: Some(AccountId(2)),
            posts: 7,
            body: EntryBody::Posted { text: text.into() },
        })
    }

    #[test]
    fn a_plain_line_is_cleaned_and_cannot_pass_for_another() {
        let line = entry_plain(
            "#general",
            &item("a\u{1b}[2J\n2024 #general 8 <anna> b"),
            |_| "boris".into(),
        );
        let text = line.split_once(" #general ").unwrap().1;
        assert_eq!(text, "7 <boris> a\u{fffd}[2J\n    2024 #general 8 <anna> b");
    }

    #[test]
    fn where_a_message_was_taken_away_it_says_so() {
        let gone = Item::new(Entry {
            body: EntryBody::Tombstone {},
            ..item("").raw().clone()
        });
        let line = entry_plain("#general", &gone, |_| "boris".into());
        assert!(
            line.ends_with(" #general 7 * a message of boris was taken away"),
            "{line}"
        );
    }

    #[test]
    fn whole_seconds_have_milliseconds_too() {
        assert_eq!(
            rfc3339(Timestamp(1_700_000_000_000)),
            "2023-11-14T22:13:20.000Z"
        );
    }

    #[test]
    fn a_word_is_the_one_of_the_wire() {
        use chat_shared::{HouseRole, PresenceState};
        assert_eq!(word(&HouseRole::Administrator), "administrator");
        assert_eq!(word(&PresenceState::DoNotDisturb), "do_not_disturb");
    }
}
