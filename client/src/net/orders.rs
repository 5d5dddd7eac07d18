//! Which order to send when. Orders of one conversation go one after the other, so that they stay in
//! order even where one has to be sent again; those of different ones side by side.

use super::live::{Asked, Millis, Out, tell};
use crate::command::{Order, Ticket};
use crate::model::Update;
use crate::state_dir::Stream;
use chat_shared::limits::STREAM_WINDOW;
use chat_shared::{ConversationId, Fault, FaultCode, Nonce, Seq};
use std::collections::{BTreeMap, BTreeSet};

/// How long to wait before an order is sent again, where the daemon did not say.
const RETRY: Millis = 1_000;

/// How long to wait before the outbox is written again that could not be written.
const UNWRITABLE: Millis = 10_000;

/// What the daemon answered to an order.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Carried out and on disk.
    Done {
        /// Where.
        conversation: Option<ConversationId>,
        /// As which entry.
        seq: Option<Seq>,
    },
    /// Not carried out.
    Fault(Fault),
}

/// The orders of one connection.
#[derive(Debug, Default)]
pub struct Orders {
    in_flight: BTreeSet<Nonce>,
    /// To be sent again, not before.
    retry_at: BTreeMap<Nonce, Millis>,
    /// Sent on a connection before this one, without an answer on this one yet.
    unsettled: BTreeSet<Nonce>,
}

impl Orders {
    /// What was sent before is to be answered before anything else.
    pub fn await_sent(&mut self, stream: &Stream) {
        let waiting = stream.outbox.waiting();
        self.unsettled = waiting
            .filter(|(_, w)| w.is_sent)
            .map(|(nonce, _)| nonce)
            .collect();
    }

    /// Whether each of those has an answer, if only "not now".
    pub fn has_settled(&self) -> bool {
        self.unsettled.is_empty() || self.in_flight.is_empty()
    }

    /// Writes an order down and tells that it waits.
    pub fn put(&mut self, stream: &mut Stream, order: Order, out: &mut Vec<Out>) {
        match stream.outbox.put(order.clone()) {
            Ok(nonce) => tell(out, queued(stream, nonce, order)),
            Err(error) => tell(out, not_written(&order, &error)),
        }
    }

    /// Tells of everything that waits.
    pub fn tell_waiting(&self, stream: &Stream, out: &mut Vec<Out>) {
        for (nonce, waiting) in stream.outbox.waiting() {
            tell(out, queued(stream, nonce, waiting.order.clone()));
        }
    }

    /// Sends what may have been sent before.
    pub fn send_again(&mut self, stream: &mut Stream, now: Millis, out: &mut Vec<Out>) {
        let unsettled = self.unsettled.clone();
        self.send_some(stream, now, out, |nonce| unsettled.contains(&nonce));
    }

    /// Sends everything that may be sent now.
    pub fn send(&mut self, stream: &mut Stream, now: Millis, out: &mut Vec<Out>) {
        self.send_some(stream, now, out, |_| true);
    }

    fn send_some(
        &mut self,
        stream: &mut Stream,
        now: Millis,
        out: &mut Vec<Out>,
        wanted: impl Fn(Nonce) -> bool,
    ) {
        let settled = stream.outbox.settled();
        let mut busy = BTreeSet::new();
        let mut ready = Vec::new();
        for (nonce, waiting) in stream.outbox.waiting() {
            if nonce.0 > settled.0 + STREAM_WINDOW {
                break;
            }
            // The first of its conversation that is not answered holds up those behind it.
            let is_first = busy.insert(waiting.order.conversation());
            let is_due = self.retry_at.get(&nonce).is_none_or(|at| *at <= now);
            if is_first && is_due && !self.in_flight.contains(&nonce) && wanted(nonce) {
                ready.push((nonce, waiting.order.request(nonce, settled)));
            }
        }
        for (nonce, request) in ready {
            if let Err(error) = stream.outbox.mark_sent(nonce) {
                let text = format!("could not write the outbox: {error}");
                self.retry_at.insert(nonce, now + UNWRITABLE);
                return tell(
                    out,
                    Update::Notice {
                        conversation: None,
                        text,
                    },
                );
            }
            self.retry_at.remove(&nonce);
            self.in_flight.insert(nonce);
            out.push(Out::Ask(request, Asked::Order(nonce)));
        }
    }

    /// An answer is here.
    pub fn answered(
        &mut self,
        stream: &mut Stream,
        nonce: Nonce,
        answer: Answer,
        now: Millis,
        out: &mut Vec<Out>,
    ) {
        self.in_flight.remove(&nonce);
        self.unsettled.remove(&nonce);
        let Some(order) = stream
            .outbox
            .get(nonce)
            .map(|waiting| waiting.order.clone())
        else {
            return;
        };
        let ticket = Ticket {
            stream: stream.id,
            nonce,
        };
        let (update, next) = match answer {
            Answer::Fault(fault) if fault.is_passing() => {
                self.retry_at
                    .insert(nonce, now + fault.retry_after_ms.unwrap_or(RETRY));
                return;
            }
            // The stream forgets only what was answered; that this was is what got lost here.
            Answer::Fault(fault) if fault.code == FaultCode::StaleNonce => (
                Update::Done {
                    ticket,
                    order,
                    conversation: None,
                    seq: None,
                },
                None,
            ),
            Answer::Fault(fault) => (
                Update::Refused {
                    ticket,
                    order,
                    fault,
                },
                None,
            ),
            Answer::Done { conversation, seq } => {
                let next = follow_up(&order, conversation);
                (
                    Update::Done {
                        ticket,
                        order,
                        conversation,
                        seq,
                    },
                    next,
                )
            }
        };
        let written = match next {
            Some(post) => stream
                .outbox
                .settle_and_put(nonce, post.clone())
                .map(|nonce| {
                    tell(out, update);
                    tell(out, queued(stream, nonce, post));
                }),
            None => stream.outbox.settle(nonce).map(|_| tell(out, update)),
        };
        if let Err(error) = written {
            let text = format!("could not write the outbox: {error}");
            tell(
                out,
                Update::Notice {
                    conversation: None,
                    text,
                },
            );
            self.retry_at.insert(nonce, now + RETRY);
        }
    }

    /// When an order is to be sent again.
    pub fn retry_at(&self) -> Option<Millis> {
        self.retry_at.values().min().copied()
    }
}

/// What is to be said in a conversation that was opened to say it.
pub fn follow_up(order: &Order, opened: Option<ConversationId>) -> Option<Order> {
    match (order, opened) {
        (
            Order::OpenDirect {
                say: Some(text), ..
            },
            Some(conversation),
        ) => Some(Order::Post {
            conversation,
            text: text.clone(),
        }),
        _ => None,
    }
}

fn queued(stream: &Stream, nonce: Nonce, order: Order) -> Update {
    Update::Queued {
        ticket: Ticket {
            stream: stream.id,
            nonce,
        },
        order,
    }
}

/// The outbox cannot be written: the text is given back, so that it is not lost.
pub fn not_written(order: &Order, error: &std::io::Error) -> Update {
    let text = match order {
        Order::Post { text, .. }
        | Order::OpenDirect {
            say: Some(text), ..
        } => {
            format!("could not write the outbox ({error}), so this was not sent: {text}")
        }
        _ => format!(
            "could not write the outbox ({error}), so could not {}",
            order.verb()
        ),
    };
    Update::Notice {
        conversation: order.conversation(),
        text,
    }
}
