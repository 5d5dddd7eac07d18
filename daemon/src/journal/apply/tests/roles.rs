//! What people are in the house, and who may end whose account.

use super::harness::{
    ANNA, BERT, CLEO, GHOST, TestHouse, command, enable, in_house, register_as, verifier,
};
use super::office::{
    DORA, account, act, bodies, delete, does_once, item, last_act, office, set_role,
};
use crate::journal::command::{Action, Admission};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::schema::meta;
use chat_shared::{AccountId, EntryBody, HouseRole, InboxAbout, InboxItem};

const ROLES: [HouseRole; 4] = [
    HouseRole::Guest,
    HouseRole::Member,
    HouseRole::Moderator,
    HouseRole::Administrator,
];

fn role_set(account: AccountId, role: HouseRole) -> EntryBody {
    EntryBody::HouseRoleSet { account, role }
}

/// What cleo finds in her inbox.
fn told(role: HouseRole) -> InboxItem {
    let text = match role {
        HouseRole::Administrator => "you are an administrator of this house now",
        HouseRole::Moderator => "you are a moderator of this house now",
        _ => "you are a guest of this house now",
    };
    let text = text.to_owned();
    item(1, ANNA, InboxAbout::Announcement { text })
}

/// The counter and the truth.
fn administrators(house: &TestHouse) -> (u64, u64) {
    let dump = house.dump();
    let counted = dump["meta-1"]
        .iter()
        .find(|(name, _)| name == meta::ADMINISTRATORS.as_bytes())
        .map_or(0, |(_, count)| {
            u64::from_le_bytes(count.as_slice().try_into().unwrap())
        });
    let accounts = house
        .store()
        .read(|reader| reader.accounts_after(AccountId(0), 100));
    let enabled = accounts.unwrap().into_iter().filter(|(_, record)| {
        assert_eq!(
            record.administrator,
            record.role == HouseRole::Administrator
        );
        record.administrator && record.enabled
    });
    (counted, enabled.count() as u64)
}

#[test]
fn an_administrator_gives_every_role() {
    for role in ROLES {
        let mut house = office();
        let done = does_once(&mut house, ANNA, set_role(CLEO, role));
        let expected = match role {
            HouseRole::Member => vec![],
            _ => {
                let item = told(role);
                vec![role_set(CLEO, role), EntryBody::InboxAdded { item }]
            }
        };
        assert_eq!(bodies(&done), expected);
        let record = account(&house, CLEO);
        assert_eq!(record.role, role);
        assert_eq!(record.administrator, role == HouseRole::Administrator);
    }
}

#[test]
fn it_is_told_and_stands_in_the_log() {
    let mut house = office();
    let (outcome, appended) = house.does(ANNA, set_role(CLEO, HouseRole::Guest));
    let seq = appended[0].entry.seq.0;
    let told_all = in_house(seq, ANNA, role_set(CLEO, HouseRole::Guest));
    assert_eq!((outcome, appended.len()), (Outcome::DONE, 2));
    assert_eq!(appended[0], told_all);
    let item = told(HouseRole::Guest);
    assert_eq!(appended[1].entry.body, EntryBody::InboxAdded { item });
    assert_eq!(appended[1].feed, FeedKey::Account(CLEO));
    assert_eq!(
        last_act(&house),
        act("anna", "set_house_role", "cleo", "guest")
    );
}

#[test]
fn only_administrators_give_roles() {
    let mut house = office();
    for by in [BERT, CLEO, DORA] {
        let refusal = house.refuses(by, set_role(DORA, HouseRole::Member));
        assert_eq!(refusal, Refusal::NotAllowed("administrators"));
    }
}

#[test]
fn an_administrator_acts_upon_no_other_but_steps_down() {
    let mut house = office();
    house.does(ANNA, set_role(CLEO, HouseRole::Administrator));
    for action in [
        set_role(CLEO, HouseRole::Member),
        enable(CLEO, false),
        Action::AddResetCode {
            name: "cleo".into(),
            code_hash: [1; 32],
            expires_at: super::harness::NOW,
        },
        Action::ResetPassword {
            name: "cleo".into(),
            verifier: Box::new(verifier(2)),
        },
    ] {
        assert_eq!(house.refuses(ANNA, action), Refusal::Outranked(CLEO));
    }
    house.does(CLEO, set_role(CLEO, HouseRole::Member));
    house.does(ANNA, enable(CLEO, false));
    assert_eq!(administrators(&house), (1, 1));
}

#[test]
fn a_moderator_disables_only_who_has_less_to_say() {
    let mut house = office();
    assert_eq!(
        house.refuses(BERT, enable(ANNA, false)),
        Refusal::Outranked(ANNA)
    );
    assert_eq!(
        house.refuses(BERT, enable(BERT, false)),
        Refusal::NotToYourself
    );
    for account in [CLEO, DORA] {
        house.does(BERT, enable(account, false));
        house.does(BERT, enable(account, true));
    }
    house.does(ANNA, set_role(CLEO, HouseRole::Moderator));
    assert_eq!(
        house.refuses(BERT, enable(CLEO, false)),
        Refusal::Outranked(CLEO)
    );
    assert_eq!(
        house.refuses(DORA, enable(CLEO, false)),
        Refusal::NotAllowed("moderators of the house")
    );
}

#[test]
fn the_last_administrator_stays() {
    let mut house = office();
    for by in [None, Some(ANNA)] {
        assert_eq!(
            house.refuses(by, set_role(ANNA, HouseRole::Moderator)),
            Refusal::LastAdministrator
        );
    }
    assert_eq!(
        house.refuses(None, enable(ANNA, false)),
        Refusal::LastAdministrator
    );
    assert_eq!(
        house.refuses(ANNA, delete(false)),
        Refusal::LastAdministrator
    );
    assert_eq!(administrators(&house), (1, 1));
}

#[test]
fn who_is_disabled_is_no_administrator_to_rely_on() {
    let mut house = office();
    house.does(ANNA, set_role(CLEO, HouseRole::Administrator));
    assert_eq!(administrators(&house), (2, 2));
    house.does(None, enable(CLEO, false));
    assert_eq!(administrators(&house), (1, 1));
    assert_eq!(
        house.refuses(ANNA, delete(false)),
        Refusal::LastAdministrator
    );
    // Who is disabled may be demoted: nobody is lost by it.
    house.does(None, set_role(CLEO, HouseRole::Member));
    house.does(None, set_role(CLEO, HouseRole::Administrator));
    assert_eq!(administrators(&house), (1, 1));
    house.does(None, enable(CLEO, true));
    assert_eq!(administrators(&house), (2, 2));
    house.reopen();
    house.does(ANNA, delete(false));
    assert_eq!(administrators(&house), (1, 1));
    assert_eq!(
        house.refuses(CLEO, delete(false)),
        Refusal::LastAdministrator
    );
}

#[test]
fn two_cannot_step_down_in_one_batch() {
    let mut house = office();
    house.does(ANNA, set_role(CLEO, HouseRole::Administrator));
    let (results, _) = house.commits(vec![
        command(ANNA, set_role(ANNA, HouseRole::Member)),
        command(CLEO, set_role(CLEO, HouseRole::Member)),
    ]);
    let expected = [Ok(Outcome::DONE), Err(Refusal::LastAdministrator)];
    assert_eq!(results, expected);
    assert_eq!(administrators(&house), (1, 1));
}

#[test]
fn nothing_is_made_of_who_is_not_there_or_has_left() {
    let mut house = office();
    house.does(DORA, delete(false));
    for action in [set_role, |account, _| enable(account, false)] {
        assert_eq!(
            house.refuses(ANNA, action(GHOST, HouseRole::Member)),
            Refusal::NoSuchAccount("number 99".into())
        );
        assert_eq!(
            house.refuses(ANNA, action(DORA, HouseRole::Member)),
            Refusal::AccountDeleted(DORA)
        );
    }
}

#[test]
fn the_administrator_by_founding_is_told_to_all() {
    let mut house = TestHouse::with(&[]);
    let done = house.does(None, register_as("anna", Admission::Local));
    let told = role_set(ANNA, HouseRole::Administrator);
    assert_eq!(bodies(&done)[1], told);
    assert_eq!(account(&house, ANNA).role, HouseRole::Administrator);
}
