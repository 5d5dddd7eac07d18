//! Who is here, and who was: by account, in pages.

use super::super::{Session, faults};
use super::people::not_after;
use super::texts::LIST_BYTES;
use crate::registry::messages::{AskWho, Who};
use crate::store::{Reader, StoreError};
use actix::Context;
use chat_shared::{AccountId, Event, Presence, RequestId, Seen, Timestamp};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tokio::sync::oneshot;

/// Bytes of somebody in an answer besides their status text, at the most.
const PRESENCE_BYTES: usize = 80;
/// The same of somebody who was here.
const SEEN_BYTES: usize = 40;

pub(super) fn who(
    session: &mut Session,
    id: RequestId,
    since: Option<Timestamp>,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    let Some(viewer) = session.account() else {
        return;
    };
    let (reply, here) = oneshot::channel();
    let ask = AskWho {
        viewer,
        since,
        reply,
    };
    if session.shared.registry.try_send(ask).is_err() {
        return session.refuse(id, faults::busy());
    }
    session.after(ctx, id, here, move |session, ctx, Who { people, seen }| {
        let Some(since) = since else {
            let page = here_after(people, after);
            return session.answer(id, page.into_event());
        };
        let ask = move |reader: &Reader| {
            // What waits to be stored is newer.
            let seen = reader.seen_since(since)?.into_iter().chain(seen);
            let told =
                |account, at| Ok(told(reader, account, at, viewer)?.filter(|at| *at >= since));
            Ok(Ok(all_after(people, seen, after, told)?))
        };
        session.read(ctx, id, ask, move |session, _, page| {
            session.answer(id, page.into_event());
        });
    });
}

/// Until when somebody was here, as others may know it: nothing of who left for good, and to those whom they
/// block nothing later than that.
fn told(
    reader: &Reader,
    account: AccountId,
    at: Timestamp,
    viewer: AccountId,
) -> Result<Option<Timestamp>, StoreError> {
    let record = reader.account(account)?;
    if record.is_none_or(|record| record.deleted_at.is_some()) {
        return Ok(None);
    }
    Ok(Some(not_after(at, reader.blocks(account, viewer)?)))
}

/// As many people as fit into one answer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    people: Vec<Presence>,
    seen: Vec<Seen>,
    more: bool,
    bytes: usize,
}

impl Page {
    /// Whether somebody of this size fits; if not, there is more.
    fn has_room_for(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.more = self.bytes > LIST_BYTES;
        !self.more
    }

    fn into_event(self) -> Event {
        Event::Who {
            people: self.people,
            seen: self.seen,
            more: self.more,
        }
    }
}

fn size(presence: &Presence) -> usize {
    PRESENCE_BYTES + presence.status.as_ref().map_or(0, |said| said.text.len())
}

/// Who is here, after this account. After a restart everybody asks for that: nothing is sorted or copied.
fn here_after(mut people: Vec<Presence>, after: AccountId) -> Page {
    let mut page = Page::default();
    people.retain(|presence| presence.account > after);
    let fits = people
        .iter()
        .take_while(|presence| page.has_room_for(size(presence)));
    people.truncate(fits.count());
    page.people = people;
    page
}

/// Who is here and who was, after this account; of those who were, only whom and what one may know of.
fn all_after(
    people: Vec<Presence>,
    seen: impl Iterator<Item = Seen>,
    after: AccountId,
    mut told: impl FnMut(AccountId, Timestamp) -> Result<Option<Timestamp>, StoreError>,
) -> Result<Page, StoreError> {
    let mut everybody: BTreeMap<AccountId, (Option<Presence>, Timestamp)> = BTreeMap::new();
    for Seen { account, at } in seen {
        let (_, latest) = everybody.entry(account).or_insert((None, at));
        *latest = at.max(*latest);
    }
    for presence in people {
        everybody.insert(presence.account, (Some(presence), Timestamp(0)));
    }
    let mut page = Page::default();
    for (account, (presence, at)) in everybody.split_off(&AccountId(after.0.saturating_add(1))) {
        if let Some(presence) = presence {
            if !page.has_room_for(size(&presence)) {
                break;
            }
            page.people.push(presence);
        } else if let Some(at) = told(account, at)? {
            if !page.has_room_for(SEEN_BYTES) {
                break;
            }
            page.seen.push(Seen { account, at });
        }
    }
    page.seen
        .sort_by_key(|seen| (Reverse(seen.at), seen.account));
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::frame::encode_value;
    use chat_shared::limits::FRAME;
    use chat_shared::{PresenceState, StatusText};

    fn here(account: u64, status: &str) -> Presence {
        let status = StatusText {
            text: status.into(),
            until: Some(Timestamp(i64::MAX)),
        };
        Presence {
            account: AccountId(account),
            state: PresenceState::DoNotDisturb,
            status: Some(status),
        }
    }

    fn was(account: u64, at: i64) -> Seen {
        Seen {
            account: AccountId(account),
            at: Timestamp(at),
        }
    }

    /// All pages, each fit for a frame.
    fn read(page_after: impl Fn(AccountId) -> Page) -> (Vec<Presence>, Vec<Seen>, usize) {
        let (mut people, mut seen, mut pages) = (Vec::new(), Vec::new(), 0);
        let mut after = AccountId(0);
        loop {
            let page = page_after(after);
            pages += 1;
            assert!(pages < 100, "it does not go on");
            let accounts = page.people.iter().map(|presence| presence.account);
            let accounts = accounts.chain(page.seen.iter().map(|seen| seen.account));
            after = accounts.max().unwrap_or(after);
            let more = page.more;
            people.extend(page.people.clone());
            seen.extend(page.seen.clone());
            assert!(encode_value(&page.into_event()).len() < FRAME);
            if !more {
                return (people, seen, pages);
            }
        }
    }

    #[test]
    fn a_crowd_comes_in_pages_with_all_that_it_says() {
        let status = "x".repeat(160);
        let crowd: Vec<_> = (1 << 40..(1 << 40) + 3_000)
            .map(|account| here(account, &status))
            .collect();
        let (people, _, pages) = read(|after| here_after(crowd.clone(), after));
        assert_eq!(people, crowd);
        assert!(pages > 1);
        assert!(!here_after(crowd[..20].to_vec(), AccountId(0)).more);
    }

    #[test]
    fn who_was_here_comes_with_them_and_who_may_not_be_seen_holds_nobody_up() {
        let crowd: Vec<_> = (1..=2_000).map(|account| here(account * 2, "")).collect();
        let seen: Vec<_> = (1..=20_000).map(|account| was(account, 5)).collect();
        // Half of them are nobody's business, the first thousands in a row.
        let told = |account: AccountId, at| Ok(Some(at).filter(|_| account.0 > 10_000));
        let page = |after| all_after(crowd.clone(), seen.iter().copied(), after, told).unwrap();
        let (people, seen, pages) = read(page);
        assert_eq!(people, crowd);
        assert_eq!(seen.len(), 10_000);
        assert!(pages > 1);
    }

    #[test]
    fn the_latest_comes_first_and_who_is_here_was_not() {
        let seen = [was(1, 5), was(2, 9), was(3, 7), was(1, 8)];
        let all = |_, at| Ok(Some(at));
        let page = all_after(vec![here(3, "")], seen.into_iter(), AccountId(0), all).unwrap();
        assert_eq!(page.seen, [was(2, 9), was(1, 8)]);
        assert_eq!(page.people, [here(3, "")]);
        assert!(!page.more);
    }
}
