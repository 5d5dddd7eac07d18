//! Contacts and blocks.

use super::harness::{
    ANNA, BERT, CLEO, GHOST, TestHouse, command, direct, enable, in_own, register,
};
use super::office::{DORA, abouts, block, delete, does_once, inbox, item, office, put_contact};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::{CONTACTS, GROUP_NEW};
use chat_shared::{AccountId, Contact, EntryBody, InboxAbout};

fn contact(account: AccountId, group: &str, favourite: bool) -> Contact {
    Contact {
        account,
        group: group.into(),
        favourite,
    }
}

fn put(account: AccountId, group: &str, favourite: bool) -> EntryBody {
    EntryBody::ContactPut {
        contact: contact(account, group, favourite),
    }
}

fn remove(account: AccountId) -> Action {
    Action::RemoveContact { account }
}

fn unblock(account: AccountId) -> Action {
    Action::Unblock { account }
}

fn contacts(house: &TestHouse, account: AccountId) -> Vec<Contact> {
    let read = house.store().read(|reader| reader.contacts(account));
    read.unwrap()
}

fn blocked(house: &TestHouse, account: AccountId) -> Vec<AccountId> {
    let read = house.store().read(|reader| reader.blocked(account));
    read.unwrap().into_iter().collect()
}

#[test]
fn who_is_new_among_the_contacts_is_told() {
    let mut house = office();
    let (outcome, appended) = house.does(CLEO, put_contact(BERT, "work", true));
    let added = item(2, CLEO, InboxAbout::AddedAsContact {});
    let (theirs, own) = (appended[0].entry.seq.0, appended[1].entry.seq.0);
    let told = EntryBody::InboxAdded {
        item: added.clone(),
    };
    let expected = vec![
        in_own(BERT, theirs, CLEO, told),
        in_own(CLEO, own, CLEO, put(BERT, "work", true)),
    ];
    assert_eq!((outcome, appended), (Outcome::DONE, expected));
    assert_eq!(contacts(&house, CLEO), [contact(BERT, "work", true)]);
    assert_eq!(inbox(&house, BERT).last(), Some(&added));
}

#[test]
fn who_is_moved_is_not_told_again() {
    let mut house = office();
    house.does(CLEO, put_contact(BERT, "", false));
    let done = does_once(&mut house, CLEO, put_contact(BERT, "friends", false));
    assert_eq!(done.1.len(), 1);
    assert_eq!(done.1[0].entry.body, put(BERT, "friends", false));
    // Besides that he was made a moderator.
    assert_eq!(inbox(&house, BERT).len(), 2);
    assert_eq!(
        house.refuses(CLEO, put_contact(BERT, "friends", false)),
        Refusal::ContactExists(BERT)
    );
}

#[test]
fn who_comes_and_goes_does_not_fill_an_inbox() {
    let mut house = office();
    for _ in 0..5 {
        house.does(CLEO, put_contact(BERT, "", false));
        house.does(CLEO, remove(BERT));
    }
    assert_eq!(inbox(&house, BERT).len(), 2);
}

#[test]
fn who_cannot_be_a_contact() {
    let mut house = office();
    let refusal = house.refuses(CLEO, put_contact(CLEO, "", false));
    assert_eq!(refusal, Refusal::NotToYourself);
    let refusal = house.refuses(CLEO, put_contact(GHOST, "", false));
    assert_eq!(refusal, Refusal::NoSuchAccount("number 99".into()));
    house.does(DORA, delete(false));
    let refusal = house.refuses(CLEO, put_contact(DORA, "", false));
    assert_eq!(refusal, Refusal::AccountDeleted(DORA));
}

#[test]
fn a_contact_is_removed_once() {
    let mut house = office();
    house.does(CLEO, put_contact(BERT, "", false));
    let done = does_once(&mut house, CLEO, remove(BERT));
    let removed = EntryBody::ContactRemoved { account: BERT };
    assert_eq!(done.1[0].entry.body, removed);
    assert_eq!(contacts(&house, CLEO), []);
    assert_eq!(
        house.refuses(CLEO, remove(BERT)),
        Refusal::NoSuchContact(BERT)
    );
}

#[test]
fn the_group_of_those_who_wrote_first_fills_by_itself() {
    let mut house = office();
    let refusal = house.refuses(CLEO, put_contact(BERT, GROUP_NEW, false));
    assert!(matches!(refusal, Refusal::NotAllowed(_)));
    house.does(BERT, direct(&[CLEO]));
    assert_eq!(contacts(&house, CLEO), [contact(BERT, GROUP_NEW, false)]);
    assert_eq!(contacts(&house, BERT), []);
    assert_eq!(inbox(&house, CLEO), []);
    house.does(CLEO, put_contact(BERT, GROUP_NEW, true));
    house.does(CLEO, put_contact(BERT, "work", true));
    let back = house.refuses(CLEO, put_contact(BERT, GROUP_NEW, true));
    assert!(matches!(back, Refusal::NotAllowed(_)));
}

#[test]
fn who_is_a_contact_already_stays_where_they_are() {
    let mut house = office();
    house.does(CLEO, put_contact(BERT, "work", true));
    house.does(BERT, direct(&[CLEO]));
    assert_eq!(contacts(&house, CLEO), [contact(BERT, "work", true)]);
}

#[test]
fn a_group_conversation_makes_no_contacts() {
    let mut house = office();
    house.does(BERT, direct(&[CLEO, ANNA]));
    assert_eq!(contacts(&house, CLEO), []);
}

#[test]
fn contacts_and_blocks_are_bounded() {
    let mut house = office();
    let mut all = Vec::new();
    for number in 0..=CONTACTS {
        all.push(command(None, register(&format!("p{number}"))));
    }
    house.commits(all);
    let others = || (5..).map(AccountId).take(CONTACTS);
    for wanted in [|account| put_contact(account, "", false), block] {
        let commands = others().map(|other| command(CLEO, wanted(other)));
        let (results, _) = house.commits(commands.collect());
        assert!(results.iter().all(|result| result == &Ok(Outcome::DONE)));
        let one_more = AccountId(5 + CONTACTS as u64);
        assert!(matches!(
            house.refuses(CLEO, wanted(one_more)),
            Refusal::TooMany {
                limit: CONTACTS,
                ..
            }
        ));
    }
    // Who writes to somebody with a full list is heard all the same.
    house.does(BERT, direct(&[CLEO]));
    assert_eq!(contacts(&house, CLEO).len(), CONTACTS);
}

#[test]
fn a_block_is_told_to_nobody_else() {
    let mut house = office();
    let (outcome, appended) = house.does(CLEO, block(BERT));
    let seq = appended[0].entry.seq.0;
    let told = vec![in_own(
        CLEO,
        seq,
        CLEO,
        EntryBody::Blocked { account: BERT },
    )];
    assert_eq!((outcome, appended), (Outcome::DONE, told));
    assert_eq!(blocked(&house, CLEO), [BERT]);
    assert_eq!(
        house.refuses(CLEO, block(BERT)),
        Refusal::AlreadyBlocked(BERT)
    );
    let done = does_once(&mut house, CLEO, unblock(BERT));
    assert_eq!(done.1[0].entry.body, EntryBody::Unblocked { account: BERT });
    assert_eq!(blocked(&house, CLEO), []);
    assert_eq!(
        house.refuses(CLEO, unblock(BERT)),
        Refusal::NotBlocked(BERT)
    );
}

#[test]
fn who_cannot_be_blocked() {
    let mut house = office();
    assert_eq!(house.refuses(CLEO, block(CLEO)), Refusal::NotToYourself);
    let refusal = Refusal::NoSuchAccount("number 99".into());
    assert_eq!(house.refuses(CLEO, block(GHOST)), refusal);
    house.does(DORA, delete(false));
    assert_eq!(
        house.refuses(CLEO, block(DORA)),
        Refusal::AccountDeleted(DORA)
    );
}

#[test]
fn who_is_blocked_gets_the_answer_of_somebody_disabled_or_gone() {
    let mut blocking = office();
    blocking.does(CLEO, block(BERT));
    let mut disabled = office();
    disabled.does(None, enable(CLEO, false));
    let mut gone = office();
    gone.does(CLEO, delete(false));
    for wanted in [direct(&[CLEO]), direct(&[CLEO, ANNA])] {
        let answer = blocking.refuses(BERT, wanted.clone());
        assert_eq!(answer, Refusal::NotReachable(CLEO));
        assert_eq!(disabled.refuses(BERT, wanted.clone()), answer);
        assert_eq!(gone.refuses(BERT, wanted), answer);
    }
    // It holds one way only, and others are not concerned.
    blocking.does(CLEO, direct(&[BERT]));
    blocking.does(ANNA, direct(&[CLEO]));
}

#[test]
fn who_is_blocked_is_answered_as_ever_but_not_heard() {
    let mut house = office();
    house.does(CLEO, block(BERT));
    let done = house.does(BERT, put_contact(CLEO, "", false));
    assert_eq!(done.1.len(), 1, "nothing in the feed of the other");
    assert_eq!(abouts(&house, CLEO), []);
}
