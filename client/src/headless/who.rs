//! `chatc who`: prints who is online.

use super::context::Context;
use super::exit::Stop;
use super::names::Names;
use super::print;
use super::sign_in::connect;
use crate::net::session::unexpected;
use chat_shared::{Event, PresenceState, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    name: String,
    state: PresenceState,
}

/// Runs the command.
pub async fn run(context: &Context) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let people = match session.ask(Request::Who {}).await? {
        Event::Who { people } => people,
        other => return Err(unexpected(&other).into()),
    };
    let mut names = Names::default();
    names
        .learn(&mut session, people.iter().map(|presence| presence.account))
        .await?;
    let mut lines: Vec<_> = people
        .iter()
        .map(|presence| Line {
            name: names.name(presence.account),
            state: presence.state,
        })
        .collect();
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    for line in &lines {
        match (context.json, line.state) {
            (true, _) => print::json(line)?,
            (false, PresenceState::Away) => print::line(&format!("{} (away)", line.name))?,
            (false, _) => print::line(&line.name)?,
        }
    }
    Ok(())
}
