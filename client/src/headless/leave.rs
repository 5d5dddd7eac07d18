//! `chatc leave`.

use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::room::{parse, report};
use super::submit::submit;
use crate::command::Order;
use crate::net::session::Session;

/// Leaves a room.
pub async fn run(context: &Context, room: &str) -> Result<(), Stop> {
    let name = parse(room)?;
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, &name).await?;
        Ok(Order::Leave { conversation })
    };
    let done = submit(context, find).await?;
    report(context, &name, "you are not in it any more", done)
}
