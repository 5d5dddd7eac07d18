//! What is said, and how far it was read.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, GHOST, NOWHERE, TestHouse, at, create_room, in_own, inside, leave,
    mark, post, posted, read, register, set_topic,
};
use crate::journal::apply::tables::reads;
use crate::journal::outcome::Outcome;
use chat_shared::ConversationId;

#[test]
fn a_post_is_one_entry_of_its_conversation() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    assert_eq!(
        house.does(ANNA, post(GENERAL, "hello")),
        (
            at(GENERAL, 4),
            vec![inside(GENERAL, (4, 1), ANNA, posted("hello"))]
        )
    );
    assert_eq!(
        house.does(BERT, post(GENERAL, "hello")),
        (
            at(GENERAL, 5),
            vec![inside(GENERAL, (5, 2), BERT, posted("hello"))]
        )
    );
    assert_eq!(
        house.tables_changed_by(BERT, post(GENERAL, "again")),
        ["entries-1"]
    );
}

#[test]
fn a_post_reads_no_table_of_its_room_or_people_once_they_are_in_memory() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    house.forget();
    reads::taken();
    house.does(ANNA, post(GENERAL, "cold"));
    let cold = reads::taken();
    assert!(
        cold.iter().any(|(table, _)| table == "members-2"),
        "{cold:?}"
    );
    house.does(BERT, post(GENERAL, "cold"));
    reads::taken();
    for by in [ANNA, BERT, ANNA] {
        house.does(by, post(GENERAL, "warm"));
        assert_eq!(reads::taken(), []);
    }
    // Others who come and go, and a topic, change nothing of it.
    house.does(None, register("cleo"));
    house.does(CLEO, leave(GENERAL));
    house.does(ANNA, set_topic(GENERAL, "news"));
    reads::taken();
    house.does(BERT, post(GENERAL, "warm"));
    assert_eq!(reads::taken(), []);
}

#[test]
fn what_is_not_a_post_does_not_count_as_one() {
    let mut house = TestHouse::with(&["anna"]);
    house.does(ANNA, post(GENERAL, "one"));
    house.does(ANNA, set_topic(GENERAL, "topic"));
    house.does(ANNA, post(GENERAL, "two"));
    let posts: Vec<u64> = house
        .entries(crate::store::FeedKey::Conversation(GENERAL))
        .iter()
        .map(|entry| entry.posts)
        .collect();
    assert_eq!(posts, [0, 0, 1, 1, 2]);
}

#[test]
fn text_is_kept_byte_for_byte() {
    let mut house = TestHouse::with(&["anna"]);
    let text = "a\0b\n\u{202e}тест 中文 \u{1b}[31m 👩‍👩‍👧";
    let (_, appended) = house.does(ANNA, post(GENERAL, text));
    assert_eq!(appended, [inside(GENERAL, (3, 1), ANNA, posted(text))]);
}

#[test]
fn marks_move_on_and_are_told_to_the_devices_of_each() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    for text in ["one", "two", "three"] {
        house.does(ANNA, post(GENERAL, text));
    }
    assert_eq!(
        house.does(None, mark(GENERAL, &[(BERT, 5), (ANNA, 6)])),
        (
            Outcome::DONE,
            vec![
                in_own(BERT, 3, BERT, read(GENERAL, 5, 2)),
                in_own(ANNA, 3, ANNA, read(GENERAL, 6, 3)),
            ]
        )
    );
    assert_eq!(house.memberships(ANNA), [(GENERAL, 6, 3)]);
    assert_eq!(house.memberships(BERT), [(GENERAL, 5, 2)]);
    assert_eq!(
        house.tables_changed_by(None, mark(GENERAL, &[(BERT, 6)])),
        ["entries-1", "memberships-1"]
    );
}

#[test]
fn a_mark_beyond_the_end_is_one_at_the_end() {
    let mut house = TestHouse::with(&["anna"]);
    house.does(ANNA, post(GENERAL, "one"));
    let (_, appended) = house.does(None, mark(GENERAL, &[(ANNA, u64::MAX)]));
    assert_eq!(appended, [in_own(ANNA, 3, ANNA, read(GENERAL, 3, 1))]);
}

#[test]
fn marks_that_move_nothing_change_nothing() {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    house.does(ANNA, post(GENERAL, "one"));
    house.does(None, mark(GENERAL, &[(ANNA, 5)]));
    house.does(BERT, leave(GENERAL));
    let before = house.dump();
    // Where one is; back; who left; who never was there; where nobody is.
    for marks in [
        mark(GENERAL, &[(ANNA, 5)]),
        mark(GENERAL, &[(ANNA, 4), (CLEO, 0)]),
        mark(GENERAL, &[(BERT, 5), (GHOST, 5)]),
        mark(NOWHERE, &[(ANNA, 5)]),
        mark(GENERAL, &[]),
    ] {
        assert_eq!(house.does(None, marks), (Outcome::DONE, vec![]));
        assert_eq!(house.dump(), before);
    }
    // Nothing of the conversation that was not there stays in memory either.
    assert_eq!(
        house.does(ANNA, create_room("lunch", "")).0,
        at(ConversationId(2), 3)
    );
}

#[test]
fn one_gathering_holds_several_marks_of_one_person() {
    let mut house = TestHouse::with(&["anna"]);
    for text in ["one", "two", "three"] {
        house.does(ANNA, post(GENERAL, text));
    }
    let (_, appended) = house.does(None, mark(GENERAL, &[(ANNA, 3), (ANNA, 5), (ANNA, 4)]));
    assert_eq!(
        appended,
        [
            in_own(ANNA, 3, ANNA, read(GENERAL, 3, 1)),
            in_own(ANNA, 4, ANNA, read(GENERAL, 5, 3)),
        ]
    );
    assert_eq!(house.memberships(ANNA), [(GENERAL, 5, 3)]);
}
