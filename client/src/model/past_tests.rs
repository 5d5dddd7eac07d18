//! Scenarios of an older place: how it is shown, grows, and becomes one with the newest entries.

use super::past::PAST_ENTRIES;
use super::tests::{ANNA, BORIS, CLARA, Client, DIRECT, GENERAL, NOW, entry, post, summary};
use super::{Changed, Connection, Conversation, Item, Update, What};
use crate::command::{Command, Page};
use chat_shared::limits::HISTORY_PAGE;
use chat_shared::{Entry, EntryBody, Event, Fault, FaultCode, InboxAbout, InboxItem, Seq};
use std::ops::RangeInclusive;

/// Above this entry the newest ones are held.
const BASE: u64 = 10_000;

/// The newest entry.
const NEWEST: u64 = 10_010;

/// A place far from both ends.
const PLACE: u64 = 5_000;

fn messages(seqs: RangeInclusive<u64>) -> Vec<Entry> {
    seqs.map(|seq| post(seq, BORIS, "old")).collect()
}

/// What the daemon answers.
fn served(page: Page) -> Vec<Entry> {
    let size = u64::from(HISTORY_PAGE);
    messages(match page {
        Page::Before(seq) => seq.0.saturating_sub(size).max(1)..=seq.0 - 1,
        Page::After(seq) => seq.0 + 1..=(seq.0 + size).min(NEWEST),
        Page::Around(seq) => {
            let first = seq.0.saturating_sub(size / 2).max(1);
            first..=(first + size - 1).min(NEWEST)
        }
    })
}

/// The pages that are asked for.
fn pages(changed: &Changed) -> Vec<Page> {
    let page = |command: &Command| match command {
        Command::FetchHistory { page, .. } => Some(*page),
        _ => None,
    };
    changed.needs.iter().filter_map(page).collect()
}

impl Client {
    fn far() -> Self {
        let mut client = Self::synced(BASE, NEWEST, NEWEST);
        client.apply(Update::Opened(Some(GENERAL)));
        client
    }

    /// Says something and answers the page that it asks for.
    fn says(&mut self, update: Update) {
        let changed = self.apply(update);
        let [page] = pages(&changed)[..] else {
            panic!("one page, not {changed:?}");
        };
        self.page(page, served(page));
    }

    /// All is read, and the inbox is known.
    fn reading() -> Self {
        let mut client = Self::far();
        client.event(Event::Inbox {
            account_seq: Seq(0),
            items: vec![],
            announcements: vec![],
            more: false,
        });
        client
    }

    /// These are on the screen.
    fn looks(&mut self, first: u64, last: u64) {
        self.apply(Update::Looked {
            conversation: GENERAL,
            first: Seq(first),
            last: Seq(last),
        });
    }

    /// Somebody stands at the newest; what the daemon is told of it.
    fn sees(&mut self, seq: u64) -> Vec<Command> {
        let seen = Update::Seen {
            conversation: GENERAL,
            seq: Seq(seq),
        };
        self.apply(seen).needs
    }

    fn wants(&mut self, seq: u64) -> Changed {
        self.apply(Update::WantsPlace {
            conversation: GENERAL,
            seq: Seq(seq),
        })
    }

    fn goes_to(&mut self, seq: u64) {
        self.says(Update::WantsPlace {
            conversation: GENERAL,
            seq: Seq(seq),
        });
    }

    fn there(&self) -> &Conversation {
        self.0.conversation(GENERAL).unwrap()
    }

    /// First and last entry shown, which are all there is between them.
    fn shows(&self) -> (u64, u64) {
        let lines = self.there().shown().items();
        let seqs: Vec<_> = lines.map(|item| item.seq().0).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "dense");
        (seqs[0], seqs[seqs.len() - 1])
    }

    fn breaks(&mut self) {
        self.apply(Update::Connection(Connection::Lost {
            reason: "x".into(),
            retry_at: NOW,
        }));
    }
}

fn taken_away(seq: u64, taken: u64) -> Entry {
    let body = EntryBody::MessageDeleted {
        seq: Seq(taken),
        reason: String::new(),
    };
    entry(seq, CLARA, NEWEST, body)
}

#[test]
fn a_place_far_back_is_asked_for_once_and_shown_with_what_is_around_it() {
    let mut client = Client::far();
    let around = Page::Around(Seq(PLACE));
    assert_eq!(pages(&client.wants(PLACE)), [around]);
    assert_eq!(pages(&client.wants(PLACE)), []);
    assert_eq!(client.there().seeking(), Some(Seq(PLACE)));
    assert!(
        !client.there().is_past(),
        "the newest stay until it is here"
    );
    client.page(around, served(around));
    assert_eq!(client.shows(), (4_900, 5_099));
    assert_eq!(client.there().past_place(), Some(Seq(PLACE)));
    assert_eq!(client.there().seeking(), None);
    // What is shown already is not asked for.
    assert_eq!(pages(&client.wants(5_050)), []);
    assert_eq!(client.shows(), (4_900, 5_099));
    client.apply(Update::WantsNewest(GENERAL));
    assert_eq!(client.shows(), (BASE + 1, NEWEST));
}

#[test]
fn a_place_among_the_newest_is_shown_there() {
    let mut client = Client::far();
    assert_eq!(pages(&client.wants(BASE + 1)), []);
    assert_eq!(client.there().seeking(), None);
    client.goes_to(PLACE);
    client.wants(BASE + 1);
    assert_eq!(client.shows(), (BASE + 1, NEWEST));
    // One that is on its way is waited for.
    assert_eq!(pages(&client.wants(NEWEST + 1)), []);
    assert_eq!(client.there().seeking(), Some(Seq(NEWEST + 1)));
    client.entries(messages(NEWEST + 1..=NEWEST + 1));
    assert_eq!(client.there().seeking(), None);
}

#[test]
fn going_on_to_newer_ones_ends_at_the_newest_without_a_hole_and_nothing_twice() {
    // The last page ends right below the newest, in them, or above all of them.
    for place in [BASE - 399, BASE - 402, BASE - 350] {
        let mut client = Client::far();
        client.goes_to(place);
        let (first, _) = client.shows();
        let mut asked = 0;
        while client.there().is_past() {
            client.says(Update::WantsNewer(GENERAL));
            asked += 1;
        }
        assert!(asked > 1, "{asked}");
        assert_eq!(client.shows(), (first, NEWEST));
        let lines = client.drawn();
        assert_eq!(lines.split(' ').count() as u64, NEWEST - first + 1);
        // From here on it is as if one had scrolled up to there.
        assert_eq!(pages(&client.apply(Update::WantsNewer(GENERAL))), []);
        client.says(Update::WantsOlder(GENERAL));
        assert_eq!(client.shows(), (first - 200, NEWEST));
    }
}

#[test]
fn a_page_that_reaches_the_newest_is_no_past() {
    let mut client = Client::far();
    client.goes_to(BASE - 50);
    assert!(!client.there().is_past());
    assert_eq!(client.shows(), (BASE - 150, NEWEST));
    assert!(client.there().item(Seq(BASE - 50)).is_some());
}

#[test]
fn older_and_newer_pages_are_added_and_no_more_is_held_than_the_limit() {
    let held = PAST_ENTRIES as u64;
    let mut client = Client::far();
    client.goes_to(PLACE);
    client.says(Update::WantsOlder(GENERAL));
    client.says(Update::WantsNewer(GENERAL));
    assert_eq!(client.shows(), (4_700, 5_299));
    for _ in 0..20 {
        client.says(Update::WantsOlder(GENERAL));
    }
    assert_eq!(client.shows(), (700, 700 + held - 1));
    for _ in 0..20 {
        client.says(Update::WantsNewer(GENERAL));
    }
    let end = 700 + held - 1 + 20 * 200;
    assert_eq!(client.shows(), (end - held + 1, end));
    assert!(client.there().shown().has_older(), "what was given up");
}

#[test]
fn the_beginning_of_the_past_is_asked_for_once() {
    let mut client = Client::far();
    client.goes_to(150);
    client.says(Update::WantsOlder(GENERAL));
    assert_eq!(client.shows(), (1, 249));
    assert_eq!(pages(&client.apply(Update::WantsOlder(GENERAL))), []);
    // Where history begins later, an empty page says so.
    let mut client = Client::far();
    let around = Page::Around(Seq(PLACE));
    client.wants(PLACE);
    client.page(around, messages(PLACE - 3..=PLACE + 90));
    client.apply(Update::WantsOlder(GENERAL));
    client.page(Page::Before(Seq(PLACE - 3)), Vec::new());
    assert_eq!(pages(&client.apply(Update::WantsOlder(GENERAL))), []);
}

#[test]
fn what_comes_in_meanwhile_moves_nothing_and_is_not_read() {
    let mut client = Client::far();
    client.goes_to(PLACE);
    let changed = client.entries(messages(NEWEST + 1..=NEWEST + 2));
    assert_eq!(changed.heard.len(), 2);
    assert_eq!(client.shows(), (4_900, 5_099));
    assert_eq!(client.unread(), 2);
    for seq in [PLACE, 5_099] {
        let seen = Update::Seen {
            conversation: GENERAL,
            seq: Seq(seq),
        };
        assert_eq!(client.apply(seen).needs, []);
    }
    assert_eq!((client.unread(), client.there().read()), (2, Seq(NEWEST)));
    client.apply(Update::WantsNewest(GENERAL));
    assert_eq!(client.shows(), (BASE + 1, NEWEST + 2));
}

#[test]
fn a_mention_that_was_not_seen_is_not_read_over() {
    let about = |seq| InboxAbout::Mention {
        conversation: GENERAL,
        seq: Seq(seq),
    };
    let item = |id, seq| InboxItem {
        id,
        at: NOW,
        by: Some(BORIS),
        about: about(seq),
    };
    let sees = |client: &mut Client| client.sees(NEWEST).len();
    let mut client = Client::synced(BASE, NEWEST, PLACE - 1);
    client.looks(BASE + 1, NEWEST);
    assert_eq!(sees(&mut client), 0, "it is not known yet what waits");
    client.event(Event::Inbox {
        account_seq: Seq(0),
        items: vec![item(1, PLACE), item(2, BASE + 1), item(3, PLACE - 1)],
        announcements: vec![],
        more: false,
    });
    assert_eq!(
        (sees(&mut client), client.unread()),
        (0, NEWEST - PLACE + 1)
    );
    // The others are read already, or before one's eyes.
    client.account_entry(
        1,
        EntryBody::InboxDismissed {
            item: Some(1),
            announcements: None,
        },
    );
    assert_eq!((sees(&mut client), client.unread()), (1, 0));
}

/// Anna is named in the first of these messages, and the inbox tells of it before them or behind them.
fn flood(client: &mut Client, inbox_first: bool) {
    let text = |seq| if seq == NEWEST + 1 { "so, @Anna?" } else { "x" };
    let said = (NEWEST + 1..=NEWEST + 100).map(|seq| post(seq, BORIS, text(seq)));
    let item = InboxItem {
        id: 1,
        at: NOW,
        by: Some(BORIS),
        about: InboxAbout::Mention {
            conversation: GENERAL,
            seq: Seq(NEWEST + 1),
        },
    };
    let added = EntryBody::InboxAdded { item };
    if inbox_first {
        client.account_entry(1, added.clone());
    }
    client.entries(said.collect());
    assert_eq!(client.sees(NEWEST + 100), [], "{inbox_first}");
    if !inbox_first {
        client.account_entry(1, added);
    }
}

#[test]
fn a_mention_that_is_held_but_was_never_on_the_screen_is_not_read_over() {
    let read = |seq| {
        [Command::MarkRead {
            conversation: GENERAL,
            seq: Seq(seq),
        }]
    };
    for inbox_first in [true, false] {
        let mut client = Client::reading();
        flood(&mut client, inbox_first);
        // What is said after it, on the screen, is not read either.
        client.looks(NEWEST + 81, NEWEST + 100);
        assert_eq!(client.sees(NEWEST + 100), []);
        // One scrolls up, screen by screen, not yet to it; then to it, and back.
        client.looks(NEWEST + 2, NEWEST + 85);
        assert_eq!(client.sees(NEWEST + 100), []);
        client.looks(NEWEST - 5, NEWEST + 2);
        assert_eq!(client.sees(NEWEST + 100), read(NEWEST + 100));
    }
    // Whoever dismisses it wants to be rid of it.
    let dismissed = |item| EntryBody::InboxDismissed {
        item,
        announcements: None,
    };
    for item in [Some(1), None] {
        let mut client = Client::reading();
        flood(&mut client, false);
        client.account_entry(2, dismissed(item));
        assert_eq!(client.sees(NEWEST + 100), read(NEWEST + 100));
    }
}

#[test]
fn what_names_nobody_or_somebody_else_is_read_from_the_bottom_however_much_it_is() {
    let mut client = Client::reading();
    let text = |seq| match seq % 3 {
        0 => "@boris and anna",
        1 => "anna@example.org",
        _ => "@annabel",
    };
    let said = (NEWEST + 1..=NEWEST + 100).map(|seq| post(seq, BORIS, text(seq)));
    client.entries(said.collect());
    assert_eq!(client.sees(NEWEST + 100).len(), 1);
    // Nobody waits for the inbox to tell of what one says oneself.
    client.entries(vec![post(NEWEST + 101, ANNA, "@anna is me")]);
    assert_eq!(client.sees(NEWEST + 101).len(), 1);
}

#[test]
fn a_message_that_is_taken_away_meanwhile_is_gone_from_the_past_too() {
    let what = |client: &Client, seq| client.there().shown().item(Seq(seq)).map(Item::what);
    let mut client = Client::far();
    client.goes_to(PLACE);
    let changed = client.entries(vec![taken_away(NEWEST + 1, PLACE)]);
    assert!(changed.rewritten);
    assert_eq!(what(&client, PLACE), Some(What::TakenAway));
    // A page may have been read before that, and come after it.
    client.entries(vec![taken_away(NEWEST + 2, 5_100)]);
    client.says(Update::WantsNewer(GENERAL));
    assert_eq!(what(&client, 5_100), Some(What::TakenAway));
    client.entries(vec![taken_away(NEWEST + 3, 300)]);
    client.goes_to(300);
    assert_eq!(what(&client, 300), Some(What::TakenAway));
    assert_eq!(what(&client, 301), Some(What::Said("old".into())));
}

#[test]
fn a_page_that_was_under_way_when_the_connection_broke_is_asked_for_again() {
    let mut client = Client::far();
    let around = Page::Around(Seq(PLACE));
    client.wants(PLACE);
    client.breaks();
    let online = || Update::Connection(Connection::Online);
    assert_eq!(pages(&client.apply(online())), [around]);
    client.page(around, served(around));
    assert_eq!(client.shows(), (4_900, 5_099));
    for wants in [Update::WantsOlder(GENERAL), Update::WantsNewer(GENERAL)] {
        assert_eq!(pages(&client.apply(wants.clone())).len(), 1);
        client.breaks();
        assert_eq!(pages(&client.apply(wants.clone())), []);
        client.apply(online());
        assert_eq!(pages(&client.apply(wants)).len(), 1);
    }
    // Without a connection a place is asked for as soon as there is one.
    client.breaks();
    assert_eq!(pages(&client.wants(300)), []);
    assert_eq!(client.shows(), (4_900, 5_099));
    assert_eq!(pages(&client.apply(online())), [Page::Around(Seq(300))]);
}

#[test]
fn after_a_long_absence_nothing_is_shown_that_may_be_taken_away_by_now() {
    let mut client = Client::far();
    client.goes_to(PLACE);
    client.breaks();
    client.sync(0, vec![summary(GENERAL, NEWEST, NEWEST + 1, NEWEST)]);
    assert!(client.there().is_past(), "nothing was missed");
    client.sync(0, vec![summary(GENERAL, 20_000, 20_001, NEWEST)]);
    client.entries(messages(20_001..=20_001));
    assert!(!client.there().is_past());
    assert_eq!(client.shows(), (20_001, 20_001));
}

#[test]
fn what_may_not_be_read_is_told_and_the_newest_are_shown() {
    let text = |client: &Client| client.drawn();
    // History from joining on: the daemon answers with what may be read.
    let mut client = Client::far();
    client.wants(PLACE);
    client.page(Page::Around(Seq(PLACE)), messages(9_000..=9_099));
    assert!(text(&client).contains("(that message was said before you joined"));
    assert_eq!(
        (client.there().is_past(), client.there().seeking()),
        (false, None)
    );
    client.wants(PLACE);
    client.page(Page::Around(Seq(PLACE)), Vec::new());
    assert!(text(&client).contains("(that message is not here any more)"));
    // A refusal is told in its own words; nothing is asked for again and again.
    client.goes_to(PLACE);
    let refused = |page| Update::NoPage {
        conversation: GENERAL,
        page,
        fault: Fault::new(FaultCode::NotAMember, "you are not\x1b[2J in #general"),
    };
    client.apply(Update::WantsNewer(GENERAL));
    client.apply(refused(Page::After(Seq(5_099))));
    assert!(text(&client).contains("(could not read: you are not�[2J in #general)"));
    assert_eq!(client.shows(), (BASE + 1, NEWEST));
    client.wants(PLACE);
    client.apply(refused(Page::Around(Seq(PLACE))));
    assert_eq!(client.there().seeking(), None);
    client.apply(Update::WantsOlder(GENERAL));
    client.apply(refused(Page::Before(Seq(BASE + 1))));
    assert_eq!(pages(&client.apply(Update::WantsOlder(GENERAL))), []);
}

#[test]
fn who_goes_back_or_elsewhere_finds_the_newest() {
    let around = Page::Around(Seq(PLACE));
    let mut client = Client::far();
    client.event(Event::Opened {
        conversation: summary(DIRECT, 0, 0, 0),
    });
    // What was asked for comes too late.
    client.wants(PLACE);
    client.apply(Update::WantsNewest(GENERAL));
    client.page(around, served(around));
    assert_eq!(client.shows(), (BASE + 1, NEWEST));
    client.goes_to(PLACE);
    client.apply(Update::Opened(Some(DIRECT)));
    client.apply(Update::Opened(Some(GENERAL)));
    assert_eq!(client.shows(), (BASE + 1, NEWEST));
    client.apply(Update::WantsOlder(GENERAL));
    client.page(Page::After(Seq(5_099)), messages(5_100..=5_299));
    client.page(Page::Before(Seq(4_900)), Vec::new());
    assert_eq!(client.shows(), (BASE + 1, NEWEST));
    assert!(client.there().shown().has_older());
}

#[test]
fn who_is_put_out_while_they_look_at_the_past_is_out() {
    let mut client = Client::far();
    client.goes_to(PLACE);
    client.apply(Update::WantsOlder(GENERAL));
    let body = EntryBody::ConversationRemoved {
        conversation: GENERAL,
        reason: String::new(),
        banned: false,
        until: None,
    };
    client.account_entry(1, body);
    assert!(client.0.conversation(GENERAL).is_none());
    client.page(Page::Before(Seq(4_900)), messages(4_700..=4_899));
    let lost = Update::NoPage {
        conversation: GENERAL,
        page: Page::Before(Seq(4_900)),
        fault: Fault::new(FaultCode::NotAMember, "you are not in #general"),
    };
    client.apply(lost);
    assert!(client.0.conversation(GENERAL).is_none());
}

#[test]
fn a_daemon_that_has_nothing_behind_the_past_does_not_hold_one_there() {
    let mut client = Client::far();
    client.goes_to(PLACE);
    client.apply(Update::WantsNewer(GENERAL));
    client.page(Page::After(Seq(5_099)), Vec::new());
    assert_eq!(client.shows(), (BASE + 1, NEWEST));
}
