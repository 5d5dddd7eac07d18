//! Who is in a conversation, and what of it every post has to know.

use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, ConversationRecord, MemberRecord, encode};
use chat_shared::limits::CONVERSATIONS_PER_ACCOUNT;
use chat_shared::{AccountId, ConversationId, RoomRole, Seq, Timestamp};

/// What of a conversation every post has to know, so that it is kept in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) is_deleted: bool,
    pub(super) is_archived: bool,
    pub(super) is_read_only: bool,
    pub(super) slow_secs: u32,
    /// Somebody is muted, or was.
    pub(super) has_mutes: bool,
}

impl Facts {
    fn of(record: &ConversationRecord, has_mutes: bool) -> Self {
        Self {
            is_deleted: record.deleted_at.is_some(),
            is_archived: record.settings.archived,
            is_read_only: record.settings.read_only,
            slow_secs: record.settings.slow_secs,
            has_mutes,
        }
    }
}

impl Apply<'_> {
    /// Puts somebody into a conversation, and gives the entry that says so. Who comes has nothing unread:
    /// what was said before is there to be read, but was not missed.
    pub(super) fn add_member(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        account: AccountId,
        role: RoomRole,
        by: Option<AccountId>,
    ) -> Result<Seq, Stop> {
        let feed = FeedKey::Conversation(conversation);
        let joined = self.append(feed, at, by, BodyRecord::Joined(account))?;
        if role != RoomRole::default() {
            self.append(feed, at, by, BodyRecord::RoleSet(account, role))?;
        }
        let member = MemberRecord {
            role,
            joined: joined.0,
        };
        self.put_member(conversation, account, member)?;
        let mut record = self.conversation(conversation)?;
        record.members += 1;
        self.put_conversation(conversation, &record)?;
        self.add_membership(at, conversation, account, by)?;
        Ok(joined)
    }

    /// Takes somebody out of a conversation that they are in; `body` says how. Gives that entry. Who is put
    /// out follows the conversation no longer when it is told there: why stands in their own feed as well.
    pub(super) fn remove_member(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        account: AccountId,
        by: Option<AccountId>,
        body: BodyRecord,
    ) -> Result<Seq, Stop> {
        let removed = match &body {
            BodyRecord::Kicked(_, reason) if !reason.is_empty() => {
                BodyRecord::PutOut(conversation, reason.clone())
            }
            _ => BodyRecord::ConversationRemoved(conversation),
        };
        self.take_out(at, conversation, account, by, body, removed)
    }

    /// The same, where `removed` is what their own feed says of it.
    pub(super) fn take_out(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        account: AccountId,
        by: Option<AccountId>,
        body: BodyRecord,
        removed: BodyRecord,
    ) -> Result<Seq, Stop> {
        let seq = self.append(FeedKey::Conversation(conversation), at, by, body)?;
        self.tables.members.remove((conversation.0, account.0))?;
        self.cache.members.insert((conversation, account), None);
        let mut record = self.conversation(conversation)?;
        record.members -= 1;
        self.put_conversation(conversation, &record)?;
        self.remove_membership(at, conversation, account, by, removed)?;
        Ok(seq)
    }

    /// Gives somebody who is in a conversation another record there.
    pub(super) fn put_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        member: MemberRecord,
    ) -> Result<(), Stop> {
        self.tables
            .members
            .insert((conversation.0, account.0), encode(&member).as_slice())?;
        self.cache
            .members
            .insert((conversation, account), Some(member));
        Ok(())
    }

    /// The conversation is among those of the account, with nothing unread.
    pub(super) fn add_membership(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        account: AccountId,
        by: Option<AccountId>,
    ) -> Result<(), Stop> {
        let head = self.head(FeedKey::Conversation(conversation))?;
        self.tables
            .memberships
            .insert((account.0, conversation.0), (head.seq.0, head.posts))?;
        let own = FeedKey::Account(account);
        self.append(own, at, by, BodyRecord::ConversationAdded(conversation))?;
        let read = BodyRecord::Read(conversation, head.seq, head.posts);
        self.append(own, at, by, read)?;
        Ok(())
    }

    /// It no longer is; `removed` says so to the account.
    pub(super) fn remove_membership(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        account: AccountId,
        by: Option<AccountId>,
        removed: BodyRecord,
    ) -> Result<(), Stop> {
        self.tables
            .memberships
            .remove((account.0, conversation.0))?;
        self.append(FeedKey::Account(account), at, by, removed)?;
        Ok(())
    }

    /// Somebody in a conversation, as far as they are and it was not deleted.
    pub(super) fn member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Option<MemberRecord>, Stop> {
        if self
            .facts(conversation)?
            .is_none_or(|facts| facts.is_deleted)
        {
            return Ok(None);
        }
        let key = (conversation, account);
        if let Some(member) = self.cache.members.get(&key) {
            return Ok(*member);
        }
        let member = match self.tables.members.get((conversation.0, account.0))? {
            Some(record) => Some(parse(record.value(), "member")?),
            None => None,
        };
        self.cache.members.insert(key, member);
        Ok(member)
    }

    /// Everybody in a conversation, also in one that was deleted.
    pub(super) fn members(
        &self,
        conversation: ConversationId,
    ) -> Result<Vec<(AccountId, MemberRecord)>, Stop> {
        let range = (conversation.0, 0)..=(conversation.0, u64::MAX);
        let mut members = Vec::new();
        for row in self.tables.members.range(range)? {
            let (key, record) = row?;
            members.push((AccountId(key.value().1), parse(record.value(), "member")?));
        }
        Ok(members)
    }

    /// Refuses what would leave a room with others in it without any owner but this one.
    pub(super) fn keep_an_owner(
        &self,
        conversation: ConversationId,
        owner: AccountId,
    ) -> Result<(), Stop> {
        let range = (conversation.0, 0)..=(conversation.0, u64::MAX);
        let mut others = false;
        for row in self.tables.members.range(range)? {
            let (key, record) = row?;
            if key.value().1 == owner.0 {
                continue;
            }
            let member: MemberRecord = parse(record.value(), "member")?;
            if member.role == RoomRole::Owner {
                return Ok(());
            }
            others = true;
        }
        if others {
            return Err(Refusal::LastOwner(conversation).into());
        }
        Ok(())
    }

    /// Refuses who is in as many conversations as anybody may be.
    pub(super) fn room_for_one_more(&self, account: AccountId) -> Result<(), Stop> {
        if self.has_place(account)? {
            return Ok(());
        }
        Err(Refusal::TooManyConversations.into())
    }

    /// Whether somebody may be in another conversation.
    pub(super) fn has_place(&self, account: AccountId) -> Result<bool, Stop> {
        let range = (account.0, 0)..=(account.0, u64::MAX);
        let rows = self.tables.memberships.range(range)?;
        Ok(rows.take(CONVERSATIONS_PER_ACCOUNT).count() < CONVERSATIONS_PER_ACCOUNT)
    }

    /// What every post has to know; nothing where there is no such conversation.
    pub(super) fn facts(&mut self, conversation: ConversationId) -> Result<Option<Facts>, Stop> {
        if let Some(facts) = self.cache.facts.get(&conversation) {
            return Ok(Some(*facts));
        }
        let Some(record) = self.stored_conversation(conversation)? else {
            return Ok(None);
        };
        let range = (conversation.0, 0)..=(conversation.0, u64::MAX);
        let has_mutes = self.tables.mutes.range(range)?.next().is_some();
        let facts = Facts::of(&record, has_mutes);
        self.cache.facts.insert(conversation, facts);
        Ok(Some(facts))
    }

    /// A conversation that was not deleted.
    pub(super) fn conversation(
        &self,
        conversation: ConversationId,
    ) -> Result<ConversationRecord, Stop> {
        self.stored_conversation(conversation)?
            .filter(|record| record.deleted_at.is_none())
            .ok_or_else(|| Refusal::NoSuchConversation(conversation).into())
    }

    /// A conversation, also one that was deleted and can be restored.
    pub(super) fn stored_conversation(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<ConversationRecord>, Stop> {
        match self.tables.conversations.get(conversation.0)? {
            Some(record) => Ok(Some(parse(record.value(), "conversation")?)),
            None => Ok(None),
        }
    }

    /// Writes the record of a conversation, and what is remembered of it.
    pub(super) fn put_conversation(
        &mut self,
        conversation: ConversationId,
        record: &ConversationRecord,
    ) -> Result<(), Stop> {
        self.tables
            .conversations
            .insert(conversation.0, encode(record).as_slice())?;
        if let Some(facts) = self.cache.facts.get_mut(&conversation) {
            *facts = Facts::of(record, facts.has_mutes);
        }
        Ok(())
    }

    /// Done, up to the newest entry of the conversation.
    pub(super) fn done(&mut self, conversation: ConversationId) -> Result<Outcome, Stop> {
        let head = self.head(FeedKey::Conversation(conversation))?;
        Ok(Outcome::at(conversation, head.seq))
    }
}
