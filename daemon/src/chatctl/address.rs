//! `chatctl ban-address`, `unban-address` and `bans`: networks that no connections are taken from.

use crate::client::Sockets;
use crate::failure::Failure;
use crate::lookup::Names;
use crate::table::Table;
use crate::{Style, done, duration, json, time};
use chat_shared::{Command, Event, Request, clean};
use clap::Args;
use serde_json::json as value;

#[derive(Debug, Args)]
pub(crate) struct Ban {
    /// An address or network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32
    network: String,
    /// For how long, such as 30m, 12h or 7d; without it for good
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::parse)]
    seconds: Option<u64>,
    /// Why, for the audit log
    #[arg(long, default_value = "")]
    reason: String,
}

/// Bans, and gives the text to print.
pub(crate) fn ban(ban: &Ban, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let until = ban.seconds.map(time::in_secs);
    let wanted = Command::BanAddress {
        network: ban.network.clone(),
        until,
        reason: ban.reason.clone(),
    };
    let text = done::line(&wanted, "");
    sockets.connect()?.command(wanted)?;
    let network = clean::line(&ban.network);
    let done = value!({ "network": network, "banned": true, "until": until.map(time::exact) });
    Ok(style.tell(&text, &done))
}

/// Takes a ban back, and gives the text to print.
pub(crate) fn unban(network: &str, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let wanted = Command::UnbanAddress {
        network: network.to_owned(),
    };
    let text = done::line(&wanted, "");
    sockets.connect()?.command(wanted)?;
    Ok(style.tell(&text, &value!({ "network": network, "banned": false })))
}

/// The bans, as text to print.
pub(crate) fn list(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let after = String::new();
    let addresses = client.list(Request::AdminBans { after }, |page| match page {
        Event::AdminBans { addresses, .. } => Some(addresses),
        _ => None,
    })?;
    let names = Names::of(&mut client, addresses.iter().filter_map(|ban| ban.by))?;
    if style == Style::Json {
        let bans = addresses.iter().map(|ban| {
            value!({
                "network": ban.network,
                "by": ban.by.map(|by| names.name(by)),
                "at": time::exact(ban.at),
                "until": ban.until.map(time::exact),
                "reason": ban.reason,
            })
        });
        return Ok(json(&bans.collect()));
    }
    if addresses.is_empty() {
        return Ok("no addresses are banned\n".to_owned());
    }
    let mut table = Table::new(&["NETWORK", "UNTIL", "SINCE", "BY", "REASON"]);
    for ban in &addresses {
        table.row(&[
            &clean::line(&ban.network),
            &time::until(ban.until),
            &time::short(ban.at),
            &names.by(ban.by),
            &clean::line(&ban.reason),
        ]);
    }
    Ok(table.to_string())
}
