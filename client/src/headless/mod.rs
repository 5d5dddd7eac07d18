//! Commands for scripts: no screen, exit codes, JSON lines.
//!
//! In reading order: [`arguments`] what may be typed, [`context`] who and where that means, [`sign_in`]
//! getting a connection, [`exit`] how it ends, [`mod@print`], [`entry_line`] and [`presence_line`] how things
//! look; [`place_in`] finds a conversation, [`submit`] carries out orders, [`by_password`] what needs the
//! password anew, [`names`] who is who; then a file for each command or a few that belong together.

pub mod accounts;
pub mod announce;
pub mod arguments;
pub mod block;
pub mod by_password;
pub mod card;
pub mod contacts;
pub mod context;
pub mod delete_account;
pub mod devices;
pub mod entry_line;
pub mod exit;
pub mod export;
pub mod folded;
pub mod history;
pub mod house;
pub mod inbox;
pub mod invite;
pub mod leave;
pub mod members;
pub mod message;
pub mod moderation;
pub mod names;
pub mod password;
pub mod people;
pub mod place_in;
pub mod presence_line;
pub mod print;
pub mod profile;
pub mod register;
pub mod room;
pub mod rooms;
pub mod send;
pub mod sign_in;
pub mod status;
pub mod submit;
pub mod tail;
#[cfg(test)]
mod users_page;
pub mod waiting;
pub mod who;

use arguments::{Command, Invite, Own, People, Room, Rooms, Talk, Who};
use context::Context;
use exit::Stop;
use place_in::Where;

/// Runs one command to its end.
pub async fn run(context: &Context, command: Command) -> Result<(), Stop> {
    match command {
        Command::Talk(command) => talk(context, command).await,
        Command::Rooms(command) => rooms(context, command).await,
        Command::People(command) => people(context, command).await,
        Command::Own(command) => own(context, command).await,
        Command::House(command) => house::run(context, &command).await,
    }
}

async fn talk(context: &Context, command: Talk) -> Result<(), Stop> {
    match command {
        Talk::Send { to, text } => send::run(context, &to, &text).await,
        Talk::Tail { of, since, count } => tail::run(context, &of, since, count).await,
        Talk::History {
            of,
            limit,
            before,
            around,
        } => {
            let part = history::Part {
                limit,
                before,
                around,
            };
            history::run(context, &of, part).await
        }
        Talk::Delete { of, seq, reason } => message::delete(context, &of, seq, &reason).await,
        Talk::Report { of, seq, reason } => message::report(context, &of, seq, &reason).await,
        Talk::Inbox {
            dismiss: None,
            dismiss_all: false,
        } => inbox::run(context).await,
        Talk::Inbox { dismiss, .. } => inbox::dismiss(context, dismiss).await,
        Talk::Announce {
            online: _,
            everybody,
            to,
            text,
        } => announce::run(context, everybody, &to, &text).await,
    }
}

async fn rooms(context: &Context, command: Rooms) -> Result<(), Stop> {
    match command {
        Rooms::Rooms { text } => rooms::run(context, &text).await,
        Rooms::Create(new) => room::create(context, &new).await,
        Rooms::Join { room } => room::join(context, &room).await,
        Rooms::Leave { room } => leave::run(context, &room).await,
        Rooms::Topic { room, topic } => room::set_topic(context, &room, &topic).await,
        Rooms::Members { of } => members::run(context, &Where::or_room(&of)?).await,
        Rooms::Room { what } => in_room(context, what).await,
    }
}

async fn in_room(context: &Context, what: Room) -> Result<(), Stop> {
    match what {
        Room::Info { room } => rooms::info(context, &room).await,
        Room::Create(new) => room::create(context, &new).await,
        Room::Rename { room, name } => room::rename(context, &room, &name).await,
        Room::Set(settings) => room::set(context, &settings).await,
        Room::Archive { room } => room::archive(context, &room, true).await,
        Room::Unarchive { room } => room::archive(context, &room, false).await,
        Room::Delete { room, name } => room::delete(context, &room, name.as_deref()).await,
        Room::Invite(who) => moderation::invite(context, &who).await,
        Room::Uninvite(who) => moderation::uninvite(context, &who).await,
        Room::Role { room, name, role } => {
            moderation::set_role(context, &Who { room, name }, role).await
        }
        Room::Kick { who, reason } => moderation::kick(context, &who, &reason).await,
        Room::Ban(keep) => moderation::ban(context, &keep).await,
        Room::Unban(who) => moderation::unban(context, &who).await,
        Room::Mute(keep) => moderation::mute(context, &keep).await,
        Room::Unmute(who) => moderation::unmute(context, &who).await,
        Room::Restrictions { room } => moderation::restrictions(context, &room).await,
        Room::Members { room } => members::run(context, &Where::Room(room::parse(&room)?)).await,
    }
}

async fn people(context: &Context, command: People) -> Result<(), Stop> {
    match command {
        People::People { text } => people::run(context, &text).await,
        People::Card { name } => card::run(context, &name).await,
        People::Who { since } => who::run(context, since).await,
        People::Profile(fields) => profile::run(context, &fields).await,
        People::Status { text, span } => status::run(context, text.as_deref(), span).await,
        People::Presence { how, span } => status::presence(context, how, span).await,
        People::Contacts { what } => contacts::run(context, what.as_ref()).await,
        People::Block { name } => block::run(context, &name, true).await,
        People::Unblock { name } => block::run(context, &name, false).await,
    }
}

async fn own(context: &Context, command: Own) -> Result<(), Stop> {
    match command {
        Own::Register { name, invite } => register::run(context, &name, invite).await,
        Own::Accounts { default: None } => accounts::list(context),
        Own::Accounts {
            default: Some(default),
        } => accounts::set_default(context, &default),
        Own::Devices { end: Some(end), .. } => devices::end(context, end).await,
        Own::Devices {
            end_others: true, ..
        } => devices::end_others(context).await,
        Own::Devices { .. } => devices::run(context).await,
        Own::Passwd { new_password_file } => {
            password::change(context, new_password_file.as_deref()).await
        }
        Own::ResetPassword { code } => password::reset(context, &code).await,
        Own::DeleteAccount { name, of } => {
            delete_account::run(context, name.as_deref(), of.as_deref()).await
        }
        Own::Export { dir } => export::run(context, &dir).await,
        Own::Invite {
            what:
                Invite::New {
                    uses,
                    expires,
                    rooms,
                    role,
                },
        } => invite::new(context, uses, expires, &rooms, role).await,
        Own::Invite { what: Invite::List } => invite::list(context).await,
        Own::Invite {
            what: Invite::Revoke { id },
        } => invite::revoke(context, id).await,
    }
}
