//! Lines of text broken to a width. Pure.

use super::cells::pieces;

/// Breaks a line into rows of at most `cells` cells: at spaces where there are any, else anywhere, and
/// between wide characters, which are written without spaces. The space at a break is dropped;
/// other spaces stay, so that what somebody indented stays indented. An empty line is one empty row.
pub(super) fn wrap(line: &str, cells: usize) -> Vec<&str> {
    let cells = cells.max(super::cells::PIECE_CELLS);
    let mut rows = Vec::new();
    let (mut start, mut taken) = (0, 0);
    // Where the row may end, where the next one then begins, and the cells up to there.
    let mut chance: Option<(usize, usize, usize)> = None;
    let mut before_was_wide = false;
    for piece in pieces(line) {
        let is_space = piece.text == " ";
        let is_wide = piece.cells > 1;
        if is_wide && before_was_wide && taken > 0 {
            chance = Some((piece.at, piece.at, taken));
        }
        if taken + piece.cells > cells {
            if is_space {
                // The break falls on the space itself.
                rows.push(&line[start..piece.at]);
                start = piece.at + piece.text.len();
                taken = 0;
                chance = None;
                before_was_wide = false;
                continue;
            }
            let (end, next, used) = chance.unwrap_or((piece.at, piece.at, taken));
            rows.push(&line[start..end]);
            start = next;
            taken -= used;
            chance = None;
        }
        taken += piece.cells;
        if is_space && !line[start..piece.at].trim().is_empty() {
            chance = Some((piece.at, piece.at + piece.text.len(), taken));
        }
        before_was_wide = is_wide;
    }
    if start < line.len() || rows.is_empty() {
        rows.push(&line[start..]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::cells::width;
    use super::*;

    #[test]
    fn words_move_to_the_next_row_whole() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 100), ["one two three"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_word_longer_than_the_row_is_cut() {
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("ab cdefghij", 4), ["ab", "cdef", "ghij"]);
    }

    #[test]
    fn indentation_stays() {
        assert_eq!(wrap("    let x = 1;", 10), ["    let x", "= 1;"]);
    }

    #[test]
    fn wide_characters_break_anywhere_but_never_in_half() {
        assert_eq!(wrap("中文字符", 5), ["中文", "字符"]);
        assert_eq!(wrap("ab中文字符", 5), ["ab中", "文字", "符"]);
        assert_eq!(wrap("👩\u{200d}💻👍", 2), ["👩\u{200d}💻", "👍"]);
    }

    #[test]
    fn no_row_is_ever_too_wide_and_no_letter_is_lost() {
        let text = "Việt Nam — e\u{301}t cetera, \u{420}\u{443}\u{441}\u{441}\u{43a}\u{438}\u{439} \
                    текст 中文字符 क्क्क्क्क्क्क् https://example.org/a/very/long/path?with=arguments  two  spaces";
        for cells in 2..60 {
            let rows = wrap(text, cells);
            assert!(
                rows.iter().all(|row| width(row) <= cells),
                "{cells}: {rows:?}"
            );
            let kept: String = rows.concat().split_whitespace().collect();
            assert_eq!(kept, text.split_whitespace().collect::<String>(), "{cells}");
        }
    }
}
