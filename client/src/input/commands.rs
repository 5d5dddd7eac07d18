//! The table of commands: what may be typed, what `/help` prints, and what a line means.

use chat_shared::names::{AccountName, RoomName};

/// What a finished line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing was written.
    Empty,
    /// To be said in the open conversation.
    Say(String),
    /// To be done.
    Do(Action),
}

/// What a command does. Names are in their canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Become a member of a room and open it.
    Join(RoomName),
    /// Be a member no longer; of the open room where none is named.
    Leave(Option<RoomName>),
    /// Make a room.
    Create {
        /// Its name.
        room: RoomName,
        /// Its topic, may be empty.
        topic: String,
    },
    /// Set the topic of the open room; show it where none is given.
    Topic(Option<String>),
    /// Open the direct conversation with these people, and say something there where it is given.
    Message {
        /// Who.
        to: Vec<AccountName>,
        /// What.
        text: Option<String>,
    },
    /// Say who is here.
    Who,
    /// Say which rooms there are.
    Rooms,
    /// Show or hide the people at the right.
    People,
    /// Be away.
    Away,
    /// Be back.
    Back,
    /// Say which commands and keys there are.
    Help,
    /// End the program.
    Quit,
}

/// What the first word after a command is, for Tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing that could be completed.
    Nothing,
    /// A room.
    Room,
    /// A person.
    Person,
}

/// A command: everything about it in one place.
pub struct Command {
    /// Its name without the slash.
    pub name: &'static str,
    /// What goes after it.
    pub arguments: &'static str,
    /// What it does, for `/help`.
    pub help: &'static str,
    /// What its first word is.
    pub takes: Takes,
    read: fn(&str) -> Result<Action, String>,
}

/// All commands, in the order in which `/help` tells them.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "join",
        arguments: "#ROOM",
        help: "go into a public room",
        takes: Takes::Room,
        read: |rest| Ok(Action::Join(room(only_word(rest)?)?)),
    },
    Command {
        name: "leave",
        arguments: "[#ROOM]",
        help: "leave this room, or that one",
        takes: Takes::Room,
        read: |rest| {
            Ok(Action::Leave(if rest.is_empty() {
                None
            } else {
                Some(room(only_word(rest)?)?)
            }))
        },
    },
    Command {
        name: "create",
        arguments: "#ROOM [TOPIC]",
        help: "make a public room",
        takes: Takes::Nothing,
        read: |rest| {
            let (name, topic) = first_word(rest);
            Ok(Action::Create {
                room: room(name)?,
                topic: topic.to_owned(),
            })
        },
    },
    Command {
        name: "topic",
        arguments: "[TEXT]",
        help: "set or show the topic",
        takes: Takes::Nothing,
        read: |rest| {
            Ok(Action::Topic(if rest.is_empty() {
                None
            } else {
                Some(rest.to_owned())
            }))
        },
    },
    Command {
        name: "msg",
        arguments: "NAME[,NAME] [TEXT]",
        help: "write to somebody directly",
        takes: Takes::Person,
        read: read_message,
    },
    Command {
        name: "who",
        arguments: "",
        help: "say who is here",
        takes: Takes::Nothing,
        read: |rest| alone(rest, Action::Who),
    },
    Command {
        name: "rooms",
        arguments: "",
        help: "say which rooms there are",
        takes: Takes::Nothing,
        read: |rest| alone(rest, Action::Rooms),
    },
    Command {
        name: "people",
        arguments: "",
        help: "show or hide people",
        takes: Takes::Nothing,
        read: |rest| alone(rest, Action::People),
    },
    Command {
        name: "away",
        arguments: "",
        help: "be shown as away",
        takes: Takes::Nothing,
        read: |rest| alone(rest, Action::Away),
    },
    Command {
        name: "back",
        arguments: "",
        help: "be shown as here again",
        takes: Takes::Nothing,
        read: |rest| alone(rest, Action::Back),
    },
    Command {
        name: "help",
        arguments: "",
        help: "show this",
        takes: Takes::Nothing,
        read: |rest| alone(rest, Action::Help),
    },
    Command {
        name: "quit",
        arguments: "",
        help: "end; what waits is kept",
        takes: Takes::Nothing,
        read: |rest| alone(rest, Action::Quit),
    },
];

/// What a finished line means. `//` at the beginning says a text that begins with a slash.
///
/// # Errors
/// A line for whoever wrote it; nothing is to be sent then.
pub fn read(line: &str) -> Result<Line, String> {
    if line.trim().is_empty() {
        return Ok(Line::Empty);
    }
    let Some(rest) = line.strip_prefix('/') else {
        return Ok(Line::Say(line.to_owned()));
    };
    if rest.starts_with('/') {
        return Ok(Line::Say(rest.to_owned()));
    }
    let (name, rest) = first_word(rest);
    let command = COMMANDS.iter().find(|command| command.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        format!("there is no command /{name}: /help tells those there are, // begins a text with a slash")
    })?;
    (command.read)(rest)
        .map(Line::Do)
        .map_err(|why| format!("{why} (/{})", usage(command)))
}

/// The lines that `/help` prints about the commands, from the table alone.
pub fn help() -> Vec<String> {
    let widest = COMMANDS
        .iter()
        .map(|command| usage(command).len())
        .max()
        .unwrap_or_default();
    COMMANDS
        .iter()
        .map(|command| format!("/{:widest$}  {}", usage(command), command.help))
        .collect()
}

fn usage(command: &Command) -> String {
    format!("{} {}", command.name, command.arguments)
        .trim_end()
        .to_owned()
}

fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace)
        .map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

fn only_word(rest: &str) -> Result<&str, String> {
    match first_word(rest) {
        ("", _) => Err("say which".to_owned()),
        (word, "") => Ok(word),
        _ => Err("one word is enough".to_owned()),
    }
}

fn alone(rest: &str, action: Action) -> Result<Action, String> {
    if rest.is_empty() {
        Ok(action)
    } else {
        Err("nothing goes after this command".to_owned())
    }
}

fn room(name: &str) -> Result<RoomName, String> {
    RoomName::parse(name).map_err(|error| error.to_string())
}

fn read_message(rest: &str) -> Result<Action, String> {
    let (names, text) = first_word(rest);
    if names.is_empty() {
        return Err("say to whom".to_owned());
    }
    let to = names
        .split(',')
        .filter(|name| !name.is_empty())
        .map(|name| {
            AccountName::parse(name.trim_start_matches('@')).map_err(|error| error.to_string())
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Action::Message {
        to,
        text: if text.is_empty() {
            None
        } else {
            Some(text.to_owned())
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(line: &str) -> Action {
        match read(line) {
            Ok(Line::Do(action)) => action,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_has_no_slash_is_said() {
        assert_eq!(read("hello"), Ok(Line::Say("hello".to_owned())));
        assert_eq!(read(" /join"), Ok(Line::Say(" /join".to_owned())));
        assert_eq!(read("  \n "), Ok(Line::Empty));
    }

    #[test]
    fn two_slashes_say_a_text_that_begins_with_one() {
        assert_eq!(read("//etc/hosts"), Ok(Line::Say("/etc/hosts".to_owned())));
        assert_eq!(read("//"), Ok(Line::Say("/".to_owned())));
    }

    #[test]
    fn an_unknown_command_says_nothing_and_tells_the_way_out() {
        for line in ["/jion #a", "/", "/etc/hosts", "/123"] {
            let error = read(line).unwrap_err();
            assert!(error.contains("/help") && error.contains("//"), "{error}");
        }
    }

    #[test]
    fn commands_are_read() {
        let lunch = || RoomName::parse("lunch").unwrap();
        assert_eq!(done("/join #Lunch"), Action::Join(lunch()));
        assert_eq!(done("/JOIN lunch "), Action::Join(lunch()));
        assert_eq!(done("/leave"), Action::Leave(None));
        assert_eq!(done("/leave #lunch"), Action::Leave(Some(lunch())));
        assert_eq!(
            done("/create lunch  what we eat"),
            Action::Create {
                room: lunch(),
                topic: "what we eat".to_owned()
            }
        );
        assert_eq!(done("/topic"), Action::Topic(None));
        assert_eq!(done("/topic a b"), Action::Topic(Some("a b".to_owned())));
        assert_eq!(done("/quit"), Action::Quit);
    }

    #[test]
    fn a_message_goes_to_one_or_several() {
        let name = |name| AccountName::parse(name).unwrap();
        assert_eq!(
            done("/msg @Boris hi\nthere"),
            Action::Message {
                to: vec![name("boris")],
                text: Some("hi\nthere".to_owned())
            }
        );
        assert_eq!(
            done("/msg boris,@clara"),
            Action::Message {
                to: vec![name("boris"), name("clara")],
                text: None
            }
        );
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_the_usage() {
        for (line, usage) in [
            ("/join", "/join #ROOM"),
            ("/join #a b", "/join #ROOM"),
            ("/join #a\u{202e}b", "/join #ROOM"),
            ("/msg", "/msg NAME"),
            ("/msg x\u{7f} hi", "/msg NAME"),
            ("/quit now", "/quit"),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.contains(usage), "{error}");
        }
    }

    #[test]
    fn help_tells_every_command_once() {
        let help = help();
        for command in COMMANDS {
            assert_eq!(
                help.iter()
                    .filter(|line| line.starts_with(&format!("/{} ", command.name)))
                    .count(),
                1
            );
        }
    }
}
