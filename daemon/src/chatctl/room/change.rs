//! What a room is like, and whether it is there.

use crate::client::Sockets;
use crate::failure::Failure;
use crate::{Style, confirm, duration, lookup, words};
use chat_shared::limits::SLOW_SECS;
use chat_shared::names::RoomName;
use chat_shared::{Access, Command, HistoryFrom, RoomChange, clean};
use clap::{ArgGroup, Args};
use serde_json::json as value;

#[derive(Debug, Args)]
#[command(group = at_least_one())]
pub(crate) struct Set {
    /// Which one
    room: RoomName,
    #[command(flatten)]
    different: Different,
}

/// What a room may be like.
#[derive(Debug, Args)]
pub(super) struct Different {
    /// Who finds it and comes in: public everybody, private who was invited, hidden is not even listed
    #[arg(long, alias = "kind", value_parser = words::parser::<Access>())]
    access: Option<Access>,
    /// From where on who joins may read
    #[arg(long, value_parser = words::parser::<HistoryFrom>())]
    history: Option<HistoryFrom>,
    /// How long each waits between two messages, such as 30s or 5m; or off
    #[arg(long, value_name = "DURATION", value_parser = slow)]
    slow: Option<u32>,
    /// Whether only its owners and moderators write
    #[arg(long, value_name = "on|off", value_parser = words::parser::<bool>())]
    read_only: Option<bool>,
    /// What it is for; empty takes it out
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Whether every new account is put into it; public rooms only
    #[arg(long, value_name = "on|off", value_parser = words::parser::<bool>())]
    for_newcomers: Option<bool>,
}

/// Who changes a room says what is to be different.
fn at_least_one() -> ArgGroup {
    let all = Different::augment_args(clap::Command::new("all"));
    let all = all.get_arguments().map(|one| one.get_id().clone());
    ArgGroup::new("at least one")
        .args(all.collect::<Vec<_>>())
        .required(true)
        .multiple(true)
}

impl Different {
    /// As the protocol has it.
    pub(super) fn change(&self) -> RoomChange {
        RoomChange {
            access: self.access,
            history: self.history,
            description: self.description.clone(),
            slow_secs: self.slow,
            read_only: self.read_only,
            archived: None,
            for_newcomers: self.for_newcomers,
        }
    }
}

/// Seconds of a slow mode.
fn slow(text: &str) -> Result<u32, String> {
    if text == "off" {
        return Ok(0);
    }
    match u32::try_from(duration::parse(text)?) {
        Ok(seconds @ ..=SLOW_SECS) => Ok(seconds),
        _ => Err(format!(
            "it must be off, or from 1s to {}h",
            SLOW_SECS / 3_600
        )),
    }
}

pub(super) fn set(set: &Set, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let change = set.different.change();
    make_different(&set.room, change, "is changed", sockets, style)
}

pub(super) fn archive(
    room: &RoomName,
    archived: bool,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let change = RoomChange {
        archived: Some(archived),
        ..RoomChange::default()
    };
    let told = match archived {
        true => "is archived: nobody writes there",
        false => "is archived no longer",
    };
    make_different(room, change, told, sockets, style)
}

fn make_different(
    name: &RoomName,
    change: RoomChange,
    told: &str,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let room = lookup::room(&mut client, name)?;
    let conversation = room.room.conversation;
    let done = value!({ "room": name.as_str(), "changed": change });
    client.command(Command::ChangeRoom {
        conversation,
        change,
    })?;
    Ok(style.tell(&format!("#{name} {told}"), &done))
}

pub(super) fn topic(
    room: &RoomName,
    topic: &str,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let conversation = lookup::room(&mut client, room)?.room.conversation;
    client.command(Command::SetTopic {
        conversation,
        topic: topic.to_owned(),
    })?;
    let text = match clean::line(topic) {
        topic if topic.is_empty() => format!("#{room} has no topic"),
        topic => format!("#{room} has the topic: {topic}"),
    };
    let done = value!({ "room": room.as_str(), "topic": topic });
    Ok(style.tell(&text, &done))
}

pub(super) fn rename(
    room: &RoomName,
    name: &RoomName,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let found = lookup::room(&mut client, room)?;
    client.command(Command::RenameRoom {
        conversation: found.room.conversation,
        name: name.as_str().to_owned(),
    })?;
    let text = format!("#{room} is called #{name} from now on");
    let done = value!({ "room": room.as_str(), "name": name.as_str() });
    Ok(style.tell(&text, &done))
}

pub(super) fn delete(
    room: &RoomName,
    yes: Option<&RoomName>,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let found = lookup::room(&mut sockets.connect()?, room)?;
    let name = match yes {
        Some(name) => name.as_str().to_owned(),
        None => {
            let (members, posts) = (found.room.members, found.posts);
            let told = format!(
                "#{room} has {members} members and {posts} messages. Type its name to delete it: "
            );
            confirm::typed(&told, &format!("--yes {room}"))?
        }
    };
    // Another connection: whoever thinks it over does so for longer than the daemon keeps an idle one.
    sockets.connect()?.command(Command::DeleteRoom {
        conversation: found.room.conversation,
        name,
    })?;
    let text =
        format!("#{room} is deleted; chatctl room restore {room} brings it back for 30 days");
    let done = value!({ "room": room.as_str(), "deleted": true });
    Ok(style.tell(&text, &done))
}

pub(super) fn restore(room: &RoomName, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let conversation = lookup::room(&mut client, room)?.room.conversation;
    client.command(Command::RestoreRoom { conversation })?;
    let text = format!("#{room} is back with all its members and messages");
    let done = value!({ "room": room.as_str(), "restored": true });
    Ok(style.tell(&text, &done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_mode_is_off_or_up_to_six_hours() {
        assert_eq!(slow("off"), Ok(0));
        assert_eq!(slow("30s"), Ok(30));
        assert_eq!(slow("6h"), Ok(21_600));
        for wrong in ["0", "7h", "21601s", "on", "3650d"] {
            assert!(slow(wrong).is_err(), "{wrong}");
        }
    }
}
