//! The lines of a conversation as it is drawn, and what they are made of besides entries.

use super::Item;
use crate::command::Ticket;
use chat_shared::{AccountId, Seq, Timestamp};
use std::collections::BTreeSet;

/// What a conversation is. All text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A room.
    Room {
        /// Its name without `#`.
        name: String,
        /// Its topic, may be empty.
        topic: String,
    },
    /// Between people, without a name.
    Direct {
        /// All of them, oneself too.
        members: BTreeSet<AccountId>,
    },
}

/// A message of one's own on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its number.
    pub ticket: Ticket,
    /// What it says, safe to show.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
    /// How far it is.
    pub state: PendingState,
}

/// How far a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingState {
    /// In the outbox; goes out as soon as there is a connection.
    Queued,
    /// On the daemon's disk as this entry, which has not come back yet; it disappears in the same
    /// step in which the entry appears.
    Sent(Seq),
    /// Never to be sent; stays until it is dismissed, so that its text is not lost.
    Refused(String),
}

/// A line of the client itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// Stands behind this entry.
    pub after: Seq,
    /// What it says, safe to show.
    pub text: String,
}

/// A line of the conversation as it is drawn, top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// An entry.
    Entry(&'a Item),
    /// What follows was not read when the conversation was opened.
    UnreadLine,
    /// A line of the client.
    Notice(&'a Notice),
    /// A message on its way.
    Pending(&'a Pending),
}
