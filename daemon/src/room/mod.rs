//! Rooms: one actor for each conversation in use, be it a room or a direct one. A room encodes its new
//! entries once for everybody, and gathers read marks and typing notices.
//!
//! [`messages`] is what it accepts and tells, [`state`] its rules, and this file the shell. Which session
//! follows a conversation is known to the worker that holds the session (`session::fanout`), which is
//! where delivering it is cheapest; a room knows which workers care. Tier 1: it asks the journal only.

pub(crate) mod messages;
pub(crate) mod state;

use crate::clock::now;
use crate::journal::{
    Action, Answer, Command, Committed, Journal, ReplyTo, Submission, Watch, WorkerId,
};
use crate::store::Store;
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Recipient};
use chat_shared::{ConversationId, Seq};
use messages::{
    Deliver, EndRoom, Interest, MarkRead, RoomDied, Signal, ToldByRoom, Typing, Whom, WorkerLink,
};
use smallvec::SmallVec;
use state::{Encoded, RoomState};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Read marks of a conversation become durable together, once in this time.
const MARKS_EVERY: Duration = Duration::from_secs(2);
/// A worker that was too busy to be told of entries is told of their number after this time.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// Messages in the mailbox; each sender has one place more.
const MAILBOX: usize = 1024;

/// What all rooms share.
pub(crate) struct Surroundings {
    pub(crate) links: Vec<WorkerLink>,
    pub(crate) journal: Box<dyn Journal + Send + Sync>,
    pub(crate) store: Arc<Store>,
    pub(crate) registry: Recipient<RoomDied>,
}

/// A room, and which one of those that a conversation had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RoomId {
    pub(crate) conversation: ConversationId,
    /// Counts all rooms that the registry ever made.
    pub(crate) incarnation: u64,
}

/// The actor.
pub(crate) struct Room {
    id: RoomId,
    state: RoomState,
    interested: BTreeSet<WorkerId>,
    around: Arc<Surroundings>,
    marks_scheduled: bool,
    ended: bool,
}

/// Whether a room is the first of its conversation or takes the place of one that died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    First,
    /// Tell the workers where the feed ends, so that they catch up with what the dead one did not
    /// deliver.
    Again,
}

impl Room {
    /// Starts a room for the workers that follow it, on the thread of one of them: what it tells them does
    /// not have to wake another. Entries that are committed after a read that begins later than this are
    /// delivered.
    pub(crate) fn open(
        id: RoomId,
        interested: BTreeSet<WorkerId>,
        around: &Arc<Surroundings>,
        start: Start,
    ) -> Addr<Self> {
        let link = around
            .links
            .iter()
            .find(|link| interested.contains(&link.worker))
            .unwrap_or(&around.links[0]);
        let surroundings = around.clone();
        let addr = Self::start_in_arbiter(&link.thread, move |ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            let room = Self {
                id,
                state: RoomState::new(id.conversation),
                interested,
                around: surroundings,
                marks_scheduled: false,
                ended: false,
            };
            if start == Start::Again {
                room.announce_head(ctx);
            }
            room
        });
        around.journal.watch(Watch {
            conversation: id.conversation,
            room: addr.clone().recipient(),
        });
        addr
    }

    fn announce_head(&self, ctx: &Context<Self>) {
        let feed = self.state.feed();
        let addr = ctx.address();
        let store = self.around.store.clone();
        actix_rt::spawn(async move {
            let head = tokio::task::spawn_blocking(move || store.read(|reader| reader.head(feed)));
            if let Ok(Ok(head)) = head.await {
                let _ = addr.try_send(Announce(head.seq));
            }
        });
    }

    fn deliver(
        &self,
        encoded: &Encoded,
        mut answers: SmallVec<[(WorkerId, Answer); 1]>,
        ctx: &mut Context<Self>,
    ) {
        let mut is_lost = false;
        for link in &self.around.links {
            let of_worker: SmallVec<[_; 1]>;
            (of_worker, answers) = { answers }
                .into_iter()
                .partition(|(worker, _)| *worker == link.worker);
            let of_worker = of_worker.into_iter();
            let answers: SmallVec<[Answer; 1]> = of_worker.map(|(_, answer)| answer).collect();
            if answers.is_empty() && !self.interested.contains(&link.worker) {
                continue;
            }
            let deliver = Deliver {
                feed: self.state.feed(),
                first: encoded.first,
                last: encoded.last,
                frames: encoded.frames.clone(),
                changes: Vec::new(),
                left: encoded.left.clone(),
                answers,
            };
            is_lost |= !link.tell(ToldByRoom::Deliver(deliver));
        }
        if is_lost {
            // Its sessions would see the gap with the next entry; that may be hours away. Those who were
            // not answered ask again, and their streams' rows answer.
            tracing::warn!(conversation = %self.id.conversation, "a worker does not take entries");
            let again = Encoded {
                left: encoded.left.clone(),
                ..Encoded::nothing_after(encoded.last)
            };
            ctx.run_later(TELL_AGAIN, move |room, ctx| {
                room.deliver(&again, SmallVec::new(), ctx);
            });
        }
    }

    fn interested_links(&self) -> impl Iterator<Item = &WorkerLink> {
        self.around
            .links
            .iter()
            .filter(|link| self.interested.contains(&link.worker))
    }

    fn schedule_marks(&mut self, ctx: &mut Context<Self>) {
        if self.state.has_marks() && !self.marks_scheduled {
            self.marks_scheduled = true;
            // A task of its own: what `run_later` keeps is looked at with each message to the room.
            let room = ctx.address();
            actix_rt::spawn(async move {
                tokio::time::sleep(MARKS_EVERY).await;
                let _ = room.send(MarksDue).await;
            });
        }
    }

    fn submit_marks(&mut self) {
        self.marks_scheduled = false;
        let marks = self.state.take_marks();
        if marks.is_empty() {
            return;
        }
        let action = Action::MarkRead {
            conversation: self.id.conversation,
            marks,
        };
        let command = Command {
            at: now(),
            by: None,
            once: None,
            action,
        };
        // Where the journal is busy these are lost, and said again at the next reading.
        let _ = self.around.journal.submit(Submission {
            command,
            reply: ReplyTo::Nobody,
        });
    }
}

#[derive(actix::Message)]
#[rtype(result = "()")]
struct Announce(Seq);

#[derive(actix::Message)]
#[rtype(result = "()")]
struct MarksDue;

impl Actor for Room {
    type Context = Context<Self>;
}

impl Drop for Room {
    /// A room that ends without having been told to has panicked: the registry makes another.
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.around.registry.try_send(RoomDied { room: self.id });
        }
    }
}

impl Handler<Committed> for Room {
    type Result = ();

    fn handle(&mut self, committed: Committed, ctx: &mut Self::Context) {
        if let Some(encoded) = self.state.committed(&committed.entries) {
            self.deliver(&encoded, committed.answers, ctx);
        }
        self.schedule_marks(ctx);
    }
}

impl Handler<Announce> for Room {
    type Result = ();

    fn handle(&mut self, head: Announce, ctx: &mut Self::Context) {
        self.deliver(&Encoded::nothing_after(head.0), SmallVec::new(), ctx);
    }
}

impl Handler<MarkRead> for Room {
    type Result = ();

    fn handle(&mut self, read: MarkRead, ctx: &mut Self::Context) {
        self.state.mark(read.account, read.seq);
        self.schedule_marks(ctx);
    }
}

impl Handler<MarksDue> for Room {
    type Result = ();

    fn handle(&mut self, _: MarksDue, _: &mut Self::Context) {
        self.submit_marks();
    }
}

impl Handler<Typing> for Room {
    type Result = ();

    fn handle(&mut self, typing: Typing, _: &mut Self::Context) {
        let Typing { account, unseen_by } = typing;
        if let Some(frame) = self.state.typing(account, now()) {
            let whom = if unseen_by.is_empty() {
                Whom::Not(account)
            } else {
                let mut nobody_of = unseen_by;
                nobody_of.insert(account);
                Whom::NoneOf(Arc::new(nobody_of))
            };
            for link in self.interested_links() {
                let signal = Signal {
                    audience: self.state.feed(),
                    whom: whom.clone(),
                    frame: frame.clone(),
                };
                let _ = link.tell(ToldByRoom::Signal(signal));
            }
        }
    }
}

impl Handler<Interest> for Room {
    type Result = ();

    fn handle(&mut self, interest: Interest, _: &mut Self::Context) {
        if interest.follows {
            self.interested.insert(interest.worker);
        } else {
            self.interested.remove(&interest.worker);
        }
    }
}

impl Handler<EndRoom> for Room {
    type Result = ();

    fn handle(&mut self, _: EndRoom, ctx: &mut Self::Context) {
        self.submit_marks();
        self.ended = true;
        ctx.stop();
    }
}

#[cfg(test)]
mod tests;
