//! Rooms and direct conversations.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, GHOST, NOW, NOWHERE, TestHouse, added, at, command, create_room,
    direct, enable, in_house, in_own, inside, invite_in, join, joined, leave, post, read, register,
    removed, role_set, room_role, set_topic,
};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::{CONVERSATIONS_PER_ACCOUNT, DIRECT_MEMBERS};
use chat_shared::{AccountId, Contact, ConversationId, EntryBody, HouseRole, RoomRole};

const LUNCH: ConversationId = ConversationId(2);

fn created(name: Option<&str>) -> EntryBody {
    EntryBody::Created {
        name: name.map(Into::into),
    }
}

fn room_added(conversation: ConversationId, name: &str) -> EntryBody {
    EntryBody::RoomAdded {
        conversation,
        name: name.into(),
    }
}

fn topic(topic: &str) -> EntryBody {
    EntryBody::TopicSet {
        topic: topic.into(),
    }
}

fn room_topic(conversation: ConversationId, topic: &str) -> EntryBody {
    EntryBody::RoomTopicSet {
        conversation,
        topic: topic.into(),
    }
}

/// Fills somebody's list to the last place. They are in the first room already.
fn fill(house: &mut TestHouse, account: AccountId) {
    assert_eq!(CONVERSATIONS_PER_ACCOUNT, 1_000);
    let rooms = (house.memberships(account).len()..1_000)
        .map(|room| command(account, create_room(&format!("room-{account}-{room}"), "")));
    let (results, _) = house.commits(rooms.collect());
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(house.memberships(account).len(), 1_000);
}

#[test]
fn who_creates_a_room_owns_it() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(
        house.does(ANNA, create_room("lunch", "noon")),
        (
            at(LUNCH, 4),
            vec![
                inside(LUNCH, (1, 0), ANNA, created(Some("lunch"))),
                inside(LUNCH, (2, 0), ANNA, topic("noon")),
                in_house(3, ANNA, room_added(LUNCH, "lunch")),
                in_house(4, ANNA, room_topic(LUNCH, "noon")),
                inside(LUNCH, (3, 0), ANNA, joined(ANNA)),
                inside(LUNCH, (4, 0), ANNA, role_set(ANNA, RoomRole::Owner)),
                in_own(ANNA, 3, ANNA, added(LUNCH)),
                in_own(ANNA, 4, ANNA, read(LUNCH, 4, 0)),
            ]
        )
    );
    assert_eq!(house.members(LUNCH), [ANNA]);
    assert_eq!(house.member_count(LUNCH), 1);
    assert_eq!(house.memberships(ANNA), [(GENERAL, 2, 0), (LUNCH, 4, 0)]);
    let record = house.store().read(|reader| reader.conversation(LUNCH));
    let record = record.unwrap().unwrap();
    assert_eq!(record.room.as_deref(), Some("lunch"));
    assert_eq!((record.topic.as_str(), record.created_at), ("noon", NOW));
    let rooms = house.store().read(|reader| reader.rooms_after(GENERAL, 9));
    assert_eq!(rooms.unwrap().len(), 1);
}

#[test]
fn a_room_without_a_topic_says_nothing_of_it() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(
        house.does(ANNA, create_room("lunch", "")),
        (
            at(LUNCH, 3),
            vec![
                inside(LUNCH, (1, 0), ANNA, created(Some("lunch"))),
                in_house(3, ANNA, room_added(LUNCH, "lunch")),
                inside(LUNCH, (2, 0), ANNA, joined(ANNA)),
                inside(LUNCH, (3, 0), ANNA, role_set(ANNA, RoomRole::Owner)),
                in_own(ANNA, 3, ANNA, added(LUNCH)),
                in_own(ANNA, 4, ANNA, read(LUNCH, 3, 0)),
            ]
        )
    );
}

#[test]
fn a_room_with_a_taken_name_or_its_look_alike_is_refused() {
    let mut house = TestHouse::with(&["anna"]);
    house.device(ANNA);
    house.does(ANNA, create_room("pool", ""));
    assert_eq!(
        house.refuses(ANNA, create_room("pool", "swimming")),
        Refusal::NameTaken("#pool".into())
    );
    assert_eq!(
        house.refuses(ANNA, create_room("p00l", "")),
        Refusal::NameConfusable {
            wanted: "#p00l".into(),
            taken: "#pool".into()
        }
    );
}

#[test]
fn a_room_may_have_the_name_of_an_account() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(house.does(ANNA, create_room("anna", "")).0, at(LUNCH, 3));
}

#[test]
fn who_is_in_too_many_conversations_gets_into_no_other() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(ANNA);
    house.does(BERT, create_room("lunch", ""));
    fill(&mut house, ANNA);
    for (by, action) in [
        (ANNA, create_room("another", "")),
        (ANNA, join(LUNCH)),
        (ANNA, direct(&[BERT])),
    ] {
        assert_eq!(house.refuses(by, action), Refusal::TooManyConversations);
    }
    // To others as if she blocked them or were disabled.
    for with in [&[ANNA][..], &[CLEO, ANNA]] {
        let refusal = house.refuses(BERT, direct(with));
        assert_eq!(refusal, Refusal::NotReachable(ANNA));
    }
    // What is there already is no other.
    assert_eq!(house.does(ANNA, join(GENERAL)).1, []);
    house.does(ANNA, leave(GENERAL));
    house.does(ANNA, join(LUNCH));
    assert_eq!(
        house.refuses(ANNA, join(GENERAL)),
        Refusal::TooManyConversations
    );
}

#[test]
fn who_joins_has_nothing_unread() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    house.does(ANNA, create_room("lunch", ""));
    house.does(ANNA, post(LUNCH, "soup"));
    assert_eq!(
        house.does(BERT, join(LUNCH)),
        (
            at(LUNCH, 5),
            vec![
                inside(LUNCH, (5, 1), BERT, joined(BERT)),
                in_own(BERT, 3, BERT, added(LUNCH)),
                in_own(BERT, 4, BERT, read(LUNCH, 5, 1)),
            ]
        )
    );
    assert_eq!(house.members(LUNCH), [ANNA, BERT]);
    assert_eq!(house.member_count(LUNCH), 2);
    assert_eq!(house.memberships(BERT), [(GENERAL, 3, 0), (LUNCH, 5, 1)]);
}

#[test]
fn joining_changes_these_tables_and_no_other() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    house.does(ANNA, create_room("lunch", ""));
    assert_eq!(
        house.tables_changed_by(BERT, join(LUNCH)),
        ["conversations-1", "entries-1", "members-2", "memberships-1"]
    );
}

#[test]
fn who_is_a_member_joins_without_a_trace() {
    let mut house = TestHouse::with(&["anna"]);
    house.does(ANNA, post(GENERAL, "hello"));
    let before = house.dump();
    assert_eq!(house.does(ANNA, join(GENERAL)), (at(GENERAL, 3), vec![]));
    assert_eq!(house.dump(), before);
}

#[test]
fn a_conversation_that_does_not_exist_and_a_direct_one_of_others_are_the_same() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(CLEO);
    house.does(ANNA, direct(&[BERT]));
    for conversation in [NOWHERE, LUNCH] {
        for action in [
            join(conversation),
            leave(conversation),
            set_topic(conversation, "topic"),
            post(conversation, "hello"),
        ] {
            assert_eq!(
                house.refuses(CLEO, action),
                Refusal::NoSuchConversation(conversation)
            );
        }
    }
}

#[test]
fn who_leaves_is_gone() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    let left = EntryBody::Left { account: ANNA };
    assert_eq!(
        house.does(ANNA, leave(GENERAL)),
        (
            at(GENERAL, 4),
            vec![
                inside(GENERAL, (4, 0), ANNA, left),
                in_own(ANNA, 3, ANNA, removed(GENERAL)),
            ]
        )
    );
    assert_eq!(house.members(GENERAL), [BERT]);
    assert_eq!(house.member_count(GENERAL), 1);
    assert_eq!(house.memberships(ANNA), []);
}

#[test]
fn who_is_not_in_a_room_can_do_nothing_there_and_comes_back_with_nothing_unread() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    house.device(ANNA);
    house.does(ANNA, leave(GENERAL));
    for action in [
        leave(GENERAL),
        set_topic(GENERAL, "topic"),
        post(GENERAL, "hello"),
    ] {
        assert_eq!(house.refuses(ANNA, action), Refusal::NotAMember(GENERAL));
    }
    house.does(BERT, post(GENERAL, "gone?"));
    assert_eq!(house.does(ANNA, join(GENERAL)).0, at(GENERAL, 6));
    assert_eq!(house.memberships(ANNA), [(GENERAL, 6, 1)]);
    house.does(ANNA, post(GENERAL, "back"));
}

#[test]
fn nobody_leaves_a_direct_conversation_or_gives_it_a_topic() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    house.device(ANNA);
    house.does(ANNA, direct(&[BERT]));
    for action in [leave(LUNCH), set_topic(LUNCH, "topic")] {
        assert_eq!(house.refuses(ANNA, action), Refusal::NotARoom(LUNCH));
    }
}

#[test]
fn a_topic_is_told_in_the_room_and_in_the_house() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(
        house.does(ANNA, set_topic(GENERAL, "news")),
        (
            at(GENERAL, 3),
            vec![
                inside(GENERAL, (3, 0), ANNA, topic("news")),
                in_house(3, ANNA, room_topic(GENERAL, "news")),
            ]
        )
    );
    assert_eq!(house.topic(GENERAL), "news");
    assert_eq!(house.does(ANNA, set_topic(GENERAL, "")).1.len(), 2);
    assert_eq!(house.topic(GENERAL), "");
}

#[test]
fn the_topic_that_is_there_changes_nothing() {
    let mut house = TestHouse::with(&["anna"]);
    house.does(ANNA, set_topic(GENERAL, "news"));
    let before = house.dump();
    assert_eq!(
        house.does(ANNA, set_topic(GENERAL, "news")),
        (at(GENERAL, 3), vec![])
    );
    assert_eq!(house.dump(), before);
}

#[test]
fn a_direct_conversation_is_opened_for_all_in_it() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    let contact = EntryBody::ContactPut {
        contact: Contact {
            account: BERT,
            group: "new".into(),
            favourite: false,
        },
    };
    assert_eq!(
        house.does(BERT, direct(&[ANNA])),
        (
            at(LUNCH, 3),
            vec![
                inside(LUNCH, (1, 0), BERT, created(None)),
                inside(LUNCH, (2, 0), BERT, joined(ANNA)),
                in_own(ANNA, 3, BERT, added(LUNCH)),
                in_own(ANNA, 4, BERT, read(LUNCH, 2, 0)),
                inside(LUNCH, (3, 0), BERT, joined(BERT)),
                in_own(BERT, 3, BERT, added(LUNCH)),
                in_own(BERT, 4, BERT, read(LUNCH, 3, 0)),
                in_own(ANNA, 5, BERT, contact),
            ]
        )
    );
    assert_eq!(house.members(LUNCH), [ANNA, BERT]);
    assert_eq!(house.member_count(LUNCH), 2);
    assert_eq!(
        (house.memberships(ANNA), house.memberships(BERT)),
        (
            vec![(GENERAL, 2, 0), (LUNCH, 2, 0)],
            vec![(GENERAL, 3, 0), (LUNCH, 3, 0)]
        )
    );
}

#[test]
fn a_direct_conversation_is_the_same_whoever_opens_it_however_often() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.does(ANNA, direct(&[BERT, CLEO]));
    house.does(CLEO, post(LUNCH, "all three"));
    let before = house.dump();
    for (by, with) in [
        (ANNA, vec![CLEO, BERT]),
        (BERT, vec![ANNA, CLEO, ANNA]),
        (CLEO, vec![CLEO, BERT, ANNA]),
    ] {
        assert_eq!(house.does(by, direct(&with)), (at(LUNCH, 5), vec![]));
    }
    assert_eq!(house.dump(), before);
    assert_eq!(
        house.does(ANNA, direct(&[BERT])).0,
        at(ConversationId(3), 3)
    );
}

#[test]
fn a_direct_conversation_has_two_members_at_least_and_32_at_the_most() {
    assert_eq!(DIRECT_MEMBERS, 32);
    let mut house = TestHouse::with(&["anna"]);
    house.device(ANNA);
    for number in 2..=33 {
        house.does(None, register(&format!("p-{number}")));
    }
    let people: Vec<AccountId> = (1..=33).map(AccountId).collect();
    for with in [&[][..], &[ANNA], &[ANNA, ANNA], &people[1..33], &people] {
        assert_eq!(house.refuses(ANNA, direct(with)), Refusal::BadMembers);
    }
    assert_eq!(house.does(ANNA, direct(&people[1..32])).0, at(LUNCH, 33));
}

#[test]
fn a_direct_conversation_needs_people_who_are_there() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(ANNA);
    house.does(ANNA, direct(&[BERT]));
    assert_eq!(
        house.refuses(ANNA, direct(&[CLEO, GHOST])),
        Refusal::NoSuchAccount("number 99".into())
    );
    house.does(None, enable(BERT, false));
    assert_eq!(
        house.refuses(ANNA, direct(&[BERT, CLEO])),
        Refusal::NotReachable(BERT)
    );
    // What was said with somebody stays where it is.
    assert_eq!(house.does(ANNA, direct(&[BERT])), (at(LUNCH, 3), vec![]));
}

#[test]
fn who_blocks_somebody_answers_them_as_if_disabled() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(ANNA);
    house.does(BERT, Action::Block { account: ANNA });
    for with in [&[BERT][..], &[BERT, CLEO]] {
        assert_eq!(
            house.refuses(ANNA, direct(with)),
            Refusal::NotReachable(BERT)
        );
    }
    // What is there stays, and whoever blocks may still begin.
    house.does(BERT, direct(&[ANNA]));
    assert_eq!(house.does(ANNA, direct(&[BERT])), (at(LUNCH, 3), vec![]));
    house.does(ANNA, post(LUNCH, "hello?"));
}

#[test]
fn guests_write_where_they_are_invited_and_make_nothing() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(CLEO);
    house.does(ANNA, create_room("lunch", ""));
    house.appoint(CLEO, HouseRole::Guest);
    let members = Refusal::NotAllowed("members of the house");
    for action in [create_room("mine", ""), direct(&[BERT])] {
        assert_eq!(house.refuses(CLEO, action), members);
    }
    assert_eq!(
        house.refuses(CLEO, join(LUNCH)),
        Refusal::NoSuchConversation(LUNCH)
    );
    house.does(ANNA, invite_in(LUNCH, CLEO));
    house.does(CLEO, join(LUNCH));
    assert_eq!(house.role_in(LUNCH, CLEO), Some(RoomRole::Guest));
    house.does(CLEO, post(LUNCH, "here"));
    assert_eq!(
        house.refuses(CLEO, invite_in(LUNCH, BERT)),
        Refusal::NotAllowed("members of the room")
    );
    // Who opened one with a guest is answered there.
    let direct_one = ConversationId(3);
    house.does(BERT, direct(&[CLEO]));
    assert_eq!(house.does(CLEO, direct(&[BERT])).0, at(direct_one, 3));
}

#[test]
fn the_last_owner_of_others_stays() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.device(ANNA);
    house.does(ANNA, create_room("lunch", ""));
    house.does(BERT, join(LUNCH));
    assert_eq!(house.refuses(ANNA, leave(LUNCH)), Refusal::LastOwner(LUNCH));
    house.does(ANNA, room_role(LUNCH, BERT, RoomRole::Owner));
    house.does(ANNA, leave(LUNCH));
    // Whoever is alone may go; the room stays, and belongs to nobody.
    house.does(BERT, leave(LUNCH));
    assert_eq!(house.members(LUNCH), []);
    house.does(CLEO, join(LUNCH));
    assert_eq!(house.role_in(LUNCH, CLEO), Some(RoomRole::Member));
    house.does(None, room_role(LUNCH, CLEO, RoomRole::Owner));
    house.does(CLEO, leave(LUNCH));
}

#[test]
fn what_was_done_already_is_done() {
    let mut house = TestHouse::with(&["anna"]);
    let (results, appended) = house.commits(vec![
        command(ANNA, leave(GENERAL)),
        command(ANNA, leave(GENERAL)),
        command(ANNA, join(GENERAL)),
        command(ANNA, join(GENERAL)),
        command(ANNA, leave(GENERAL)),
    ]);
    assert_eq!(
        results,
        [
            Ok(at(GENERAL, 3)),
            Err(Refusal::NotAMember(GENERAL)),
            Ok(at(GENERAL, 4)),
            Ok(at(GENERAL, 4)),
            Ok(Outcome::at(GENERAL, chat_shared::Seq(5))),
        ]
    );
    assert_eq!(appended.len(), 2 + 3 + 2);
}
