//! What waits of an invitation into a room: one line a room, and again where it had gone too early.

use super::harness::{
    ANNA, BERT, CLEO, TestHouse, create_room_as, delete_room, invite_in, join, rename, restore,
};
use super::office::{DORA, block, inbox};
use crate::journal::command::Action;
use chat_shared::{Access, AccountId, ConversationId, HouseRole, InboxAbout};

const LUNCH: ConversationId = ConversationId(2);

/// #lunch is hidden: Anna owns it, Bert is in it, and Bert has invited Cleo.
fn invited() -> TestHouse {
    let mut house = TestHouse::with(&["anna", "bert", "cleo", "dora"]);
    house.does(ANNA, create_room_as("lunch", "", Access::Hidden));
    house.does(ANNA, invite_in(LUNCH, BERT));
    house.does(BERT, join(LUNCH));
    house.does(BERT, invite_in(LUNCH, CLEO));
    house
}

fn delete_and_restore(house: &mut TestHouse) {
    house.does(ANNA, delete_room(LUNCH, "lunch"));
    assert_eq!(house.inbox(CLEO), []);
    house.does(None, restore(LUNCH));
}

fn dismiss(house: &mut TestHouse, account: AccountId) {
    let item = inbox(house, account).first().map(|item| item.id);
    house.does(account, Action::DismissInbox { item });
}

fn from(by: AccountId, name: &str) -> (Option<AccountId>, InboxAbout) {
    let about = InboxAbout::RoomInvitation {
        conversation: LUNCH,
        name: name.into(),
    };
    (Some(by), about)
}

#[test]
fn with_a_room_its_invitations_come_back() {
    let mut house = invited();
    house.does(ANNA, invite_in(LUNCH, DORA));
    delete_and_restore(&mut house);
    assert_eq!(house.inbox(CLEO), [from(BERT, "lunch")]);
    assert_eq!(house.inbox(DORA), [from(ANNA, "lunch")]);
    assert_eq!(house.inbox(BERT), [], "who is inside");
    house.does(CLEO, join(LUNCH));
    assert_eq!(house.inbox(CLEO), []);
}

#[test]
fn they_do_not_come_back_to_who_does_not_want_them_or_has_left() {
    let mut house = invited();
    house.does(ANNA, invite_in(LUNCH, DORA));
    house.does(CLEO, block(BERT));
    house.does(ANNA, delete_room(LUNCH, "lunch"));
    let remove_messages = false;
    house.does(DORA, Action::DeleteAccount { remove_messages });
    house.does(None, restore(LUNCH));
    assert_eq!(house.inbox(CLEO), []);
    assert_eq!(house.inbox(DORA), []);
}

/// By the same person and by another one.
#[test]
fn who_dismissed_an_invitation_can_be_reminded() {
    let mut house = invited();
    for by in [BERT, ANNA] {
        dismiss(&mut house, CLEO);
        assert_eq!(house.inbox(CLEO), []);
        let (_, told) = house.does(by, invite_in(LUNCH, CLEO));
        assert_eq!(told.len(), 1, "the room is not told twice");
        assert_eq!(house.inbox(CLEO), [from(by, "lunch")]);
    }
}

#[test]
fn one_line_leads_into_a_room() {
    let mut house = invited();
    house.appoint(ANNA, HouseRole::Administrator);
    for by in [BERT, ANNA] {
        assert_eq!(house.does(by, invite_in(LUNCH, CLEO)).1, []);
    }
    house.does(ANNA, rename(LUNCH, "dinner"));
    assert_eq!(house.does(ANNA, invite_in(LUNCH, CLEO)).1, []);
    assert_eq!(house.inbox(CLEO), [from(BERT, "lunch")]);
}
