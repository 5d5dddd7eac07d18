//! What may be typed after `chatc`.
//!
//! In reading order: [`talk`] messages, [`rooms`], [`people`], [`own`] accounts and devices, [`house`] keeping order,
//! [`words`] how single words are read.

pub mod house;
pub mod own;
pub mod people;
pub mod rooms;
pub mod talk;
pub mod words;

pub use house::{Group, House};
pub use own::{Invite, Own};
pub use people::{Contacts, Fields, People};
pub use rooms::{Keep, New, Room, Rooms, Settings, Who};
pub use talk::Talk;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Under which heading the help of each command lists what any of them takes.
const EVERYWHERE: &str = "Everywhere";

/// The terminal client of chatd. Without a command it opens the screen.
#[derive(Debug, Parser)]
#[command(
    name = "chatc",
    version,
    after_help = "Exit codes: 0 done, 1 refused by the server, 2 wrong usage, \
                  3 cannot connect or the server's key differs."
)]
pub struct Arguments {
    /// Who and where.
    #[command(flatten)]
    pub global: Global,
    /// A link to join by, as the administrator or the daemon prints it: chat://HOST:PORT/?pin=...&invite=...
    pub link: Option<String>,
    /// What to do without a screen.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Who and where.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// The daemon, by the network: HOST:PORT.
    #[arg(
        long,
        global = true,
        help_heading = EVERYWHERE,
        value_name = "HOST:PORT",
        conflicts_with = "socket"
    )]
    pub server: Option<String>,
    /// The daemon on this machine, by its Unix socket.
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// The account, NAME or NAME@HOST:PORT; without it the one chosen, else the one used last: see `chatc accounts`.
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "NAME[@HOST]")]
    pub account: Option<String>,
    /// A file whose first line is the password; else the environment's CHATC_PASSWORD.
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The folder for tokens, pins and unsent messages.
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// The settings; without it $XDG_CONFIG_HOME/chatc/chatc.toml.
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The key that the daemon must show; replaces the one it is known by.
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "PIN")]
    pub pin: Option<String>,
    /// Print JSON, one object a line.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
}

/// What to do without a screen. WHERE is #room or @name, @name,@name for several people.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Messages.
    #[command(flatten)]
    Talk(Talk),
    /// Rooms.
    #[command(flatten)]
    Rooms(Rooms),
    /// People.
    #[command(flatten)]
    People(People),
    /// Accounts.
    #[command(flatten)]
    Own(Own),
    /// The house.
    #[command(flatten)]
    House(House),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["chatc"], line].concat()).unwrap()
    }

    #[test]
    fn the_table_of_arguments_is_sound() {
        Arguments::command().debug_assert();
    }

    /// Those that have the same id are read as one another.
    #[test]
    fn no_argument_of_a_command_is_called_like_one_of_all() {
        fn check(command: &clap::Command, of_all: &[String]) {
            for argument in command.get_arguments() {
                let id = argument.get_id().to_string();
                assert!(!of_all.contains(&id), "{}: {id}", command.get_name());
            }
            command.get_subcommands().for_each(|sub| check(sub, of_all));
        }
        let whole = Arguments::command();
        let of_all = whole.get_arguments();
        let of_all: Vec<_> = of_all
            .map(|argument| argument.get_id().to_string())
            .collect();
        assert!(of_all.contains(&"state".to_owned()));
        whole.get_subcommands().for_each(|sub| check(sub, &of_all));
        assert!(matches!(
            parse(&["presence", "dnd", "--for", "2s", "--state", "x"]).command,
            Some(Command::People(People::Presence {
                how: chat_shared::PresenceState::DoNotDisturb,
                ..
            }))
        ));
    }

    #[test]
    fn a_message_may_begin_with_anything() {
        let lines: [&[&str]; 5] = [
            &["send", "#general", "-x", "--json", "y"],
            &["send", "#general", "-"],
            &["send", "#general", "--", "--json"],
            &["send", "@b", "/me", "-h"],
            &["send", "--json", "#general", "-5", "%s"],
        ];
        let texts = lines.map(|line| match parse(line).command {
            Some(Command::Talk(Talk::Send { text, .. })) => text.join(" "),
            other => panic!("{other:?}"),
        });
        assert_eq!(texts, ["-x --json y", "-", "--json", "/me -h", "-5 %s"]);
    }

    #[test]
    fn flags_stand_before_and_behind_the_command() {
        for line in [
            ["--server", "h:1", "who", "--json"],
            ["who", "--json", "--server", "h:1"],
        ] {
            let arguments = parse(&line);
            assert_eq!(arguments.global.server.as_deref(), Some("h:1"));
            assert!(arguments.global.json);
        }
    }

    #[test]
    fn a_link_stands_alone_or_before_a_command() {
        let arguments = parse(&["chat://h/?invite=x"]);
        assert_eq!(arguments.link.as_deref(), Some("chat://h/?invite=x"));
        assert!(arguments.command.is_none());
        let arguments = parse(&["chat://h/", "register", "anna"]);
        let is_register = matches!(arguments.command, Some(Command::Own(Own::Register { .. })));
        assert!(is_register);
        assert!(arguments.link.is_some());
    }

    fn refused(line: &[&str]) -> bool {
        Arguments::try_parse_from([&["chatc"], line].concat()).is_err()
    }

    #[test]
    fn a_status_takes_words_and_a_span_in_any_order() {
        let lines: [&[&str]; 4] = [
            &["status", "at", "lunch", "--for", "1h"],
            &["status", "--for", "1h", "at lunch"],
            &["status", ""],
            &["status"],
        ];
        let read = lines.map(|line| match parse(line).command {
            Some(Command::People(People::Status { text, span })) => {
                (text.map(|words| words.join(" ")), span.map(|s| s.as_secs()))
            }
            other => panic!("{other:?}"),
        });
        let lunch = (Some("at lunch".to_owned()), Some(3_600));
        let empty = (Some(String::new()), None);
        assert_eq!(read, [lunch.clone(), lunch, empty, (None, None)]);
        assert!(refused(&["status", "--for", "1h"]));
    }

    #[test]
    fn an_announcement_is_for_one_audience() {
        let line = ["announce", "--to", "anna,boris", "tea is ready"];
        let Some(Command::Talk(Talk::Announce { to, text, .. })) = parse(&line).command else {
            panic!("not an announcement");
        };
        assert_eq!(
            (to, text),
            (
                vec!["anna".into(), "boris".into()],
                vec!["tea is ready".to_owned()]
            )
        );
        assert!(refused(&["announce", "--to", "anna", "--everybody", "x"]));
        assert!(refused(&["announce", "--online", "--everybody", "x"]));
        assert!(refused(&["announce", "--online"]));
    }

    #[test]
    fn words_of_a_room_are_those_of_the_protocol() {
        use chat_shared::{Access, HistoryFrom, RoomRole};
        let line = [
            "room",
            "set",
            "lunch",
            "--access",
            "hidden",
            "--history",
            "joining",
            "--slow",
            "30s",
            "--read-only",
            "on",
            "--for-newcomers",
            "false",
        ];
        let Some(Command::Rooms(Rooms::Room {
            what: Room::Set(set),
        })) = parse(&line).command
        else {
            panic!("not settings");
        };
        assert_eq!(set.access, Some(Access::Hidden));
        assert_eq!(set.history, Some(HistoryFrom::Joining));
        assert_eq!(
            (set.slow, set.read_only, set.for_newcomers),
            (Some(30), Some(true), Some(false))
        );
        let line = ["room", "role", "lunch", "anna", "owner"];
        let Some(Command::Rooms(Rooms::Room {
            what: Room::Role { role, .. },
        })) = parse(&line).command
        else {
            panic!("not a role");
        };
        assert_eq!(role, RoomRole::Owner);
        assert!(refused(&["room", "role", "lunch", "anna", "king"]));
        assert!(refused(&["room", "ban", "lunch", "anna", "--for", "ever"]));
        assert!(refused(&["room", "set", "lunch", "--access", "secret"]));
        assert!(refused(&["room", "set", "lunch", "--read-only", "maybe"]));
    }

    /// Else one looks for what a command takes of its own among what all take.
    #[test]
    fn what_all_commands_take_stands_under_a_heading_of_its_own() {
        let mut whole = Arguments::command();
        whole.build();
        let profile = whole.find_subcommand_mut("profile").unwrap();
        let help = profile.render_long_help().to_string();
        let (own, everywhere) = help.split_once("Everywhere:").expect("the heading");
        assert!(
            own.contains("--phone") && !own.contains("--server"),
            "{help}"
        );
        assert!(everywhere.contains("--server") && everywhere.contains("--json"));
        assert!(!everywhere.contains("--phone"), "{help}");
    }

    #[test]
    fn the_house_is_kept_by_the_words_of_the_screen() {
        let house = |line: &[&str]| match parse(line).command {
            Some(Command::House(house)) => house,
            other => panic!("{other:?}"),
        };
        assert!(matches!(
            house(&["disable", "boris", "--reason", "spam"]),
            House::Disable { name, reason } if name == "boris" && reason == "spam"
        ));
        assert!(matches!(house(&["panic", "on"]), House::Panic { on: true }));
        assert!(matches!(
            house(&["panic", "off"]),
            House::Panic { on: false }
        ));
        assert!(refused(&["panic"]));
        assert!(refused(&["panic", "maybe"]));
        assert!(refused(&["house-role", "boris", "owner"]));
        assert!(refused(&["ban-address", "::1", "--for", "ever"]));
    }

    #[test]
    fn a_device_is_ended_by_the_old_word_too() {
        for word in ["--end", "--revoke"] {
            let Some(Command::Own(Own::Devices { end, .. })) =
                parse(&["devices", word, "3"]).command
            else {
                panic!("not devices");
            };
            assert_eq!(end, Some(3));
        }
        assert!(refused(&["devices", "--end", "3", "--end-others"]));
    }
}
