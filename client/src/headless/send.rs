//! `chatc send`: says something, and prints its number once it is on disk.

use super::context::Context;
use super::exit::Stop;
use super::place_in::{self, Where};
use super::print;
use super::submit::submit;
use crate::command::Order;
use crate::net::session::Session;
use chat_shared::limits::MESSAGE_BYTES;
use chat_shared::{Fault, FaultCode};
use serde::Serialize;
use std::io::Read;

#[derive(Serialize)]
struct Line<'a> {
    conversation: &'a str,
    seq: u64,
}

/// Runs the command.
pub async fn run(context: &Context, to: &str, text: &[String]) -> Result<(), Stop> {
    let to = Where::parse(to)?;
    let text = self::text(text)?;
    let find = async |session: &mut Session, me| match &to {
        Where::Room(name) => {
            let conversation = place_in::room(session, name).await?;
            Ok(Order::Post {
                conversation,
                text: text.clone(),
            })
        }
        Where::Direct(names) => {
            let with = place_in::accounts(session, names).await?;
            if with.iter().all(|account| *account == me) {
                let fault = Fault::new(
                    FaultCode::BadMembers,
                    format!("{to} is you: name somebody else"),
                );
                return Err(Stop::Refused(fault));
            }
            Ok(Order::OpenDirect {
                with,
                say: Some(text.clone()),
            })
        }
    };
    let done = submit(context, find).await.map_err(|stop| match stop {
        Stop::Refused(fault) if fault.code == FaultCode::NotAMember => Stop::Refused(Fault::new(
            fault.code,
            format!("you are not in {to}: join it first"),
        )),
        other => other,
    })?;
    let seq = done.seq.unwrap_or_default();
    if context.json {
        print::json(&Line {
            conversation: &to.to_string(),
            seq: seq.0,
        })
    } else {
        print::line(&seq.to_string())
    }
}

/// What was typed as a text, or standard input where that is `-`.
pub fn text(typed: &[String]) -> Result<String, Stop> {
    if typed == ["-"] {
        read_input()
    } else {
        Ok(typed.join(" "))
    }
}

/// Standard input without the newline at its end. More than a message may hold is not read: the daemon
/// would refuse it.
fn read_input() -> Result<String, Stop> {
    let mut bytes = Vec::new();
    let limit = 16 * MESSAGE_BYTES as u64;
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|error| Stop::usage(format!("could not read standard input: {error}")))?;
    let text = String::from_utf8(bytes);
    let mut text = text.map_err(|_| Stop::usage("standard input is not UTF-8"))?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}
