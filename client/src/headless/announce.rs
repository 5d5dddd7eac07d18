//! `chatc announce`: a word to many.

use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::send;
use super::submit::act;
use crate::net::session::Session;
use chat_shared::{Audience, Command as Act};
use serde::Serialize;

/// To whom it went.
#[derive(Serialize)]
struct Line<'a> {
    to: &'a str,
}

/// Runs the command.
pub async fn run(
    context: &Context,
    everybody: bool,
    to: &[String],
    text: &[String],
) -> Result<(), Stop> {
    let text = send::text(text)?;
    let names = to.iter().map(|name| place_in::person(name));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let find = async |session: &mut Session, _| {
        let to = match names.as_slice() {
            [] if everybody => Audience::Everybody,
            [] => Audience::Online,
            names => Audience::People {
                accounts: place_in::accounts(session, names).await?,
            },
        };
        let text = text.clone();
        Ok(Act::Announce { to, text })
    };
    act(context, find).await?;
    let to = match names.len() {
        0 if everybody => "everybody".to_owned(),
        0 => "whoever is here".to_owned(),
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    };
    print::done(context, &format!("announced to {to}"), &Line { to: &to })
}
