//! `chatctl room`: rooms, also hidden ones, and those deleted within the last 30 days.
//!
//! [`list`] is what they are like, [`create`] makes them, [`change`] makes them different, [`members`] is who is in them and as
//! what, [`moderation`] keeps the peace there, and [`bans`] is who had to be kept from disturbing it.

mod list;
mod create;
mod change;
mod members;
mod moderation;
mod bans;

use crate::client::Sockets;
use crate::failure::Failure;
use crate::{Style, words};
use chat_shared::names::RoomName;
use chat_shared::{RoomRole, Seq};
use clap::{Args, Subcommand};
use moderation::{Act, Span};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// All rooms
    List,
    /// What one room is like
    Show {
        /// Which one
        room: RoomName,
    },
    /// Who is in a room, and as what
    Members {
        /// Which one
        room: RoomName,
    },
    /// Make a room
    Create(create::Create),
    /// Say what is talked about in a room
    Topic {
        /// Which one
        room: RoomName,
        /// The new topic; empty takes it out
        topic: String,
    },
    /// Give a room another name
    Rename {
        /// Which one
        room: RoomName,
        /// The new name
        name: RoomName,
    },
    /// Make a room different; what is not given stays
    Set(change::Set),
    /// End writing in a room; it can be read further
    Archive {
        /// Which one
        room: RoomName,
    },
    /// Let people write there again
    Unarchive {
        /// Which one
        room: RoomName,
    },
    /// Delete a room with all that was said in it; it can be restored for 30 days
    Delete {
        /// Which one
        room: RoomName,
        /// Its name once more, instead of being asked for it
        #[arg(long, alias = "name", value_name = "ROOM")]
        yes: Option<RoomName>,
    },
    /// Bring back a room that was deleted within the last 30 days
    Restore {
        /// Which one
        room: RoomName,
    },
    /// What a member may do in a room
    Role {
        #[command(flatten)]
        whom: Whom,
        /// The new role
        #[arg(value_parser = words::parser::<RoomRole>())]
        role: RoomRole,
    },
    /// Let somebody into a room that is not public, and tell them
    Invite {
        #[command(flatten)]
        whom: Whom,
    },
    /// Take that back, as long as they have not joined
    Uninvite {
        #[command(flatten)]
        whom: Whom,
    },
    /// Put somebody out of a room; they may come back
    Kick {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        why: Why,
    },
    /// Put somebody out of a room and keep them out
    Ban {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        span: Span,
        #[command(flatten)]
        why: Why,
    },
    /// Let somebody in again
    Unban {
        #[command(flatten)]
        whom: Whom,
    },
    /// Who is banned, muted and invited in a room
    Bans {
        /// Which one
        room: RoomName,
    },
    /// Let somebody read but not write
    Mute {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        span: Span,
        #[command(flatten)]
        why: Why,
    },
    /// Let somebody write again
    Unmute {
        #[command(flatten)]
        whom: Whom,
    },
    /// Take a message away; that there was one stays to be seen
    DeleteMessage {
        /// In which room
        room: RoomName,
        /// Its number in the room
        number: u64,
        #[command(flatten)]
        why: Why,
    },
}

/// Somebody in a room.
#[derive(Debug, Args)]
pub(crate) struct Whom {
    /// In which room
    room: RoomName,
    /// Whom
    name: String,
}

/// A reason.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// Why; whoever is in the room sees it
    #[arg(long, default_value = "")]
    reason: String,
}

/// Carries a command out and gives the text to print.
pub(crate) fn run(command: &Command, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let act = |whom, act| moderation::run(whom, &act, sockets, style);
    match command {
        Command::List => list::all(sockets, style),
        Command::Show { room } => list::one(room, sockets, style),
        Command::Members { room } => members::list(room, sockets, style),
        Command::Create(create) => create::run(create, sockets, style),
        Command::Topic { room, topic } => change::topic(room, topic, sockets, style),
        Command::Rename { room, name } => change::rename(room, name, sockets, style),
        Command::Set(set) => change::set(set, sockets, style),
        Command::Archive { room } => change::archive(room, true, sockets, style),
        Command::Unarchive { room } => change::archive(room, false, sockets, style),
        Command::Delete { room, yes } => change::delete(room, yes.as_ref(), sockets, style),
        Command::Restore { room } => change::restore(room, sockets, style),
        Command::Role { whom, role } => members::role(whom, *role, sockets, style),
        Command::Invite { whom } => act(whom, Act::Invite),
        Command::Uninvite { whom } => act(whom, Act::Uninvite),
        Command::Kick { whom, why } => act(whom, Act::Kick(&why.reason)),
        Command::Ban { whom, span, why } => act(whom, Act::Ban(span.until(), &why.reason)),
        Command::Unban { whom } => act(whom, Act::Unban),
        Command::Bans { room } => bans::list(room, sockets, style),
        Command::Mute { whom, span, why } => act(whom, Act::Mute(span.until(), &why.reason)),
        Command::Unmute { whom } => act(whom, Act::Unmute),
        Command::DeleteMessage { room, number, why } => {
            moderation::delete_message(room, Seq(*number), &why.reason, sockets, style)
        }
    }
}
