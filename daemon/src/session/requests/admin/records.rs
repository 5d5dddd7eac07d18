//! The lists that an administrator reads: rooms, bans, groups, the audit log.

use super::super::super::{Session, faults};
use super::super::rooms::{READ_ROOMS, members_page, page, restrictions_of, room_info};
use super::super::texts::{LIST_BYTES, fitting};
use crate::clock::now;
use crate::store::order::AuditFilter;
use crate::store::{FeedKey, Reader, StoreError};
use actix::Context;
use chat_shared::limits::AUDIT_PAGE;
use chat_shared::names::AccountName;
use chat_shared::{AccountId, AddressBan, AdminRoom, ConversationId, Event, RequestId};

pub(crate) fn rooms(
    session: &mut Session,
    id: RequestId,
    after: ConversationId,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| {
        let mut rooms = Vec::new();
        for (room, record) in reader.rooms_after(after, READ_ROOMS)? {
            rooms.push(AdminRoom {
                posts: reader.head(FeedKey::Conversation(room))?.posts,
                created_at: record.created_at,
                deleted_at: record.deleted_at,
                room: room_info(room, record, None),
            });
        }
        Ok(Ok(page(rooms)))
    };
    session.read(ctx, id, ask, move |session, _, (rooms, more)| {
        session.answer(id, Event::AdminRooms { rooms, more });
    });
}

pub(crate) fn members(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| {
        if !is_room(reader, conversation)? {
            return Ok(Err(faults::no_such_conversation(conversation)));
        }
        Ok(Ok(members_page(reader, conversation, after)?))
    };
    session.read(ctx, id, ask, move |session, _, members| {
        session.answer(id, members);
    });
}

pub(crate) fn restrictions(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| {
        if !is_room(reader, conversation)? {
            return Ok(Err(faults::no_such_conversation(conversation)));
        }
        Ok(Ok(restrictions_of(reader, conversation)?))
    };
    session.read(ctx, id, ask, move |session, _, restrictions| {
        session.answer(id, restrictions);
    });
}

/// Whether it is a room, also a deleted one. Who talks to whom alone is nobody else's business.
fn is_room(reader: &Reader, conversation: ConversationId) -> Result<bool, StoreError> {
    let record = reader.conversation(conversation)?;
    Ok(record.is_some_and(|record| record.room.is_some()))
}

pub(crate) fn bans(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let ask = move |reader: &Reader| {
        Ok(Ok(Event::AdminBans {
            addresses: without_long_reasons(reader.address_bans(now())?),
            panic: reader.is_panic()?,
        }))
    };
    session.read(ctx, id, ask, move |session, _, bans| {
        session.answer(id, bans);
    });
}

/// From where matters more than why: where both do not fit into one answer, the reasons go.
fn without_long_reasons(mut bans: Vec<AddressBan>) -> Vec<AddressBan> {
    if bans.iter().map(|ban| ban.reason.len()).sum::<usize>() > LIST_BYTES / 2 {
        for ban in &mut bans {
            ban.reason.clear();
        }
    }
    bans
}

pub(crate) fn groups(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let ask = |reader: &Reader| Ok(Ok(fitting(reader.shared_groups()?, LIST_BYTES).0));
    session.read(ctx, id, ask, move |session, _, groups| {
        session.answer(id, Event::AdminGroups { groups });
    });
}

pub(crate) fn audit(
    session: &mut Session,
    id: RequestId,
    after: u64,
    limit: u32,
    mut filter: AuditFilter,
    ctx: &mut Context<Session>,
) {
    if limit == 0 || limit > AUDIT_PAGE {
        let text = format!("a page of the audit log has 1 to {AUDIT_PAGE} lines");
        return session.refuse(id, faults::bad_range(&text));
    }
    if let Ok(name) = AccountName::parse(&filter.by) {
        filter.by = name.into();
    }
    let limit = limit as usize;
    let ask = move |reader: &Reader| {
        let mut lines = reader.audit_after(after, &filter, limit + 1)?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let (lines, cut) = fitting(lines, LIST_BYTES);
        Ok(Ok((lines, more || cut)))
    };
    session.read(ctx, id, ask, move |session, _, (lines, more)| {
        session.answer(id, Event::Audit { lines, more });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::Timestamp;
    use chat_shared::frame::encode_value;
    use chat_shared::limits::{ADDRESS_BANS, FRAME, REASON_BYTES};

    #[test]
    fn all_bans_fit_into_one_answer_whatever_their_reasons() {
        let ban = |number| AddressBan {
            network: format!("2001:db8:{number:x}:ffff:ffff:ffff:ffff:ffff"),
            by: Some(AccountId(number)),
            at: Timestamp(i64::MAX),
            until: Some(Timestamp(i64::MAX)),
            reason: "x".repeat(REASON_BYTES),
        };
        let bans: Vec<_> = (0..ADDRESS_BANS as u64).map(ban).collect();
        let few = bans[..9].to_vec();
        assert_eq!(without_long_reasons(few.clone()), few);
        let bans = without_long_reasons(bans);
        assert_eq!(bans.len(), ADDRESS_BANS);
        assert!(encode_value(&bans).len() < FRAME);
    }
}
