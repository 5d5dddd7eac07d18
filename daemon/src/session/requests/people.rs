//! People: who is here, who they are, whom one has at hand, and what waits.

use super::super::{Session, faults};
use super::rooms::role;
use super::texts::{LIST_BYTES, fitting};
use crate::clock::now;
use crate::registry::messages::{AskPresence, AskWho};
use crate::registry::presence::holds;
use crate::store::record::{AccountRecord, SeenRecord};
use crate::store::{FeedKey, Reader, StoreError};
use actix::Context;
use chat_shared::limits::{LIST_PAGE, PEOPLE_PAGE, PROFILE_FIELD_BYTES};
use chat_shared::names::AccountName;
use chat_shared::{
    AccountId, Card, Event, HouseRole, InboxItem, Person, Presence, PresenceState, RequestId, Seen,
    Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::oneshot;

pub(super) fn who(
    session: &mut Session,
    id: RequestId,
    since: Option<Timestamp>,
    ctx: &mut Context<Session>,
) {
    let Some(viewer) = session.person.as_ref().map(|person| person.account) else {
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
    session.after(ctx, id, here, move |session, ctx, who| {
        let Some(since) = since else {
            let people = without_long_statuses(who.people);
            let seen = Vec::new();
            return session.answer(id, Event::Who { people, seen });
        };
        let ask = move |reader: &Reader| {
            let here: BTreeSet<_> = who.people.iter().map(|here| here.account).collect();
            let mut latest = BTreeMap::new();
            // What waits to be stored is newer.
            for seen in reader.seen_since(since)?.into_iter().chain(who.seen) {
                let at = latest.entry(seen.account).or_insert(seen.at);
                *at = seen.at.max(*at);
            }
            latest.retain(|account, _| !here.contains(account));
            let mut latest: Vec<_> = latest
                .into_iter()
                .map(|(account, at)| Seen { account, at })
                .collect();
            latest.sort_by_key(|seen| (std::cmp::Reverse(seen.at), seen.account));
            let mut seen = Vec::new();
            for one in latest {
                if may_be_seen(reader, one.account, viewer)? {
                    seen.push(one);
                }
                if seen.len() == LIST_PAGE as usize {
                    break;
                }
            }
            Ok(Ok((without_long_statuses(who.people), seen)))
        };
        session.read(ctx, id, ask, move |session, _, (people, seen)| {
            session.answer(id, Event::Who { people, seen });
        });
    });
}

/// Not who left for good, and not to those whom they block.
fn may_be_seen(reader: &Reader, account: AccountId, viewer: AccountId) -> Result<bool, StoreError> {
    let record = reader.account(account)?;
    let is_here = record.is_some_and(|record| record.deleted_at.is_none());
    Ok(is_here && !reader.blocks(account, viewer)?)
}

/// Bytes of somebody in an answer besides their status text, at the most.
const PRESENCE_BYTES: usize = 80;

/// Who is here matters more than what they say: where both do not fit into one answer, the statuses go.
/// After a restart everybody asks for everybody, so what is sure to fit is not measured.
fn without_long_statuses(mut people: Vec<Presence>) -> Vec<Presence> {
    let text = |presence: &Presence| presence.status.as_ref().map_or(0, |said| said.text.len());
    let texts: usize = people.iter().map(text).sum();
    if texts + people.len() * PRESENCE_BYTES <= LIST_BYTES {
        return people;
    }
    for presence in &mut people {
        presence.status = None;
    }
    fitting(people, LIST_BYTES).0
}

/// What the store says of somebody for their card.
pub(super) struct Known {
    pub(super) account: AccountId,
    pub(super) record: AccountRecord,
    pub(super) seen: Option<SeenRecord>,
    /// Whether they are to be unseen by who asks.
    pub(super) hides: bool,
    /// Whether who asks may know from where they came.
    pub(super) shows_address: bool,
}

pub(super) fn card(
    session: &mut Session,
    id: RequestId,
    account: AccountId,
    ctx: &mut Context<Session>,
) {
    let Some(viewer) = session.person.as_ref().map(|person| person.account) else {
        return;
    };
    let ask = move |reader: &Reader| {
        let Some(record) = reader.account(account)? else {
            return Ok(Err(faults::no_such_account(&account)));
        };
        Ok(Ok(Known {
            account,
            record,
            seen: reader.seen(account)?,
            hides: reader.blocks(account, viewer)?,
            shows_address: role(reader, viewer)? == HouseRole::Administrator,
        }))
    };
    session.read(ctx, id, ask, move |session, ctx, known| {
        let own = (account == viewer).then(|| known.record.status.clone());
        with_presence(
            session,
            id,
            Some(viewer),
            known,
            ctx,
            move |session, mut card| {
                // One knows what one says of oneself though one is not here.
                if let Some(own) = own {
                    card.presence.status = Some(own).filter(|own| holds(own, now()));
                }
                session.answer(id, Event::Card { card });
            },
        );
    });
}

/// Adds to what the store says of somebody what the registry knows.
pub(super) fn with_presence(
    session: &Session,
    id: RequestId,
    viewer: Option<AccountId>,
    known: Known,
    ctx: &mut Context<Session>,
    then: impl FnOnce(&mut Session, Card) + 'static,
) {
    let (reply, presence) = oneshot::channel();
    let ask = AskPresence {
        viewer,
        account: known.account,
        reply,
    };
    if session.shared.registry.try_send(ask).is_err() {
        return session.refuse(id, faults::busy());
    }
    session.after(ctx, id, presence, move |session, _, (presence, waiting)| {
        then(session, card_of(known, presence, waiting));
    });
}

fn card_of(known: Known, presence: Presence, waiting: Option<Timestamp>) -> Card {
    let Known {
        account,
        record,
        seen,
        hides,
        shows_address,
    } = known;
    let is_gone = presence.state == PresenceState::Offline && !hides;
    let stored = seen.as_ref().map(|seen| seen.at);
    let address = seen.and_then(|seen| seen.address);
    Card {
        account,
        name: record.name,
        profile: record.profile,
        role: record.role,
        enabled: record.enabled,
        deleted: record.deleted_at.is_some(),
        presence,
        last_seen: stored.max(waiting).filter(|_| is_gone),
        last_address: address.filter(|_| shows_address),
    }
}

fn person(account: AccountId, record: AccountRecord) -> Person {
    Person {
        account,
        name: record.name,
        profile: record.profile,
        deleted: record.deleted_at.is_some(),
    }
}

pub(super) fn search(
    session: &mut Session,
    id: RequestId,
    text: String,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    if text.len() > PROFILE_FIELD_BYTES {
        return session.refuse(
            id,
            faults::too_long("text to look for", PROFILE_FIELD_BYTES),
        );
    }
    let page = PEOPLE_PAGE as usize;
    let ask = move |reader: &Reader| {
        let mut found = reader.people_with(&text, after, page + 1)?;
        let more = found.len() > page;
        found.truncate(page);
        let people = found.into_iter().map(|(id, record)| person(id, record));
        let (people, cut) = fitting(people.collect(), LIST_BYTES);
        Ok(Ok((people, more || cut)))
    };
    session.read(ctx, id, ask, move |session, _, (people, more)| {
        session.answer(id, Event::People { people, more });
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
        let mut wanted: BTreeSet<AccountId> = accounts.into_iter().collect();
        for name in names {
            if let Some(account) = named(reader, &name)? {
                wanted.insert(account);
            }
        }
        let mut people = Vec::new();
        for account in wanted {
            if let Some(record) = reader.account(account)? {
                people.push(person(account, record));
            }
        }
        Ok(Ok(fitting(people, LIST_BYTES)))
    };
    session.read(ctx, id, ask, move |session, _, (people, more)| {
        session.answer(id, Event::People { people, more });
    });
}

/// The account of a name as somebody typed it.
pub(super) fn named(reader: &Reader, typed: &str) -> Result<Option<AccountId>, StoreError> {
    match AccountName::parse(typed) {
        Ok(name) => reader.account_named(name.as_str()),
        Err(_) => Ok(None),
    }
}

pub(super) fn contacts(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let Some(account) = session.person.as_ref().map(|person| person.account) else {
        return;
    };
    let ask = move |reader: &Reader| {
        let contacts = reader.contacts(account)?;
        let blocked = reader.blocked(account)?;
        // Those that do not fit stand in the house feed.
        let room = LIST_BYTES.saturating_sub(chat_shared::frame::encode_value(&contacts).len());
        let groups = reader.shared_groups()?;
        let groups = if groups.is_empty() {
            groups
        } else {
            fitting(groups, room).0
        };
        Ok(Ok(Event::Contacts {
            account_seq: reader.head(FeedKey::Account(account))?.seq,
            contacts,
            blocked: blocked.into_iter().collect(),
            groups,
        }))
    };
    session.read(ctx, id, ask, move |session, _, contacts| {
        session.answer(id, contacts);
    });
}

pub(super) fn inbox(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let Some(account) = session.person.as_ref().map(|person| person.account) else {
        return;
    };
    let ask = move |reader: &Reader| {
        let record = reader.account(account)?;
        let dismissed = record.map_or(0, |record| record.announcements_seen);
        Ok(Ok(Event::Inbox {
            account_seq: reader.head(FeedKey::Account(account))?.seq,
            items: newest_that_fit(reader.inbox(account)?),
            announcements: reader.announcements_after(dismissed)?,
        }))
    };
    session.read(ctx, id, ask, move |session, _, inbox| {
        session.answer(id, inbox);
    });
}

/// Where not all fit into one answer, the oldest come up when newer ones were dismissed.
fn newest_that_fit(mut items: Vec<InboxItem>) -> Vec<InboxItem> {
    items.reverse();
    let mut items = fitting(items, LIST_BYTES / 2).0;
    items.reverse();
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::StatusText;

    fn here(account: u64, status: &str) -> Presence {
        let status = StatusText {
            text: status.into(),
            until: None,
        };
        Presence {
            account: AccountId(account),
            state: PresenceState::Online,
            status: Some(status),
        }
    }

    #[test]
    fn statuses_give_way_where_a_crowd_does_not_fit_with_them() {
        let few: Vec<_> = (0..20).map(|id| here(id, "at lunch")).collect();
        assert_eq!(without_long_statuses(few.clone()), few);
        let crowd = (0..3_000).map(|id| here(id, &"x".repeat(160)));
        let crowd = without_long_statuses(crowd.collect());
        assert_eq!(crowd.len(), 3_000);
        assert!(crowd.iter().all(|presence| presence.status.is_none()));
    }

    fn known(hides: bool, shows_address: bool) -> Known {
        let record = AccountRecord {
            name: "anna".into(),
            administrator: false,
            enabled: true,
            created_at: Timestamp(0),
            verifier: crate::store::record::Verifier {
                salt: [0; 16],
                iterations: 4096,
                stored_key: [0; 32],
                server_key: [0; 32],
            },
            role: HouseRole::Member,
            profile: chat_shared::Profile::default(),
            status: StatusText::default(),
            deleted_at: None,
            reset: None,
            last_item: 0,
            announcements_seen: 0,
        };
        Known {
            account: AccountId(1),
            record,
            seen: Some(SeenRecord {
                at: Timestamp(50),
                address: Some("192.0.2.7".into()),
            }),
            hides,
            shows_address,
        }
    }

    #[test]
    fn a_card_tells_when_somebody_left_and_from_where_to_administrators_alone() {
        let offline = || Presence {
            account: AccountId(1),
            state: PresenceState::Offline,
            status: None,
        };
        let card = card_of(known(false, false), offline(), Some(Timestamp(70)));
        assert_eq!(card.last_seen, Some(Timestamp(70)));
        assert_eq!(card.last_address, None);
        let card = card_of(known(false, true), offline(), None);
        assert_eq!(card.last_seen, Some(Timestamp(50)));
        assert_eq!(card.last_address.as_deref(), Some("192.0.2.7"));
        let card = card_of(known(true, false), offline(), Some(Timestamp(70)));
        assert_eq!(card.last_seen, None, "who is blocked does not learn it");
        let card = card_of(known(false, false), here(1, ""), None);
        assert_eq!(card.last_seen, None, "who is here was not seen last");
    }
}
