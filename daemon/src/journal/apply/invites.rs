//! Invitations into the house.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::command::NewInvite;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::read::parse;
use crate::store::record::{InviteRecord, encode};
use crate::store::schema::meta;
use chat_shared::limits::{INVITE_ROOMS, INVITES};
use chat_shared::{AccountId, HouseRole, InviteId, Timestamp};

impl Apply<'_> {
    pub(super) fn add_invite(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        invite: NewInvite,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::KeepHouse, None)?;
        self.check_invite(at, by, &invite)?;
        let id = InviteId(self.count(meta::LAST_INVITE, 1)?);
        let record = InviteRecord {
            code_hash: invite.code_hash,
            uses_left: invite.uses,
            expires_at: invite.expires_at,
            created_at: at,
            founding: invite.founding,
            by,
            rooms: invite.rooms,
            role: invite.role,
        };
        self.put_invite(id, &record)?;
        self.tables.invite_codes.insert(&record.code_hash, id.0)?;
        let word = format!("{:?}", record.role).to_lowercase();
        let uses = match record.uses_left {
            1 => "1 use".to_owned(),
            uses => format!("{uses} uses"),
        };
        let detail = format!("{uses}, as {word}, until {}", record.expires_at);
        self.audit(at, by, "add_invite", format!("invitation {id}"), detail)?;
        Ok(Outcome::Invite {
            invite: id,
            expires_at: invite.expires_at,
        })
    }

    /// Ends an invitation: one's own, or as an administrator any. Those of others are not there for the rest.
    pub(super) fn revoke_invite(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        invite: InviteId,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::KeepHouse, None)?;
        let record = self.invite(invite)?.ok_or(Refusal::NoSuchInvite(invite))?;
        let is_anybodys = self.actor(by, None)?.may(Right::RunHouse);
        if !is_anybodys && record.by != by {
            return Err(Refusal::NoSuchInvite(invite).into());
        }
        self.remove_invite(invite, &record)?;
        let target = format!("invitation {invite}");
        self.audit(at, by, "revoke_invite", target, String::new())?;
        Ok(Outcome::DONE)
    }

    /// Takes away invitations whose time is over, so many at the most, and says how many those were.
    pub(super) fn expire_invites(&mut self, at: Timestamp, limit: usize) -> Result<usize, Stop> {
        let mut expired = Vec::new();
        for row in self.tables.invites.range::<u64>(..)? {
            let (id, record) = row?;
            let record: InviteRecord = parse(record.value(), "invite")?;
            if record.expires_at <= at {
                expired.push((InviteId(id.value()), record));
            }
            if expired.len() >= limit {
                break;
            }
        }
        expired.truncate(limit);
        for (id, record) in &expired {
            self.remove_invite(*id, record)?;
        }
        Ok(expired.len())
    }

    /// The invitation with this code, where it holds. It ends with the right of who made it.
    pub(super) fn valid_invite(
        &mut self,
        code_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<(InviteId, InviteRecord), Stop> {
        let id = self.tables.invite_codes.get(code_hash)?;
        let id = id.map(|id| InviteId(id.value()));
        let id = id.ok_or(Refusal::InviteInvalid)?;
        let invite = self.invite(id)?.ok_or(Refusal::InviteInvalid)?;
        let is_over = invite.uses_left == 0 || invite.expires_at <= now;
        if is_over || self.role_of_host(invite.by)?.is_none() {
            return Err(Refusal::InviteInvalid.into());
        }
        Ok((id, invite))
    }

    /// Somebody came by an invitation that holds.
    pub(super) fn use_invite(
        &mut self,
        id: InviteId,
        mut invite: InviteRecord,
    ) -> Result<(), Stop> {
        invite.uses_left -= 1;
        if invite.uses_left == 0 {
            return self.remove_invite(id, &invite);
        }
        self.put_invite(id, &invite)
    }

    fn check_invite(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        invite: &NewInvite,
    ) -> Result<(), Stop> {
        let own = self.role_of_host(by)?.unwrap_or(HouseRole::Guest);
        if invite.role > own {
            let who = "those who have that role in the house or a higher one";
            return Err(Refusal::NotAllowed(who).into());
        }
        if invite.rooms.len() > INVITE_ROOMS {
            return Err(Refusal::TooMany {
                what: "rooms of an invitation",
                limit: INVITE_ROOMS,
            }
            .into());
        }
        for room in &invite.rooms {
            let room = self.room_for(by, Right::Invite, *room)?;
            if room.record.settings.archived {
                return Err(Refusal::RoomArchived(room.id).into());
            }
        }
        if self.holding_invites(at)? >= INVITES {
            return Err(Refusal::TooMany {
                what: "invitations into the house",
                limit: INVITES,
            }
            .into());
        }
        // The same code twice would give two invitations one way in.
        if self.tables.invite_codes.get(&invite.code_hash)?.is_some() {
            return Err(Refusal::InviteInvalid.into());
        }
        Ok(())
    }

    /// How many hold at this time; what is over waits to be taken away.
    fn holding_invites(&self, at: Timestamp) -> Result<usize, Stop> {
        let mut count = 0;
        for row in self.tables.invites.range::<u64>(..)? {
            let record: InviteRecord = parse(row?.1.value(), "invite")?;
            count += usize::from(record.expires_at > at);
        }
        Ok(count)
    }

    fn invite(&self, invite: InviteId) -> Result<Option<InviteRecord>, Stop> {
        match self.tables.invites.get(invite.0)? {
            Some(record) => Ok(Some(parse(record.value(), "invite")?)),
            None => Ok(None),
        }
    }

    fn put_invite(&mut self, id: InviteId, invite: &InviteRecord) -> Result<(), Stop> {
        self.tables
            .invites
            .insert(id.0, encode(invite).as_slice())?;
        Ok(())
    }

    fn remove_invite(&mut self, id: InviteId, invite: &InviteRecord) -> Result<(), Stop> {
        self.tables.invites.remove(id.0)?;
        self.tables.invite_codes.remove(&invite.code_hash)?;
        Ok(())
    }
}
