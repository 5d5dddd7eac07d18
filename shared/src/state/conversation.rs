//! What the entries of a conversation fold into.

use super::{Gap, follows};
use crate::entry::{Entry, EntryBody};
use crate::ids::{AccountId, Seq};
use crate::people::{RoomRole, RoomSettings};
use std::collections::BTreeMap;

/// What the entries of a conversation fold into, besides its messages.
///
/// Who is banned, muted or invited is not in it: that also ends by the clock, without an entry, and whoever
/// may change it asks for `restrictions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationState {
    /// The newest entry applied.
    pub seq: Seq,
    /// Messages so far, those taken away since included.
    pub posts: u64,
    /// The name of a room.
    pub name: Option<String>,
    /// Its topic.
    pub topic: String,
    /// What it is like.
    pub settings: RoomSettings,
    /// Who is in it, and as what. Of a deleted room: who will be again.
    pub members: BTreeMap<AccountId, RoomRole>,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl ConversationState {
    /// Applies the next entry; one that was applied before changes nothing.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Gap> {
        if !follows(self.seq, entry)? {
            return Ok(());
        }
        self.seq = entry.seq;
        self.posts = entry.posts;
        match &entry.body {
            EntryBody::Created { name } => self.name.clone_from(name),
            EntryBody::Renamed { name, .. } => self.name = Some(name.clone()),
            EntryBody::TopicSet { topic } => self.topic.clone_from(topic),
            EntryBody::SettingsSet { settings, .. } => self.settings.clone_from(settings),
            EntryBody::Joined { account } => {
                self.members.insert(*account, RoomRole::Member);
            }
            EntryBody::RoleSet { account, role } => {
                if let Some(member) = self.members.get_mut(account) {
                    *member = *role;
                }
            }
            EntryBody::Left { account } | EntryBody::Kicked { account, .. } => {
                self.members.remove(account);
            }
            EntryBody::Deleted {} => self.deleted = true,
            EntryBody::Restored {} => self.deleted = false,
            // Messages are their reader's to keep, and to take away.
            EntryBody::Posted { .. }
            | EntryBody::MessageDeleted { .. }
            | EntryBody::Tombstone {}
            // These end without an entry too.
            | EntryBody::Banned { .. }
            | EntryBody::Unbanned { .. }
            | EntryBody::Muted { .. }
            | EntryBody::Unmuted { .. }
            | EntryBody::Invited { .. } => {}
            // Of other feeds, or of a newer daemon.
            account_kinds!() | house_kinds!() | EntryBody::Unknown => {}
        }
        Ok(())
    }
}
