//! The line being written, scrolled sideways so that the cursor is always in sight.

use super::cells;
use super::theme::Role;
use crate::input::Editor;
use cursive::Printer;

const PROMPT: &str = "› ";
const PROMPT_CELLS: usize = 2;

/// What a line break looks like in the line.
const LINE_BREAK: &str = "⏎";

/// Cells of text that stay in sight beside the cursor.
const MARGIN: usize = 4;

/// The part of the text that is shown.
#[derive(Debug, Default)]
pub(super) struct InputLine {
    /// Cells to the left of what is shown.
    first: usize,
    shown: String,
    /// Cells by which what is shown is set in, where the edge cuts a wide character.
    gap: usize,
    caret: usize,
}

impl InputLine {
    /// Works out what is visible in so many cells.
    pub(super) fn layout(&mut self, cells: usize, editor: &Editor) {
        // One for the caret behind the last character.
        let room = cells.saturating_sub(PROMPT_CELLS + 1).max(1);
        let margin = MARGIN.min(room.saturating_sub(1) / 2);
        let caret = cells::width(&editor.text()[..editor.cursor()]);
        let all = cells::width(editor.text());
        let lowest = (caret + margin).min(all).saturating_sub(room);
        let highest = caret.saturating_sub(margin);
        self.first = self
            .first
            .clamp(lowest, highest.max(lowest))
            .min(all.saturating_sub(room));
        let (shown, gap) = cells::window(editor.text(), self.first..self.first + room);
        self.shown = shown.replace('\n', LINE_BREAK);
        self.gap = gap;
        self.caret = PROMPT_CELLS + caret - self.first;
    }

    /// Where the cursor is, from the left edge.
    pub(super) fn caret(&self) -> usize {
        self.caret
    }

    /// Draws the prompt and what is visible; what is cut off at an edge shows as `…`.
    pub(super) fn draw(&self, printer: &Printer) {
        let prompt = if self.first > 0 { "…" } else { PROMPT };
        printer.with_style(Role::Strong.style(), |printer| {
            cells::print(printer, (0, 0), prompt);
        });
        cells::print(printer, (PROMPT_CELLS + self.gap, 0), &self.shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, cells: usize, left: usize) -> (String, usize) {
        let mut editor = Editor::default();
        let mut line = InputLine::default();
        for c in text.chars() {
            editor.insert(c.encode_utf8(&mut [0; 4]));
            line.layout(cells, &editor);
        }
        for _ in 0..left {
            editor.left();
            line.layout(cells, &editor);
        }
        (line.shown.clone(), line.caret())
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(shown("hello", 20, 0), ("hello".to_owned(), 7));
        assert_eq!(shown("hello", 20, 2), ("hello".to_owned(), 5));
        assert_eq!(shown("中e\u{301}👍", 20, 0), ("中e\u{301}👍".to_owned(), 7));
    }

    #[test]
    fn a_long_text_scrolls_with_the_cursor() {
        assert_eq!(
            shown("abcdefghijklmnopqrst", 13, 0),
            ("klmnopqrst".to_owned(), 12)
        );
        let (text, caret) = shown("abcdefghijklmnopqrst", 13, 8);
        assert_eq!((text.as_str(), caret), ("ijklmnopqr", 6));
        assert_eq!(
            shown("abcdefghijklmnopqrst", 13, 20),
            ("abcdefghij".to_owned(), 2)
        );
    }

    #[test]
    fn line_breaks_are_seen() {
        assert_eq!(shown("one\ntwo", 20, 0).0, "one⏎two");
    }

    #[test]
    fn the_caret_is_on_the_line_at_any_width() {
        let text = "中文 e\u{301} 👩\u{200d}💻 Việt ".repeat(4);
        for cells in 1..60 {
            for left in [0, 3, 17, 40] {
                let (_, caret) = shown(&text, cells, left);
                assert!(caret < cells.max(4), "{cells} {left}: {caret}");
            }
        }
    }
}
