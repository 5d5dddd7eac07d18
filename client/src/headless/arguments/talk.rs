//! What is said, and what waits.

use super::super::waiting::Waiting;
use super::words;
use clap::Subcommand;

/// Commands about messages. WHERE is #room or @name, @name,@name for several people.
#[derive(Debug, Subcommand)]
pub enum Talk {
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
    ///
    /// With --json as `history`.
    Tail {
        /// #room or @name.
        #[arg(value_name = "WHERE", required = true)]
        of: Vec<String>,
        /// Begin behind this entry instead of now.
        #[arg(long, value_name = "NUMBER", value_parser = words::message)]
        since: Option<u64>,
        /// End after so many entries.
        #[arg(long, value_name = "N")]
        count: Option<u64>,
    },
    /// Print what was said.
    ///
    /// With --json an entry a line: conversation, seq, at, by, kind (posted, tombstone, joined, left, kicked,
    /// banned, ...), text (the message, or whom or what it is about), and where there are such: until,
    /// reason, role, message, settings.
    History {
        /// #room or @name.
        #[arg(value_name = "WHERE")]
        of: String,
        /// So many entries.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
        /// Only entries before this one.
        #[arg(long, value_name = "NUMBER", value_parser = words::message)]
        before: Option<u64>,
        /// This entry and those around it, 200 at the most: where a line of `inbox` leads.
        #[arg(long, value_name = "NUMBER", value_parser = words::message, conflicts_with = "before")]
        around: Option<u64>,
    },
    /// Take a message away: one's own, or as a moderator. That there was one stays to be seen.
    Delete {
        /// #room or @name.
        #[arg(value_name = "WHERE")]
        of: String,
        /// The message's number, which `history` prints first.
        #[arg(value_name = "NUMBER", value_parser = words::message)]
        seq: u64,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Tell those who keep the peace of a message.
    Report {
        /// #room or @name.
        #[arg(value_name = "WHERE")]
        of: String,
        /// The message's number, which `history` prints first.
        #[arg(value_name = "NUMBER", value_parser = words::message)]
        seq: u64,
        /// Why.
        #[arg(required = true)]
        reason: Vec<String>,
    },
    /// Print what waits: direct messages and mentions first, then invitations, announcements, rooms.
    ///
    /// With --json an item a line: kind (direct, mention, room_invitation, added_as_contact, announcement,
    /// report, room), and where there are such: id, announcement, at, by, conversation, seq, unread, text. What
    /// has an id can be dismissed by it, and what has the number of an announcement by that behind an a.
    Inbox {
        /// This is seen: what stands in front of a line, such as 7, or a3 for an announcement to everybody.
        #[arg(long, value_name = "ID", conflicts_with = "dismiss_all")]
        dismiss: Option<Waiting>,
        /// All of it is seen; unread messages stay unread.
        #[arg(long)]
        dismiss_all: bool,
    },
    /// Say a word to many, where one may: moderators and administrators.
    Announce {
        /// To whoever is online now; not kept. So it is where nothing else is said.
        #[arg(long, conflicts_with_all = ["everybody", "to"])]
        online: bool,
        /// To everybody; who is away finds it at the next login.
        #[arg(long, conflicts_with = "to")]
        everybody: bool,
        /// To these people, with commas between; who is away finds it at the next login.
        #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
        to: Vec<String>,
        /// What; `-` alone reads standard input.
        #[arg(required = true)]
        text: Vec<String>,
    },
}
