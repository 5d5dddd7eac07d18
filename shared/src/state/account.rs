//! What the entries of an account's feed fold into.

use super::{DismissedAnnouncements, Gap, follows};
use crate::entry::{Entry, EntryBody};
use crate::ids::{AccountId, ConversationId, DeviceId, Seq};
use crate::people::{Announcement, Contact, InboxItem, StatusText};
use std::collections::{BTreeMap, BTreeSet};

/// Up to where somebody has read a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadMark {
    /// The newest entry that was read.
    pub seq: Seq,
    /// `posts` there.
    pub posts: u64,
}

/// What the entries of an account's feed fold into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountState {
    /// The newest entry applied.
    pub seq: Seq,
    /// Its conversations and up to where each was read.
    pub conversations: BTreeMap<ConversationId, ReadMark>,
    /// Its devices and what they are called.
    pub devices: BTreeMap<DeviceId, String>,
    /// Its contacts.
    pub contacts: BTreeMap<AccountId, Contact>,
    /// Whom it blocks.
    pub blocked: BTreeSet<AccountId>,
    /// What waits in its inbox.
    pub inbox: BTreeMap<u64, InboxItem>,
    /// Which announcements to everybody it has dismissed.
    pub dismissed: DismissedAnnouncements,
    /// What it says of itself for now.
    pub status: StatusText,
}

impl AccountState {
    /// Applies the next entry; one that was applied before changes nothing.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Gap> {
        if !follows(self.seq, entry)? {
            return Ok(());
        }
        self.seq = entry.seq;
        match &entry.body {
            EntryBody::ConversationAdded { conversation } => {
                self.conversations
                    .insert(*conversation, ReadMark::default());
            }
            EntryBody::ConversationRemoved { conversation, .. } => {
                self.conversations.remove(conversation);
            }
            EntryBody::Read {
                conversation,
                seq,
                posts,
            } => {
                if let Some(mark) = self.conversations.get_mut(conversation) {
                    *mark = ReadMark {
                        seq: *seq,
                        posts: *posts,
                    };
                }
            }
            EntryBody::DeviceAdded { device, label } => {
                self.devices.insert(*device, label.clone());
            }
            EntryBody::DeviceRevoked { device } => {
                self.devices.remove(device);
            }
            EntryBody::ContactPut { contact } => {
                self.contacts.insert(contact.account, contact.clone());
            }
            EntryBody::ContactRemoved { account } => {
                self.contacts.remove(account);
            }
            EntryBody::Blocked { account } => {
                self.blocked.insert(*account);
            }
            EntryBody::Unblocked { account } => {
                self.blocked.remove(account);
            }
            EntryBody::InboxAdded { item } => {
                self.inbox.insert(item.id, item.clone());
            }
            EntryBody::InboxDismissed { item: Some(id), .. } => {
                self.inbox.remove(id);
            }
            EntryBody::InboxDismissed {
                item: None,
                announcements,
            } => {
                self.inbox.clear();
                self.dismissed
                    .dismiss_up_to(announcements.unwrap_or_default());
            }
            EntryBody::AnnouncementDismissed { announcement } => {
                self.dismissed.dismiss(*announcement);
            }
            EntryBody::StatusSet { status } => self.status.clone_from(status),
            // The devices that it ended have entries of their own.
            EntryBody::PasswordChanged {} => {}
            // Of other feeds, or of a newer daemon.
            conversation_kinds!() | house_kinds!() | EntryBody::Unknown => {}
        }
        Ok(())
    }

    /// Whether an announcement was not dismissed yet.
    #[must_use]
    pub fn is_waiting(&self, announcement: &Announcement) -> bool {
        !self.dismissed.has(announcement.id)
    }
}
