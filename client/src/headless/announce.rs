//! `chatc announce`: a word to many.

use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::send;
use super::submit::act;
use crate::net::session::Session;
use chat_shared::{Audience, Command as Act};

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
    Ok(())
}
