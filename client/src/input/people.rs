//! The commands about people: oneself and others.

use super::action::{Action, Announced, ContactAct, Field};
use super::commands::{Command, Takes};
use super::words::{alone, duration_ms, first_word, lasting_last, only_person, people, person};
use chat_shared::PresenceState;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "who",
        arguments: "[since 30m]",
        help: "who is here, or last seen since",
        takes: &[Takes::Word(&["since"])],
        read: read_who,
    },
    Command {
        name: "card",
        arguments: "[NAME]",
        help: "all about somebody",
        takes: &[Takes::Person],
        read: |rest| {
            Ok(Action::Card(if rest.is_empty() {
                None
            } else {
                Some(only_person(rest)?)
            }))
        },
    },
    Command {
        name: "find",
        arguments: "TEXT",
        help: "look for people by name or profile",
        takes: &[],
        read: |rest| match rest {
            "" => Err("say what to look for".to_owned()),
            text => Ok(Action::Find(text.to_owned())),
        },
    },
    Command {
        name: "contacts",
        arguments: "",
        help: "your contacts and groups",
        takes: &[],
        read: |rest| alone(rest, Action::Contacts),
    },
    Command {
        name: "contact",
        arguments: "add|remove|favourite NAME [GROUP]",
        help: "change them",
        takes: &[Takes::Word(&["add", "remove", "favourite"]), Takes::Person],
        read: read_contact,
    },
    Command {
        name: "block",
        arguments: "NAME",
        help: "they are not told",
        takes: &[Takes::Person],
        read: |rest| Ok(Action::Block(only_person(rest)?)),
    },
    Command {
        name: "unblock",
        arguments: "NAME",
        help: "no longer",
        takes: &[Takes::Person],
        read: |rest| Ok(Action::Unblock(only_person(rest)?)),
    },
    Command {
        name: "profile",
        arguments: "[FIELD [TEXT]]",
        help: "show or set it; - empties",
        takes: &[Takes::Word(Field::WORDS)],
        read: read_profile,
    },
    Command {
        name: "status",
        arguments: "[TEXT] [for 2h]",
        help: "say something beside your name",
        takes: &[],
        read: |rest| {
            let (text, for_ms) = lasting_last(rest);
            let text = text.to_owned();
            Ok(Action::Status { text, for_ms })
        },
    },
    Command {
        name: "away",
        arguments: "",
        help: "be shown as away",
        takes: &[],
        read: |rest| alone(rest, Action::Be(PresenceState::Away)),
    },
    Command {
        name: "back",
        arguments: "",
        help: "be shown as here again",
        takes: &[],
        read: |rest| alone(rest, Action::Be(PresenceState::Online)),
    },
    Command {
        name: "dnd",
        arguments: "",
        help: "do not disturb: no bell",
        takes: &[],
        read: |rest| alone(rest, Action::Be(PresenceState::DoNotDisturb)),
    },
    Command {
        name: "invisible",
        arguments: "",
        help: "be here, shown as not here",
        takes: &[],
        read: |rest| alone(rest, Action::Be(PresenceState::Invisible)),
    },
    Command {
        name: "announce",
        arguments: "online|everybody|NAME,.. TEXT",
        help: "a word to many",
        takes: &[Takes::Word(&["online", "everybody"])],
        read: read_announce,
    },
];

fn read_who(rest: &str) -> Result<Action, String> {
    let span = match first_word(rest) {
        ("", _) => return Ok(Action::Who(None)),
        ("since", span) => duration_ms(span),
        _ => None,
    };
    match span {
        Some(ms) => Ok(Action::Who(Some(ms))),
        None => Err("say since when, such as since 30m, since 2h or since 7d".to_owned()),
    }
}

fn read_contact(rest: &str) -> Result<Action, String> {
    let (act, rest) = first_word(rest);
    let (name, group) = first_word(rest);
    let act = match act {
        "add" => ContactAct::Add(person(name)?, group.to_owned()),
        "remove" => ContactAct::Remove(only_person(rest)?),
        "favourite" => ContactAct::Favourite(only_person(rest)?),
        _ => return Err("say add, remove or favourite".to_owned()),
    };
    Ok(Action::Contact(act))
}

fn read_profile(rest: &str) -> Result<Action, String> {
    let (word, text) = first_word(rest);
    if word.is_empty() {
        return Ok(Action::Profile(None));
    }
    let field =
        Field::named(word).ok_or_else(|| format!("the fields are {}", Field::WORDS.join(", ")))?;
    match text {
        "" => Err(format!("say the new {word}, or - for none")),
        "-" => Ok(Action::Profile(Some((field, String::new())))),
        text => Ok(Action::Profile(Some((field, text.to_owned())))),
    }
}

fn read_announce(rest: &str) -> Result<Action, String> {
    let (to, text) = first_word(rest);
    let to = match to {
        "" => return Err("say to whom".to_owned()),
        "online" => Announced::Online,
        "everybody" => Announced::Everybody,
        names => Announced::People(people(names)?),
    };
    if text.is_empty() {
        return Err("say what".to_owned());
    }
    let text = text.to_owned();
    Ok(Action::Announce { to, text })
}
