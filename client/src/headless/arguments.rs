//! What may be typed after `chatc`.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

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
        value_name = "HOST:PORT",
        conflicts_with = "socket"
    )]
    pub server: Option<String>,
    /// The daemon on this machine, by its Unix socket.
    #[arg(long, global = true, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// The account; without it the one used last.
    #[arg(long, global = true, value_name = "NAME")]
    pub account: Option<String>,
    /// A file whose first line is the password; else the environment's CHATC_PASSWORD.
    #[arg(long, global = true, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The folder for tokens, pins and unsent messages.
    #[arg(long, global = true, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// The settings; without it $XDG_CONFIG_HOME/chatc/chatc.toml.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The key that the daemon must show; replaces the one it is known by.
    #[arg(long, global = true, value_name = "PIN")]
    pub pin: Option<String>,
    /// Print JSON, one object a line.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do without a screen. WHERE is #room or @name, @name,@name for several people.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an account and sign this device in.
    Register {
        /// Its name.
        name: String,
        /// The code of an invitation.
        #[arg(long, value_name = "CODE")]
        invite: Option<String>,
    },
    /// Send a message; prints its number once it is on the daemon's disk.
    Send {
        /// #room or @name.
        #[arg(value_name = "WHERE")]
        to: String,
        /// The message, may begin with anything; `-` alone reads standard input. A first word that is one of
        /// the options above goes behind `--`.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        text: Vec<String>,
    },
    /// Follow conversations: prints what is said from now on, over reconnects, nothing twice.
    Tail {
        /// #room or @name.
        #[arg(value_name = "WHERE", required = true)]
        of: Vec<String>,
        /// Begin behind this entry instead of now.
        #[arg(long, value_name = "SEQ")]
        since: Option<u64>,
        /// End after so many entries.
        #[arg(long, value_name = "N")]
        count: Option<u64>,
    },
    /// Print what was said.
    History {
        /// #room or @name.
        #[arg(value_name = "WHERE")]
        of: String,
        /// So many entries.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
        /// Only entries before this one.
        #[arg(long, value_name = "SEQ")]
        before: Option<u64>,
    },
    /// Print the public rooms.
    Rooms,
    /// Print who is online.
    Who,
    /// Make a room and join it.
    Create {
        /// Its name, with or without #.
        room: String,
        /// Its topic.
        #[arg(long, default_value = "")]
        topic: String,
    },
    /// Join a public room.
    Join {
        /// Its name, with or without #.
        room: String,
    },
    /// Leave a room.
    Leave {
        /// Its name, with or without #.
        room: String,
    },
    /// Give a room another topic.
    Topic {
        /// Its name, with or without #.
        room: String,
        /// The topic; nothing takes it away.
        #[arg(default_value = "")]
        topic: String,
    },
    /// Print who is in a conversation.
    Members {
        /// #room or @name.
        #[arg(value_name = "WHERE")]
        of: String,
    },
    /// Print the account's devices.
    Devices {
        /// End this one: its token no longer signs in.
        #[arg(long, value_name = "ID")]
        revoke: Option<u64>,
    },
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
            Some(Command::Send { text, .. }) => text.join(" "),
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
        assert!(matches!(arguments.command, Some(Command::Register { .. })));
        assert!(arguments.link.is_some());
    }
}
