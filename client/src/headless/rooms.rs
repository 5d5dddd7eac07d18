//! `chatc rooms` and `chatc room info`: prints rooms and what they are like.

use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::room::parse;
use super::sign_in::connect;
use crate::net::session::unexpected;
use chat_shared::{
    Access, ConversationId, Event, HistoryFrom, Request, RoomInfo, RoomRole, RoomSettings,
};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    conversation: String,
    topic: &'a str,
    members: u64,
    joined: bool,
    invited: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<RoomRole>,
    access: Access,
    history: HistoryFrom,
    description: &'a str,
    slow_secs: u32,
    read_only: bool,
    archived: bool,
    for_newcomers: bool,
}

impl<'a> Line<'a> {
    fn new(room: &'a RoomInfo, role: Option<RoomRole>) -> Self {
        let settings = &room.settings;
        Self {
            conversation: format!("#{}", room.name),
            topic: &room.topic,
            members: room.members,
            joined: room.joined,
            invited: room.invited,
            role,
            access: settings.access,
            history: settings.history,
            description: &settings.description,
            slow_secs: settings.slow_secs,
            read_only: settings.read_only,
            archived: settings.archived,
            for_newcomers: settings.for_newcomers,
        }
    }
}

/// Prints the directory, archived rooms last.
pub async fn run(context: &Context, text: &[String]) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let text = text.join(" ");
    let mut archived = Vec::new();
    let mut after = Some(ConversationId(0));
    while let Some(id) = after {
        let (rooms, next) = place_in::rooms(&mut session, id, &text).await?;
        after = next;
        for room in rooms {
            if room.settings.archived {
                archived.push(room);
            } else {
                show(context, &room)?;
            }
        }
    }
    archived.iter().try_for_each(|room| show(context, room))
}

fn show(context: &Context, room: &RoomInfo) -> Result<(), Stop> {
    if context.json {
        print::json(&Line::new(room, None))
    } else {
        print::line(&in_a_line(room))
    }
}

/// Prints one room.
pub async fn info(context: &Context, room: &str) -> Result<(), Stop> {
    let name = parse(room)?;
    let mut session = connect(context).await?.session;
    let conversation = place_in::room(&mut session, &name).await?;
    let (room, role) = match session.ask(Request::Room { conversation }).await? {
        Event::Room { room, role } => (room, role),
        other => return Err(unexpected(&other).into()),
    };
    if context.json {
        return print::json(&Line::new(&room, role));
    }
    in_lines(&room, role)
        .iter()
        .try_for_each(|line| print::line(line))
}

fn in_a_line(room: &RoomInfo) -> String {
    let mark = match (room.joined, room.invited) {
        (true, _) => "*",
        (false, true) => "+",
        (false, false) => " ",
    };
    let mut line = format!("{mark} #{} ({}", print::clean(&room.name), room.members);
    if room.settings.access != Access::Public {
        line.push_str(&format!(", {}", print::word(&room.settings.access)));
    }
    for word in marks(&room.settings) {
        line.push_str(&format!(", {word}"));
    }
    line.push_str(&format!(") {}", print::clean(&room.topic)));
    line.trim_end().to_owned()
}

/// What is not as with most rooms, besides who finds it and comes in.
fn marks(settings: &RoomSettings) -> Vec<String> {
    let mut marks = Vec::new();
    if settings.read_only {
        marks.push("read-only".to_owned());
    }
    if settings.slow_secs > 0 {
        marks.push(format!("slow mode {} s", settings.slow_secs));
    }
    if settings.archived {
        marks.push("archived".to_owned());
    }
    marks
}

fn in_lines(room: &RoomInfo, role: Option<RoomRole>) -> Vec<String> {
    let settings = &room.settings;
    let yours = match (role, room.invited) {
        (Some(role), _) => print::word(&role),
        (None, true) => "not in it, but invited".to_owned(),
        (None, false) => "not in it".to_owned(),
    };
    let history = match settings.history {
        HistoryFrom::Beginning => "from the beginning",
        HistoryFrom::Joining => "from one's joining on",
    };
    let newcomers = if settings.for_newcomers {
        "every new account is put into it"
    } else {
        ""
    };
    let description = chat_shared::clean::text(&settings.description);
    let rows = [
        ("topic", print::clean(&room.topic)),
        ("members", room.members.to_string()),
        ("you", yours),
        ("access", print::word(&settings.access)),
        ("readable", history.to_owned()),
        ("also", marks(settings).join(", ")),
        ("newcomers", newcomers.to_owned()),
        ("about", description.replace('\n', &format!("\n{:12}", ""))),
    ];
    let rows = rows.into_iter().filter(|(_, text)| !text.is_empty());
    let title = format!("#{}", print::clean(&room.name));
    std::iter::once(title)
        .chain(rows.map(|(what, text)| format!("  {what:<9} {text}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> RoomInfo {
        RoomInfo {
            conversation: ConversationId(3),
            name: "plans".into(),
            topic: "not\u{1b} for all".into(),
            members: 4,
            joined: false,
            settings: RoomSettings {
                access: Access::Private,
                slow_secs: 30,
                description: "one\ntwo".into(),
                ..RoomSettings::default()
            },
            invited: true,
        }
    }

    #[test]
    fn a_room_says_in_a_line_what_is_special_about_it() {
        assert_eq!(
            in_a_line(&room()),
            "+ #plans (4, private, slow mode 30 s) not\u{fffd} for all"
        );
        let plain = RoomInfo {
            joined: true,
            topic: String::new(),
            settings: RoomSettings::default(),
            ..room()
        };
        assert_eq!(in_a_line(&plain), "* #plans (4)");
    }

    #[test]
    fn info_has_a_row_for_each_thing() {
        assert_eq!(
            in_lines(&room(), None),
            [
                "#plans",
                "  topic     not\u{fffd} for all",
                "  members   4",
                "  you       not in it, but invited",
                "  access    private",
                "  readable  from the beginning",
                "  also      slow mode 30 s",
                "  about     one\n            two",
            ]
        );
    }

    #[test]
    fn a_json_line_has_every_setting() {
        let text = serde_json::to_string(&Line::new(&room(), Some(RoomRole::Owner))).unwrap();
        for part in [
            "\"conversation\":\"#plans\"",
            "\"invited\":true",
            "\"role\":\"owner\"",
            "\"access\":\"private\"",
            "\"history\":\"beginning\"",
            "\"slow_secs\":30",
            "\"archived\":false",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
