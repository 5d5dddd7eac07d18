//! Nothing is left of a text that was deleted, wherever it stood.

use super::harness::{
    ANNA, BERT, GENERAL, TestHouse, at, command, create_room, delete_message, delete_room, join,
    post,
};
use super::office::delete;
use crate::journal::command::Action;
use crate::store::FeedKey;
use chat_shared::limits::RESTORE_MS;
use chat_shared::{ConversationId, EntryBody};

const SECRET: &str = "what nobody shall read again, wherever they look";

fn secret_is_gone(house: &TestHouse, seq: u64) {
    assert_eq!(house.store().tables_with(SECRET), [""; 0]);
    let there = house
        .entries(FeedKey::Conversation(GENERAL))
        .remove(seq as usize - 1);
    assert_eq!(there.body, EntryBody::Tombstone {});
}

#[test]
fn a_deleted_text_is_in_no_row_whenever_it_was_posted() {
    // In the same batch, with others around it.
    let mut house = TestHouse::with(&["anna"]);
    let batch = [
        post(GENERAL, "a"),
        post(GENERAL, SECRET),
        post(GENERAL, "b"),
    ];
    let mut batch: Vec<_> = batch
        .into_iter()
        .map(|action| command(ANNA, action))
        .collect();
    batch.push(command(ANNA, delete_message(GENERAL, 4)));
    batch.push(command(ANNA, post(GENERAL, "c")));
    let (results, _) = house.commits(batch);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    secret_is_gone(&house, 4);

    // In the batches before, up to long ago, when it has been filed with others.
    for later in [0, 1, 3, 40] {
        let mut house = TestHouse::with(&["anna"]);
        house.does(ANNA, post(GENERAL, "a"));
        assert_eq!(house.does(ANNA, post(GENERAL, SECRET)).0, at(GENERAL, 4));
        for _ in 0..later {
            house.does(ANNA, post(GENERAL, "b"));
        }
        let tables = house.store().tables_with(SECRET);
        assert!(!tables.is_empty(), "the search finds what is there");
        house.does(ANNA, delete_message(GENERAL, 4));
        secret_is_gone(&house, 4);
        house.reopen();
        secret_is_gone(&house, 4);
    }
}

#[test]
fn a_text_is_gone_with_the_account_or_the_room() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    house.does(None, create_room("lunch", ""));
    let lunch = ConversationId(2);
    house.does(BERT, join(lunch));
    house.does(BERT, post(lunch, SECRET));
    let spoken = "and this one goes with who has said it";
    let said = post(GENERAL, spoken);
    let batch = [command(BERT, said), command(BERT, delete(true))];
    house.commits(batch.to_vec());
    house.does(None, Action::RemoveMessages);
    assert_eq!(house.store().tables_with(spoken), [""; 0]);

    house.does(ANNA, join(lunch));
    house.does(ANNA, post(lunch, SECRET));
    house.does(None, delete_room(lunch, "lunch"));
    assert!(!house.store().tables_with(SECRET).is_empty());
    house.does_later(RESTORE_MS + 1, None, Action::Expire);
    assert_eq!(house.store().tables_with(SECRET), [""; 0]);
}
