//! One entry of a conversation, made fit to show.

use super::room_words::{changed_words, renamed_words, role_word};
use chat_shared::{AccountId, Entry, EntryBody, Seq, Timestamp, clean};

/// An entry. What others wrote comes out of it cleaned; the original only by [`Item::raw`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    entry: Entry,
}

/// What an entry says, safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A message; may have newlines.
    Said(String),
    /// Here was a message.
    TakenAway,
    /// The beginning of the conversation.
    Created,
    /// Somebody came in.
    Joined(AccountId),
    /// Somebody went.
    Left(AccountId),
    /// The topic is this now; empty where it was taken away.
    TopicSet(String),
    /// Anything else that happened, for [`Item::happening`].
    Happened,
}

impl Item {
    /// Wraps an entry of a conversation.
    pub fn new(entry: Entry) -> Self {
        Self { entry }
    }

    /// Its place.
    pub fn seq(&self) -> Seq {
        self.entry.seq
    }

    /// When the daemon took it.
    pub fn at(&self) -> Timestamp {
        self.entry.at
    }

    /// Who did it; nothing where the daemon did.
    pub fn by(&self) -> Option<AccountId> {
        self.entry.by
    }

    /// Messages up to and with this one.
    pub fn posts(&self) -> u64 {
        self.entry.posts
    }

    /// Whether it is a message, and not something that happened.
    pub fn is_message(&self) -> bool {
        matches!(self.entry.body, EntryBody::Posted { .. })
    }

    /// What it says, cleaned.
    pub fn what(&self) -> What {
        match &self.entry.body {
            EntryBody::Posted { text } => What::Said(clean::text(text).into_owned()),
            EntryBody::Tombstone {} => What::TakenAway,
            EntryBody::Created { .. } => What::Created,
            EntryBody::Joined { account } => What::Joined(*account),
            EntryBody::Left { account } => What::Left(*account),
            EntryBody::TopicSet { topic } => What::TopicSet(clean::line(topic).into_owned()),
            _ => What::Happened,
        }
    }

    /// The message that this entry takes away.
    pub fn takes_away(&self) -> Option<Seq> {
        match self.entry.body {
            EntryBody::MessageDeleted { seq, .. } => Some(seq),
            _ => None,
        }
    }

    /// The message was taken away.
    pub(super) fn take_away(&mut self) {
        if self.is_message() {
            self.entry.body = EntryBody::Tombstone {};
        }
    }

    /// The line for what is no message, such as "boris joined"; messages have none.
    pub fn happening(&self, name: impl Fn(AccountId) -> String) -> Option<String> {
        let by = self
            .by()
            .map_or_else(|| "the administrator".to_owned(), &name);
        Some(match self.what() {
            What::Said(_) | What::TakenAway => return None,
            What::Created => format!("{by} started this conversation"),
            What::Joined(account) if self.by() == Some(account) || self.by().is_none() => {
                format!("{} joined", name(account))
            }
            What::Joined(account) => format!("{by} brought {} in", name(account)),
            What::Left(account) => format!("{} left", name(account)),
            What::TopicSet(topic) if topic.is_empty() => format!("{by} took the topic away"),
            What::TopicSet(topic) => format!("{by} set the topic to: {topic}"),
            What::Happened => self.other(&by, name),
        })
    }

    /// What happened to people and the room, in words.
    fn other(&self, by: &str, name: impl Fn(AccountId) -> String) -> String {
        match &self.entry.body {
            EntryBody::Kicked { account, reason } => {
                format!("{by} put {} out{}", name(*account), because(reason))
            }
            EntryBody::Banned {
                account,
                until,
                reason,
            } => {
                let lasting = self.lasting(*until);
                format!("{by} banned {}{lasting}{}", name(*account), because(reason))
            }
            EntryBody::Unbanned { account } => {
                format!("{by} lets {} come in again", name(*account))
            }
            EntryBody::Muted {
                account,
                until,
                reason,
            } => {
                let lasting = self.lasting(*until);
                format!("{by} muted {}{lasting}{}", name(*account), because(reason))
            }
            EntryBody::Unmuted { account } => {
                format!("{by} lets {} write again", name(*account))
            }
            EntryBody::RoleSet { account, role } => {
                format!("{} is {} here now", name(*account), role_word(*role))
            }
            EntryBody::Invited { account } => format!("{by} invited {}", name(*account)),
            EntryBody::Renamed { name, from } => format!("{by} {}", renamed_words(name, from)),
            EntryBody::SettingsSet { settings, changed } => {
                format!("{by} {}", changed_words(settings, changed))
            }
            EntryBody::MessageDeleted { reason, .. } => {
                format!("{by} took a message away{}", because(reason))
            }
            EntryBody::Deleted {} => format!("{by} deleted the room"),
            EntryBody::Restored {} => format!("{by} brought the room back"),
            _ => "something that this version cannot show".to_owned(),
        }
    }

    /// For how long, as far as it was told.
    fn lasting(&self, until: Option<Timestamp>) -> String {
        until.map_or_else(String::new, |until| {
            format!(" for {}", duration(until.0 - self.entry.at.0))
        })
    }

    /// The entry as it came. Not safe for a terminal.
    pub fn raw(&self) -> &Entry {
        &self.entry
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {}", clean::line(reason))
    }
}

/// A length of time in its largest unit.
pub fn duration(ms: i64) -> String {
    let minutes = ms.saturating_add(30_000).max(0).div_euclid(60_000);
    match minutes {
        0 => "a moment".to_owned(),
        60 => "1 h".to_owned(),
        1..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}
