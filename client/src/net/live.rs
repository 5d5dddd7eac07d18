//! What to ask and when, on a connection that is signed in: a state machine without sockets or clock.
//!
//! Open the stream; send again what may have been sent before, and wait for those answers, so that
//! an own message is known to be on its place before it comes back by the sync; sync; then
//! everything else.

use super::cursors::Cursors;
use super::marks::Marks;
use super::orders::{Answer, Orders};
use super::questions::{list, members_after, place_of, reading, rooms_after};
use crate::command::{Command, Page};
use crate::model::{Connection, Update};
use crate::state_dir::Stream;
use chat_shared::{ConversationId, DeviceId, Event, Fault, PresenceState, Request, RequestId};
use std::collections::{BTreeMap, HashMap};

/// Milliseconds of the connection's own clock.
pub type Millis = u64;

/// Others are told that one writes every so often, in milliseconds.
const TYPING_EVERY: Millis = 3_000;

/// Read marks wait this long for a newer one.
const MARK_AFTER: Millis = 400;

/// What a request was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The stream.
    Stream,
    /// A numbered command.
    Order(chat_shared::Nonce),
    /// A sync.
    Sync,
    /// Something to read, which the model learns from.
    Reading(Option<ConversationId>),
    /// A page of history.
    Page(ConversationId, Page),
    /// A list that may be longer than an answer: its beginning, or what goes on.
    List {
        /// What was asked.
        request: Box<Request>,
        /// Whether it was its beginning.
        is_first: bool,
    },
    /// A new invitation.
    Invite,
    /// What may be lost.
    Signal,
    /// The end of a device.
    Revoke(DeviceId),
}

/// What is to be done.
#[derive(Debug)]
pub enum Out {
    /// Ask the daemon.
    Ask(Request, Asked),
    /// Tell the model.
    Tell(Box<Update>),
    /// The connection is of no use; connect again.
    Reconnect(String),
}

/// What outlives a connection.
#[derive(Debug)]
pub struct Kept {
    /// The orders.
    pub stream: Stream,
    /// Up to where was read what the daemon sent.
    pub cursors: Cursors,
    /// How available the user is.
    pub presence: PresenceState,
    /// What was read and is not known to be on the daemon's disk.
    pub marks: Marks,
    /// Entries of each conversation to begin with.
    pub newest: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Opening,
    Settling,
    Syncing,
    Live,
}

/// One connection.
#[derive(Debug)]
pub struct Live<'a> {
    kept: &'a mut Kept,
    phase: Phase,
    asked: HashMap<RequestId, Asked>,
    orders: Orders,
    typing: BTreeMap<ConversationId, Millis>,
    marks_at: Option<Millis>,
}

impl<'a> Live<'a> {
    /// A connection just signed in.
    pub fn begin(kept: &'a mut Kept, out: &mut Vec<Out>) -> Self {
        kept.marks.begin();
        out.push(Out::Ask(
            Request::OpenStream {
                stream: kept.stream.id,
            },
            Asked::Stream,
        ));
        Self {
            kept,
            phase: Phase::Opening,
            asked: HashMap::new(),
            orders: Orders::default(),
            typing: BTreeMap::new(),
            marks_at: None,
        }
    }

    /// Whether everything is caught up.
    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// A request went out under this id.
    pub fn asked(&mut self, id: RequestId, what: Asked) {
        self.asked.insert(id, what);
    }

    /// The daemon said something.
    pub fn take(&mut self, id: RequestId, event: Event, now: Millis, out: &mut Vec<Out>) {
        match (self.asked.remove(&id), event) {
            (Some(Asked::Order(nonce)), answer) => {
                let answer = match answer {
                    Event::Done { conversation, seq } => Answer::Done { conversation, seq },
                    Event::Fault { fault } => Answer::Fault(fault),
                    _ => Answer::Done {
                        conversation: None,
                        seq: None,
                    },
                };
                self.orders
                    .answered(&mut self.kept.stream, nonce, answer, now, out);
                self.go_on(now, out);
            }
            (Some(asked), Event::Fault { fault }) => self.refused(asked, &fault, out),
            (Some(Asked::Stream), Event::StreamOpened { last, .. }) => {
                if let Err(error) = self.kept.stream.outbox.opened(last) {
                    out.push(Out::Reconnect(error.to_string()));
                    return;
                }
                self.phase = Phase::Settling;
                self.orders.await_sent(&self.kept.stream);
                self.go_on(now, out);
            }
            (Some(Asked::Sync), event @ Event::Synced { .. }) => self.synced(event, now, out),
            (
                Some(Asked::Page(conversation, page)),
                Event::History {
                    entries, newest, ..
                },
            ) => {
                let page = Update::Page {
                    conversation,
                    page,
                    entries,
                    newest,
                };
                tell(out, page);
            }
            (Some(Asked::Revoke(device)), Event::Done { .. }) => {
                let text = format!("device {device} is signed out");
                let conversation = None;
                tell(out, Update::Notice { conversation, text });
            }
            (
                Some(
                    Asked::Signal
                    | Asked::Revoke(_)
                    | Asked::Stream
                    | Asked::Sync
                    | Asked::Page(..),
                ),
                _,
            ) => {}
            (Some(Asked::List { request, is_first }), event) => {
                if let Some(next) = request.next_page(&event) {
                    out.push(list(next, false));
                }
                let update = match is_first {
                    true => Update::Event(event),
                    false => Update::Further(event),
                };
                tell(out, update);
            }
            (Some(Asked::Reading(_) | Asked::Invite), event) => {
                self.next_page(&event, out);
                tell(out, Update::Event(event));
            }
            (None, event) => {
                self.kept.cursors.take(&event);
                self.kept.marks.confirm(&event);
                tell(out, Update::Event(event));
            }
        }
    }

    fn synced(&mut self, event: Event, now: Millis, out: &mut Vec<Out>) {
        self.kept.cursors.take(&event);
        self.kept.marks.confirm(&event);
        tell(out, Update::Event(event));
        // The model learns of conversations only now; what waits in them was told it in vain before.
        self.orders.tell_waiting(&self.kept.stream, out);
        if self.phase != Phase::Live {
            self.phase = Phase::Live;
            tell(out, Update::Connection(Connection::Online));
            let state = self.kept.presence;
            out.push(Out::Ask(Request::SetPresence { state }, Asked::Signal));
            if self.kept.marks.are_due() {
                self.marks_at = Some(now);
            }
        }
        self.go_on(now, out);
    }

    fn refused(&mut self, asked: Asked, fault: &Fault, out: &mut Vec<Out>) {
        match asked {
            Asked::Stream | Asked::Sync => out.push(Out::Reconnect(fault.text.clone())),
            Asked::Reading(conversation) => {
                let text = format!("could not read: {}", fault.text);
                tell(out, Update::Notice { conversation, text });
            }
            Asked::Page(conversation, page) => {
                let fault = fault.clone();
                let refusal = Update::NoPage {
                    conversation,
                    page,
                    fault,
                };
                tell(out, refusal);
            }
            Asked::List { request, .. } => {
                self.refused(Asked::Reading(place_of(&request)), fault, out);
            }
            Asked::Invite => {
                let text = format!("could not make the invitation: {}", fault.text);
                let conversation = None;
                tell(out, Update::Notice { conversation, text });
            }
            Asked::Revoke(device) => {
                let text = format!("could not end device {device}: {}", fault.text);
                tell(
                    out,
                    Update::Notice {
                        conversation: None,
                        text,
                    },
                );
            }
            Asked::Signal | Asked::Order(_) => {}
        }
    }

    /// Lists come in pages.
    fn next_page(&self, event: &Event, out: &mut Vec<Out>) {
        match event {
            Event::Members {
                conversation,
                members,
                more: true,
                ..
            } => {
                if let Some(last) = members.last() {
                    out.push(members_after(*conversation, last.account));
                }
            }
            Event::Rooms { rooms, more: true } => {
                if let Some(last) = rooms.last() {
                    out.push(rooms_after(last.conversation));
                }
            }
            _ => {}
        }
    }

    /// Somebody asks for something.
    pub fn command(&mut self, command: Command, now: Millis, out: &mut Vec<Out>) {
        match command {
            Command::Do(order) => {
                self.orders.put(&mut self.kept.stream, order, out);
                self.go_on(now, out);
            }
            Command::SetPresence { state } => {
                self.kept.presence = state;
                if self.is_live() {
                    out.push(Out::Ask(Request::SetPresence { state }, Asked::Signal));
                }
            }
            Command::MarkRead { conversation, seq } => {
                self.kept.marks.read(conversation, seq);
                self.marks_at = self.marks_at.or(Some(now + MARK_AFTER));
            }
            Command::Typing { conversation } => {
                let last = self.typing.get(&conversation);
                if self.is_live() && last.is_none_or(|last| now >= last + TYPING_EVERY) {
                    self.typing.insert(conversation, now);
                    out.push(Out::Ask(Request::Typing { conversation }, Asked::Signal));
                }
            }
            Command::RevokeDevice { device } => {
                let request = Request::RevokeDevice { device };
                out.push(Out::Ask(request, Asked::Revoke(device)));
                out.push(Out::Ask(Request::Devices {}, Asked::Reading(None)));
            }
            Command::Resync if self.is_live() => self.sync(out),
            Command::Resync | Command::RetryNow | Command::Quit => {}
            question => out.extend(reading(&question)),
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Millis, out: &mut Vec<Out>) {
        if self.is_live() && self.marks_at.is_some_and(|at| at <= now) {
            self.marks_at = None;
            for (conversation, seq) in self.kept.marks.take_due() {
                out.push(Out::Ask(
                    Request::MarkRead { conversation, seq },
                    Asked::Signal,
                ));
            }
        }
        self.go_on(now, out);
    }

    /// The user leaves: tells at once what would have waited for a moment.
    pub fn leave(&mut self, out: &mut Vec<Out>) {
        self.marks_at = None;
        for (conversation, seq) in self.kept.marks.take_due() {
            let request = Request::MarkRead { conversation, seq };
            out.push(Out::Ask(request, Asked::Signal));
        }
    }

    /// Whether everything that the user did was answered.
    pub fn is_heard(&self) -> bool {
        let waits = |asked: &Asked| matches!(asked, Asked::Signal | Asked::Order(_));
        self.kept.stream.outbox.is_empty() && !self.asked.values().any(waits)
    }

    /// When [`Self::tick`] is wanted.
    pub fn tick_at(&self) -> Option<Millis> {
        let due = [self.marks_at, self.orders.retry_at()];
        due.into_iter().flatten().min().filter(|_| self.is_live())
    }

    fn go_on(&mut self, now: Millis, out: &mut Vec<Out>) {
        match self.phase {
            Phase::Opening => {}
            Phase::Settling => {
                self.orders.send_again(&mut self.kept.stream, now, out);
                if self.orders.has_settled() {
                    self.phase = Phase::Syncing;
                    self.sync(out);
                }
            }
            Phase::Syncing => {}
            Phase::Live => self.orders.send(&mut self.kept.stream, now, out),
        }
    }

    fn sync(&self, out: &mut Vec<Out>) {
        let request = Request::Sync {
            house: Some(self.kept.cursors.house()),
            only: None,
            cursors: self.kept.cursors.conversations(),
            newest: self.kept.newest,
        };
        out.push(Out::Ask(request, Asked::Sync));
    }
}

/// Tells the model.
pub fn tell(out: &mut Vec<Out>, update: Update) {
    out.push(Out::Tell(Box::new(update)));
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
