//! How the arguments of commands are read.

use super::action::Action;
use chat_shared::names::{AccountName, NameError, RoomName};

/// The first word, and what is behind it.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace)
        .map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

/// Exactly one word.
pub(super) fn only_word(rest: &str) -> Result<&str, String> {
    match first_word(rest) {
        ("", _) => Err("say which".to_owned()),
        (word, "") => Ok(word),
        _ => Err("one word is enough".to_owned()),
    }
}

/// Nothing at all.
pub(super) fn alone(rest: &str, action: Action) -> Result<Action, String> {
    if rest.is_empty() {
        Ok(action)
    } else {
        Err("nothing goes after this command".to_owned())
    }
}

/// The name of a room.
pub(super) fn room(name: &str) -> Result<RoomName, String> {
    RoomName::parse(name).map_err(|error| error.to_string())
}

/// The name of a person.
pub(super) fn person(name: &str) -> Result<AccountName, String> {
    if name.is_empty() {
        return Err("say who".to_owned());
    }
    let name = name.trim_start_matches('@');
    AccountName::parse(name).map_err(|error| match error {
        // Well formed, but nobody can have it.
        NameError::Reserved => format!("there is nobody called {name}"),
        error => error.to_string(),
    })
}

/// One name and nothing behind it.
pub(super) fn only_person(rest: &str) -> Result<AccountName, String> {
    match first_word(rest) {
        (name, "") => person(name),
        _ => Err("one name is enough".to_owned()),
    }
}

/// `anna,@boris`.
pub(super) fn people(list: &str) -> Result<Vec<AccountName>, String> {
    let names = list.split(',').filter(|name| !name.is_empty());
    let names: Vec<_> = names.map(person).collect::<Result<_, _>>()?;
    if names.is_empty() {
        return Err("say to whom".to_owned());
    }
    Ok(names)
}

/// A name that may have spaces, and behind it a list such as `anna, boris`: what goes on over a space does so
/// at a comma. The list is without spaces.
pub(super) fn list_last(text: &str) -> (&str, String) {
    let text = text.trim();
    let mut at = text.len();
    loop {
        at = text[..at]
            .trim_end()
            .rfind(char::is_whitespace)
            .map_or(0, |space| {
                space + text[space..].chars().next().map_or(1, char::len_utf8)
            });
        let (before, list) = text.split_at(at);
        let goes_on = before.trim_end().ends_with(',') || list.starts_with(',');
        if at == 0 || !goes_on {
            return (before.trim_end(), list.split_whitespace().collect());
        }
    }
}

/// Without the quotes that somebody put around it, as a shell wants them.
pub(super) fn unquoted(text: &str) -> &str {
    const PAIRS: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“')];
    let text = text.trim();
    let inner = PAIRS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.map_or(text, str::trim)
}

/// `on` or `off`.
pub(super) fn switch(word: &str) -> Result<bool, String> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("say on or off".to_owned()),
    }
}

/// `90s`, `30m`, `2h`, `7d`, in milliseconds. At most ten years.
pub(super) fn duration_ms(word: &str) -> Option<i64> {
    let unit_at = word.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = word.split_at(unit_at);
    let unit_ms = match unit {
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000,
        _ => return None,
    };
    let count: i64 = count.parse().ok()?;
    let ten_years = 3_660 * 86_400_000;
    count
        .checked_mul(unit_ms)
        .filter(|ms| (1..=ten_years).contains(ms))
}

/// `for 2h` at the beginning, as in `/ban NAME for 2h REASON`: how long, and what is behind it.
pub(super) fn lasting_first(text: &str) -> Result<(Option<i64>, &str), String> {
    let (word, rest) = first_word(text);
    if word != "for" {
        return Ok((None, text));
    }
    let (length, rest) = first_word(rest);
    match duration_ms(length) {
        Some(ms) => Ok((Some(ms), rest)),
        None => Err("say for how long, such as for 30m, for 2h or for 7d".to_owned()),
    }
}

/// `for 2h` at the end, as in `/status TEXT for 2h`: what is before it, and how long. Other texts that
/// end on such words are left as they are.
pub(super) fn lasting_last(text: &str) -> (&str, Option<i64>) {
    let found = text
        .rsplit_once(char::is_whitespace)
        .and_then(|(before, length)| {
            let ms = duration_ms(length)?;
            let before = before.trim_end();
            let head = before.strip_suffix("for")?;
            let is_word = head.is_empty() || head.ends_with(char::is_whitespace);
            is_word.then(|| (head.trim_end(), ms))
        });
    match found {
        Some((text, ms)) => (text, Some(ms)),
        None => (text, None),
    }
}
