//! Delivers the orders of a stream one after the other: for commands of scripts, and for what a killed
//! process left behind.

use super::Failure;
use super::orders::follow_up;
use super::session::{Session, unexpected};
use crate::command::Order;
use crate::state_dir::Stream;
use chat_shared::{ConversationId, Event, Fault, FaultCode, Nonce, Request, Seq};
use std::time::Duration;
use tokio::time::sleep;

/// How long to wait before an order is sent again, where the daemon did not say.
const RETRY: Duration = Duration::from_secs(1);

/// An order that was answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Its number.
    pub nonce: Nonce,
    /// What it was.
    pub order: Order,
    /// Where and as which entry, or why not.
    pub outcome: Result<Done, Fault>,
    /// The order that followed from it, which is delivered next.
    pub next: Option<Nonce>,
}

/// What became of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Where it happened.
    pub conversation: Option<ConversationId>,
    /// The entry that it became.
    pub seq: Option<Seq>,
}

/// Opens the stream on a connection that is signed in. To be done before the first order is put into
/// it, since what the daemon knows of the stream may move numbers.
pub async fn open(session: &mut Session, stream: &mut Stream) -> Result<(), Failure> {
    match session
        .ask(Request::OpenStream { stream: stream.id })
        .await?
    {
        Event::StreamOpened { last, .. } => Ok(stream.outbox.opened(last)?),
        other => Err(unexpected(&other)),
    }
}

/// Delivers all that waits in the stream that is open, oldest first. Where the connection is lost it can
/// go on on another one; nothing is done twice.
pub async fn drain(
    session: &mut Session,
    stream: &mut Stream,
    mut on_answer: impl FnMut(Answered),
) -> Result<(), Failure> {
    loop {
        let first = stream.outbox.waiting().next();
        let Some((nonce, order)) = first.map(|(nonce, waiting)| (nonce, waiting.order.clone()))
        else {
            return Ok(());
        };
        stream.outbox.mark_sent(nonce)?;
        let request = order.request(nonce, stream.outbox.settled());
        let outcome = match session.ask(request).await {
            Ok(Event::Done { conversation, seq }) => Ok(Done { conversation, seq }),
            Ok(other) => return Err(unexpected(&other)),
            Err(Failure::Refused(fault)) if fault.is_passing() => {
                sleep(fault.retry_after_ms.map_or(RETRY, Duration::from_millis)).await;
                continue;
            }
            // The stream forgets only what was answered; that this was is what got lost here.
            Err(Failure::Refused(fault)) if fault.code == FaultCode::StaleNonce => {
                Ok(Done::default())
            }
            Err(Failure::Refused(fault)) => Err(fault),
            Err(failure) => return Err(failure),
        };
        let opened = outcome.as_ref().ok().and_then(|done| done.conversation);
        let next = match follow_up(&order, opened) {
            Some(post) => Some(stream.outbox.settle_and_put(nonce, post)?),
            None => {
                stream.outbox.settle(nonce)?;
                None
            }
        };
        on_answer(Answered {
            nonce,
            order,
            outcome,
            next,
        });
    }
}
