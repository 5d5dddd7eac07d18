//! Telling how people are: to all who follow the house, to those who ask, and not to those who are blocked.

use super::Registry;
use super::manners::Change;
use super::messages::{Announce, AskPresence, AskWho, SetPresence, Who};
use crate::abort::AbortOnPanic;
use crate::clock::now;
use crate::room::messages::{Proclaim, Signal, Whom};
use crate::store::FeedKey;
use crate::store::people::Manners;
use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use chat_shared::frame::{encode, encode_value};
use chat_shared::limits::FRAME;
use chat_shared::{AccountId, Envelope, Event, Presence, PresenceState, RequestId};
use std::sync::Arc;
use std::time::Duration;

/// Changes of presence go out together after this time: short enough to look immediate.
const PRESENCE_EVERY: Duration = Duration::from_millis(250);
/// Bytes of people in one frame of presence.
const PRESENCE_BYTES: usize = FRAME / 2;
/// People whose manners are read at once.
const MANNERS_PAGE: usize = 500;
/// After a failure of the store they are read again.
const READ_AGAIN: Duration = Duration::from_secs(1);

impl Registry {
    pub(super) fn schedule_presence(&mut self, ctx: &mut Context<Self>) {
        let is_due = self.presence.has_changes() || !self.leaving.is_empty();
        if is_due && !self.presence_scheduled {
            self.presence_scheduled = true;
            ctx.run_later(PRESENCE_EVERY, |registry, _| registry.tell_presence());
        }
    }

    fn tell_presence(&mut self) {
        let _abort = AbortOnPanic("registry");
        self.presence_scheduled = false;
        let roll = &self.roll;
        let is_online = |account| roll.is_online(account);
        let changes = self.presence.take_changes(&self.manners, is_online, now());
        for (unseen, people) in changes.others {
            let whom = if unseen.is_empty() {
                Whom::All
            } else {
                Whom::NoneOf(Arc::new(unseen))
            };
            self.tell_house(people, &whom);
        }
        for own in changes.own {
            let audience = FeedKey::Account(own.account);
            self.signal(audience, vec![own], &Whom::All);
        }
        for ask in std::mem::take(&mut self.who_asked) {
            self.answer_who(ask);
        }
        // Whom they blocked mattered until now: everybody was told that they left.
        for account in std::mem::take(&mut self.leaving) {
            if !self.roll.is_online(account) {
                self.manners.forget(account);
            }
        }
    }

    /// Says who is here. Only when all that changed has been told: what is told next is told against that,
    /// and would leave out who came and went again since.
    fn answer_who(&self, ask: AskWho) {
        let viewer = Some(ask.viewer);
        let people = self.presence.here(viewer, &self.manners, now());
        let since = ask.since;
        let seen = since.map_or_else(Vec::new, |since| self.sightings.since(since));
        let _ = ask.reply.send(Who { people, seen });
    }

    /// Tells those who follow the house, in as few frames as may be.
    fn tell_house(&self, people: Vec<Presence>, whom: &Whom) {
        let mut frame = Vec::new();
        let mut bytes = 0;
        for presence in people {
            bytes += encode_value(&presence).len();
            if bytes > PRESENCE_BYTES {
                self.signal(FeedKey::House, std::mem::take(&mut frame), whom);
                bytes = 0;
            }
            frame.push(presence);
        }
        self.signal(FeedKey::House, frame, whom);
    }

    fn signal(&self, audience: FeedKey, people: Vec<Presence>, whom: &Whom) {
        let frame = by_itself(Event::PresenceChanged { people });
        for link in &self.around.links {
            let _ = link.signal.try_send(Signal {
                audience,
                whom: whom.clone(),
                frame: frame.clone(),
            });
        }
    }

    /// The feed of somebody tells whom they block, or what they say of themselves.
    pub(super) fn manners_changed(
        &mut self,
        account: AccountId,
        change: Change,
        ctx: &mut Context<Self>,
    ) {
        let told = self.presence.told(account);
        match (&change, told) {
            // As if they left just now.
            (Change::Blocked(other), Some(_)) => {
                let offline = Presence {
                    account,
                    state: PresenceState::Offline,
                    status: None,
                };
                self.signal(FeedKey::House, vec![offline], &Whom::Only(*other));
                let session = self.roll.of(account).next();
                if let Some(online) = session.and_then(|session| self.roll.get(session)) {
                    self.sightings.note(online, now());
                }
            }
            (Change::Unblocked(other), Some(told)) => {
                self.signal(FeedKey::House, vec![told], &Whom::Only(*other));
            }
            (Change::Status(_), _) => self.presence.touch(account),
            _ => {}
        }
        self.manners.change(account, change);
        self.schedule_presence(ctx);
    }

    /// Reads the manners of those who came, one reading at a time: a storm becomes a few large ones.
    pub(super) fn read_manners(&mut self, ctx: &mut Context<Self>) {
        if self.is_reading_manners {
            return;
        }
        let accounts = self.manners.take_wanted(MANNERS_PAGE);
        if accounts.is_empty() {
            return;
        }
        self.is_reading_manners = true;
        let store = self.around.store.clone();
        let wanted = accounts.clone();
        let reading = tokio::task::spawn_blocking(move || {
            store.read(|reader| {
                let read = accounts.iter().map(|account| reader.manners(*account));
                read.collect::<Result<Vec<_>, _>>()
            })
        });
        ctx.spawn(reading.into_actor(self).map(|read, registry, ctx| {
            let _abort = AbortOnPanic("registry");
            registry.is_reading_manners = false;
            let read = read.map_err(|error| error.to_string());
            let read = read.and_then(|read| read.map_err(|error| error.to_string()));
            registry.manners_read(wanted, read, ctx);
        }));
    }

    fn manners_read(
        &mut self,
        accounts: Vec<AccountId>,
        read: Result<Vec<Manners>, String>,
        ctx: &mut Context<Self>,
    ) {
        match read {
            Ok(read) => {
                for (account, manners) in accounts.into_iter().zip(read) {
                    self.manners.learn(account, manners);
                }
                self.schedule_presence(ctx);
                self.read_manners(ctx);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot read whom people block: they are not shown yet");
                self.manners.want_again(accounts);
                ctx.run_later(READ_AGAIN, Self::read_manners);
            }
        }
    }
}

/// The frame of what comes by itself.
fn by_itself(body: Event) -> bytes::Bytes {
    encode(&Envelope {
        id: RequestId(0),
        body,
    })
}

impl Handler<SetPresence> for Registry {
    type Result = ();

    fn handle(&mut self, set: SetPresence, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        if let Some(online) = self.roll.get(set.session) {
            let before = self.presence.of(online.account);
            self.presence.set(online.account, set.session, set.state);
            // To others as if they had left just now.
            if before != PresenceState::Offline
                && before != PresenceState::Invisible
                && self.presence.of(online.account) == PresenceState::Invisible
            {
                self.sightings.note(online, now());
            }
            self.schedule_presence(ctx);
        }
    }
}

impl Handler<AskWho> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskWho, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        if self.presence_scheduled {
            self.who_asked.push(ask);
        } else {
            self.answer_who(ask);
        }
    }
}

impl Handler<AskPresence> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskPresence, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let seen = self.sightings.of(ask.account);
        let presence = self
            .presence
            .seen_by(ask.viewer, ask.account, &self.manners, now());
        let _ = ask.reply.send((presence, seen));
    }
}

impl Handler<Announce> for Registry {
    type Result = ();

    fn handle(&mut self, announce: Announce, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let announcement = announce.0;
        let frame = by_itself(Event::Announced { announcement });
        for link in &self.around.links {
            let frame = frame.clone();
            if link.proclaim.try_send(Proclaim { frame }).is_err() {
                tracing::warn!(worker = ?link.worker, "a worker does not take an announcement");
            }
        }
    }
}
