//! The commands about the open room: what it is like, and keeping the peace in it.

use super::action::Action;
use super::commands::{Command, Takes};
use super::words::{
    alone, duration_ms, first_word, lasting_first, only_person, only_word, person, room, switch,
};
use chat_shared::limits::SLOW_SECS;
use chat_shared::{Access, HistoryFrom, RoomChange, RoomRole};

const SETTINGS: &[&str] = &[
    "access",
    "slow",
    "readonly",
    "history",
    "description",
    "newcomers",
];

const VALUES: &[&str] = &[
    "public",
    "private",
    "hidden",
    "on",
    "off",
    "beginning",
    "joining",
];

const ROLES: &[&str] = &["guest", "member", "moderator", "owner"];

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "room",
        arguments: "[SETTING VALUE]",
        help: "what this room is like",
        takes: &[Takes::Word(SETTINGS), Takes::Word(VALUES)],
        read: read_room,
    },
    Command {
        name: "rename",
        arguments: "#ROOM",
        help: "give this room another name",
        takes: &[],
        read: |rest| Ok(Action::Rename(room(only_word(rest)?)?)),
    },
    Command {
        name: "archive",
        arguments: "",
        help: "nobody writes here any more",
        takes: &[],
        read: |rest| alone(rest, archived(true)),
    },
    Command {
        name: "unarchive",
        arguments: "",
        help: "they do again",
        takes: &[],
        read: |rest| alone(rest, archived(false)),
    },
    Command {
        name: "delete-room",
        arguments: "[NAME]",
        help: "asks for the room's name",
        takes: &[],
        read: |rest| {
            Ok(Action::DeleteRoom(if rest.is_empty() {
                None
            } else {
                Some(only_word(rest)?.to_owned())
            }))
        },
    },
    Command {
        name: "invite",
        arguments: "NAME",
        help: "let somebody into this room",
        takes: &[Takes::Person],
        read: |rest| Ok(Action::Invite(only_person(rest)?)),
    },
    Command {
        name: "uninvite",
        arguments: "NAME",
        help: "take that back",
        takes: &[Takes::Person],
        read: |rest| Ok(Action::Uninvite(only_person(rest)?)),
    },
    Command {
        name: "role",
        arguments: "NAME ROLE",
        help: "guest, member, moderator, owner",
        takes: &[Takes::Person, Takes::Word(ROLES)],
        read: read_role,
    },
    Command {
        name: "kick",
        arguments: "NAME [REASON]",
        help: "put somebody out",
        takes: &[Takes::Person],
        read: |rest| {
            let (name, rest) = first_word(rest);
            let (None, reason) = lasting_first(rest)? else {
                return Err("who is kicked may come back: /ban keeps out for a time".to_owned());
            };
            Ok(Action::Kick {
                who: person(name)?,
                reason: reason.to_owned(),
            })
        },
    },
    Command {
        name: "ban",
        arguments: "NAME [for 2h] [REASON]",
        help: "put out and keep out",
        takes: &[Takes::Person],
        read: |rest| {
            let (name, rest) = first_word(rest);
            let (for_ms, reason) = lasting_first(rest)?;
            Ok(Action::Ban {
                who: person(name)?,
                for_ms,
                reason: reason.to_owned(),
            })
        },
    },
    Command {
        name: "unban",
        arguments: "NAME",
        help: "let them in again",
        takes: &[Takes::Person],
        read: |rest| Ok(Action::Unban(only_person(rest)?)),
    },
    Command {
        name: "mute",
        arguments: "NAME [for 2h] [REASON]",
        help: "let only read",
        takes: &[Takes::Person],
        read: |rest| {
            let (name, rest) = first_word(rest);
            let (for_ms, reason) = lasting_first(rest)?;
            Ok(Action::Mute {
                who: person(name)?,
                for_ms,
                reason: reason.to_owned(),
            })
        },
    },
    Command {
        name: "unmute",
        arguments: "NAME",
        help: "let them write again",
        takes: &[Takes::Person],
        read: |rest| Ok(Action::Unmute(only_person(rest)?)),
    },
    Command {
        name: "bans",
        arguments: "",
        help: "who is banned, muted, invited",
        takes: &[],
        read: |rest| alone(rest, Action::Bans),
    },
];

fn archived(is_archived: bool) -> Action {
    Action::Change(RoomChange {
        archived: Some(is_archived),
        ..RoomChange::default()
    })
}

fn read_room(rest: &str) -> Result<Action, String> {
    let (setting, value) = first_word(rest);
    let mut change = RoomChange::default();
    match setting {
        "" => return Ok(Action::Room),
        "description" => change.description = Some(value.to_owned()),
        "access" => {
            change.access = Some(match value {
                "public" => Access::Public,
                "private" => Access::Private,
                "hidden" => Access::Hidden,
                _ => return Err("access is public, private or hidden".to_owned()),
            });
        }
        "history" => {
            change.history = Some(match value {
                "beginning" => HistoryFrom::Beginning,
                "joining" => HistoryFrom::Joining,
                _ => return Err("history is read from beginning or joining".to_owned()),
            });
        }
        "slow" => change.slow_secs = Some(slow_secs(value)?),
        "readonly" => change.read_only = Some(switch(value)?),
        "newcomers" => change.for_newcomers = Some(switch(value)?),
        _ => return Err(format!("the settings are {}", SETTINGS.join(", "))),
    }
    Ok(Action::Change(change))
}

fn slow_secs(value: &str) -> Result<u32, String> {
    if value == "off" {
        return Ok(0);
    }
    let secs = duration_ms(value).and_then(|ms| u32::try_from(ms / 1_000).ok());
    secs.filter(|secs| *secs <= SLOW_SECS).ok_or_else(|| {
        let hours = SLOW_SECS / 3_600;
        format!("slow is off or a time between two messages such as 30s, at most {hours}h")
    })
}

fn read_role(rest: &str) -> Result<Action, String> {
    let (name, role) = first_word(rest);
    let who = person(name)?;
    let role = match role {
        "guest" => RoomRole::Guest,
        "member" => RoomRole::Member,
        "moderator" => RoomRole::Moderator,
        "owner" => RoomRole::Owner,
        _ => return Err(format!("the roles are {}", ROLES.join(", "))),
    };
    Ok(Action::Role { who, role })
}
