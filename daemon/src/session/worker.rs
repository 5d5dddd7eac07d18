//! A worker: one actor per thread that holds sessions. What rooms, registry and journal have to tell the
//! sessions of its thread comes to it as one message, and goes straight into their outboxes.
//!
//! Tier 3, as the sessions: they and their worker share [`Shared`] without messages.

use super::deadlines::{Deadlines, LOOK_EVERY};
use super::fanout::Fanout;
use super::outbox::Outbox;
use super::writing::Turn;
use super::{CatchUp, Close, Look, MembershipChanged, Session};
use crate::abort::AbortOnPanic;
use crate::config::Config;
use crate::journal::embedded::EmbeddedHandle;
use crate::journal::{Answer, Answers, SessionId, SessionKey, WorkerId};
use crate::net::connection::Accepted;
use crate::net::inbound::Gate;
use crate::registry::messages::{CloseRoom, OpenRooms};
use crate::registry::{Order, Registry};
use crate::room::Room;
use crate::room::messages::{Deliver, EndSession, Membership, Proclaim, Signal, ToldByRoom};
use crate::session::{answers, faults};
use crate::store::{FeedKey, Store};
use actix::{Actor, Addr, AsyncContext, Context, Handler, Message};
use chat_shared::{ConversationId, Event, Fault, RequestId};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::sync::oneshot;

/// Messages in the mailbox; each sender has one place more. A room's batch is one message.
const MAILBOX: usize = 16_384;

/// Rooms that the registry has made or found.
type OpenedRooms = Vec<(ConversationId, Addr<Room>)>;

/// What all parts of the daemon know, given to each worker.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<Store>,
    pub(crate) started: Instant,
    /// The secret from which the salts of names that do not exist are made.
    pub(crate) fake_salts: [u8; 32],
    /// `chat://` links without an invitation.
    pub(crate) links: Arc<Vec<chat_shared::link::JoinLink>>,
    /// All connections now.
    pub(crate) connections: Arc<AtomicU64>,
    /// Banned addresses and the panic switch.
    pub(crate) order: Arc<Order>,
}

/// A session as its worker knows it.
pub(crate) struct SessionHandle {
    pub(crate) id: SessionId,
    pub(crate) addr: Addr<Session>,
    pub(crate) outbox: Rc<Outbox>,
    pub(crate) gate: Rc<Gate>,
    pub(crate) is_signed_in: Cell<bool>,
}

/// What the sessions of one thread share.
pub(crate) struct Shared {
    pub(crate) worker: WorkerId,
    pub(crate) house: House,
    pub(crate) journal: EmbeddedHandle,
    pub(crate) registry: Addr<Registry>,
    pub(crate) fanout: RefCell<Fanout>,
    pub(crate) turn: Rc<Turn>,
    pub(crate) sessions: RefCell<FxHashMap<SessionId, Rc<SessionHandle>>>,
    rooms: RefCell<FxHashMap<ConversationId, Addr<Room>>>,
    deadlines: RefCell<Deadlines>,
    last_session: Cell<u64>,
}

impl Shared {
    pub(crate) fn key(&self, session: SessionId) -> SessionKey {
        SessionKey {
            worker: self.worker,
            session,
        }
    }

    /// The id of the next session.
    pub(crate) fn next_session(&self) -> SessionId {
        self.last_session.set(self.last_session.get() + 1);
        SessionId(self.last_session.get())
    }

    /// Asks the registry for the rooms of these conversations that are not known here yet. The answer
    /// goes to [`Shared::rooms_opened`].
    pub(crate) fn open_rooms(
        &self,
        wanted: &[ConversationId],
    ) -> Result<Option<oneshot::Receiver<OpenedRooms>>, Fault> {
        let rooms = self.rooms.borrow();
        let known = |id: &ConversationId| rooms.get(id).is_some_and(Addr::connected);
        let conversations: Vec<_> = wanted.iter().filter(|id| !known(id)).copied().collect();
        if conversations.is_empty() {
            return Ok(None);
        }
        let (reply, opened) = oneshot::channel();
        let ask = OpenRooms {
            worker: self.worker,
            conversations,
            reply,
        };
        self.registry.try_send(ask).map_err(|_| faults::busy())?;
        Ok(Some(opened))
    }

    /// Those that are followed still. Of the others the registry was told meanwhile that they are closed
    /// here: who took them for open would hear nothing of them.
    pub(crate) fn rooms_opened(&self, opened: OpenedRooms) {
        let fanout = self.fanout.borrow();
        let is_followed = |id: &ConversationId| fanout.is_followed(FeedKey::Conversation(*id));
        let followed = opened.into_iter().filter(|(id, _)| is_followed(id));
        self.rooms.borrow_mut().extend(followed);
    }

    /// Tells a room, if it lives.
    pub(crate) fn tell_room<M>(&self, conversation: ConversationId, message: M)
    where
        M: Message<Result = ()> + Send + 'static,
        Room: Handler<M>,
    {
        if let Some(room) = self.rooms.borrow().get(&conversation) {
            // What rooms are told by sessions may be lost.
            let _ = room.try_send(message);
        }
    }

    /// A session follows a feed no longer; the last one closes the room.
    pub(crate) fn unsubscribe(
        &self,
        feed: FeedKey,
        subscription: &Rc<super::fanout::Subscription>,
    ) {
        let was_last = self.fanout.borrow_mut().unsubscribe(feed, subscription);
        if let (true, FeedKey::Conversation(conversation)) = (was_last, feed) {
            self.rooms.borrow_mut().remove(&conversation);
            let close = CloseRoom {
                worker: self.worker,
                conversation,
            };
            if self.registry.try_send(close).is_err() {
                tracing::warn!(%conversation, "the registry is too busy to close a room");
            }
        }
    }

    /// Looks at a session once it is this late.
    pub(crate) fn look_at(&self, session: SessionId, at: Instant) {
        self.deadlines.borrow_mut().add(at, session);
    }

    /// Looks at those that are due.
    fn look(&self) {
        let now = Instant::now();
        loop {
            // Not held while a session is told.
            let due = self.deadlines.borrow_mut().take_due(now);
            let Some(id) = due else { return };
            if let Some(session) = self.session(id)
                && session.addr.try_send(Look).is_err()
            {
                self.look_at(id, now + LOOK_EVERY);
            }
        }
    }

    fn session(&self, id: SessionId) -> Option<Rc<SessionHandle>> {
        self.sessions.borrow().get(&id).cloned()
    }

    fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        let sessions = self.sessions.borrow();
        for answer in answers {
            if let Some(session) = sessions.get(&answer.session) {
                session.answer(answer.request, answers::of(answer.result));
            }
        }
    }

    /// New entries of a feed, into the outboxes of those who follow it.
    fn deliver(&self, deliver: Deliver) {
        let _abort = AbortOnPanic("worker");
        let Deliver {
            feed,
            first,
            last,
            frames,
            changes,
            left,
            answers,
        } = deliver;
        self.answer(answers);
        let mut behind = Vec::new();
        let mut fanout = self.fanout.borrow_mut();
        // Their own feed tells them, and comes on another road: it may be later than this.
        for account in left {
            fanout.mute_account(feed, account, last);
        }
        fanout.deliver(feed, first, last, &frames, |session| behind.push(session));
        let mut changed = Vec::new();
        for change in changes {
            for id in fanout.sessions_before(feed, change.seq) {
                if change.now == Membership::Removed {
                    fanout.mute(FeedKey::Conversation(change.conversation), id);
                }
                changed.push((id, change));
            }
        }
        drop(fanout);
        for id in behind {
            if let Some(session) = self.session(id) {
                let _ = session.addr.try_send(CatchUp);
            }
        }
        for (id, change) in changed {
            if let Some(session) = self.session(id)
                && session.addr.try_send(MembershipChanged(change)).is_err()
            {
                // It could go on reading what it may not: rather end it, it comes back.
                let _ = session.addr.try_send(Close(faults::busy()));
            }
        }
    }

    fn signal(&self, signal: &Signal) {
        let _abort = AbortOnPanic("worker");
        self.fanout
            .borrow()
            .signal(signal.audience, &signal.frame, &signal.whom);
    }
}

thread_local! {
    /// The worker of this thread.
    static HERE: RefCell<Weak<Shared>> = const { RefCell::new(Weak::new()) };
}

/// Tells the worker of this thread without a message, if it is the one who is meant; else gives back what was to
/// be told.
pub(crate) fn tell_here(worker: WorkerId, told: ToldByRoom) -> Option<ToldByRoom> {
    match HERE.with_borrow(Weak::upgrade) {
        Some(shared) if shared.worker == worker => {
            match told {
                ToldByRoom::Deliver(deliver) => shared.deliver(deliver),
                ToldByRoom::Signal(signal) => shared.signal(&signal),
            }
            None
        }
        _ => Some(told),
    }
}

/// The actor.
pub(crate) struct Worker {
    shared: Rc<Shared>,
}

impl Worker {
    pub(crate) fn new(
        worker: WorkerId,
        house: House,
        journal: EmbeddedHandle,
        registry: Addr<Registry>,
    ) -> Self {
        Self {
            shared: Rc::new(Shared {
                worker,
                house,
                journal,
                registry,
                fanout: RefCell::default(),
                turn: Rc::default(),
                sessions: RefCell::default(),
                rooms: RefCell::default(),
                deadlines: RefCell::default(),
                last_session: Cell::new(0),
            }),
        }
    }
}

impl Worker {
    /// Before it starts: until then its mailbox is small.
    pub(crate) fn make_room(ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Actor for Worker {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        HERE.set(Rc::downgrade(&self.shared));
        actix_rt::spawn(self.shared.turn.clone().run());
        ctx.run_interval(LOOK_EVERY, |worker, _| worker.shared.look());
    }
}

impl Handler<Accepted> for Worker {
    type Result = ();

    fn handle(&mut self, accepted: Accepted, _: &mut Self::Context) {
        let _abort = AbortOnPanic("worker");
        actix_rt::spawn(super::greet(self.shared.clone(), accepted));
    }
}

impl Handler<Deliver> for Worker {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, _: &mut Self::Context) {
        self.shared.deliver(deliver);
    }
}

impl Handler<Answers> for Worker {
    type Result = ();

    fn handle(&mut self, answers: Answers, _: &mut Self::Context) {
        let _abort = AbortOnPanic("worker");
        self.shared.answer(answers.0);
    }
}

impl Handler<Signal> for Worker {
    type Result = ();

    fn handle(&mut self, signal: Signal, _: &mut Self::Context) {
        self.shared.signal(&signal);
    }
}

impl Handler<Proclaim> for Worker {
    type Result = ();

    fn handle(&mut self, proclaim: Proclaim, _: &mut Self::Context) {
        let _abort = AbortOnPanic("worker");
        for session in self.shared.sessions.borrow().values() {
            if session.is_signed_in.get() {
                session.outbox.signal(proclaim.frame.clone());
            }
        }
    }
}

impl Handler<EndSession> for Worker {
    type Result = ();

    fn handle(&mut self, end: EndSession, _: &mut Self::Context) {
        let _abort = AbortOnPanic("worker");
        if let Some(session) = self.shared.session(end.session) {
            let _ = session.addr.try_send(Close(end.fault));
        }
    }
}

/// To a worker: tell all sessions that the daemon goes down, and answer when they have ended.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct CloseAll(pub(crate) oneshot::Sender<()>);

impl Handler<CloseAll> for Worker {
    type Result = ();

    fn handle(&mut self, close: CloseAll, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("worker");
        for session in self.shared.sessions.borrow().values() {
            let _ = session.addr.try_send(Close(faults::shutting_down()));
        }
        wait_until_empty(self.shared.clone(), close.0, ctx);
    }
}

fn wait_until_empty(shared: Rc<Shared>, done: oneshot::Sender<()>, ctx: &mut Context<Worker>) {
    const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(10);
    if shared.sessions.borrow().is_empty() {
        let _ = done.send(());
    } else if !done.is_closed() {
        ctx.run_later(LOOK_EVERY, |_, ctx| wait_until_empty(shared, done, ctx));
    }
}

impl SessionHandle {
    /// Answers a request.
    pub(crate) fn answer(&self, request: RequestId, event: Event) {
        self.outbox.push(answers::frame(request, event));
        self.gate.answered();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let left = self.house.connections.load(Ordering::Relaxed);
        tracing::debug!(
            worker = self.worker.0,
            connections = left,
            "a worker has ended"
        );
    }
}
