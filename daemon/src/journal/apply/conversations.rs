//! Rooms, direct conversations, and who is in them.

use super::{Apply, Stop};
use crate::journal::command::Name;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, ConversationRecord, encode};
use crate::store::schema::meta;
use chat_shared::limits::{CONVERSATIONS_PER_ACCOUNT, DIRECT_MEMBERS};
use chat_shared::{AccountId, ConversationId, Timestamp};
use std::collections::BTreeSet;

impl Apply<'_> {
    pub(super) fn create_room(
        &mut self,
        at: Timestamp,
        by: AccountId,
        name: &Name,
        topic: String,
    ) -> Result<Outcome, Stop> {
        self.room_for_one_more(by)?;
        let conversation = self.add_room(at, Some(by), name, topic)?;
        self.add_member(at, conversation, by, Some(by))?;
        self.done(conversation)
    }

    pub(super) fn join(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
    ) -> Result<Outcome, Stop> {
        if !self.is_member(conversation, by)? {
            // A direct conversation is none of a stranger's business: the same as one that is not.
            if self
                .find_conversation(conversation)?
                .is_none_or(|found| found.room.is_none())
            {
                return Err(Refusal::NoSuchConversation(conversation).into());
            }
            self.room_for_one_more(by)?;
            self.add_member(at, conversation, by, Some(by))?;
        }
        self.done(conversation)
    }

    pub(super) fn leave(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
    ) -> Result<Outcome, Stop> {
        let mut record = self.room_of_member(conversation, by)?;
        let left = BodyRecord::Left(by);
        let seq = self.append(FeedKey::Conversation(conversation), at, Some(by), left)?;
        self.tables.members.remove((conversation.0, by.0))?;
        self.tables.memberships.remove((by.0, conversation.0))?;
        self.cache.members.insert((conversation, by), false);
        record.members -= 1;
        self.put_conversation(conversation, &record)?;
        let removed = BodyRecord::ConversationRemoved(conversation);
        self.append(FeedKey::Account(by), at, Some(by), removed)?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn set_topic(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
        topic: String,
    ) -> Result<Outcome, Stop> {
        let mut record = self.room_of_member(conversation, by)?;
        if record.topic != topic {
            record.topic.clone_from(&topic);
            self.put_conversation(conversation, &record)?;
            let set = BodyRecord::TopicSet(topic.clone());
            self.append(FeedKey::Conversation(conversation), at, Some(by), set)?;
            let set = BodyRecord::RoomTopicSet(conversation, topic);
            self.append(FeedKey::House, at, Some(by), set)?;
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
        for member in &members {
            if !self.account(*member)?.enabled {
                return Err(Refusal::NoSuchAccount(format!("number {member}")).into());
            }
            self.room_for_one_more(*member)?;
        }
        let conversation = ConversationId(self.count(meta::LAST_CONVERSATION, 1)?);
        self.tables.directs.insert(key.as_slice(), conversation.0)?;
        let record = ConversationRecord {
            room: None,
            topic: String::new(),
            members: 0,
            created_at: at,
        };
        self.put_conversation(conversation, &record)?;
        let created = BodyRecord::Created(None);
        self.append(FeedKey::Conversation(conversation), at, Some(by), created)?;
        for member in members {
            self.add_member(at, conversation, member, Some(by))?;
        }
        self.done(conversation)
    }

    /// Makes a public room without members.
    pub(super) fn add_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: &Name,
        topic: String,
    ) -> Result<ConversationId, Stop> {
        let Name { name, skeleton } = name;
        if self.tables.room_names.get(name.as_str())?.is_some() {
            return Err(Refusal::NameTaken(format!("#{name}")).into());
        }
        let similar = self
            .tables
            .room_skeletons
            .get(skeleton.as_str())?
            .map(|id| id.value());
        if let Some(similar) = similar {
            let taken = self
                .conversation(ConversationId(similar))?
                .room
                .unwrap_or_default();
            return Err(Refusal::NameConfusable {
                wanted: format!("#{name}"),
                taken: format!("#{taken}"),
            }
            .into());
        }
        let conversation = ConversationId(self.count(meta::LAST_CONVERSATION, 1)?);
        self.tables
            .room_names
            .insert(name.as_str(), conversation.0)?;
        self.tables
            .room_skeletons
            .insert(skeleton.as_str(), conversation.0)?;
        let record = ConversationRecord {
            room: Some(name.clone()),
            topic: topic.clone(),
            members: 0,
            created_at: at,
        };
        self.put_conversation(conversation, &record)?;
        let feed = FeedKey::Conversation(conversation);
        self.append(feed, at, by, BodyRecord::Created(Some(name.clone())))?;
        let added = BodyRecord::RoomAdded(conversation, name.clone());
        self.append(FeedKey::House, at, by, added)?;
        if !topic.is_empty() {
            self.append(feed, at, by, BodyRecord::TopicSet(topic.clone()))?;
            let set = BodyRecord::RoomTopicSet(conversation, topic);
            self.append(FeedKey::House, at, by, set)?;
        }
        Ok(conversation)
    }

    /// Puts somebody into a conversation. Who comes has nothing unread: what was said before is there to
    /// be read, but was not missed.
    pub(super) fn add_member(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        account: AccountId,
        by: Option<AccountId>,
    ) -> Result<(), Stop> {
        let feed = FeedKey::Conversation(conversation);
        self.append(feed, at, by, BodyRecord::Joined(account))?;
        let head = self.head(feed)?;
        self.tables
            .members
            .insert((conversation.0, account.0), ())?;
        let mark = (head.seq.0, head.posts);
        self.tables
            .memberships
            .insert((account.0, conversation.0), mark)?;
        self.cache.members.insert((conversation, account), true);
        let mut record = self.conversation(conversation)?;
        record.members += 1;
        self.put_conversation(conversation, &record)?;
        let own = FeedKey::Account(account);
        self.append(own, at, by, BodyRecord::ConversationAdded(conversation))?;
        self.append(
            own,
            at,
            by,
            BodyRecord::Read(conversation, head.seq, head.posts),
        )?;
        Ok(())
    }

    /// Whether somebody is in a conversation.
    pub(super) fn is_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<bool, Stop> {
        let key = (conversation, account);
        if let Some(member) = self.cache.members.get(&key) {
            return Ok(*member);
        }
        let member = self
            .tables
            .members
            .get((conversation.0, account.0))?
            .is_some();
        self.cache.members.insert(key, member);
        Ok(member)
    }

    /// Refuses who is not in a conversation; to them a direct one does not exist.
    pub(super) fn require_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<(), Stop> {
        if self.is_member(conversation, account)? {
            return Ok(());
        }
        match self.find_conversation(conversation)? {
            Some(ConversationRecord { room: Some(_), .. }) => {
                Err(Refusal::NotAMember(conversation).into())
            }
            _ => Err(Refusal::NoSuchConversation(conversation).into()),
        }
    }

    fn room_of_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<ConversationRecord, Stop> {
        self.require_member(conversation, account)?;
        let record = self.conversation(conversation)?;
        if record.room.is_none() {
            return Err(Refusal::NotARoom(conversation).into());
        }
        Ok(record)
    }

    fn room_for_one_more(&self, account: AccountId) -> Result<(), Stop> {
        let range = (account.0, 0)..=(account.0, u64::MAX);
        let count = self
            .tables
            .memberships
            .range(range)?
            .take(CONVERSATIONS_PER_ACCOUNT)
            .count();
        if count >= CONVERSATIONS_PER_ACCOUNT {
            return Err(Refusal::TooManyConversations.into());
        }
        Ok(())
    }

    fn done(&mut self, conversation: ConversationId) -> Result<Outcome, Stop> {
        let head = self.head(FeedKey::Conversation(conversation))?;
        Ok(Outcome::at(conversation, head.seq))
    }

    fn conversation(&self, conversation: ConversationId) -> Result<ConversationRecord, Stop> {
        self.find_conversation(conversation)?
            .ok_or_else(|| Refusal::NoSuchConversation(conversation).into())
    }

    fn find_conversation(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<ConversationRecord>, Stop> {
        match self.tables.conversations.get(conversation.0)? {
            Some(record) => Ok(Some(parse(record.value(), "conversation")?)),
            None => Ok(None),
        }
    }

    fn put_conversation(
        &mut self,
        conversation: ConversationId,
        record: &ConversationRecord,
    ) -> Result<(), Stop> {
        self.tables
            .conversations
            .insert(conversation.0, encode(record).as_slice())?;
        Ok(())
    }
}
