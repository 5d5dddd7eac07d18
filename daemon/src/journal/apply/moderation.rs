//! Keeping the peace in a room: roles, putting people out, and silencing them.

use super::access::Known;
use super::rights::Right;
use super::{Apply, Stop, restrictions};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::record::{BodyRecord, RestrictionRecord};
use chat_shared::{AccountId, ConversationId, RoomRole, Timestamp};

impl Apply<'_> {
    pub(super) fn set_room_role(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
        role: RoomRole,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::SetRoomRole, conversation)?;
        let name = self.account(account)?.name;
        let Some(mut member) = self.member(conversation, account)? else {
            return Err(Refusal::NoRoleOutside {
                conversation,
                account,
            }
            .into());
        };
        if by != Some(account) {
            self.outranks(by, account, Some(conversation))?;
        }
        if member.role == role {
            return self.done(conversation);
        }
        if member.role == RoomRole::Owner {
            self.keep_an_owner(conversation, account)?;
        }
        member.role = role;
        self.put_member(conversation, account, member)?;
        let set = BodyRecord::RoleSet(account, role);
        let seq = self.append(FeedKey::Conversation(conversation), at, by, set)?;
        let target = format!("{} {name}", room.title());
        let detail = format!("{role:?}").to_lowercase();
        self.audit(at, by, "set_room_role", target, detail)?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn kick(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
        reason: String,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::KeepPeace, conversation)?;
        let target = self.target(by, &room, account)?;
        if self.member(conversation, account)?.is_none() {
            return Err(Refusal::NotInside {
                conversation,
                account,
            }
            .into());
        }
        let kicked = BodyRecord::Kicked(account, reason.clone());
        let seq = self.remove_member(at, conversation, account, by, kicked)?;
        self.audit(at, by, "kick", target, reason)?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn ban(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
        until: Option<Timestamp>,
        reason: String,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::KeepPeace, conversation)?;
        let target = self.target(by, &room, account)?;
        let ban = restriction(at, by, until, &reason);
        let what = "bans in this room";
        restrictions::put(&mut self.tables.bans, conversation, account, &ban, what)?;
        if self.member(conversation, account)?.is_some() {
            let kicked = BodyRecord::Kicked(account, reason.clone());
            let banned = BodyRecord::BannedFrom(conversation, until, reason.clone());
            self.take_out(at, conversation, account, by, kicked, banned)?;
        }
        self.remove_invitation(at, conversation, account)?;
        let banned = BodyRecord::Banned(account, until, reason.clone());
        let seq = self.append(FeedKey::Conversation(conversation), at, by, banned)?;
        self.audit(at, by, "ban", target, detail(until, &reason))?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn unban(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::KeepPeace, conversation)?;
        let target = self.not_oneself(by, &room, account)?;
        if self.ban_of(conversation, account, at)?.is_none() {
            let how = "banned";
            return Err(Refusal::NotRestricted { account, how }.into());
        }
        self.tables.bans.remove((conversation.0, account.0))?;
        let unbanned = BodyRecord::Unbanned(account);
        let seq = self.append(FeedKey::Conversation(conversation), at, by, unbanned)?;
        self.audit(at, by, "unban", target, String::new())?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn mute(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
        until: Option<Timestamp>,
        reason: String,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::KeepPeace, conversation)?;
        let target = self.target(by, &room, account)?;
        let mute = restriction(at, by, until, &reason);
        let what = "mutes in this room";
        restrictions::put(&mut self.tables.mutes, conversation, account, &mute, what)?;
        if let Some(facts) = self.cache.facts.get_mut(&conversation) {
            facts.has_mutes = true;
        }
        let muted = BodyRecord::Muted(account, until, reason.clone());
        let seq = self.append(FeedKey::Conversation(conversation), at, by, muted)?;
        self.audit(at, by, "mute", target, detail(until, &reason))?;
        Ok(Outcome::at(conversation, seq))
    }

    pub(super) fn unmute(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Outcome, Stop> {
        let room = self.room_for(by, Right::KeepPeace, conversation)?;
        let target = self.not_oneself(by, &room, account)?;
        if self.mute_of(conversation, account, at)?.is_none() {
            let how = "muted";
            return Err(Refusal::NotRestricted { account, how }.into());
        }
        self.tables.mutes.remove((conversation.0, account.0))?;
        self.cache.facts.remove(&conversation);
        let unmuted = BodyRecord::Unmuted(account);
        let seq = self.append(FeedKey::Conversation(conversation), at, by, unmuted)?;
        self.audit(at, by, "unmute", target, String::new())?;
        Ok(Outcome::at(conversation, seq))
    }

    /// Somebody whom a room keeps out at this time.
    pub(super) fn ban_of(
        &self,
        conversation: ConversationId,
        account: AccountId,
        at: Timestamp,
    ) -> Result<Option<RestrictionRecord>, Stop> {
        restrictions::holding(&self.tables.bans, conversation, account, at)
    }

    /// Somebody who may not write in a room at this time.
    pub(super) fn mute_of(
        &self,
        conversation: ConversationId,
        account: AccountId,
        at: Timestamp,
    ) -> Result<Option<RestrictionRecord>, Stop> {
        restrictions::holding(&self.tables.mutes, conversation, account, at)
    }

    /// Refuses acting upon who has as much to say, and names who it is for the audit log.
    fn target(
        &mut self,
        by: Option<AccountId>,
        room: &Known,
        account: AccountId,
    ) -> Result<String, Stop> {
        let target = self.not_oneself(by, room, account)?;
        self.outranks(by, account, Some(room.id))?;
        Ok(target)
    }

    fn not_oneself(
        &self,
        by: Option<AccountId>,
        room: &Known,
        account: AccountId,
    ) -> Result<String, Stop> {
        if by == Some(account) {
            return Err(Refusal::NotToYourself.into());
        }
        let name = self.account(account)?.name;
        Ok(format!("{} {name}", room.title()))
    }
}

fn restriction(
    at: Timestamp,
    by: Option<AccountId>,
    until: Option<Timestamp>,
    reason: &str,
) -> RestrictionRecord {
    RestrictionRecord {
        by,
        at,
        until,
        reason: reason.to_owned(),
    }
}

/// Until when and why, for the audit log: times as they are stored, so that nothing is lost.
fn detail(until: Option<Timestamp>, reason: &str) -> String {
    match until {
        Some(until) => format!("until {until} {reason}").trim_end().to_owned(),
        None => reason.to_owned(),
    }
}
