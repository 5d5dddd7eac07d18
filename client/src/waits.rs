//! In which order what waits is told: the same on the screen and by `chatc inbox`.

use chat_shared::{InboxAbout, Timestamp};
use std::cmp::Reverse;

/// What it is, in this order: what is meant for oneself first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waits {
    /// Unread messages of people.
    Direct,
    /// Somebody named one.
    Mention,
    /// A room that one may come into.
    RoomInvitation,
    /// Somebody has one among their contacts now.
    AddedAsContact,
    /// A message that somebody took offence at.
    Report,
    /// A word to many.
    Announcement,
    /// Something that this version does not know.
    Unknown,
    /// Unread messages in a room.
    Room,
}

impl Waits {
    /// What an item of the inbox is.
    pub fn of(about: &InboxAbout) -> Self {
        match about {
            InboxAbout::Mention { .. } => Self::Mention,
            InboxAbout::RoomInvitation { .. } => Self::RoomInvitation,
            InboxAbout::AddedAsContact {} => Self::AddedAsContact,
            InboxAbout::Report { .. } => Self::Report,
            InboxAbout::Announcement { .. } => Self::Announcement,
            InboxAbout::Unknown => Self::Unknown,
        }
    }

    /// What to sort by: what it is, and the newest first. Conversations have no time, and stay as they are.
    pub fn place(self, at: Option<Timestamp>) -> (Self, Reverse<Option<Timestamp>>) {
        (self, Reverse(at))
    }
}
