//! Text in cells of a terminal: the one place where it is cut up, measured and printed.
//!
//! What Unicode calls a grapheme has no limit in width: a chain of Devanagari consonants, of Hangul
//! jamo or of Arabic number signs is a single one. Cursive's buffer panics on graphemes wider than five
//! cells, so a short message could end every client that shows it. Pieces here are at most two
//! cells wide; a longer grapheme is cut between its characters.

use cursive::Printer;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a piece takes at the most: a wide character or an emoji.
pub(super) const PIECE_CELLS: usize = 2;

/// A part of a text that is printed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Where it begins in the text, in bytes.
    pub at: usize,
    /// The characters, never without width.
    pub text: &'a str,
    /// Cells: one or two.
    pub cells: usize,
}

/// The pieces of a line. What has no width of its own and nothing to sit on is left out.
pub(super) fn pieces(line: &str) -> impl Iterator<Item = Piece<'_>> {
    line.grapheme_indices(true)
        .flat_map(|(at, grapheme)| {
            let whole = grapheme.width() <= PIECE_CELLS;
            let parts = if whole {
                Parts::Whole(Some(grapheme))
            } else {
                Parts::Cut(grapheme)
            };
            parts.scan(at, |at, text| {
                let piece = Piece {
                    at: *at,
                    text,
                    cells: text.width(),
                };
                *at += text.len();
                Some(piece)
            })
        })
        .filter(|piece| piece.cells > 0)
}

/// One grapheme, whole or a character with its marks after the other.
enum Parts<'a> {
    Whole(Option<&'a str>),
    Cut(&'a str),
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        match self {
            Self::Whole(text) => text.take(),
            Self::Cut("") => None,
            Self::Cut(rest) => {
                let end = rest
                    .char_indices()
                    .skip(1)
                    .find(|(_, c)| c.width().is_some_and(|cells| cells > 0))
                    .map_or(rest.len(), |(at, _)| at);
                let (part, after) = rest.split_at(end);
                *self = Self::Cut(after);
                Some(part)
            }
        }
    }
}

/// How many cells a line takes.
pub(super) fn width(line: &str) -> usize {
    pieces(line).map(|piece| piece.cells).sum()
}

/// The part of a line that fits; where something had to go, its last cell is `…`.
pub(super) fn fit(line: &str, cells: usize) -> String {
    if width(line) <= cells {
        return line.to_owned();
    }
    let room = cells.saturating_sub(1);
    let mut taken = 0;
    let mut end = 0;
    for piece in pieces(line) {
        if taken + piece.cells > room {
            break;
        }
        taken += piece.cells;
        end = piece.at + piece.text.len();
    }
    let mark = if cells == 0 { "" } else { "…" };
    format!("{}{mark}", &line[..end])
}

/// The bytes of `line` that lie in these cells, and how far from the first of them they begin: a wide
/// character that the left edge cuts is left out.
pub(super) fn window(line: &str, cells: Range<usize>) -> (&str, usize) {
    let (mut at, mut from, mut to, mut gap) = (0, None, 0, 0);
    for piece in pieces(line) {
        if at >= cells.start && at + piece.cells <= cells.end {
            if from.is_none() {
                gap = at - cells.start;
            }
            from.get_or_insert(piece.at);
            to = piece.at + piece.text.len();
        }
        at += piece.cells;
        if at >= cells.end {
            break;
        }
    }
    (from.map_or("", |from| &line[from..to]), gap)
}

/// Prints a line at a place, piece by piece and never over the right edge; returns where it ended.
pub(super) fn print(printer: &Printer, (x, y): (usize, usize), line: &str) -> usize {
    let mut at = x;
    for piece in pieces(line) {
        if at + piece.cells > printer.size.x {
            break;
        }
        printer.print((at, y), piece.text);
        at += piece.cells;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_writing_stays_whole() {
        for (text, cells) in [
            ("abc", 3),
            ("中文", 4),
            ("e\u{301}", 1),
            ("Việt", 4),
            ("👩\u{200d}💻", 2),
            ("né", 2),
        ] {
            assert_eq!(width(text), cells, "{text}");
            assert_eq!(
                pieces(text).map(|piece| piece.text).collect::<String>(),
                text
            );
        }
        assert_eq!(pieces("👩\u{200d}💻").count(), 1);
    }

    #[test]
    fn no_piece_is_wider_than_two_cells() {
        for chain in [
            "क्".repeat(20),
            "ᄀ".repeat(20),
            "\u{600}".repeat(20),
            "\u{1f1e6}".repeat(9),
        ] {
            assert!(
                pieces(&chain).all(|piece| (1..=PIECE_CELLS).contains(&piece.cells)),
                "{chain}"
            );
            assert_eq!(
                pieces(&chain).map(|piece| piece.text).collect::<String>(),
                chain
            );
        }
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(fit("general", 7), "general");
        assert_eq!(fit("general", 4), "gen…");
        assert_eq!(fit("中文字", 4), "中…");
        assert_eq!(fit("general", 1), "…");
        assert_eq!(fit("general", 0), "");
    }

    #[test]
    fn a_window_never_shows_half_a_character() {
        assert_eq!(window("hello", 1..3), ("el", 0));
        assert_eq!(window("中文字", 1..5), ("文", 1));
        assert_eq!(window("中文字", 2..6), ("文字", 0));
        assert_eq!(window("ab", 5..9), ("", 0));
    }
}
