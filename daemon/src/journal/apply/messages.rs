//! Taking messages away, and telling those who keep the peace of them.

use super::access::Known;
use super::rights::{Actor, Right};
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{AccountRecord, BodyRecord, EntryRecord};
use chat_shared::{
    AccountId, ConversationId, HistoryFrom, HouseRole, InboxAbout, InboxItem, RoomRole, Seq,
    Timestamp,
};

/// People who are told of one report: more would not settle it sooner.
const REPORT_TO: usize = 16;

impl Apply<'_> {
    pub(super) fn delete_message(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        seq: Seq,
        reason: String,
    ) -> Result<Outcome, Stop> {
        let talk = self.known(by, conversation)?;
        if !talk.actor.may(Right::KeepPeace) {
            talk.permits(Right::OwnMessage)?;
        }
        let message = self.message(&talk, seq)?;
        let is_others = by.is_none() || message.by != by;
        if is_others {
            talk.permits(Right::KeepPeace)?;
        }
        if let (true, Some(author)) = (is_others, message.by) {
            self.outranks(by, author, Some(conversation))?;
        }
        let deleted = self.take_away(at, by, conversation, (seq, message), reason.clone())?;
        if is_others {
            let target = format!("{} message {seq}", talk.title());
            self.audit(at, by, "delete_message", target, reason)?;
        }
        Ok(Outcome::at(conversation, deleted))
    }

    pub(super) fn report(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
        seq: Seq,
        reason: String,
    ) -> Result<Outcome, Stop> {
        let talk = self.known(Some(by), conversation)?;
        talk.permits(Right::OwnMessage)?;
        let author = self.message(&talk, seq)?.by;
        if author == Some(by) {
            return Err(Refusal::NotToYourself.into());
        }
        for moderator in self.moderators_of(&talk, by, author)? {
            let about = InboxAbout::Report {
                conversation,
                seq,
                reason: reason.clone(),
            };
            if !self.was_told_of(moderator, by, conversation, seq)? {
                self.inbox_add(at, moderator, Some(by), about)?;
            }
        }
        self.done(conversation)
    }

    /// Puts a tombstone in the place of a message, and says so. Gives the entry that does.
    pub(super) fn take_away(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        (seq, message): (Seq, EntryRecord),
        reason: String,
    ) -> Result<Seq, Stop> {
        let feed = FeedKey::Conversation(conversation);
        let tombstone = EntryRecord {
            body: BodyRecord::Tombstone,
            ..message
        };
        self.replace_entry(feed, seq, &tombstone)?;
        let deleted = BodyRecord::MessageDeleted(seq, reason);
        self.append(feed, at, by, deleted)
    }

    /// A message that is there, and that `by` may read.
    fn message(&mut self, talk: &Known, seq: Seq) -> Result<EntryRecord, Stop> {
        let from = match (talk.record.settings.history, talk.actor) {
            (HistoryFrom::Joining, Actor::Person { account, .. })
                if !talk.actor.may(Right::KeepPeace) =>
            {
                let member = self.member(talk.id, account)?;
                member.map_or(u64::MAX, |member| member.joined)
            }
            _ => 0,
        };
        let entry = self.entry(FeedKey::Conversation(talk.id), seq)?;
        let is_message = |entry: &EntryRecord| matches!(entry.body, BodyRecord::Posted(_));
        match entry.filter(|entry| seq.0 >= from && is_message(entry)) {
            Some(entry) => Ok(entry),
            None => Err(Refusal::NoSuchMessage(seq).into()),
        }
    }

    /// Who is told of a report: those who keep the peace in the room, or else in the house, but not who
    /// reports or is reported.
    fn moderators_of(
        &self,
        talk: &Known,
        by: AccountId,
        author: Option<AccountId>,
    ) -> Result<Vec<AccountId>, Stop> {
        let is_other = |account: &AccountId| *account != by && Some(*account) != author;
        let mut found = Vec::new();
        if talk.record.room.is_some() {
            let members = self.members(talk.id)?.into_iter();
            let moderators = members.filter(|(_, member)| member.role >= RoomRole::Moderator);
            found.extend(moderators.map(|(account, _)| account).filter(is_other));
        }
        if found.is_empty() {
            for row in self.tables.accounts.range::<u64>(..)? {
                let (id, record) = row?;
                let account = AccountId(id.value());
                let record: AccountRecord = parse(record.value(), "account")?;
                if record.enabled && record.role >= HouseRole::Moderator && is_other(&account) {
                    found.push(account);
                }
                if found.len() == REPORT_TO {
                    break;
                }
            }
        }
        found.truncate(REPORT_TO);
        Ok(found)
    }

    /// Whether the same report waits for somebody already.
    fn was_told_of(
        &self,
        moderator: AccountId,
        by: AccountId,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<bool, Stop> {
        let range = (moderator.0, 0)..=(moderator.0, u64::MAX);
        for row in self.tables.inbox.range(range)? {
            let item: InboxItem = parse(row?.1.value(), "inbox item")?;
            let is_same = matches!(
                item.about,
                InboxAbout::Report { conversation: there, seq: which, .. }
                    if there == conversation && which == seq
            );
            if is_same && item.by == Some(by) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
