//! Keeping the peace in a room: who comes in, who has to go, who writes, and what was written.

use super::Whom;
use crate::client::Sockets;
use crate::failure::Failure;
use crate::lookup::{self, somebody};
use crate::{Style, duration, time};
use chat_shared::names::RoomName;
use chat_shared::{AccountId, Command, ConversationId, Seq, Timestamp};
use clap::Args;
use serde_json::json as value;

/// For how long.
#[derive(Debug, Args)]
pub(crate) struct Span {
    /// For how long, such as 30m, 12h or 7d; without it for good
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::parse)]
    seconds: Option<u64>,
}

impl Span {
    /// From now on; nothing: for good.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.seconds.map(time::in_secs)
    }
}

/// What is done about somebody in a room; with its reason.
pub(super) enum Act<'a> {
    Invite,
    Uninvite,
    Kick(&'a str),
    Ban(Option<Timestamp>, &'a str),
    Unban,
    Mute(Option<Timestamp>, &'a str),
    Unmute,
}

impl Act<'_> {
    fn command(&self, conversation: ConversationId, account: AccountId) -> Command {
        match self {
            Act::Invite => Command::InviteToRoom {
                conversation,
                account,
            },
            Act::Uninvite => Command::UninviteFromRoom {
                conversation,
                account,
            },
            Act::Kick(reason) => Command::Kick {
                conversation,
                account,
                reason: (*reason).to_owned(),
            },
            Act::Ban(until, reason) => Command::Ban {
                conversation,
                account,
                until: *until,
                reason: (*reason).to_owned(),
            },
            Act::Unban => Command::Unban {
                conversation,
                account,
            },
            Act::Mute(until, reason) => Command::Mute {
                conversation,
                account,
                until: *until,
                reason: (*reason).to_owned(),
            },
            Act::Unmute => Command::Unmute {
                conversation,
                account,
            },
        }
    }

    /// In a word for programs, and for people what stands between a person and a room.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Act::Invite => ("invite", "is invited into"),
            Act::Uninvite => ("uninvite", "is invited no longer into"),
            Act::Kick(_) => ("kick", "is put out of"),
            Act::Ban(..) => ("ban", "is banned from"),
            Act::Unban => ("unban", "may come again into"),
            Act::Mute(..) => ("mute", "is muted in"),
            Act::Unmute => ("unmute", "may write again in"),
        }
    }

    /// What holds for a time, or for good.
    fn until(&self) -> Option<Option<Timestamp>> {
        match self {
            Act::Ban(until, _) | Act::Mute(until, _) => Some(*until),
            _ => None,
        }
    }
}

pub(super) fn run(
    whom: &Whom,
    act: &Act<'_>,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let conversation = lookup::room(&mut client, &whom.room)?.room.conversation;
    let somebody = somebody(&mut client, &whom.name)?;
    client.command(act.command(conversation, somebody.card.account))?;
    let (room, name) = (&whom.room, somebody.name());
    let (word, told) = act.words();
    let until = match act.until() {
        Some(Some(at)) => format!(" until {}", time::short(at)),
        Some(None) => " for good".to_owned(),
        None => String::new(),
    };
    let text = format!("{name} {told} #{room}{until}");
    let mut done = value!({ "act": word, "room": room.as_str(), "name": name });
    if let Some(until) = act.until() {
        done["until"] = value!(until.map(time::exact));
    }
    Ok(style.tell(&text, &done))
}

pub(super) fn delete_message(
    room: &RoomName,
    seq: Seq,
    reason: &str,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let conversation = lookup::room(&mut client, room)?.room.conversation;
    client.command(Command::DeleteMessage {
        conversation,
        seq,
        reason: reason.to_owned(),
    })?;
    let text = format!("message {seq} of #{room} is deleted");
    let done = value!({ "act": "delete_message", "room": room.as_str(), "message": seq });
    Ok(style.tell(&text, &done))
}
