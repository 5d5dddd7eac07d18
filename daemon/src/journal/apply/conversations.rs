//! Making rooms and direct conversations, coming and going, and the topic.

use super::rights::Right;
use super::rooms::{changed, described};
use super::{Apply, Stop};
use crate::journal::command::Name;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::record::{BodyRecord, ConversationRecord};
use crate::store::schema::meta;
use chat_shared::limits::DIRECT_MEMBERS;
use chat_shared::{
    Access, AccountId, ConversationId, HouseRole, RoomChange, RoomRole, RoomSettings, Timestamp,
};
use std::collections::BTreeSet;

impl Apply<'_> {
    /// Who makes a room owns it. For somebody else administrators make one, and the one at the machine, who
    /// is nobody, also for nobody.
    pub(super) fn create_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: &Name,
        topic: String,
        change: &RoomChange,
        owner: Option<AccountId>,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::CreateRoom, None)?;
        let owner = owner.or(by);
        let is_for_oneself = by.is_some() && owner == by;
        if !is_for_oneself || change.for_newcomers.is_some() {
            self.require(by, Right::RunHouse, None)?;
        }
        let settings = changed(&RoomSettings::default(), change);
        if settings.for_newcomers {
            self.check_for_newcomers()?;
        }
        let mut detail = described(change);
        if let Some(owner) = owner {
            let record = self.present(owner)?;
            if !record.enabled {
                return Err(Refusal::Disabled(owner).into());
            }
            self.room_for_one_more(owner)?;
            let comma = if detail.is_empty() { "" } else { ", " };
            detail.push_str(&format!("{comma}owner {}", record.name));
        }
        let conversation = self.add_room(at, by, name, topic, settings)?;
        if let Some(owner) = owner {
            self.add_member(at, conversation, owner, RoomRole::Owner, by)?;
        }
        if !is_for_oneself {
            self.audit(at, by, "create_room", format!("#{}", name.name), detail)?;
        }
        self.done(conversation)
    }

    pub(super) fn join(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
    ) -> Result<Outcome, Stop> {
        if self.member(conversation, by)?.is_some() {
            return self.done(conversation);
        }
        let room = self.known_room(Some(by), conversation)?;
        if let Some(ban) = self.ban_of(conversation, by, at)? {
            return Err(Refusal::Banned {
                conversation,
                account: by,
                until: ban.until,
            }
            .into());
        }
        if room.record.settings.archived {
            return Err(Refusal::RoomArchived(conversation).into());
        }
        let is_invited = self.is_invited(conversation, by)?;
        let is_open = room.record.settings.access == Access::Public;
        if !is_open && !is_invited && !room.actor.may(Right::JoinUninvited) {
            return Err(Refusal::InvitationNeeded(conversation).into());
        }
        self.room_for_one_more(by)?;
        self.remove_invitation(at, conversation, by)?;
        let role = role_of_newcomer(self.account(by)?.role);
        self.add_member(at, conversation, by, role, Some(by))?;
        self.done(conversation)
    }

    pub(super) fn leave(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
    ) -> Result<Outcome, Stop> {
        let room = self.known(Some(by), conversation)?;
        let Some(member) = self.member(conversation, by)? else {
            return Err(Refusal::NotAMember(conversation).into());
        };
        if room.record.room.is_none() {
            return Err(Refusal::NotARoom(conversation).into());
        }
        if member.role == RoomRole::Owner {
            self.keep_an_owner(conversation, by)?;
        }
        let left = BodyRecord::Left(by);
        let seq = self.remove_member(at, conversation, by, Some(by), left)?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn set_topic(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        topic: String,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::SetTopic, conversation)?;
        let (title, is_inside) = (room.title(), room.actor.is_inside());
        let mut record = room.record;
        if record.topic != topic {
            // What members do among themselves is none of the log's business.
            if !is_inside {
                self.audit(at, by, "set_topic", title, format!("{topic:?}"))?;
            }
            record.topic.clone_from(&topic);
            self.put_conversation(conversation, &record)?;
            let set = BodyRecord::TopicSet(topic.clone());
            self.append(FeedKey::Conversation(conversation), at, by, set)?;
            if record.is_listed() {
                let set = BodyRecord::RoomTopicSet(conversation, topic);
                self.append(FeedKey::House, at, by, set)?;
            }
        }
        self.done(conversation)
    }

    pub(super) fn open_direct(
        &mut self,
        at: Timestamp,
        by: AccountId,
        with: &[AccountId],
    ) -> Result<Outcome, Stop> {
        let members: BTreeSet<AccountId> = with.iter().copied().chain([by]).collect();
        if members.len() < 2 || members.len() > DIRECT_MEMBERS {
            return Err(Refusal::BadMembers.into());
        }
        let key: Vec<u8> = members
            .iter()
            .flat_map(|member| member.0.to_be_bytes())
            .collect();
        let found = self
            .tables
            .directs
            .get(key.as_slice())?
            .map(|id| ConversationId(id.value()));
        if let Some(conversation) = found {
            return self.done(conversation);
        }
        self.require(Some(by), Right::OpenDirect, None)?;
        for member in &members {
            // Who blocks somebody answers them as one who is not here any more, or has no place left, would.
            let has_place = self.has_place(*member)?;
            if *member == by && !has_place {
                return Err(Refusal::TooManyConversations.into());
            }
            if !has_place || !self.account(*member)?.enabled || self.blocks(*member, by)? {
                return Err(Refusal::NotReachable(*member).into());
            }
        }
        let conversation = ConversationId(self.count(meta::LAST_CONVERSATION, 1)?);
        self.tables.directs.insert(key.as_slice(), conversation.0)?;
        self.put_conversation(conversation, &new_conversation(None, at))?;
        let created = BodyRecord::Created(None);
        self.append(FeedKey::Conversation(conversation), at, Some(by), created)?;
        for member in &members {
            self.add_member(at, conversation, *member, RoomRole::Member, Some(by))?;
        }
        let mut others = members.into_iter().filter(|member| *member != by);
        if let (Some(other), None) = (others.next(), others.next()) {
            self.contact_from_direct(at, other, by)?;
        }
        self.done(conversation)
    }

    /// Makes a room without members.
    pub(super) fn add_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: &Name,
        topic: String,
        settings: RoomSettings,
    ) -> Result<ConversationId, Stop> {
        self.check_room_name(name, None)?;
        let conversation = ConversationId(self.count(meta::LAST_CONVERSATION, 1)?);
        self.name_room(conversation, name)?;
        let mut record = new_conversation(Some(name.name.clone()), at);
        record.topic.clone_from(&topic);
        record.settings = settings;
        self.put_conversation(conversation, &record)?;
        if record.settings.for_newcomers {
            self.tables.newcomer_rooms.insert(conversation.0, ())?;
        }
        let feed = FeedKey::Conversation(conversation);
        let created = BodyRecord::Created(Some(name.name.clone()));
        self.append(feed, at, by, created)?;
        let different = record.settings.changed_since(&RoomSettings::default());
        if !different.is_empty() {
            let set = BodyRecord::SettingsChanged(record.settings.clone(), different);
            self.append(feed, at, by, set)?;
        }
        if !topic.is_empty() {
            self.append(feed, at, by, BodyRecord::TopicSet(topic))?;
        }
        self.list_room(at, by, conversation, &record)?;
        Ok(conversation)
    }

    /// Tells the house all about a room that is new in the directory; nothing of a hidden one.
    pub(super) fn list_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        record: &ConversationRecord,
    ) -> Result<(), Stop> {
        let (true, Some(name)) = (record.is_listed(), &record.room) else {
            return Ok(());
        };
        let added = BodyRecord::RoomAdded(conversation, name.clone());
        self.append(FeedKey::House, at, by, added)?;
        if !record.topic.is_empty() {
            let set = BodyRecord::RoomTopicSet(conversation, record.topic.clone());
            self.append(FeedKey::House, at, by, set)?;
        }
        if record.settings != RoomSettings::default() {
            let set = BodyRecord::RoomSettingsSet(conversation, record.settings.clone());
            self.append(FeedKey::House, at, by, set)?;
        }
        Ok(())
    }

    /// Refuses a name that a room has or that looks like one, other than that of this room.
    pub(super) fn check_room_name(
        &self,
        name: &Name,
        own: Option<ConversationId>,
    ) -> Result<(), Stop> {
        let Name { name, skeleton } = name;
        let is_others = |id: &ConversationId| Some(*id) != own;
        let same = self.tables.room_names.get(name.as_str())?;
        let same = same.map(|id| ConversationId(id.value()));
        if same.filter(is_others).is_some() {
            return Err(Refusal::NameTaken(format!("#{name}")).into());
        }
        let similar = self.tables.room_skeletons.get(skeleton.as_str())?;
        let similar = similar.map(|id| ConversationId(id.value()));
        if let Some(similar) = similar.filter(is_others) {
            let taken = self.stored_conversation(similar)?;
            let taken = taken.and_then(|record| record.room).unwrap_or_default();
            return Err(Refusal::NameConfusable {
                wanted: format!("#{name}"),
                taken: format!("#{taken}"),
            }
            .into());
        }
        Ok(())
    }

    /// Gives a room its name.
    pub(super) fn name_room(
        &mut self,
        conversation: ConversationId,
        name: &Name,
    ) -> Result<(), Stop> {
        let Name { name, skeleton } = name;
        self.tables
            .room_names
            .insert(name.as_str(), conversation.0)?;
        self.tables
            .room_skeletons
            .insert(skeleton.as_str(), conversation.0)?;
        Ok(())
    }

    /// Takes a room's name from it. Its skeleton is looked for among all: rooms are not renamed often, and
    /// how it was made is not known here.
    pub(super) fn free_room_name(
        &mut self,
        conversation: ConversationId,
        name: &str,
    ) -> Result<(), Stop> {
        self.tables.room_names.remove(name)?;
        let mut found = None;
        for row in self.tables.room_skeletons.range::<&str>(..)? {
            let (skeleton, id) = row?;
            if id.value() == conversation.0 {
                found = Some(skeleton.value().to_owned());
                break;
            }
        }
        if let Some(skeleton) = found {
            self.tables.room_skeletons.remove(skeleton.as_str())?;
        }
        Ok(())
    }
}

impl ConversationRecord {
    /// Whether the house feed and the directory tell of it.
    pub(super) fn is_listed(&self) -> bool {
        self.room.is_some() && self.settings.access != Access::Hidden && self.deleted_at.is_none()
    }
}

/// As what somebody comes into a room.
pub(super) fn role_of_newcomer(role: HouseRole) -> RoomRole {
    if role == HouseRole::Guest {
        RoomRole::Guest
    } else {
        RoomRole::Member
    }
}

fn new_conversation(room: Option<String>, at: Timestamp) -> ConversationRecord {
    ConversationRecord {
        room,
        topic: String::new(),
        members: 0,
        created_at: at,
        settings: RoomSettings::default(),
        deleted_at: None,
    }
}
