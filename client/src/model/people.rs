//! Who there is, and the public rooms: what the house feed folds into.

use chat_shared::state::{Gap, HousePerson, HouseRoom, HouseState};
use chat_shared::{AccountId, ConversationId, Entry, EntryBody, Person, PresenceState, Seq, clean};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Names, presence and the directory. All text in it is safe to show.
#[derive(Clone, Debug, Default)]
pub struct People {
    house: HouseState,
    /// Names learnt otherwise, by those who do not follow the house.
    learnt: BTreeMap<AccountId, String>,
    presence: BTreeMap<AccountId, PresenceState>,
}

impl People {
    /// Somebody's name; a stand-in where it is not known yet.
    pub fn name(&self, account: AccountId) -> Cow<'_, str> {
        match self.known_name(account) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("account-{account}")),
        }
    }

    /// Somebody's name, where it is known.
    pub fn known_name(&self, account: AccountId) -> Option<&str> {
        let person = self
            .house
            .people
            .get(&account)
            .map(|person| person.name.as_str());
        person.or_else(|| self.learnt.get(&account).map(String::as_str))
    }

    /// Whose name this is, with or without `@`; upper and lower case are the same.
    pub fn named(&self, name: &str) -> Option<AccountId> {
        let wanted = name.trim().trim_start_matches('@').to_lowercase();
        let person = self
            .house
            .people
            .iter()
            .find(|(_, person)| person.name == wanted);
        let learnt = || self.learnt.iter().find(|(_, name)| **name == wanted);
        person
            .map(|(account, _)| *account)
            .or_else(|| learnt().map(|(account, _)| *account))
    }

    /// How available somebody is.
    pub fn presence(&self, account: AccountId) -> PresenceState {
        self.presence
            .get(&account)
            .copied()
            .unwrap_or(PresenceState::Offline)
    }

    /// Whether they may sign in; true where nothing is known.
    pub fn is_enabled(&self, account: AccountId) -> bool {
        self.house
            .people
            .get(&account)
            .is_none_or(|person| person.enabled)
    }

    /// Everybody of the house, by id.
    pub fn all(&self) -> impl Iterator<Item = (AccountId, &HousePerson)> {
        self.house
            .people
            .iter()
            .map(|(account, person)| (*account, person))
    }

    /// Everybody who is not offline, by name.
    pub fn present(&self) -> Vec<(AccountId, PresenceState)> {
        let mut present: Vec<_> = self
            .presence
            .iter()
            .map(|(id, state)| (*id, *state))
            .collect();
        present.sort_by_cached_key(|(account, _)| self.name(*account).into_owned());
        present
    }

    /// The public rooms, by id.
    pub(super) fn rooms(&self) -> impl Iterator<Item = (ConversationId, &HouseRoom)> {
        self.house.rooms.iter().map(|(id, room)| (*id, room))
    }

    /// The newest entry of the house feed that is held.
    pub fn house_seq(&self) -> Seq {
        self.house.seq
    }

    /// Forgets the house; it comes anew.
    pub(super) fn reset_house(&mut self) {
        self.house = HouseState::default();
    }

    /// Applies an entry of the house feed.
    pub(super) fn apply(&mut self, mut entry: Entry) -> Result<(), Gap> {
        match &mut entry.body {
            EntryBody::AccountAdded { name, .. } | EntryBody::RoomAdded { name, .. } => {
                *name = clean::line(name).into_owned();
            }
            EntryBody::RoomTopicSet { topic, .. } => *topic = clean::line(topic).into_owned(),
            _ => {}
        }
        self.house.apply(&entry)
    }

    /// Learns names.
    pub(super) fn learn(&mut self, people: Vec<Person>) {
        for person in people {
            self.learnt
                .insert(person.account, clean::line(&person.name).into_owned());
        }
    }

    /// Somebody is this available now.
    pub(super) fn set_presence(&mut self, account: AccountId, state: PresenceState) {
        if state == PresenceState::Offline {
            self.presence.remove(&account);
        } else {
            self.presence.insert(account, state);
        }
    }

    /// Nobody's presence is known any more.
    pub(super) fn forget_presence(&mut self) {
        self.presence.clear();
    }
}
