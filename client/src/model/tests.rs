//! Scenarios: what happened, and what is true then.

use super::{Changed, Connection, Heard, Line, Me, Model, PendingState, Update, What};
use crate::command::{Command, Order, Page, Ticket};
use chat_shared::{
    Access, AccountId, ConversationId, ConversationKind, ConversationSummary, Entry, EntryBody,
    Event, Fault, FaultCode, Feed, HouseRole, InboxAbout, InboxItem, Member, Nonce, Presence,
    PresenceState, Request, RoomInfo, RoomSettings, Seq, StreamId, Timestamp,
};

pub(super) const ANNA: AccountId = AccountId(1);
pub(super) const BORIS: AccountId = AccountId(2);
pub(super) const CLARA: AccountId = AccountId(3);
pub(super) const GENERAL: ConversationId = ConversationId(10);
pub(super) const DIRECT: ConversationId = ConversationId(11);
pub(super) const NOW: Timestamp = Timestamp(1_000_000);

pub(super) fn entry(seq: u64, by: AccountId, posts: u64, body: EntryBody) -> Entry {
    Entry {
        seq: Seq(seq),
        at: Timestamp(0),
        by: Some(by),
        posts,
        body,
    }
}

pub(super) fn post(seq: u64, by: AccountId, text: &str) -> Entry {
    entry(seq, by, seq, EntryBody::Posted { text: text.into() })
}

pub(super) fn summary(id: ConversationId, after: u64, seq: u64, read: u64) -> ConversationSummary {
    let about = if id == DIRECT {
        ConversationKind::Direct {
            members: vec![ANNA, BORIS],
        }
    } else {
        ConversationKind::Room {
            name: "general".into(),
            topic: String::new(),
        }
    };
    ConversationSummary {
        conversation: id,
        about,
        members: 2,
        seq: Seq(seq),
        posts: seq,
        read: Seq(read),
        read_posts: read,
        after: Seq(after),
    }
}

pub(super) fn presence(account: AccountId, state: PresenceState) -> Presence {
    Presence {
        account,
        state,
        status: None,
    }
}

fn members(accounts: &[AccountId]) -> Vec<Member> {
    let member = |account: &AccountId| Member {
        account: *account,
        role: Default::default(),
    };
    accounts.iter().map(member).collect()
}

pub(super) fn ticket(nonce: u64) -> Ticket {
    Ticket {
        stream: StreamId(1),
        nonce: Nonce(nonce),
    }
}

fn say(text: &str) -> Order {
    Order::Post {
        conversation: GENERAL,
        text: text.into(),
    }
}

/// Anna's client, and short words for what happens to it.
pub(super) struct Client(pub(super) Model);

impl Client {
    fn new() -> Self {
        let mut client = Self(Model::new());
        client.apply(Update::SignedIn(Me {
            account: ANNA,
            name: "anna".into(),
            administrator: false,
            role: HouseRole::Member,
        }));
        client
    }

    /// In `#general` with entries up to `seq` above `after`, of which `read` are read.
    pub(super) fn synced(after: u64, seq: u64, read: u64) -> Self {
        let mut client = Self::new();
        client.sync(0, vec![summary(GENERAL, after, seq, read)]);
        let people = [(ANNA, "anna"), (BORIS, "boris"), (CLARA, "clara")];
        let house = people.iter().zip(1..).map(|((account, name), seq)| {
            let body = EntryBody::AccountAdded {
                account: *account,
                name: (*name).into(),
            };
            entry(seq, *account, 0, body)
        });
        client.event(Event::Entries {
            feed: Feed::House,
            entries: house.collect(),
        });
        client.entries(
            (after + 1..=seq)
                .map(|seq| post(seq, BORIS, "old"))
                .collect(),
        );
        client.apply(Update::Connection(Connection::Online));
        client
    }

    pub(super) fn apply(&mut self, update: Update) -> Changed {
        self.0.apply(update, NOW)
    }

    pub(super) fn event(&mut self, event: Event) -> Changed {
        self.apply(Update::Event(event))
    }

    pub(super) fn sync(
        &mut self,
        account_seq: u64,
        conversations: Vec<ConversationSummary>,
    ) -> Changed {
        let house_seq = Seq(3);
        self.event(Event::Synced {
            account_seq: Seq(account_seq),
            house_seq,
            conversations,
        })
    }

    pub(super) fn entries(&mut self, entries: Vec<Entry>) -> Changed {
        let feed = Feed::Conversation {
            conversation: GENERAL,
        };
        self.event(Event::Entries { feed, entries })
    }

    pub(super) fn account_entry(&mut self, seq: u64, body: EntryBody) -> Changed {
        let entries = vec![entry(seq, ANNA, 0, body)];
        self.event(Event::Entries {
            feed: Feed::Account,
            entries,
        })
    }

    /// A page of history comes, as it was asked for.
    pub(super) fn page(&mut self, page: Page, entries: Vec<Entry>) -> Changed {
        self.apply(Update::Page {
            conversation: GENERAL,
            page,
            entries,
            newest: Seq(9),
        })
    }

    /// The page below an entry comes, with messages.
    pub(super) fn older(&mut self, before: u64, seqs: std::ops::RangeInclusive<u64>) -> Changed {
        let entries = seqs.map(|seq| post(seq, BORIS, "old")).collect();
        self.page(Page::Before(Seq(before)), entries)
    }

    fn seqs(&self) -> Vec<u64> {
        self.0
            .conversation(GENERAL)
            .unwrap()
            .items()
            .map(|item| item.seq().0)
            .collect()
    }

    fn has_older(&self) -> bool {
        self.0.conversation(GENERAL).unwrap().shown().has_older()
    }

    pub(super) fn unread(&self) -> u64 {
        self.0.conversation(GENERAL).unwrap().unread()
    }

    /// The conversation as drawn: numbers for entries, words for the rest.
    pub(super) fn drawn(&self) -> String {
        let lines = self.0.conversation(GENERAL).unwrap().lines();
        let lines = lines.iter().map(|line| match line {
            Line::Entry(item) => item.seq().to_string(),
            Line::Moves(run) => format!("{} moved", run.len()),
            Line::UnreadLine => "--".to_owned(),
            Line::Notice(notice) => format!("({})", notice.text),
            Line::Pending(pending) => match &pending.state {
                PendingState::Queued => format!("{}?", pending.text),
                PendingState::Sent(_) => format!("{}!", pending.text),
                PendingState::Refused(why) => format!("{}: {why}", pending.text),
            },
        });
        lines.collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn entries_are_held_once_and_in_order() {
    let mut client = Client::synced(2, 4, 4);
    client.entries(vec![post(4, BORIS, "again"), post(5, BORIS, "new")]);
    client.entries(vec![post(5, BORIS, "again")]);
    assert_eq!(client.seqs(), [3, 4, 5]);
}

#[test]
fn a_gap_asks_for_a_sync_once_and_shows_nothing_behind_it() {
    let mut client = Client::synced(2, 4, 4);
    let changed = client.entries(vec![post(7, BORIS, "far")]);
    assert_eq!(changed.needs, [Command::Resync]);
    assert_eq!(client.entries(vec![post(8, BORIS, "farther")]).needs, []);
    assert_eq!(client.seqs(), [3, 4]);
    client.sync(0, vec![summary(GENERAL, 4, 8, 4)]);
    client.entries((5..=8).map(|seq| post(seq, BORIS, "found")).collect());
    assert_eq!(client.seqs(), [3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_sync_that_leaves_a_hole_begins_the_window_anew() {
    let mut client = Client::synced(2, 4, 4);
    client.sync(0, vec![summary(GENERAL, 100, 102, 4)]);
    client.entries(vec![post(101, BORIS, "new"), post(102, BORIS, "new")]);
    assert_eq!(client.seqs(), [101, 102]);
    assert!(client.has_older());
    assert_eq!(client.unread(), 98);
}

#[test]
fn scrolling_back_asks_once_and_joins_what_comes() {
    let mut client = Client::synced(5, 7, 7);
    let needs = client.apply(Update::WantsOlder(GENERAL)).needs;
    assert_eq!(
        needs,
        [Command::FetchHistory {
            conversation: GENERAL,
            page: Page::Before(Seq(6))
        }]
    );
    assert_eq!(client.apply(Update::WantsOlder(GENERAL)).needs, []);
    client.older(6, 3..=5);
    assert_eq!(client.seqs(), [3, 4, 5, 6, 7]);
    client.older(3, 1..=2);
    assert_eq!(client.seqs(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(client.apply(Update::WantsOlder(GENERAL)).needs, []);
    assert!(!client.has_older());
}

#[test]
fn a_page_that_does_not_touch_the_window_is_left_out() {
    let mut client = Client::synced(5, 7, 7);
    client.older(4, 1..=3);
    assert_eq!(client.seqs(), [6, 7]);
    client.older(6, 1..=3);
    assert_eq!(client.seqs(), [6, 7]);
}

#[test]
fn a_page_asked_for_before_the_connection_broke_may_be_asked_for_again() {
    let mut client = Client::synced(5, 7, 7);
    client.apply(Update::WantsOlder(GENERAL));
    client.apply(Update::Connection(Connection::Lost {
        reason: "x".into(),
        retry_at: NOW,
    }));
    assert_eq!(client.apply(Update::WantsOlder(GENERAL)).needs, []);
    client.apply(Update::Connection(Connection::Online));
    assert_eq!(client.apply(Update::WantsOlder(GENERAL)).needs.len(), 1);
}

#[test]
fn unread_is_a_subtraction_and_a_mark_from_another_device_counts() {
    let mut client = Client::synced(0, 5, 2);
    assert_eq!(client.unread(), 3);
    client.account_entry(
        1,
        EntryBody::Read {
            conversation: GENERAL,
            seq: Seq(4),
            posts: 4,
        },
    );
    assert_eq!((client.unread(), client.0.unread()), (1, 1));
    client.entries(vec![entry(
        6,
        CLARA,
        5,
        EntryBody::Joined { account: CLARA },
    )]);
    assert_eq!(client.unread(), 1);
}

#[test]
fn seeing_marks_as_read_and_tells_once() {
    let mut client = Client::synced(0, 5, 2);
    client.apply(Update::Looked {
        conversation: GENERAL,
        first: Seq(3),
        last: Seq(5),
    });
    let seen = || Update::Seen {
        conversation: GENERAL,
        seq: Seq(5),
    };
    let needs = client.apply(seen()).needs;
    assert_eq!(
        needs,
        [Command::MarkRead {
            conversation: GENERAL,
            seq: Seq(5)
        }]
    );
    assert_eq!(client.unread(), 0);
    assert_eq!(client.apply(seen()).needs, []);
}

#[test]
fn the_unread_line_stays_while_one_reads_and_goes_when_one_writes_or_leaves() {
    let mut client = Client::synced(0, 4, 2);
    client.apply(Update::Opened(Some(GENERAL)));
    assert_eq!(client.drawn(), "1 2 -- 3 4");
    client.apply(Update::Looked {
        conversation: GENERAL,
        first: Seq(1),
        last: Seq(4),
    });
    client.apply(Update::Seen {
        conversation: GENERAL,
        seq: Seq(4),
    });
    assert_eq!(client.drawn(), "1 2 -- 3 4");
    client.apply(Update::Opened(None));
    client.apply(Update::Opened(Some(GENERAL)));
    assert_eq!(client.drawn(), "1 2 3 4");
    client.entries(vec![post(5, BORIS, "unseen")]);
    assert_eq!(client.drawn(), "1 2 3 4 -- 5");
    client.entries(vec![post(6, ANNA, "mine, from my telephone")]);
    assert_eq!(client.drawn(), "1 2 3 4 5 6");
}

#[test]
fn only_unread_messages_of_others_are_heard() {
    let mut client = Client::synced(0, 4, 4);
    let changed = client.entries(vec![
        post(5, ANNA, "mine"),
        post(6, BORIS, "his"),
        entry(7, CLARA, 6, EntryBody::Joined { account: CLARA }),
    ]);
    assert_eq!(
        changed.heard,
        [Heard {
            conversation: GENERAL,
            by: BORIS,
            seq: Seq(6)
        }]
    );
}

#[test]
fn a_pending_message_goes_in_the_step_in_which_its_entry_comes() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Queued {
        ticket: ticket(1),
        order: say("hi"),
    });
    client.apply(Update::Queued {
        ticket: ticket(1),
        order: say("hi"),
    });
    assert_eq!((client.drawn().as_str(), client.0.waiting()), ("1 hi?", 1));
    let (conversation, seq) = (Some(GENERAL), Some(Seq(2)));
    client.apply(Update::Done {
        ticket: ticket(1),
        order: say("hi"),
        conversation,
        seq,
    });
    assert_eq!((client.drawn().as_str(), client.0.waiting()), ("1 hi!", 0));
    client.entries(vec![post(2, ANNA, "hi")]);
    assert_eq!(client.drawn(), "1 2");
}

#[test]
fn an_answer_after_its_entry_takes_the_pending_message_away() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Queued {
        ticket: ticket(1),
        order: say("hi"),
    });
    client.entries(vec![post(2, ANNA, "hi")]);
    let (conversation, seq) = (Some(GENERAL), Some(Seq(2)));
    client.apply(Update::Done {
        ticket: ticket(1),
        order: say("hi"),
        conversation,
        seq,
    });
    assert_eq!(client.drawn(), "1 2");
}

#[test]
fn after_a_reconnect_the_answer_comes_before_the_sync_and_nothing_shows_twice() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Queued {
        ticket: ticket(1),
        order: say("hi"),
    });
    client.apply(Update::Connection(Connection::Lost {
        reason: "x".into(),
        retry_at: NOW,
    }));
    let (conversation, seq) = (Some(GENERAL), Some(Seq(2)));
    client.apply(Update::Done {
        ticket: ticket(1),
        order: say("hi"),
        conversation,
        seq,
    });
    // So much happened since that the window begins anew above the own message.
    client.sync(0, vec![summary(GENERAL, 50, 50, 1)]);
    assert_eq!(client.drawn(), "");
}

#[test]
fn a_refused_message_stays_until_it_is_dismissed() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Queued {
        ticket: ticket(1),
        order: say("hi"),
    });
    let fault = Fault::new(FaultCode::MessageTooLong, "too long\u{1b}[2J");
    client.apply(Update::Refused {
        ticket: ticket(1),
        order: say("hi"),
        fault,
    });
    assert_eq!(client.drawn(), "1 hi: too long\u{fffd}[2J");
    client.apply(Update::Dismissed {
        conversation: GENERAL,
        ticket: ticket(1),
    });
    assert_eq!(client.drawn(), "1");
}

#[test]
fn other_refusals_become_notices_where_one_is() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(Update::Opened(Some(GENERAL)));
    let order = Order::CreateRoom {
        name: "x".into(),
        topic: String::new(),
        access: Default::default(),
    };
    let fault = Fault::new(FaultCode::NameTaken, "the name is taken");
    client.apply(Update::Refused {
        ticket: ticket(1),
        order,
        fault,
    });
    client.entries(vec![post(2, BORIS, "later")]);
    assert_eq!(
        client.drawn(),
        "1 (could not create the room: the name is taken) -- 2"
    );
}

#[test]
fn a_message_to_a_conversation_that_is_gone_is_not_lost() {
    let mut client = Client::synced(0, 1, 1);
    let order = Order::Post {
        conversation: ConversationId(99),
        text: "hi".into(),
    };
    let fault = Fault::new(FaultCode::NotAMember, "you are not in it");
    client.apply(Update::Refused {
        ticket: ticket(1),
        order,
        fault,
    });
    assert!(client.0.notices()[0].text.contains("it said: hi"));
}

#[test]
fn an_own_room_is_gone_to_once_it_is_known() {
    let mut client = Client::new();
    client.sync(0, Vec::new());
    let order = Order::CreateRoom {
        name: "general".into(),
        topic: String::new(),
        access: Default::default(),
    };
    let (conversation, seq) = (Some(GENERAL), Some(Seq(1)));
    let changed = client.apply(Update::Done {
        ticket: ticket(1),
        order,
        conversation,
        seq,
    });
    assert_eq!((changed.go_to, changed.needs), (None, vec![]));
    let added = EntryBody::ConversationAdded {
        conversation: GENERAL,
    };
    assert_eq!(client.account_entry(1, added).needs, []);
    let opened = Event::Opened {
        conversation: summary(GENERAL, 0, 1, 0),
    };
    assert_eq!(client.event(opened).go_to, Some(GENERAL));
}

#[test]
fn a_conversation_begun_by_others_appears_and_one_left_disappears() {
    let mut client = Client::synced(0, 1, 1);
    let added = EntryBody::ConversationAdded {
        conversation: DIRECT,
    };
    client.account_entry(1, added);
    client.event(Event::Opened {
        conversation: summary(DIRECT, 0, 1, 0),
    });
    let titles: Vec<_> = client
        .0
        .conversations()
        .iter()
        .map(|c| client.0.title(c))
        .collect();
    assert_eq!(titles, ["#general", "@boris"]);
    client.account_entry(
        2,
        EntryBody::ConversationRemoved {
            conversation: GENERAL,
            reason: String::new(),
            banned: false,
            until: None,
        },
    );
    assert!(client.0.conversation(GENERAL).is_none());
    assert_eq!(client.0.find("@Boris").unwrap().id(), DIRECT);
}

#[test]
fn who_is_put_out_is_told_by_whom_and_why() {
    let told = |by, reason: &str| Entry {
        by,
        ..entry(
            1,
            BORIS,
            0,
            EntryBody::ConversationRemoved {
                conversation: GENERAL,
                reason: reason.into(),
                banned: false,
                until: None,
            },
        )
    };
    for (by, reason, line) in [
        (
            Some(BORIS),
            "noise\n\u{1b}",
            "boris has put you out of #general: noise \u{fffd}",
        ),
        (
            None,
            "noise",
            "the administrator has put you out of #general: noise",
        ),
        // It may have been deleted.
        (Some(BORIS), "", "you are in #general no longer: by boris"),
        (None, "", "you are in #general no longer"),
    ] {
        let mut client = Client::synced(0, 1, 1);
        client.event(Event::Entries {
            feed: Feed::Account,
            entries: vec![told(by, reason)],
        });
        let notice = &client.0.notices()[0];
        assert_eq!(notice.text, line);
    }
}

#[test]
fn who_is_put_out_is_told_whether_they_may_come_back() {
    let public = RoomSettings::default;
    let private = || RoomSettings {
        access: Access::Private,
        ..public()
    };
    let archived = || RoomSettings {
        archived: true,
        ..public()
    };
    let (plain, keeper) = (HouseRole::Member, HouseRole::Moderator);
    for (settings, role, is_invited, may) in [
        (public(), plain, false, true),
        (archived(), plain, false, false),
        (private(), plain, false, false),
        (private(), plain, true, true),
        (private(), keeper, false, true),
    ] {
        let mut client = Client::synced(0, 1, 1);
        client.apply(Update::SignedIn(Me {
            account: ANNA,
            name: "anna".into(),
            administrator: false,
            role,
        }));
        let set = EntryBody::HouseRoleSet {
            account: ANNA,
            role,
        };
        client.event(Event::Entries {
            feed: Feed::House,
            entries: vec![entry(4, ANNA, 0, set)],
        });
        client.event(Event::Room {
            room: RoomInfo {
                conversation: GENERAL,
                name: "general".into(),
                topic: String::new(),
                members: 2,
                joined: true,
                settings,
                invited: false,
            },
            role: None,
        });
        if is_invited {
            let item = InboxItem {
                id: 1,
                at: NOW,
                by: Some(BORIS),
                about: InboxAbout::RoomInvitation {
                    conversation: GENERAL,
                    name: "general".into(),
                },
            };
            client.account_entry(1, EntryBody::InboxAdded { item });
        }
        let body = EntryBody::ConversationRemoved {
            conversation: GENERAL,
            reason: "noise".into(),
            banned: false,
            until: None,
        };
        client.event(Event::Entries {
            feed: Feed::Account,
            entries: vec![entry(1 + u64::from(is_invited), BORIS, 0, body)],
        });
        let told = &client.0.notices().last().unwrap().text;
        let back = if may { " (you may come back)" } else { "" };
        let line = format!("boris has put you out of #general: noise{back}");
        assert_eq!(*told, line);
    }
}

#[test]
fn who_is_banned_is_told_so_and_until_when() {
    let hour = 3_600_000;
    // `NOW` is a Thursday, 00:16 UTC.
    for (by, until, reason, line) in [
        (
            Some(BORIS),
            Some(NOW.0 + hour),
            "noise",
            "boris has banned you from #general until 01:16: noise",
        ),
        (
            Some(BORIS),
            Some(NOW.0 + 25 * hour),
            "",
            "boris has banned you from #general until Fri 01:16",
        ),
        (
            None,
            None,
            "noise\u{1b}",
            "the administrator has banned you from #general: noise\u{fffd}",
        ),
    ] {
        let body = EntryBody::ConversationRemoved {
            conversation: GENERAL,
            reason: reason.into(),
            banned: true,
            until: until.map(Timestamp),
        };
        let mut client = Client::synced(0, 1, 1);
        client.event(Event::Entries {
            feed: Feed::Account,
            entries: vec![Entry {
                by,
                ..entry(1, BORIS, 0, body)
            }],
        });
        assert_eq!(client.0.notices()[0].text, line);
    }
}

#[test]
fn entries_of_a_conversation_nobody_told_of_ask_for_a_sync() {
    let mut client = Client::new();
    client.sync(0, Vec::new());
    assert_eq!(
        client.entries(vec![post(1, BORIS, "hi")]).needs,
        [Command::Resync]
    );
}

#[test]
fn members_are_asked_for_when_opened_and_follow_the_entries() {
    let mut client = Client::synced(0, 1, 1);
    let needs = client.apply(Update::Opened(Some(GENERAL))).needs;
    assert_eq!(
        needs,
        [
            Command::FetchMembers {
                conversation: GENERAL
            },
            Command::Ask(Request::Room {
                conversation: GENERAL
            })
        ]
    );
    client.entries(vec![entry(
        2,
        CLARA,
        1,
        EntryBody::Joined { account: CLARA },
    )]);
    // The answer was read before Clara came.
    let members = members(&[ANNA, BORIS]);
    client.event(Event::Members {
        conversation: GENERAL,
        seq: Seq(1),
        members,
        more: false,
    });
    assert_eq!(client.0.members(GENERAL).unwrap(), [ANNA, BORIS, CLARA]);
    client.entries(vec![entry(3, BORIS, 1, EntryBody::Left { account: BORIS })]);
    assert_eq!(client.0.members(GENERAL).unwrap(), [ANNA, CLARA]);
}

#[test]
fn typing_passes_by_itself_or_with_the_message() {
    let mut client = Client::synced(0, 1, 1);
    for account in [ANNA, BORIS, CLARA] {
        client.event(Event::TypingIn {
            conversation: GENERAL,
            account,
        });
    }
    assert_eq!(client.0.typing(GENERAL, NOW), [BORIS, CLARA].into());
    client.entries(vec![post(2, BORIS, "there")]);
    assert_eq!(client.0.typing(GENERAL, NOW), [CLARA].into());
    assert!(
        client
            .0
            .typing(GENERAL, Timestamp(NOW.0 + 7_000))
            .is_empty()
    );
}

#[test]
fn presence_is_unknown_without_a_connection() {
    let mut client = Client::synced(0, 1, 1);
    let people = vec![presence(BORIS, PresenceState::Away)];
    let seen = Vec::new();
    client.event(Event::Who {
        people,
        seen,
        more: false,
    });
    assert_eq!(client.0.people().presence(BORIS), PresenceState::Away);
    assert_eq!(client.0.people().present(), [(BORIS, PresenceState::Away)]);
    client.apply(Update::Connection(Connection::Lost {
        reason: "x".into(),
        retry_at: NOW,
    }));
    assert_eq!(client.0.people().presence(BORIS), PresenceState::Offline);
}

#[test]
fn a_hole_in_the_house_or_account_feed_asks_for_a_sync() {
    let mut client = Client::synced(0, 1, 1);
    let removed = EntryBody::ConversationRemoved {
        conversation: GENERAL,
        reason: String::new(),
        banned: false,
        until: None,
    };
    assert_eq!(client.account_entry(5, removed).needs, [Command::Resync]);
    assert!(client.0.conversation(GENERAL).is_some());

    let mut client = Client::synced(0, 1, 1);
    let body = EntryBody::RoomAdded {
        conversation: DIRECT,
        name: "x".into(),
    };
    let entries = vec![entry(9, ANNA, 0, body)];
    let changed = client.event(Event::Entries {
        feed: Feed::House,
        entries,
    });
    assert_eq!(changed.needs, [Command::Resync]);
    assert!(client.0.directory().is_empty());
}

#[test]
fn text_from_others_comes_out_clean() {
    let mut client = Client::synced(0, 0, 0);
    let topic = EntryBody::TopicSet {
        topic: "a\u{202e}b\nc\u{1b}".into(),
    };
    client.entries(vec![
        post(1, BORIS, "\u{1b}]0;x\u{7}\nnext"),
        entry(2, BORIS, 1, topic),
    ]);
    let conversation = client.0.conversation(GENERAL).unwrap();
    let said = What::Said("\u{fffd}]0;x\u{fffd}\nnext".into());
    assert_eq!(conversation.item(Seq(1)).unwrap().what(), said);
    assert_eq!(conversation.topic(), "ab c\u{fffd}");
}

#[test]
fn the_directory_says_where_one_is() {
    let mut client = Client::synced(0, 1, 1);
    let rooms = [(GENERAL, "general"), (DIRECT, "attic")].iter().zip(4..);
    let entries = rooms.map(|((conversation, name), seq)| {
        let body = EntryBody::RoomAdded {
            conversation: *conversation,
            name: (*name).into(),
        };
        entry(seq, ANNA, 0, body)
    });
    client.event(Event::Entries {
        feed: Feed::House,
        entries: entries.collect(),
    });
    let rooms: Vec<_> = client
        .0
        .directory()
        .iter()
        .map(|room| (room.name.to_owned(), room.joined))
        .collect();
    assert_eq!(
        rooms,
        [("attic".to_owned(), false), ("general".to_owned(), true)]
    );
    assert_eq!(client.0.room_named("#Attic"), Some(DIRECT));
}
