//! "`docs/protocol.md` describes every message that exists": every request, command, event, entry and fault stands
//! in it, and every word that a field may hold.

use chat_shared::FaultCode;

const PAGE: &str = include_str!("../../docs/protocol.md");

/// The kinds of a tagged enum, as they stand on the wire, read from its source.
fn kinds(source: &str, name: &str) -> Vec<String> {
    let start = format!("pub enum {name} {{");
    let body = source
        .split_once(&start)
        .unwrap_or_else(|| panic!("no enum {name}"))
        .1;
    let body = body.split_once("\n}").expect("its end").0;
    let is_variant = |line: &&str| {
        let head = line.strip_prefix("    ").unwrap_or_default();
        head.starts_with(|c: char| c.is_ascii_uppercase())
    };
    let snake = |line: &str| {
        let word: String = line
            .trim()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect();
        let mut snake = String::new();
        for (index, c) in word.char_indices() {
            if c.is_ascii_uppercase() && index > 0 {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        }
        snake
    };
    body.lines()
        .filter(is_variant)
        .map(snake)
        .filter(|kind| kind != "unknown")
        .collect()
}

/// The fields of all variants of an enum, or of a struct.
fn fields(source: &str) -> Vec<String> {
    let is_field = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with("//") && !line.starts_with("pub fn")
    };
    let name = |line: &str| {
        let line = line.trim().trim_start_matches("pub ");
        let (name, rest) = line.split_once(':')?;
        let plain = name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
        (plain && !name.is_empty() && rest.starts_with(' ')).then(|| name.to_owned())
    };
    source.lines().filter(is_field).filter_map(name).collect()
}

/// The names of what a source declares, such as its enums.
fn declared<'a>(source: &'a str, what: &str) -> Vec<&'a str> {
    let rests = source.split(what).skip(1);
    let name = |rest: &'a str| Some(rest.split_once(" {")?.0);
    rests.filter_map(name).collect()
}

/// The part of the page below a heading, up to the next of the same or a higher level.
fn section(heading: &str) -> &'static str {
    let start = PAGE
        .find(heading)
        .unwrap_or_else(|| panic!("no heading {heading}"));
    let rest = &PAGE[start + heading.len()..];
    let end = rest.find("\n## ").unwrap_or(rest.len());
    &rest[..end]
}

fn all_stand_in(section: &str, kinds: &[String]) {
    let missing: Vec<_> = kinds
        .iter()
        .filter(|kind| !section.contains(&format!("| `{kind}` |")))
        .collect();
    let elsewhere: Vec<_> = missing
        .iter()
        .filter(|kind| !section.contains(&format!("`{kind}`")))
        .collect();
    assert!(elsewhere.is_empty(), "docs/protocol.md lacks {elsewhere:?}");
}

#[test]
fn every_request_stands_in_the_page() {
    let kinds = kinds(include_str!("../../shared/src/request.rs"), "Request");
    assert!(kinds.len() > 30, "{kinds:?}");
    all_stand_in(section("\n## 11. Requests"), &kinds);
}

#[test]
fn every_command_stands_in_the_page() {
    let kinds = kinds(include_str!("../../shared/src/command.rs"), "Command");
    assert!(kinds.len() > 30, "{kinds:?}");
    let requests = section("\n## 11. Requests");
    let from = requests.find("\n### 11.5 Commands").expect("its own part");
    let to = requests[from..].find("\n### 11.6").expect("its end");
    let part = &requests[from..from + to];
    for kind in &kinds {
        assert!(
            part.contains(&format!("\n| `{kind}` |")),
            "docs/protocol.md lacks the command {kind}"
        );
    }
    let rows = part.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, kinds.len(), "it describes commands that there are");
}

/// "What they are made of": roles, presence, what a room is like, what waits.
#[test]
fn every_word_of_a_value_stands_in_the_page() {
    let source = include_str!("../../shared/src/people.rs");
    let enums = declared(source, "pub enum ");
    assert!(enums.len() > 5, "{enums:?}");
    for name in enums {
        for kind in kinds(source, name) {
            assert!(
                PAGE.contains(&format!("\"{kind}\"")),
                "docs/protocol.md lacks \"{kind}\" of {name}"
            );
        }
    }
}

#[test]
fn every_event_stands_in_the_page() {
    let kinds = kinds(include_str!("../../shared/src/event.rs"), "Event");
    assert!(kinds.len() > 25, "{kinds:?}");
    all_stand_in(section("\n## 12. Events"), &kinds);
}

#[test]
fn every_entry_stands_in_the_page() {
    let source = include_str!("../../shared/src/entry.rs");
    all_stand_in(section("\n## 13. Entries"), &kinds(source, "EntryBody"));
    for feed in kinds(source, "Feed") {
        assert!(PAGE.contains(&format!("{{kind: \"{feed}\"")), "feed {feed}");
    }
}

#[test]
fn every_fault_stands_in_the_page() {
    let table = section("\n## 14. Faults");
    for code in FaultCode::ALL {
        let line = table
            .lines()
            .find(|line| line.starts_with(&format!("| `{code}` |")));
        let line = line.unwrap_or_else(|| panic!("docs/protocol.md lacks the fault {code}"));
        let passing = chat_shared::Fault::new(*code, "").is_passing();
        assert_eq!(line.contains("| yes |"), passing, "{line}");
    }
}

#[test]
fn every_field_stands_in_the_page() {
    let sources = [
        include_str!("../../shared/src/request.rs"),
        include_str!("../../shared/src/event.rs"),
        include_str!("../../shared/src/entry.rs"),
        include_str!("../../shared/src/command.rs"),
        include_str!("../../shared/src/people.rs"),
    ];
    for field in sources.iter().flat_map(|source| fields(source)) {
        assert!(
            PAGE.contains(&format!("`{field}`")),
            "docs/protocol.md lacks the field {field}"
        );
    }
}

#[test]
fn the_limits_stand_in_the_page() {
    use chat_shared::limits;
    let table = section("\n## 15. Limits");
    for limit in [
        limits::FRAME_BEFORE_LOGIN,
        limits::FRAME,
        limits::MESSAGE_BYTES,
        limits::TOPIC_BYTES,
        limits::DEVICE_LABEL_BYTES,
        limits::STREAM_WINDOW as usize,
        limits::STREAMS_PER_DEVICE as usize,
        limits::DEVICES_PER_ACCOUNT,
        limits::CONVERSATIONS_PER_ACCOUNT,
        limits::DIRECT_MEMBERS,
        limits::HISTORY_PAGE as usize,
        limits::SYNC_ENTRIES as usize,
        limits::LIST_PAGE as usize,
        limits::DEPTH,
        limits::PROFILE_FIELD_BYTES,
        limits::ABOUT_BYTES,
        limits::STATUS_BYTES,
        limits::REASON_BYTES,
        limits::DESCRIPTION_BYTES,
        limits::ANNOUNCEMENT_BYTES,
        limits::GROUP_BYTES,
        limits::CONTACTS,
        limits::SHARED_GROUPS,
        limits::SHARED_GROUP_MEMBERS,
        limits::INBOX_ITEMS,
        limits::MENTIONS,
        limits::ANNOUNCE_TO,
        limits::ANNOUNCEMENTS,
        limits::RESTRICTIONS,
        limits::SLOW_SECS as usize,
        limits::INVITE_ROOMS,
        limits::NEWCOMER_ROOMS,
        limits::ADDRESS_BANS,
        limits::AUDIT_PAGE as usize,
    ] {
        let digits = limit.to_string();
        let grouped = match digits.len() {
            0..=3 => digits,
            n => format!("{},{}", &digits[..n - 3], &digits[n - 3..]),
        };
        assert!(
            table.contains(&grouped),
            "docs/protocol.md lacks the limit {grouped}"
        );
    }
    assert!(PAGE.contains(&limits::DEFAULT_PORT.to_string()));
}
