//! The line being written: text and a cursor that never stands inside a character as a reader sees it.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// Bytes that the line holds at the most: many of the longest messages, so that whoever pasted too much
/// can cut it down here, yet every key stays quick.
pub const EDITOR_BYTES: usize = 128 * 1024;

/// A text with a cursor. All moves are by grapheme cluster; text may have several lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Editor {
    text: String,
    /// In bytes, at the edge of a grapheme.
    cursor: usize,
}

impl Editor {
    /// What is written so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text; nothing is left.
    pub fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Another text, with the cursor at its end.
    pub fn set(&mut self, text: String) {
        self.text = text;
        self.cursor = self.text.len();
    }

    /// Writes at the cursor. A mark joins the letter before it. False where there is no room.
    pub fn insert(&mut self, piece: &str) -> bool {
        if self.text.len() + piece.len() > EDITOR_BYTES {
            return false;
        }
        self.text.insert_str(self.cursor, piece);
        self.cursor = self.edge_at_or_after(self.cursor + piece.len());
        true
    }

    /// Puts `piece` where `range` was, the cursor after it. The range must be of this text.
    pub fn replace(&mut self, range: std::ops::Range<usize>, piece: &str) {
        let end = range.start + piece.len();
        self.text.replace_range(range, piece);
        self.cursor = self.edge_at_or_after(end);
    }

    /// One character to the left.
    pub fn left(&mut self) {
        self.cursor = self.before(self.cursor);
    }

    /// One character to the right.
    pub fn right(&mut self) {
        self.cursor = self.after(self.cursor);
    }

    /// To the beginning of the word at the cursor or before it.
    pub fn word_left(&mut self) {
        self.cursor = self.word_before(self.cursor);
    }

    /// To the end of the word at the cursor or after it.
    pub fn word_right(&mut self) {
        self.cursor = self.word_after(self.cursor);
    }

    /// To the beginning of the line; from there to that of the text.
    pub fn home(&mut self) {
        let line = self.text[..self.cursor].rfind('\n').map_or(0, |at| at + 1);
        self.cursor = if line == self.cursor { 0 } else { line };
    }

    /// To the end of the line; from there to that of the text.
    pub fn end(&mut self) {
        let end = self.text.len();
        let line = self.text[self.cursor..]
            .find('\n')
            .map_or(end, |at| self.cursor + at);
        self.cursor = if line == self.cursor { end } else { line };
    }

    /// Deletes the character before the cursor.
    pub fn backspace(&mut self) {
        self.cut(self.before(self.cursor), self.cursor);
    }

    /// Deletes the character after the cursor.
    pub fn delete(&mut self) {
        self.cut(self.cursor, self.after(self.cursor));
    }

    /// Deletes up to the beginning of the word.
    pub fn delete_word_left(&mut self) {
        self.cut(self.word_before(self.cursor), self.cursor);
    }

    /// Deletes up to the end of the word.
    pub fn delete_word_right(&mut self) {
        self.cut(self.cursor, self.word_after(self.cursor));
    }

    /// Deletes everything before the cursor.
    pub fn delete_to_start(&mut self) {
        self.cut(0, self.cursor);
    }

    /// Deletes everything after the cursor.
    pub fn delete_to_end(&mut self) {
        self.cut(self.cursor, self.text.len());
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        // What was apart may have become one character, such as a letter and a mark.
        self.cursor = self.edge_at_or_after(from);
    }

    fn before(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        // The whole text is given, so the cursor never asks for more.
        cursor
            .prev_boundary(&self.text, 0)
            .ok()
            .flatten()
            .unwrap_or(0)
    }

    fn after(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        cursor
            .next_boundary(&self.text, 0)
            .ok()
            .flatten()
            .unwrap_or(self.text.len())
    }

    fn edge_at_or_after(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        if cursor.is_boundary(&self.text, 0).unwrap_or(true) {
            at
        } else {
            self.after(at)
        }
    }

    fn word_before(&self, at: usize) -> usize {
        let words = self.text[..at].split_word_bound_indices();
        words
            .rev()
            .find(|(_, word)| is_word(word))
            .map_or(0, |(at, _)| at)
    }

    fn word_after(&self, at: usize) -> usize {
        let mut words = self.text[at..].split_word_bound_indices();
        let word = words.find(|(_, word)| is_word(word));
        word.map_or(self.text.len(), |(start, word)| at + start + word.len())
    }
}

/// Whether it is more than space and signs: emoji are words, so that a row of them goes one by one.
fn is_word(word: &str) -> bool {
    word.chars()
        .any(|c| c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor(text: &str) -> Editor {
        let mut editor = Editor::default();
        assert!(editor.insert(text));
        editor
    }

    #[test]
    fn backspace_takes_a_whole_character_as_a_reader_sees_it() {
        for last in [
            "e",
            "ё",
            "中",
            "e\u{301}",
            "ệ",
            "e\u{323}\u{302}",
            "👍🏽",
            "👩\u{200d}💻",
            "🇻🇳",
        ] {
            let mut editor = editor(&format!("a{last}"));
            editor.backspace();
            assert_eq!(editor.text(), "a", "{last}");
        }
    }

    #[test]
    fn a_mark_typed_after_its_letter_joins_it() {
        let mut editor = editor("Vie");
        for mark in ["\u{323}", "\u{302}", "t"] {
            editor.insert(mark);
        }
        assert_eq!((editor.text(), editor.cursor()), ("Vie\u{323}\u{302}t", 8));
        editor.left();
        editor.left();
        assert_eq!(editor.cursor(), 2);
    }

    #[test]
    fn the_cursor_is_never_inside_a_character() {
        let mut whole = editor("a\u{301}b");
        whole.home();
        whole.right();
        assert_eq!(whole.cursor(), 3);
        whole.insert("中");
        assert_eq!(whole.text(), "a\u{301}中b");
        // Without the letter between them the mark joins the letter before: no cursor between.
        let mut joined = editor("ax\u{301}");
        joined.home();
        joined.right();
        joined.text.replace_range(1..2, "");
        joined.cut(1, 1);
        assert_eq!(joined.cursor(), 3);
    }

    #[test]
    fn words_are_words_in_any_script() {
        let mut editor = editor("привет, мир  done");
        editor.word_left();
        editor.word_left();
        assert_eq!(&editor.text()[editor.cursor()..], "мир  done");
        editor.word_right();
        assert_eq!(&editor.text()[editor.cursor()..], "  done");
        editor.delete_word_left();
        assert_eq!(editor.text(), "привет,   done");
        editor.delete_word_right();
        assert_eq!(editor.text(), "привет, ");
        editor.delete_word_left();
        assert_eq!(editor.text(), "");
    }

    #[test]
    fn home_and_end_go_by_line_and_then_to_the_edge() {
        let mut editor = editor("one\ntwo");
        editor.home();
        assert_eq!(editor.cursor(), 4);
        editor.home();
        assert_eq!(editor.cursor(), 0);
        editor.end();
        assert_eq!(editor.cursor(), 3);
        editor.end();
        assert_eq!(editor.cursor(), 7);
    }

    #[test]
    fn cutting_to_the_edges() {
        let mut editor = editor("hello world");
        editor.word_left();
        editor.delete_to_end();
        assert_eq!(editor.text(), "hello ");
        editor.left();
        editor.delete_to_start();
        assert_eq!((editor.text(), editor.cursor()), (" ", 0));
        editor.backspace();
        editor.delete();
        editor.delete();
        assert_eq!(editor.take(), "");
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut editor = editor(&"x".repeat(EDITOR_BYTES));
        assert!(!editor.insert("y"));
        assert_eq!(editor.text().len(), EDITOR_BYTES);
    }
}
