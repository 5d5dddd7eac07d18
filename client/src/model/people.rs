//! Who there is, and the rooms of the directory: what the house feed folds into.

use super::looks::Looks;
use chat_shared::state::{Gap, HousePerson, HouseRoom, HouseState};
use chat_shared::{
    AccountId, ConversationId, Entry, EntryBody, Person, Presence, PresenceState, Profile, Seq,
    StatusText, Timestamp, clean,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What somebody is called who left for good.
pub const FORMER: &str = "former member";

/// Names, presence and the directory. All text in it is safe to show.
#[derive(Clone, Debug, Default)]
pub struct People {
    house: HouseState,
    looks: Looks,
    /// Names learnt otherwise, by those who do not follow the house.
    learnt: BTreeMap<AccountId, String>,
    presence: BTreeMap<AccountId, PresenceState>,
    statuses: BTreeMap<AccountId, StatusText>,
    /// Whether it was told who is here since the connection is up.
    is_known: bool,
    /// What was told since it was asked who is here: the answer may be older.
    since_asked: Option<BTreeMap<AccountId, Presence>>,
}

impl People {
    /// Somebody's name; a stand-in where it is not known yet or they left for good.
    pub fn name(&self, account: AccountId) -> Cow<'_, str> {
        match self.known_name(account) {
            Some(_) if self.is_deleted(account) => Cow::Borrowed(FORMER),
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("account-{account}")),
        }
    }

    /// What somebody is called beside what they say: what they like to be called, with the name
    /// where that could be somebody else.
    pub fn label(&self, account: AccountId) -> Cow<'_, str> {
        match self.display_name(account) {
            Some(display) if self.looks.is_only(display, account) => Cow::Borrowed(display),
            Some(_) => self.full_label(account),
            None => self.name(account),
        }
    }

    /// What they like to be called and the name: `Anna K (anna)`.
    pub fn full_label(&self, account: AccountId) -> Cow<'_, str> {
        let name = self.name(account);
        match self.display_name(account) {
            Some(display) if display != name => Cow::Owned(format!("{display} ({name})")),
            _ => name,
        }
    }

    fn display_name(&self, account: AccountId) -> Option<&str> {
        let person = self.house.people.get(&account)?;
        let display = person.profile.display_name.as_str();
        (!display.is_empty() && !person.deleted).then_some(display)
    }

    /// What else somebody is called: what they like to be called, and their full name.
    pub fn called(&self, account: AccountId) -> Vec<String> {
        let profile = self.person(account).map(|person| &person.profile);
        let called = profile.into_iter().flat_map(|profile| {
            let Profile {
                display_name,
                full_name,
                ..
            } = profile;
            [display_name, full_name]
        });
        called.filter(|text| !text.is_empty()).cloned().collect()
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
            .find(|(_, person)| person.name == wanted && !person.deleted);
        let learnt = || self.learnt.iter().find(|(_, name)| **name == wanted);
        person
            .map(|(account, _)| *account)
            .or_else(|| learnt().map(|(account, _)| *account))
    }

    /// Who is called by several words, of which this is the first and `rest` begins with the others.
    pub fn by_spaced_name(&self, first: &str, rest: &str) -> Option<AccountId> {
        let first = format!("{} ", first.to_lowercase());
        let rest = rest.to_lowercase();
        let is_cut = |called: &str| {
            let called = called.to_lowercase();
            let others = called.strip_prefix(&first).map(str::trim);
            let after = others
                .filter(|others| !others.is_empty())
                .and_then(|others| rest.strip_prefix(others));
            after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        };
        let is_called = |person: &HousePerson| {
            let Profile {
                display_name,
                full_name,
                ..
            } = &person.profile;
            !person.deleted && (is_cut(display_name) || is_cut(full_name))
        };
        let mut all = self.all();
        all.find(|(_, person)| is_called(person))
            .map(|(account, _)| account)
    }

    /// Somebody of the house, where one follows it.
    pub fn person(&self, account: AccountId) -> Option<&HousePerson> {
        self.house.people.get(&account)
    }

    /// Those with all these words in name or profile, by name.
    pub fn find(&self, text: &str) -> Vec<AccountId> {
        let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
        let fits = |person: &HousePerson| {
            let Profile {
                display_name,
                full_name,
                email,
                phone,
                department,
                about,
                time_zone,
            } = &person.profile;
            let all = [
                &person.name,
                display_name,
                full_name,
                email,
                phone,
                department,
                about,
                time_zone,
            ]
            .map(|field| field.to_lowercase());
            words
                .iter()
                .all(|word| all.iter().any(|field| field.contains(word.as_str())))
        };
        let found = self
            .all()
            .filter(|(_, person)| !person.deleted && fits(person));
        let mut found: Vec<_> = found.map(|(account, _)| account).collect();
        found.sort_by_cached_key(|account| self.name(*account).into_owned());
        found
    }

    /// How available somebody is.
    pub fn presence(&self, account: AccountId) -> PresenceState {
        self.presence
            .get(&account)
            .copied()
            .unwrap_or(PresenceState::Offline)
    }

    /// What somebody says of themselves for now.
    pub fn status(&self, account: AccountId, now: Timestamp) -> Option<&StatusText> {
        self.statuses
            .get(&account)
            .filter(|status| status.until.is_none_or(|until| until > now))
    }

    /// Whether they may sign in; true where nothing is known.
    pub fn is_enabled(&self, account: AccountId) -> bool {
        self.person(account).is_none_or(|person| person.enabled)
    }

    /// Whether they left for good.
    pub fn is_deleted(&self, account: AccountId) -> bool {
        self.person(account).is_some_and(|person| person.deleted)
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

    /// How many are here, as everybody sees it.
    pub fn present_count(&self) -> usize {
        let states = self.presence.values();
        states
            .filter(|state| **state != PresenceState::Invisible)
            .count()
    }

    /// The shared groups, by name.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &[AccountId])> {
        self.house
            .groups
            .iter()
            .map(|(name, accounts)| (name.as_str(), accounts.as_slice()))
    }

    /// The rooms of the directory, by id.
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
        self.looks = Looks::default();
    }

    /// Applies an entry of the house feed.
    pub(super) fn apply(&mut self, mut entry: Entry) -> Result<(), Gap> {
        clean_entry(&mut entry.body);
        let called = |people: &Self, account| people.display_name(account).map(str::to_owned);
        let before = match &entry.body {
            EntryBody::ProfileSet { account, .. } | EntryBody::AccountDeleted { account } => {
                called(self, *account)
            }
            _ => None,
        };
        let held = self.house.seq;
        self.house.apply(&entry)?;
        if self.house.seq == held {
            return Ok(());
        }
        match &entry.body {
            EntryBody::AccountAdded { account, name } => self.looks.add(name, *account),
            EntryBody::ProfileSet { account, .. } | EntryBody::AccountDeleted { account } => {
                if let Some(before) = before {
                    self.looks.remove(&before, *account);
                }
                if let Some(now) = called(self, *account) {
                    self.looks.add(&now, *account);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Learns names.
    pub(super) fn learn(&mut self, people: Vec<Person>) {
        for person in people {
            self.learnt
                .insert(person.account, clean::line(&person.name).into_owned());
        }
    }

    /// It is asked who is here.
    pub(super) fn ask_present(&mut self) {
        self.since_asked = Some(BTreeMap::new());
    }

    /// Somebody's presence is told by itself, while an answer may be under way.
    pub(super) fn note_presence(&mut self, presence: &Presence) {
        if let Some(since) = &mut self.since_asked {
            since.insert(presence.account, presence.clone());
        }
    }

    /// A part of the answer was taken in; what was told meanwhile goes on top of it, and is done with where it
    /// was the last part.
    pub(super) fn go_over_presence(&mut self, more: bool) {
        let since = match more {
            true => self.since_asked.clone(),
            false => self.since_asked.take(),
        };
        for presence in since.into_iter().flat_map(BTreeMap::into_values) {
            self.set_presence(presence);
        }
    }

    /// Everybody who is here, and nobody else.
    pub(super) fn set_present(&mut self, people: Vec<Presence>) {
        self.forget_presence();
        self.add_present(people);
    }

    /// They are here as well.
    pub(super) fn add_present(&mut self, people: Vec<Presence>) {
        for presence in people {
            self.set_presence(presence);
        }
        self.is_known = true;
    }

    /// Somebody is this available now. Says whether they came (true) or went (false), where that is
    /// news.
    pub(super) fn set_presence(&mut self, presence: Presence) -> Option<bool> {
        let Presence {
            account,
            state,
            status,
        } = presence;
        match status.filter(|status| !status.text.is_empty()) {
            Some(mut status) => {
                status.text = clean::line(&status.text).into_owned();
                self.statuses.insert(account, status);
            }
            None => {
                self.statuses.remove(&account);
            }
        }
        let was_here = if state == PresenceState::Offline {
            self.presence.remove(&account).is_some()
        } else {
            self.presence.insert(account, state).is_some()
        };
        let is_here = state != PresenceState::Offline;
        (self.is_known && was_here != is_here).then_some(is_here)
    }

    /// Whether it was told who is here since the connection is up.
    pub fn knows_who_is_here(&self) -> bool {
        self.is_known
    }

    /// Nobody's presence is known any more.
    pub(super) fn forget_presence(&mut self) {
        self.presence.clear();
        self.statuses.clear();
        self.is_known = false;
    }
}

/// What others wrote, made safe to show.
fn clean_entry(body: &mut EntryBody) {
    let line = |text: &mut String| *text = clean::line(text).into_owned();
    match body {
        EntryBody::AccountAdded { name, .. }
        | EntryBody::RoomAdded { name, .. }
        | EntryBody::RoomRenamed { name, .. }
        | EntryBody::GroupRemoved { name } => line(name),
        EntryBody::RoomTopicSet { topic, .. } => line(topic),
        EntryBody::GroupPut { group } => line(&mut group.name),
        EntryBody::RoomSettingsSet { settings, .. } => {
            settings.description = clean::text(&settings.description).into_owned();
        }
        EntryBody::ProfileSet { profile, .. } => clean_profile(profile),
        EntryBody::Announced { announcement } => {
            announcement.text = clean::text(&announcement.text).into_owned();
        }
        _ => {}
    }
}

/// A profile, made safe to show.
pub(super) fn clean_profile(profile: &mut Profile) {
    let Profile {
        display_name,
        full_name,
        email,
        phone,
        department,
        about,
        time_zone,
    } = profile;
    for field in [display_name, full_name, email, phone, department, time_zone] {
        *field = clean::line(field).into_owned();
    }
    *about = clean::text(about).into_owned();
}
