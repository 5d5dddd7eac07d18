//! What is read by being on the screen, and what is not: mentions above it, and places that one was put into.

use super::bench::{BORIS, Bench, GENERAL, LUNCH, NOON, WITH_BORIS, entry};
use crate::net::Command;
use chat_shared::{
    ConversationId, Entry, EntryBody, Event as Said, Feed, InboxAbout, InboxItem, Seq,
};
use cursive::event::{Event, Key};

/// Messages, the first of which names anna.
fn messages(first: u64, last: u64) -> Vec<Entry> {
    let message = |seq| {
        let text = match seq == first {
            true => "@anna, look".to_owned(),
            false => format!("message {seq}."),
        };
        entry(seq, NOON, Some(BORIS), seq, EntryBody::Posted { text })
    };
    (first..=last).map(message).collect()
}

/// How far conversations were read, as the daemon is told.
fn marks(bench: &mut Bench) -> Vec<(ConversationId, u64)> {
    let mark = |command| match command {
        Command::MarkRead { conversation, seq } => Some((conversation, seq.0)),
        _ => None,
    };
    bench.asked().into_iter().filter_map(mark).collect()
}

impl Bench {
    fn says_in(&mut self, conversation: ConversationId, entries: Vec<Entry>) {
        let feed = Feed::Conversation { conversation };
        self.say(Said::Entries { feed, entries });
    }

    /// The inbox tells of a mention.
    fn mentioned(&mut self, account_seq: u64, conversation: ConversationId, seq: u64) {
        let item = InboxItem {
            id: account_seq,
            at: NOON,
            by: Some(BORIS),
            about: InboxAbout::Mention {
                conversation,
                seq: Seq(seq),
            },
        };
        self.account(account_seq, EntryBody::InboxAdded { item });
    }
}

#[test]
fn a_mention_above_the_screen_waits_until_one_scrolls_up_to_it() {
    let mut bench = Bench::at_work(80, 24);
    bench.mentioned(2, LUNCH, 1);
    bench.says_in(LUNCH, messages(1, 120));
    bench.enter("/join lunch");
    bench.has("message 120.");
    bench.has("120 unread · 1 in /inbox");
    assert_eq!(marks(&mut bench), []);
    // What comes in before one's eyes waits with it.
    bench.says_in(LUNCH, messages(120, 121).split_off(1));
    assert_eq!(marks(&mut bench), []);
    // Half way up and back: it was not there.
    for _ in 0..3 {
        bench.press(Key::PageUp);
    }
    bench.lacks("@anna, look");
    bench.press(Key::Esc);
    assert_eq!(marks(&mut bench), []);
    for _ in 0..10 {
        bench.press(Key::PageUp);
    }
    bench.has("@anna, look");
    assert_eq!(marks(&mut bench), [], "one is not at the bottom");
    bench.press(Key::Esc);
    assert_eq!(marks(&mut bench), [(LUNCH, 121)]);
    bench.lacks("unread");
}

#[test]
fn a_mention_that_is_led_to_is_read_with_the_rest() {
    let mut bench = Bench::at_work(80, 24);
    bench.mentioned(2, LUNCH, 1);
    bench.says_in(LUNCH, messages(1, 120));
    bench.press(Event::AltChar('i'));
    bench.press(Key::Enter);
    bench.has("@anna, look");
    bench.asked();
    bench.press(Key::Esc);
    assert_eq!(marks(&mut bench), [(LUNCH, 120)]);
}

#[test]
fn what_comes_in_before_ones_eyes_is_read_as_far_as_it_fits() {
    let mut bench = Bench::at_work(80, 24);
    bench.says_in(GENERAL, messages(1, 3));
    bench.mentioned(2, GENERAL, 1);
    assert_eq!(marks(&mut bench), [(GENERAL, 3)]);
    // More at once than the screen holds: the first was never on it, though the inbox tells of it later.
    bench.says_in(GENERAL, messages(4, 60));
    assert_eq!(marks(&mut bench), []);
    bench.mentioned(3, GENERAL, 4);
    assert_eq!(marks(&mut bench), []);
    bench.has("57 unread · 2 in /inbox");
    // Without a mention there is nothing to be lost.
    let rest = messages(60, 130).split_off(1);
    bench.account(
        4,
        EntryBody::InboxDismissed {
            item: None,
            announcements: None,
        },
    );
    assert_eq!(marks(&mut bench), [(GENERAL, 60)]);
    bench.says_in(GENERAL, rest);
    assert_eq!(marks(&mut bench), [(GENERAL, 130)]);
}

#[test]
fn what_comes_in_behind_a_list_or_another_window_is_not_seen() {
    let mut bench = Bench::at_work(80, 24);
    bench.press(Key::F1);
    bench.says_in(GENERAL, messages(1, 2));
    bench.mentioned(2, GENERAL, 1);
    assert_eq!(marks(&mut bench), []);
    bench.press(Key::Esc);
    assert_eq!(marks(&mut bench), [(GENERAL, 2)]);
    bench.app(|app| app.set_focus(false));
    bench.says_in(GENERAL, messages(3, 4));
    assert_eq!(marks(&mut bench), []);
    bench.app(|app| app.set_focus(true));
    bench.rows();
    assert_eq!(marks(&mut bench), [(GENERAL, 4)]);
}

#[test]
fn where_one_was_put_by_others_nothing_is_read_before_a_key() {
    let mut bench = Bench::at_work(80, 24);
    bench.mentioned(2, LUNCH, 1);
    bench.says_in(LUNCH, messages(1, 3));
    bench.account(
        3,
        EntryBody::ConversationRemoved {
            conversation: GENERAL,
            reason: "calm down".to_owned(),
            banned: false,
            until: None,
        },
    );
    assert_eq!(bench.app(|app| app.open_id()), Some(LUNCH));
    bench.has("message 3.");
    bench.has("3 unread · 1 in /inbox");
    bench.says_in(LUNCH, messages(4, 4));
    assert_eq!(marks(&mut bench), []);
    bench.press('x');
    assert_eq!(marks(&mut bench), [(LUNCH, 4)]);
    bench.lacks("unread ·");
    // The mouse is as good as a key.
    bench.says_in(WITH_BORIS, messages(1, 2));
    let removed = |conversation| EntryBody::ConversationRemoved {
        conversation,
        reason: String::new(),
        banned: true,
        until: None,
    };
    bench.account(4, removed(LUNCH));
    assert_eq!(marks(&mut bench), []);
    bench.click(40, 10);
    assert_eq!(marks(&mut bench), [(WITH_BORIS, 2)]);
}
