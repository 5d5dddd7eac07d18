//! How things look on standard output: JSON lines with the text as it was sent, or lines for people with
//! the text cleaned.

use super::exit::Stop;
use crate::model::{Item, What};
use chat_shared::{AccountId, EntryBody, Timestamp};
use serde::Serialize;
use std::io::{ErrorKind, Write};

/// A JSON line of an entry.
#[derive(Debug, Serialize)]
pub struct EntryLine<'a> {
    conversation: &'a str,
    seq: u64,
    at: String,
    by: Option<String>,
    kind: &'static str,
    text: String,
}

/// An entry as a JSON line. Control characters are escaped by JSON itself; what else others sent is
/// left as it was.
pub fn entry_json<'a>(
    conversation: &'a str,
    item: &Item,
    name: impl Fn(AccountId) -> String,
) -> EntryLine<'a> {
    let (kind, text) = match &item.raw().body {
        EntryBody::Posted { text } => ("posted", text.clone()),
        EntryBody::Created { name } => ("created", name.clone().unwrap_or_default()),
        EntryBody::Joined { account } => ("joined", name(*account)),
        EntryBody::Left { account } => ("left", name(*account)),
        EntryBody::TopicSet { topic } => ("topic_set", topic.clone()),
        _ => ("unknown", String::new()),
    };
    let at = rfc3339(item.at());
    EntryLine {
        conversation,
        seq: item.seq().0,
        at,
        by: item.by().map(&name),
        kind,
        text,
    }
}

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

/// Date and time here.
fn local(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{Entry, Seq};

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
    fn a_json_line_holds_what_was_sent_and_no_control_characters() {
        let line = entry_json("#general", &item("a\u{1b}[2J\nb\u{202e}"), |_| {
            "boris".into()
        });
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(
            text,
            "{\"conversation\":\"#general\",\"seq\":7,\"at\":\"2023-11-14T22:13:20.005Z\",\
             \"by\":\"boris\",\"kind\":\"posted\",\"text\":\"a\\u001b[2J\\nb\u{202e}\"}"
        );
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
    fn whole_seconds_have_milliseconds_too() {
        assert_eq!(
            rfc3339(Timestamp(1_700_000_000_000)),
            "2023-11-14T22:13:20.000Z"
        );
    }
}
