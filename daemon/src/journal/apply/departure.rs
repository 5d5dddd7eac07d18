//! Leaving the house for good. What somebody said stays, or goes in portions; their name stays theirs.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::run_of;
use crate::store::record::{AccountRecord, BodyRecord, EntryRecord, Verifier};
use chat_shared::{AccountId, ConversationId, HouseRole, Profile, Seq, StatusText, Timestamp};

/// Messages that one command takes away, and entries that it looks at to find them: some milliseconds.
const PORTION: usize = 500;
const LOOKED_AT: usize = 5_000;

/// No password fits it: nobody finds what hashes to zeros.
const NO_PASSWORD: Verifier = Verifier {
    salt: [0; 16],
    iterations: 4096,
    stored_key: [0; 32],
    server_key: [0; 32],
};

/// A portion of what somebody said.
struct Messages {
    found: Vec<(ConversationId, Seq, EntryRecord)>,
    /// Up to where it was looked for; nothing where that was the end.
    last: Option<(ConversationId, Seq)>,
}

impl Apply<'_> {
    pub(super) fn delete_account(
        &mut self,
        at: Timestamp,
        by: AccountId,
        remove_messages: bool,
    ) -> Result<Outcome, Stop> {
        let record = self.account(by)?;
        self.end_account(at, Some(by), (by, record), remove_messages)
    }

    /// Ends the account of somebody else.
    pub(super) fn delete_account_of(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        name: &str,
        remove_messages: bool,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        let record = self.present(account)?;
        self.outranks(by, account, None)?;
        if name != record.name {
            return Err(Refusal::NotTheirName(account).into());
        }
        self.end_account(at, by, (account, record), remove_messages)
    }

    fn end_account(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        (account, mut record): (AccountId, AccountRecord),
        remove_messages: bool,
    ) -> Result<Outcome, Stop> {
        self.keep_an_administrator(&record)?;
        // In the log under the name and role of then.
        let word = format!("{:?}", record.role).to_lowercase();
        self.audit(at, by, "delete_account", record.name.clone(), word)?;

        self.remove_devices(at, by, account, None)?;
        self.leave_everything(at, by, account)?;
        self.forget_contacts(account)?;
        self.empty_inbox(account)?;
        self.leave_shared_groups(at, account)?;
        self.tables.seen.remove(account.0)?;

        let had_say = record.role > HouseRole::Member;
        if had_say {
            record.set_role(HouseRole::Member);
        }
        record.enabled = false;
        record.deleted_at = Some(at);
        record.verifier = NO_PASSWORD;
        record.profile = Profile::default();
        record.status = StatusText::default();
        record.reset = None;
        self.put_account(account, &record)?;
        if had_say {
            let set = BodyRecord::HouseRoleSet(account, record.role);
            self.append(FeedKey::House, at, by, set)?;
        }
        let emptied = BodyRecord::ProfileSet(account, Box::default());
        self.append(FeedKey::House, at, by, emptied)?;
        let deleted = BodyRecord::AccountDeleted(account);
        self.append(FeedKey::House, at, by, deleted)?;
        if remove_messages {
            self.tables.messages_to_remove.insert(account.0, (0, 0))?;
        }
        Ok(Outcome::DONE)
    }

    /// Takes one portion of messages away, and notes where to go on.
    pub(super) fn remove_messages(&mut self, at: Timestamp) -> Result<Outcome, Stop> {
        let row = self.tables.messages_to_remove.range::<u64>(..)?.next();
        let Some(row) = row.transpose()? else {
            return Ok(Outcome::Swept { more: false });
        };
        let (account, (conversation, seq)) = (AccountId(row.0.value()), row.1.value());
        drop(row);
        self.file_all()?;
        let after = (ConversationId(conversation), Seq(seq));
        let Messages { found, last } = self.messages_of(account, after)?;
        for (conversation, seq, message) in found {
            let message = (seq, message);
            self.take_away(at, Some(account), conversation, message, String::new())?;
        }
        match last {
            Some((conversation, seq)) => {
                let place = (conversation.0, seq.0);
                self.tables.messages_to_remove.insert(account.0, place)?;
            }
            None => self.tables.messages_to_remove.remove(account.0)?,
        }
        let mut rest = self.tables.messages_to_remove.range::<u64>(..)?;
        let more = rest.next().transpose()?.is_some();
        Ok(Outcome::Swept { more })
    }

    /// A portion of what somebody said after a place.
    fn messages_of(
        &self,
        account: AccountId,
        (conversation, seq): (ConversationId, Seq),
    ) -> Result<Messages, Stop> {
        let (kind, first) = FeedKey::Conversation(conversation).key();
        let range = (kind, first, seq.0.saturating_add(1))..=(kind, u64::MAX, u64::MAX);
        let mut found = Vec::new();
        let mut looked_at = 0;
        for row in self.tables.entries.range(range)? {
            let row = row?;
            let conversation_there = ConversationId(row.0.value().1);
            for (seq_there, record) in run_of(row)? {
                if (conversation_there, seq_there) <= (conversation, seq) {
                    continue;
                }
                if record.by == Some(account) && matches!(record.body, BodyRecord::Posted(_)) {
                    found.push((conversation_there, seq_there, record));
                }
                looked_at += 1;
                if found.len() == PORTION || looked_at == LOOKED_AT {
                    let last = Some((conversation_there, seq_there));
                    return Ok(Messages { found, last });
                }
            }
        }
        Ok(Messages { found, last: None })
    }

    /// Nothing holds back who leaves the house, not even that they are the last owner. Direct
    /// conversations have no way out, and stay with the others.
    fn leave_everything(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
    ) -> Result<(), Stop> {
        let range = (account.0, 0)..=(account.0, u64::MAX);
        let mut memberships = Vec::new();
        for row in self.tables.memberships.range(range)? {
            memberships.push(ConversationId(row?.0.value().1));
        }
        for conversation in memberships {
            let record = self.stored_conversation(conversation)?;
            if record.is_some_and(|record| record.room.is_some() && record.deleted_at.is_none()) {
                let left = BodyRecord::Left(account);
                self.remove_member(at, conversation, account, by, left)?;
            }
        }
        let range = (account.0, 0)..=(account.0, u64::MAX);
        let mut invitations = Vec::new();
        for row in self.tables.invited_to.range(range)? {
            invitations.push(ConversationId(row?.0.value().1));
        }
        for conversation in invitations {
            self.forget_invitation(conversation, account)?;
        }
        Ok(())
    }
}
