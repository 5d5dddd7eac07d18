//! Who there is.

use super::words;
use chat_shared::PresenceState;
use clap::{Args, Subcommand};
use std::time::Duration;

/// Commands about people. A name may be written with or without @.
#[derive(Debug, Subcommand)]
pub enum People {
    /// Find people by words in their names or profiles; all words must be there.
    ///
    /// With --json a person a line: name, deleted, and what they tell: display_name, full_name, email,
    /// phone, department, about, time_zone.
    People {
        /// The words; none: everybody.
        text: Vec<String>,
    },
    /// Print all about one person.
    ///
    /// With --json one object: as `people`, and role, enabled, state, status, status_until, last_seen,
    /// last_address (to administrators).
    Card {
        /// Who.
        name: String,
    },
    /// Print who is online.
    ///
    /// With --json a person a line: name, state (online, away, do_not_disturb), and where there are such:
    /// display_name, status, status_until; for who is not here any more state is offline, with last_seen.
    Who {
        /// Also who was last seen since then, such as 30m.
        #[arg(long, value_name = "SPAN", value_parser = words::span)]
        since: Option<Duration>,
    },
    /// Print one's own profile, or change what is given; an empty text takes it away.
    ///
    /// With --json one object: as `people`.
    Profile(#[command(flatten)] Fields),
    /// Print one's own status text, or say another; an empty text takes it away.
    ///
    /// With --json one object: status, status_until.
    Status {
        /// The text.
        text: Option<Vec<String>>,
        /// For how long, such as 2h; without it until it is changed.
        #[arg(long = "for", value_name = "SPAN", value_parser = words::span, requires = "text")]
        span: Option<Duration>,
    },
    /// Be present without a screen, as long as this command runs: until Ctrl-C, or for a span.
    ///
    /// A person who is connected several times is shown as the most present of them says, but do not
    /// disturb and invisible go before.
    Presence {
        /// As what; dnd: do not disturb; invisible: shown to others as offline.
        #[arg(value_name = "STATE", value_parser = words::presence())]
        how: PresenceState,
        /// For how long, such as 2h.
        #[arg(long = "for", value_name = "SPAN", value_parser = words::span)]
        span: Option<Duration>,
    },
    /// Print one's contacts, whom one blocks, and the shared groups; or change one.
    ///
    /// With --json a person a line: kind (contact, blocked, shared), name, and where there are such: state,
    /// group, favourite.
    Contacts {
        /// What to do.
        #[command(subcommand)]
        what: Option<Contacts>,
    },
    /// Be left alone by somebody. They are not told.
    Block {
        /// Who.
        name: String,
    },
    /// Block somebody no longer.
    Unblock {
        /// Who.
        name: String,
    },
}

/// What a profile holds.
#[derive(Clone, Debug, Default, Args)]
pub struct Fields {
    /// Somebody else's: administrators.
    #[arg(long, value_name = "NAME")]
    pub of: Option<String>,
    /// What one likes to be called.
    #[arg(long)]
    pub display_name: Option<String>,
    /// As on the door.
    #[arg(long)]
    pub full_name: Option<String>,
    /// Where one reads mail.
    #[arg(long)]
    pub email: Option<String>,
    /// Where one answers a telephone.
    #[arg(long)]
    pub phone: Option<String>,
    /// Where one belongs.
    #[arg(long)]
    pub department: Option<String>,
    /// Anything else.
    #[arg(long)]
    pub about: Option<String>,
    /// By its name, such as Europe/Berlin.
    #[arg(long)]
    pub time_zone: Option<String>,
}

/// What to do with contacts.
#[derive(Debug, Subcommand)]
pub enum Contacts {
    /// Have somebody among one's contacts; they are told.
    Add {
        /// Who.
        name: String,
        /// In which group.
        #[arg(long, default_value = "")]
        group: String,
        /// On top.
        #[arg(long)]
        favourite: bool,
    },
    /// Have them there no longer.
    Remove {
        /// Who.
        name: String,
    },
    /// Have them on top.
    Favourite {
        /// Who.
        name: String,
        /// No longer.
        #[arg(long)]
        off: bool,
    },
    /// Have them in another group.
    Group {
        /// Who.
        name: String,
        /// Which one; without it none.
        #[arg(default_value = "")]
        group: String,
    },
}
