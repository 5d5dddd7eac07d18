//! Pasted text told apart from typed text where the terminal does not say it.
//!
//! Most terminals bracket what is pasted, and then nothing has to be guessed. In those that do not
//! (the Linux console, old ones), a paste is a burst of keys, Enter included, and would be sent
//! line by line. Pure.

use cursive::event::{Event, Key};

/// Keys that nobody types before the screen was drawn once: fewer may be typed ahead.
const BURST: usize = 16;

/// A key, or text that was pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    Key(Event),
    Pasted(String),
}

/// Keys that arrived at once: those that can only be a paste of several lines become one. An Enter
/// at the very end is typed: a single line and its Enter are sent, as they would be anywhere.
pub(super) fn gather(burst: Vec<Typed>) -> Vec<Typed> {
    let text_of = |typed: &Typed| match typed {
        Typed::Key(Event::Char(letter)) => Some(*letter),
        Typed::Key(Event::Key(Key::Enter) | Event::CtrlChar('j')) => Some('\n'),
        Typed::Key(Event::Key(Key::Tab)) => Some('\t'),
        _ => None,
    };
    let mut gathered = Vec::with_capacity(burst.len());
    let mut rest = burst.into_iter().peekable();
    while rest.peek().is_some() {
        let mut run = Vec::new();
        let mut text = String::new();
        while let Some(letter) = rest.peek().and_then(text_of) {
            text.push(letter);
            run.extend(rest.next());
        }
        if run.len() >= BURST && text.trim_end_matches('\n').contains('\n') {
            gathered.push(Typed::Pasted(text));
        } else {
            gathered.append(&mut run);
        }
        gathered.extend(rest.next());
    }
    gathered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Typed> {
        text.chars()
            .map(|c| {
                Typed::Key(if c == '\n' {
                    Event::Key(Key::Enter)
                } else {
                    Event::Char(c)
                })
            })
            .collect()
    }

    #[test]
    fn several_lines_at_once_are_a_paste() {
        let text = "fn main() {\n    done();\n}\n";
        assert_eq!(gather(keys(text)), [Typed::Pasted(text.to_owned())]);
    }

    #[test]
    fn a_line_and_its_enter_are_typed() {
        for text in [
            "a long line that somebody typed fast\n",
            "hi\n",
            "hi\nyou\n",
            "no enter in this whole long line",
        ] {
            assert_eq!(gather(keys(text)), keys(text));
        }
    }

    #[test]
    fn other_keys_stay_in_their_places() {
        let mut burst = keys("one line here\nand another");
        burst.insert(0, Typed::Key(Event::Key(Key::PageUp)));
        burst.push(Typed::Key(Event::Key(Key::Left)));
        let gathered = gather(burst);
        assert_eq!(gathered.len(), 3);
        assert_eq!(
            gathered[1],
            Typed::Pasted("one line here\nand another".to_owned())
        );
    }
}
