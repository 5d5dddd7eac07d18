//! Carries out one order: written down first, sent until it is answered, over reconnects.

use super::context::Context;
use super::exit::Stop;
use super::sign_in::{SignedIn, connect};
use crate::command::Order;
use crate::net::backoff::{Backoff, jitter};
use crate::net::deliver::{self, Answered, Done};
use crate::net::session::Session;
use crate::state_dir::Stream;
use chat_shared::{AccountId, Command as Act, Fault, Nonce, clean};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long an order is tried: a restart of the daemon on a slow machine, and a script that does not hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// Finds out what is to be ordered, delivers it and says what became of it. What was left in the stream
/// by a process before goes out first, in its order.
///
/// Where nobody answers at first it ends at once and leaves nothing behind. A connection that breaks
/// later is made again for a minute.
pub async fn submit(
    context: &Context,
    find: impl AsyncFn(&mut Session, AccountId) -> Result<Order, Stop>,
) -> Result<Done, Stop> {
    let until = Instant::now() + PATIENCE;
    let mut backoff = Backoff::default();
    let mut has_met = false;
    let (session, mut stream, order) = loop {
        let stop = match begin(context, &find).await {
            Ok(begun) => break begun,
            Err(stop) => stop,
        };
        has_met |= matches!(stop, Stop::Lost(_) | Stop::Refused(_));
        let pause = backoff.pause(jitter());
        if !has_met || !stop.is_passing() || Instant::now() + pause >= until {
            return Err(stop);
        }
        sleep(pause).await;
    };
    let verb = order.verb();
    let mut watch = Watch {
        nonce: stream.outbox.put(order)?,
        outcome: None,
    };
    let mut session = Some(session);
    backoff.reset();
    let last = loop {
        let delivering = async {
            let session = match &mut session {
                Some(session) => session,
                None => {
                    let mut again = connect(context).await?.session;
                    deliver::open(&mut again, &mut stream).await?;
                    session.insert(again)
                }
            };
            deliver::drain(session, &mut stream, |answered| watch.take(answered)).await?;
            Ok::<_, Stop>(())
        };
        let delivered = timeout_at(until, delivering).await;
        if let Some(outcome) = watch.outcome {
            return outcome.map_err(Stop::Refused);
        }
        let stop = match delivered {
            Ok(Ok(())) => Stop::NoConnection("the order vanished from the outbox".to_owned()),
            Ok(Err(stop)) => stop,
            Err(_) => Stop::NoConnection("the daemon did not answer".to_owned()),
        };
        let pause = backoff.pause(jitter());
        if !stop.is_passing() || Instant::now() + pause >= until {
            break stop;
        }
        session = None;
        sleep(pause).await;
    };
    Err(Stop::NoConnection(format!(
        "could not {verb} yet: {last}\n\
         It is kept in the outbox and goes out, once, with the next chatc of this account."
    )))
}

/// Carries out an act, as [`submit`] does an order.
pub async fn act(
    context: &Context,
    find: impl AsyncFn(&mut Session, AccountId) -> Result<Act, Stop>,
) -> Result<Done, Stop> {
    let find = async |session: &mut Session, me| {
        let act = find(session, me).await?;
        Ok(Order::Act { act })
    };
    submit(context, find).await
}

async fn begin(
    context: &Context,
    find: &impl AsyncFn(&mut Session, AccountId) -> Result<Order, Stop>,
) -> Result<(Session, Stream, Order), Stop> {
    let SignedIn {
        mut session,
        me,
        device,
        folder,
        ..
    } = connect(context).await?;
    let order = find(&mut session, me.account).await?;
    let mut stream = folder.take_stream(device)?;
    deliver::open(&mut session, &mut stream).await?;
    for order in stream.outbox.take_unknown() {
        eprintln!(
            "chatc: nobody can tell whether this was carried out: {}",
            shown(&order)
        );
    }
    Ok((session, stream, order))
}

/// Waits for the answer to one order and to what follows from it.
struct Watch {
    nonce: Nonce,
    outcome: Option<Result<Done, Fault>>,
}

impl Watch {
    fn take(&mut self, answered: Answered) {
        if answered.nonce != self.nonce {
            return tell_left(&answered);
        }
        match answered.next {
            Some(next) => self.nonce = next,
            None => self.outcome = Some(answered.outcome),
        }
    }
}

/// Says why an order of a process before was not carried out.
pub fn tell_left(answered: &Answered) {
    if let Err(fault) = &answered.outcome {
        let text = clean::line(&fault.text);
        let order = shown(&answered.order);
        eprintln!("chatc: from before: {order}: {}: {text}", fault.code);
    }
}

fn shown(order: &Order) -> String {
    match order {
        Order::Post { text, .. }
        | Order::OpenDirect {
            say: Some(text), ..
        } => {
            format!("message `{}`", clean::line(text))
        }
        other => other.verb().to_owned(),
    }
}
