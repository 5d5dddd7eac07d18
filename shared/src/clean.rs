//! The one place where text from others is made safe to show.
//!
//! Everything that came over the wire goes through here on its way to a terminal, a title, a
//! notification, a log line, an export or a file name. Control characters leave a visible U+FFFD, so
//! that an attack shows as harmless residue; invisible characters that could reorder or hide text
//! vanish. Replacing was chosen over parsing escape sequences: a parser can be led astray, and
//! without its ESC a sequence is only text.

use std::borrow::Cow;
use unicode_normalization::char::is_combining_mark;
use unicode_width::UnicodeWidthChar;

/// Marks that one character may bear. Vietnamese needs two, pointed Hebrew and Tibetan up to four;
/// towers of hundreds ("zalgo") overwrite the lines above and have crashed terminals
/// (CVE-2021-27135).
pub const MARKS_PER_BASE: usize = 4;

/// Bytes of a file name: file systems allow 255, the rest is for a suffix such as ` (2).part`.
pub const FILE_NAME_BYTES: usize = 200;

/// What a tab becomes in [`text`].
const TAB: &str = "    ";

/// What stands for a control character.
const RESIDUE: char = char::REPLACEMENT_CHARACTER;

/// Bytes of a file name's ending that are kept when its stem is cut; a longer one is no ending.
const ENDING_BYTES: usize = 16;

/// Names that Windows takes for devices, whatever follows the dot.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "conin$", "conout$", "com0", "com1", "com2", "com3", "com4",
    "com5", "com6", "com7", "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6",
    "lpt7", "lpt8", "lpt9",
];

/// Text for one line: as [`text`], but line breaks and tabs become one space each.
///
/// Idempotent; borrows where nothing changes.
#[must_use]
pub fn line(from: &str) -> Cow<'_, str> {
    clean(from, " ", " ")
}

/// Text of several lines: keeps `\n`, makes it of the other line breaks, and spaces of tabs.
///
/// Control characters (C0, DEL, C1) and noncharacters become U+FFFD each. Bidi controls, other
/// invisible format characters, tags, fillers, and variation selectors without use are dropped.
/// Joiners survive where they shape: within emoji, and between letters of scripts that join. A
/// character bears at most [`MARKS_PER_BASE`] marks, and a line does not begin with one.
/// Idempotent; borrows where nothing changes. Does not limit the length.
#[must_use]
pub fn text(from: &str) -> Cow<'_, str> {
    clean(from, "\n", TAB)
}

/// A name under which a file from others may be saved: a single path component, never empty, not
/// hidden, not `..`, not an option, not a device of Windows, at most [`FILE_NAME_BYTES`] bytes, with
/// its ending kept. Idempotent. The caller still has to create the file without overwriting.
#[must_use]
pub fn file_name(from: &str) -> String {
    let mut name = file_name_once(from);
    // Each round only shortens, but what it cuts may lay bare something else to cut.
    loop {
        let next = file_name_once(&name);
        if next == name {
            return name;
        }
        name = next;
    }
}

fn file_name_once(from: &str) -> String {
    let last = from.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = line(last)
        .chars()
        .map(|c| {
            if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | RESIDUE) {
                '_'
            } else {
                c
            }
        })
        .collect();
    let name = name.trim_start_matches(is_edge).trim_end_matches(is_edge);
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is_device = DEVICES
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device));
    let mark = if is_device || name.starts_with('-') {
        "_"
    } else {
        ""
    };
    if name.is_empty() {
        "file".to_owned()
    } else {
        shorten(format!("{mark}{name}"))
    }
}

fn is_edge(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

fn shorten(name: String) -> String {
    if name.len() <= FILE_NAME_BYTES {
        return name;
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.len() <= ENDING_BYTES {
        ending
    } else {
        ""
    };
    let mut end = FILE_NAME_BYTES - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let stem = &name[..end];
    format!("{}{ending}", stem.trim_end_matches(is_edge))
}

fn clean<'a>(from: &'a str, line_break: &str, tab: &str) -> Cow<'a, str> {
    let is_plain = |b: u8| matches!(b, b' '..=b'~') || (b == b'\n' && line_break == "\n");
    if from.bytes().all(is_plain) {
        return Cow::Borrowed(from);
    }
    let mut out = Out::new(from.len());
    let mut rest = from.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\u{2028}' | '\u{2029}' => out.whole(line_break),
            '\t' => out.whole(tab),
            c if c.is_control() || is_noncharacter(c) => out.put(RESIDUE),
            '\u{200c}' | '\u{200d}' => out.joiner(c),
            '\u{fe0e}' | '\u{fe0f}' => out.style(c),
            c if is_unseen(c) => {}
            c => out.put(c),
        }
    }
    if out.text == from {
        Cow::Borrowed(from)
    } else {
        Cow::Owned(out.text)
    }
}

/// Clean text as it grows. Decides on what was *put*, not on what was read, so that a second run
/// decides alike.
struct Out {
    text: String,
    last: Option<char>,
    marks: usize,
    joiner: Option<char>,
}

impl Out {
    fn new(capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            last: None,
            marks: MARKS_PER_BASE,
            joiner: None,
        }
    }

    fn whole(&mut self, piece: &str) {
        self.text.push_str(piece);
        self.last = piece.chars().next_back();
        // What follows a line break has nothing to sit on.
        self.marks = if piece == "\n" { MARKS_PER_BASE } else { 0 };
        self.joiner = None;
    }

    fn put(&mut self, c: char) {
        if is_combining_mark(c) || c.width() == Some(0) {
            if self.marks >= MARKS_PER_BASE {
                return;
            }
            self.marks += 1;
        } else {
            self.marks = 0;
        }
        if let Some(joiner) = self.joiner.take()
            && self.last.is_some_and(|last| joins(last, joiner, c))
        {
            self.text.push(joiner);
        }
        self.text.push(c);
        self.last = Some(c);
    }

    /// Waits for what comes next: a joiner without two neighbours to join only hides.
    fn joiner(&mut self, joiner: char) {
        self.joiner.get_or_insert(joiner);
    }

    fn style(&mut self, selector: char) {
        if self
            .last
            .is_some_and(|last| is_pictograph(last) || matches!(last, '#' | '*' | '0'..='9'))
        {
            self.text.push(selector);
            self.last = Some(selector);
        }
    }
}

fn joins(before: char, joiner: char, after: char) -> bool {
    let is_emoji = joiner == '\u{200d}'
        && (is_pictograph(before) || before == '\u{fe0f}')
        && is_pictograph(after);
    is_emoji || (is_of_joining_script(before) && is_of_joining_script(after))
}

/// Blocks that hold the emoji; wider than the property, which changes with every Unicode.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1faff}')
}

/// Blocks of scripts whose spelling needs joiners: Arabic (Persian), Syriac, N'Ko, the Indic ones,
/// Tibetan, Myanmar, Khmer, Mongolian.
fn is_of_joining_script(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{18af}'
        | '\u{a840}'..='\u{a87f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{11000}'..='\u{11fff}')
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// Format characters (Cf) and other default-ignorable ones of Unicode 16: soft hyphen, bidi controls,
/// zero-width spaces, fillers, annotations, tags, variation selectors. Cf with a shape of their own,
/// such as the Arabic number signs, are ordinary.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_oneof, proptest};
    use proptest::strategy::Strategy;

    #[test]
    fn plain_text_is_borrowed() {
        for plain in ["", "hello", "grüße", "日本語", "a\u{300}", "👍🏽", "नमस्ते"]
        {
            assert!(matches!(line(plain), Cow::Borrowed(_)), "{plain}");
        }
        assert!(matches!(
            text("two\nlines, zwei\nZeilen ü"),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn escape_sequences_become_residue() {
        for (attack, harmless) in [
            ("\x1b]52;c;cm0gLXJmIH4=\x07", "�]52;c;cm0gLXJmIH4=�"),
            (
                "\x1b]8;;http://evil\x1b\\bank\x1b]8;;\x1b\\",
                "�]8;;http://evil�\\bank�]8;;�\\",
            ),
            ("\x1b[2J\x1b[H", "�[2J�[H"),
            ("\u{9b}31mred", "�31mred"),
            ("\u{9d}0;title\u{9c}", "�0;title�"),
            ("\x1b]0;title\x07", "�]0;title�"),
            ("\x1bGQ", "�GQ"),
            ("safe\rSAFE\x08\x7f\0", "safe�SAFE���"),
        ] {
            assert_eq!(line(attack), harmless);
            assert_eq!(text(attack), harmless);
        }
    }

    #[test]
    fn what_reorders_or_hides_is_dropped() {
        assert_eq!(line("exe.\u{202e}gpj.\u{202c}"), "exe.gpj.");
        assert_eq!(
            line("\u{2066}a\u{2069}\u{61c}\u{200e}\u{200f}\u{feff}\u{200b}b"),
            "ab"
        );
        assert_eq!(
            line("a\u{e0041}\u{e007f}\u{e0100}\u{fe00}\u{fe0f}b\u{3164}"),
            "ab"
        );
        assert_eq!(line("ad\u{200d}mi\u{200c}n"), "admin");
    }

    #[test]
    fn emoji_and_persian_keep_their_joiners() {
        for whole in ["👨‍👩‍👧‍👦", "❤️‍🔥", "🏳️‍🌈", "1️⃣", "👩🏽‍💻", "☎︎", "می‌خواهم", "ක්‍ෂ"]
        {
            assert_eq!(line(whole), whole);
        }
        assert_eq!(line("❤\u{fe0f}\u{fe0f}\u{fe0f}"), "❤\u{fe0f}");
        assert_eq!(line("👩\u{200d}"), "👩");
        assert_eq!(line("👩\u{200d}\u{200d}\u{200d}💻"), "👩\u{200d}💻");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(text("a\r\nb\u{2028}c\u{2029}d\te"), "a\nb\nc\nd    e");
        assert_eq!(line("a\r\nb\u{2028}c\td\n"), "a b c d ");
    }

    #[test]
    fn marks_do_not_pile_up() {
        let zalgo = format!("e{}x", "\u{301}".repeat(500));
        assert_eq!(
            line(&zalgo),
            format!("e{}x", "\u{301}".repeat(MARKS_PER_BASE))
        );
        assert_eq!(line("\u{301}a"), "a");
        assert_eq!(text("a\n\u{301}b"), "a\nb");
    }

    #[test]
    fn file_names_lose_their_path() {
        for (given, safe) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system.ini", "system.ini"),
            ("..", "file"),
            ("", "file"),
            ("dir/", "file"),
            (".bashrc", "bashrc"),
            ("-rf", "_-rf"),
            ("con.txt", "_con.txt"),
            ("LPT1", "_LPT1"),
            ("report.pdf. . ", "report.pdf"),
            ("a\0b\x1b[m.txt", "a_b_[m.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("a:b?.txt", "a_b_.txt"),
            ("Bericht für Öl.pdf", "Bericht für Öl.pdf"),
        ] {
            assert_eq!(file_name(given), safe, "{given:?}");
        }
        let long = file_name(&format!("{}.tar.gz", "ü".repeat(300)));
        assert!(
            long.len() <= FILE_NAME_BYTES && long.ends_with("ü.gz"),
            "{long}"
        );
    }

    fn any_text() -> impl Strategy<Value = String> {
        let odd = proptest::sample::select(
            "\x1b\u{9b}\r\n\t\u{200d}\u{200c}\u{fe0f}\u{fe0e}\u{301}\u{202e}\u{2028}❤👩1#aب\u{e0020}\u{94d}\u{11a8}./-_"
                .chars()
                .collect::<Vec<_>>(),
        );
        proptest::collection::vec(prop_oneof![odd, any::<char>()], 0..40)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn no_forbidden_character_comes_through(from in any_text()) {
            for c in line(&from).chars() {
                assert!(!c.is_control() && !is_noncharacter(c));
                assert!(!is_unseen(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}'));
            }
            assert!(text(&from).chars().all(|c| c == '\n' || !c.is_control()));
        }

        #[test]
        fn cleaning_twice_is_cleaning_once(from in any_text()) {
            let once = line(&from);
            assert_eq!(line(&once), once);
            let once = text(&from);
            assert_eq!(text(&once), once);
        }

        #[test]
        fn file_names_are_one_safe_component(from in any_text(), times in 1_usize..20) {
            let name = file_name(&from.repeat(times));
            assert_eq!(file_name(&name), name);
            assert!(!name.is_empty() && name.len() <= FILE_NAME_BYTES);
            assert!(!name.contains(['/', '\\', '\n', '\0']) && !name.starts_with(['.', '-']));
        }
    }
}
