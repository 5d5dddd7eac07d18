//! Rooms and who is in them.

use super::super::{Session, faults};
use super::reading::may_read;
use super::texts::{LIST_BYTES, fitting};
use crate::clock::now;
use crate::store::record::{ConversationRecord, RestrictionRecord};
use crate::store::rooms::{RoomList, Standing};
use crate::store::{FeedKey, Reader, StoreError};
use actix::Context;
use chat_shared::limits::{LIST_PAGE, PROFILE_FIELD_BYTES};
use chat_shared::{
    AccountId, ConversationId, Event, Fault, HouseRole, RequestId, Restriction, RoomInfo,
};
use std::collections::BTreeMap;

/// Rooms in one answer, fewer where they say much of themselves.
const ROOMS_PAGE: usize = 500;

/// As what somebody is in the house.
pub(super) fn role(reader: &Reader, account: AccountId) -> Result<HouseRole, StoreError> {
    let record = reader.account(account)?;
    Ok(record.map_or(HouseRole::Guest, |record| record.role))
}

/// What a room is like to somebody.
pub(super) fn room_info(
    conversation: ConversationId,
    record: ConversationRecord,
    standing: Option<Standing>,
) -> RoomInfo {
    RoomInfo {
        conversation,
        name: record.room.unwrap_or_default(),
        topic: record.topic,
        members: record.members,
        joined: standing.is_some_and(|standing| standing.member.is_some()),
        settings: record.settings,
        invited: standing.is_some_and(|standing| standing.invited),
    }
}

pub(super) fn directory(
    session: &mut Session,
    id: RequestId,
    after: ConversationId,
    text: String,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    if text.len() > PROFILE_FIELD_BYTES {
        return session.refuse(
            id,
            faults::too_long("text to look for", PROFILE_FIELD_BYTES),
        );
    }
    let ask = move |reader: &Reader| {
        let house = role(reader, account)?;
        let found = reader.directory(account, house, &text, after, ROOMS_PAGE + 1)?;
        let rooms = found
            .into_iter()
            .map(|(id, record, standing)| room_info(id, record, Some(standing)));
        Ok(Ok(page(rooms.collect())))
    };
    session.read(ctx, id, ask, move |session, _, (rooms, more)| {
        session.answer(id, Event::Rooms { rooms, more });
    });
}

/// What of a list with one too many is answered.
pub(super) fn page<T: serde::Serialize>(mut found: Vec<T>) -> (Vec<T>, bool) {
    let more = found.len() > ROOMS_PAGE;
    found.truncate(ROOMS_PAGE);
    let (found, cut) = fitting(found, LIST_BYTES);
    (found, more || cut)
}

/// How many rooms to read for a page, and to know whether there are more.
pub(super) const READ_ROOMS: usize = ROOMS_PAGE + 1;

pub(super) fn room(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    let ask = move |reader: &Reader| known_room(reader, conversation, account);
    session.read(ctx, id, ask, move |session, _, (record, standing)| {
        let role = standing.member.map(|member| member.role);
        let room = room_info(conversation, record, Some(standing));
        session.answer(id, Event::Room { room, role });
    });
}

/// A room that somebody may know of.
fn known_room(
    reader: &Reader,
    conversation: ConversationId,
    account: AccountId,
) -> Result<Result<(ConversationRecord, Standing), Fault>, StoreError> {
    let house = role(reader, account)?;
    let standing = reader.standing(conversation, account, house)?;
    Ok(match reader.conversation(conversation)? {
        Some(record) if standing.sees(&record) && record.room.is_some() => Ok((record, standing)),
        Some(record) if standing.sees(&record) => Err(faults::not_a_room()),
        _ => Err(faults::no_such_conversation(conversation)),
    })
}

pub(super) fn restrictions(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    let ask = move |reader: &Reader| {
        match known_room(reader, conversation, account)? {
            Ok((_, standing)) if standing.moderates() => {}
            Ok(_) => {
                let text = "who is banned, muted or invited is for the moderators of the room";
                return Ok(Err(faults::not_allowed(text)));
            }
            Err(fault) => return Ok(Err(fault)),
        }
        Ok(Ok(restrictions_of(reader, conversation, after)?))
    };
    session.answer_read(ctx, id, ask);
}

/// A page of who is banned, muted and invited in a room, for whoever may know.
pub(super) fn restrictions_of(
    reader: &Reader,
    conversation: ConversationId,
    after: AccountId,
) -> Result<Event, StoreError> {
    let at = now();
    let list = |list| -> Result<_, StoreError> {
        let found = reader.room_list(list, conversation, at)?.into_iter();
        let behind = found.filter(|(account, _)| *account > after);
        Ok(behind.map(restriction).collect::<Vec<_>>())
    };
    let lists = [
        list(RoomList::Banned)?,
        list(RoomList::Muted)?,
        list(RoomList::Invited)?,
    ];
    let ([banned, muted, invited], more) = page_of(lists);
    Ok(Event::Restrictions {
        conversation,
        banned,
        muted,
        invited,
        more,
    })
}

fn restriction((account, record): (AccountId, RestrictionRecord)) -> Restriction {
    Restriction {
        account,
        by: record.by,
        at: record.at,
        until: record.until,
        reason: record.reason,
    }
}

/// As much of the lists as fits into an answer, by account: all of somebody stands on one page.
fn page_of(lists: [Vec<Restriction>; 3]) -> ([Vec<Restriction>; 3], bool) {
    let mut people: BTreeMap<AccountId, [Option<Restriction>; 3]> = BTreeMap::new();
    for (place, list) in lists.into_iter().enumerate() {
        for one in list {
            let of_one = people.entry(one.account).or_default();
            of_one[place] = Some(one);
        }
    }
    let (people, more) = fitting(people.into_values().collect(), LIST_BYTES);
    let mut page = [const { Vec::new() }; 3];
    for of_one in people {
        for (list, one) in page.iter_mut().zip(of_one) {
            list.extend(one);
        }
    }
    (page, more)
}

pub(super) fn members(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    let ask = move |reader: &Reader| {
        if let Err(fault) = may_read(reader, conversation, account)? {
            return Ok(Err(fault));
        }
        Ok(Ok(members_page(reader, conversation, after)?))
    };
    session.answer_read(ctx, id, ask);
}

/// A page of who is in a conversation.
pub(super) fn members_page(
    reader: &Reader,
    conversation: ConversationId,
    after: AccountId,
) -> Result<Event, StoreError> {
    let page = LIST_PAGE as usize;
    let seq = reader.head(FeedKey::Conversation(conversation))?.seq;
    let mut members = reader.roles_after(conversation, after, page + 1)?;
    let more = members.len() > page;
    members.truncate(page);
    Ok(Event::Members {
        conversation,
        seq,
        members,
        more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::Timestamp;

    #[test]
    fn lists_full_of_long_reasons_come_in_pages_that_keep_somebody_together() {
        let list = |count: u64| -> Vec<Restriction> {
            let entry = |account| Restriction {
                account: AccountId(account),
                by: None,
                at: Timestamp(0),
                until: None,
                reason: "x".repeat(256),
            };
            (1..=count).map(entry).collect()
        };
        let few = [list(10), list(0), list(1)];
        assert_eq!(page_of(few.clone()), (few, false));
        let mut rest = [list(500), list(400), list(500)];
        let mut read = [const { Vec::new() }; 3];
        let mut pages = 0;
        loop {
            let (page, more) = page_of(rest.clone());
            let frame = chat_shared::frame::encode_value(&page.to_vec());
            assert!(frame.len() < chat_shared::limits::FRAME);
            let last = page.iter().flatten().map(|one| one.account).max();
            for (list, page) in read.iter_mut().zip(page) {
                list.extend(page);
            }
            pages += 1;
            assert!(pages < 100, "it does not go on");
            if !more {
                break;
            }
            for list in &mut rest {
                list.retain(|one| Some(one.account) > last);
            }
        }
        assert_eq!(read, [list(500), list(400), list(500)]);
        assert!(pages > 1);
    }
}
