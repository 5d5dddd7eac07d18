//! Lines written before, for the arrow keys.

use std::collections::VecDeque;

/// Lines that are kept: an afternoon of talking.
const LINES: usize = 200;

/// The newest lines and which of them is shown.
#[derive(Clone, Debug, Default)]
pub struct History {
    lines: VecDeque<String>,
    /// Counted from the newest; nothing while something new is written.
    shown: Option<usize>,
}

impl History {
    /// A line was finished.
    pub fn push(&mut self, line: &str) {
        self.shown = None;
        if self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push_back(line.to_owned());
        if self.lines.len() > LINES {
            self.lines.pop_front();
        }
    }

    /// Something was typed: what is on the line is a new text, whatever it began as.
    pub fn edited(&mut self) {
        self.shown = None;
    }

    /// Whether the line shows an old text that was not touched.
    pub fn is_browsing(&self) -> bool {
        self.shown.is_some()
    }

    /// The line before the one shown; nothing at the oldest.
    pub fn older(&mut self) -> Option<&str> {
        let next = self.shown.map_or(0, |shown| shown + 1);
        let line = self.lines.iter().rev().nth(next)?;
        self.shown = Some(next);
        Some(line)
    }

    /// The line after the one shown, empty after the newest; nothing where none is shown.
    pub fn newer(&mut self) -> Option<&str> {
        let shown = self.shown?;
        self.shown = shown.checked_sub(1);
        Some(
            self.shown
                .and_then(|shown| self.lines.iter().rev().nth(shown))
                .map_or("", String::as_str),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_walk_through_what_was_written() {
        let mut history = History::default();
        assert_eq!(history.older(), None);
        history.push("one");
        history.push("two");
        history.push("two");
        assert_eq!(history.older(), Some("two"));
        assert_eq!(history.older(), Some("one"));
        assert_eq!(history.older(), None);
        assert_eq!(history.newer(), Some("two"));
        assert_eq!(history.newer(), Some(""));
        assert_eq!(history.newer(), None);
        assert!(!history.is_browsing());
    }

    #[test]
    fn the_oldest_lines_go() {
        let mut history = History::default();
        for n in 0..LINES + 5 {
            history.push(&n.to_string());
        }
        let mut oldest = String::new();
        while let Some(line) = history.older() {
            oldest = line.to_owned();
        }
        assert_eq!(oldest, "5");
    }
}
