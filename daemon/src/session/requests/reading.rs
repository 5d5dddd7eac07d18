//! Reading conversations: following them, and their history.

use super::super::following::Wants;
use super::super::{Session, faults};
use crate::store::read::Page;
use crate::store::rooms::floor;
use crate::store::{FeedKey, Reader, StoreError};
use actix::Context;
use chat_shared::limits::{CONVERSATIONS_PER_ACCOUNT, FRAME, HISTORY_PAGE, SYNC_ENTRIES};
use chat_shared::{AccountId, ConversationId, Cursor, Entry, Event, Fault, RequestId, Seq};

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
    let Some(account) = session.account() else {
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

pub(super) fn history(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    place: Place,
    limit: u32,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    if limit == 0 || limit > HISTORY_PAGE {
        let text = format!("a page of history has 1 to {HISTORY_PAGE} entries");
        return session.refuse(id, faults::bad_range(&text));
    }
    let ask = move |reader: &Reader| {
        let floor = match may_read(reader, conversation, account)? {
            Ok(floor) => floor,
            Err(fault) => return Ok(Err(fault)),
        };
        let feed = FeedKey::Conversation(conversation);
        let newest = reader.head(feed)?.seq;
        let entries = page(reader, feed, place, floor, limit as usize)?;
        Ok(Ok((entries, newest)))
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

/// Nothing of what is there up to `floor`.
fn page(
    reader: &Reader,
    feed: FeedKey,
    place: Place,
    floor: Seq,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let page = |entries, bytes| Page { entries, bytes };
    let whole = page(limit, HISTORY_BYTES);
    match place {
        Place::Newest => reader.entries_between(feed, floor, Seq(u64::MAX), whole),
        Place::Before(seq) => reader.entries_between(feed, floor, seq, whole),
        Place::After(seq) => reader.entries_after(feed, seq.max(floor), whole),
        Place::Around(seq) => {
            let half = page(limit / 2, HISTORY_BYTES / 2);
            let mut entries = if half.entries == 0 {
                Vec::new()
            } else {
                reader.entries_between(feed, floor, seq, half)?
            };
            let here = Seq(seq.0.saturating_sub(1));
            let rest = page(limit - entries.len(), HISTORY_BYTES / 2);
            entries.extend(reader.entries_after(feed, here.max(floor), rest)?);
            Ok(entries)
        }
    }
}

/// Above which entry somebody reads a conversation. Only members do; to others a direct one, or a room that
/// they may not know of, does not exist.
pub(in crate::session) fn may_read(
    reader: &Reader,
    conversation: ConversationId,
    account: AccountId,
) -> Result<Result<Seq, Fault>, StoreError> {
    let record = reader.conversation(conversation)?;
    let house = reader.account(account)?.map(|account| account.role);
    let (Some(record), Some(house)) = (record, house) else {
        return Ok(Err(faults::no_such_conversation(conversation)));
    };
    let standing = reader.standing(conversation, account, house)?;
    Ok(match standing.member {
        Some(member) if standing.sees(&record) => Ok(floor(&record, member)),
        None if standing.sees(&record) => Err(faults::not_a_member(&record.title())),
        _ => Err(faults::no_such_conversation(conversation)),
    })
}
