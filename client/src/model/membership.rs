//! Who is in a conversation, and as what.

use chat_shared::{AccountId, EntryBody, Member, RoomRole, RoomSettings, clean};
use std::collections::BTreeMap;

/// The members of one conversation, and what it is like.
#[derive(Clone, Debug, Default)]
pub(super) struct Membership {
    /// Members, once they were asked for.
    known: Option<BTreeMap<AccountId, RoomRole>>,
    /// How many there are, also before.
    count: u64,
    /// One's own role, where members are not known.
    own: Option<RoomRole>,
    /// What the room is like, once that is known.
    settings: Option<RoomSettings>,
    /// Whether it was told what the room is like since that was asked for.
    is_newer_than_answer: bool,
}

impl Membership {
    /// Everybody, with their roles.
    pub(super) fn members(&self) -> Option<&BTreeMap<AccountId, RoomRole>> {
        self.known.as_ref()
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.known
            .as_ref()
            .map_or(self.count, |known| known.len() as u64)
    }

    /// Somebody's role, where it is known.
    pub(super) fn role(&self, account: AccountId) -> Option<RoomRole> {
        self.known.as_ref()?.get(&account).copied()
    }

    /// One's own role, as the room's answer told it.
    pub(super) fn own(&self) -> Option<RoomRole> {
        self.own
    }

    /// What the room is like.
    pub(super) fn settings(&self) -> Option<&RoomSettings> {
        self.settings.as_ref()
    }

    /// Begins anew: it has to be asked for.
    pub(super) fn forget(&mut self) {
        self.known = None;
        self.settings = None;
    }

    /// As a sync tells it.
    pub(super) fn set_count(&mut self, count: u64) {
        self.count = count;
    }

    /// It is asked what the room is like.
    pub(super) fn ask(&mut self) {
        self.is_newer_than_answer = false;
    }

    /// The answer to that.
    pub(super) fn learn(&mut self, settings: RoomSettings, role: Option<RoomRole>) {
        self.own = role;
        if !self.is_newer_than_answer {
            self.settings = Some(cleaned(settings));
        }
    }

    /// A page of members.
    pub(super) fn add(&mut self, page: &[Member]) {
        let known = self.known.get_or_insert_default();
        known.extend(page.iter().map(|member| (member.account, member.role)));
    }

    /// An entry that is not yet in the count.
    pub(super) fn count_in(&mut self, body: &EntryBody) {
        match body {
            EntryBody::Joined { .. } => self.count += 1,
            EntryBody::Left { .. } | EntryBody::Kicked { .. } => {
                self.count = self.count.saturating_sub(1);
            }
            _ => {}
        }
    }

    /// What the room is like from here on.
    pub(super) fn set_settings(&mut self, settings: &RoomSettings) {
        self.settings = Some(cleaned(settings.clone()));
        self.is_newer_than_answer = true;
    }

    /// An entry that is not yet in what is known of the members.
    pub(super) fn apply(&mut self, body: &EntryBody) {
        let Some(known) = &mut self.known else {
            return;
        };
        match body {
            EntryBody::Joined { account } => {
                known.insert(*account, RoomRole::Member);
            }
            EntryBody::RoleSet { account, role } => {
                if let Some(member) = known.get_mut(account) {
                    *member = *role;
                }
            }
            EntryBody::Left { account } | EntryBody::Kicked { account, .. } => {
                known.remove(account);
            }
            _ => {}
        }
    }
}

/// What a room is like, made safe to show.
pub(super) fn cleaned(mut settings: RoomSettings) -> RoomSettings {
    settings.description = clean::text(&settings.description).into_owned();
    settings
}
