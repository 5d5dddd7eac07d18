//! What keys, the mouse and updates make of the screen.

use super::bench::{ANNA, BORIS, Bench, CLARA, GENERAL, LUNCH, NOON, WITH_BORIS, entry, room};
use crate::command::{Order, Page, Ticket};
use crate::config::{Bell, ScreenConfig};
use crate::model::Update;
use crate::net::Command;
use chat_shared::{
    Access, ConversationId, ConversationSummary, EntryBody, Event as Said, Fault, FaultCode, Nonce,
    PresenceState, Seq, StreamId, Timestamp,
};
use cursive::event::{Event, Key, MouseEvent};

fn posts(commands: &[Command]) -> Vec<(ConversationId, &str)> {
    let post = |command| match command {
        &Command::Do(Order::Post {
            conversation,
            ref text,
        }) => Some((conversation, text.as_str())),
        _ => None,
    };
    commands.iter().filter_map(post).collect()
}

fn many(bench: &mut Bench, count: usize) {
    let lines: Vec<_> = (1..=count).map(|n| format!("message {n}.")).collect();
    let said: Vec<_> = lines.iter().map(|line| (BORIS, line.as_str())).collect();
    bench.hear(GENERAL, 1, NOON, &said);
}

#[test]
fn enter_sends_to_the_open_conversation() {
    let mut bench = Bench::at_work(80, 24);
    bench.enter("hello");
    assert_eq!(posts(&bench.asked()), [(GENERAL, "hello")]);
    bench.press(Event::CtrlChar('n'));
    bench.enter("//etc/hosts");
    assert_eq!(posts(&bench.asked()), [(LUNCH, "/etc/hosts")]);
}

#[test]
fn an_unknown_command_sends_nothing_and_stays_to_be_mended() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/jion #lunch");
    assert_eq!(bench.asked(), []);
    bench.has("there is no command /jion");
    bench.has("› /jion #lunch");
    // The next mistake is told in place of this one.
    bench.enter("x");
    bench.press(Event::CtrlChar('u'));
    bench.enter("/who until");
    bench.lacks("there is no command");
    bench.has("say since when");
}

#[test]
fn a_paste_of_several_lines_waits_for_enter_and_is_one_message() {
    let mut bench = Bench::at_work(80, 24);
    bench.app(|app| app.paste("first\rsecond\x1b[2J\r\n"));
    bench.has("› first⏎second�[2J");
    bench.has("Enter sends 2 lines as one, Ctrl-C drops them");
    assert_eq!(posts(&bench.asked()), []);
    bench.press(Key::Enter);
    assert_eq!(posts(&bench.asked()), [(GENERAL, "first\nsecond�[2J")]);
}

#[test]
fn escape_sequences_of_others_do_not_reach_the_screen_or_the_title() {
    let mut bench = Bench::at_work(80, 24);
    bench.sync(vec![room(
        GENERAL,
        "gen\x1b]0;evil\x07eral",
        "\x1b[31mtopic",
        0,
    )]);
    bench.hear(
        GENERAL,
        1,
        NOON,
        &[(BORIS, "\x1b]52;c;cm0=\x07 \u{9b}2J \u{202e}gpj.exe")],
    );
    let rows = bench.rows().join("");
    assert!(
        !rows.contains(|c: char| c.is_control() || c == '\u{202e}'),
        "{rows:?}"
    );
    let title = bench.app(|app| app.title());
    assert!(
        !title.contains(char::is_control) && title.contains("eral"),
        "{title:?}"
    );
}

#[test]
fn what_is_seen_at_the_bottom_is_marked_read() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    many(&mut bench, 3);
    assert_eq!(
        bench.asked(),
        [Command::MarkRead {
            conversation: GENERAL,
            seq: Seq(3)
        }]
    );
    bench.lacks("unread");
    bench.hear(LUNCH, 1, NOON, &[(BORIS, "soup?")]);
    assert_eq!(bench.asked(), []);
}

#[test]
fn without_the_focus_nothing_is_read() {
    let mut bench = Bench::at_work(80, 24);
    bench.app(|app| app.set_focus(false));
    bench.asked();
    many(&mut bench, 3);
    assert_eq!(bench.asked(), []);
    bench.has("─ unread ─");
    bench.app(|app| app.set_focus(true));
    assert_eq!(
        bench.asked(),
        [Command::MarkRead {
            conversation: GENERAL,
            seq: Seq(3)
        }]
    );
}

#[test]
fn scrolled_up_nothing_moves_and_nothing_is_read_until_one_is_back() {
    let mut bench = Bench::at_work(80, 24);
    many(&mut bench, 60);
    bench.press(Key::PageUp);
    bench.asked();
    let before = bench.rows();
    bench.hear(GENERAL, 61, NOON, &[(CLARA, "new")]);
    let after = bench.rows();
    assert_eq!(before[1..20], after[1..20]);
    assert_eq!(bench.asked(), []);
    bench.has("1 new below");
    bench.press(Key::Esc);
    bench.has("clara  new");
    assert_eq!(
        bench.asked(),
        [Command::MarkRead {
            conversation: GENERAL,
            seq: Seq(61)
        }]
    );
}

#[test]
fn paging_down_reaches_the_bottom_again() {
    let mut bench = Bench::at_work(80, 24);
    many(&mut bench, 100);
    let bottom = bench.rows();
    for _ in 0..7 {
        bench.press(Key::PageUp);
    }
    bench.has("message 1.");
    for _ in 0..7 {
        bench.press(Key::PageDown);
    }
    assert_eq!(bench.rows(), bottom);
}

#[test]
fn older_messages_are_fetched_at_the_top_and_do_not_move_what_is_read() {
    let mut bench = Bench::at_work(80, 24);
    let there = ConversationSummary {
        seq: Seq(160),
        posts: 160,
        ..room(GENERAL, "general", "", 100)
    };
    bench.sync(vec![there]);
    let lines: Vec<_> = (101..=160).map(|n| format!("message {n}.")).collect();
    let said: Vec<_> = lines.iter().map(|line| (BORIS, line.as_str())).collect();
    bench.hear(GENERAL, 101, NOON, &said);
    bench.asked();
    for _ in 0..4 {
        bench.press(Key::PageUp);
    }
    let older = Command::FetchHistory {
        conversation: GENERAL,
        page: Page::Before(Seq(101)),
    };
    assert_eq!(bench.asked(), [older]);
    bench.has("message 101.");
    let before = bench.rows().split_off(2);
    let page = (1..=100).map(|n| {
        let at = Timestamp(NOON.0 - 1_000_000 + i64::try_from(n).unwrap());
        entry(
            n,
            at,
            Some(CLARA),
            n,
            EntryBody::Posted {
                text: format!("older {n}."),
            },
        )
    });
    bench.update(Update::Page {
        conversation: GENERAL,
        page: Page::Before(Seq(101)),
        entries: page.collect(),
        newest: Seq(160),
    });
    let after = bench.rows().split_off(2);
    assert_eq!(before, after);
    bench.press(Key::PageUp);
    bench.has("older 99.");
}

#[test]
fn a_screen_that_is_not_full_fetches_older_messages_by_itself() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.sync(vec![room(GENERAL, "general", "", 100)]);
    let fetched = bench
        .asked()
        .into_iter()
        .filter(|c| matches!(c, Command::FetchHistory { .. }))
        .count();
    assert_eq!(fetched, 1);
}

#[test]
fn conversations_are_switched_by_keys_and_the_mouse_and_keep_their_drafts() {
    let mut bench = Bench::at_work(80, 24);
    bench.write("begun here");
    bench.press(Event::Alt(Key::Down));
    assert_eq!(bench.app(|app| app.open_id()), Some(LUNCH));
    bench.lacks("begun here");
    bench.press(Event::CtrlChar('p'));
    bench.has("› begun here");
    bench.press(Event::CtrlChar('p'));
    assert_eq!(bench.app(|app| app.open_id()), Some(WITH_BORIS));
    bench.click(3, 1);
    assert_eq!(bench.app(|app| app.open_id()), Some(LUNCH));
    bench.hear(GENERAL, 1, NOON, &[(BORIS, "hi")]);
    bench.press(Event::AltChar('a'));
    assert_eq!(bench.app(|app| app.open_id()), Some(GENERAL));
}

#[test]
fn the_wheel_scrolls_the_messages() {
    let mut bench = Bench::at_work(80, 24);
    many(&mut bench, 60);
    bench.wheel(MouseEvent::WheelUp, 40, 10);
    bench.has("more below");
    bench.lacks("message 60.");
    bench.wheel(MouseEvent::WheelDown, 40, 10);
    bench.has("message 60.");
}

#[test]
fn tab_completes_people_rooms_and_commands() {
    let mut bench = Bench::at_work(80, 24);
    bench.write("bo");
    bench.press(Key::Tab);
    bench.has("› boris:");
    bench.press(Event::CtrlChar('u'));
    bench.write("/jo");
    bench.press(Key::Tab);
    bench.press(Key::Tab);
    bench.press(Key::Tab);
    bench.has("› /join #lunch");
}

#[test]
fn up_brings_back_what_was_written() {
    let mut bench = Bench::at_work(80, 24);
    bench.enter("one");
    bench.enter("two");
    bench.press(Key::Up);
    bench.press(Key::Up);
    bench.has("› one");
    bench.press(Key::Down);
    bench.has("› two");
    bench.write("!");
    bench.press(Key::Up);
    bench.has("› two!");
}

#[test]
fn commands_become_orders() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/create #tea all about tea");
    bench.enter("/topic another");
    bench.enter("/leave");
    bench.enter("/msg clara hi");
    bench.enter("/msg boris hi");
    bench.enter("/away");
    let order = |order| Command::Do(order);
    let asked: Vec<_> = bench
        .asked()
        .into_iter()
        .filter(|c| !matches!(c, Command::FetchMembers { .. } | Command::Ask(_)))
        .collect();
    assert_eq!(
        asked,
        [
            order(Order::CreateRoom {
                name: "tea".to_owned(),
                topic: "all about tea".to_owned(),
                access: Access::Public
            }),
            order(Order::SetTopic {
                conversation: GENERAL,
                topic: "another".to_owned()
            }),
            order(Order::Leave {
                conversation: GENERAL
            }),
            order(Order::OpenDirect {
                with: vec![CLARA],
                say: Some("hi".to_owned())
            }),
            order(Order::Post {
                conversation: WITH_BORIS,
                text: "hi".to_owned()
            }),
            Command::SetPresence {
                state: PresenceState::Away
            },
        ]
    );
}

#[test]
fn what_cannot_be_done_is_told_here() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/join #nowhere");
    bench.has("there is no room #nowhere");
    bench.enter("/msg zoe hi");
    bench.has("there is nobody called zoe");
    assert_eq!(bench.asked(), []);
}

#[test]
fn a_refused_message_can_be_taken_back() {
    let mut bench = Bench::at_work(80, 24);
    let order = Order::Post {
        conversation: GENERAL,
        text: "too bold".to_owned(),
    };
    let ticket = Ticket {
        stream: StreamId(1),
        nonce: Nonce(1),
    };
    let fault = Fault::new(FaultCode::NotAllowed, "this is not allowed");
    bench.update(Update::Refused {
        ticket,
        order,
        fault,
    });
    bench.has("not sent: this is not allowed");
    bench.press(Event::CtrlChar('x'));
    bench.lacks("not sent");
    bench.has("› too bold");
}

#[test]
fn the_bell_rings_for_direct_messages_that_are_not_on_the_screen() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(LUNCH, 1, NOON, &[(BORIS, "soup?")]);
    assert!(!bench.app(|app| app.take_bell()));
    bench.hear(WITH_BORIS, 1, NOON, &[(BORIS, "psst")]);
    assert!(bench.app(|app| app.take_bell()));
    assert!(!bench.app(|app| app.take_bell()));
    let mut silent = Bench::with(
        80,
        24,
        ScreenConfig {
            bell: Bell::Never,
            ..ScreenConfig::default()
        },
    );
    silent.sign_in();
    silent.sync(vec![room(GENERAL, "general", "", 0)]);
    silent.hear(GENERAL, 1, NOON, &[(BORIS, "hi")]);
    assert!(!silent.app(|app| app.take_bell()));
}

#[test]
fn control_c_clears_the_line_and_twice_quits() {
    let mut bench = Bench::at_work(80, 24);
    bench.write("hello");
    bench.press(Event::CtrlChar('c'));
    bench.lacks("hello");
    bench.press(Event::CtrlChar('c'));
    bench.has("Ctrl-C again to quit");
    bench.write("x");
    bench.press(Event::CtrlChar('c'));
    bench.press(Event::CtrlChar('c'));
    assert!(!bench.app(|app| app.is_over()));
    bench.press(Event::CtrlChar('c'));
    assert!(bench.app(|app| app.is_over()));
}

#[test]
fn help_tells_every_command_and_key_on_a_small_screen() {
    let mut bench = Bench::at_work(80, 24);
    for command in crate::input::commands::commands() {
        bench.enter("/help");
        bench.write(&format!("/{} ", command.name));
        bench.has(command.help);
        bench.press(Key::Esc);
    }
    bench.press(Key::F1);
    bench.has("Ctrl-Up Alt-K");
    bench.press(Key::End);
    bench.has("/quit");
    bench.press(Key::Esc);
    bench.enter("/help");
    bench.press(Key::End);
    bench.has("Ctrl-Q");
    bench.press(Key::Esc);
    bench.lacks("Ctrl-Q");
    bench.enter("/help ban");
    bench.has("put out and keep out");
    bench.press(Key::Enter);
    bench.has("› /ban");
}

#[test]
fn writing_is_told_to_others_but_commands_are_not() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.write("/he");
    assert_eq!(bench.asked(), []);
    bench.press(Event::CtrlChar('u'));
    bench.write("h");
    assert_eq!(
        bench.asked(),
        [Command::Typing {
            conversation: GENERAL
        }]
    );
    bench.say(Said::TypingIn {
        conversation: GENERAL,
        account: BORIS,
    });
    bench.has("boris is writing …");
    bench.say(Said::TypingIn {
        conversation: GENERAL,
        account: ANNA,
    });
    bench.has("boris is writing …");
}

#[test]
fn who_leaves_the_open_room_is_shown_another() {
    let mut bench = Bench::at_work(80, 24);
    bench.sync(vec![room(LUNCH, "lunch", "", 0)]);
    assert_eq!(bench.app(|app| app.open_id()), Some(LUNCH));
    bench.sync(vec![]);
    bench.has("you are in no conversation yet");
}
