//! One's own account and devices, and bringing others in.

use super::words::{self, word};
use chat_shared::HouseRole;
use clap::Subcommand;
use std::path::PathBuf;
use std::time::Duration;

const ROLES: &[&str] = &["guest", "member", "moderator", "administrator"];

/// Commands about accounts.
#[derive(Debug, Subcommand)]
pub enum Own {
    /// Make an account and sign this device in.
    Register {
        /// Its name.
        name: String,
        /// The code of an invitation.
        #[arg(long, value_name = "CODE")]
        invite: Option<String>,
    },
    /// Print the accounts that were used from here, or choose the one to use where none is named.
    ///
    /// With --json an account a line: account, server, default. Several people on one computer each use
    /// --account NAME@HOST, or a folder of their own by --state DIR.
    Accounts {
        /// Use this one from now on where none is named, also when another was used meanwhile.
        #[arg(long, value_name = "NAME@HOST")]
        default: Option<String>,
    },
    /// Print the account's devices, with their last use; or end some.
    ///
    /// With --json a device a line: device, label, added_at, current, sessions, and where known last_used,
    /// last_address.
    Devices {
        /// End this one: its token no longer signs in.
        #[arg(
            long,
            alias = "revoke",
            value_name = "NUMBER",
            value_parser = words::device,
            conflicts_with = "end_others"
        )]
        end: Option<u64>,
        /// End all but this one.
        #[arg(long)]
        end_others: bool,
    },
    /// Set another password; ends all other devices. The one that this is stays signed in.
    ///
    /// Asks for the old one and the new one. Scripts give the old one by --password-file or CHATC_PASSWORD.
    Passwd {
        /// A file whose first line is the new password.
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
    },
    /// Set another password with the one-time code of an administrator, where it was forgotten.
    ///
    /// Needs --account, and asks for the new password. Scripts give it by --password-file or CHATC_PASSWORD.
    ResetPassword {
        /// The code.
        code: String,
    },
    /// End one's own account for good; nobody can bring it back. Asks for its name and one's password.
    DeleteAccount {
        /// The account's name, to be sure, for scripts: then it is not asked.
        #[arg(long)]
        name: Option<String>,
        /// Somebody else's: administrators.
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
    },
    /// Write all that is one's own into a new folder.
    ///
    /// As JSON lines, which only oneself can read: profile.jsonl, contacts.jsonl (as `contacts`), devices.jsonl
    /// (as `devices`), conversations.jsonl (conversation, kind, topic, entries, messages, read), and
    /// messages.jsonl (as `history`) with every message that one can read. Overwrites nothing.
    Export {
        /// The folder, which must not exist yet.
        dir: PathBuf,
    },
    /// Invite people into the house, where one may.
    Invite {
        /// What to do.
        #[command(subcommand)]
        what: Invite,
    },
}

/// What to do with invitations.
#[derive(Debug, Subcommand)]
pub enum Invite {
    /// Make one; its code is shown only now.
    ///
    /// With --json one object: invite, code, links, uses, expires_at.
    New {
        /// How many accounts can be made with it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        uses: u32,
        /// For how long it holds, such as 30m, 12h or 7d.
        #[arg(long, value_name = "SPAN", default_value = "7d", value_parser = words::span)]
        expires: Duration,
        /// A room that who comes by it is put into; may be said several times.
        #[arg(long = "room", value_name = "ROOM")]
        rooms: Vec<String>,
        /// As what they come.
        #[arg(long, default_value = "member", value_parser = word::<HouseRole>(ROLES))]
        role: HouseRole,
    },
    /// Print those that still hold: one's own, to administrators all.
    ///
    /// With --json an invitation a line: invite, uses_left, expires_at, created_at, role, rooms, and where
    /// known by.
    List,
    /// End one.
    Revoke {
        /// Its number, as `list` prints it.
        #[arg(value_name = "NUMBER", value_parser = words::invitation)]
        id: u64,
    },
}
