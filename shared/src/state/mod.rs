//! What a reader of a feed knows: the state that its entries fold into.
//!
//! The same for clients and for the tests of the daemon: a client that had the old state and applies the
//! entries holds what a new client would be given. Each of the three feeds has its own state, which names
//! every kind of entry: a new kind does not compile before it is folded or knowingly left alone.

/// The kinds of a conversation's feed, as a pattern.
macro_rules! conversation_kinds {
    () => {
        EntryBody::Posted { .. }
            | EntryBody::Created { .. }
            | EntryBody::Joined { .. }
            | EntryBody::Left { .. }
            | EntryBody::TopicSet { .. }
            | EntryBody::Kicked { .. }
            | EntryBody::Banned { .. }
            | EntryBody::Unbanned { .. }
            | EntryBody::Muted { .. }
            | EntryBody::Unmuted { .. }
            | EntryBody::RoleSet { .. }
            | EntryBody::Invited { .. }
            | EntryBody::Renamed { .. }
            | EntryBody::SettingsSet { .. }
            | EntryBody::MessageDeleted { .. }
            | EntryBody::Tombstone {}
            | EntryBody::Deleted {}
            | EntryBody::Restored {}
    };
}

/// The kinds of an account's feed, as a pattern.
macro_rules! account_kinds {
    () => {
        EntryBody::ConversationAdded { .. }
            | EntryBody::ConversationRemoved { .. }
            | EntryBody::Read { .. }
            | EntryBody::DeviceAdded { .. }
            | EntryBody::DeviceRevoked { .. }
            | EntryBody::PasswordChanged {}
            | EntryBody::ContactPut { .. }
            | EntryBody::ContactRemoved { .. }
            | EntryBody::Blocked { .. }
            | EntryBody::Unblocked { .. }
            | EntryBody::InboxAdded { .. }
            | EntryBody::InboxDismissed { .. }
            | EntryBody::AnnouncementDismissed { .. }
            | EntryBody::StatusSet { .. }
    };
}

/// The kinds of the house feed, as a pattern.
macro_rules! house_kinds {
    () => {
        EntryBody::AccountAdded { .. }
            | EntryBody::AccountEnabled { .. }
            | EntryBody::ProfileSet { .. }
            | EntryBody::HouseRoleSet { .. }
            | EntryBody::AccountDeleted { .. }
            | EntryBody::RoomAdded { .. }
            | EntryBody::RoomRemoved { .. }
            | EntryBody::RoomRenamed { .. }
            | EntryBody::RoomSettingsSet { .. }
            | EntryBody::RoomTopicSet { .. }
            | EntryBody::Announced { .. }
            | EntryBody::GroupPut { .. }
            | EntryBody::GroupRemoved { .. }
    };
}

mod conversation;
mod account;
mod announcements;
mod house;

pub use account::{AccountState, ReadMark};
pub use announcements::DismissedAnnouncements;
pub use conversation::ConversationState;
pub use house::{HousePerson, HouseRoom, HouseState};

use crate::entry::Entry;
use crate::ids::Seq;

/// An entry came that does not follow on the newest one: something between is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {got} does not follow {have}")]
pub struct Gap {
    /// The newest entry that was applied.
    pub have: Seq,
    /// The entry that came.
    pub got: Seq,
}

/// Whether an entry is to be applied: `Ok(false)` where it was before.
fn follows(have: Seq, entry: &Entry) -> Result<bool, Gap> {
    if entry.seq <= have {
        Ok(false)
    } else if entry.seq == have.next() {
        Ok(true)
    } else {
        Err(Gap {
            have,
            got: entry.seq,
        })
    }
}

#[cfg(test)]
mod tests;
