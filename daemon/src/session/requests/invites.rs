//! Invitations into the house: by people who may, and by the administrator at the machine.

use super::super::{Session, answers, faults};
use super::numbered::ask;
use super::rooms::role;
use super::texts::{LIST_BYTES, fitting};
use crate::clock::now;
use crate::invite_code;
use crate::journal::command::NewInvite;
use crate::journal::{Action, Command, Outcome};
use crate::random;
use crate::store::Reader;
use actix::Context;
use chat_shared::limits::INVITE_ROOMS;
use chat_shared::link::JoinLink;
use chat_shared::names::RoomName;
use chat_shared::{
    AccountId, ConversationId, Event, Fault, HouseRole, InviteId, InviteInfo, RequestId, Timestamp,
};

/// An invitation holds for a year at the most.
const INVITE_SECS: u64 = 366 * 24 * 3600;
/// Uses of one invitation.
const INVITE_USES: u32 = 100_000;

/// What an invitation is to be.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) uses: u32,
    pub(super) expires_secs: u64,
    pub(super) role: HouseRole,
}

impl Wanted {
    fn check(&self, rooms: usize) -> Result<(), Fault> {
        if self.uses == 0
            || self.uses > INVITE_USES
            || self.expires_secs == 0
            || self.expires_secs > INVITE_SECS
        {
            let days = INVITE_SECS / (24 * 3600);
            let text = format!(
                "an invitation has 1 to {INVITE_USES} uses and holds for up to {days} days"
            );
            return Err(faults::bad_range(&text));
        }
        if rooms > INVITE_ROOMS {
            let text = format!("an invitation leads into {INVITE_ROOMS} rooms at the most");
            return Err(faults::bad_range(&text));
        }
        Ok(())
    }
}

/// When something ends that holds for so long from now on.
pub(super) fn after_secs(at: Timestamp, secs: u64) -> Timestamp {
    let milliseconds = i64::try_from(secs.saturating_mul(1_000)).unwrap_or(i64::MAX);
    Timestamp(at.0.saturating_add(milliseconds))
}

/// By somebody who is signed in.
pub(super) fn make(
    session: &mut Session,
    id: RequestId,
    wanted: Wanted,
    rooms: Vec<ConversationId>,
    ctx: &mut Context<Session>,
) {
    let Some(by) = session.account() else {
        return;
    };
    if let Err(fault) = wanted.check(rooms.len()) {
        return session.refuse(id, fault);
    }
    submit(session, id, Some(by), wanted, rooms, ctx);
}

/// By the administrator at the machine, who names rooms.
pub(super) fn make_by_administrator(
    session: &mut Session,
    id: RequestId,
    wanted: Wanted,
    rooms: Vec<String>,
    ctx: &mut Context<Session>,
) {
    if let Err(fault) = wanted.check(rooms.len()) {
        return session.refuse(id, fault);
    }
    let find = move |reader: &Reader| {
        let mut found = Vec::with_capacity(rooms.len());
        for name in rooms {
            let parsed = RoomName::parse(&name);
            let room = match &parsed {
                Ok(name) => reader.room_named(name.as_str())?,
                Err(_) => None,
            };
            match room {
                Some(room) => found.push(room),
                None => return Ok(Err(faults::no_such_room(&name))),
            }
        }
        Ok(Ok(found))
    };
    session.read(ctx, id, find, move |session, ctx, rooms| {
        submit(session, id, None, wanted, rooms, ctx);
    });
}

fn submit(
    session: &Session,
    id: RequestId,
    by: Option<AccountId>,
    wanted: Wanted,
    rooms: Vec<ConversationId>,
    ctx: &mut Context<Session>,
) {
    let code = invite_code::from_random(random::bytes());
    // One reading of the clock, so that the invitation holds exactly as long as was asked.
    let at = now();
    let invite = NewInvite {
        code_hash: invite_code::hash(&code),
        uses: wanted.uses,
        expires_at: after_secs(at, wanted.expires_secs),
        founding: false,
        rooms,
        role: wanted.role,
    };
    let command = Command {
        at,
        by,
        once: None,
        action: Action::AddInvite(invite),
    };
    ask(session, id, command, ctx, move |session, _, result| {
        let Ok(Outcome::Invite { invite, expires_at }) = result else {
            return session.answer(id, answers::of(result));
        };
        let with_code = |link: &JoinLink| {
            let mut link = link.clone();
            link.invite = Some(code.clone());
            link.to_string()
        };
        let links = session.shared.house.links.iter().map(with_code).collect();
        let made = Event::InviteMade {
            invite,
            code,
            links,
            expires_at,
        };
        session.answer(id, made);
    });
}

/// One's own, of administrators all.
pub(super) fn list(
    session: &mut Session,
    id: RequestId,
    by: Option<AccountId>,
    after: InviteId,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| {
        let at = now();
        let only = match by {
            None => None,
            Some(by) => match role(reader, by)? {
                HouseRole::Administrator => None,
                HouseRole::Moderator => Some(by),
                HouseRole::Member | HouseRole::Guest => {
                    let text = "this is only for moderators of the house, who may invite";
                    return Ok(Err(faults::not_allowed(text)));
                }
            },
        };
        let invites = reader.invites()?.into_iter();
        let holds = invites.filter(|(invite, record)| {
            *invite > after && record.expires_at > at && (only.is_none() || record.by == only)
        });
        let invites = holds.map(|(invite, record)| InviteInfo {
            invite,
            uses_left: record.uses_left,
            expires_at: record.expires_at,
            created_at: record.created_at,
            by: record.by,
            rooms: record.rooms,
            role: record.role,
        });
        Ok(Ok(fitting(invites.collect(), LIST_BYTES)))
    };
    session.read(ctx, id, ask, move |session, _, (invites, more)| {
        session.answer(id, Event::Invites { invites, more });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_keeps_to_its_bounds() {
        let wanted = |uses, expires_secs| Wanted {
            uses,
            expires_secs,
            role: HouseRole::Member,
        };
        assert!(wanted(1, 1).check(INVITE_ROOMS).is_ok());
        for wrong in [
            wanted(0, 1).check(0),
            wanted(1, 0).check(0),
            wanted(INVITE_USES + 1, 1).check(0),
            wanted(1, u64::MAX).check(0),
            wanted(1, 1).check(INVITE_ROOMS + 1),
        ] {
            let fault = wrong.unwrap_err();
            assert_eq!(fault.code, chat_shared::FaultCode::BadRange);
        }
        assert_eq!(after_secs(Timestamp(5), 2), Timestamp(2_005));
        assert_eq!(after_secs(Timestamp(5), u64::MAX), Timestamp(i64::MAX));
    }
}
