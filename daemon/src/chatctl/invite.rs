//! `chatctl invite`: invitations, with which people make accounts themselves.

use crate::client::{Client, Sockets, unexpected};
use crate::failure::Failure;
use crate::lookup::{self, Names};
use crate::table::Table;
use crate::words::word;
use crate::{Style, duration, json, time, words};
use chat_shared::names::RoomName;
use chat_shared::{ConversationId, Event, HouseRole, InviteId, InviteInfo, Request, clean};
use clap::{Args, Subcommand};
use serde_json::json as value;
use std::collections::BTreeMap;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an invitation; its code is shown only now
    New(New),
    /// The invitations that still hold
    List,
    /// End an invitation
    Revoke {
        /// Its number, as `list` shows it
        id: u64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// How many accounts can be made with it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    uses: u32,
    /// For how long it holds, such as 30m, 12h or 7d
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration::parse)]
    expires: u64,
    /// A room that who comes by it is put into; may be given several times
    #[arg(long = "room", value_name = "ROOM", value_delimiter = ',')]
    rooms: Vec<RoomName>,
    /// As what they come; a guest sees only the rooms of the invitation
    #[arg(long, default_value = "member", value_parser = words::parser::<HouseRole>())]
    role: HouseRole,
}

/// Carries a command out and gives the text to print.
pub(crate) fn run(command: &Command, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    match command {
        Command::New(new) => make(new, sockets, style),
        Command::List => list(sockets, style),
        Command::Revoke { id } => revoke(InviteId(*id), sockets, style),
    }
}

fn make(new: &New, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let rooms: Vec<String> = new.rooms.iter().cloned().map(String::from).collect();
    let request = Request::AdminInviteNew {
        uses: new.uses,
        expires_secs: new.expires,
        rooms: rooms.clone(),
        role: new.role,
    };
    let Event::InviteMade {
        invite,
        code,
        links,
        expires_at,
    } = sockets.connect()?.ask(request)?
    else {
        return Err(unexpected());
    };
    if style == Style::Json {
        return Ok(json(&value!({
            "invite": invite,
            "code": code,
            "links": links,
            "uses": new.uses,
            "role": new.role,
            "rooms": rooms,
            "expires_at": time::exact(expires_at),
        })));
    }
    let accounts = match new.uses {
        1 => "one account".to_owned(),
        uses => format!("{uses} accounts"),
    };
    let role = match new.role {
        HouseRole::Member => String::new(),
        role => format!(" as {}", word(role)),
    };
    let into = match rooms.as_slice() {
        [] => String::new(),
        rooms => format!(" in #{}", rooms.join(", #")),
    };
    let mut text = format!(
        "invitation {invite} for {accounts}{role}{into}, until {}\n  code  {}\n",
        time::short(expires_at),
        clean::line(&code)
    );
    for (index, link) in links.iter().enumerate() {
        let title = match index {
            0 => "join",
            _ => "  or",
        };
        text.push_str(&format!("  {title}  chatc '{}'\n", clean::line(link)));
    }
    Ok(text)
}

fn list(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let after = InviteId(0);
    let invites = client.list(Request::AdminInvites { after }, |page| match page {
        Event::Invites { invites, .. } => Some(invites),
        _ => None,
    })?;
    let names = Names::of(&mut client, invites.iter().filter_map(|info| info.by))?;
    let rooms = room_names(&mut client, &invites)?;
    let rooms_of = |info: &InviteInfo| {
        let name = |id| rooms.get(id).cloned().unwrap_or_else(|| format!("({id})"));
        info.rooms.iter().map(name).collect::<Vec<_>>()
    };
    if style == Style::Json {
        let invites = invites.iter().map(|info| {
            value!({
                "invite": info.invite,
                "uses_left": info.uses_left,
                "role": info.role,
                "rooms": rooms_of(info),
                "by": info.by.map(|by| names.name(by)),
                "expires_at": time::exact(info.expires_at),
                "created_at": time::exact(info.created_at),
            })
        });
        return Ok(json(&invites.collect()));
    }
    if invites.is_empty() {
        return Ok("no invitation holds\n".to_owned());
    }
    let mut table = Table::new(&["ID", "USES LEFT", "ROLE", "UNTIL", "SINCE", "BY", "ROOMS"]);
    for info in &invites {
        table.row(&[
            &info.invite.to_string(),
            &info.uses_left.to_string(),
            word(info.role),
            &time::short(info.expires_at),
            &time::short(info.created_at),
            &names.by(info.by),
            &rooms_of(info).join(", "),
        ]);
    }
    Ok(table.to_string())
}

/// Names for the rooms of invitations, fit to print; asks only where there is one.
fn room_names(
    client: &mut Client,
    invites: &[InviteInfo],
) -> Result<BTreeMap<ConversationId, String>, Failure> {
    if invites.iter().all(|info| info.rooms.is_empty()) {
        return Ok(BTreeMap::new());
    }
    let rooms = lookup::rooms(client)?.into_iter().map(|room| room.room);
    let named = rooms.map(|room| (room.conversation, clean::line(&room.name).into_owned()));
    Ok(named.collect())
}

fn revoke(invite: InviteId, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let request = Request::AdminInviteRevoke { invite };
    sockets.connect()?.have_done(request)?;
    let text = format!("invitation {invite} is revoked");
    let done = value!({ "invite": invite, "revoked": true });
    Ok(style.tell(&text, &done))
}
