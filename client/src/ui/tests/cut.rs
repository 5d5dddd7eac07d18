//! What is too long for its row on a screen of eighty columns, and where one reads all of it.

use super::bench::{BORIS, Bench, CLARA, LUNCH, NOON};
use crate::model::{Connection, Update};
use chat_shared::{Event as Said, InboxAbout, InboxItem, Seq, Timestamp};
use cursive::event::{Event, Key};

const REASON: &str = "calls everybody names since noon, was asked twice to stop, and did not: \
                      please look at the messages above this one too, they are of the same kind";

/// So many reports wait, the newest first.
fn reported(bench: &mut Bench, count: u64) {
    let items = (1..=count).map(|id| InboxItem {
        id,
        at: NOON,
        by: Some(CLARA),
        about: InboxAbout::Report {
            conversation: LUNCH,
            seq: Seq(1),
            reason: format!("{id} {REASON}"),
        },
    });
    bench.say(Said::Inbox {
        account_seq: Seq(1),
        items: items.collect(),
        announcements: vec![],
        more: false,
    });
}

#[test]
fn the_chosen_row_of_a_list_is_shown_whole_below_it() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(LUNCH, 1, NOON, &[(BORIS, "you fool")]);
    reported(&mut bench, 2);
    bench.press(Event::AltChar('i'));
    bench.shows(
        "
  #general       │ inbox: 3 things wait
  #lunch      1  │  clara reported a message in #lunch: 2 calls everybody name…
                 │  clara reported a message in #lunch: 1 calls everybody name…
● @boris         │  #lunch  1 unread
                 │
⋮ 12
                 │  clara reported a message in #lunch: 2 calls everybody names
                 │  since noon, was asked twice to stop, and did not: please
                 │  look at the messages above this one too, they are of the
                 │  same kind
                 │ Enter goes · Del dismisses · type to narrow · Esc closes
 ● online · anna · 3 here · 1 unread · 2 in /inbox              F1 keys · /help
›
",
    );
    bench.press(Key::Down);
    bench.has("#lunch: 1 calls everybody names");
    bench.lacks("#lunch: 2 calls everybody names");
    bench.has("same kind");
    // What fits its row is not told twice.
    bench.press(Key::Down);
    bench.lacks("same kind");
    // A list that is narrowed shows what is chosen then.
    bench.write("#lunch: 2");
    bench.has("1 with “#lunch: 2”");
}

#[test]
fn every_row_can_be_chosen_and_seen_with_all_of_it_on_any_screen() {
    for (x, y) in [
        (80, 24),
        (80, 8),
        (30, 12),
        (200, 60),
        (48, 5),
        (20, 3),
        (1, 1),
    ] {
        let mut bench = Bench::at_work(x, y);
        bench.hear(LUNCH, 1, NOON, &[(BORIS, "you fool")]);
        let count = if y == 24 { 40 } else { 10 };
        reported(&mut bench, count);
        bench.press(Event::AltChar('i'));
        for (key, first, on) in [(Key::Down, count, -1), (Key::Up, 1, 1)] {
            for at in 0..count {
                let id = first.strict_add_signed(on * at.cast_signed());
                bench.rows();
                if y == 24 {
                    bench.has(&format!("#lunch: {id} calls everybody nam"));
                    bench.has("same kind");
                }
                // From the last one down one goes up again.
                if at + 1 < count {
                    bench.press(key);
                }
            }
        }
        bench.press(Key::End);
        bench.press(Key::PageUp);
        bench.press(Key::Home);
        bench.rows();
    }
}

#[test]
fn why_one_is_not_let_in_is_told_whole_where_the_bar_cuts_it() {
    let mut bench = Bench::at_work(80, 24);
    let reason = "the key of that place is not the one it is known by, and nothing was sent: ask \
                  its administrator for the fingerprint, and accept it by --pin";
    let reason = reason.to_owned();
    let todo = None;
    bench.update(Update::Connection(Connection::Ended { todo, reason }));
    let rows = bench.rows();
    assert!(
        rows[22].starts_with(" ○ not connected: the key of"),
        "{rows:?}"
    );
    assert!(!rows[22].contains("--pin"), "{rows:?}");
    assert!(
        rows[..22].iter().any(|row| row.contains("--pin")),
        "{rows:?}"
    );
}

/// What stands in the bar while one is not let in.
fn bar(bench: &mut Bench, connection: Connection) -> String {
    bench.update(Update::Connection(connection));
    bench.rows()[22].trim_end().to_owned()
}

#[test]
fn what_to_do_about_the_connection_comes_first_and_fits_the_bar_beside_the_rest() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(LUNCH, 1, NOON, &[(BORIS, "hello")]);
    let ended = bar(
        &mut bench,
        Connection::Ended {
            todo: Some("Ctrl-R: try again"),
            reason: "signed in on another device, one at a time: end that".into(),
        },
    );
    assert_eq!(
        ended,
        " ○ Ctrl-R: try again · signed in on another device · anna · 1 unread"
    );
    let away = bar(
        &mut bench,
        Connection::TurnedAway {
            reason: "this account was disabled: ask your administrator".into(),
            retry_at: Timestamp(NOON.0 + 60_000),
        },
    );
    assert_eq!(
        away,
        " ○ Ctrl-R: try now, else in 60 s · this account was disabled · anna · 1 unread"
    );
    bench.has("not connected: signed in on another device, one at a");
    bench.has("time: end that (Ctrl-R: try again)");
    bench.has("not connected: this account was disabled: ask your");
}

#[test]
fn what_to_do_about_pasted_lines_fits_the_bar() {
    let mut bench = Bench::at_work(80, 24);
    bench.app(|app| app.paste("line\r".repeat(1_200).as_str()));
    bench.has(" Enter sends 1200 lines as one, Ctrl-C drops them");
}
