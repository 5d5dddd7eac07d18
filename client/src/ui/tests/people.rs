//! People on the screen: names, presence, contacts, blocks, the inbox, announcements.

use super::bench::{ANNA, BORIS, Bench, CLARA, GENERAL, LUNCH, NOON, WITH_BORIS, entry, presence};
use crate::command::{Order, Ticket};
use crate::model::Update;
use crate::net::Command;
use chat_shared::{
    AccountId, Announcement, Audience, Card, Command as Act, Contact, ConversationId, EntryBody,
    Event as Said, Feed, HouseRole, InboxAbout, InboxItem, Nonce, Presence, PresenceState, Profile,
    Request, Seq, StatusText, StreamId, Timestamp,
};
use cursive::event::{Event, Key};

fn acts(bench: &mut Bench) -> Vec<Act> {
    let act = |command| match command {
        Command::Do(Order::Act { act }) => Some(act),
        _ => None,
    };
    bench.asked().into_iter().filter_map(act).collect()
}

fn called(bench: &mut Bench, seq: u64, account: AccountId, display_name: &str) {
    let profile = Profile {
        display_name: display_name.to_owned(),
        ..Profile::default()
    };
    bench.house(
        seq,
        EntryBody::ProfileSet {
            account,
            profile: Box::new(profile),
        },
    );
}

fn item(id: u64, by: AccountId, about: InboxAbout) -> InboxItem {
    InboxItem {
        id,
        at: NOON,
        by: Some(by),
        about,
    }
}

fn contact(account: AccountId, group: &str, favourite: bool) -> Contact {
    Contact {
        account,
        group: group.to_owned(),
        favourite,
    }
}

#[test]
fn two_of_one_name_can_be_told_apart() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(GENERAL, 1, NOON, &[(BORIS, "one"), (CLARA, "two")]);
    called(&mut bench, 6, BORIS, "Alexander");
    bench.has("Alexander  one");
    called(&mut bench, 7, CLARA, "Аlехаndеr");
    bench.has("Alexander (boris)  one");
    bench.has("Аlехаndеr (clara)  two");
    called(&mut bench, 8, CLARA, "boris");
    bench.has("Alexander  one");
    bench.has("boris (clara)  two");
    bench.house(9, EntryBody::AccountDeleted { account: CLARA });
    bench.has("former member  two");
}

#[test]
fn the_status_bar_counts_who_is_here_and_notices_say_who_came() {
    let mut bench = Bench::at_work(80, 24);
    bench.has("3 here");
    let went = presence(CLARA, PresenceState::Offline);
    bench.say(Said::PresenceChanged { people: vec![went] });
    bench.has("2 here");
    bench.has("clara went");
    let people = vec![
        presence(CLARA, PresenceState::Online),
        presence(BORIS, PresenceState::Offline),
    ];
    bench.say(Said::PresenceChanged { people });
    bench.lacks("clara");
    bench.has("boris went");
    bench.enter("/notices off");
    bench.lacks("boris went");
    bench.enter("/notices");
    bench.has("comings and goings: off");
}

#[test]
fn many_who_join_are_one_line() {
    let mut bench = Bench::at_work(80, 24);
    let entries = (1..=12).map(|seq| {
        let account = AccountId(100 + seq);
        entry(seq, NOON, Some(account), 0, EntryBody::Joined { account })
    });
    bench.say(Said::Entries {
        feed: Feed::Conversation {
            conversation: GENERAL,
        },
        entries: entries.collect(),
    });
    bench.has("* account-101, account-102 and 10 others joined");
    bench.hear(GENERAL, 13, NOON, &[(BORIS, "so many")]);
    bench.enter("/notices all");
    bench.has("* account-112 joined");
    bench.lacks("others joined");
    bench.enter("/notices off");
    bench.lacks("joined");
    bench.has("so many");
}

#[test]
fn whoever_is_not_to_be_disturbed_is_not() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/dnd");
    let state = PresenceState::DoNotDisturb;
    assert_eq!(bench.asked(), [Command::SetPresence { state }]);
    bench.hear(WITH_BORIS, 1, NOON, &[(BORIS, "psst")]);
    assert!(!bench.app(|app| app.take_bell()));
    // Idle time and writing leave it as it is.
    bench.app(|app| app.set_idle(true));
    bench.enter("hello");
    let presences = |commands: Vec<Command>| {
        let is_presence = |command: &Command| matches!(command, Command::SetPresence { .. });
        commands.into_iter().filter(is_presence).count()
    };
    assert_eq!(presences(bench.asked()), 0);
    let people = vec![presence(ANNA, state)];
    bench.say(Said::PresenceChanged { people });
    bench.has("anna (dnd)");
    let item = item(1, CLARA, InboxAbout::AddedAsContact {});
    bench.account(2, EntryBody::InboxAdded { item });
    bench.has("1 in /inbox");
    bench.lacks("clara has you");
    bench.enter("/back");
    assert_eq!(presences(bench.asked()), 1);
    bench.hear(WITH_BORIS, 2, NOON, &[(BORIS, "psst")]);
    assert!(bench.app(|app| app.take_bell()));
}

#[test]
fn idle_time_makes_away_and_a_key_makes_here() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.app(|app| app.set_idle(true));
    bench.app(|app| app.set_idle(false));
    let set = |state| Command::SetPresence { state };
    let (away, here) = (set(PresenceState::Away), set(PresenceState::Online));
    assert_eq!(bench.asked(), [away, here]);
}

#[test]
fn a_status_is_shown_while_it_holds() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/status at the dentist for 2h");
    let until = Some(Timestamp(NOON.0 + 7_200_000));
    let text = "at the dentist".to_owned();
    assert_eq!(acts(&mut bench), [Act::SetStatus { text, until }]);
    let told = |text: &str, until| Presence {
        status: Some(StatusText {
            text: text.to_owned(),
            until,
        }),
        ..presence(BORIS, PresenceState::Away)
    };
    let people = vec![told("in a \u{1b}[2Jmeeting", None)];
    bench.say(Said::PresenceChanged { people });
    bench.enter("/msg boris");
    bench.has("@boris  away · in a �[2Jmeeting");
    bench.enter("/who");
    bench.has("◐ boris (away) · in a �[2Jmeeting");
    let people = vec![told("long ago", Some(Timestamp(NOON.0 - 1)))];
    bench.say(Said::PresenceChanged { people });
    bench.lacks("long ago");
    bench.enter("/who");
    bench.has("◐ boris (away)");
}

#[test]
fn who_writes_to_somebody_who_is_not_here_sees_it() {
    let mut bench = Bench::at_work(80, 24);
    bench.enter("/msg boris");
    let people = vec![presence(BORIS, PresenceState::Offline)];
    bench.say(Said::PresenceChanged { people });
    bench.has("@boris  not here: it waits for them");
}

#[test]
fn a_card_shows_all_and_what_can_be_done_by_keys() {
    let mut bench = Bench::at_work(80, 24);
    let profile = Profile {
        display_name: "Boris K".to_owned(),
        phone: "12 34".to_owned(),
        department: "kitchen".to_owned(),
        about: "cooks\nand bakes".to_owned(),
        ..Profile::default()
    };
    let account = BORIS;
    bench.house(
        6,
        EntryBody::ProfileSet {
            account,
            profile: Box::new(profile),
        },
    );
    let people = vec![presence(BORIS, PresenceState::Offline)];
    bench.say(Said::PresenceChanged { people });
    bench.asked();
    bench.enter("/card boris");
    assert_eq!(bench.asked(), [Command::Ask(Request::Card { account })]);
    let card = Card {
        account,
        name: "boris".to_owned(),
        profile: Profile::default(),
        role: HouseRole::Member,
        enabled: true,
        deleted: false,
        presence: presence(BORIS, PresenceState::Offline),
        last_seen: Some(NOON),
        last_address: None,
    };
    bench.say(Said::Card { card });
    bench.shows(
        "
  #general       │ Boris K (boris)
  #lunch         │  ○ not here
                 │  last seen 21 Nov 2025 12:00
○ @boris         │  department kitchen
                 │  phone      12 34
                 │  cooks
                 │  and bakes
                 │
                 │  write to them
                 │  add to the contacts; they are told
                 │  block; they are not told
                 │
⋮ 9
                 │ Up Down Enter · Esc closes
 ● online · anna · 2 here                                       F1 keys · /help
›
",
    );
    bench.press(Key::Down);
    bench.press(Key::Enter);
    let (group, favourite) = (String::new(), false);
    let put = Act::PutContact {
        account,
        group,
        favourite,
    };
    assert_eq!(acts(&mut bench), [put]);
    bench.account(
        2,
        EntryBody::ContactPut {
            contact: contact(BORIS, "", false),
        },
    );
    bench.has("put on top of the contacts");
    bench.press(Key::Up);
    bench.press(Key::Enter);
    assert_eq!(bench.app(|app| app.open_id()), Some(WITH_BORIS));
}

#[test]
fn contacts_are_grouped_and_favourites_stand_on_top() {
    let mut bench = Bench::at_work(120, 24);
    bench.say(Said::Contacts {
        account_seq: Seq(1),
        contacts: vec![contact(CLARA, "kitchen", true), contact(BORIS, "", false)],
        blocked: vec![],
        groups: vec![],
        more: false,
    });
    let rows = bench.rows();
    let pane: Vec<_> = rows
        .iter()
        .map(|row| row.rsplit('│').next().unwrap().trim())
        .collect();
    assert_eq!(
        pane[..6],
        [
            "3 of 3 here",
            "★ favourites",
            "◐ clara",
            "─",
            "● anna",
            "● boris"
        ]
    );
    bench.press(Key::F3);
    let rows = bench.rows();
    let list: Vec<_> = rows[..8]
        .iter()
        .map(|row| row.split('│').nth(1).unwrap().trim())
        .collect();
    assert_eq!(
        list,
        [
            "contacts",
            "★ favourites",
            "◐ clara",
            "kitchen",
            "◐ clara",
            "contacts",
            "● boris",
            ""
        ]
    );
    bench.write("bor");
    bench.press(Key::Enter);
    bench.has("write to them");
    bench.press(Key::Esc);
    bench.has("with “bor”");
}

#[test]
fn what_came_while_the_answer_was_under_way_stays() {
    let mut bench = Bench::at_work(80, 24);
    bench.account(2, EntryBody::Blocked { account: BORIS });
    let contact = contact(CLARA, "", true);
    bench.account(3, EntryBody::ContactPut { contact });
    bench.say(Said::Contacts {
        account_seq: Seq(2),
        contacts: vec![],
        blocked: vec![],
        groups: vec![],
        more: false,
    });
    let (favourites, blocked) = bench.app(|app| {
        let contacts = app.model.contacts();
        let favourites: Vec<_> = contacts.favourites().collect();
        (favourites, contacts.is_blocked(BORIS))
    });
    assert_eq!(favourites, [CLARA]);
    assert!(!blocked, "the answer held entry 2 and knew better");
}

#[test]
fn messages_of_blocked_people_are_folded_and_neither_counted_nor_heard() {
    let mut bench = Bench::at_work(80, 24);
    bench.account(2, EntryBody::Blocked { account: BORIS });
    bench.hear(LUNCH, 1, NOON, &[(BORIS, "one"), (CLARA, "two")]);
    bench.hear(WITH_BORIS, 1, NOON, &[(BORIS, "psst")]);
    assert!(!bench.app(|app| app.take_bell()));
    bench.has("#lunch      1");
    bench.has("anna · 3 here · 1 unread");
    bench.press(Event::AltChar('a'));
    bench.has("message of somebody you blocked");
    bench.lacks("one");
    bench.press(Event::AltChar('o'));
    bench.has("boris  one");
    bench.press(Event::AltChar('o'));
    bench.lacks("boris  one");
    bench.account(3, EntryBody::Unblocked { account: BORIS });
    bench.has("boris  one");
}

#[test]
fn the_inbox_lists_what_waits_and_leads_there() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(WITH_BORIS, 1, NOON, &[(BORIS, "psst")]);
    bench.hear(LUNCH, 1, NOON, &[(BORIS, "@anna soup?"), (CLARA, "soup!")]);
    let attic = ConversationId(9);
    let mention = InboxAbout::Mention {
        conversation: LUNCH,
        seq: Seq(1),
    };
    let invitation = InboxAbout::RoomInvitation {
        conversation: attic,
        name: "attic".to_owned(),
    };
    let items = vec![
        item(1, CLARA, InboxAbout::AddedAsContact {}),
        item(2, BORIS, mention),
        item(3, CLARA, invitation),
    ];
    bench.say(Said::Inbox {
        account_seq: Seq(1),
        items,
        announcements: vec![],
        more: false,
    });
    bench.has("3 in /inbox");
    bench.press(Event::AltChar('i'));
    let rows = bench.rows();
    let list: Vec<_> = rows[..7]
        .iter()
        .map(|row| row.split('│').nth(1).unwrap().trim())
        .collect();
    assert_eq!(
        list,
        [
            "inbox: 5 things wait",
            "@boris  1 unread",
            "boris mentioned you in #lunch, 12:00",
            "clara invited you into #attic, 12:00",
            "clara has you among their contacts, 12:00",
            "#lunch  2 unread",
            ""
        ]
    );
    bench.asked();
    // An invitation leads into the room.
    bench.press(Key::Down);
    bench.press(Key::Down);
    bench.press(Key::Enter);
    bench.has("join this room? Enter again");
    assert_eq!(bench.asked(), []);
    bench.press(Key::Up);
    bench.press(Key::Down);
    bench.lacks("join this room?");
    bench.press(Key::Enter);
    bench.press(Key::Enter);
    let join = Command::Do(Order::Join {
        conversation: attic,
    });
    let dismiss = Command::Do(Order::Act {
        act: Act::DismissInbox { item: Some(3) },
    });
    assert_eq!(bench.asked(), [dismiss, join]);
    // A mention leads to its message.
    bench.press(Event::AltChar('i'));
    bench.press(Key::Down);
    bench.press(Key::Enter);
    assert_eq!(
        bench.app(|app| (app.open_id(), app.chosen)),
        (Some(LUNCH), Some(Seq(1)))
    );
    bench.account(
        2,
        EntryBody::InboxDismissed {
            item: None,
            announcements: None,
        },
    );
    bench.lacks("in /inbox");
}

#[test]
fn announcements_are_told_here_and_wait_in_the_inbox() {
    let mut bench = Bench::at_work(80, 24);
    let announcement = |id, text: &str| Announcement {
        id,
        at: NOON,
        by: Some(CLARA),
        text: text.to_owned(),
    };
    let now = announcement(0, "the \u{1b}[2Jcoffee is ready");
    bench.say(Said::Announced { announcement: now });
    bench.has("announcement of clara: the �[2Jcoffee is ready");
    assert!(bench.app(|app| app.take_bell()));
    bench.lacks("in /inbox");
    let announcement = announcement(7, "the lift is out of order");
    bench.house(6, EntryBody::Announced { announcement });
    bench.has("announcement of clara: the lift");
    bench.has("1 in /inbox");
    bench.asked();
    bench.press(Event::AltChar('i'));
    bench.press(Key::Del);
    let seen = Act::DismissAnnouncement { announcement: 7 };
    assert_eq!(acts(&mut bench), [seen]);
    let seen = EntryBody::AnnouncementDismissed { announcement: 7 };
    bench.account(2, seen);
    bench.has("nothing waits for you");
    bench.press(Key::Esc);
    bench.enter("/dismiss");
    assert_eq!(acts(&mut bench), [Act::DismissInbox { item: None }]);
    bench.enter("/announce boris,clara cake");
    let accounts = vec![BORIS, CLARA];
    let (to, text) = (Audience::People { accounts }, "cake".to_owned());
    assert_eq!(acts(&mut bench), [Act::Announce { to, text }]);
}

#[test]
fn what_was_announced_before_is_not_news() {
    let mut bench = Bench::new(80, 24);
    bench.sign_in();
    bench.say(Said::Synced {
        account_seq: Seq(1),
        house_seq: Seq(1),
        conversations: vec![super::bench::room(GENERAL, "general", "", 0)],
    });
    let announcement = Announcement {
        id: 1,
        at: NOON,
        by: None,
        text: "old".to_owned(),
    };
    bench.house(1, EntryBody::Announced { announcement });
    bench.lacks("announcement");
    bench.lacks("in /inbox");
}

#[test]
fn a_profile_is_set_field_by_field_and_people_are_found_by_it() {
    let mut bench = Bench::at_work(80, 24);
    called(&mut bench, 6, ANNA, "Anna");
    bench.asked();
    bench.enter("/profile phone 12 34");
    let profile = Profile {
        display_name: "Anna".to_owned(),
        phone: "12 34".to_owned(),
        ..Profile::default()
    };
    let account = None;
    assert_eq!(acts(&mut bench), [Act::SetProfile { account, profile }]);
    let profile = Profile {
        department: "kitchen".to_owned(),
        ..Profile::default()
    };
    bench.house(
        7,
        EntryBody::ProfileSet {
            account: CLARA,
            profile: Box::new(profile),
        },
    );
    bench.enter("/find kitch clar");
    bench.has("1 person with kitch clar");
    bench.has("◐ clara");
}

#[test]
fn a_change_of_the_profile_does_not_take_back_one_that_is_under_way() {
    let mut bench = Bench::at_work(80, 24);
    called(&mut bench, 6, ANNA, "Anna");
    bench.asked();
    let act = |phone: &str, department: &str| Act::SetProfile {
        account: None,
        profile: Profile {
            display_name: "Anna".to_owned(),
            phone: phone.to_owned(),
            department: department.to_owned(),
            ..Profile::default()
        },
    };
    bench.enter("/profile phone 12");
    let orders =
        [act("12", ""), act("12", "desk"), act("34", "desk")].map(|act| Order::Act { act });
    let ticket = |number: usize| Ticket {
        stream: StreamId(0),
        nonce: Nonce(number as u64 + 1),
    };
    let queued = |number: usize| Update::Queued {
        ticket: ticket(number),
        order: orders[number].clone(),
    };
    let done = |number: usize| Update::Done {
        ticket: ticket(number),
        order: orders[number].clone(),
        conversation: None,
        seq: None,
    };
    bench.enter("/profile department desk");
    bench.update(queued(0));
    bench.update(queued(1));
    bench.update(done(0));
    bench.enter("/profile phone 34");
    let wanted = orders.clone().map(Command::Do);
    assert_eq!(bench.asked(), wanted);
    bench.update(queued(2));
    bench.update(done(1));
    bench.update(done(2));
    // Changed elsewhere since.
    called(&mut bench, 7, ANNA, "Anna B.");
    bench.enter("/profile phone 56");
    let last = acts(&mut bench);
    let Some(Act::SetProfile { profile, .. }) = last.last() else {
        panic!("{last:?}")
    };
    assert_eq!(profile.display_name, "Anna B.");
}

#[test]
fn contacts_and_blocks_become_orders() {
    let mut bench = Bench::at_work(80, 24);
    let new = contact(CLARA, "new", false);
    bench.account(2, EntryBody::ContactPut { contact: new });
    bench.has("clara wrote to you first");
    bench.asked();
    bench.enter("/contact add boris the team");
    bench.enter("/contact favourite clara");
    bench.enter("/contact remove clara");
    bench.enter("/block boris");
    bench.enter("/unblock boris");
    bench.enter("/block zoe");
    bench.has("there is nobody called zoe");
    let put = |account, group: &str, favourite| Act::PutContact {
        account,
        group: group.to_owned(),
        favourite,
    };
    assert_eq!(
        acts(&mut bench),
        [
            put(BORIS, "the team", false),
            put(CLARA, "", true),
            Act::RemoveContact { account: CLARA },
            Act::Block { account: BORIS },
            Act::Unblock { account: BORIS },
        ]
    );
}

#[test]
fn a_name_of_two_words_is_not_taken_for_a_name_and_a_text() {
    let mut bench = Bench::at_work(80, 24);
    called(&mut bench, 6, CLARA, "Boris Berg");
    bench.asked();
    for line in [
        "/msg Boris Berg hello",
        "/msg boris berg",
        "/msg @boris Berg: hello",
    ] {
        bench.enter(line);
        bench.has("not sent: Boris Berg (clara)");
        assert_eq!(bench.asked(), []);
    }
    bench.enter("/msg boris Bergamot tea?");
    assert_eq!(
        bench.asked().into_iter().next_back(),
        Some(Command::Do(Order::Post {
            conversation: WITH_BORIS,
            text: "Bergamot tea?".to_owned(),
        }))
    );
}

#[test]
fn a_favourite_is_told_both_ways() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(GENERAL, 1, NOON, &[(BORIS, "hi")]);
    let put = |bench: &mut Bench, seq, favourite| {
        let contact = contact(CLARA, "", favourite);
        let ticket = Ticket {
            stream: StreamId(1),
            nonce: Nonce(seq),
        };
        let order = || Order::Act {
            act: Act::PutContact {
                account: CLARA,
                group: String::new(),
                favourite,
            },
        };
        bench.update(Update::Queued {
            ticket,
            order: order(),
        });
        bench.account(seq, EntryBody::ContactPut { contact });
        bench.update(Update::Done {
            ticket,
            order: order(),
            conversation: None,
            seq: None,
        });
    };
    put(&mut bench, 2, true);
    bench.has("clara stands on top of your contacts now");
    put(&mut bench, 3, false);
    bench.has("clara stands on top no longer, and is a contact");
    put(&mut bench, 4, false);
    bench.has("12:00 - clara is a contact");
}

#[test]
fn two_of_one_name_can_be_told_apart_in_the_narrow_list_of_people() {
    let mut bench = Bench::at_work(120, 24);
    called(&mut bench, 6, BORIS, "Alexander Feuerbach");
    called(&mut bench, 7, CLARA, "Alexander Feuerbach");
    let pane = |bench: &mut Bench| -> Vec<String> {
        let rows = bench.rows();
        let row = |row: &String| row.rsplit('│').next().unwrap().trim().to_owned();
        rows[1..4].iter().map(row).collect()
    };
    assert_eq!(pane(&mut bench), ["● anna", "● boris", "◐ clara"]);
    called(&mut bench, 8, CLARA, "Clara Zetkin");
    assert_eq!(
        pane(&mut bench),
        ["● anna", "● Alexander Feuerbach", "◐ Clara Zetkin (clara)"]
    );
}

#[test]
fn a_card_tells_what_time_it_is_there() {
    let mut bench = Bench::at_work(80, 24);
    let profile = Profile {
        time_zone: "Asia/Tokyo".to_owned(),
        ..Profile::default()
    };
    let account = BORIS;
    bench.house(
        6,
        EntryBody::ProfileSet {
            account,
            profile: Box::new(profile),
        },
    );
    bench.enter("/card boris");
    bench.has("time zone  Asia/Tokyo (there it is 21:00)");
}

#[test]
fn the_unread_line_stands_above_what_was_said_and_not_above_who_came() {
    let mut bench = Bench::at_work(80, 24);
    let joined = |seq, account| entry(seq, NOON, Some(account), 0, EntryBody::Joined { account });
    let text = "hi".to_owned();
    let said = entry(3, NOON, Some(BORIS), 1, EntryBody::Posted { text });
    bench.say(Said::Entries {
        feed: Feed::Conversation {
            conversation: LUNCH,
        },
        entries: vec![joined(1, BORIS), joined(2, CLARA), said],
    });
    bench.enter("/join lunch");
    let rows = bench.rows();
    let unread = rows
        .iter()
        .position(|row| row.contains("─ unread ─"))
        .unwrap();
    assert!(
        rows[unread - 1].contains("boris and clara joined"),
        "{rows:?}"
    );
    assert!(rows[unread + 1].contains("boris  hi"), "{rows:?}");
}

/// The answer is put together while it goes on: what was told meanwhile may be newer.
#[test]
fn who_went_while_it_was_asked_who_is_here_is_not_here() {
    let mut bench = Bench::at_work(80, 24);
    bench.say(Said::Synced {
        account_seq: Seq(1),
        house_seq: Seq(5),
        conversations: vec![super::bench::room(GENERAL, "general", "", 0)],
    });
    let went = presence(BORIS, PresenceState::Offline);
    bench.say(Said::PresenceChanged { people: vec![went] });
    let here = [ANNA, BORIS, CLARA].map(|account| presence(account, PresenceState::Online));
    let answer = |more| Said::Who {
        people: here.to_vec(),
        seen: vec![],
        more,
    };
    bench.say(answer(true));
    bench.has("2 here");
    bench.update(Update::Further(answer(false)));
    bench.has("2 here");
    // Asked for again, it is as the answer says.
    bench.say(answer(false));
    bench.has("3 here");
}
