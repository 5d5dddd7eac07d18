//! Scenarios of the inbox: what waits, what is dismissed here and elsewhere, and in which order that is told.

use super::Waiting;
use super::tests::{ANNA, BORIS, CLARA, Client, DIRECT, GENERAL, entry, summary};
use chat_shared::{
    Announcement, ConversationId, EntryBody, Event, Feed, InboxAbout, InboxItem, Seq, Timestamp,
};

#[test]
fn what_waits_is_taken_over_and_dismissed_in_order() {
    let mut client = Client::synced(0, 1, 1);
    let item = |id| InboxItem {
        id,
        at: Timestamp(0),
        by: Some(BORIS),
        about: InboxAbout::AddedAsContact {},
    };
    let announcement = |id, at| Announcement {
        id,
        at: Timestamp(at),
        by: None,
        text: "x".into(),
    };
    // Entry 1 is in the answer, entry 2 came after it was read.
    client.account_entry(1, EntryBody::InboxAdded { item: item(1) });
    client.account_entry(2, EntryBody::InboxAdded { item: item(2) });
    client.event(Event::Inbox {
        account_seq: Seq(1),
        items: vec![item(1)],
        announcements: vec![announcement(4, 5)],
        more: false,
    });
    let waits = |client: &Client| {
        let inbox = client.0.inbox();
        let items: Vec<_> = inbox.items().map(|item| item.id).collect();
        (items, inbox.announcements().count())
    };
    assert_eq!(waits(&client), (vec![1, 2], 1));
    client.account_entry(
        3,
        EntryBody::InboxDismissed {
            item: Some(1),
            announcements: None,
        },
    );
    assert_eq!(waits(&client), (vec![2], 1));
    let all = EntryBody::InboxDismissed {
        item: None,
        announcements: None,
    };
    client.account_entry(4, all);
    assert_eq!(waits(&client), (vec![], 0), "of an older daemon too");
}

#[test]
fn announcements_are_dismissed_by_their_numbers_whatever_the_clock_says() {
    let mut client = Client::synced(0, 1, 1);
    let said = |id| Announcement {
        id,
        at: Timestamp(9),
        by: None,
        text: "x".into(),
    };
    // The house's feed tells each in an entry of the same number.
    let tell = |client: &mut Client, id| {
        let announcement = said(id);
        let told = entry(id, ANNA, 0, EntryBody::Announced { announcement });
        client.event(Event::Entries {
            feed: Feed::House,
            entries: vec![told],
        });
    };
    let waits = |client: &Client| -> Vec<u64> {
        let waiting = client.0.inbox().announcements();
        waiting.map(|said| said.id).collect()
    };
    let up_to = |id| EntryBody::InboxDismissed {
        item: None,
        announcements: Some(id),
    };
    for id in 4..=6 {
        tell(&mut client, id);
    }
    let one = EntryBody::AnnouncementDismissed { announcement: 5 };
    client.account_entry(1, one);
    assert_eq!(waits(&client), [4, 6]);
    // Said in the same moment, after another device dismissed all.
    client.account_entry(2, up_to(4));
    assert_eq!(waits(&client), [6]);
    // Dismissed elsewhere before this feed told of it: no news.
    client.account_entry(3, up_to(7));
    let notices = client.0.notices().len();
    tell(&mut client, 7);
    assert_eq!(
        (waits(&client), client.0.notices().len()),
        (vec![], notices)
    );
    tell(&mut client, 8);
    assert_eq!(waits(&client), [8]);
}

#[test]
fn what_was_dismissed_while_one_was_away_does_not_come_back() {
    let mut client = Client::synced(0, 1, 1);
    let said = |id| Announcement {
        id,
        at: Timestamp(9),
        by: None,
        text: "x".into(),
    };
    let inbox = |announcements| Event::Inbox {
        account_seq: Seq(0),
        items: vec![],
        announcements,
        more: false,
    };
    client.event(inbox(vec![said(3), said(4)]));
    client.event(Event::Synced {
        account_seq: Seq(0),
        house_seq: Seq(3),
        conversations: vec![],
    });
    let announcement = said(5);
    let told = entry(4, ANNA, 0, EntryBody::Announced { announcement });
    client.event(Event::Entries {
        feed: Feed::House,
        entries: vec![told],
    });
    client.event(inbox(vec![]));
    let waiting: Vec<u64> = client
        .0
        .inbox()
        .announcements()
        .map(|said| said.id)
        .collect();
    assert_eq!(waiting, [5], "it came after the daemon looked");
}

#[test]
fn an_inbox_longer_than_an_answer_is_put_together_with_what_happens_meanwhile() {
    let mut client = Client::synced(0, 1, 1);
    let page = |account_seq, ids: &[u64], more| Event::Inbox {
        account_seq: Seq(account_seq),
        items: ids
            .iter()
            .map(|id| InboxItem {
                id: *id,
                at: Timestamp(0),
                by: Some(BORIS),
                about: InboxAbout::AddedAsContact {},
            })
            .collect(),
        announcements: Vec::new(),
        more,
    };
    let waits =
        |client: &Client| -> Vec<u64> { client.0.inbox().items().map(|item| item.id).collect() };
    client.event(page(0, &[7, 8], true));
    client.account_entry(
        1,
        EntryBody::InboxDismissed {
            item: Some(8),
            announcements: None,
        },
    );
    client.account_entry(
        2,
        EntryBody::InboxDismissed {
            item: Some(4),
            announcements: None,
        },
    );
    // The daemon looked for the older ones before the second.
    client.apply(super::Update::Further(page(1, &[4, 5], true)));
    assert_eq!(waits(&client), [5, 7]);
    client.apply(super::Update::Further(page(2, &[2], false)));
    assert_eq!(waits(&client), [2, 5, 7]);
    client.event(page(2, &[9], false));
    assert_eq!(
        waits(&client),
        [9],
        "asked anew, it is what the answer says"
    );
}

#[test]
fn what_one_announces_oneself_does_not_wait_for_oneself() {
    let mut client = Client::synced(0, 1, 1);
    let said = |id, by| Announcement {
        id,
        at: Timestamp(5),
        by,
        text: "closed on Monday".into(),
    };
    for (seq, by) in [(4, Some(ANNA)), (5, Some(BORIS)), (6, None)] {
        let announcement = said(seq - 3, by);
        let told = entry(seq, ANNA, 0, EntryBody::Announced { announcement });
        client.event(Event::Entries {
            feed: Feed::House,
            entries: vec![told],
        });
    }
    let waiting: Vec<_> = client
        .0
        .inbox()
        .announcements()
        .map(|said| said.id)
        .collect();
    assert_eq!(waiting, [2, 3]);
    assert_eq!(client.0.notices().len(), 3, "where one is, each is told");
}

#[test]
fn what_is_meant_for_oneself_comes_first_and_of_each_kind_the_newest() {
    let mut client = Client::synced(0, 1, 1);
    client.sync(0, vec![summary(GENERAL, 9, 9, 1), summary(DIRECT, 9, 9, 1)]);
    let conversation = ConversationId(77);
    let (seq, reason) = (Seq(1), String::new());
    let about = [
        InboxAbout::Unknown,
        InboxAbout::Announcement { text: "x".into() },
        InboxAbout::Report {
            conversation,
            seq,
            reason,
        },
        InboxAbout::AddedAsContact {},
        InboxAbout::RoomInvitation {
            conversation,
            name: "x".into(),
        },
        InboxAbout::Mention { conversation, seq },
        InboxAbout::AddedAsContact {},
    ];
    let items = about.into_iter().zip(1..).map(|(about, id)| InboxItem {
        id,
        at: Timestamp(i64::try_from(id).unwrap() * 10),
        by: Some(CLARA),
        about,
    });
    let said = |id, at| Announcement {
        id,
        at: Timestamp(at),
        by: None,
        text: "x".into(),
    };
    client.event(Event::Inbox {
        account_seq: Seq(0),
        items: items.collect(),
        announcements: vec![said(8, 15), said(9, 25)],
        more: false,
    });
    let list = client.0.waiting_list().into_iter();
    let list: Vec<_> = list
        .map(|waiting| match waiting {
            Waiting::Unread(there) if there.is_room() => "room".to_owned(),
            Waiting::Unread(_) => "direct".to_owned(),
            Waiting::Item(item) => item.id.to_string(),
            Waiting::Announcement(said) => format!("a{}", said.id),
        })
        .collect();
    let mention_invitation_contacts_report = ["6", "5", "7", "4", "3"];
    let announcements_unknown = ["a9", "2", "a8", "1"];
    assert_eq!(list[0], "direct");
    assert_eq!(list[1..6], mention_invitation_contacts_report);
    assert_eq!(list[6..10], announcements_unknown);
    assert_eq!(list[10..], ["room"]);
}
