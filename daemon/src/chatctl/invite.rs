//! `chatctl invite`: invitations, with which people make accounts themselves.

use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::table::Table;
use crate::{Style, duration, json, time};
use chat_shared::{Event, InviteId, Request, clean};
use clap::Subcommand;
use serde_json::json as value;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an invitation; its code is shown only now
    New {
        /// How many accounts can be made with it
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        uses: u32,
        /// For how long it holds, such as 30m, 12h or 7d
        #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration::parse)]
        expires: u64,
    },
    /// The invitations that still hold
    List,
    /// End an invitation
    Revoke {
        /// Its number, as `list` shows it
        id: u64,
    },
}

/// Carries a command out and gives the text to print.
pub(crate) fn run(command: &Command, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    match command {
        Command::New { uses, expires } => new(*uses, *expires, sockets, style),
        Command::List => list(sockets, style),
        Command::Revoke { id } => revoke(InviteId(*id), sockets, style),
    }
}

fn new(uses: u32, expires_secs: u64, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let request = Request::AdminInviteNew { uses, expires_secs };
    let Event::InviteMade {
        invite,
        code,
        links,
        expires_at,
    } = sockets.connect()?.ask(request)?
    else {
        return Err(unexpected());
    };
    let code = clean::line(&code);
    let links: Vec<_> = links.iter().map(|link| clean::line(link)).collect();
    if style == Style::Json {
        return Ok(json(&value!({
            "invite": invite,
            "code": code,
            "links": links,
            "uses": uses,
            "expires_at": time::exact(expires_at),
        })));
    }
    let accounts = match uses {
        1 => "one account".to_owned(),
        uses => format!("{uses} accounts"),
    };
    let mut text = format!(
        "invitation {invite} for {accounts}, until {}\n  code  {code}\n",
        time::short(expires_at)
    );
    for (index, link) in links.iter().enumerate() {
        let title = match index {
            0 => "join",
            _ => "  or",
        };
        text.push_str(&format!("  {title}  chatc '{link}'\n"));
    }
    Ok(text)
}

fn list(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let Event::Invites { invites } = sockets.connect()?.ask(Request::AdminInvites {})? else {
        return Err(unexpected());
    };
    if style == Style::Json {
        let invites = invites.iter().map(|info| {
            value!({
                "invite": info.invite,
                "uses_left": info.uses_left,
                "expires_at": time::exact(info.expires_at),
                "created_at": time::exact(info.created_at),
            })
        });
        return Ok(json(&invites.collect()));
    }
    if invites.is_empty() {
        return Ok("no invitation holds\n".to_owned());
    }
    let mut table = Table::new(&["ID", "USES LEFT", "UNTIL", "SINCE"]);
    for info in invites {
        table.row(&[
            &info.invite.to_string(),
            &info.uses_left.to_string(),
            &time::short(info.expires_at),
            &time::short(info.created_at),
        ]);
    }
    Ok(table.to_string())
}

fn revoke(invite: InviteId, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let request = Request::AdminInviteRevoke { invite };
    let Event::Done { .. } = sockets.connect()?.ask(request)? else {
        return Err(unexpected());
    };
    Ok(match style {
        Style::Json => json(&value!({ "invite": invite, "revoked": true })),
        Style::People => format!("invitation {invite} is revoked\n"),
    })
}
