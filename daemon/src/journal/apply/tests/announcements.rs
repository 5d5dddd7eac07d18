//! Announcements.

use super::harness::{
    ANNA, BERT, CLEO, GHOST, NOW, TestHouse, in_house, in_own, numbered, once, register,
};
use super::office::{
    DORA, abouts, account, act, block, bodies, delete, item, last_act, later, office,
};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::{ANNOUNCE_TO, ANNOUNCEMENTS};
use chat_shared::{AccountId, Announcement, Audience, EntryBody, InboxAbout, Timestamp};

fn announce(to: Audience, text: &str) -> Action {
    let text = text.into();
    Action::Announce { to, text }
}

fn to(accounts: &[AccountId]) -> Audience {
    let accounts = accounts.to_vec();
    Audience::People { accounts }
}

fn kept(house: &TestHouse) -> Vec<Announcement> {
    let read = house.store().read(|reader| reader.announcements_after(0));
    read.unwrap()
}

#[test]
fn one_to_everybody_is_kept_and_told_to_the_house() {
    let mut house = office();
    let (outcome, appended) = house.does(BERT, announce(Audience::Everybody, "cake"));
    let announcement = Announcement {
        id: 1,
        at: NOW,
        by: Some(BERT),
        text: "cake".into(),
    };
    let seq = appended[0].entry.seq.0;
    let told = EntryBody::Announced {
        announcement: announcement.clone(),
    };
    let told = vec![in_house(seq, BERT, told)];
    assert_eq!((outcome, appended), (Outcome::DONE, told));
    assert_eq!(kept(&house), [announcement]);
    assert_eq!(
        last_act(&house),
        act("bert", "announce", "everybody", "cake")
    );
}

#[test]
fn so_many_are_kept() {
    let mut house = office();
    for number in 0..ANNOUNCEMENTS + 2 {
        house.does(None, announce(Audience::Everybody, &number.to_string()));
    }
    let kept = kept(&house);
    assert_eq!((kept.len(), kept[0].id), (ANNOUNCEMENTS, 3));
}

#[test]
fn one_to_people_waits_in_their_inboxes_also_of_who_blocks() {
    let mut house = office();
    house.does(CLEO, block(BERT));
    let (outcome, appended) = house.does(BERT, announce(to(&[DORA, CLEO, DORA]), "cake"));
    let cake = || InboxAbout::Announcement {
        text: "cake".into(),
    };
    let told = |who: AccountId, seq| {
        // Dora was told before that she is a guest.
        let item = item(if who == DORA { 2 } else { 1 }, BERT, cake());
        in_own(who, seq, BERT, EntryBody::InboxAdded { item })
    };
    let (cleo, dora) = (appended[0].entry.seq.0, appended[1].entry.seq.0);
    let expected = vec![told(CLEO, cleo), told(DORA, dora)];
    assert_eq!((outcome, appended), (Outcome::DONE, expected));
    assert_eq!(abouts(&house, ANNA), []);
    assert_eq!(kept(&house), []);
    assert_eq!(
        last_act(&house),
        act("bert", "announce", "cleo dora", "cake")
    );
}

#[test]
fn one_to_those_online_is_only_permitted() {
    let mut house = office();
    let action = announce(Audience::Online, "cake");
    let device = house.device(BERT);
    let command = numbered(BERT, once(device, 0, 1, 0), action);
    let done = house.runs(command.clone()).unwrap();
    assert_eq!(done, (Outcome::MayAnnounce, vec![]));
    assert_eq!(kept(&house), []);
    // A retry is not told twice.
    assert_eq!(house.runs(command), Ok((Outcome::DONE, vec![])));
}

#[test]
fn only_moderators_announce_and_only_to_people_who_are_here() {
    let mut house = office();
    for by in [CLEO, DORA] {
        for audience in [Audience::Online, Audience::Everybody, to(&[ANNA])] {
            let refusal = house.refuses(by, announce(audience, "cake"));
            assert_eq!(refusal, Refusal::NotAllowed("moderators of the house"));
        }
    }
    let refusal = house.refuses(BERT, announce(to(&[CLEO, GHOST]), "cake"));
    assert_eq!(refusal, Refusal::NoSuchAccount("number 99".into()));
    house.does(DORA, delete(false));
    let refusal = house.refuses(BERT, announce(to(&[CLEO, DORA]), "cake"));
    assert_eq!(refusal, Refusal::AccountDeleted(DORA));
    let many: Vec<_> = (1..).map(AccountId).take(ANNOUNCE_TO + 1).collect();
    assert!(matches!(
        house.refuses(BERT, announce(to(&many), "cake")),
        Refusal::TooMany {
            limit: ANNOUNCE_TO,
            ..
        }
    ));
}

#[test]
fn what_was_announced_before_somebody_came_does_not_wait_for_them() {
    let mut house = office();
    house.does(BERT, announce(Audience::Everybody, "cake"));
    let emil = AccountId(5);
    let after = Timestamp(NOW.0 + 1);
    let (_, appended) = house.runs(later(after, None, register("emil"))).unwrap();
    assert_eq!(account(&house, emil).announcements_seen, 1);
    let done = (Outcome::DONE, appended);
    let seen = EntryBody::InboxDismissed {
        item: None,
        announcements: Some(1),
    };
    assert!(bodies(&done).contains(&seen));
}
