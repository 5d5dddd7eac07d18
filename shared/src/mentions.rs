//! Whom a text names: what stands behind an `@`. The daemon tells those whose names these are, and a client
//! looks for its own, so both have to find the same.

use crate::limits::MENTIONS;

/// The names that follow an `@` which stands by itself, so not those of mail addresses: each once, in the
/// order of the text, as many as one message may mention. Names are lower case, so `@Anna` is anna.
#[must_use]
pub fn names_after_at(text: &str) -> Vec<String> {
    let is_of_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let mut names = Vec::new();
    // Most messages name nobody, and to look for one byte is quick.
    if !text.contains('@') {
        return names;
    }
    let mut before = None;
    for (place, c) in text.char_indices() {
        let stands_alone = !before.is_some_and(char::is_alphanumeric);
        before = Some(c);
        if c != '@' || !stands_alone {
            continue;
        }
        let rest = &text[place + 1..];
        let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        // What ends a sentence does not end a name.
        let name = rest[..end].trim_end_matches(['-', '_', '.']).to_lowercase();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
            if names.len() == MENTIONS {
                break;
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_people_write_them() {
        for (text, names) in [
            ("", &[][..]),
            ("no at all", &[]),
            ("anna", &[]),
            ("@anna", &["anna"]),
            ("@Anna, @bert. (@cleo)", &["anna", "bert", "cleo"]),
            ("@bo @anna!", &["bo", "anna"]),
            ("@anna...", &["anna"]),
            ("@anna-lena_2.b...", &["anna-lena_2.b"]),
            ("@annabel", &["annabel"]),
            ("@ anna", &[]),
            ("anna@example.org", &[]),
            ("@anna @anna @@anna", &["anna"]),
            ("@ @. @-", &[]),
            ("\u{43f}\u{440}\u{438}@\u{43e}\u{43b}\u{44f}", &[]),
            (
                "\u{2014}@\u{41e}\u{43b}\u{44f}!",
                &["\u{43e}\u{43b}\u{44f}"],
            ),
        ] {
            assert_eq!(names_after_at(text), names, "{text}");
        }
    }

    #[test]
    fn one_message_names_so_many_and_no_more() {
        let text: String = (0..1000).map(|number| format!("@p{number} ")).collect();
        assert_eq!(names_after_at(&text).len(), MENTIONS);
        assert_eq!(names_after_at(&"@".repeat(16_000)), [""; 0]);
    }
}
