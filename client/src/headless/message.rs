//! `chatc delete` and `chatc report`: about a message that is there.

use super::context::Context;
use super::exit::Stop;
use super::place_in::{self, Where};
use super::print;
use super::submit::act;
use crate::net::session::Session;
use chat_shared::{AccountId, Command as Act, ConversationId, Fault, FaultCode, Seq};
use serde::Serialize;

/// Which message it was.
#[derive(Serialize)]
struct Line {
    conversation: String,
    message: u64,
}

impl Line {
    fn new(of: &Where, message: u64) -> Self {
        Self {
            conversation: of.to_string(),
            message,
        }
    }
}

/// Takes a message away.
pub async fn delete(context: &Context, of: &str, seq: u64, reason: &str) -> Result<(), Stop> {
    let of = Where::parse(of)?;
    let find = async |session: &mut Session, me| {
        Ok(Act::DeleteMessage {
            conversation: conversation(session, me, &of).await?,
            seq: Seq(seq),
            reason: reason.to_owned(),
        })
    };
    act(context, find).await?;
    let words = format!("{of}: message {seq} is taken away");
    print::done(context, &words, &Line::new(&of, seq))
}

/// Tells those who keep the peace of a message.
pub async fn report(context: &Context, of: &str, seq: u64, reason: &[String]) -> Result<(), Stop> {
    let of = Where::parse(of)?;
    let reason = reason.join(" ");
    let find = async |session: &mut Session, me| {
        Ok(Act::Report {
            conversation: conversation(session, me, &of).await?,
            seq: Seq(seq),
            reason: reason.clone(),
        })
    };
    act(context, find).await?;
    let words = format!("{of}: those who keep the peace were told of message {seq}");
    print::done(context, &words, &Line::new(&of, seq))
}

async fn conversation(
    session: &mut Session,
    me: AccountId,
    of: &Where,
) -> Result<ConversationId, Stop> {
    let found = place_in::existing(session, me, of).await?;
    found.ok_or_else(|| {
        let text = format!("nothing was ever said with {of}");
        Stop::Refused(Fault::new(FaultCode::NoSuchMessage, text))
    })
}
