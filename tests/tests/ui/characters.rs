//! "Wide characters (中文), emoji, Cyrillic, Vietnamese are drawn and edited right."

use super::{Parts, Person, on_both_screens};
use chat_tests::TestServer;
use chat_tests::terminal::{SMALL, Size, keys};

on_both_screens!(
    all_scripts_are_drawn_and_edited_with_the_cursor_in_its_place,
    a_long_line_scrolls_with_its_cursor,
);

/// The prompt and a space.
const PROMPT: u16 = 2;

/// Waits until the line is so and the cursor stands so many cells behind the prompt.
async fn line(person: &Person, text: &str, cells: u16) {
    let what = format!("`{text}` with the cursor at {cells}");
    person
        .until(&what, |screen| {
            let row = u16::try_from(screen.rows.len() - 1).unwrap();
            screen.input() == text && screen.cursor == Some((row, PROMPT + cells))
        })
        .await;
}

async fn all_scripts_are_drawn_and_edited_with_the_cursor_in_its_place(size: Size) {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    let boris = Person::comes(&server, "boris", size).await;
    line(&anna, "", 0).await;
    // Text, its cells, what is left after one backspace, and the cells of that.
    let scripts = [
        ("中文字符", 8, "中文字", 6),
        ("ok 👍🎉", 7, "ok 👍", 5),
        ("Привет, мир", 11, "Привет, ми", 10),
        ("Việt", 4, "Việ", 3),
        // The same, letters and marks apart: one backspace takes a letter with its marks.
        ("nghie\u{302}\u{303}", 5, "nghi", 4),
    ];
    for (text, cells, shorter, shorter_cells) in scripts {
        anna.press(text);
        line(&anna, text, cells).await;
        anna.press(keys::BACKSPACE);
        line(&anna, shorter, shorter_cells).await;
        // Letters go in where the cursor is, in front of a wide one too.
        anna.press(keys::LEFT);
        anna.press("x");
        let mut edited: Vec<&str> = graphemes(shorter);
        edited.insert(edited.len() - 1, "x");
        let edited = edited.concat();
        let last = shorter_cells - width(graphemes(shorter).pop().unwrap());
        line(&anna, &edited, last + 1).await;
        anna.press(keys::ENTER);
        line(&anna, "", 0).await;
        for person in [&anna, &boris] {
            person.hears("anna", &edited).await;
        }
    }
}

/// Letters with their marks; enough for the texts above.
fn graphemes(text: &str) -> Vec<&str> {
    let is_mark = |c: char| ('\u{300}'..'\u{370}').contains(&c);
    let mut starts: Vec<usize> = text
        .char_indices()
        .filter(|(_, c)| !is_mark(*c))
        .map(|(at, _)| at)
        .collect();
    starts.push(text.len());
    starts
        .windows(2)
        .map(|pair| &text[pair[0]..pair[1]])
        .collect()
}

/// Cells of one of those.
fn width(grapheme: &str) -> u16 {
    let first = grapheme.chars().next().unwrap();
    if first >= '\u{2e80}' { 2 } else { 1 }
}

async fn a_long_line_scrolls_with_its_cursor(size: Size) {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    let boris = Person::comes(&server, "boris", size).await;
    let room = usize::from(size.columns);
    let text = "中文".repeat(room / 2) + "end";
    anna.press(&text);
    let screen = anna
        .until("its end", |screen| screen.input().ends_with("文end"))
        .await;
    let (row, column) = screen.cursor.unwrap();
    assert_eq!(row, size.rows - 1, "{screen}");
    assert_eq!(column, size.columns - 1, "behind the last letter\n{screen}");
    anna.press(&keys::control('a'));
    let screen = anna
        .until("its beginning", |screen| {
            screen.cursor == Some((size.rows - 1, PROMPT))
        })
        .await;
    assert!(screen.input().starts_with("中文中文"), "{screen}");
    anna.press(keys::ENTER);
    let screen = boris
        .until("all of it, in several rows", |screen| screen.shows("end"))
        .await;
    let heard: String = screen.messages().join("");
    let heard = heard.chars().filter(|c| "中文".contains(*c)).count();
    assert_eq!(heard, room / 2 * 2, "{screen}");
}

/// Terminals disagree about these, so what is drawn is not compared; what stands beside it is.
#[tokio::test]
async fn joined_emoji_and_flags_do_not_push_anything_out_of_its_place() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    for text in ["👩\u{200d}💻", "👍🏽", "🇻🇳", "❤\u{fe0f}", "क्क्क्", "ᄀᄀᄀ"]
    {
        anna.press(text);
        anna.press("|z");
        let screen = anna
            .until("what follows it", |screen| screen.input().ends_with("|z"))
            .await;
        let (_, column) = screen.cursor.unwrap();
        let row = screen.rows.last().unwrap();
        assert_eq!(row.matches("|z").count(), 1, "{screen}");
        for _ in 0..3 {
            anna.press(keys::BACKSPACE);
        }
        anna.press(keys::ENTER);
        assert!(column > PROMPT + 2, "{text}: {screen}");
        anna.until("the separator stands", |screen| {
            let upper = &screen.rows[..screen.rows.len() - 2];
            upper.iter().all(|row| row.contains('│')) && screen.input().is_empty()
        })
        .await;
        anna.press(&keys::control('u'));
    }
}
