//! Scenarios of people, rooms and what waits, below the screen.

use super::people::People;
use super::tests::{ANNA, BORIS, CLARA, Client, DIRECT, GENERAL, entry, post, presence, summary};
use super::{Line, What};
use crate::command::{Order, Page, Ticket};
use chat_shared::{
    Access, AccountId, ConversationId, EntryBody, Event, Feed, HouseRole, Member, Nonce,
    PresenceState, Profile, RoomChange, RoomInfo, RoomRole, RoomSettings, Seen, Seq, StatusText,
    StreamId, Timestamp,
};

fn called(account: AccountId, display_name: &str) -> EntryBody {
    let profile = Profile {
        display_name: display_name.into(),
        ..Profile::default()
    };
    EntryBody::ProfileSet {
        account,
        profile: Box::new(profile),
    }
}

fn house(bodies: Vec<EntryBody>) -> People {
    let mut people = People::default();
    for (body, seq) in bodies.into_iter().zip(1..) {
        people.apply(entry(seq, ANNA, 0, body)).unwrap();
    }
    people
}

fn added(account: AccountId, name: &str) -> EntryBody {
    let name = name.into();
    EntryBody::AccountAdded { account, name }
}

#[test]
fn a_display_name_stands_alone_only_where_nobody_else_looks_like_it() {
    let both = || vec![added(ANNA, "anna"), added(BORIS, "boris")];
    let people = house([both(), vec![called(ANNA, "Alex")]].concat());
    assert_eq!(
        (people.label(ANNA), people.full_label(ANNA)),
        ("Alex".into(), "Alex (anna)".into())
    );
    // Another's name, in letters that look the same.
    let people = house([both(), vec![called(ANNA, "Bоris")]].concat());
    assert_eq!(people.label(ANNA), "Bоris (anna)");
    // Taken back, it is free again.
    let taken_back = vec![
        called(ANNA, "Alex"),
        called(BORIS, "Alex"),
        called(BORIS, ""),
    ];
    let people = house([both(), taken_back].concat());
    assert_eq!(
        (people.label(ANNA), people.label(BORIS)),
        ("Alex".into(), "boris".into())
    );
    // One's own name is no other's.
    let people = house([both(), vec![called(ANNA, "Anna")]].concat());
    assert_eq!(people.label(ANNA), "Anna");
}

#[test]
fn who_left_for_good_is_a_former_member_and_nobody_is_called_so_by_name() {
    let deleted = EntryBody::AccountDeleted { account: ANNA };
    let people = house(vec![added(ANNA, "anna"), called(ANNA, "Alex"), deleted]);
    assert_eq!(people.label(ANNA), "former member");
    assert_eq!(people.named("anna"), None);
    assert_eq!(people.find("anna"), []);
}

#[test]
fn a_status_ends_by_itself_and_invisible_people_are_not_counted() {
    let mut people = house(vec![added(ANNA, "anna")]);
    let mut here = presence(ANNA, PresenceState::Invisible);
    here.status = Some(StatusText {
        text: "away\nsoon".into(),
        until: Some(Timestamp(10)),
    });
    people.set_present(vec![here, presence(BORIS, PresenceState::DoNotDisturb)]);
    let text = |at| {
        people
            .status(ANNA, Timestamp(at))
            .map(|status| status.text.as_str())
    };
    assert_eq!((text(9), text(10)), (Some("away soon"), None));
    assert_eq!(people.present_count(), 1);
}

#[test]
fn roles_and_settings_follow_the_entries_after_their_answers() {
    let mut client = Client::synced(0, 1, 1);
    let member = |account, role| Member { account, role };
    client.event(Event::Members {
        conversation: GENERAL,
        seq: Seq(1),
        members: vec![
            member(ANNA, RoomRole::Owner),
            member(BORIS, RoomRole::Member),
        ],
        more: false,
    });
    let role = RoomRole::Moderator;
    let reason = String::new();
    let settings = RoomSettings {
        read_only: true,
        ..RoomSettings::default()
    };
    client.apply(super::Update::Opened(Some(GENERAL)));
    client.entries(vec![
        entry(
            2,
            ANNA,
            1,
            EntryBody::RoleSet {
                account: BORIS,
                role,
            },
        ),
        entry(3, ANNA, 1, EntryBody::Joined { account: CLARA }),
        entry(
            4,
            ANNA,
            1,
            EntryBody::Kicked {
                account: CLARA,
                reason,
            },
        ),
        entry(
            5,
            ANNA,
            1,
            EntryBody::SettingsSet {
                settings: settings.clone(),
                changed: Vec::new(),
            },
        ),
    ]);
    // Read before the entry above.
    let room = RoomInfo {
        conversation: GENERAL,
        name: "general".into(),
        topic: String::new(),
        members: 2,
        joined: true,
        settings: RoomSettings::default(),
        invited: false,
    };
    client.event(Event::Room {
        room,
        role: Some(RoomRole::Owner),
    });
    let there = client.0.conversation(GENERAL).unwrap();
    assert_eq!(there.role(BORIS), Some(RoomRole::Moderator));
    assert_eq!((there.role(CLARA), there.member_count()), (None, 2));
    assert_eq!(there.settings(), Some(&settings));
    assert_eq!(there.own_role(), Some(RoomRole::Owner));
}

#[test]
fn a_message_taken_away_is_gone_also_where_it_comes_by_an_older_page() {
    let mut client = Client::synced(2, 4, 4);
    let reason = String::new();
    let seq = Seq(2);
    client.entries(vec![entry(
        5,
        CLARA,
        4,
        EntryBody::MessageDeleted { seq, reason },
    )]);
    client.older(3, 1..=2);
    let there = client.0.conversation(GENERAL).unwrap();
    assert_eq!(there.item(Seq(2)).unwrap().what(), What::TakenAway);
    assert_eq!(there.item(Seq(1)).unwrap().what(), What::Said("old".into()));
}

#[test]
fn where_nothing_older_may_be_read_it_is_asked_for_once() {
    let mut client = Client::synced(5, 7, 7);
    assert_eq!(
        client.apply(super::Update::WantsOlder(GENERAL)).needs.len(),
        1
    );
    client.page(Page::Before(Seq(6)), Vec::new());
    assert_eq!(client.apply(super::Update::WantsOlder(GENERAL)).needs, []);
}

#[test]
fn comings_and_goings_are_one_line_until_somebody_speaks() {
    let mut client = Client::synced(0, 1, 1);
    client.event(Event::Opened {
        conversation: summary(DIRECT, 0, 0, 0),
    });
    client.apply(super::Update::Opened(Some(DIRECT)));
    let said = |client: &Client| {
        let lines = client.0.conversation(DIRECT).unwrap().lines();
        lines
            .iter()
            .filter(|line| matches!(line, Line::Notice(_)))
            .count()
    };
    let be = |client: &mut Client, account, state| {
        let people = vec![presence(account, state)];
        client.event(Event::PresenceChanged { people });
    };
    // Before it is known who is here, nobody comes.
    be(&mut client, BORIS, PresenceState::Online);
    be(&mut client, BORIS, PresenceState::Offline);
    assert_eq!(said(&client), 0);
    client.event(Event::Who {
        people: Vec::new(),
        seen: Vec::new(),
        more: false,
    });
    be(&mut client, BORIS, PresenceState::Online);
    be(&mut client, BORIS, PresenceState::Away);
    be(&mut client, CLARA, PresenceState::Online);
    be(&mut client, ANNA, PresenceState::Online);
    assert_eq!(
        said(&client),
        1,
        "clara is not in it, and oneself is no news"
    );
    be(&mut client, BORIS, PresenceState::Offline);
    assert_eq!(said(&client), 0, "only for a moment");
}

#[test]
fn guests_and_hidden_rooms_in_the_directory() {
    let mut client = Client::synced(0, 1, 1);
    let (tea, cellar) = (ConversationId(20), ConversationId(21));
    let name = "tea".to_owned();
    let room = EntryBody::RoomAdded {
        conversation: tea,
        name,
    };
    let feed = Feed::House;
    client.event(Event::Entries {
        feed,
        entries: vec![entry(4, ANNA, 0, room)],
    });
    let names = |client: &Client| -> Vec<String> {
        let rooms = client.0.directory();
        rooms.iter().map(|room| room.name.to_owned()).collect()
    };
    let listed = |conversation, name: &str, access, invited| RoomInfo {
        conversation,
        name: name.into(),
        topic: String::new(),
        members: 1,
        joined: false,
        settings: RoomSettings {
            access,
            ..RoomSettings::default()
        },
        invited,
    };
    client.event(Event::Rooms {
        rooms: vec![listed(cellar, "cellar", Access::Hidden, true)],
        more: false,
    });
    assert_eq!(names(&client), ["cellar", "tea"]);
    assert_eq!(client.0.room_named("#cellar"), Some(cellar));
    let role = HouseRole::Guest;
    let guest = EntryBody::HouseRoleSet {
        account: ANNA,
        role,
    };
    client.event(Event::Entries {
        feed,
        entries: vec![entry(5, ANNA, 0, guest)],
    });
    assert_eq!(names(&client), ["cellar"]);
}

#[test]
fn who_keeps_the_peace_finds_hidden_rooms_as_long_as_they_are_there() {
    let mut client = Client::synced(0, 1, 1);
    let listed = |id, name: &str, access| RoomInfo {
        conversation: ConversationId(id),
        name: name.into(),
        topic: String::new(),
        members: 1,
        joined: false,
        settings: RoomSettings {
            access,
            ..RoomSettings::default()
        },
        invited: false,
    };
    let cellar = || listed(21, "cellar", Access::Hidden);
    let vault = || listed(30, "vault", Access::Hidden);
    let page = |rooms, more| Event::Rooms { rooms, more };
    let names = |client: &Client| -> Vec<String> {
        let rooms = client.0.directory();
        rooms.iter().map(|room| room.name.to_owned()).collect()
    };
    client.event(page(vec![cellar()], true));
    client.event(page(vec![vault()], false));
    assert_eq!(names(&client), [""; 0], "as a member");
    let moderator = EntryBody::HouseRoleSet {
        account: ANNA,
        role: HouseRole::Moderator,
    };
    client.event(Event::Entries {
        feed: Feed::House,
        entries: vec![entry(4, ANNA, 0, moderator)],
    });
    assert_eq!(names(&client), ["cellar", "vault"]);
    let rooms = client.0.directory();
    assert!(rooms.iter().all(|room| client.0.may_enter(room)));
    drop(rooms);
    // Asked again: one is gone, on the first page or the second.
    client.event(page(vec![cellar()], true));
    assert_eq!(names(&client), ["cellar", "vault"]);
    client.event(page(vec![], false));
    assert_eq!(names(&client), ["cellar"]);
    client.event(page(vec![cellar()], true));
    // The connection was lost, and it is asked from the beginning.
    client.event(page(vec![listed(5, "den", Access::Hidden), vault()], false));
    assert_eq!(names(&client), ["den", "vault"]);
}

#[test]
fn a_crowd_longer_than_an_answer_is_put_together() {
    let mut client = Client::synced(0, 1, 1);
    let page = |account, seen: &[(AccountId, i64)], more| Event::Who {
        people: vec![presence(account, PresenceState::Online)],
        seen: seen
            .iter()
            .map(|(account, at)| Seen {
                account: *account,
                at: Timestamp(*at),
            })
            .collect(),
        more,
    };
    let here = |client: &Client| client.0.people().present_count();
    client.event(page(ANNA, &[(AccountId(50), 4)], true));
    client.apply(super::Update::Further(page(
        BORIS,
        &[(AccountId(60), 9)],
        false,
    )));
    assert_eq!(here(&client), 2);
    let seen: Vec<_> = client.0.seen_since(Timestamp(0)).collect();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].account, AccountId(60), "the latest first");
    client.event(page(CLARA, &[], false));
    assert_eq!(here(&client), 1);
}

#[test]
fn messages_of_the_blocked_are_not_unread() {
    let mut client = Client::synced(0, 1, 1);
    client.account_entry(1, EntryBody::Blocked { account: BORIS });
    let changed = client.entries(vec![post(2, BORIS, "x"), post(3, CLARA, "y")]);
    assert_eq!((changed.heard.len(), client.0.unread()), (1, 1));
    client.account_entry(2, EntryBody::Unblocked { account: BORIS });
    assert_eq!(client.0.unread(), 2);
}

#[test]
fn a_room_that_is_so_already_says_so() {
    let mut client = Client::synced(0, 1, 1);
    client.apply(super::Update::Opened(Some(GENERAL)));
    let settings = RoomSettings {
        for_newcomers: true,
        ..RoomSettings::default()
    };
    let changed = Vec::new();
    let set = EntryBody::SettingsSet { settings, changed };
    client.entries(vec![entry(2, ANNA, 1, set)]);
    let mut change = |number, on| {
        let ticket = Ticket {
            stream: StreamId(1),
            nonce: Nonce(number),
        };
        let change = RoomChange {
            for_newcomers: Some(on),
            ..RoomChange::default()
        };
        let act = chat_shared::Command::ChangeRoom {
            conversation: GENERAL,
            change,
        };
        let order = Order::Act { act };
        client.apply(super::Update::Queued {
            ticket,
            order: order.clone(),
        });
        client.apply(super::Update::Done {
            ticket,
            order,
            conversation: Some(GENERAL),
            seq: Some(Seq(2)),
        });
        client.drawn()
    };
    // The entry tells of what was changed.
    assert!(!change(1, false).contains("already"));
    let drawn = change(2, true);
    assert!(
        drawn.contains("#general is so already: public, for newcomers"),
        "{drawn}"
    );
}
