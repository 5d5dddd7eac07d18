//! What is done now and then: sightings made durable, what has expired swept away, the order of the house
//! read again.

use super::messages::OrderChanged;
use super::{Order, Registry, address_banned};
use crate::abort::AbortOnPanic;
use crate::clock::now;
use crate::journal::{Action, Command, Outcome, ReplyTo, Submission};
use crate::net::bans::Banned;
use crate::store::{Reader, StoreError};
use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use chat_shared::Timestamp;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;

/// Sightings that gathered become durable together, once in this time, and status texts end.
const SIGHTINGS_EVERY: Duration = Duration::from_secs(10);
/// Sightings in one command.
const SIGHTINGS: usize = 1_000;
/// Who stays connected is seen once in this time.
const LOOK_ROUND_EVERY: Duration = Duration::from_secs(300);
/// What has expired is ignored at once, and goes away at leisure.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);

/// What the daemon takes away by and by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sweep {
    /// Deleted rooms, bans, mutes and invitations.
    Expired,
    /// Messages of accounts that were deleted with theirs.
    Messages,
}

impl Sweep {
    fn action(self) -> Action {
        match self {
            Sweep::Expired => Action::Expire,
            Sweep::Messages => Action::RemoveMessages,
        }
    }
}

/// What the store says of the order of the house.
pub(crate) struct ReadOrder {
    banned: Vec<Banned>,
    panic: bool,
}

impl ReadOrder {
    /// Reads it.
    pub(crate) fn of(reader: &Reader, at: Timestamp) -> Result<Self, StoreError> {
        let bans = reader.address_bans(at)?;
        // A network that cannot be read was written by another program; it bans nobody.
        let read = bans
            .into_iter()
            .filter_map(|ban| Some((ban.network.parse().ok()?, ban.until)));
        Ok(Self {
            banned: read.collect(),
            panic: reader.is_panic()?,
        })
    }
}

impl Order {
    /// From now on this holds.
    pub(crate) fn set(&self, read: ReadOrder) {
        self.bans.set(read.banned);
        self.panic.store(read.panic, Ordering::Relaxed);
    }
}

impl Registry {
    /// Begins to do what is done now and then.
    pub(super) fn keep_up(&mut self, ctx: &mut Context<Self>) {
        ctx.run_interval(SIGHTINGS_EVERY, |registry, ctx| {
            let _abort = AbortOnPanic("registry");
            registry.submit_sightings();
            registry.presence.expire(now());
            registry.schedule_presence(ctx);
        });
        ctx.run_interval(LOOK_ROUND_EVERY, |registry, ctx| {
            let _abort = AbortOnPanic("registry");
            registry.look_round();
            registry.read_order(None, ctx);
        });
        ctx.run_interval(SWEEP_EVERY, Self::sweep_all);
        self.sweep_all(ctx);
    }

    fn sweep_all(&mut self, ctx: &mut Context<Self>) {
        self.sweep(Sweep::Expired, ctx);
        self.sweep(Sweep::Messages, ctx);
    }

    /// Notes who is connected; not who is invisible.
    fn look_round(&mut self) {
        let at = now();
        for (_, online) in self.roll.all() {
            if !self.presence.is_hidden(online.account) {
                self.sightings.note(online, at);
            }
        }
    }

    fn submit_sightings(&mut self) {
        let seen = self.sightings.take(SIGHTINGS);
        if !seen.is_empty() {
            // Where the journal is busy these are lost; the next time somebody is seen is not far.
            let _ = self.submit(Action::Seen { seen }, ReplyTo::Nobody);
        }
    }

    /// The daemon goes down: everything that gathered.
    pub(super) fn submit_all_sightings(&mut self) {
        self.look_round();
        while !self.sightings.is_empty() {
            self.submit_sightings();
        }
    }

    fn submit(&self, action: Action, reply: ReplyTo) -> Result<(), crate::journal::NotDone> {
        let command = Command {
            at: now(),
            by: None,
            once: None,
            action,
        };
        self.around.journal.submit(Submission { command, reply })
    }

    /// Takes away a bounded portion, and goes on until nothing is left. Where that fails it is tried again
    /// at the next time.
    pub(super) fn sweep(&mut self, sweep: Sweep, ctx: &mut Context<Self>) {
        if !self.sweeping.insert(sweep) {
            return;
        }
        let (asker, outcome) = oneshot::channel();
        if self.submit(sweep.action(), ReplyTo::Asker(asker)).is_err() {
            self.sweeping.remove(&sweep);
            return;
        }
        ctx.spawn(outcome.into_actor(self).map(move |outcome, registry, ctx| {
            let _abort = AbortOnPanic("registry");
            registry.sweeping.remove(&sweep);
            match outcome {
                Ok(Ok(Outcome::Swept { more: true })) => registry.sweep(sweep, ctx),
                Ok(Ok(_)) | Err(_) => {}
                Ok(Err(why)) => tracing::warn!(?sweep, ?why, "could not sweep"),
            }
        }));
    }

    /// Reads which addresses are banned and whether there is panic, and ends whom that concerns.
    fn read_order(&mut self, reply: Option<oneshot::Sender<()>>, ctx: &mut Context<Self>) {
        let store = self.around.store.clone();
        let at = now();
        let reading =
            tokio::task::spawn_blocking(move || store.read(|reader| ReadOrder::of(reader, at)));
        ctx.spawn(reading.into_actor(self).map(move |read, registry, _| {
            let _abort = AbortOnPanic("registry");
            match read {
                Ok(Ok(read)) => {
                    registry.order.set(read);
                    let bans = &registry.order.bans;
                    let is_banned = |address| bans.cover(address, now());
                    registry.end_where(&address_banned(), |online| {
                        online.address.is_some_and(is_banned)
                    });
                }
                Ok(Err(error)) => tracing::warn!(%error, "cannot read which addresses are banned"),
                Err(error) => tracing::warn!(%error, "cannot read which addresses are banned"),
            }
            if let Some(reply) = reply {
                let _ = reply.send(());
            }
        }));
    }
}

impl Handler<OrderChanged> for Registry {
    type Result = ();

    fn handle(&mut self, changed: OrderChanged, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        self.read_order(Some(changed.0), ctx);
    }
}
