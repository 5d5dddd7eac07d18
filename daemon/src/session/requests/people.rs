//! People: who they are, whom one has at hand, and what waits.

use super::super::{Session, faults};
use super::rooms::role;
use super::texts::{LIST_BYTES, fitting};
use crate::clock::now;
use crate::registry::messages::AskPresence;
use crate::registry::presence::holds;
use crate::store::record::{AccountRecord, SeenRecord};
use crate::store::{FeedKey, Reader, StoreError};
use actix::Context;
use chat_shared::frame::encode_value;
use chat_shared::limits::{PEOPLE_PAGE, PROFILE_FIELD_BYTES};
use chat_shared::names::AccountName;
use chat_shared::{
    AccountId, Card, Event, HouseRole, InboxItem, Person, Presence, PresenceState, RequestId,
    Timestamp,
};
use std::collections::BTreeSet;
use tokio::sync::oneshot;

/// What the store says of somebody for their card.
pub(super) struct Known {
    pub(super) account: AccountId,
    pub(super) record: AccountRecord,
    pub(super) seen: Option<SeenRecord>,
    /// Since when they block who asks: nothing later is told of when they were here.
    pub(super) hides_since: Option<Timestamp>,
    /// Whether who asks may know from where they came.
    pub(super) shows_address: bool,
}

pub(super) fn card(
    session: &mut Session,
    id: RequestId,
    account: AccountId,
    ctx: &mut Context<Session>,
) {
    let Some(viewer) = session.account() else {
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
            hides_since: reader.blocks(account, viewer)?,
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
        hides_since,
        shows_address,
    } = known;
    let is_gone = presence.state == PresenceState::Offline;
    let stored = seen.as_ref().map(|seen| seen.at);
    let latest = stored.max(waiting).map(|at| not_after(at, hides_since));
    let address = seen.and_then(|seen| seen.address);
    Card {
        account,
        name: record.name,
        profile: record.profile,
        role: record.role,
        enabled: record.enabled,
        deleted: record.deleted_at.is_some(),
        presence,
        last_seen: latest.filter(|_| is_gone),
        last_address: address.filter(|_| shows_address),
    }
}

/// When somebody was here to who is blocked since then: whoever left at that moment was seen until then.
pub(super) fn not_after(at: Timestamp, hides_since: Option<Timestamp>) -> Timestamp {
    hides_since.map_or(at, |since| at.min(since))
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

/// With the first groups; behind a group, further ones alone.
pub(super) fn contacts(
    session: &mut Session,
    id: RequestId,
    groups_after: String,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    let ask = move |reader: &Reader| {
        let (contacts, blocked) = match groups_after.is_empty() {
            true => (reader.contacts(account)?, reader.blocked(account)?),
            false => Default::default(),
        };
        let mut groups = reader.shared_groups()?;
        groups.retain(|group| group.name > groups_after);
        let (groups, more) = match groups.is_empty() {
            true => (groups, false),
            false => fitting(
                groups,
                LIST_BYTES.saturating_sub(encode_value(&contacts).len()),
            ),
        };
        Ok(Ok(Event::Contacts {
            account_seq: reader.head(FeedKey::Account(account))?.seq,
            contacts,
            blocked: blocked.into_iter().collect(),
            groups,
            more,
        }))
    };
    session.answer_read(ctx, id, ask);
}

/// The newest items with the announcements; before an item, older ones alone.
pub(super) fn inbox(
    session: &mut Session,
    id: RequestId,
    before: Option<u64>,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    let ask = move |reader: &Reader| {
        let mut items = reader.inbox(account)?;
        items.retain(|item| before.is_none_or(|before| item.id < before));
        let (items, more) = newest_that_fit(items);
        let announcements = match before {
            Some(_) => Vec::new(),
            None => {
                let record = reader.account(account)?;
                let seen = record
                    .as_ref()
                    .map_or(0, |record| record.announcements_seen);
                let mut news = reader.announcements_after(seen)?;
                // One knows what one said.
                news.retain(|said| {
                    let is_dismissed = record
                        .as_ref()
                        .is_some_and(|record| record.has_dismissed(said.id));
                    said.by != Some(account) && !is_dismissed
                });
                news
            }
        };
        Ok(Ok(Event::Inbox {
            account_seq: reader.head(FeedKey::Account(account))?.seq,
            items,
            announcements,
            more,
        }))
    };
    session.answer_read(ctx, id, ask);
}

/// The other half of the answer is for the announcements.
fn newest_that_fit(mut items: Vec<InboxItem>) -> (Vec<InboxItem>, bool) {
    items.reverse();
    let (mut items, more) = fitting(items, LIST_BYTES / 2);
    items.reverse();
    (items, more)
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

    fn known(hides_since: Option<Timestamp>, shows_address: bool) -> Known {
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
            announcements_dismissed: BTreeSet::new(),
        };
        Known {
            account: AccountId(1),
            record,
            seen: Some(SeenRecord {
                at: Timestamp(50),
                address: Some("192.0.2.7".into()),
            }),
            hides_since,
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
        let card = card_of(known(None, false), offline(), Some(Timestamp(70)));
        assert_eq!(card.last_seen, Some(Timestamp(70)));
        assert_eq!(card.last_address, None);
        let card = card_of(known(None, true), offline(), None);
        assert_eq!(card.last_seen, Some(Timestamp(50)));
        assert_eq!(card.last_address.as_deref(), Some("192.0.2.7"));
        for (blocked_at, told) in [(60, 60), (90, 70)] {
            // Also to an administrator, whose right to the address a block does not take.
            let known = known(Some(Timestamp(blocked_at)), true);
            let card = card_of(known, offline(), Some(Timestamp(70)));
            assert_eq!(card.last_seen, Some(Timestamp(told)), "nothing later");
            assert_eq!(card.last_address.as_deref(), Some("192.0.2.7"));
        }
        let card = card_of(known(None, false), here(1, ""), None);
        assert_eq!(card.last_seen, None, "who is here was not seen last");
    }
}
