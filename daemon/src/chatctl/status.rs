//! `chatctl status`: how the daemon is.

use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::{Style, duration, json};
use chat_shared::{Event, RegistrationMode, Request, Status, clean};
use std::fmt::Write as _;

/// Asks for the figures and gives the text to print.
pub(crate) fn run(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let Event::Status { mut status } = sockets.connect()?.ask(Request::AdminStatus {})? else {
        return Err(unexpected());
    };
    status.version = clean::line(&status.version).into_owned();
    status.read_only = status.read_only.map(|why| clean::line(&why).into_owned());
    Ok(match style {
        Style::Json => json(&serde_json::to_value(&status).map_err(|_| unexpected())?),
        Style::People => people(&status),
    })
}

/// Who may make an account, as the configuration says it.
fn registration(mode: Option<RegistrationMode>) -> &'static str {
    match mode {
        Some(RegistrationMode::Open) => "open to anybody",
        Some(RegistrationMode::Invite) => "by invitation",
        Some(RegistrationMode::Closed) => "closed: accounts are made here",
        None => "not known: the daemon is older than this chatctl",
    }
}

fn panic(on: bool) -> &'static str {
    match on {
        true => "ON: nobody registers, and who is new writes slowly (`chatctl panic off` ends it)",
        false => "off",
    }
}

fn people(status: &Status) -> String {
    let millis = |micros: u64| format!("{:.1} ms", micros as f64 / 1_000.0);
    let writing = match &status.read_only {
        Some(why) => format!("NO, reading only: {why}"),
        None => "yes".to_owned(),
    };
    let lines = [
        ("version", status.version.clone()),
        ("running for", duration::words(status.uptime_secs)),
        ("writing", writing),
        (
            "accounts",
            format!("{}, {} online", status.accounts, status.online),
        ),
        ("registration", registration(status.registration).to_owned()),
        ("panic switch", panic(status.panic).to_owned()),
        (
            "connections",
            format!("{}, {} signed in", status.connections, status.sessions),
        ),
        (
            "conversations",
            format!("{}, {} in use", status.conversations, status.rooms_in_use),
        ),
        ("entries", status.entries.to_string()),
        (
            "journal",
            format!(
                "{} commands in {} commits, {} waiting (lag {}), newest commit {}",
                status.commands,
                status.commits,
                status.journal_waiting,
                millis(status.journal_lag_micros),
                millis(status.commit_micros)
            ),
        ),
        (
            "store",
            format!(
                "{:.1} MiB",
                status.store_bytes as f64 / f64::from(1024 * 1024)
            ),
        ),
    ];
    let mut text = String::new();
    for (title, value) in lines {
        // Writing into a String does not fail.
        let _ = writeln!(text, "{title:<15}{value}");
    }
    text
}
