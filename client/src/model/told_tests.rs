//! Scenarios of the client's own lines: what is told, and that it is told once.

use super::tests::{ANNA, BORIS, Client, GENERAL, NOW, entry, post, ticket};
use super::{Connection, Item, Update};
use crate::command::Order;
use chat_shared::{
    Announcement, Command as Act, Entry, EntryBody, Event, Fault, FaultCode, Feed, Seq, Timestamp,
};

fn said(id: u64, at: i64) -> Announcement {
    Announcement {
        id,
        at: Timestamp(at),
        by: Some(BORIS),
        text: format!("word {id}"),
    }
}

impl Client {
    /// The house's feed tells of an announcement.
    fn announced(&mut self, seq: u64, announcement: Announcement) -> bool {
        let told = entry(seq, BORIS, 0, EntryBody::Announced { announcement });
        let changed = self.event(Event::Entries {
            feed: Feed::House,
            entries: vec![told],
        });
        changed.calls
    }

    /// The connection breaks, and another is made: these announcements wait.
    fn comes_back_to(&mut self, house_seq: u64, announcements: Vec<Announcement>) -> bool {
        self.apply(Update::Connection(Connection::Lost {
            reason: "gone".into(),
            retry_at: Timestamp(0),
        }));
        self.apply(Update::Connection(Connection::Connecting {
            to: "home".into(),
        }));
        self.event(Event::Synced {
            account_seq: Seq(0),
            house_seq: Seq(house_seq),
            conversations: vec![],
        });
        self.apply(Update::Connection(Connection::Online));
        let changed = self.event(Event::Inbox {
            account_seq: Seq(0),
            items: vec![],
            announcements,
            more: false,
        });
        changed.calls
    }

    fn told(&self) -> Vec<&str> {
        let notices = self.0.notices().iter();
        notices
            .map(|notice| match notice.text.split_once(": ") {
                Some((head, word)) if head.starts_with("announcement of boris") => word,
                _ => &notice.text,
            })
            .collect()
    }
}

#[test]
fn an_announcement_that_was_told_is_not_told_again_after_a_reconnect() {
    let mut client = Client::synced(0, 1, 1);
    client.event(Event::Inbox {
        account_seq: Seq(0),
        items: vec![],
        announcements: vec![],
        more: false,
    });
    assert!(client.announced(4, said(1, 1)), "it rings");
    for _ in 0..2 {
        assert!(!client.comes_back_to(4, vec![said(1, 1)]), "and once");
        assert_eq!(client.told(), ["word 1"]);
    }
    // What came while one was away is told, and so is what was said in between.
    assert!(client.comes_back_to(6, vec![said(1, 1), said(2, 2), said(3, 3)]));
    assert_eq!(client.told(), ["word 1", "word 2", "word 3"]);
}

#[test]
fn one_that_is_told_later_bears_the_time_at_which_it_was_said() {
    let mut client = Client::synced(0, 1, 1);
    let day = 86_400_000;
    let at = |ms| NOW.0 - ms;
    client.event(Event::Inbox {
        account_seq: Seq(0),
        items: vec![],
        announcements: vec![said(1, at(20 * day)), said(2, at(day)), said(3, at(60_000))],
        more: false,
    });
    client.announced(4, said(4, NOW.0));
    let told: Vec<_> = client.0.notices().iter().map(|told| &told.text).collect();
    assert_eq!(
        told,
        [
            "announcement of boris, 12 Dec 1969 00:16: word 1",
            "announcement of boris, Wed 00:16: word 2",
            "announcement of boris, 00:15: word 3",
            "announcement of boris: word 4",
        ]
    );
}

#[test]
fn who_is_invited_already_is_told_of_and_who_is_not_shows_in_the_room() {
    let mut client = Client::synced(0, 5, 5);
    client.apply(Update::Opened(Some(GENERAL)));
    let mut invite = |nonce, seq| {
        let order = Order::Act {
            act: Act::InviteToRoom {
                conversation: GENERAL,
                account: BORIS,
            },
        };
        let ticket = ticket(nonce);
        let queued = order.clone();
        client.apply(Update::Queued {
            ticket,
            order: queued,
        });
        client.apply(Update::Done {
            ticket,
            order,
            conversation: Some(GENERAL),
            seq,
        });
        client.drawn()
    };
    assert_eq!(invite(1, Some(Seq(6))), "1 2 3 4 5");
    // An answer that was lost says nothing.
    assert_eq!(invite(2, None), "1 2 3 4 5");
    let told = "(boris is invited already: it waits in their inbox)";
    assert_eq!(invite(3, Some(Seq(5))), format!("1 2 3 4 5 {told}"));
}

#[test]
fn one_that_comes_before_the_answer_hides_none_that_waited() {
    let mut client = Client::synced(0, 1, 1);
    client.announced(4, said(3, 3));
    client.event(Event::Inbox {
        account_seq: Seq(0),
        items: vec![],
        announcements: vec![said(2, 2), said(3, 3)],
        more: false,
    });
    assert_eq!(client.told(), ["word 3", "word 2"]);
    // A daemon that was set back to an older state counts on from there: it is another announcement.
    assert!(client.announced(5, said(2, 9)));
    assert_eq!(client.told(), ["word 3", "word 2", "word 2"]);
}

#[test]
fn of_many_that_wait_the_newest_are_told_and_the_others_at_no_time() {
    let mut client = Client::synced(0, 1, 1);
    let many: Vec<_> = (1..=9).map(|id| said(id, 5)).collect();
    assert!(client.comes_back_to(3, many.clone()));
    assert!(!client.comes_back_to(3, many));
    assert_eq!(client.told(), ["word 7", "word 8", "word 9"]);
    // Those that are for who is online alone have no numbers, and come once each.
    for _ in 0..2 {
        let announcement = said(0, 5);
        assert!(client.event(Event::Announced { announcement }).calls);
    }
    assert_eq!(client.told()[3..], ["word 0", "word 0"]);
}

fn refused(client: &mut Client, nonce: u64) {
    let act = Act::DeleteMessage {
        conversation: GENERAL,
        seq: Seq(1),
        reason: String::new(),
    };
    client.apply(Update::Refused {
        ticket: ticket(nonce),
        order: Order::Act { act },
        fault: Fault::new(FaultCode::Outranked, "boris has more to say"),
    });
}

#[test]
fn the_same_refusal_twice_in_a_row_is_told_once() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Opened(Some(GENERAL)));
    let once = "(could not delete the message: boris has more to say)";
    refused(&mut client, 1);
    refused(&mut client, 2);
    assert_eq!(client.drawn(), format!("1 {once}"));
    // With something in between it is an answer to something else.
    client.entries(vec![post(2, BORIS, "hm")]);
    refused(&mut client, 3);
    assert_eq!(client.drawn(), format!("1 {once} -- 2 {once}"));
    client.apply(Update::Notice {
        conversation: None,
        text: "other".into(),
    });
    refused(&mut client, 4);
    let both = format!("1 {once} -- 2 {once} (other) {once}");
    assert_eq!(client.drawn(), both);
}

#[test]
fn so_it_is_where_no_conversation_is_open() {
    let mut client = Client::synced(0, 1, 1);
    let notice = || Update::Notice {
        conversation: None,
        text: "no\u{1b} room".into(),
    };
    client.apply(notice());
    client.apply(notice());
    assert_eq!(client.told(), ["no\u{fffd} room"]);
    // What others do twice happened twice.
    let contact = |client: &mut Client, seq, id| {
        let item = chat_shared::InboxItem {
            id,
            at: Timestamp(0),
            by: Some(BORIS),
            about: chat_shared::InboxAbout::AddedAsContact {},
        };
        client.account_entry(seq, EntryBody::InboxAdded { item });
    };
    contact(&mut client, 1, 1);
    contact(&mut client, 2, 2);
    assert_eq!(client.told().len(), 3);
}

#[test]
fn why_it_is_over_is_told_whole_where_one_is_and_once() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Opened(Some(GENERAL)));
    let todo = Some("Ctrl-R: try again");
    let reason = "a long reason ".repeat(20) + "for it";
    for _ in 0..2 {
        client.apply(Update::Connection(Connection::Connecting {
            to: "home".into(),
        }));
        let reason = reason.clone();
        client.apply(Update::Connection(Connection::Ended { todo, reason }));
    }
    assert_eq!(
        client.drawn(),
        format!("1 (not connected: {reason} (Ctrl-R: try again))")
    );
    assert!(client.0.is_me(ANNA));
}

#[test]
fn why_one_is_turned_away_is_told_whole_and_once_until_one_was_let_in() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Opened(Some(GENERAL)));
    let turned_away = |client: &mut Client, at| {
        client.apply(Update::Connection(Connection::Connecting {
            to: "home".into(),
        }));
        client.apply(Update::Connection(Connection::TurnedAway {
            reason: "disabled: ask somebody".into(),
            retry_at: Timestamp(at),
        }));
    };
    turned_away(&mut client, 1);
    client.apply(Update::Notice {
        conversation: None,
        text: "typed meanwhile".into(),
    });
    turned_away(&mut client, 2);
    let why = "(not connected: disabled: ask somebody)";
    assert_eq!(client.drawn(), format!("1 {why} (typed meanwhile)"));
    client.apply(Update::Connection(Connection::Online));
    turned_away(&mut client, 3);
    assert_eq!(client.drawn(), format!("1 {why} (typed meanwhile) {why}"));
}

#[test]
fn what_nobody_with_an_account_did_the_administrator_did() {
    let entry = Entry {
        by: None,
        ..entry(1, ANNA, 0, EntryBody::Deleted {})
    };
    let told = Item::new(entry).happening(|_| "anna".to_owned());
    assert_eq!(told.as_deref(), Some("the administrator deleted the room"));
}
