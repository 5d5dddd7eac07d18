//! `chatctl account show` and `devices`: all about one person.

use super::list::state;
use crate::client::Sockets;
use crate::failure::Failure;
use crate::lookup::{Somebody, somebody};
use crate::table::Table;
use crate::words::word;
use crate::{Style, json, time};
use chat_shared::{DeviceInfo, clean};
use serde_json::{Value, json as value};
use std::fmt::Write as _;

pub(super) fn run(name: &str, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let somebody = somebody(&mut sockets.connect()?, name)?;
    Ok(match style {
        Style::Json => json(&for_programs(&somebody)),
        Style::People => for_people(&somebody),
    })
}

pub(super) fn devices(name: &str, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let somebody = somebody(&mut sockets.connect()?, name)?;
    if style == Style::Json {
        return Ok(json(&devices_for_programs(&somebody.devices)));
    }
    Ok(match devices_for_people(&somebody.devices) {
        text if text.is_empty() => format!("{} has no devices\n", somebody.name()),
        text => text,
    })
}

fn for_people(somebody: &Somebody) -> String {
    let card = &somebody.card;
    let status = card.presence.status.as_ref();
    let status = status.map_or_else(String::new, |status| match status.until {
        Some(until) => format!(
            "{} (until {})",
            clean::line(&status.text),
            time::short(until)
        ),
        None => clean::line(&status.text).into_owned(),
    });
    let seen = match (card.last_seen, card.last_address.as_deref()) {
        (None, None) => "-".to_owned(),
        (at, None) => time::short_or_dash(at),
        (None, Some(address)) => format!("from {}", clean::line(address)),
        (Some(at), Some(address)) => format!("{} from {}", time::short(at), clean::line(address)),
    };
    let profile = &card.profile;
    let about = clean::text(&profile.about).replace('\n', "\n               ");
    let field = |text: &str| clean::line(text).into_owned();
    let lines = [
        ("name", somebody.name()),
        ("called", field(&profile.display_name)),
        ("full name", field(&profile.full_name)),
        ("e-mail", field(&profile.email)),
        ("phone", field(&profile.phone)),
        ("department", field(&profile.department)),
        ("time zone", field(&profile.time_zone)),
        ("about", about),
        ("role", word(card.role).to_owned()),
        ("state", state(card.enabled, card.deleted).to_owned()),
        ("presence", word(card.presence.state).to_owned()),
        ("status", status),
        ("last seen", seen),
        ("since", time::short(somebody.created_at)),
    ];
    let mut text = String::new();
    for (title, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        // Writing into a String does not fail.
        let _ = writeln!(text, "{title:<15}{value}");
    }
    let devices = devices_for_people(&somebody.devices);
    if !devices.is_empty() {
        let _ = write!(text, "\n{devices}");
    }
    text
}

/// Nothing where there are none.
fn devices_for_people(devices: &[DeviceInfo]) -> String {
    let mut table = Table::new(&["DEVICE", "SESSIONS", "LAST USED", "FROM", "SINCE", "LABEL"]);
    for info in devices {
        table.row(&[
            &info.device.to_string(),
            &info.sessions.to_string(),
            &time::short_or_dash(info.last_used),
            &clean::line(info.last_address.as_deref().unwrap_or("-")),
            &time::short(info.added_at),
            &clean::line(&info.label),
        ]);
    }
    match table.is_empty() {
        true => String::new(),
        false => table.to_string(),
    }
}

fn for_programs(somebody: &Somebody) -> Value {
    let card = &somebody.card;
    let status = card.presence.status.as_ref();
    value!({
        "account": card.account,
        "name": card.name,
        "profile": card.profile,
        "role": card.role,
        "enabled": card.enabled,
        "deleted": card.deleted,
        "presence": card.presence.state,
        "status": status.map(|status| &status.text),
        "status_until": status.and_then(|status| status.until).map(time::exact),
        "last_seen": card.last_seen.map(time::exact),
        "last_address": card.last_address,
        "created_at": time::exact(somebody.created_at),
        "devices": devices_for_programs(&somebody.devices),
    })
}

fn devices_for_programs(devices: &[DeviceInfo]) -> Value {
    let devices = devices.iter().map(|info| {
        value!({
            "device": info.device,
            "label": info.label,
            "added_at": time::exact(info.added_at),
            "last_used": info.last_used.map(time::exact),
            "last_address": info.last_address,
            "sessions": info.sessions,
        })
    });
    devices.collect()
}
