//! `chatc block` and `chatc unblock`: by whom one is left alone.

use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::submit::act;
use crate::net::session::Session;
use chat_shared::Command as Act;
use serde::Serialize;

/// Whom one blocks, or no longer.
#[derive(Serialize)]
struct Blocked<'a> {
    name: &'a str,
    blocked: bool,
}

/// Runs `chatc block` and `chatc unblock`.
pub async fn run(context: &Context, name: &str, blocks: bool) -> Result<(), Stop> {
    let name = place_in::person(name)?;
    let find = async |session: &mut Session, _| {
        let account = place_in::account(session, &name).await?;
        Ok(if blocks {
            Act::Block { account }
        } else {
            Act::Unblock { account }
        })
    };
    act(context, find).await?;
    let words = match blocks {
        true => format!("{name} is blocked, and not told of it"),
        false => format!("{name} is not blocked any more"),
    };
    let name = name.as_str();
    let blocked = blocks;
    print::done(context, &words, &Blocked { name, blocked })
}
