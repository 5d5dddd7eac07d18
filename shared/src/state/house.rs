//! What the entries of the house feed fold into.

use super::{Gap, follows};
use crate::entry::{Entry, EntryBody};
use crate::ids::{AccountId, ConversationId, Seq};
use crate::limits::ANNOUNCEMENTS;
use crate::people::{Announcement, HouseRole, Profile, RoomSettings};
use std::collections::BTreeMap;

/// A person in the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HousePerson {
    /// Their name.
    pub name: String,
    /// What they tell of themselves.
    pub profile: Profile,
    /// As what they are here.
    pub role: HouseRole,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether they left for good: a former member.
    pub deleted: bool,
}

impl HousePerson {
    /// Somebody who has just come.
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            profile: Profile::default(),
            role: HouseRole::default(),
            enabled: true,
            deleted: false,
        }
    }
}

/// A room of the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseRoom {
    /// Its name without `#`.
    pub name: String,
    /// Its topic.
    pub topic: String,
    /// What it is like.
    pub settings: RoomSettings,
}

/// What the entries of the house feed fold into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseState {
    /// The newest entry applied.
    pub seq: Seq,
    /// Everybody who has an account, or had one.
    pub people: BTreeMap<AccountId, HousePerson>,
    /// All rooms of the directory: public and private ones.
    pub rooms: BTreeMap<ConversationId, HouseRoom>,
    /// Who is in each shared group, by its name.
    pub groups: BTreeMap<String, Vec<AccountId>>,
    /// The newest announcements to everybody, at most [`ANNOUNCEMENTS`].
    pub announcements: BTreeMap<u64, Announcement>,
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
                self.people.insert(*account, HousePerson::new(name));
            }
            EntryBody::AccountEnabled { account, enabled } => {
                self.person(*account, |person| person.enabled = *enabled);
            }
            EntryBody::ProfileSet { account, profile } => {
                self.person(*account, |person| person.profile.clone_from(profile));
            }
            EntryBody::HouseRoleSet { account, role } => {
                self.person(*account, |person| person.role = *role);
            }
            EntryBody::AccountDeleted { account } => self.person(*account, |person| {
                person.enabled = false;
                person.deleted = true;
            }),
            EntryBody::RoomAdded { conversation, name } => {
                let room = HouseRoom {
                    name: name.clone(),
                    ..HouseRoom::default()
                };
                self.rooms.insert(*conversation, room);
            }
            EntryBody::RoomRemoved { conversation } => {
                self.rooms.remove(conversation);
            }
            EntryBody::RoomRenamed { conversation, name } => {
                self.room(*conversation, |room| room.name.clone_from(name));
            }
            EntryBody::RoomTopicSet {
                conversation,
                topic,
            } => self.room(*conversation, |room| room.topic.clone_from(topic)),
            EntryBody::RoomSettingsSet {
                conversation,
                settings,
            } => self.room(*conversation, |room| room.settings.clone_from(settings)),
            EntryBody::GroupPut { group } => {
                self.groups
                    .insert(group.name.clone(), group.members.clone());
            }
            EntryBody::GroupRemoved { name } => {
                self.groups.remove(name);
            }
            EntryBody::Announced { announcement } => {
                self.announcements
                    .insert(announcement.id, announcement.clone());
                if self.announcements.len() > ANNOUNCEMENTS {
                    self.announcements.pop_first();
                }
            }
            // Of other feeds, or of a newer daemon.
            conversation_kinds!() | account_kinds!() | EntryBody::Unknown => {}
        }
        Ok(())
    }

    fn person(&mut self, account: AccountId, change: impl FnOnce(&mut HousePerson)) {
        if let Some(person) = self.people.get_mut(&account) {
            change(person);
        }
    }

    fn room(&mut self, conversation: ConversationId, change: impl FnOnce(&mut HouseRoom)) {
        if let Some(room) = self.rooms.get_mut(&conversation) {
            change(room);
        }
    }
}
