//! An entry of a conversation as a line of JSON.

use super::print::{rfc3339, word};
use crate::model::Item;
use chat_shared::{AccountId, EntryBody, RoomSetting, RoomSettings, Timestamp};
use serde::Serialize;

/// A line. What others sent is left as it was.
#[derive(Debug, Serialize)]
pub struct EntryLine<'a> {
    conversation: &'a str,
    seq: u64,
    at: String,
    by: Option<String>,
    #[serde(flatten)]
    what: What,
}

/// What happened.
#[derive(Debug, Default, Serialize)]
struct What {
    kind: &'static str,
    /// The message, or whom or what it is about.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<RoomSettings>,
    /// Which of them became different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed: Vec<RoomSetting>,
    /// The name before.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

impl What {
    fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            ..Self::default()
        }
    }

    fn until(mut self, until: Option<Timestamp>) -> Self {
        self.until = until.map(rfc3339);
        self
    }

    fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        self
    }
}

/// An entry as a line of JSON.
pub fn entry_line<'a>(
    conversation: &'a str,
    item: &Item,
    name: impl Fn(AccountId) -> String,
) -> EntryLine<'a> {
    EntryLine {
        conversation,
        seq: item.seq().0,
        at: rfc3339(item.at()),
        by: item.by().map(&name),
        what: what(&item.raw().body, &name),
    }
}

fn what(body: &EntryBody, name: &impl Fn(AccountId) -> String) -> What {
    match body {
        EntryBody::Posted { text } => What::new("posted", text),
        EntryBody::Tombstone {} => What::new("tombstone", ""),
        EntryBody::Created { name } => What::new("created", name.clone().unwrap_or_default()),
        EntryBody::Joined { account } => What::new("joined", name(*account)),
        EntryBody::Left { account } => What::new("left", name(*account)),
        EntryBody::TopicSet { topic } => What::new("topic_set", topic),
        EntryBody::Kicked { account, reason } => What::new("kicked", name(*account)).reason(reason),
        EntryBody::Banned {
            account,
            until,
            reason,
        } => What::new("banned", name(*account))
            .until(*until)
            .reason(reason),
        EntryBody::Unbanned { account } => What::new("unbanned", name(*account)),
        EntryBody::Muted {
            account,
            until,
            reason,
        } => What::new("muted", name(*account))
            .until(*until)
            .reason(reason),
        EntryBody::Unmuted { account } => What::new("unmuted", name(*account)),
        EntryBody::RoleSet { account, role } => What {
            role: Some(word(role)),
            ..What::new("role_set", name(*account))
        },
        EntryBody::Invited { account } => What::new("invited", name(*account)),
        EntryBody::Renamed { name, from } => What {
            from: Some(from.clone()).filter(|from| !from.is_empty()),
            ..What::new("renamed", name)
        },
        EntryBody::SettingsSet { settings, changed } => What {
            settings: Some(settings.clone()),
            changed: changed.clone(),
            ..What::new("settings_set", "")
        },
        EntryBody::MessageDeleted { seq, reason } => What {
            message: Some(seq.0),
            ..What::new("message_deleted", "").reason(reason)
        },
        EntryBody::Deleted {} => What::new("deleted", ""),
        EntryBody::Restored {} => What::new("restored", ""),
        _ => What::new("unknown", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{Entry, RoomRole, Seq};

    fn line(body: EntryBody) -> String {
        let item = Item::new(Entry {
            seq: Seq(7),
            at: Timestamp(1_700_000_000_005),
            by: Some(AccountId(2)),
            posts: 7,
            body,
        });
        let name = |account: AccountId| format!("p{account}");
        serde_json::to_string(&entry_line("#general", &item, name)).unwrap()
    }

    const HEAD: &str = "{\"conversation\":\"#general\",\"seq\":7,\"at\":\"2023-11-14T22:13:20.005Z\",\"by\":\"p2\",";

    #[test]
    fn a_line_holds_what_was_sent_and_no_control_characters() {
        let text = "a\u{1b}[2J\nb\u{202e}".to_owned();
        assert_eq!(
            line(EntryBody::Posted { text }),
            format!("{HEAD}\"kind\":\"posted\",\"text\":\"a\\u001b[2J\\nb\u{202e}\"}}")
        );
    }

    #[test]
    fn a_line_of_moderation_says_whom_how_long_and_why() {
        let body = EntryBody::Banned {
            account: AccountId(3),
            until: Some(Timestamp(1_700_000_000_000)),
            reason: "noise".into(),
        };
        let tail = "\"kind\":\"banned\",\"text\":\"p3\",\
                    \"until\":\"2023-11-14T22:13:20.000Z\",\"reason\":\"noise\"}";
        assert_eq!(line(body), format!("{HEAD}{tail}"));
        let account = AccountId(3);
        let role = RoomRole::Owner;
        let tail = "\"kind\":\"role_set\",\"text\":\"p3\",\"role\":\"owner\"}";
        assert_eq!(
            line(EntryBody::RoleSet { account, role }),
            format!("{HEAD}{tail}")
        );
        let (seq, reason) = (Seq(4), String::new());
        let tail = "\"kind\":\"message_deleted\",\"text\":\"\",\"message\":4}";
        assert_eq!(
            line(EntryBody::MessageDeleted { seq, reason }),
            format!("{HEAD}{tail}")
        );
    }

    #[test]
    fn a_line_of_a_change_says_what_became_different() {
        let (name, from) = ("tea".to_owned(), "lunch".to_owned());
        let tail = "\"kind\":\"renamed\",\"text\":\"tea\",\"from\":\"lunch\"}";
        assert_eq!(
            line(EntryBody::Renamed { name, from }),
            format!("{HEAD}{tail}")
        );
        let settings = RoomSettings {
            slow_secs: 30,
            ..RoomSettings::default()
        };
        let changed = vec![RoomSetting::SlowSecs];
        let set = line(EntryBody::SettingsSet { settings, changed });
        assert!(
            set.starts_with(&format!("{HEAD}\"kind\":\"settings_set\",")),
            "{set}"
        );
        assert!(
            set.contains("\"slow_secs\":30") && set.ends_with("\"changed\":[\"slow_secs\"]}"),
            "{set}"
        );
    }
}
