//! What a reader of a feed knows: the state that its entries fold into.
//!
//! The same for clients and for the tests of the daemon: a client that had the old state and applies the
//! entries holds what a new client would be given.

use crate::entry::{Entry, EntryBody};
use crate::ids::{AccountId, ConversationId, DeviceId, Seq};
use std::collections::{BTreeMap, BTreeSet};

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

/// What the entries of a conversation fold into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationState {
    /// The newest entry applied.
    pub seq: Seq,
    /// Messages so far.
    pub posts: u64,
    /// The name of a room.
    pub name: Option<String>,
    /// Its topic.
    pub topic: String,
    /// Who is in it.
    pub members: BTreeSet<AccountId>,
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
            EntryBody::Joined { account } => {
                self.members.insert(*account);
            }
            EntryBody::Left { account } => {
                self.members.remove(account);
            }
            EntryBody::TopicSet { topic } => self.topic.clone_from(topic),
            _ => {}
        }
        Ok(())
    }
}

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
            EntryBody::ConversationRemoved { conversation } => {
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
            _ => {}
        }
        Ok(())
    }
}

/// A person in the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HousePerson {
    /// Their name.
    pub name: String,
    /// Whether they may sign in.
    pub enabled: bool,
}

/// A public room of the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseRoom {
    /// Its name without `#`.
    pub name: String,
    /// Its topic.
    pub topic: String,
}

/// What the entries of the house feed fold into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseState {
    /// The newest entry applied.
    pub seq: Seq,
    /// Everybody who has an account.
    pub people: BTreeMap<AccountId, HousePerson>,
    /// All public rooms.
    pub rooms: BTreeMap<ConversationId, HouseRoom>,
}

impl HouseState {
    /// Applies the next entry; one that was applied before changes nothing.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Gap> {
        if !follows(self.seq, entry)? {
            return Ok(());
        }
        self.seq = entry.seq;
        match &entry.body {
            EntryBody::AccountAdded { account, name } => {
                self.people.insert(
                    *account,
                    HousePerson {
                        name: name.clone(),
                        enabled: true,
                    },
                );
            }
            EntryBody::AccountEnabled { account, enabled } => {
                if let Some(person) = self.people.get_mut(account) {
                    person.enabled = *enabled;
                }
            }
            EntryBody::RoomAdded { conversation, name } => {
                let room = HouseRoom {
                    name: name.clone(),
                    topic: String::new(),
                };
                self.rooms.insert(*conversation, room);
            }
            EntryBody::RoomTopicSet {
                conversation,
                topic,
            } => {
                if let Some(room) = self.rooms.get_mut(conversation) {
                    room.topic.clone_from(topic);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
