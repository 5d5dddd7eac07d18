//! Rooms: what they are like, who is in them, who keeps the peace.

use super::words::{self, word};
use chat_shared::{Access, HistoryFrom, RoomRole};
use clap::{Args, Subcommand};
use std::time::Duration;

const ACCESS: &[&str] = &["public", "private", "hidden"];
const HISTORY: &[&str] = &["beginning", "joining"];
const ROLES: &[&str] = &["guest", "member", "moderator", "owner"];

/// Commands about rooms. A room's name may be written with or without #.
#[derive(Debug, Subcommand)]
pub enum Rooms {
    /// Print the rooms that one can find.
    ///
    /// With --json a room a line: conversation, topic, members, joined, invited, and what it is like: access,
    /// history, description, slow_secs, read_only, archived, for_newcomers.
    Rooms {
        /// Only those with this in name, topic or description.
        text: Vec<String>,
    },
    /// Make a room and join it.
    Create(#[command(flatten)] New),
    /// Join a room.
    Join {
        /// Which one.
        room: String,
    },
    /// Leave a room.
    Leave {
        /// Which one.
        room: String,
    },
    /// Give a room another topic.
    Topic {
        /// Which one.
        room: String,
        /// The topic; nothing takes it away.
        #[arg(default_value = "")]
        topic: String,
    },
    /// Print who is in a conversation.
    ///
    /// With --json a person a line: name, role (guest, member, moderator, owner).
    Members {
        /// A room, with or without #, or @name.
        #[arg(value_name = "WHERE")]
        of: String,
    },
    /// See and change what a room is like, and keep the peace in it.
    Room {
        /// What to do.
        #[command(subcommand)]
        what: Room,
    },
}

/// What to do with a room. Those that change it say so in a line; with --json they print one object: conversation, seq.
#[derive(Debug, Subcommand)]
pub enum Room {
    /// Print what it is like and one's role in it; with --json as `rooms`, and role.
    Info {
        /// Which one.
        room: String,
    },
    /// Make a room and join it.
    Create(#[command(flatten)] New),
    /// Give it another name: owners.
    Rename {
        /// Which one.
        room: String,
        /// The new name.
        name: String,
    },
    /// Change what it is like: slow mode and read-only moderators, the rest owners.
    Set(#[command(flatten)] Settings),
    /// Nobody writes or joins any more, and it stands at the end of the directory: owners.
    Archive {
        /// Which one.
        room: String,
    },
    /// Use it again: owners.
    Unarchive {
        /// Which one.
        room: String,
    },
    /// End it: owners. An administrator can restore it for 30 days. Asks for its name again.
    Delete {
        /// Which one.
        room: String,
        /// Its name again, for scripts: then nothing is asked.
        #[arg(long)]
        name: Option<String>,
    },
    /// Let somebody into a room that is not public, and tell them.
    Invite(#[command(flatten)] Who),
    /// Take that back, as long as they have not joined.
    Uninvite(#[command(flatten)] Who),
    /// Give a member another role: owners.
    Role {
        /// In which room.
        room: String,
        /// Whom.
        name: String,
        /// Which one.
        #[arg(value_parser = word::<RoomRole>(ROLES))]
        role: RoomRole,
    },
    /// Put somebody out; they may come back: moderators.
    Kick {
        /// Who and where.
        #[command(flatten)]
        who: Who,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Put somebody out, and keep them out: moderators.
    Ban(#[command(flatten)] Keep),
    /// Let them in again.
    Unban(#[command(flatten)] Who),
    /// Let somebody read but not write: moderators.
    Mute(#[command(flatten)] Keep),
    /// Let them write again.
    Unmute(#[command(flatten)] Who),
    /// Print who is banned, muted and invited: moderators.
    ///
    /// With --json a person a line: kind (banned, muted, invited), name, at, by, and where there are such:
    /// until, reason.
    Restrictions {
        /// Of which room.
        room: String,
    },
    /// Print who is in it, with their roles; with --json as `members`.
    Members {
        /// Which one.
        room: String,
    },
}

/// A room that is not there yet.
#[derive(Clone, Debug, Args)]
pub struct New {
    /// Its name.
    pub room: String,
    /// Its topic.
    #[arg(long, default_value = "")]
    pub topic: String,
    /// Who finds it and comes in; private: by invitation; hidden: and only they know of it.
    #[arg(long, default_value = "public", value_parser = word::<Access>(ACCESS))]
    pub access: Access,
    /// Make it for somebody else, who owns it and is put into it: administrators.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
}

/// What is to be different.
#[derive(Clone, Debug, Args)]
#[group(skip)]
pub struct Settings {
    /// Which room.
    pub room: String,
    /// Who finds it and comes in.
    #[arg(long, value_parser = word::<Access>(ACCESS))]
    pub access: Option<Access>,
    /// From where on who comes may read.
    #[arg(long, value_parser = word::<HistoryFrom>(HISTORY))]
    pub history: Option<HistoryFrom>,
    /// What it is for, in more words than the topic; an empty text takes it away.
    #[arg(long)]
    pub description: Option<String>,
    /// How long a member waits between two messages, such as 30s; off: not at all.
    #[arg(long, value_name = "SPAN", value_parser = words::slow)]
    pub slow: Option<u32>,
    /// Whether only its owners and moderators write.
    #[arg(long, value_name = "on|off", value_parser = words::switch())]
    pub read_only: Option<bool>,
    /// Whether every new account is put into it: administrators.
    #[arg(long, value_name = "on|off", value_parser = words::switch())]
    pub for_newcomers: Option<bool>,
}

/// Somebody in a room.
#[derive(Clone, Debug, Args)]
pub struct Who {
    /// Which room.
    pub room: String,
    /// Who.
    pub name: String,
}

/// Somebody, for how long and why.
#[derive(Clone, Debug, Args)]
pub struct Keep {
    /// Who and where.
    #[command(flatten)]
    pub who: Who,
    /// For how long, such as 2h; without it for good.
    #[arg(long = "for", value_name = "SPAN", value_parser = words::span)]
    pub span: Option<Duration>,
    /// Why.
    #[arg(long, default_value = "")]
    pub reason: String,
}
