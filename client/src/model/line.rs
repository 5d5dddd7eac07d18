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
    /// Who came and went, where it tells that instead of a text.
    pub traffic: Option<Traffic>,
}

/// Who came online and who went, in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Who came, in this order.
    pub came: Vec<AccountId>,
    /// Who went, in this order.
    pub went: Vec<AccountId>,
    /// When the last of them did.
    pub last: Timestamp,
}

impl Traffic {
    /// One more. Who only went for a moment was never gone.
    pub(super) fn add(&mut self, account: AccountId, came: bool, now: Timestamp) {
        self.last = now;
        let (to, from) = if came {
            (&mut self.came, &mut self.went)
        } else {
            (&mut self.went, &mut self.came)
        };
        let before = from.len();
        from.retain(|other| *other != account);
        if from.len() == before {
            to.push(account);
        }
    }

    /// Whether nothing is left to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.came.is_empty() && self.went.is_empty()
    }
}

/// A line of the conversation as it is drawn, top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// An entry.
    Entry(&'a Item),
    /// Several that came in or left, told in one line. Never empty.
    Moves(Vec<&'a Item>),
    /// What follows was not read when the conversation was opened.
    UnreadLine,
    /// A line of the client.
    Notice(&'a Notice),
    /// A message on its way.
    Pending(&'a Pending),
}
