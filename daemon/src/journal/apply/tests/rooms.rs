//! What becomes of rooms: names, settings, their end and return, and who is invited.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, GHOST, NOW, NOWHERE, TestHouse, added, at, ban, change, command,
    create_room, create_room_as, delete_room, direct, in_house, in_own, inside, invite_in, join,
    joined, kick, leave, post, read, register, removed, rename, restore, room_role, set_topic,
    unban,
};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::limits::{NEWCOMER_ROOMS, RESTORE_MS, RESTRICTIONS, SLOW_SECS};
use chat_shared::{
    Access, AccountId, ConversationId, EntryBody, HistoryFrom, HouseRole, InboxAbout, RoomChange,
    RoomRole, RoomSetting, RoomSettings, Seq,
};

const LUNCH: ConversationId = ConversationId(2);

/// Anna owns #lunch, Bert is in it, Cleo is not; Bert has a device.
fn lunch() -> TestHouse {
    lunch_as(Access::Public)
}

fn lunch_as(access: Access) -> TestHouse {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(BERT);
    house.does(ANNA, create_room_as("lunch", "noon", access));
    if access != Access::Public {
        house.does(ANNA, invite_in(LUNCH, BERT));
    }
    house.does(BERT, join(LUNCH));
    house
}

fn access(access: Access) -> RoomChange {
    RoomChange {
        access: Some(access),
        ..RoomChange::default()
    }
}

fn no_longer_waits(item: u64) -> EntryBody {
    EntryBody::InboxDismissed {
        item: Some(item),
        announcements: None,
    }
}

fn archived(archived: bool) -> RoomChange {
    RoomChange {
        archived: Some(archived),
        ..RoomChange::default()
    }
}

fn for_newcomers(on: bool) -> RoomChange {
    RoomChange {
        for_newcomers: Some(on),
        ..RoomChange::default()
    }
}

fn of_kind(access: Access) -> RoomSettings {
    RoomSettings {
        access,
        ..RoomSettings::default()
    }
}

fn house_feed(house: &TestHouse, after: u64) -> Vec<EntryBody> {
    let entries = house.entries(FeedKey::House).into_iter();
    let newer = entries.filter(|entry| entry.seq > Seq(after));
    newer.map(|entry| entry.body).collect()
}

fn house_end(house: &TestHouse) -> u64 {
    house.entries(FeedKey::House).len() as u64
}

fn uninvite(conversation: ConversationId, account: AccountId) -> Action {
    Action::UninviteFromRoom {
        conversation,
        account,
    }
}

#[test]
fn a_new_name_is_told_and_the_old_one_is_free() {
    let mut house = lunch();
    let name = "d1nner".to_owned();
    let renamed = EntryBody::Renamed {
        name: name.clone(),
        from: "lunch".into(),
    };
    let told = EntryBody::RoomRenamed {
        conversation: LUNCH,
        name,
    };
    let end = house_end(&house);
    assert_eq!(
        house.does(ANNA, rename(LUNCH, "d1nner")),
        (
            at(LUNCH, 6),
            vec![
                inside(LUNCH, (6, 0), ANNA, renamed),
                in_house(end + 1, ANNA, told),
            ]
        )
    );
    // The same again changes nothing.
    assert_eq!(house.does(ANNA, rename(LUNCH, "d1nner")).1, []);
    house.does(BERT, create_room("lunch", ""));
    assert_eq!(
        house.audit(),
        [["anna", "rename_room", "#lunch", "#d1nner"].map(String::from)]
    );
}

#[test]
fn a_room_may_be_renamed_to_what_looks_like_its_own_name_but_no_others() {
    let mut house = lunch();
    house.device(ANNA);
    house.does(ANNA, create_room("pool", ""));
    let pool = ConversationId(3);
    assert_eq!(
        house.refuses(ANNA, rename(LUNCH, "pool")),
        Refusal::NameTaken("#pool".into())
    );
    assert_eq!(
        house.refuses(ANNA, rename(LUNCH, "p00l")),
        Refusal::NameConfusable {
            wanted: "#p00l".into(),
            taken: "#pool".into()
        }
    );
    house.does(ANNA, rename(pool, "p00l"));
    assert_eq!(
        house.refuses(BERT, create_room("pool", "")),
        Refusal::NameConfusable {
            wanted: "#pool".into(),
            taken: "#p00l".into()
        }
    );
    house.does(ANNA, rename(pool, "sea"));
    house.does(BERT, create_room("pool", ""));
}

#[test]
fn settings_are_told_in_the_room_and_in_the_house() {
    let mut house = lunch();
    let end = house_end(&house);
    let slow = RoomChange {
        slow_secs: Some(30),
        description: Some("food".into()),
        ..RoomChange::default()
    };
    let settings = RoomSettings {
        slow_secs: 30,
        description: "food".into(),
        ..RoomSettings::default()
    };
    let set = EntryBody::SettingsSet {
        settings: settings.clone(),
        changed: vec![RoomSetting::Description, RoomSetting::SlowSecs],
    };
    let told = EntryBody::RoomSettingsSet {
        conversation: LUNCH,
        settings: settings.clone(),
    };
    assert_eq!(
        house.does(ANNA, change(LUNCH, slow.clone())),
        (
            at(LUNCH, 6),
            vec![
                inside(LUNCH, (6, 0), ANNA, set),
                in_house(end + 1, ANNA, told),
            ]
        )
    );
    assert_eq!(house.settings(LUNCH), settings);
    assert_eq!(house.does(ANNA, change(LUNCH, slow)).1, []);
    assert_eq!(
        house.audit(),
        [[
            "anna",
            "change_room",
            "#lunch",
            "description \"food\", slow 30 s"
        ]
        .map(String::from)]
    );
    let endless = RoomChange {
        slow_secs: Some(u32::MAX),
        ..RoomChange::default()
    };
    house.does(ANNA, change(LUNCH, endless));
    assert_eq!(house.settings(LUNCH).slow_secs, SLOW_SECS);
}

#[test]
fn who_may_change_one_setting_may_not_change_all() {
    let mut house = lunch();
    house.appoint_in(LUNCH, BERT, RoomRole::Moderator);
    let slow = RoomChange {
        slow_secs: Some(30),
        ..RoomChange::default()
    };
    house.does(BERT, change(LUNCH, slow.clone()));
    let both = RoomChange {
        archived: Some(true),
        ..slow
    };
    let owners = Refusal::NotAllowed("owners of the room");
    assert_eq!(house.refuses(BERT, change(LUNCH, both)), owners);
    let history = RoomChange {
        history: Some(HistoryFrom::Joining),
        ..RoomChange::default()
    };
    assert_eq!(house.refuses(BERT, change(LUNCH, history)), owners);
    for who in [ANNA, BERT] {
        assert_eq!(
            house.refuses(who, change(LUNCH, for_newcomers(true))),
            Refusal::NotAllowed("administrators")
        );
    }
}

#[test]
fn the_house_hears_nothing_of_a_hidden_room() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    let end = house_end(&house);
    house.does(ANNA, create_room_as("lunch", "noon", Access::Hidden));
    house.does(ANNA, set_topic(LUNCH, "one"));
    house.does(ANNA, rename(LUNCH, "dinner"));
    house.does(ANNA, change(LUNCH, archived(true)));
    house.does(ANNA, change(LUNCH, archived(false)));
    assert_eq!(house_feed(&house, end), []);

    // It comes out, and hides again.
    let conversation = LUNCH;
    house.does(ANNA, change(LUNCH, access(Access::Private)));
    house.does(ANNA, change(LUNCH, access(Access::Hidden)));
    house.does(ANNA, delete_room(LUNCH, "dinner"));
    house.does(None, restore(LUNCH));
    assert_eq!(
        house_feed(&house, end),
        [
            EntryBody::RoomAdded {
                conversation,
                name: "dinner".into()
            },
            EntryBody::RoomTopicSet {
                conversation,
                topic: "one".into()
            },
            EntryBody::RoomSettingsSet {
                conversation,
                settings: of_kind(Access::Private)
            },
            EntryBody::RoomRemoved { conversation },
        ]
    );
}

#[test]
fn a_hidden_room_is_none_to_those_who_may_not_know_of_it() {
    let mut house = lunch_as(Access::Hidden);
    let none = Refusal::NoSuchConversation(LUNCH);
    for action in [
        join(LUNCH),
        leave(LUNCH),
        post(LUNCH, "hello"),
        set_topic(LUNCH, "topic"),
        invite_in(LUNCH, CLEO),
        kick(LUNCH, BERT),
        delete_room(LUNCH, "lunch"),
        change(LUNCH, RoomChange::default()),
    ] {
        assert_eq!(house.refuses(CLEO, action), none);
    }
    house.appoint(CLEO, HouseRole::Moderator);
    house.does(CLEO, join(LUNCH));
}

#[test]
fn a_private_room_is_entered_by_invitation_once() {
    let mut house = lunch_as(Access::Private);
    assert_eq!(
        house.refuses(CLEO, join(LUNCH)),
        Refusal::InvitationNeeded(LUNCH)
    );
    let invited = EntryBody::Invited { account: CLEO };
    let (outcome, appended) = house.does(BERT, invite_in(LUNCH, CLEO));
    let seq = appended[0].entry.seq.0;
    assert_eq!(outcome, at(LUNCH, seq));
    assert_eq!(appended[0], inside(LUNCH, (seq, 0), BERT, invited));
    let waits = (
        Some(BERT),
        InboxAbout::RoomInvitation {
            conversation: LUNCH,
            name: "lunch".into(),
        },
    );
    assert_eq!(house.inbox(CLEO), [waits]);
    // Once more is done already.
    assert_eq!(
        house.does(ANNA, invite_in(LUNCH, CLEO)),
        (at(LUNCH, seq), vec![])
    );
    assert_eq!(
        house.does(CLEO, join(LUNCH)).1,
        [
            in_own(CLEO, 4, None, no_longer_waits(1)),
            inside(LUNCH, (seq + 1, 0), CLEO, joined(CLEO)),
            in_own(CLEO, 5, CLEO, added(LUNCH)),
            in_own(CLEO, 6, CLEO, read(LUNCH, seq + 1, 0)),
        ]
    );
    house.does(CLEO, leave(LUNCH));
    assert_eq!(
        house.refuses(CLEO, join(LUNCH)),
        Refusal::InvitationNeeded(LUNCH)
    );
}

#[test]
fn an_invitation_can_be_taken_back() {
    let mut house = lunch_as(Access::Hidden);
    let not_invited = Refusal::NotInvited {
        conversation: LUNCH,
        account: CLEO,
    };
    assert_eq!(house.refuses(BERT, uninvite(LUNCH, CLEO)), not_invited);
    house.does(ANNA, invite_in(LUNCH, CLEO));
    assert_eq!(
        house.does(BERT, uninvite(LUNCH, CLEO)).1,
        [in_own(CLEO, 4, None, no_longer_waits(1))]
    );
    assert_eq!(house.inbox(CLEO), []);
    let dump = house.dump();
    assert_eq!(
        (&dump["room_invitations-1"], &dump["invited_to-1"]),
        (&vec![], &vec![])
    );
    assert_eq!(
        house.refuses(CLEO, join(LUNCH)),
        Refusal::NoSuchConversation(LUNCH)
    );
}

#[test]
fn an_invitation_waits_as_long_as_it_leads_somewhere() {
    let mut house = lunch_as(Access::Private);
    house.does(ANNA, create_room_as("pool", "", Access::Private));
    let pool = ConversationId(3);
    let end: [fn(&mut TestHouse); 4] = [
        |house| drop(house.does(CLEO, join(LUNCH))),
        |house| drop(house.does(ANNA, uninvite(LUNCH, CLEO))),
        |house| drop(house.does(ANNA, ban(LUNCH, CLEO, None))),
        |house| drop(house.does(ANNA, delete_room(LUNCH, "lunch"))),
    ];
    let other = (
        Some(ANNA),
        InboxAbout::RoomInvitation {
            conversation: pool,
            name: "pool".into(),
        },
    );
    house.does(ANNA, invite_in(pool, CLEO));
    for end in end {
        house.does(ANNA, invite_in(LUNCH, CLEO));
        assert_eq!(house.inbox(CLEO).len(), 2);
        end(&mut house);
        assert_eq!(
            house.inbox(CLEO),
            std::slice::from_ref(&other),
            "only the one that is over"
        );
        let _ = house.runs(command(CLEO, leave(LUNCH)));
        let _ = house.runs(command(ANNA, unban(LUNCH, CLEO)));
    }
}

#[test]
fn not_everybody_can_be_invited() {
    let mut house = lunch();
    house.does(None, register("dora"));
    let dora = AccountId(4);
    house.does(
        dora,
        Action::DeleteAccount {
            remove_messages: false,
        },
    );
    house.does(ANNA, ban(LUNCH, CLEO, None));
    let banned = Refusal::Banned {
        conversation: LUNCH,
        account: CLEO,
        until: None,
    };
    for (account, refusal) in [
        (BERT, Refusal::NotToYourself),
        (ANNA, Refusal::AlreadyAMember(ANNA)),
        (CLEO, banned),
        (GHOST, Refusal::NoSuchAccount("number 99".into())),
        (dora, Refusal::AccountDeleted(dora)),
    ] {
        assert_eq!(house.refuses(BERT, invite_in(LUNCH, account)), refusal);
    }
    house.does(ANNA, unban(LUNCH, CLEO));
    house.does(ANNA, change(LUNCH, archived(true)));
    assert_eq!(
        house.refuses(BERT, invite_in(LUNCH, CLEO)),
        Refusal::RoomArchived(LUNCH)
    );
}

#[test]
fn who_blocks_the_host_is_invited_without_a_word() {
    let mut house = lunch_as(Access::Private);
    house.does(CLEO, Action::Block { account: BERT });
    house.does(BERT, invite_in(LUNCH, CLEO));
    assert_eq!(house.inbox(CLEO), []);
    house.does(CLEO, join(LUNCH));
}

#[test]
fn so_many_are_invited_into_a_room_and_no_more() {
    assert_eq!(RESTRICTIONS, 500);
    let mut house = lunch();
    for number in 4..=504 {
        house.does(None, register(&format!("p-{number}")));
    }
    let invited = (4..=503).map(|id| command(ANNA, invite_in(LUNCH, AccountId(id))));
    assert!(house.commits(invited.collect()).0.iter().all(Result::is_ok));
    assert_eq!(
        house.refuses(ANNA, invite_in(LUNCH, AccountId(504))),
        Refusal::TooMany {
            what: "invitations into this room",
            limit: 500
        }
    );
}

#[test]
fn in_an_archived_room_nobody_writes_and_into_it_nobody_comes() {
    let mut house = lunch();
    house.device(ANNA);
    house.does(ANNA, post(LUNCH, "soup"));
    house.does(ANNA, change(LUNCH, archived(true)));
    assert_eq!(
        house.refuses(ANNA, post(LUNCH, "more")),
        Refusal::RoomArchived(LUNCH)
    );
    assert_eq!(
        house.refuses(CLEO, join(LUNCH)),
        Refusal::RoomArchived(LUNCH)
    );
    assert_eq!(house.members(LUNCH), [ANNA, BERT]);
    house.does(ANNA, change(LUNCH, archived(false)));
    house.does(ANNA, post(LUNCH, "more"));
    house.does(CLEO, join(LUNCH));
}

#[test]
fn newcomers_come_into_public_rooms_that_are_alive() {
    let mut house = lunch();
    let off = Refusal::NotForNewcomers(LUNCH);
    house.does(None, change(LUNCH, for_newcomers(true)));
    house.does(None, register("dora"));
    assert_eq!(house.role_in(LUNCH, AccountId(4)), Some(RoomRole::Member));
    // What is not open to all is not for newcomers any more.
    house.does(ANNA, change(LUNCH, access(Access::Private)));
    assert!(!house.settings(LUNCH).for_newcomers);
    assert_eq!(house.refuses(None, change(LUNCH, for_newcomers(true))), off);
    house.does(ANNA, change(LUNCH, access(Access::Public)));
    house.does(None, change(LUNCH, for_newcomers(true)));
    // While it is archived nobody is put into it, and then it is as it was.
    house.does(ANNA, change(LUNCH, archived(true)));
    assert!(house.settings(LUNCH).for_newcomers);
    assert_eq!(house.refuses(None, change(LUNCH, for_newcomers(true))), off);
    house.does(None, register("emil"));
    assert_eq!(house.role_in(LUNCH, AccountId(5)), None);
    house.does(ANNA, change(LUNCH, archived(false)));
    house.does(None, register("fred"));
    assert_eq!(house.role_in(LUNCH, AccountId(6)), Some(RoomRole::Member));
    house.does(ANNA, change(LUNCH, access(Access::Private)));
    assert_eq!(house.dump()["newcomer_rooms-1"], []);
}

#[test]
fn there_are_so_many_rooms_for_newcomers() {
    let mut house = TestHouse::with(&["anna"]);
    house.device(ANNA);
    let last = NEWCOMER_ROOMS as u64 + 2;
    for id in 2..=last {
        house.does(ANNA, create_room(&format!("room-{id}"), ""));
    }
    for id in 2..last {
        house.does(None, change(ConversationId(id), for_newcomers(true)));
    }
    assert_eq!(
        house.refuses(None, change(ConversationId(last), for_newcomers(true))),
        Refusal::TooMany {
            what: "rooms for newcomers",
            limit: NEWCOMER_ROOMS
        }
    );
}

#[test]
fn a_deleted_room_is_gone_for_everybody_and_its_name_stays_taken() {
    let mut house = lunch();
    house.device(ANNA);
    house.does(ANNA, post(LUNCH, "soup"));
    let end = house_end(&house);
    assert_eq!(
        house.refuses(ANNA, delete_room(LUNCH, "dinner")),
        Refusal::NameMismatch {
            wanted: "lunch".into()
        }
    );
    let gone = EntryBody::RoomRemoved {
        conversation: LUNCH,
    };
    assert_eq!(
        house.does(ANNA, delete_room(LUNCH, "lunch")),
        (
            at(LUNCH, 7),
            vec![
                inside(LUNCH, (7, 1), ANNA, EntryBody::Deleted {}),
                in_house(end + 1, ANNA, gone),
                in_own(ANNA, 6, ANNA, removed(LUNCH)),
                in_own(BERT, 6, ANNA, removed(LUNCH)),
            ]
        )
    );
    assert_eq!(house.memberships(ANNA), [(GENERAL, 2, 0)]);
    let none = Refusal::NoSuchConversation(LUNCH);
    for action in [
        join(LUNCH),
        leave(LUNCH),
        post(LUNCH, "hello"),
        set_topic(LUNCH, "topic"),
        rename(LUNCH, "dinner"),
        delete_room(LUNCH, "lunch"),
        invite_in(LUNCH, CLEO),
        kick(LUNCH, BERT),
        room_role(LUNCH, BERT, RoomRole::Owner),
    ] {
        assert_eq!(house.refuses(ANNA, action.clone()), none);
        if !matches!(
            action,
            Action::Join { .. } | Action::Leave { .. } | Action::Post { .. }
        ) {
            assert_eq!(house.refuses(None, action), none);
        }
    }
    assert_eq!(
        house.refuses(BERT, create_room("lunch", "")),
        Refusal::NameTaken("#lunch".into())
    );
}

#[test]
fn a_deleted_room_comes_back_with_all_in_it() {
    let mut house = lunch();
    house.does(ANNA, post(LUNCH, "soup"));
    house.does(ANNA, delete_room(LUNCH, "lunch"));
    let end = house_end(&house);
    let conversation = LUNCH;
    assert_eq!(
        house.does(None, restore(LUNCH)),
        (
            at(LUNCH, 8),
            vec![
                inside(LUNCH, (8, 1), None, EntryBody::Restored {}),
                in_house(
                    end + 1,
                    None,
                    EntryBody::RoomAdded {
                        conversation,
                        name: "lunch".into()
                    }
                ),
                in_house(
                    end + 2,
                    None,
                    EntryBody::RoomTopicSet {
                        conversation,
                        topic: "noon".into()
                    }
                ),
                in_own(ANNA, 6, None, added(LUNCH)),
                in_own(ANNA, 7, None, read(LUNCH, 8, 1)),
                in_own(BERT, 7, None, added(LUNCH)),
                in_own(BERT, 8, None, read(LUNCH, 8, 1)),
            ]
        )
    );
    assert_eq!(house.role_in(LUNCH, ANNA), Some(RoomRole::Owner));
    house.does(BERT, post(LUNCH, "again"));
    assert_eq!(
        house.refuses(None, restore(LUNCH)),
        Refusal::NotDeleted(LUNCH)
    );
    assert_eq!(
        house.refuses(None, restore(NOWHERE)),
        Refusal::NoSuchConversation(NOWHERE)
    );
    assert_eq!(
        house.refuses(ANNA, restore(LUNCH)),
        Refusal::NotAllowed("administrators")
    );
}

#[test]
fn who_left_the_house_meanwhile_does_not_come_back_with_the_room() {
    let mut house = lunch();
    house.does(None, change(LUNCH, for_newcomers(true)));
    house.does(ANNA, delete_room(LUNCH, "lunch"));
    house.does(
        ANNA,
        Action::DeleteAccount {
            remove_messages: false,
        },
    );
    house.does(None, restore(LUNCH));
    assert_eq!(house.members(LUNCH), [BERT]);
    assert_eq!(house.member_count(LUNCH), 1);
    assert_eq!(house.memberships(ANNA), []);
    assert!(!house.settings(LUNCH).for_newcomers);
    assert_eq!(house.dump()["newcomer_rooms-1"], []);
}

#[test]
fn a_room_that_was_deleted_too_long_ago_does_not_come_back() {
    let mut house = lunch();
    house.does(ANNA, delete_room(LUNCH, "lunch"));
    let at = chat_shared::Timestamp(NOW.0 + RESTORE_MS);
    assert_eq!(
        house.refuses_at(at, None, restore(LUNCH)),
        Refusal::NotDeleted(LUNCH)
    );
    house.does_later(RESTORE_MS - 1, None, restore(LUNCH));
}

#[test]
fn a_deleted_room_goes_for_good_in_portions() {
    let mut house = lunch();
    // So long that each is a row of its own: it is rows that are counted.
    let long = |n: u32| n.to_string().repeat(200);
    let posts = (0..2500).map(|n| command(ANNA, post(LUNCH, &long(n))));
    house.commits(posts.collect());
    house.does(ANNA, invite_in(LUNCH, CLEO));
    house.does(ANNA, delete_room(LUNCH, "lunch"));
    let swept = |house: &mut TestHouse, later| match house.does_later(later, None, Action::Expire) {
        (Outcome::Swept { more }, appended) if appended.is_empty() => more,
        other => panic!("{other:?}"),
    };
    assert!(!swept(&mut house, RESTORE_MS - 1));
    let before = house.entries(FeedKey::Conversation(LUNCH)).len();
    assert!(before > 2500);

    assert!(swept(&mut house, RESTORE_MS));
    let left = house.entries(FeedKey::Conversation(LUNCH)).len();
    // The short ones before them share a row.
    assert!((1000..1010).contains(&(before - left)), "{before} {left}");
    // Half gone it does not come back, even if the clock is set back.
    assert_eq!(
        house.refuses(None, restore(LUNCH)),
        Refusal::NoSuchConversation(LUNCH)
    );
    assert!(swept(&mut house, RESTORE_MS));
    assert!(!swept(&mut house, RESTORE_MS));
    assert!(!swept(&mut house, RESTORE_MS));

    let dump = house.dump();
    for table in ["room_invitations-1", "invited_to-1", "deleted_rooms-1"] {
        assert_eq!(dump[table], [], "{table}");
    }
    assert_eq!(dump["conversations-1"].len(), 1);
    assert_eq!(dump["members-2"].len(), 3);
    let feeds = [FeedKey::House, FeedKey::Conversation(GENERAL)];
    let people = [ANNA, BERT, CLEO].map(FeedKey::Account);
    let entries: usize = feeds
        .iter()
        .chain(&people)
        .map(|feed| house.entries(*feed).len())
        .sum();
    assert_eq!(dump["entries-1"].len(), entries);
    let counted = house.store().read(|reader| reader.entry_count()).unwrap();
    assert_eq!(counted, entries as u64);
    assert_eq!(
        house.refuses(ANNA, post(LUNCH, "hello?")),
        Refusal::NoSuchConversation(LUNCH)
    );
    // The name is free, the number is not used again.
    assert_eq!(
        house.does(ANNA, create_room("1unch", "")).0,
        at(ConversationId(3), 3)
    );
    house.does(ANNA, create_room("lunch", ""));
}

#[test]
fn nothing_of_rooms_can_be_done_to_a_direct_conversation() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(ANNA);
    house.does(ANNA, direct(&[BERT]));
    house.appoint(CLEO, HouseRole::Administrator);
    for action in [
        rename(LUNCH, "ours"),
        change(LUNCH, archived(true)),
        delete_room(LUNCH, ""),
        invite_in(LUNCH, CLEO),
        kick(LUNCH, BERT),
        ban(LUNCH, BERT, None),
        room_role(LUNCH, ANNA, RoomRole::Owner),
    ] {
        assert_eq!(
            house.refuses(ANNA, action.clone()),
            Refusal::NotARoom(LUNCH)
        );
        assert_eq!(
            house.refuses(CLEO, action),
            Refusal::NoSuchConversation(LUNCH)
        );
    }
    assert_eq!(
        house.refuses(CLEO, restore(LUNCH)),
        Refusal::NoSuchConversation(LUNCH)
    );
}
