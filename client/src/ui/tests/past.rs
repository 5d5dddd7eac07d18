//! An older place on the screen: how one gets there, goes on from there, and comes back.

use super::bench::{BORIS, Bench, CLARA, GENERAL, LUNCH, NOON, entry, room};
use crate::command::{Order, Page};
use crate::model::{Connection, Update};
use crate::net::Command;
use chat_shared::{
    Command as Act, ConversationSummary, Entry, EntryBody, Event as Said, Fault, FaultCode,
    InboxAbout, InboxItem, Seq, Timestamp,
};
use cursive::event::{Event, Key};
use std::ops::RangeInclusive;

/// Above this entry the newest ones of `#lunch` are held.
const BASE: u64 = 10_000;
const NEWEST: u64 = BASE + 60;

/// What is in the inbox.
const MENTION: u64 = 5_000;

fn messages(seqs: RangeInclusive<u64>) -> Vec<Entry> {
    let message = |seq| {
        let text = format!("message {seq}.");
        entry(seq, NOON, Some(CLARA), seq, EntryBody::Posted { text })
    };
    seqs.map(message).collect()
}

/// What the daemon answers.
fn served(page: Page) -> Vec<Entry> {
    messages(match page {
        Page::Before(seq) => seq.0.saturating_sub(200).max(1)..=seq.0 - 1,
        Page::After(seq) => seq.0 + 1..=(seq.0 + 200).min(NEWEST),
        Page::Around(seq) => seq.0 - 100..=(seq.0 + 99).min(NEWEST),
    })
}

/// The pages among what was asked.
fn pages(asked: &[Command]) -> Vec<Page> {
    let page = |command: &Command| match command {
        Command::FetchHistory { page, .. } => Some(*page),
        _ => None,
    };
    asked.iter().filter_map(page).collect()
}

/// The entries up to which was read, as the daemon is told.
fn marks(asked: &[Command]) -> Vec<u64> {
    let mark = |command: &Command| match command {
        Command::MarkRead { seq, .. } => Some(seq.0),
        _ => None,
    };
    asked.iter().filter_map(mark).collect()
}

impl Bench {
    /// Anna is back from two weeks of holiday: in `#lunch`, which is not open, nothing of it is read.
    fn back_from_holiday(x: usize, y: usize) -> Self {
        let mut bench = Self::at_work(x, y);
        let lunch = ConversationSummary {
            seq: Seq(NEWEST),
            posts: NEWEST,
            read: Seq(MENTION - 10),
            read_posts: MENTION - 10,
            ..room(LUNCH, "lunch", "", BASE)
        };
        bench.sync(vec![room(GENERAL, "general", "", 0), lunch]);
        bench.says_in_lunch(messages(BASE + 1..=NEWEST));
        bench.say(Said::Inbox {
            account_seq: Seq(1),
            items: vec![InboxItem {
                id: 7,
                at: NOON,
                by: Some(CLARA),
                about: InboxAbout::Mention {
                    conversation: LUNCH,
                    seq: Seq(MENTION),
                },
            }],
            announcements: vec![],
            more: false,
        });
        bench.asked();
        bench
    }

    /// The same, at the mention.
    fn at_the_mention(x: usize, y: usize) -> Self {
        let mut bench = Self::back_from_holiday(x, y);
        bench.enters_the_inbox();
        bench.answers();
        bench.asked();
        bench.account(
            2,
            EntryBody::InboxDismissed {
                item: Some(7),
                announcements: None,
            },
        );
        bench
    }

    fn enters_the_inbox(&mut self) {
        self.press(Event::AltChar('i'));
        self.press(Key::Enter);
    }

    fn says_in_lunch(&mut self, entries: Vec<Entry>) {
        self.say(Said::Entries {
            feed: chat_shared::Feed::Conversation {
                conversation: LUNCH,
            },
            entries,
        });
    }

    /// Answers the pages that are asked for; says how many.
    fn answers(&mut self) -> usize {
        let asked = pages(&self.asked());
        for page in &asked {
            self.update(Update::Page {
                conversation: LUNCH,
                page: *page,
                entries: served(*page),
                newest: Seq(NEWEST),
            });
        }
        asked.len()
    }

    /// Numbers of the messages on the screen.
    fn numbers(&mut self) -> Vec<u64> {
        let rows = self.rows();
        let texts = rows
            .iter()
            .filter_map(|row| row.split_once("clara  message "));
        texts
            .map(|(_, number)| number.trim_end_matches('.').parse().unwrap())
            .collect()
    }
}

#[test]
fn a_line_of_the_inbox_leads_far_back_and_reads_nothing_on_the_way() {
    let mut bench = Bench::back_from_holiday(80, 24);
    bench.enters_the_inbox();
    bench.has("looking for that message …");
    let asked = bench.asked();
    assert_eq!(pages(&asked), [Page::Around(Seq(MENTION))]);
    assert_eq!(marks(&asked), [0; 0]);
    bench.update(Update::Page {
        conversation: LUNCH,
        page: Page::Around(Seq(MENTION)),
        entries: served(Page::Around(Seq(MENTION))),
        newest: Seq(NEWEST),
    });
    bench.shows(
        "
  #general       │ #lunch  3 people
  #lunch   999+  │ ────────────────────────── unread ───────────────────────────
                 │ 12:00   clara  message 4991.
                 │ 12:00   clara  message 4992.
                 │ 12:00   clara  message 4993.
                 │ 12:00   clara  message 4994.
                 │ 12:00   clara  message 4995.
                 │ 12:00   clara  message 4996.
                 │ 12:00   clara  message 4997.
                 │ 12:00   clara  message 4998.
                 │ 12:00   clara  message 4999.
                 │ 12:00   clara  message 5000.
                 │ 12:00   clara  message 5001.
                 │ 12:00   clara  message 5002.
                 │ 12:00   clara  message 5003.
                 │ 12:00   clara  message 5004.
                 │ 12:00   clara  message 5005.
                 │ 12:00   clara  message 5006.
                 │ 12:00   clara  message 5007.
                 │ 12:00   clara  message 5008.
                 │ 12:00   clara  message 5009.
                 │ ───────────────── the past · 5070 new · Esc ─────────────────
 ● online · anna · 3 here · 5070 unread · 1 in /inbox           F1 keys · /help
›
",
    );
    assert_eq!(bench.app(|app| app.chosen), Some(Seq(MENTION)));
    // It was led to, so it does not wait any longer.
    let dismiss = Command::Do(Order::Act {
        act: Act::DismissInbox { item: Some(7) },
    });
    assert_eq!(bench.asked(), [dismiss]);
}

#[test]
fn what_comes_in_does_not_move_the_past_and_end_goes_back_to_the_newest() {
    for back in [Key::End, Key::Esc] {
        let mut bench = Bench::at_the_mention(80, 24);
        let before = bench.numbers();
        bench.says_in_lunch(messages(NEWEST + 1..=NEWEST + 2));
        assert_eq!(bench.numbers(), before);
        bench.has("the past · 5072 new · Esc");
        assert_eq!(bench.asked(), []);
        bench.press(back);
        assert_eq!(bench.numbers().last(), Some(&(NEWEST + 2)));
        bench.lacks("the past ·");
        assert_eq!(marks(&bench.asked()), [NEWEST + 2]);
        assert_eq!(bench.app(|app| app.chosen), None);
    }
}

#[test]
fn a_room_that_is_opened_on_the_way_to_the_past_is_not_read() {
    let mut bench = Bench::back_from_holiday(80, 24);
    bench.account(
        2,
        EntryBody::InboxDismissed {
            item: None,
            announcements: None,
        },
    );
    bench.app(|app| app.go_to(LUNCH, Some(Seq(MENTION)), None));
    bench.rows();
    let asked = bench.asked();
    assert_eq!(pages(&asked), [Page::Around(Seq(MENTION))]);
    assert_eq!(marks(&asked), [0; 0]);
    bench.says_in_lunch(messages(NEWEST + 1..=NEWEST + 1));
    assert_eq!(marks(&bench.asked()), [0; 0]);
    // Who gives up on the way is where they are.
    bench.press(Key::Esc);
    assert_eq!(marks(&bench.asked()), [NEWEST + 1]);
}

#[test]
fn end_is_for_the_line_while_something_is_in_it() {
    let mut bench = Bench::at_the_mention(80, 24);
    bench.write("ab");
    bench.press(Key::Home);
    bench.press(Key::End);
    bench.write("c");
    bench.has("› abc");
    bench.has("the past ·");
}

#[test]
fn scrolling_up_and_down_from_there_skips_nothing_and_ends_at_the_newest() {
    let mut bench = Bench::at_the_mention(80, 24);
    let dense = |numbers: &[u64]| numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    let mut fetched = 0;
    for _ in 0..30 {
        let before = bench.numbers();
        bench.press(Key::PageUp);
        let after = bench.numbers();
        assert!(dense(&after), "{after:?}");
        // The row that both show may be the unread line.
        let overlap = after.last().unwrap() + 1 >= before[0];
        assert!(overlap, "{after:?} above {before:?}");
        fetched += bench.answers();
        // What is fetched moves nothing; it takes the place of the day's line on top.
        assert!(bench.numbers().ends_with(&after), "{after:?}");
    }
    assert!(fetched >= 2, "{fetched}");
    assert!(bench.numbers()[0] < MENTION - 500);
    let mut pages = 0;
    while bench.numbers().last() != Some(&NEWEST) {
        let before = bench.numbers();
        bench.press(Key::PageDown);
        let after = bench.numbers();
        assert!(dense(&after), "{after:?}");
        let overlap = after[0] <= before.last().unwrap() + 1;
        assert!(overlap, "{after:?} below {before:?}");
        bench.answers();
        let settled = bench.numbers();
        assert_eq!(settled[0], after[0], "what is fetched moves nothing");
        pages += 1;
        assert!(pages < 1_000, "it ends");
    }
    bench.lacks("the past ·");
    bench.lacks("Esc ─");
    assert!(bench.app(|app| app.log.is_at_bottom()));
}

#[test]
fn at_an_end_of_the_past_only_that_end_is_asked_for_and_once() {
    // So tall a screen that all of a page is on it.
    let mut bench = Bench::back_from_holiday(80, 400);
    bench.enters_the_inbox();
    bench.answers();
    assert_eq!(bench.numbers().len(), 200);
    assert_eq!(pages(&bench.asked()), [Page::Before(Seq(MENTION - 100))]);
    bench.rows();
    assert_eq!(pages(&bench.asked()), []);
    bench.press(Key::PageDown);
    assert_eq!(pages(&bench.asked()), [Page::After(Seq(MENTION + 99))]);
    bench.rows();
    assert_eq!(pages(&bench.asked()), []);
}

#[test]
fn who_is_faster_than_the_daemon_waits_at_the_end_of_what_is_held() {
    let mut bench = Bench::at_the_mention(80, 24);
    for _ in 0..20 {
        bench.press(Key::PageDown);
    }
    let before = bench.numbers();
    assert_eq!(before.last(), Some(&(MENTION + 99)));
    assert_eq!(bench.answers(), 1);
    assert_eq!(bench.numbers(), before, "what comes moves nothing");
    bench.press(Key::PageDown);
    assert_eq!(bench.numbers()[0], MENTION + 99);
}

#[test]
fn saying_something_goes_back_to_the_newest() {
    let mut bench = Bench::at_the_mention(80, 24);
    bench.enter("I am back");
    bench.lacks("the past ·");
    assert_eq!(bench.numbers().last(), Some(&NEWEST));
    // So does what the client has to say.
    let mut bench = Bench::at_the_mention(80, 24);
    bench.enter("/who");
    bench.lacks("the past ·");
    bench.has("3 here");
}

#[test]
fn another_message_is_chosen_in_the_past_and_let_go_first() {
    let mut bench = Bench::at_the_mention(80, 24);
    bench.press(Event::Ctrl(Key::Up));
    assert_eq!(bench.app(|app| app.chosen), Some(Seq(MENTION - 1)));
    bench.press(Key::Esc);
    assert_eq!(bench.app(|app| app.chosen), None);
    bench.has("the past ·");
    bench.press(Event::Ctrl(Key::Up));
    assert_eq!(bench.app(|app| app.chosen), Some(Seq(MENTION)));
    // Behind the last one held there are others: one stays there until they come.
    for _ in 0..150 {
        bench.press(Event::Ctrl(Key::Down));
    }
    assert_eq!(bench.app(|app| app.chosen), Some(Seq(MENTION + 99)));
    assert_eq!(bench.answers(), 1);
    bench.press(Event::Ctrl(Key::Down));
    assert_eq!(bench.app(|app| app.chosen), Some(Seq(MENTION + 100)));
    bench.has("message 5100.");
    bench.press(Key::Esc);
    bench.press(Key::Esc);
    bench.lacks("the past ·");
}

#[test]
fn one_escape_leaves_a_place_wherever_it_was_found() {
    // Far back, at the end of what is held, a page above it, and held: each is left by one key.
    for place in [MENTION, BASE - 20, BASE + 30] {
        let mut bench = Bench::back_from_holiday(80, 24);
        bench.app(|app| app.go_to(LUNCH, Some(Seq(place)), None));
        bench.rows();
        bench.answers();
        bench.has(&format!("message {place}."));
        assert_eq!(bench.app(|app| app.chosen), Some(Seq(place)));
        bench.press(Key::Esc);
        assert_eq!(bench.app(|app| app.chosen), None, "{place}");
        assert_eq!(bench.numbers().last(), Some(&NEWEST), "{place}");
        bench.lacks("Esc ─");
        // One that is chosen by hand is let go first.
        bench.press(Key::PageUp);
        bench.press(Event::Ctrl(Key::Up));
        let before = bench.numbers();
        bench.press(Key::Esc);
        assert_eq!(bench.app(|app| app.chosen), None);
        assert_eq!(bench.numbers(), before);
    }
}

#[test]
fn another_conversation_and_back_is_at_the_newest() {
    let mut bench = Bench::at_the_mention(80, 24);
    bench.press(Event::CtrlChar('n'));
    assert_eq!(bench.app(|app| app.open_id()), Some(GENERAL));
    bench.press(Event::CtrlChar('n'));
    assert_eq!(bench.app(|app| app.open_id()), Some(LUNCH));
    bench.lacks("the past ·");
    assert_eq!(bench.numbers().last(), Some(&NEWEST));
}

#[test]
fn who_opens_another_conversation_on_the_way_stays_there() {
    let mut bench = Bench::back_from_holiday(80, 24);
    bench.enters_the_inbox();
    bench.press(Event::CtrlChar('n'));
    bench.answers();
    assert_eq!(bench.app(|app| app.open_id()), Some(GENERAL));
    bench.press(Event::CtrlChar('n'));
    bench.lacks("the past ·");
    // The newest are before one's eyes, but the mention was not seen.
    assert_eq!(marks(&bench.asked()), [0; 0]);
    bench.has("5070 unread · 1 in /inbox");
    bench.account(
        2,
        EntryBody::InboxDismissed {
            item: None,
            announcements: None,
        },
    );
    assert_eq!(marks(&bench.asked()), [NEWEST]);
}

#[test]
fn a_page_that_was_under_way_when_the_connection_broke_comes_with_the_next() {
    let mut bench = Bench::back_from_holiday(80, 24);
    let lost = || {
        Update::Connection(Connection::Lost {
            reason: "gone".to_owned(),
            retry_at: Timestamp(NOON.0 + 5_000),
        })
    };
    bench.enters_the_inbox();
    bench.asked();
    bench.update(lost());
    assert_eq!(bench.asked(), []);
    bench.update(Update::Connection(Connection::Online));
    assert_eq!(bench.answers(), 1);
    bench.has("message 5000.");
    // Without a connection it is said so.
    let mut bench = Bench::back_from_holiday(80, 24);
    bench.update(lost());
    bench.enters_the_inbox();
    bench.has("comes with the next connection");
    assert_eq!(pages(&bench.asked()), []);
    bench.update(Update::Connection(Connection::Online));
    assert_eq!(bench.answers(), 1);
    bench.has("message 5000.");
}

#[test]
fn what_is_refused_is_told_once() {
    let mut bench = Bench::back_from_holiday(80, 24);
    bench.enters_the_inbox();
    bench.asked();
    bench.update(Update::NoPage {
        conversation: LUNCH,
        page: Page::Around(Seq(MENTION)),
        fault: Fault::new(FaultCode::NotAMember, "you are not in #lunch"),
    });
    bench.has("could not read: you are not in #lunch");
    bench.lacks("looking for");
    bench.rows();
    let asked = bench.asked();
    assert_eq!(pages(&asked), []);
    let is_dismissed = |command: &Command| matches!(command, Command::Do(_));
    assert!(!asked.iter().any(is_dismissed), "nobody was led there");
}

#[test]
fn the_past_is_gone_with_its_room() {
    let mut bench = Bench::at_the_mention(80, 24);
    let reason = String::new();
    bench.account(
        3,
        EntryBody::ConversationRemoved {
            conversation: LUNCH,
            reason,
            banned: false,
            until: None,
        },
    );
    assert_eq!(bench.app(|app| app.open_id()), Some(GENERAL));
    bench.lacks("the past ·");
    bench.lacks("message");
}

#[test]
fn a_message_that_is_taken_away_meanwhile_is_drawn_so() {
    let mut bench = Bench::at_the_mention(80, 24);
    let body = EntryBody::MessageDeleted {
        seq: Seq(MENTION + 1),
        reason: String::new(),
    };
    bench.says_in_lunch(vec![entry(NEWEST + 1, NOON, Some(BORIS), NEWEST, body)]);
    bench.lacks("message 5001.");
    bench.has("clara: message deleted");
}

#[test]
fn a_place_that_is_held_is_shown_where_it_stands() {
    let mut bench = Bench::back_from_holiday(80, 24);
    bench.app(|app| app.go_to(LUNCH, Some(Seq(BASE + 30)), None));
    bench.has("message 10030.");
    bench.has("more below · Esc");
    let asked = bench.asked();
    assert_eq!((pages(&asked), marks(&asked)), (vec![], vec![]));
    // One on the last screen is seen where it is, and with it all is read.
    bench.press(Key::End);
    bench.asked();
    bench.says_in_lunch(messages(NEWEST + 1..=NEWEST + 1));
    bench.app(|app| app.go_to(LUNCH, Some(Seq(NEWEST)), None));
    bench.has("message 10061.");
    bench.lacks("more below");
    // A page that reaches what is held is no past.
    bench.app(|app| app.go_to(LUNCH, Some(Seq(BASE - 20)), None));
    assert_eq!(bench.answers(), 1);
    bench.has("message 9980.");
    bench.has("more below · Esc");
}

#[test]
fn any_size_of_screen_shows_the_past() {
    for (x, y) in [(1, 1), (20, 4), (48, 6), (79, 3), (200, 60), (200, 300)] {
        let mut bench = Bench::at_the_mention(x, y);
        bench.press(Key::PageUp);
        bench.answers();
        bench.press(Key::PageDown);
        bench.answers();
        bench.rows();
        bench.press(Key::Esc);
        bench.rows();
    }
}
