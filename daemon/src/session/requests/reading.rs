//! Reading: what is there, without changing it.

use super::super::following::Wants;
use super::super::{Session, faults};
use crate::registry::messages::AskWho;
use crate::store::read::Page;
use crate::store::{FeedKey, Reader, StoreError};
use actix::Context;
use chat_shared::limits::{
    CONVERSATIONS_PER_ACCOUNT, FRAME, HISTORY_PAGE, LIST_PAGE, PEOPLE_PAGE, SYNC_ENTRIES,
};
use chat_shared::names::AccountName;
use chat_shared::{
    AccountId, ConversationId, Cursor, Entry, Event, Fault, Person, RequestId, RoomInfo, Seq,
};
use std::collections::BTreeMap;
use tokio::sync::oneshot;

/// Rooms in one answer: a topic may be long, and an answer is one frame.
const ROOMS_PAGE: usize = FRAME / 1024;
/// Bytes of entries in one answer.
const HISTORY_BYTES: usize = FRAME / 2;

/// Where history is wanted from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Newest,
    Before(Seq),
    After(Seq),
    Around(Seq),
}

pub(super) fn sync(
    session: &mut Session,
    id: RequestId,
    house: Option<Seq>,
    only: Option<Vec<ConversationId>>,
    cursors: Vec<Cursor>,
    newest: u32,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.person.as_ref().map(|person| person.account) else {
        return;
    };
    if only
        .as_ref()
        .is_some_and(|only| only.len() > CONVERSATIONS_PER_ACCOUNT)
        || cursors.len() > CONVERSATIONS_PER_ACCOUNT
    {
        let text = format!("a sync names {CONVERSATIONS_PER_ACCOUNT} conversations at the most");
        return session.refuse(id, faults::bad_range(&text));
    }
    let cursors = cursors
        .iter()
        .map(|cursor| (cursor.conversation, cursor.seq))
        .collect();
    let wants = Wants {
        synced: true,
        only,
        newest: newest.min(SYNC_ENTRIES),
    };
    session.sync(id, account, wants, house, cursors, ctx);
}

pub(super) fn rooms(
    session: &mut Session,
    id: RequestId,
    after: ConversationId,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.person.as_ref().map(|person| person.account) else {
        return;
    };
    let ask = move |reader: &Reader| {
        let mut found = reader.rooms_after(after, ROOMS_PAGE + 1)?;
        let more = found.len() > ROOMS_PAGE;
        found.truncate(ROOMS_PAGE);
        let mut rooms = Vec::with_capacity(found.len());
        for (conversation, record) in found {
            rooms.push(RoomInfo {
                conversation,
                name: record.room.unwrap_or_default(),
                topic: record.topic,
                members: record.members,
                joined: reader.is_member(conversation, account)?,
            });
        }
        Ok(Ok((rooms, more)))
    };
    session.read(ctx, id, ask, move |session, _, (rooms, more)| {
        session.answer(id, Event::Rooms { rooms, more });
    });
}

pub(super) fn members(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.person.as_ref().map(|person| person.account) else {
        return;
    };
    let page = LIST_PAGE as usize;
    let ask = move |reader: &Reader| {
        if let Err(fault) = may_read(reader, conversation, account)? {
            return Ok(Err(fault));
        }
        let seq = reader.head(FeedKey::Conversation(conversation))?.seq;
        let mut members = reader.members_after(conversation, after, page + 1)?;
        let more = members.len() > page;
        members.truncate(page);
        Ok(Ok((seq, members, more)))
    };
    session.read(ctx, id, ask, move |session, _, (seq, members, more)| {
        session.answer(
            id,
            Event::Members {
                conversation,
                seq,
                members,
                more,
            },
        );
    });
}

pub(super) fn history(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    place: Place,
    limit: u32,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.person.as_ref().map(|person| person.account) else {
        return;
    };
    if limit == 0 || limit > HISTORY_PAGE {
        let text = format!("a page of history has 1 to {HISTORY_PAGE} entries");
        return session.refuse(id, faults::bad_range(&text));
    }
    let ask = move |reader: &Reader| {
        if let Err(fault) = may_read(reader, conversation, account)? {
            return Ok(Err(fault));
        }
        let feed = FeedKey::Conversation(conversation);
        let newest = reader.head(feed)?.seq;
        Ok(Ok((page(reader, feed, place, limit as usize)?, newest)))
    };
    session.read(ctx, id, ask, move |session, _, (entries, newest)| {
        session.answer(
            id,
            Event::History {
                conversation,
                entries,
                newest,
            },
        );
    });
}

fn page(
    reader: &Reader,
    feed: FeedKey,
    place: Place,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let page = |entries, bytes| Page { entries, bytes };
    match place {
        Place::Newest => reader.entries_before(feed, Seq(u64::MAX), page(limit, HISTORY_BYTES)),
        Place::Before(seq) => reader.entries_before(feed, seq, page(limit, HISTORY_BYTES)),
        Place::After(seq) => reader.entries_after(feed, seq, page(limit, HISTORY_BYTES)),
        Place::Around(seq) => {
            let half = page(limit / 2, HISTORY_BYTES / 2);
            let mut entries = if half.entries == 0 {
                Vec::new()
            } else {
                reader.entries_before(feed, seq, half)?
            };
            let here = Seq(seq.0.saturating_sub(1));
            let rest = page(limit - entries.len(), HISTORY_BYTES / 2);
            entries.extend(reader.entries_after(feed, here, rest)?);
            Ok(entries)
        }
    }
}

pub(super) fn who(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let (reply, people) = oneshot::channel();
    if session.shared.registry.try_send(AskWho(reply)).is_err() {
        return session.refuse(id, faults::busy());
    }
    session.after(ctx, id, people, move |session, _, people| {
        session.answer(id, Event::Who { people });
    });
}

pub(super) fn people(
    session: &mut Session,
    id: RequestId,
    accounts: Vec<AccountId>,
    names: Vec<String>,
    ctx: &mut Context<Session>,
) {
    if accounts.len() + names.len() > PEOPLE_PAGE as usize {
        let text = format!("ask for {PEOPLE_PAGE} people at the most");
        return session.refuse(id, faults::bad_range(&text));
    }
    let ask = move |reader: &Reader| {
        let mut people = BTreeMap::new();
        for account in accounts {
            if let Some(record) = reader.account(account)? {
                people.insert(account, record.name);
            }
        }
        for name in names {
            let Ok(name) = AccountName::parse(&name) else {
                continue;
            };
            if let Some(account) = reader.account_named(name.as_str())? {
                people.insert(account, name.as_str().to_owned());
            }
        }
        Ok(Ok(people))
    };
    session.read(ctx, id, ask, move |session, _, people| {
        let people = people
            .into_iter()
            .map(|(account, name)| Person { account, name })
            .collect();
        session.answer(id, Event::People { people });
    });
}

/// Only members read a conversation; to others a direct one does not exist.
fn may_read(
    reader: &Reader,
    conversation: ConversationId,
    account: AccountId,
) -> Result<Result<(), Fault>, StoreError> {
    if reader.is_member(conversation, account)? {
        return Ok(Ok(()));
    }
    let is_room = reader
        .conversation(conversation)?
        .is_some_and(|record| record.room.is_some());
    Ok(Err(if is_room {
        faults::not_a_member(conversation)
    } else {
        faults::no_such_conversation(conversation)
    }))
}
