//! The inbox.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, TestHouse, command, create_room, direct, join, mark, post,
};
use super::office::{
    DORA, abouts, account, block, bodies, does_once, inbox, item, office, put_contact,
};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::{ANNOUNCEMENTS, INBOX_ITEMS};
use chat_shared::{AccountId, Audience, ConversationId, EntryBody, InboxAbout, Seq};

fn mention(conversation: ConversationId, seq: u64) -> InboxAbout {
    let seq = Seq(seq);
    InboxAbout::Mention { conversation, seq }
}

fn dismiss(item: Option<u64>) -> Action {
    Action::DismissInbox { item }
}

fn dismissed(item: u64) -> EntryBody {
    EntryBody::InboxDismissed {
        item: Some(item),
        announcements: None,
    }
}

/// All of them, and the announcements up to this one.
fn emptied(announcements: u64) -> EntryBody {
    EntryBody::InboxDismissed {
        item: None,
        announcements: Some(announcements),
    }
}

fn announce(text: &str) -> Action {
    Action::Announce {
        to: Audience::Everybody,
        text: text.into(),
    }
}

/// Where the next message goes.
fn next(house: &TestHouse) -> u64 {
    let feed = crate::store::FeedKey::Conversation(GENERAL);
    house.entries(feed).len() as u64 + 1
}

#[test]
fn who_is_mentioned_finds_it() {
    let mut house = office();
    let seq = next(&house);
    house.does(BERT, post(GENERAL, "@cleo, @bert: coffee? cleo@dora"));
    assert_eq!(inbox(&house, CLEO), [item(1, BERT, mention(GENERAL, seq))]);
    let is_mention = |about: &InboxAbout| matches!(about, InboxAbout::Mention { .. });
    for other in [ANNA, BERT, DORA] {
        assert!(!abouts(&house, other).iter().any(is_mention));
    }
}

#[test]
fn who_is_not_there_or_does_not_want_to_hear_is_not_told() {
    let mut house = office();
    house.does(BERT, create_room("pool", ""));
    let pool = ConversationId(2);
    house.does(BERT, post(pool, "@cleo"));
    assert_eq!(abouts(&house, CLEO), []);
    house.does(CLEO, join(pool));
    house.does(CLEO, block(BERT));
    house.does(BERT, post(pool, "@cleo"));
    assert_eq!(abouts(&house, CLEO), []);
}

#[test]
fn reading_dismisses_what_was_read_and_only_that() {
    let mut house = office();
    let first = next(&house);
    house.does(BERT, post(GENERAL, "@cleo one"));
    house.does(BERT, post(GENERAL, "@cleo two"));
    house.does(BERT, direct(&[CLEO]));
    let pair = ConversationId(2);
    house.does(BERT, post(pair, "@cleo three"));
    house.does(BERT, put_contact(CLEO, "", false));
    assert_eq!(inbox(&house, CLEO).len(), 4);

    let done = house.does(None, mark(GENERAL, &[(CLEO, first)]));
    assert_eq!(bodies(&done)[1..], [dismissed(1)]);
    assert_eq!(done.1[1].entry.by, Some(CLEO));
    house.reopen();
    let done = house.does(None, mark(GENERAL, &[(CLEO, first + 1)]));
    assert_eq!(bodies(&done)[1..], [dismissed(2)]);
    let left: Vec<u64> = inbox(&house, CLEO).iter().map(|item| item.id).collect();
    assert_eq!(left, [3, 4]);
    // Nobody else's.
    house.does(None, mark(pair, &[(BERT, 9)]));
    assert_eq!(inbox(&house, CLEO).len(), 2);
    house.does(None, mark(pair, &[(CLEO, 9)]));
    assert_eq!(abouts(&house, CLEO), [InboxAbout::AddedAsContact {}]);
}

#[test]
fn a_mention_after_the_last_was_read_is_dismissed_too() {
    let mut house = office();
    for _ in 0..3 {
        let seq = next(&house);
        house.does(BERT, post(GENERAL, "@cleo"));
        assert_eq!(inbox(&house, CLEO).len(), 1);
        house.does(None, mark(GENERAL, &[(CLEO, seq)]));
        assert_eq!(inbox(&house, CLEO).len(), 0);
    }
}

#[test]
fn one_item_is_dismissed_once() {
    let mut house = office();
    house.does(BERT, post(GENERAL, "@cleo"));
    house.does(BERT, put_contact(CLEO, "", false));
    let done = does_once(&mut house, CLEO, dismiss(Some(1)));
    assert_eq!(bodies(&done), [dismissed(1)]);
    for item in [1, 3] {
        assert_eq!(
            house.refuses(CLEO, dismiss(Some(item))),
            Refusal::NoSuchItem(item)
        );
    }
    assert_eq!(
        house.refuses(BERT, dismiss(Some(2))),
        Refusal::NoSuchItem(2)
    );
    assert_eq!(inbox(&house, CLEO).len(), 1);
}

#[test]
fn all_are_dismissed_with_the_announcements() {
    let mut house = office();
    house.does(BERT, post(GENERAL, "@cleo"));
    house.does(BERT, put_contact(CLEO, "", false));
    house.does(BERT, announce("cake"));
    let done = does_once(&mut house, CLEO, dismiss(None));
    assert_eq!(bodies(&done), [emptied(1)]);
    assert_eq!(inbox(&house, CLEO), []);
    assert_eq!(account(&house, CLEO).announcements_seen, 1);

    let before = house.dump();
    assert_eq!(house.does(CLEO, dismiss(None)), (Outcome::DONE, vec![]));
    assert_eq!(house.dump(), before);
    house.does(BERT, announce("more cake"));
    assert_eq!(bodies(&house.does(CLEO, dismiss(None))), [emptied(2)]);
    assert_eq!(account(&house, CLEO).announcements_seen, 2);
}

#[test]
fn one_announcement_is_dismissed_once_and_the_others_wait() {
    let mut house = office();
    for text in ["cake", "tea", "soup"] {
        house.does(BERT, announce(text));
    }
    let seen = |announcement| Action::DismissAnnouncement { announcement };
    let told = EntryBody::AnnouncementDismissed { announcement: 2 };
    let done = does_once(&mut house, CLEO, seen(2));
    assert_eq!(bodies(&done), [told]);
    let waiting = |house: &TestHouse| {
        let cleo = account(house, CLEO);
        (1..=3)
            .filter(|id| !cleo.has_dismissed(*id))
            .collect::<Vec<u64>>()
    };
    assert_eq!(waiting(&house), [1, 3]);
    for id in [0, 2, 4, u64::MAX] {
        let refusal = house.refuses(CLEO, seen(id));
        assert_eq!(refusal, Refusal::NoSuchAnnouncement(id));
    }
    assert_eq!(
        house.refuses(BERT, seen(1)),
        Refusal::NoSuchAnnouncement(1),
        "one's own does not wait for oneself"
    );
    assert_eq!(bodies(&house.does(CLEO, dismiss(None))), [emptied(3)]);
    assert_eq!(account(&house, CLEO).announcements_dismissed, [].into());
}

#[test]
fn what_was_dismissed_is_remembered_only_as_long_as_it_is_kept() {
    let mut house = office();
    for number in 1..=2 * ANNOUNCEMENTS as u64 {
        house.does(BERT, announce(&number.to_string()));
        let seen = Action::DismissAnnouncement {
            announcement: number,
        };
        house.does(CLEO, seen);
    }
    let dismissed = account(&house, CLEO).announcements_dismissed;
    assert_eq!(dismissed.len(), ANNOUNCEMENTS);
    let gone = Action::DismissAnnouncement { announcement: 1 };
    let refusal = house.refuses(DORA, gone);
    assert_eq!(refusal, Refusal::NoSuchAnnouncement(1));
}

#[test]
fn the_number_of_an_item_is_never_given_again() {
    let mut house = office();
    house.does(BERT, post(GENERAL, "@cleo"));
    house.does(CLEO, dismiss(None));
    house.reopen();
    house.does(BERT, post(GENERAL, "@cleo"));
    assert_eq!(inbox(&house, CLEO)[0].id, 2);
}

#[test]
fn the_oldest_goes_where_there_is_no_place() {
    let mut house = office();
    let said = |_| command(BERT, post(GENERAL, "@cleo"));
    house.commits((0..INBOX_ITEMS).map(said).collect());
    assert_eq!(inbox(&house, CLEO).len(), INBOX_ITEMS);
    let done = house.does(BERT, put_contact(CLEO, "", false));
    let newest = INBOX_ITEMS as u64 + 1;
    let item = item(newest, BERT, InboxAbout::AddedAsContact {});
    assert_eq!(
        bodies(&done)[..2],
        [dismissed(1), EntryBody::InboxAdded { item }]
    );
    assert_eq!(done.1[0].entry.by, None::<AccountId>);
    let items = inbox(&house, CLEO);
    assert_eq!((items.len(), items[0].id), (INBOX_ITEMS, 2));
}
