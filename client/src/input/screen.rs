//! The commands about this program: devices, how it shows things, help.

use super::action::{Action, Notices, Which};
use super::commands::{Command, Takes};
use super::words::{alone, only_word};
use chat_shared::DeviceId;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "devices",
        arguments: "",
        help: "where you are signed in",
        takes: &[],
        read: |rest| alone(rest, Action::Devices),
    },
    Command {
        name: "revoke",
        arguments: "NUMBER|others",
        help: "sign a device out, or all others",
        takes: &[Takes::Word(&["others"])],
        read: |rest| match only_word(rest)? {
            "others" => Ok(Action::Revoke(Which::Others)),
            number => match number.parse() {
                Ok(id) => Ok(Action::Revoke(Which::One(DeviceId(id)))),
                Err(_) => Err("/devices tells the numbers".to_owned()),
            },
        },
    },
    Command {
        name: "passwd",
        arguments: "",
        help: "how to change your password",
        takes: &[],
        read: |rest| alone(rest, Action::Passwd),
    },
    Command {
        name: "notices",
        arguments: "[all|few|off]",
        help: "how comings and goings are told",
        takes: &[Takes::Word(Notices::WORDS)],
        read: |rest| {
            Ok(Action::Notices(match rest {
                "" => None,
                "all" => Some(Notices::All),
                "few" => Some(Notices::Few),
                "off" => Some(Notices::Off),
                _ => return Err("say all, few or off".to_owned()),
            }))
        },
    },
    Command {
        name: "people",
        arguments: "",
        help: "show or hide people",
        takes: &[],
        read: |rest| alone(rest, Action::People),
    },
    Command {
        name: "help",
        arguments: "[WORD]",
        help: "show this",
        takes: &[],
        read: |rest| Ok(Action::Help(rest.to_owned())),
    },
    Command {
        name: "quit",
        arguments: "",
        help: "end; what waits is kept",
        takes: &[],
        read: |rest| alone(rest, Action::Quit),
    },
];
