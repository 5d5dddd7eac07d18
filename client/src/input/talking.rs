//! The commands about conversations and what is said in them.

use super::action::Action;
use super::commands::{Command, Takes};
use super::words::{alone, first_word, only_word, people, room};
use chat_shared::Access;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "join",
        arguments: "#ROOM",
        help: "go into a room",
        takes: &[Takes::Room],
        read: |rest| Ok(Action::Join(room(only_word(rest)?)?)),
    },
    Command {
        name: "leave",
        arguments: "[#ROOM]",
        help: "leave this room, or that one",
        takes: &[Takes::Room],
        read: |rest| {
            Ok(Action::Leave(if rest.is_empty() {
                None
            } else {
                Some(room(only_word(rest)?)?)
            }))
        },
    },
    Command {
        name: "msg",
        arguments: "NAME[,NAME] [TEXT]",
        help: "write to somebody directly",
        takes: &[Takes::Person],
        read: |rest| {
            let (names, text) = first_word(rest);
            Ok(Action::Message {
                to: people(names)?,
                text: (!text.is_empty()).then(|| text.to_owned()),
            })
        },
    },
    Command {
        name: "topic",
        arguments: "[TEXT]",
        help: "set or show the topic",
        takes: &[],
        read: |rest| {
            Ok(Action::Topic(if rest.is_empty() {
                None
            } else {
                Some(rest.to_owned())
            }))
        },
    },
    Command {
        name: "delete",
        arguments: "[REASON]",
        help: "the chosen message, or your last",
        takes: &[],
        read: |rest| Ok(Action::Delete(rest.to_owned())),
    },
    Command {
        name: "report",
        arguments: "REASON",
        help: "report the chosen message",
        takes: &[],
        read: |rest| match rest {
            "" => Err("say why".to_owned()),
            reason => Ok(Action::Report(reason.to_owned())),
        },
    },
    Command {
        name: "unfold",
        arguments: "",
        help: "show what blocked people said",
        takes: &[],
        read: |rest| alone(rest, Action::Unfold),
    },
    Command {
        name: "create",
        arguments: "#ROOM [private|hidden] [TOPIC]",
        help: "make a room",
        takes: &[Takes::Nothing, Takes::Word(&["private", "hidden"])],
        read: |rest| {
            let (name, rest) = first_word(rest);
            let (access, topic) = match first_word(rest) {
                ("public", topic) => (Access::Public, topic),
                ("private", topic) => (Access::Private, topic),
                ("hidden", topic) => (Access::Hidden, topic),
                _ => (Access::Public, rest),
            };
            Ok(Action::Create {
                room: room(name)?,
                access,
                topic: topic.to_owned(),
            })
        },
    },
    Command {
        name: "rooms",
        arguments: "[TEXT]",
        help: "which rooms there are",
        takes: &[],
        read: |rest| Ok(Action::Rooms(rest.to_owned())),
    },
    Command {
        name: "inbox",
        arguments: "",
        help: "all that waits for you",
        takes: &[],
        read: |rest| alone(rest, Action::Inbox),
    },
    Command {
        name: "dismiss",
        arguments: "",
        help: "empty the inbox",
        takes: &[],
        read: |rest| alone(rest, Action::Dismiss),
    },
];
