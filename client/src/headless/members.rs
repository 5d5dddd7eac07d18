//! `chatc members`: prints who is in a conversation.

use super::context::Context;
use super::exit::Stop;
use super::names::Names;
use super::place_in::{self, Where};
use super::print;
use super::sign_in::connect;
use crate::net::session::unexpected;
use chat_shared::{AccountId, Event, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
}

/// Runs the command.
pub async fn run(context: &Context, of: &str) -> Result<(), Stop> {
    let of = Where::parse(of)?;
    let mut signed_in = connect(context).await?;
    let session = &mut signed_in.session;
    let Some(conversation) = place_in::existing(session, signed_in.me.account, &of).await? else {
        return Ok(());
    };
    let mut accounts = Vec::new();
    let mut after = AccountId(0);
    loop {
        let (members, more) = match session
            .ask(Request::Members {
                conversation,
                after,
            })
            .await?
        {
            Event::Members { members, more, .. } => (members, more),
            other => return Err(unexpected(&other).into()),
        };
        accounts.extend(&members);
        match members.last() {
            Some(last) if more => after = *last,
            _ => break,
        }
    }
    let mut names = Names::default();
    names.learn(session, accounts.iter().copied()).await?;
    let mut members: Vec<_> = accounts
        .iter()
        .map(|account| names.name(*account))
        .collect();
    members.sort();
    for name in &members {
        if context.json {
            print::json(&Line { name })?
        } else {
            print::line(name)?
        }
    }
    Ok(())
}
