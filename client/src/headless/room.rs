//! `chatc create`, `chatc join` and `chatc topic`.

use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::submit::submit;
use crate::command::Order;
use crate::net::deliver::Done;
use crate::net::session::Session;
use chat_shared::names::RoomName;
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    conversation: &'a str,
    seq: u64,
}

/// Makes a room.
pub async fn create(context: &Context, room: &str, topic: &str) -> Result<(), Stop> {
    let name = parse(room)?;
    let (room, topic) = (name.as_str().to_owned(), topic.to_owned());
    let order = Order::CreateRoom { name: room, topic };
    let done = submit(context, async |_, _| Ok(order.clone())).await?;
    report(context, &name, done)
}

/// Joins a room.
pub async fn join(context: &Context, room: &str) -> Result<(), Stop> {
    let name = parse(room)?;
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, &name).await?;
        Ok(Order::Join { conversation })
    };
    let done = submit(context, find).await?;
    report(context, &name, done)
}

/// Gives a room another topic.
pub async fn set_topic(context: &Context, room: &str, topic: &str) -> Result<(), Stop> {
    let name = parse(room)?;
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, &name).await?;
        let topic = topic.to_owned();
        Ok(Order::SetTopic {
            conversation,
            topic,
        })
    };
    let done = submit(context, find).await?;
    report(context, &name, done)
}

/// Reads the name of a room.
pub fn parse(typed: &str) -> Result<RoomName, Stop> {
    RoomName::parse(typed).map_err(|error| Stop::usage(format!("{typed}: {error}")))
}

/// Prints which room it was, in JSON also as which entry.
pub fn report(context: &Context, name: &RoomName, done: Done) -> Result<(), Stop> {
    let conversation = format!("#{name}");
    if context.json {
        let seq = done.seq.unwrap_or_default().0;
        print::json(&Line {
            conversation: &conversation,
            seq,
        })
    } else {
        print::line(&conversation)
    }
}
