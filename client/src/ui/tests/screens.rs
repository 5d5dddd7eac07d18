//! Whole screens, drawn.

use super::bench::{ANNA, BORIS, Bench, CLARA, DAY, GENERAL, LUNCH, NOON, WITH_BORIS};
use crate::command::{Order, Ticket};
use crate::model::{Connection, Update};
use chat_shared::{Fault, FaultCode, Nonce, StreamId, Timestamp};
use cursive::event::Key;

const YESTERDAY: Timestamp = Timestamp(NOON.0 - DAY);

/// Yesterday and today, in three conversations; what came today came while nobody looked.
fn talk(bench: &mut Bench) {
    bench.hear(
        GENERAL,
        1,
        YESTERDAY,
        &[(BORIS, "good evening, anybody still here?"), (ANNA, "me")],
    );
    bench.app(|app| app.set_focus(false));
    bench.hear(GENERAL, 3, NOON, &[(CLARA, "good morning")]);
    bench.hear(LUNCH, 1, NOON, &[(BORIS, "soup?"), (CLARA, "soup!")]);
    bench.hear(WITH_BORIS, 1, NOON, &[(BORIS, "psst")]);
}

#[test]
fn before_the_first_answer_the_screen_says_what_it_waits_for() {
    Bench::new(80, 24).shows(
        "
                 │
⋮ 20
                 │ waiting for the first answer of the daemon …
 ◐ connecting … · anna                                          F1 keys · /help
›
",
    );
}

#[test]
fn an_empty_room_says_how_to_begin() {
    Bench::at_work(80, 24).shows(
        "
  #general       │ #general  what concerns everybody
  #lunch         │
                 │
● @boris         │
                 │
⋮ 16
                 │ nothing was said here yet: write something and press Enter
 ● online · anna · 3 here                                       F1 keys · /help
›
",
    );
}

#[test]
fn two_days_of_talk_with_what_is_unread() {
    let mut bench = Bench::at_work(80, 24);
    talk(&mut bench);
    bench.shows(
        "
  #general    1  │ #general  what concerns everybody
  #lunch      2  │
                 │
● @boris      1  │
                 │
⋮ 11
                 │ ───────────────── Thursday 20 November 2025 ─────────────────
                 │ 12:01   boris  good evening, anybody still here?
                 │ 12:02 » anna  me
                 │ ────────────────── Friday 21 November 2025 ──────────────────
                 │ ────────────────────────── unread ───────────────────────────
                 │ 12:03   clara  good morning
 ● online · anna · 3 here · 4 unread                            F1 keys · /help
›
",
    );
}

#[test]
fn a_wide_screen_shows_the_people_too() {
    let mut bench = Bench::at_work(200, 60);
    talk(&mut bench);
    bench.shows("
  #general                  1  │ #general  what concerns everybody                                                                                                           │ 3 of 3 here
  #lunch                    2  │                                                                                                                                             │ ● anna
                               │                                                                                                                                             │ ● boris
● @boris                    1  │                                                                                                                                             │ ◐ clara
                               │                                                                                                                                             │
⋮ 47
                               │ ──────────────────────────────────────────────────────── Thursday 20 November 2025 ──────────────────────────────────────────────────────── │
                               │ 12:01   boris  good evening, anybody still here?                                                                                            │
                               │ 12:02 » anna  me                                                                                                                            │
                               │ ───────────────────────────────────────────────────────── Friday 21 November 2025 ───────────────────────────────────────────────────────── │
                               │ ───────────────────────────────────────────────────────────────── unread ────────────────────────────────────────────────────────────────── │
                               │ 12:03   clara  good morning                                                                                                                 │
 ● online · anna · 3 here · 4 unread                                                                                                                                                    F1 keys · /help
›
");
}

#[test]
fn people_can_be_hidden_and_shown() {
    let mut bench = Bench::at_work(80, 24);
    talk(&mut bench);
    bench.press(Key::F2);
    bench.shows(
        "
  #general    1  │ #general  what concerns everybody            │ 3 of 3 here
  #lunch      2  │                                              │ ● anna
                 │                                              │ ● boris
● @boris      1  │                                              │ ◐ clara
                 │                                              │
⋮ 10
                 │ ──────── Thursday 20 November 2025 ───────── │
                 │ 12:01   boris  good evening, anybody still   │
                 │                here?                         │
                 │ 12:02 » anna  me                             │
                 │ ───────── Friday 21 November 2025 ────────── │
                 │ ────────────────── unread ────────────────── │
                 │ 12:03   clara  good morning                  │
 ● online · anna · 3 here · 4 unread                            F1 keys · /help
›
",
    );
    bench.press(Key::F2);
    bench.lacks("3 of 3 here");
    let mut wide = Bench::at_work(200, 60);
    wide.press(Key::F2);
    wide.lacks("3 of 3 here");
}

#[test]
fn all_scripts_stand_in_their_cells() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(
        GENERAL,
        1,
        NOON,
        &[
            (
                BORIS,
                "中文字符中文字符中文字符中文字符中文字符中文字符中文字符",
            ),
            (CLARA, "👩\u{200d}💻 👍🏽 🇻🇳 ❤ emoji"),
            (BORIS, "Vie\u{323}\u{302}t Nam, tiếng Việt, привет"),
            (CLARA, "क्क्क्क्क्क्क्क् ᄀᄀᄀᄀᄀᄀ"),
        ],
    );
    bench.write("Vie\u{323}\u{302}t 中文 👩\u{200d}💻");
    bench.shows(
        "
  #general       │ #general  what concerns everybody
  #lunch         │
                 │
● @boris         │
                 │
⋮ 11
                 │ ────────────────── Friday 21 November 2025 ──────────────────
                 │ 12:01   boris  中文字符中文字符中文字符中文字符中文字符中文字
                 │                符中文字符
                 │ 12:02   clara  👩‍💻 👍🏽 🇻🇳 ❤ emoji
                 │ 12:03   boris  Việt Nam, tiếng Việt, привет
                 │ 12:04   clara  क्क्क्क्क्क्क्क् ᄀᄀᄀᄀᄀᄀ
 ● online · anna · 3 here                                       F1 keys · /help
› Việt 中文 👩‍💻
",
    );
    assert_eq!(bench.caret(), Some((14, 23)));
}

#[test]
fn scrolled_up_the_screen_tells_what_is_new_below() {
    let mut bench = Bench::at_work(80, 24);
    let lines: Vec<_> = (1..=60).map(|n| format!("message {n}")).collect();
    let said: Vec<_> = lines.iter().map(|line| (BORIS, line.as_str())).collect();
    bench.hear(GENERAL, 1, NOON, &said);
    bench.press(Key::PageUp);
    bench.hear(GENERAL, 61, NOON, &[(CLARA, "one"), (CLARA, "two")]);
    bench.shows(
        "
  #general    2  │ #general  what concerns everybody
  #lunch         │ 12:21   boris  message 21
                 │ 12:22   boris  message 22
● @boris         │ 12:23   boris  message 23
                 │ 12:24   boris  message 24
                 │ 12:25   boris  message 25
                 │ 12:26   boris  message 26
                 │ 12:27   boris  message 27
                 │ 12:28   boris  message 28
                 │ 12:29   boris  message 29
                 │ 12:30   boris  message 30
                 │ 12:31   boris  message 31
                 │ 12:32   boris  message 32
                 │ 12:33   boris  message 33
                 │ 12:34   boris  message 34
                 │ 12:35   boris  message 35
                 │ 12:36   boris  message 36
                 │ 12:37   boris  message 37
                 │ 12:38   boris  message 38
                 │ 12:39   boris  message 39
                 │ 12:40   boris  message 40
                 │ ───────────────────── 2 new below · Esc ─────────────────────
 ● online · anna · 3 here · 2 unread                            F1 keys · /help
›
",
    );
}

#[test]
fn messages_on_their_way_are_marked_and_refused_ones_tell_why() {
    let mut bench = Bench::at_work(80, 24);
    let queue = |bench: &mut Bench, nonce, text: &str| {
        let order = Order::Post {
            conversation: GENERAL,
            text: text.to_owned(),
        };
        let ticket = Ticket {
            stream: StreamId(1),
            nonce: Nonce(nonce),
        };
        bench.update(Update::Queued {
            ticket,
            order: order.clone(),
        });
        (ticket, order)
    };
    let (ticket, order) = queue(&mut bench, 1, "this is refused");
    let fault = Fault::new(FaultCode::NotAMember, "you are not a member of #general");
    bench.update(Update::Refused {
        ticket,
        order,
        fault,
    });
    let retry_at = Timestamp(NOON.0 + 4_000);
    bench.update(Update::Connection(Connection::Lost {
        reason: "reset".to_owned(),
        retry_at,
    }));
    queue(&mut bench, 2, "this waits");
    bench.shows(
        "
  #general       │ #general  what concerns everybody
  #lunch         │
                 │
○ @boris         │
                 │
⋮ 11
                 │ ────────────────── Friday 21 November 2025 ──────────────────
                 │ 12:00 ! anna  this is refused
                 │         not sent: you are not a member of #general (Ctrl-X
                 │         takes it back)
                 │ 12:00 … anna  this waits
                 │         waiting to be sent
 ○ connection lost, trying again in 4 s (reset) · 1 waiting · anna
›
",
    );
}

#[test]
fn a_screen_of_any_size_is_drawn() {
    for (x, y) in [
        (1, 1),
        (2, 2),
        (5, 3),
        (20, 4),
        (47, 6),
        (64, 8),
        (300, 100),
    ] {
        let mut bench = Bench::at_work(x, y);
        talk(&mut bench);
        bench.press(Key::F2);
        bench.press(Key::PageUp);
        bench.write("hello 中文");
        assert_eq!(bench.rows().len(), y);
    }
}
