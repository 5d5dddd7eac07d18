//! Leaving the house for good.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, NOW, TestHouse, command, create_room, direct, inside, post, posted,
    register,
};
use super::office::{
    DORA, account, act, block, bodies, delete, last_act, office, put_contact, set_role,
};
use crate::journal::command::{Action, Sighting};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::{
    AccountId, Audience, ConversationId, EntryBody, HouseRole, Profile, SharedGroup,
};

const POOL: ConversationId = ConversationId(2);
const PAIR: ConversationId = ConversationId(3);

/// Cleo, with all that somebody may have.
fn settled() -> TestHouse {
    let mut house = office();
    let device = house.device(CLEO);
    house.does(CLEO, create_room("pool", ""));
    house.does(CLEO, direct(&[BERT]));
    house.does(CLEO, put_contact(BERT, "work", true));
    house.does(CLEO, block(DORA));
    house.does(BERT, post(GENERAL, "@cleo"));
    house.does(
        ANNA,
        Action::PutSharedGroup {
            name: "Sales".into(),
            members: vec![BERT, CLEO],
        },
    );
    let profile = Profile {
        phone: "12".into(),
        ..Profile::default()
    };
    house.does(
        CLEO,
        Action::SetProfile {
            account: None,
            profile: Box::new(profile),
        },
    );
    house.does(
        CLEO,
        Action::SetStatus {
            text: "here".into(),
            until: None,
        },
    );
    let sighting = Sighting {
        account: CLEO,
        device: Some(device),
        at: NOW,
        address: Some("192.0.2.1".into()),
    };
    let seen = vec![sighting];
    house.does(None, Action::Seen { seen });
    house
}

/// Rows of a table whose key begins with an account.
fn rows_of(house: &TestHouse, table: &str, account: AccountId) -> usize {
    let rows = &house.dump()[table];
    let of_account = rows
        .iter()
        .filter(|(key, _)| key[..8] == account.0.to_le_bytes());
    of_account.count()
}

#[test]
fn nothing_of_who_left_stays_but_the_name_and_what_they_said() {
    let mut house = settled();
    house.does(CLEO, post(GENERAL, "goodbye"));
    let tables = [
        "contacts-1",
        "blocks-2",
        "inbox-1",
        "account_devices-1",
        "seen-1",
    ];
    for table in tables {
        assert_ne!(rows_of(&house, table, CLEO), 0, "{table}");
    }
    let (_, appended) = house.does(CLEO, delete(false));
    for table in tables {
        assert_eq!(rows_of(&house, table, CLEO), 0, "{table}");
    }
    assert_eq!(house.dump()["devices_seen-1"], []);
    let record = account(&house, CLEO);
    assert_eq!((record.name.as_str(), record.enabled), ("cleo", false));
    assert_eq!(record.deleted_at, Some(NOW));
    assert_eq!(record.profile, Profile::default());
    assert_eq!(record.status.text, "");
    assert_eq!(record.verifier.stored_key, [0; 32]);
    assert_eq!(house.members(GENERAL), [ANNA, BERT, DORA]);
    assert_eq!(house.members(POOL), [], "nobody owns it now");
    assert_eq!(house.memberships(CLEO).len(), 1, "the direct conversation");
    let groups = house.store().read(|reader| reader.shared_groups());
    let sales = SharedGroup {
        name: "Sales".into(),
        members: vec![BERT],
    };
    assert_eq!(groups.unwrap(), [sales]);
    assert_eq!(
        last_act(&house),
        act("cleo", "delete_account", "cleo", "member")
    );
    assert!(
        house
            .entries(FeedKey::Conversation(GENERAL))
            .iter()
            .any(|entry| entry.by == Some(CLEO) && entry.body == posted("goodbye"))
    );
    let told: Vec<_> = appended
        .into_iter()
        .filter(|appended| appended.feed == FeedKey::House)
        .map(|appended| appended.entry.body)
        .collect();
    assert_eq!(
        told[told.len() - 2..],
        [
            EntryBody::ProfileSet {
                account: CLEO,
                profile: Box::default()
            },
            EntryBody::AccountDeleted { account: CLEO },
        ]
    );
}

#[test]
fn the_name_stays_taken() {
    let mut house = settled();
    house.does(CLEO, delete(false));
    assert_eq!(
        house.refuses(None, register("cleo")),
        Refusal::NameTaken("cleo".into())
    );
    assert_eq!(
        house.refuses(None, register("cle0")),
        Refusal::NameConfusable {
            wanted: "cle0".into(),
            taken: "cleo".into()
        }
    );
}

#[test]
fn who_had_a_say_has_none_afterwards() {
    let mut house = office();
    house.does(ANNA, set_role(CLEO, HouseRole::Administrator));
    let done = house.does(CLEO, delete(false));
    let set = EntryBody::HouseRoleSet {
        account: CLEO,
        role: HouseRole::Member,
    };
    assert!(bodies(&done).contains(&set));
    let record = account(&house, CLEO);
    assert!(!record.administrator && record.role == HouseRole::Member);
    let told = act("cleo", "delete_account", "cleo", "administrator");
    assert_eq!(last_act(&house), told);
}

#[test]
fn an_account_is_ended_by_those_who_run_the_house() {
    let end = |account, name: &str| Action::DeleteAccountOf {
        account,
        name: name.into(),
        remove_messages: true,
    };
    let mut house = settled();
    // What is left is the same, whoever did it.
    let mut own = house.copy();
    own.does(CLEO, delete(true));
    let refusal = house.refuses(None, end(CLEO, "clea"));
    assert_eq!(refusal, Refusal::NotTheirName(CLEO));
    for by in [BERT, DORA] {
        let refusal = house.refuses(by, end(CLEO, "cleo"));
        assert_eq!(refusal, Refusal::NotAllowed("administrators"));
    }
    let done = house.does(ANNA, end(CLEO, "cleo"));
    assert!(bodies(&done).contains(&EntryBody::AccountDeleted { account: CLEO }));
    let told = act("anna", "delete_account", "cleo", "member");
    assert_eq!(last_act(&house), told);
    let (left, by_herself) = (house.dump(), own.dump());
    for (table, rows) in &by_herself {
        // These say by whom.
        if !["audit-1", "entries-1"].contains(&table.as_str()) {
            assert_eq!(&left[table], rows, "{table}");
        }
    }
    let refusal = house.refuses(None, end(CLEO, "cleo"));
    assert_eq!(refusal, Refusal::AccountDeleted(CLEO));

    house.does(None, set_role(BERT, HouseRole::Administrator));
    let refusal = house.refuses(ANNA, end(BERT, "bert"));
    assert_eq!(refusal, Refusal::Outranked(BERT));
    let refusal = house.refuses(ANNA, end(ANNA, "anna"));
    assert_eq!(refusal, Refusal::NotToYourself);
    house.does(None, end(BERT, "bert"));
    let refusal = house.refuses(None, end(ANNA, "anna"));
    assert_eq!(refusal, Refusal::LastAdministrator);
}

#[test]
fn the_others_keep_the_direct_conversation() {
    let mut house = settled();
    house.does(CLEO, delete(false));
    assert_eq!(house.members(PAIR), [BERT, CLEO]);
    house.does(BERT, post(PAIR, "are you there?"));
}

#[test]
fn an_account_is_deleted_once() {
    let mut house = settled();
    house.does(CLEO, delete(false));
    assert_eq!(
        house.refuses(CLEO, delete(true)),
        Refusal::AccountDeleted(CLEO)
    );
}

fn sweep(house: &mut TestHouse) -> bool {
    match house.does(None, Action::RemoveMessages).0 {
        Outcome::Swept { more } => more,
        other => panic!("{other:?}"),
    }
}

/// What somebody said that is still to be read.
fn said(house: &TestHouse, account: AccountId, conversation: ConversationId) -> usize {
    let entries = house.entries(FeedKey::Conversation(conversation));
    let is_said = |body: &EntryBody| matches!(body, EntryBody::Posted { .. });
    let own = entries
        .iter()
        .filter(|entry| entry.by == Some(account) && is_said(&entry.body));
    own.count()
}

#[test]
fn messages_stay_where_they_are_not_to_go() {
    let mut house = settled();
    house.does(CLEO, post(GENERAL, "hello"));
    house.does(CLEO, delete(false));
    let before = house.dump();
    assert!(!sweep(&mut house));
    assert_eq!(house.dump(), before);
}

#[test]
fn a_message_that_goes_leaves_a_tombstone_and_is_told() {
    let mut house = settled();
    let (outcome, _) = house.does(CLEO, post(GENERAL, "hello"));
    let Outcome::Done { seq: Some(seq), .. } = outcome else {
        panic!("{outcome:?}")
    };
    house.does(BERT, post(GENERAL, "hello cleo"));
    house.does(CLEO, delete(true));
    let before = house.entries(FeedKey::Conversation(GENERAL));
    let newest = before.last().unwrap();
    let (outcome, appended) = house.does(None, Action::RemoveMessages);
    assert_eq!(outcome, Outcome::Swept { more: false });
    let deleted = EntryBody::MessageDeleted {
        seq,
        reason: String::new(),
    };
    let place = (newest.seq.0 + 1, newest.posts);
    assert_eq!(appended, [inside(GENERAL, place, CLEO, deleted)]);
    let tomb = house.entry(FeedKey::Conversation(GENERAL), seq).unwrap();
    let old = &before[seq.0 as usize - 1];
    assert_eq!(tomb.body, EntryBody::Tombstone {});
    assert_eq!((tomb.at, tomb.by, tomb.posts), (old.at, old.by, old.posts));
    assert_eq!(said(&house, BERT, GENERAL), 2);
    let before = house.dump();
    assert!(!sweep(&mut house));
    assert_eq!(house.dump(), before, "nothing more is to be done");
}

#[test]
fn all_go_in_portions_from_all_conversations_also_those_left_before() {
    let mut house = settled();
    let talk = |place| {
        let said = move |_| {
            [
                command(CLEO, post(place, "one")),
                command(BERT, post(GENERAL, "two")),
            ]
        };
        (0..600).flat_map(said).collect()
    };
    for place in [GENERAL, POOL, PAIR] {
        house.commits(talk(place));
    }
    house.does(CLEO, Action::Leave { conversation: POOL });
    house.does(CLEO, delete(true));
    let mut turns = 0;
    loop {
        let before: usize = [GENERAL, POOL, PAIR]
            .map(|place| said(&house, CLEO, place))
            .iter()
            .sum();
        let more = sweep(&mut house);
        let after: usize = [GENERAL, POOL, PAIR]
            .map(|place| said(&house, CLEO, place))
            .iter()
            .sum();
        assert!(before - after <= 500);
        turns += 1;
        house.reopen();
        if !more {
            break;
        }
    }
    assert!((4..20).contains(&turns), "{turns}");
    for place in [GENERAL, POOL, PAIR] {
        assert_eq!(said(&house, CLEO, place), 0);
    }
    assert_eq!(said(&house, BERT, GENERAL), 1801);
    assert_eq!(house.dump()["messages_to_remove-1"], []);
}

#[test]
fn several_who_leave_are_swept_one_after_the_other() {
    let mut house = settled();
    for who in [CLEO, DORA] {
        house.does(who, post(GENERAL, "hello"));
        house.does(who, delete(true));
    }
    assert!(sweep(&mut house));
    assert!(!sweep(&mut house));
    for who in [CLEO, DORA] {
        assert_eq!(said(&house, who, GENERAL), 0);
    }
}

#[test]
fn what_waits_for_others_stays_with_them() {
    let mut house = settled();
    house.does(BERT, put_contact(CLEO, "", false));
    house.does(
        BERT,
        Action::Announce {
            to: Audience::People {
                accounts: vec![DORA],
            },
            text: "cake".into(),
        },
    );
    let before = [
        rows_of(&house, "contacts-1", BERT),
        rows_of(&house, "inbox-1", DORA),
    ];
    house.does(CLEO, delete(false));
    let after = [
        rows_of(&house, "contacts-1", BERT),
        rows_of(&house, "inbox-1", DORA),
    ];
    assert_eq!(before, after);
    assert_eq!(
        house.refuses(
            BERT,
            Action::InviteToRoom {
                conversation: GENERAL,
                account: CLEO,
            }
        ),
        Refusal::AccountDeleted(CLEO)
    );
}
