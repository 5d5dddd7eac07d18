//! `chatc rooms`: prints the public rooms.

use super::context::Context;
use super::exit::Stop;
use super::print;
use super::sign_in::connect;
use crate::net::session::unexpected;
use chat_shared::{ConversationId, Event, Request, clean};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    conversation: String,
    topic: &'a str,
    members: u64,
    joined: bool,
}

/// Runs the command.
pub async fn run(context: &Context) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let mut after = ConversationId(0);
    loop {
        let (rooms, more) = match session.ask(Request::Rooms { after }).await? {
            Event::Rooms { rooms, more } => (rooms, more),
            other => return Err(unexpected(&other).into()),
        };
        for room in &rooms {
            if context.json {
                let conversation = format!("#{}", room.name);
                let (topic, members, joined) = (room.topic.as_str(), room.members, room.joined);
                print::json(&Line {
                    conversation,
                    topic,
                    members,
                    joined,
                })?;
            } else {
                let name = clean::line(&room.name);
                let mark = if room.joined { "*" } else { " " };
                let topic = clean::line(&room.topic);
                let line = format!("{mark} #{name} ({}) {topic}", room.members);
                print::line(line.trim_end())?;
            }
        }
        match rooms.last() {
            Some(last) if more => after = last.conversation,
            _ => return Ok(()),
        }
    }
}
