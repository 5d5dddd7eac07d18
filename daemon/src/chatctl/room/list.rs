//! `chatctl room list` and `show`.

use crate::client::Sockets;
use crate::failure::Failure;
use crate::table::Table;
use crate::words::word;
use crate::{Style, duration, json, lookup, time};
use chat_shared::limits::RESTORE_MS;
use chat_shared::names::RoomName;
use chat_shared::{AdminRoom, HistoryFrom, Timestamp, clean};
use serde_json::{Value, json as value};
use std::fmt::Write as _;

pub(super) fn all(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let rooms = lookup::rooms(&mut sockets.connect()?)?;
    if style == Style::Json {
        return Ok(json(&rooms.iter().map(for_programs).collect()));
    }
    if rooms.is_empty() {
        return Ok("there are no rooms\n".to_owned());
    }
    let mut table = Table::new(&[
        "NAME", "ACCESS", "MEMBERS", "MESSAGES", "SINCE", "STATE", "TOPIC",
    ]);
    for room in &rooms {
        table.row(&[
            &clean::line(&room.room.name),
            word(room.room.settings.access),
            &room.room.members.to_string(),
            &room.posts.to_string(),
            &time::short(room.created_at),
            &state(room),
            &clean::line(&room.room.topic),
        ]);
    }
    Ok(table.to_string())
}

pub(super) fn one(name: &RoomName, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let room = lookup::room(&mut sockets.connect()?, name)?;
    Ok(match style {
        Style::Json => json(&for_programs(&room)),
        Style::People => for_people(&room),
    })
}

/// What is not as in a new room, in words.
fn state(room: &AdminRoom) -> String {
    let settings = &room.room.settings;
    let words = [
        (room.deleted_at.is_some(), "deleted"),
        (settings.archived, "archived"),
        (settings.read_only, "read-only"),
        (settings.slow_secs > 0, "slow"),
        (settings.for_newcomers, "for newcomers"),
    ];
    let words: Vec<_> = words
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, word)| *word)
        .collect();
    match words.is_empty() {
        true => "-".to_owned(),
        false => words.join(", "),
    }
}

fn for_people(room: &AdminRoom) -> String {
    let settings = &room.room.settings;
    let history = match settings.history {
        HistoryFrom::Beginning => "who joins reads all that was ever said",
        HistoryFrom::Joining => "who joins reads what is said from then on",
    };
    let slow = match settings.slow_secs {
        0 => "off".to_owned(),
        seconds => format!("a message every {}", duration::words(seconds.into())),
    };
    let deleted = room.deleted_at.map_or_else(String::new, |at| {
        let until = Timestamp(at.0.saturating_add(RESTORE_MS));
        format!(
            "{}; can be restored until {}",
            time::short(at),
            time::short(until)
        )
    });
    let indented = "\n               ";
    let lines = [
        ("name", clean::line(&room.room.name).into_owned()),
        ("topic", clean::line(&room.room.topic).into_owned()),
        (
            "description",
            clean::text(&settings.description).replace('\n', indented),
        ),
        ("access", word(settings.access).to_owned()),
        ("history", history.to_owned()),
        ("slow mode", slow),
        ("read-only", word(settings.read_only).to_owned()),
        ("for newcomers", word(settings.for_newcomers).to_owned()),
        ("archived", word(settings.archived).to_owned()),
        ("members", room.room.members.to_string()),
        ("messages", room.posts.to_string()),
        ("since", time::short(room.created_at)),
        ("deleted", deleted),
    ];
    let mut text = String::new();
    for (title, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        // Writing into a String does not fail.
        let _ = writeln!(text, "{title:<15}{value}");
    }
    text
}

fn for_programs(room: &AdminRoom) -> Value {
    value!({
        "conversation": room.room.conversation,
        "name": room.room.name,
        "topic": room.room.topic,
        "members": room.room.members,
        "messages": room.posts,
        "settings": room.room.settings,
        "created_at": time::exact(room.created_at),
        "deleted_at": room.deleted_at.map(time::exact),
    })
}
