//! `chatc members`: prints who is in a conversation.

use super::context::Context;
use super::exit::Stop;
use super::names::Names;
use super::place_in::{self, Where};
use super::print;
use super::sign_in::connect;
use crate::net::session::{Session, unexpected};
use chat_shared::{AccountId, ConversationId, Event, Member, Request, RoomRole};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    role: RoomRole,
}

/// Runs the command.
pub async fn run(context: &Context, of: &Where) -> Result<(), Stop> {
    let mut signed_in = connect(context).await?;
    let session = &mut signed_in.session;
    let Some(conversation) = place_in::existing(session, signed_in.me.account, of).await? else {
        return Ok(());
    };
    let members = all(session, conversation).await?;
    let mut names = Names::default();
    let accounts = members.iter().map(|member| member.account);
    names.learn(session, accounts).await?;
    let mut members: Vec<_> = members
        .iter()
        .map(|member| (names.name(member.account), member))
        .collect();
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, member) in &members {
        let role = member.role;
        if context.json {
            print::json(&Line { name, role })?;
        } else if role == RoomRole::Member {
            print::line(&names.both(member.account))?;
        } else {
            let role = print::word(&role);
            print::line(&format!("{}, {role}", names.both(member.account)))?;
        }
    }
    Ok(())
}

/// Everybody in a conversation.
async fn all(session: &mut Session, conversation: ConversationId) -> Result<Vec<Member>, Stop> {
    let mut all = Vec::new();
    let mut after = AccountId(0);
    loop {
        let request = Request::Members {
            conversation,
            after,
        };
        let (members, more) = match session.ask(request).await? {
            Event::Members { members, more, .. } => (members, more),
            other => return Err(unexpected(&other).into()),
        };
        all.extend(&members);
        match members.last() {
            Some(last) if more => after = last.account,
            _ => return Ok(all),
        }
    }
}
