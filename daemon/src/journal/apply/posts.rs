//! What is said, who may say it when, and how far it was read.

use super::rights::{Actor, Right};
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::record::{BodyRecord, MemberRecord};
use crate::store::schema::meta;
use chat_shared::mentions::names_after_at;
use chat_shared::{AccountId, ConversationId, InboxAbout, RoomRole, Seq, Timestamp};
use std::collections::BTreeSet;

/// While the panic switch is on, accounts that are younger wait between their messages: a day is longer
/// than whoever makes accounts to make trouble waits for anything.
const NEW_MS: i64 = 24 * 3600 * 1000;

/// So long; enough to read what they wrote, and to put them out.
const NEWCOMER_WAIT_MS: i64 = 30 * 1000;

/// Where [`super::tables::Tables::last_posts`] keeps a newcomer's newest message in any conversation: 0 is
/// never an id.
const ANYWHERE: ConversationId = ConversationId(0);

impl Apply<'_> {
    /// Says something. The hot path: in a room where everybody may write it reads no table, once the
    /// conversation, its member and its newest entry are in the cache.
    pub(super) fn post(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
        text: String,
    ) -> Result<Outcome, Stop> {
        let Some(member) = self.member(conversation, by)? else {
            self.known(Some(by), conversation)?;
            return Err(Refusal::NotAMember(conversation).into());
        };
        let waits = self.check_writing(at, by, conversation, member)?;
        for place in waits {
            self.tables.last_posts.insert((place.0, by.0), at.0)?;
        }
        let mentioned = self.mentioned(conversation, by, &text)?;
        let feed = FeedKey::Conversation(conversation);
        let seq = self.append(feed, at, Some(by), BodyRecord::Posted(text))?;
        for account in mentioned {
            let about = InboxAbout::Mention { conversation, seq };
            self.inbox_add(at, account, Some(by), about)?;
        }
        Ok(Outcome::at(conversation, seq))
    }

    /// Refuses who may not write now, and says from where on they wait for their next message.
    fn check_writing(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
        member: MemberRecord,
    ) -> Result<Vec<ConversationId>, Stop> {
        let Some(facts) = self.facts(conversation)? else {
            return Err(Refusal::NoSuchConversation(conversation).into());
        };
        if facts.is_archived {
            return Err(Refusal::RoomArchived(conversation).into());
        }
        if facts.has_mutes
            && let Some(mute) = self.mute_of(conversation, by, at)?
        {
            let until = mute.until;
            return Err(Refusal::Muted {
                conversation,
                until,
            }
            .into());
        }
        let panic = self.is_panic()?;
        // Nothing is asked of the account where nothing depends on it.
        let is_plain = !facts.is_read_only && facts.slow_secs == 0 && !panic;
        if is_plain || self.writes_freely(by, member.role)? {
            return Ok(Vec::new());
        }
        if facts.is_read_only {
            return Err(Refusal::RoomReadOnly(conversation).into());
        }
        let mut waits = Vec::new();
        let mut wait_ms = 0;
        if facts.slow_secs > 0 {
            let slow_ms = i64::from(facts.slow_secs) * 1000;
            wait_ms = self.wait_ms(at, by, conversation, slow_ms)?;
            waits.push(conversation);
        }
        if panic && at.0 - self.account(by)?.created_at.0 < NEW_MS {
            wait_ms = wait_ms.max(self.wait_ms(at, by, ANYWHERE, NEWCOMER_WAIT_MS)?);
            waits.push(ANYWHERE);
        }
        if wait_ms > 0 {
            return Err(Refusal::SlowMode { wait_ms }.into());
        }
        Ok(waits)
    }

    fn writes_freely(&self, by: AccountId, role: RoomRole) -> Result<bool, Stop> {
        let actor = Actor::Person {
            account: by,
            house: self.account(by)?.role,
            room: Some(role),
        };
        Ok(actor.may(Right::WriteFreely))
    }

    /// How long somebody still waits who may write every so often.
    fn wait_ms(
        &self,
        at: Timestamp,
        by: AccountId,
        place: ConversationId,
        every_ms: i64,
    ) -> Result<u64, Stop> {
        let last = self.tables.last_posts.get((place.0, by.0))?;
        // A clock that was set back must not make anybody wait longer than the rule says.
        let left = last.map_or(0, |last| last.value() + every_ms - at.0);
        Ok(left.clamp(0, every_ms).unsigned_abs())
    }

    /// Whether the panic switch is on.
    pub(super) fn is_panic(&mut self) -> Result<bool, Stop> {
        if let Some(panic) = self.cache.panic {
            return Ok(panic);
        }
        let value = self.tables.meta.get(meta::PANIC)?;
        let panic = value.is_some_and(|value| value.value() != 0);
        self.cache.panic = Some(panic);
        Ok(panic)
    }

    /// Turns the panic switch.
    pub(super) fn set_panic(&mut self, on: bool) -> Result<(), Stop> {
        self.tables.meta.insert(meta::PANIC, u64::from(on))?;
        self.cache.panic = Some(on);
        Ok(())
    }

    /// Whom a message names: members, but not its author. Who blocks the author has an inbox that takes
    /// nothing from them.
    fn mentioned(
        &mut self,
        conversation: ConversationId,
        by: AccountId,
        text: &str,
    ) -> Result<BTreeSet<AccountId>, Stop> {
        let mut mentioned = BTreeSet::new();
        for name in names_after_at(text) {
            let account = self.tables.account_names.get(name.as_str())?;
            let Some(account) = account.map(|id| AccountId(id.value())) else {
                continue;
            };
            if account != by && self.member(conversation, account)?.is_some() {
                mentioned.insert(account);
            }
        }
        Ok(mentioned)
    }

    /// Moves marks on; those of people who are no longer there, or that would move back, change nothing.
    pub(super) fn mark_read(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        marks: &[(AccountId, Seq)],
    ) -> Result<Outcome, Stop> {
        let head = self.head(FeedKey::Conversation(conversation))?;
        for (account, seq) in marks {
            let key = (account.0, conversation.0);
            let before = self.tables.memberships.get(key)?.map(|mark| mark.value().0);
            let seq = (*seq).min(head.seq);
            if before.is_none_or(|before| seq.0 <= before) {
                continue;
            }
            let posts = if seq == head.seq {
                head.posts
            } else {
                self.posts_at(conversation, seq)?
            };
            self.tables.memberships.insert(key, (seq.0, posts))?;
            let read = BodyRecord::Read(conversation, seq, posts);
            self.append(FeedKey::Account(*account), at, Some(*account), read)?;
            self.inbox_read_mentions(at, *account, conversation, seq)?;
        }
        Ok(Outcome::DONE)
    }

    fn posts_at(&self, conversation: ConversationId, seq: Seq) -> Result<u64, Stop> {
        let entry = self.entry(FeedKey::Conversation(conversation), seq)?;
        Ok(entry.map_or(0, |entry| entry.posts))
    }
}
