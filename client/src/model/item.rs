//! One entry of a conversation, made fit to show.

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
    /// The beginning of the conversation.
    Created,
    /// Somebody came in.
    Joined(AccountId),
    /// Somebody went.
    Left(AccountId),
    /// The topic is this now; empty where it was taken away.
    TopicSet(String),
    /// Something of a newer daemon.
    Unknown,
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
            EntryBody::Created { .. } => What::Created,
            EntryBody::Joined { account } => What::Joined(*account),
            EntryBody::Left { account } => What::Left(*account),
            EntryBody::TopicSet { topic } => What::TopicSet(clean::line(topic).into_owned()),
            _ => What::Unknown,
        }
    }

    /// The line for what is no message, such as "boris joined"; messages have none.
    pub fn happening(&self, name: impl Fn(AccountId) -> String) -> Option<String> {
        let by = self.by().map_or_else(|| "the house".to_owned(), &name);
        Some(match self.what() {
            What::Said(_) => return None,
            What::Created => format!("{by} started this conversation"),
            What::Joined(account) if self.by() == Some(account) || self.by().is_none() => {
                format!("{} joined", name(account))
            }
            What::Joined(account) => format!("{by} brought {} in", name(account)),
            What::Left(account) => format!("{} left", name(account)),
            What::TopicSet(topic) if topic.is_empty() => format!("{by} took the topic away"),
            What::TopicSet(topic) => format!("{by} set the topic to: {topic}"),
            What::Unknown => "something that this version cannot show".to_owned(),
        })
    }

    /// The entry as it came. Not safe for a terminal.
    pub fn raw(&self) -> &Entry {
        &self.entry
    }
}
