//! `chatctl account list`.

use crate::client::Sockets;
use crate::failure::Failure;
use crate::table::Table;
use crate::words::word;
use crate::{Style, json, lookup, time};
use chat_shared::{AccountInfo, clean};
use serde_json::{Value, json as value};

pub(super) fn run(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let accounts = lookup::accounts(&mut sockets.connect()?)?;
    if style == Style::Json {
        return Ok(json(&accounts.iter().map(for_programs).collect()));
    }
    if accounts.is_empty() {
        return Ok("there are no accounts yet\n".to_owned());
    }
    let mut table = Table::new(&[
        "NAME",
        "ROLE",
        "STATE",
        "SESSIONS",
        "LAST SEEN",
        "FROM",
        "SINCE",
        "CALLED",
    ]);
    for info in accounts {
        table.row(&[
            &clean::line(&info.name),
            word(info.role),
            state(info.enabled, info.deleted),
            &info.sessions.to_string(),
            &time::short_or_dash(info.last_seen),
            &clean::line(info.last_address.as_deref().unwrap_or("-")),
            &time::short(info.created_at),
            &clean::line(&info.display_name),
        ]);
    }
    Ok(table.to_string())
}

fn for_programs(info: &AccountInfo) -> Value {
    value!({
        "account": info.account,
        "name": info.name,
        "display_name": info.display_name,
        "role": info.role,
        "administrator": info.administrator,
        "enabled": info.enabled,
        "deleted": info.deleted,
        "created_at": time::exact(info.created_at),
        "sessions": info.sessions,
        "last_seen": info.last_seen.map(time::exact),
        "last_address": info.last_address,
    })
}

/// Whether somebody may sign in, in a word.
pub(super) fn state(enabled: bool, deleted: bool) -> &'static str {
    match (deleted, enabled) {
        (true, _) => "former",
        (false, true) => "enabled",
        (false, false) => "disabled",
    }
}
