//! Who is in a room and as what: `chatc room invite`, `role`, `kick`, `ban`, `mute` and their opposites,
//! and `restrictions`.

use super::arguments::{Keep, Who};
use super::context::Context;
use super::exit::Stop;
use super::names::Names;
use super::place_in;
use super::print;
use super::room::{parse, report};
use super::sign_in::connect;
use super::status::after;
use super::submit::act;
use crate::net::{now, session::Session, session::unexpected};
use crate::told;
use chat_shared::{
    AccountId, Command as Act, ConversationId, Event, Request, Restriction, RoomRole, Timestamp,
};
use serde::Serialize;
use std::cell::Cell;

#[derive(Serialize)]
struct Line<'a> {
    kind: &'static str,
    name: String,
    at: String,
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
}

/// Invites somebody.
pub async fn invite(context: &Context, who: &Who) -> Result<(), Stop> {
    let (room, name) = (parse(&who.room)?, place_in::person(&who.name)?);
    // Who is invited already gives no entry, and the answer names the newest one there is.
    let before = Cell::new(None);
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, &room).await?;
        let account = place_in::account(session, &name).await?;
        let own = place_in::own(session).await?;
        let there = own.iter().find(|own| own.conversation == conversation);
        before.set(there.map(|there| there.seq));
        Ok(Act::InviteToRoom {
            conversation,
            account,
        })
    };
    let done = act(context, find).await?;
    let words = match (done.seq, before.get()) {
        (Some(seq), Some(before)) if seq <= before => told::invited_already(name.as_str()),
        _ => format!("{name} is invited"),
    };
    report(context, &room, &words, done)
}

/// Takes an invitation back.
pub async fn uninvite(context: &Context, who: &Who) -> Result<(), Stop> {
    act_on(
        context,
        who,
        "is not invited any more",
        |conversation, account| Act::UninviteFromRoom {
            conversation,
            account,
        },
    )
    .await
}

/// Gives somebody another role.
pub async fn set_role(context: &Context, who: &Who, role: RoomRole) -> Result<(), Stop> {
    act_on(
        context,
        who,
        &format!("is {} here", print::word(&role)),
        |conversation, account| Act::SetRoomRole {
            conversation,
            account,
            role,
        },
    )
    .await
}

/// Puts somebody out.
pub async fn kick(context: &Context, who: &Who, reason: &str) -> Result<(), Stop> {
    act_on(
        context,
        who,
        &format!("is put out, and may come back{}", why(reason)),
        |conversation, account| Act::Kick {
            conversation,
            account,
            reason: reason.to_owned(),
        },
    )
    .await
}

/// Keeps somebody out.
pub async fn ban(context: &Context, keep: &Keep) -> Result<(), Stop> {
    let until = until(keep);
    act_on(
        context,
        &keep.who,
        &format!("is banned{}", ending(keep, until)),
        |conversation, account| Act::Ban {
            conversation,
            account,
            until,
            reason: keep.reason.clone(),
        },
    )
    .await
}

/// Lets somebody in again.
pub async fn unban(context: &Context, who: &Who) -> Result<(), Stop> {
    act_on(
        context,
        who,
        "may come in again",
        |conversation, account| Act::Unban {
            conversation,
            account,
        },
    )
    .await
}

/// Lets somebody read only.
pub async fn mute(context: &Context, keep: &Keep) -> Result<(), Stop> {
    let until = until(keep);
    act_on(
        context,
        &keep.who,
        &format!("may read but not write{}", ending(keep, until)),
        |conversation, account| Act::Mute {
            conversation,
            account,
            until,
            reason: keep.reason.clone(),
        },
    )
    .await
}

/// Lets somebody write again.
pub async fn unmute(context: &Context, who: &Who) -> Result<(), Stop> {
    act_on(context, who, "may write again", |conversation, account| {
        Act::Unmute {
            conversation,
            account,
        }
    })
    .await
}

fn until(keep: &Keep) -> Option<Timestamp> {
    keep.span.map(|span| after(now(), span))
}

/// Until when, and why.
fn ending(keep: &Keep, until: Option<Timestamp>) -> String {
    let until = until.map(|until| format!(" until {}", print::local(until)));
    format!("{}{}", until.unwrap_or_default(), why(&keep.reason))
}

fn why(reason: &str) -> String {
    match reason {
        "" => String::new(),
        reason => format!(": {reason}"),
    }
}

/// Does something to somebody, and says what is so of them now.
async fn act_on(
    context: &Context,
    who: &Who,
    words: &str,
    make: impl Fn(ConversationId, AccountId) -> Act,
) -> Result<(), Stop> {
    let (room, name) = (parse(&who.room)?, place_in::person(&who.name)?);
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, &room).await?;
        let account = place_in::account(session, &name).await?;
        Ok(make(conversation, account))
    };
    let done = act(context, find).await?;
    report(context, &room, &format!("{name} {words}"), done)
}

/// Prints who is banned, muted and invited.
pub async fn restrictions(context: &Context, room: &str) -> Result<(), Stop> {
    let room = parse(room)?;
    let mut session = connect(context).await?.session;
    let conversation = place_in::room(&mut session, &room).await?;
    let request = Request::Restrictions {
        conversation,
        after: AccountId(0),
    };
    let mut lists = ["banned", "muted", "invited"].map(|kind| (kind, Vec::new()));
    for page in session.ask_all(request).await? {
        let Event::Restrictions {
            banned,
            muted,
            invited,
            ..
        } = page
        else {
            return Err(unexpected(&page).into());
        };
        for ((_, list), page) in lists.iter_mut().zip([banned, muted, invited]) {
            list.extend(page);
        }
    }
    let mut names = Names::default();
    let accounts = lists
        .iter()
        .flat_map(|(_, list)| list)
        .flat_map(|one| [Some(one.account), one.by].into_iter().flatten());
    names.learn(&mut session, accounts).await?;
    for (kind, list) in &lists {
        for one in list {
            if context.json {
                print::json(&Line {
                    kind,
                    name: names.name(one.account),
                    at: print::rfc3339(one.at),
                    by: one.by.map(|by| names.name(by)),
                    until: one.until.map(print::rfc3339),
                    reason: &one.reason,
                })?;
            } else {
                print::line(&words(kind, one, &names))?;
            }
        }
    }
    Ok(())
}

fn words(kind: &str, one: &Restriction, names: &Names) -> String {
    let by = match one.by {
        Some(by) => names.name(by),
        None => "the administrator".to_owned(),
    };
    let mut line = format!("{} {kind} by {by}", names.both(one.account));
    if let Some(until) = one.until {
        line.push_str(&format!(" until {}", print::local(until)));
    }
    if !one.reason.is_empty() {
        line.push_str(&format!(": {}", print::clean(&one.reason)));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_says_by_whom_and_why() {
        let ban = Restriction {
            account: AccountId(3),
            by: None,
            at: Timestamp(0),
            until: None,
            reason: "noise\nand\u{1b} more".into(),
        };
        let line = words("banned", &ban, &Names::default());
        assert_eq!(
            line,
            "account-3 banned by the administrator: noise and\u{fffd} more"
        );
    }
}
