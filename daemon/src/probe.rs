//! An actor that tests put in the place of another, to see what that one is told.

use actix::{Actor, Context, Handler, Message, Recipient};
use tokio::sync::mpsc;

/// Passes on what it is told.
struct Probe<M>(mpsc::UnboundedSender<M>);

impl<M: Unpin + 'static> Actor for Probe<M> {
    type Context = Context<Self>;
}

impl<M: Message<Result = ()> + Unpin + 'static> Handler<M> for Probe<M> {
    type Result = ();

    fn handle(&mut self, message: M, _: &mut Self::Context) {
        self.0.send(message).unwrap();
    }
}

/// Starts one: whom to tell, and what it was told.
pub(crate) fn probe<M>() -> (Recipient<M>, mpsc::UnboundedReceiver<M>)
where
    M: Message<Result = ()> + Send + Unpin + 'static,
{
    let (told, heard) = mpsc::unbounded_channel();
    (Probe(told).start().recipient(), heard)
}
