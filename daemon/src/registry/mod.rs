//! The registry: which accounts are online with which sessions, who is present, which rooms live, and
//! who has to wait before trying another password. One actor.
//!
//! [`messages`] is what it accepts. Its rules are [`roll`] (who is signed in where), [`ended`] (whose access
//! ended), [`presence`], [`manners`] (who must not see whom), [`sightings`] and [`crate::auth::throttle`];
//! the shells around them [`logins`], [`telling`], [`living`] (rooms) and [`upkeep`]. This file delivers the
//! feeds that belong to no room: those of accounts and of the house. Tier 2: it asks nobody who is above the
//! rooms. A panic here ends the process.

pub(crate) mod messages;
pub(crate) mod roll;
pub(crate) mod ended;
pub(crate) mod presence;
pub(crate) mod manners;
pub(crate) mod sightings;
mod logins;
mod telling;
mod living;
pub(crate) mod upkeep;

use crate::abort::AbortOnPanic;
use crate::auth::throttle::Throttle;
use crate::journal::{CommittedElsewhere, WorkerId};
use crate::net::bans::AddressBans;
use crate::room::Surroundings;
use crate::room::messages::{Deliver, EndRoom, Membership, MembershipChange, WorkerLink};
use crate::room::state::encode_entries;
use crate::store::{CommitNumber, FeedKey};
use actix::{Actor, AsyncContext, Context, Handler};
use bytes::Bytes;
use chat_shared::{AccountId, ConversationId, Entry, EntryBody, Fault, FaultCode};
use ended::{Ended, RecentlyEnded};
use living::LiveRoom;
use manners::{Change, KnownManners};
use messages::{AskStatus, AskWho, CloseRooms, RegistryStatus};
use presence::PresenceBoard;
use roll::{Roll, SessionRules};
use sightings::Sightings;
use smallvec::SmallVec;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use upkeep::Sweep;

/// A worker that was too busy to be told is told again after this time.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// Messages in the mailbox; each sender has one place more.
const MAILBOX: usize = 4096;

/// The order of the house, as everybody has to know it at once: set by the registry, asked by listeners and
/// sessions.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// From where no connections are taken.
    pub(crate) bans: AddressBans,
    /// While it is on nobody registers.
    panic: AtomicBool,
}

impl Order {
    /// Whether the panic switch is on.
    pub(crate) fn is_panic(&self) -> bool {
        self.panic.load(Ordering::Relaxed)
    }
}

/// The actor.
pub(crate) struct Registry {
    around: Arc<Surroundings>,
    order: Arc<Order>,
    rules: SessionRules,
    roll: Roll,
    presence: PresenceBoard,
    presence_scheduled: bool,
    manners: KnownManners,
    is_reading_manners: bool,
    /// Who has no session any more, and others still have to be told.
    leaving: BTreeSet<AccountId>,
    /// Those who asked who is here while changes wait to be told.
    who_asked: Vec<AskWho>,
    sightings: Sightings,
    sweeping: BTreeSet<Sweep>,
    rooms: HashMap<ConversationId, LiveRoom>,
    last_incarnation: u64,
    throttle: Throttle,
    ended: RecentlyEnded,
}

impl Registry {
    pub(crate) fn new(
        around: Arc<Surroundings>,
        order: Arc<Order>,
        rules: SessionRules,
        throttle: Throttle,
    ) -> Self {
        Self {
            around,
            order,
            rules,
            roll: Roll::default(),
            presence: PresenceBoard::default(),
            presence_scheduled: false,
            manners: KnownManners::default(),
            is_reading_manners: false,
            leaving: BTreeSet::new(),
            who_asked: Vec::new(),
            sightings: Sightings::default(),
            sweeping: BTreeSet::new(),
            rooms: HashMap::new(),
            last_incarnation: 0,
            throttle,
            ended: RecentlyEnded::default(),
        }
    }

    fn link(&self, worker: WorkerId) -> Option<&WorkerLink> {
        self.around.links.iter().find(|link| link.worker == worker)
    }

    /// Tells workers; who is too busy is told once more after a moment, of the numbers and of who came
    /// and left.
    fn deliver(
        &self,
        workers: impl Iterator<Item = WorkerId>,
        deliver: &Deliver,
        ctx: &mut Context<Self>,
    ) {
        for worker in workers {
            let Some(link) = self.link(worker) else {
                continue;
            };
            if link.deliver.try_send(deliver.clone()).is_err() {
                tracing::warn!(?worker, "a worker does not take entries");
                let again = Deliver {
                    feed: deliver.feed,
                    first: deliver.last.next(),
                    last: deliver.last,
                    frames: Bytes::new(),
                    changes: deliver.changes.clone(),
                    left: Vec::new(),
                    answers: SmallVec::new(),
                };
                ctx.run_later(TELL_AGAIN, move |registry, ctx| {
                    registry.deliver([worker].into_iter(), &again, ctx);
                });
            }
        }
    }

    fn deliver_house(&mut self, commit: CommitNumber, entries: &[Entry], ctx: &mut Context<Self>) {
        if let Some(encoded) = encode_entries(FeedKey::House.feed(), entries) {
            let deliver = Deliver {
                feed: FeedKey::House,
                first: encoded.first,
                last: encoded.last,
                frames: encoded.frames,
                changes: Vec::new(),
                left: Vec::new(),
                answers: SmallVec::new(),
            };
            self.deliver(
                self.around.links.iter().map(|link| link.worker),
                &deliver,
                ctx,
            );
        }
        for entry in entries {
            match entry.body {
                EntryBody::AccountEnabled {
                    account,
                    enabled: false,
                } => self.end(commit, Ended::Disabled(account)),
                EntryBody::AccountDeleted { account } => {
                    self.end(commit, Ended::Deleted(account));
                    self.sweep(Sweep::Messages, ctx);
                }
                _ => {}
            }
        }
    }

    fn deliver_account(
        &mut self,
        commit: CommitNumber,
        account: AccountId,
        entries: &[Entry],
        ctx: &mut Context<Self>,
    ) {
        let feed = FeedKey::Account(account);
        if self.roll.is_online(account)
            && let Some(encoded) = encode_entries(feed.feed(), entries)
        {
            let sessions = self.roll.of(account);
            let workers: BTreeSet<WorkerId> = sessions.map(|key| key.worker).collect();
            let changes = entries.iter().filter_map(membership_change).collect();
            let deliver = Deliver {
                feed,
                first: encoded.first,
                last: encoded.last,
                frames: encoded.frames,
                changes,
                left: Vec::new(),
                answers: SmallVec::new(),
            };
            self.deliver(workers.into_iter(), &deliver, ctx);
        }
        for entry in entries {
            match entry.body {
                EntryBody::DeviceRevoked { device } => self.end(commit, Ended::Device(device)),
                EntryBody::PasswordChanged {} => self.end(commit, Ended::Password(account)),
                _ => {
                    if let Some(change) = Change::of(&entry.body) {
                        self.manners_changed(account, change, ctx);
                    }
                }
            }
        }
    }
}

/// What somebody from a banned address is told, where they are told anything.
fn address_banned() -> Fault {
    Fault::new(
        FaultCode::AddressBanned,
        "no connections are taken from your address just now: ask your administrator",
    )
}

fn membership_change(entry: &Entry) -> Option<MembershipChange> {
    let (conversation, now) = match &entry.body {
        EntryBody::ConversationAdded { conversation } => (*conversation, Membership::Added),
        EntryBody::ConversationRemoved { conversation, .. } => (*conversation, Membership::Removed),
        _ => return None,
    };
    Some(MembershipChange {
        seq: entry.seq,
        conversation,
        now,
    })
}

impl Actor for Registry {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.keep_up(ctx);
    }
}

impl Handler<CommittedElsewhere> for Registry {
    type Result = ();

    fn handle(&mut self, committed: CommittedElsewhere, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let commit = committed.commit;
        self.deliver_house(commit, &committed.house, ctx);
        for (account, entries) in &committed.accounts {
            self.deliver_account(commit, *account, entries, ctx);
        }
    }
}

impl Handler<AskStatus> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskStatus, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let _ = ask.0.send(RegistryStatus {
            sessions: self.roll.len() as u64,
            online: self.presence.count() as u64,
            rooms: self.rooms.len() as u64,
        });
    }
}

impl Handler<CloseRooms> for Registry {
    type Result = ();

    fn handle(&mut self, close: CloseRooms, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        for (conversation, room) in self.rooms.drain() {
            self.around.journal.unwatch(conversation);
            let _ = room.addr.try_send(EndRoom);
        }
        self.submit_all_sightings();
        let _ = close.0.send(());
    }
}

#[cfg(test)]
mod tests;
