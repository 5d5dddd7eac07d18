//! Rows with their columns aligned.

use std::fmt;
use unicode_width::UnicodeWidthStr;

/// Rows under a heading.
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    /// With these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = Self(Vec::new());
        table.row(headings);
        table
    }

    /// One more row, of as many cells as there are headings. The cells must be clean.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.0
            .push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    /// Whether there is nothing under the headings.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() < 2
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.0.first().map_or(0, Vec::len);
        let widths: Vec<_> = (0..columns)
            .map(|column| {
                let cells = self.0.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        for row in &self.0 {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                // Not by `{:<}`: it counts characters, and 中 takes two columns.
                let gap = width.saturating_sub(cell.width()) + 2;
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', gap));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_for_wide_characters_too() {
        let mut table = Table::new(&["NAME", "ROLE"]);
        table.row(&["王小明", "member"]);
        assert!(!table.is_empty());
        table.row(&["jo", ""]);
        assert_eq!(table.to_string(), "NAME    ROLE\n王小明  member\njo\n");
    }
}
