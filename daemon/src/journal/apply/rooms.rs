//! What becomes of a room: its name, its settings, its end and return.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::command::Name;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::record::BodyRecord;
use chat_shared::limits::{NEWCOMER_ROOMS, RESTORE_MS, SLOW_SECS};
use chat_shared::{
    Access, AccountId, ConversationId, RoomChange, RoomSetting, RoomSettings, Timestamp,
};

impl Apply<'_> {
    pub(super) fn rename_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        name: &Name,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::Shape, conversation)?;
        let title = room.title();
        let mut record = room.record;
        let old = record.room.replace(name.name.clone()).unwrap_or_default();
        if old == name.name {
            return self.done(conversation);
        }
        self.check_room_name(name, Some(conversation))?;
        self.free_room_name(conversation, &old)?;
        self.name_room(conversation, name)?;
        self.put_conversation(conversation, &record)?;
        let renamed = BodyRecord::RenamedFrom {
            name: name.name.clone(),
            from: old,
        };
        let seq = self.append(FeedKey::Conversation(conversation), at, by, renamed)?;
        if record.is_listed() {
            let renamed = BodyRecord::RoomRenamed(conversation, name.name.clone());
            self.append(FeedKey::House, at, by, renamed)?;
        }
        self.audit(at, by, "rename_room", title, format!("#{}", name.name))?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn change_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        change: RoomChange,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::Restrain, conversation)?;
        for right in rights_for(&change) {
            room.permits(right)?;
        }
        let title = room.title();
        let mut record = room.record;
        let was_listed = record.is_listed();
        let settings = changed(&record.settings, &change);
        if change.for_newcomers == Some(true) && !is_open(&settings) {
            return Err(Refusal::NotForNewcomers(conversation).into());
        }
        if settings == record.settings {
            return self.done(conversation);
        }
        if settings.for_newcomers && !record.settings.for_newcomers {
            self.check_for_newcomers()?;
        }
        if settings.for_newcomers {
            self.tables.newcomer_rooms.insert(conversation.0, ())?;
        } else if record.settings.for_newcomers {
            self.tables.newcomer_rooms.remove(conversation.0)?;
        }
        let different = settings.changed_since(&record.settings);
        record.settings = settings.clone();
        self.put_conversation(conversation, &record)?;
        let set = BodyRecord::SettingsChanged(settings.clone(), different);
        let seq = self.append(FeedKey::Conversation(conversation), at, by, set)?;
        let told = match (was_listed, record.is_listed()) {
            (true, true) => Some(BodyRecord::RoomSettingsSet(conversation, settings)),
            (true, false) => Some(BodyRecord::RoomRemoved(conversation)),
            (false, _) => None,
        };
        match told {
            Some(told) => drop(self.append(FeedKey::House, at, by, told)?),
            None => self.list_room(at, by, conversation, &record)?,
        }
        self.audit(at, by, "change_room", title, described(&change))?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn delete_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        name: &str,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::Shape, conversation)?;
        let title = room.title();
        let mut record = room.record;
        let wanted = record.room.clone().unwrap_or_default();
        if name != wanted {
            return Err(Refusal::NameMismatch { wanted }.into());
        }
        let was_listed = record.is_listed();
        record.deleted_at = Some(at);
        self.put_conversation(conversation, &record)?;
        self.tables
            .deleted_rooms
            .insert((at.0, conversation.0), ())?;
        self.tables.newcomer_rooms.remove(conversation.0)?;
        let feed = FeedKey::Conversation(conversation);
        let seq = self.append(feed, at, by, BodyRecord::Deleted)?;
        if was_listed {
            let removed = BodyRecord::RoomRemoved(conversation);
            self.append(FeedKey::House, at, by, removed)?;
        }
        for (account, _) in self.members(conversation)? {
            let removed = BodyRecord::ConversationRemoved(conversation);
            self.remove_membership(at, conversation, account, by, removed)?;
        }
        for account in self.invited_into(conversation, usize::MAX)? {
            self.inbox_invitation_over(at, account, conversation)?;
        }
        self.audit(at, by, "delete_room", title, String::new())?;
        Ok(Outcome::at(conversation, seq))
    }

    /// Brings a room back with all in it. Who left the house meanwhile, or is in as many conversations as
    /// anybody may be, has left it; whether newcomers come into it is to be chosen again. Who is invited finds that
    /// in the inbox once more.
    pub(super) fn restore_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        let mut record = self
            .stored_conversation(conversation)?
            .filter(|record| record.room.is_some())
            .ok_or(Refusal::NoSuchConversation(conversation))?;
        let deleted_at = record
            .deleted_at
            .take()
            .filter(|deleted_at| at.0 - deleted_at.0 < RESTORE_MS)
            .ok_or(Refusal::NotDeleted(conversation))?;
        let title = format!("#{}", record.room.as_deref().unwrap_or_default());
        let is_for_newcomers = std::mem::take(&mut record.settings.for_newcomers);
        let mut back = Vec::new();
        let mut gone = Vec::new();
        for (account, _) in self.members(conversation)? {
            let has_left = self.account(account)?.deleted_at.is_some();
            if has_left || !self.has_place(account)? {
                gone.push(account);
            } else {
                back.push(account);
            }
        }
        self.tables
            .deleted_rooms
            .remove((deleted_at.0, conversation.0))?;
        record.members = back.len() as u64;
        self.put_conversation(conversation, &record)?;
        let feed = FeedKey::Conversation(conversation);
        self.append(feed, at, by, BodyRecord::Restored)?;
        for account in gone {
            self.tables.members.remove((conversation.0, account.0))?;
            self.cache.members.insert((conversation, account), None);
            self.append(feed, at, by, BodyRecord::Left(account))?;
        }
        if is_for_newcomers {
            let different = vec![RoomSetting::ForNewcomers];
            let set = BodyRecord::SettingsChanged(record.settings.clone(), different);
            self.append(feed, at, by, set)?;
        }
        self.list_room(at, by, conversation, &record)?;
        for account in back {
            self.add_membership(at, conversation, account, by)?;
        }
        self.inbox_invitations_again(at, conversation, &record)?;
        self.audit(at, by, "restore_room", title, String::new())?;
        self.done(conversation)
    }

    /// Whether new accounts may be put into a room: it is there, public and not archived.
    pub(super) fn is_open_to_newcomers(&self, conversation: ConversationId) -> Result<bool, Stop> {
        let record = self.stored_conversation(conversation)?;
        Ok(record.is_some_and(|record| {
            record.room.is_some() && record.deleted_at.is_none() && is_open(&record.settings)
        }))
    }

    /// Refuses one more room for newcomers than there may be.
    pub(super) fn check_for_newcomers(&self) -> Result<(), Stop> {
        let rows = self.tables.newcomer_rooms.range::<u64>(..)?;
        if rows.take(NEWCOMER_ROOMS).count() >= NEWCOMER_ROOMS {
            return Err(Refusal::TooMany {
                what: "rooms for newcomers",
                limit: NEWCOMER_ROOMS,
            }
            .into());
        }
        Ok(())
    }
}

/// What it takes to change this, besides being somebody who may change anything.
fn rights_for(change: &RoomChange) -> Vec<Right> {
    let RoomChange {
        access,
        history,
        description,
        slow_secs: _,
        read_only: _,
        archived,
        for_newcomers,
    } = change;
    let mut rights = Vec::new();
    if access.is_some() || history.is_some() || description.is_some() || archived.is_some() {
        rights.push(Right::Shape);
    }
    if for_newcomers.is_some() {
        rights.push(Right::RunHouse);
    }
    rights
}

/// The settings after a change. A room that is not public is none for newcomers; an archived one is again when
/// it is opened.
pub(super) fn changed(settings: &RoomSettings, change: &RoomChange) -> RoomSettings {
    let mut settings = RoomSettings {
        access: change.access.unwrap_or(settings.access),
        history: change.history.unwrap_or(settings.history),
        description: match &change.description {
            Some(description) => description.clone(),
            None => settings.description.clone(),
        },
        slow_secs: change.slow_secs.unwrap_or(settings.slow_secs),
        read_only: change.read_only.unwrap_or(settings.read_only),
        archived: change.archived.unwrap_or(settings.archived),
        for_newcomers: change.for_newcomers.unwrap_or(settings.for_newcomers),
    };
    settings.slow_secs = settings.slow_secs.min(SLOW_SECS);
    settings.for_newcomers &= settings.access == Access::Public;
    settings
}

/// Whether newcomers may be put into it now.
fn is_open(settings: &RoomSettings) -> bool {
    settings.access == Access::Public && !settings.archived
}

/// A change in words, for the audit log.
pub(super) fn described(change: &RoomChange) -> String {
    let RoomChange {
        access,
        history,
        description,
        slow_secs,
        read_only,
        archived,
        for_newcomers,
    } = change;
    let words = [
        access.map(|access| format!("access {access:?}").to_lowercase()),
        history.map(|history| format!("history {history:?}").to_lowercase()),
        description
            .as_ref()
            .map(|text| format!("description {text:?}")),
        slow_secs.map(|slow| format!("slow {slow} s")),
        read_only.map(|on| format!("read-only {on}")),
        archived.map(|on| format!("archived {on}")),
        for_newcomers.map(|on| format!("for newcomers {on}")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
