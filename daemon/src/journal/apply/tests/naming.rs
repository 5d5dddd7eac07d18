//! What those are called whom a refusal is about.

use super::harness::{
    ANNA, BERT, CLEO, Done, GENERAL, TestHouse, ban, command, create_room_as, direct, invite_in,
    join, leave, post,
};
use super::office::block;
use crate::journal::command::Action;
use crate::journal::outcome::{Refusal, Refused};
use chat_shared::{Access, AccountId, ConversationId};

const LUNCH: ConversationId = ConversationId(2);

/// Anna owns a room that others may not know of.
fn house() -> TestHouse {
    let mut house = TestHouse::with(&["anna", "bert", "cleo"]);
    let _: Done = house.does(ANNA, create_room_as("lunch", "", Access::Hidden));
    house
}

fn refused(house: &mut TestHouse, by: AccountId, action: Action) -> Refused {
    house.refuses_in_words(command(by, action))
}

#[test]
fn people_and_rooms_have_their_names() {
    let mut house = house();
    house.does(BERT, block(CLEO));
    let again = refused(&mut house, BERT, block(CLEO));
    assert_eq!((again.who.as_str(), again.is_asker), ("cleo", false));
    house.does(ANNA, invite_in(LUNCH, BERT));
    let write = refused(&mut house, BERT, post(LUNCH, "soup?"));
    assert_eq!(write.refusal, Refusal::NotAMember(LUNCH));
    assert_eq!((write.place.as_str(), write.who.as_str()), ("#lunch", ""));
}

#[test]
fn who_is_refused_for_what_they_are_is_the_one_who_asked() {
    let mut house = house();
    house.does(None, ban(GENERAL, BERT, None));
    let mine = refused(&mut house, BERT, join(GENERAL));
    assert!(mine.is_asker);
    let theirs = refused(&mut house, ANNA, invite_in(GENERAL, BERT));
    assert_eq!((theirs.who.as_str(), theirs.is_asker), ("bert", false));
    assert_eq!(
        (mine.place.as_str(), theirs.place),
        ("#general", "#general".into())
    );
}

#[test]
fn what_somebody_may_not_know_of_has_no_name_for_them() {
    let mut house = house();
    house.does(ANNA, direct(&[BERT]));
    for action in [
        join(LUNCH),
        post(LUNCH, "hello"),
        leave(LUNCH),
        invite_in(LUNCH, BERT),
        post(ConversationId(3), "hello"),
        leave(ConversationId(3)),
    ] {
        let hidden = refused(&mut house, CLEO, action);
        assert!(matches!(hidden.refusal, Refusal::NoSuchConversation(_)));
        assert_eq!((hidden.who.as_str(), hidden.place.as_str()), ("", ""));
    }
}
