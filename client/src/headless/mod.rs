//! Commands for scripts: no screen, exit codes, JSON lines.
//!
//! In reading order: [`arguments`] what may be typed, [`context`] who and where that means, [`sign_in`]
//! getting a connection, [`exit`] how it ends, [`mod@print`] how things look; [`place_in`] finds a conversation,
//! [`submit`] carries out orders, [`names`] who is who; then one file a command.

pub mod arguments;
pub mod context;
pub mod devices;
pub mod exit;
pub mod history;
pub mod leave;
pub mod members;
pub mod names;
pub mod place_in;
pub mod print;
pub mod register;
pub mod room;
pub mod rooms;
pub mod send;
pub mod sign_in;
pub mod submit;
pub mod tail;
pub mod who;

use arguments::Command;
use context::Context;
use exit::Stop;

/// Runs one command to its end.
pub async fn run(context: &Context, command: Command) -> Result<(), Stop> {
    match command {
        Command::Register { name, invite } => register::run(context, &name, invite).await,
        Command::Send { to, text } => send::run(context, &to, &text).await,
        Command::Tail { of, since, count } => tail::run(context, &of, since, count).await,
        Command::History { of, limit, before } => history::run(context, &of, limit, before).await,
        Command::Rooms => rooms::run(context).await,
        Command::Who => who::run(context).await,
        Command::Create { room, topic } => room::create(context, &room, &topic).await,
        Command::Join { room } => room::join(context, &room).await,
        Command::Leave { room } => leave::run(context, &room).await,
        Command::Topic { room, topic } => room::set_topic(context, &room, &topic).await,
        Command::Members { of } => members::run(context, &of).await,
        Command::Devices { revoke } => devices::run(context, revoke).await,
    }
}
