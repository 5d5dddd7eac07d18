//! Rooms made by those who have a say: for somebody else, or for nobody.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, TestHouse, change, create_room, enable, join, kick, leave, name,
    register, restore, role_set, room_role, set_topic,
};
use super::office::{DORA, act, audit_lines, delete, last_act, office};
use crate::journal::command::Action;
use crate::journal::outcome::Refusal;
use crate::store::FeedKey;
use chat_shared::limits::{CONVERSATIONS_PER_ACCOUNT, NEWCOMER_ROOMS};
use chat_shared::{
    Access, AccountId, ConversationId, EntryBody, HistoryFrom, RoomChange, RoomRole, RoomSettings,
};

const POOL: ConversationId = ConversationId(2);

fn make(room: &str, change: RoomChange, owner: Option<AccountId>) -> Action {
    Action::CreateRoom {
        name: name(room),
        topic: "swimming".into(),
        change: Box::new(change),
        owner,
    }
}

fn different() -> RoomChange {
    RoomChange {
        access: Some(Access::Private),
        history: Some(HistoryFrom::Joining),
        description: Some("who swims when".into()),
        slow_secs: Some(30),
        ..RoomChange::default()
    }
}

/// What stands in the room, without who did it when.
fn told(house: &TestHouse, room: ConversationId) -> Vec<EntryBody> {
    let entries = house.entries(FeedKey::Conversation(room)).into_iter();
    entries.map(|entry| entry.body).collect()
}

#[test]
fn a_room_for_somebody_else_is_theirs_from_the_start() {
    let mut house = office();
    house.does(None, make("pool", different(), Some(CLEO)));
    let settings = RoomSettings {
        access: Access::Private,
        history: HistoryFrom::Joining,
        description: "who swims when".into(),
        slow_secs: 30,
        ..RoomSettings::default()
    };
    assert_eq!(
        told(&house, POOL),
        [
            EntryBody::Created {
                name: Some("pool".into())
            },
            EntryBody::SettingsSet {
                settings: settings.clone(),
                changed: settings.changed_since(&RoomSettings::default())
            },
            EntryBody::TopicSet {
                topic: "swimming".into()
            },
            EntryBody::Joined { account: CLEO },
            role_set(CLEO, RoomRole::Owner),
        ]
    );
    assert_eq!(house.settings(POOL), settings);
    assert_eq!(house.members(POOL), [CLEO]);
    let detail =
        "access private, history joining, description \"who swims when\", slow 30 s, owner cleo";
    assert_eq!(last_act(&house), act("", "create_room", "#pool", detail));
    // Administrators may do that too, and a guest may be given one.
    house.does(ANNA, make("attic", RoomChange::default(), Some(DORA)));
    assert_eq!(
        last_act(&house),
        act("anna", "create_room", "#attic", "owner dora")
    );
}

#[test]
fn what_one_makes_for_oneself_needs_no_say_and_no_line_of_the_log() {
    let mut house = office();
    let lines = audit_lines(&house).len();
    house.does(CLEO, make("pool", different(), None));
    house.does(CLEO, make("attic", RoomChange::default(), Some(CLEO)));
    assert_eq!(audit_lines(&house).len(), lines);
    assert_eq!(house.role_in(POOL, CLEO), Some(RoomRole::Owner));
    let administrators = Refusal::NotAllowed("administrators");
    for by in [BERT, CLEO] {
        let for_another = make("cellar", RoomChange::default(), Some(ANNA));
        assert_eq!(house.refuses(by, for_another), administrators);
        let for_newcomers = RoomChange {
            for_newcomers: Some(true),
            ..RoomChange::default()
        };
        let for_all = make("cellar", for_newcomers, None);
        assert_eq!(house.refuses(by, for_all), administrators);
    }
}

#[test]
fn who_cannot_have_a_room_is_not_given_one() {
    let mut house = office();
    let give = |to| make("pool", RoomChange::default(), Some(to));
    let nobody = AccountId(99);
    let refusal = house.refuses(None, give(nobody));
    assert_eq!(refusal, Refusal::NoSuchAccount("number 99".into()));
    house.does(None, enable(CLEO, false));
    assert_eq!(house.refuses(None, give(CLEO)), Refusal::Disabled(CLEO));
    house.does(DORA, delete(false));
    let refusal = house.refuses(None, give(DORA));
    assert_eq!(refusal, Refusal::AccountDeleted(DORA));
    for number in 1..CONVERSATIONS_PER_ACCOUNT {
        house.does(BERT, create_room(&format!("room{number}"), ""));
    }
    let refusal = house.refuses(None, give(BERT));
    assert_eq!(refusal, Refusal::TooManyConversations);
}

#[test]
fn a_room_of_nobody_is_kept_by_administrators_until_it_has_an_owner() {
    let mut house = office();
    house.does(None, make("pool", RoomChange::default(), None));
    assert_eq!(house.members(POOL), []);
    assert_eq!(last_act(&house), act("", "create_room", "#pool", ""));
    // Who joins is a member, and no more.
    house.does(CLEO, join(POOL));
    house.does(BERT, join(POOL));
    assert_eq!(house.role_in(POOL, CLEO), Some(RoomRole::Member));
    let quiet = || {
        let quiet = RoomChange {
            read_only: Some(true),
            ..RoomChange::default()
        };
        change(POOL, quiet)
    };
    let moderators = Refusal::NotAllowed("moderators of the room");
    assert_eq!(house.refuses(CLEO, quiet()), moderators);
    house.does(ANNA, quiet());
    // Nobody is the last owner: all come and go, and are put out.
    house.does(CLEO, leave(POOL));
    house.does(None, kick(POOL, BERT));
    assert_eq!(house.members(POOL), []);
    house.does(CLEO, join(POOL));
    house.does(BERT, join(POOL));
    house.does(None, room_role(POOL, CLEO, RoomRole::Owner));
    assert_eq!(house.refuses(CLEO, leave(POOL)), Refusal::LastOwner(POOL));
    // And it may become nobody's again.
    house.does(CLEO, delete(false));
    assert_eq!(house.members(POOL), [BERT]);
    house.does(None, super::harness::delete_room(POOL, "pool"));
    house.does(None, restore(POOL));
    assert_eq!(house.members(POOL), [BERT]);
}

#[test]
fn newcomers_come_into_a_room_that_was_made_for_them() {
    let mut house = office();
    let for_newcomers = || RoomChange {
        for_newcomers: Some(true),
        ..RoomChange::default()
    };
    house.does(ANNA, make("pool", for_newcomers(), None));
    house.does(None, register("emil"));
    let emil = AccountId(5);
    assert_eq!(house.members(POOL), [ANNA, emil]);
    for number in 1..NEWCOMER_ROOMS {
        house.does(None, make(&format!("room{number}"), for_newcomers(), None));
    }
    let refusal = house.refuses(None, make("cellar", for_newcomers(), None));
    let too_many = Refusal::TooMany {
        what: "rooms for newcomers",
        limit: NEWCOMER_ROOMS,
    };
    assert_eq!(refusal, too_many);
    // One that is not open to all is none for newcomers, whatever was said.
    let hidden = RoomChange {
        access: Some(Access::Hidden),
        ..for_newcomers()
    };
    house.does(None, make("attic", hidden, None));
    let attic = ConversationId(POOL.0 + NEWCOMER_ROOMS as u64);
    assert!(!house.settings(attic).for_newcomers);
}

#[test]
fn a_topic_from_outside_of_the_room_stands_in_the_log() {
    let mut house = office();
    house.does(CLEO, create_room("pool", ""));
    let lines = audit_lines(&house).len();
    house.does(CLEO, set_topic(POOL, "swimming"));
    assert_eq!(audit_lines(&house).len(), lines);
    house.does(None, set_topic(POOL, "diving"));
    assert_eq!(
        last_act(&house),
        act("", "set_topic", "#pool", "\"diving\"")
    );
    house.does(BERT, set_topic(POOL, ""));
    assert_eq!(last_act(&house), act("bert", "set_topic", "#pool", "\"\""));
    let lines = audit_lines(&house).len();
    house.does(None, set_topic(POOL, ""));
    house.does(BERT, set_topic(GENERAL, "news"));
    assert_eq!(
        audit_lines(&house).len(),
        lines,
        "nothing new, and from inside"
    );
}
