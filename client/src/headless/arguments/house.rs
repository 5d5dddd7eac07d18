//! Keeping the house in order: accounts, addresses, the panic switch, shared groups.

use super::words::{self, word};
use chat_shared::HouseRole;
use clap::{ArgAction, Subcommand};
use std::time::Duration;

const ROLES: &[&str] = &["guest", "member", "moderator", "administrator"];

/// Commands of those who keep the house in order. Each says what is so now.
#[derive(Debug, Subcommand)]
pub enum House {
    /// Let somebody sign in no longer, and end their connections: moderators.
    ///
    /// With --json one object: name, enabled.
    Disable {
        /// Who.
        name: String,
        /// Why, for the audit log.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let them sign in again: moderators.
    ///
    /// With --json one object: name, enabled.
    Enable {
        /// Who.
        name: String,
        /// Why, for the audit log.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Turn the panic switch: while it is on nobody registers, and who is new writes slowly: moderators.
    ///
    /// With --json one object: panic.
    Panic {
        /// Whether it is on.
        #[arg(value_name = "on|off", value_parser = words::switch(), action = ArgAction::Set)]
        on: bool,
    },
    /// Give somebody another role in the house: administrators. In a room: `chatc room role`.
    ///
    /// With --json one object: name, role.
    HouseRole {
        /// Who.
        name: String,
        /// Which one.
        #[arg(value_parser = word::<HouseRole>(ROLES))]
        role: HouseRole,
    },
    /// Sign a device of somebody out: administrators. Their numbers: `chatctl account show NAME`.
    ///
    /// With --json one object: name, device, revoked.
    EndDevice {
        /// Whose.
        name: String,
        /// Its number.
        #[arg(value_name = "NUMBER", value_parser = words::device_of)]
        id: u64,
    },
    /// Take no connections from an address or network: administrators. Those banned: `chatctl bans`.
    ///
    /// With --json one object: network, banned, and where it is not for good until.
    BanAddress {
        /// Such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.
        network: String,
        /// For how long, such as 2h; without it for good.
        #[arg(long = "for", value_name = "SPAN", value_parser = words::span)]
        span: Option<Duration>,
        /// Why, for the audit log.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Take them again: administrators.
    ///
    /// With --json one object: network, banned.
    UnbanAddress {
        /// As it was banned.
        network: String,
    },
    /// Put people together whom everybody finds among their contacts, such as a department: administrators.
    Group {
        /// What to do.
        #[command(subcommand)]
        what: Group,
    },
}

/// What to do with a shared group.
#[derive(Debug, Subcommand)]
pub enum Group {
    /// Publish it, or replace it.
    ///
    /// With --json one object: group, members.
    Put {
        /// What it is called.
        group: String,
        /// Who is in it, with commas between: all of them.
        #[arg(required = true, value_name = "NAME,NAME", value_delimiter = ',')]
        people: Vec<String>,
    },
    /// Publish it no longer.
    ///
    /// With --json one object: group, members.
    Remove {
        /// Which one.
        group: String,
    },
}
