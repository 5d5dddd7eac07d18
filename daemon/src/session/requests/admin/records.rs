//! The lists that an administrator reads: rooms, bans, groups, the audit log.

use super::super::super::{Session, faults};
use super::super::rooms::{READ_ROOMS, members_page, page, restrictions_of, room_info};
use super::super::texts::{LIST_BYTES, fitting};
use crate::clock::now;
use crate::store::order::AuditFilter;
use crate::store::{FeedKey, Reader, StoreError};
use actix::Context;
use chat_shared::audit::ACTS;
use chat_shared::limits::AUDIT_PAGE;
use chat_shared::names::AccountName;
use chat_shared::{AccountId, AdminRoom, ConversationId, Event, RequestId};

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
    session.answer_read(ctx, id, ask);
}

pub(crate) fn restrictions(
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
        Ok(Ok(restrictions_of(reader, conversation, after)?))
    };
    session.answer_read(ctx, id, ask);
}

/// Whether it is a room, also a deleted one. Who talks to whom alone is nobody else's business.
fn is_room(reader: &Reader, conversation: ConversationId) -> Result<bool, StoreError> {
    let record = reader.conversation(conversation)?;
    Ok(record.is_some_and(|record| record.room.is_some()))
}

pub(crate) fn bans(
    session: &mut Session,
    id: RequestId,
    after: String,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| {
        let mut bans = reader.address_bans(now())?;
        bans.retain(|ban| ban.network > after);
        let (addresses, more) = fitting(bans, LIST_BYTES);
        Ok(Ok(Event::AdminBans {
            addresses,
            panic: reader.is_panic()?,
            more,
        }))
    };
    session.answer_read(ctx, id, ask);
}

pub(crate) fn groups(
    session: &mut Session,
    id: RequestId,
    after: String,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| {
        let mut groups = reader.shared_groups()?;
        groups.retain(|group| group.name > after);
        Ok(Ok(fitting(groups, LIST_BYTES)))
    };
    session.read(ctx, id, ask, move |session, _, (groups, more)| {
        session.answer(id, Event::AdminGroups { groups, more });
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
    if !filter.act.is_empty() && !ACTS.contains(&filter.act.as_str()) {
        let text = format!("there is no such act: name one of {}", ACTS.join(", "));
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
