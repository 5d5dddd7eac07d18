//! Who may come into a room though not everybody may.

use super::rights::Right;
use super::{Apply, Stop, restrictions};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, ConversationRecord, RestrictionRecord};
use chat_shared::limits::RESTRICTIONS;
use chat_shared::{AccountId, ConversationId, InboxAbout, Timestamp};

impl Apply<'_> {
    pub(super) fn invite_to_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::Invite, conversation)?;
        if by == Some(account) {
            return Err(Refusal::NotToYourself.into());
        }
        if self.account(account)?.deleted_at.is_some() {
            return Err(Refusal::AccountDeleted(account).into());
        }
        if self.member(conversation, account)?.is_some() {
            return Err(Refusal::AlreadyAMember(account).into());
        }
        if let Some(ban) = self.ban_of(conversation, account, at)? {
            return Err(Refusal::Banned {
                conversation,
                account,
                until: ban.until,
            }
            .into());
        }
        if room.record.settings.archived {
            return Err(Refusal::RoomArchived(conversation).into());
        }
        let about = invitation_into(&room.record, conversation);
        if self.is_invited(conversation, account)? {
            // Who dismissed it may be reminded; where it waits still, nothing is added.
            self.inbox_add(at, account, by, about)?;
            return self.done(conversation);
        }
        let invitation = RestrictionRecord {
            by,
            at,
            until: None,
            reason: String::new(),
        };
        let invited = &mut self.tables.room_invitations;
        let what = "invitations into this room";
        restrictions::put(invited, conversation, account, &invitation, what)?;
        self.tables
            .invited_to
            .insert((account.0, conversation.0), ())?;
        let feed = FeedKey::Conversation(conversation);
        let seq = self.append(feed, at, by, BodyRecord::Invited(account))?;
        self.inbox_add(at, account, by, about)?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn uninvite_from_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Outcome, Stop> {
        self.room_for(by, Right::Invite, conversation)?;
        if !self.is_invited(conversation, account)? {
            return Err(Refusal::NotInvited {
                conversation,
                account,
            }
            .into());
        }
        self.remove_invitation(at, conversation, account)?;
        self.done(conversation)
    }

    /// Whether somebody may come in though not everybody may.
    pub(super) fn is_invited(
        &self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<bool, Stop> {
        let key = (conversation.0, account.0);
        Ok(self.tables.room_invitations.get(key)?.is_some())
    }

    /// An invitation was used or taken back: it no longer waits either.
    pub(super) fn remove_invitation(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<(), Stop> {
        if self.is_invited(conversation, account)? {
            self.forget_invitation(conversation, account)?;
            self.inbox_invitation_over(at, account, conversation)?;
        }
        Ok(())
    }

    /// A room is back: its invitations wait again for whom it still invites, as from who invited them.
    pub(super) fn inbox_invitations_again(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        record: &ConversationRecord,
    ) -> Result<(), Stop> {
        let mut invited = Vec::new();
        let range = (conversation.0, 0)..=(conversation.0, u64::MAX);
        let rows = self.tables.room_invitations.range(range)?;
        for row in rows.take(RESTRICTIONS) {
            let (key, invitation) = row?;
            let invitation: RestrictionRecord = parse(invitation.value(), "invitation")?;
            invited.push((AccountId(key.value().1), invitation.by));
        }
        for (account, by) in invited {
            let about = invitation_into(record, conversation);
            self.inbox_add(at, account, by, about)?;
        }
        Ok(())
    }

    /// Whom a room invites, so many at the most.
    pub(super) fn invited_into(
        &self,
        conversation: ConversationId,
        limit: usize,
    ) -> Result<Vec<AccountId>, Stop> {
        let range = (conversation.0, 0)..=(conversation.0, u64::MAX);
        let mut accounts = Vec::new();
        for row in self.tables.room_invitations.range(range)?.take(limit) {
            accounts.push(AccountId(row?.0.value().1));
        }
        Ok(accounts)
    }

    /// The rows of an invitation, of which nothing waits any more.
    pub(super) fn forget_invitation(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<(), Stop> {
        let key = (conversation.0, account.0);
        self.tables.room_invitations.remove(key)?;
        self.tables.invited_to.remove((account.0, conversation.0))?;
        Ok(())
    }
}

/// What waits for whom this room invites.
fn invitation_into(record: &ConversationRecord, conversation: ConversationId) -> InboxAbout {
    InboxAbout::RoomInvitation {
        conversation,
        name: record.room.clone().unwrap_or_default(),
    }
}
