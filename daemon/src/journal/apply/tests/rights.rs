//! Who may what: every command by everybody, against a second table, written by hand.
//!
//! Somebody of each role in the house and of each role in #lunch, or outside of it, tries every command that
//! people can give; what they get stands in [`cases`], a letter for each.

use super::harness::{
    ANNA, BERT, CLEO, TestHouse, add_device, ban, change, create_room, delete_message, delete_room,
    direct, enable, invite, invite_in, join, kick, leave, mute, post, register_as, rename, report,
    restore, room_role, set_topic, unban, unmute, verifier,
};
use crate::journal::apply::rights::TABLE;
use crate::journal::command::{Action, Admission, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::{
    Access, AccountId, Audience, ConversationId, DeviceId, HistoryFrom, HouseRole, InviteId,
    Profile, RoomChange, RoomRole, Timestamp,
};
use std::collections::BTreeSet;

/// Bert's room. Cleo is a member of it, Dora is not, Fred is banned and muted, Hugo is invited. Its sixth
/// entry is a message of Anna's, who tries, its seventh one of Cleo's.
const LUNCH: ConversationId = ConversationId(2);
const DORA: AccountId = AccountId(4);
/// An administrator of the house, who is not in the room.
const EMIL: AccountId = AccountId(5);
const FRED: AccountId = AccountId(6);
const HUGO: AccountId = AccountId(7);

const HOUSE_ROLES: [HouseRole; 4] = [
    HouseRole::Guest,
    HouseRole::Member,
    HouseRole::Moderator,
    HouseRole::Administrator,
];
const ROOM_ROLES: [Option<RoomRole>; 5] = [
    None,
    Some(RoomRole::Guest),
    Some(RoomRole::Member),
    Some(RoomRole::Moderator),
    Some(RoomRole::Owner),
];

/// Answers, a line for each role in the house as in [`HOUSE_ROLES`], a letter for each role in the room as
/// in [`ROOM_ROLES`].
type Answers = [&'static str; 4];

// Who may do something in the room that they know of.
const GUESTS_OF_THE_ROOM: Answers = [".++++", "m++++", "m++++", "m++++"];
const MEMBERS_OR_HOUSE_MODERATORS: Answers = [".a+++", "ma+++", "+++++", "+++++"];
const MODERATORS: Answers = [".aa++", "aaa++", "+++++", "+++++"];
const MODERATORS_UPON_THE_OWNER: Answers = [".aarr", "aaarr", "rrrrr", "+++++"];
const MODERATORS_UPON_AN_ADMINISTRATOR: Answers = [".aarr", "aaarr", "rrrrr", "rrrrr"];
const OWNERS: Answers = [".aaa+", "aaaa+", "aaaa+", "+++++"];
const ADMINISTRATORS_WHO_KNOW_IT: Answers = [".aaaa", "aaaaa", "aaaaa", "+++++"];
// Who may do something in the house.
const EVERYBODY: Answers = ["+++++", "+++++", "+++++", "+++++"];
const HOUSE_MEMBERS: Answers = ["aaaaa", "+++++", "+++++", "+++++"];
const HOUSE_MODERATORS: Answers = ["aaaaa", "aaaaa", "+++++", "+++++"];
const ADMINISTRATORS: Answers = ["aaaaa", "aaaaa", "aaaaa", "+++++"];
const UPON_AN_ADMINISTRATOR: Answers = ["aaaaa", "aaaaa", "aaaaa", "rrrrr"];

fn letter(result: &Result<Outcome, Refusal>) -> char {
    match result {
        Ok(_) => '+',
        Err(Refusal::NotAllowed(_)) => 'a',
        Err(Refusal::NotAMember(LUNCH)) => 'm',
        Err(Refusal::NoSuchConversation(LUNCH)) => '.',
        Err(Refusal::Outranked(_)) => 'r',
        Err(Refusal::InvitationNeeded(LUNCH)) => 'i',
        Err(Refusal::RoomReadOnly(LUNCH)) => 'w',
        Err(Refusal::SlowMode { .. }) => 's',
        Err(Refusal::RoomArchived(LUNCH)) => 'x',
        Err(Refusal::LastOwner(LUNCH)) => 'l',
        Err(Refusal::NoSuchInvite(_)) => 'v',
        Err(other) => panic!("not an answer of the table: {other:?}"),
    }
}

/// A command that Anna tries, after these were given: by the machine, or by people, for better or worse.
struct Case {
    before: Vec<(Option<AccountId>, Action)>,
    action: Action,
    answers: Answers,
}

fn case(action: Action, answers: Answers) -> Case {
    Case {
        before: Vec::new(),
        action,
        answers,
    }
}

fn after(before: Action, action: Action, answers: Answers) -> Case {
    Case {
        before: vec![(None, before)],
        action,
        answers,
    }
}

fn after_own(before: Action, action: Action, answers: Answers) -> Case {
    Case {
        before: vec![(Some(ANNA), before)],
        action,
        answers,
    }
}

fn changed(set: impl FnOnce(&mut RoomChange)) -> Action {
    let mut wanted = RoomChange::default();
    set(&mut wanted);
    change(LUNCH, wanted)
}

fn access(access: Access) -> Action {
    changed(|change| change.access = Some(access))
}

fn archived() -> Action {
    changed(|change| change.archived = Some(true))
}

fn read_only() -> Action {
    changed(|change| change.read_only = Some(true))
}

fn slow() -> Action {
    changed(|change| change.slow_secs = Some(10))
}

fn invite_as(role: HouseRole, rooms: &[ConversationId]) -> Action {
    Action::AddInvite(NewInvite {
        role,
        rooms: rooms.to_vec(),
        ..invite(9, 1)
    })
}

fn profile(account: Option<AccountId>) -> Action {
    let profile = Profile {
        full_name: "somebody".into(),
        ..Profile::default()
    };
    Action::SetProfile {
        account,
        profile: Box::new(profile),
    }
}

fn house_role(account: AccountId, role: HouseRole) -> Action {
    Action::SetHouseRole { account, role }
}

fn announce(to: Audience) -> Action {
    let text = "fire drill at ten".into();
    Action::Announce { to, text }
}

fn put_contact() -> Action {
    Action::PutContact {
        account: DORA,
        group: String::new(),
        favourite: false,
    }
}

fn ban_address() -> Action {
    Action::BanAddress {
        network: "192.0.2.0/24".into(),
        until: None,
        reason: String::new(),
    }
}

fn reset_password(name: &str) -> Action {
    Action::ResetPassword {
        name: name.into(),
        verifier: Box::new(verifier(2)),
    }
}

fn add_reset_code(name: &str) -> Action {
    Action::AddResetCode {
        name: name.into(),
        code_hash: [4; 32],
        expires_at: Timestamp(i64::MAX),
    }
}

fn create_for(owner: AccountId) -> Action {
    Action::CreateRoom {
        name: super::harness::name("theirs"),
        topic: String::new(),
        change: Box::new(RoomChange::default()),
        owner: Some(owner),
    }
}

fn delete_account_of(account: AccountId, name: &str) -> Action {
    Action::DeleteAccountOf {
        account,
        name: name.into(),
        remove_messages: false,
    }
}

fn put_group() -> Action {
    Action::PutSharedGroup {
        name: "kitchen".into(),
        members: vec![CLEO],
    }
}

fn in_the_room() -> Vec<Case> {
    let conversation = LUNCH;
    let joins =
        |house_member, house_moderator| [".++++", house_member, house_moderator, house_moderator];
    vec![
        case(join(LUNCH), joins("+++++", "+++++")),
        after(
            access(Access::Private),
            join(LUNCH),
            joins("i++++", "+++++"),
        ),
        after(archived(), join(LUNCH), joins("x++++", "x++++")),
        Case {
            before: vec![(Some(BERT), invite_in(LUNCH, ANNA))],
            action: join(LUNCH),
            answers: EVERYBODY,
        },
        case(leave(LUNCH), GUESTS_OF_THE_ROOM),
        case(set_topic(LUNCH, "topic"), MEMBERS_OR_HOUSE_MODERATORS),
        case(post(LUNCH, "hello"), GUESTS_OF_THE_ROOM),
        after(
            read_only(),
            post(LUNCH, "hello"),
            [".ww++", "mww++", "m++++", "m++++"],
        ),
        after(
            archived(),
            post(LUNCH, "hello"),
            [".xxxx", "mxxxx", "mxxxx", "mxxxx"],
        ),
        Case {
            before: vec![(None, slow()), (Some(ANNA), post(LUNCH, "one"))],
            action: post(LUNCH, "two"),
            answers: [".ss++", "mss++", "m++++", "m++++"],
        },
        case(rename(LUNCH, "dinner"), OWNERS),
        case(access(Access::Private), OWNERS),
        case(
            changed(|change| change.history = Some(HistoryFrom::Joining)),
            OWNERS,
        ),
        case(
            changed(|change| change.description = Some("food".into())),
            OWNERS,
        ),
        case(archived(), OWNERS),
        case(read_only(), MODERATORS),
        case(slow(), MODERATORS),
        case(
            changed(|change| change.for_newcomers = Some(true)),
            ADMINISTRATORS_WHO_KNOW_IT,
        ),
        case(delete_room(LUNCH, "lunch"), OWNERS),
        case(invite_in(LUNCH, DORA), MEMBERS_OR_HOUSE_MODERATORS),
        case(
            Action::UninviteFromRoom {
                conversation,
                account: HUGO,
            },
            MEMBERS_OR_HOUSE_MODERATORS,
        ),
        case(room_role(LUNCH, CLEO, RoomRole::Moderator), OWNERS),
        case(
            room_role(LUNCH, BERT, RoomRole::Member),
            [".aaar", "aaaar", "aaaar", "llll+"],
        ),
        case(kick(LUNCH, CLEO), MODERATORS),
        case(kick(LUNCH, BERT), MODERATORS_UPON_THE_OWNER),
        case(ban(LUNCH, CLEO, None), MODERATORS),
        case(ban(LUNCH, DORA, None), MODERATORS),
        case(ban(LUNCH, BERT, None), MODERATORS_UPON_THE_OWNER),
        case(ban(LUNCH, EMIL, None), MODERATORS_UPON_AN_ADMINISTRATOR),
        case(unban(LUNCH, FRED), MODERATORS),
        case(mute(LUNCH, CLEO, None), MODERATORS),
        case(mute(LUNCH, BERT, None), MODERATORS_UPON_THE_OWNER),
        case(unmute(LUNCH, FRED), MODERATORS),
        // Her own: from outside only as one who keeps the peace.
        case(
            delete_message(LUNCH, 6),
            [".++++", "m++++", "+++++", "+++++"],
        ),
        case(
            delete_message(LUNCH, 7),
            [".aa++", "maa++", "+++++", "+++++"],
        ),
        case(report(LUNCH, 7, "rude"), GUESTS_OF_THE_ROOM),
    ]
}

fn in_the_house() -> Vec<Case> {
    let accounts = vec![DORA];
    let (account, device) = (DORA, DeviceId(2));
    vec![
        case(create_room("mine", ""), HOUSE_MEMBERS),
        case(create_for(DORA), ADMINISTRATORS),
        case(direct(&[DORA]), HOUSE_MEMBERS),
        after(delete_room(LUNCH, "lunch"), restore(LUNCH), ADMINISTRATORS),
        case(announce(Audience::Online), HOUSE_MODERATORS),
        case(announce(Audience::Everybody), HOUSE_MODERATORS),
        case(announce(Audience::People { accounts }), HOUSE_MODERATORS),
        case(Action::Panic { on: true }, HOUSE_MODERATORS),
        case(invite_as(HouseRole::Guest, &[]), HOUSE_MODERATORS),
        case(invite_as(HouseRole::Member, &[LUNCH]), HOUSE_MODERATORS),
        case(invite_as(HouseRole::Administrator, &[]), ADMINISTRATORS),
        case(
            Action::RevokeInvite {
                invite: InviteId(1),
            },
            ["aaaaa", "aaaaa", "vvvvv", "+++++"],
        ),
        case(enable(DORA, false), HOUSE_MODERATORS),
        after(enable(DORA, false), enable(DORA, true), HOUSE_MODERATORS),
        case(enable(EMIL, false), ["aaaaa", "aaaaa", "rrrrr", "rrrrr"]),
        case(house_role(DORA, HouseRole::Guest), ADMINISTRATORS),
        case(house_role(EMIL, HouseRole::Guest), UPON_AN_ADMINISTRATOR),
        case(ban_address(), ADMINISTRATORS),
        after(
            ban_address(),
            Action::UnbanAddress {
                network: "192.0.2.0/24".into(),
            },
            ADMINISTRATORS,
        ),
        case(put_group(), ADMINISTRATORS),
        after(
            put_group(),
            Action::RemoveSharedGroup {
                name: "kitchen".into(),
            },
            ADMINISTRATORS,
        ),
        case(
            register_as("ivan", Admission::ByAdministrator),
            ADMINISTRATORS,
        ),
        case(reset_password("dora"), ADMINISTRATORS),
        case(reset_password("emil"), UPON_AN_ADMINISTRATOR),
        case(add_reset_code("dora"), ADMINISTRATORS),
        case(add_reset_code("emil"), UPON_AN_ADMINISTRATOR),
        case(Action::RevokeDeviceOf { account, device }, ADMINISTRATORS),
        case(delete_account_of(DORA, "dora"), ADMINISTRATORS),
        case(delete_account_of(EMIL, "emil"), UPON_AN_ADMINISTRATOR),
        case(profile(Some(DORA)), ADMINISTRATORS),
        case(profile(Some(EMIL)), UPON_AN_ADMINISTRATOR),
        // What concerns only oneself.
        case(profile(None), EVERYBODY),
        case(
            Action::SetStatus {
                text: "lunch".into(),
                until: None,
            },
            EVERYBODY,
        ),
        case(put_contact(), EVERYBODY),
        after_own(put_contact(), Action::RemoveContact { account }, EVERYBODY),
        case(Action::Block { account }, EVERYBODY),
        after_own(
            Action::Block { account },
            Action::Unblock { account },
            EVERYBODY,
        ),
        case(Action::DismissInbox { item: None }, EVERYBODY),
        Case {
            before: vec![(None, announce(Audience::Everybody))],
            action: Action::DismissAnnouncement { announcement: 1 },
            answers: EVERYBODY,
        },
        case(add_device("another"), EVERYBODY),
        case(
            Action::RevokeDevice {
                device: DeviceId(1),
            },
            EVERYBODY,
        ),
        case(Action::RevokeOtherDevices { keep: None }, EVERYBODY),
        case(
            Action::ChangePassword {
                verifier: Box::new(verifier(2)),
                keep: None,
            },
            EVERYBODY,
        ),
        case(
            Action::DeleteAccount {
                remove_messages: true,
            },
            EVERYBODY,
        ),
    ]
}

/// The word for a command of people; nothing for what only the daemon does. A new one does not compile
/// before it is here; then it belongs into [`COMMANDS`] too.
fn word(action: &Action) -> Option<&'static str> {
    Some(match action {
        Action::Found { .. }
        | Action::UseResetCode { .. }
        | Action::RemoveMessages
        | Action::Seen { .. }
        | Action::Expire
        | Action::MarkRead { .. } => return None,
        Action::Register { .. } => "register",
        Action::EnableAccount { .. } => "enable_account",
        Action::ResetPassword { .. } => "reset_password",
        Action::AddDevice { .. } => "add_device",
        Action::RevokeDevice { .. } => "revoke_device",
        Action::AddInvite(_) => "add_invite",
        Action::RevokeInvite { .. } => "revoke_invite",
        Action::ChangePassword { .. } => "change_password",
        Action::AddResetCode { .. } => "add_reset_code",
        Action::DeleteAccount { .. } => "delete_account",
        Action::DeleteAccountOf { .. } => "delete_account_of",
        Action::RevokeOtherDevices { .. } => "revoke_other_devices",
        Action::RevokeDeviceOf { .. } => "revoke_device_of",
        Action::SetProfile { .. } => "set_profile",
        Action::SetStatus { .. } => "set_status",
        Action::PutContact { .. } => "put_contact",
        Action::RemoveContact { .. } => "remove_contact",
        Action::Block { .. } => "block",
        Action::Unblock { .. } => "unblock",
        Action::DismissInbox { .. } => "dismiss_inbox",
        Action::DismissAnnouncement { .. } => "dismiss_announcement",
        Action::CreateRoom { .. } => "create_room",
        Action::RenameRoom { .. } => "rename_room",
        Action::ChangeRoom { .. } => "change_room",
        Action::DeleteRoom { .. } => "delete_room",
        Action::RestoreRoom { .. } => "restore_room",
        Action::InviteToRoom { .. } => "invite_to_room",
        Action::UninviteFromRoom { .. } => "uninvite_from_room",
        Action::SetRoomRole { .. } => "set_room_role",
        Action::Kick { .. } => "kick",
        Action::Ban { .. } => "ban",
        Action::Unban { .. } => "unban",
        Action::Mute { .. } => "mute",
        Action::Unmute { .. } => "unmute",
        Action::DeleteMessage { .. } => "delete_message",
        Action::Report { .. } => "report",
        Action::Announce { .. } => "announce",
        Action::SetHouseRole { .. } => "set_house_role",
        Action::BanAddress { .. } => "ban_address",
        Action::UnbanAddress { .. } => "unban_address",
        Action::Panic { .. } => "panic",
        Action::PutSharedGroup { .. } => "put_shared_group",
        Action::RemoveSharedGroup { .. } => "remove_shared_group",
        Action::Join { .. } => "join",
        Action::Leave { .. } => "leave",
        Action::SetTopic { .. } => "set_topic",
        Action::OpenDirect { .. } => "open_direct",
        Action::Post { .. } => "post",
    })
}

const COMMANDS: &str = "\
    register enable_account reset_password add_device revoke_device add_invite revoke_invite \
    change_password add_reset_code delete_account delete_account_of revoke_other_devices \
    revoke_device_of set_profile set_status put_contact remove_contact block unblock \
    dismiss_inbox dismiss_announcement create_room rename_room \
    change_room delete_room restore_room invite_to_room uninvite_from_room set_room_role kick ban \
    unban mute unmute delete_message report announce set_house_role ban_address unban_address panic \
    put_shared_group remove_shared_group join leave set_topic open_direct post";

/// The house in which Anna is this, and this in #lunch.
fn world(house_role: HouseRole, room_role: Option<RoomRole>) -> TestHouse {
    let mut house = TestHouse::with(&["anna", "bert", "cleo", "dora", "emil", "fred", "hugo"]);
    house.device(ANNA);
    house.device(DORA);
    house.does(BERT, create_room("lunch", ""));
    house.does(CLEO, join(LUNCH));
    house.does(ANNA, join(LUNCH));
    house.does(ANNA, post(LUNCH, "mine"));
    house.does(CLEO, post(LUNCH, "theirs"));
    house.does(None, ban(LUNCH, FRED, None));
    house.does(None, mute(LUNCH, FRED, None));
    house.does(None, invite_in(LUNCH, HUGO));
    house.does(None, Action::AddInvite(invite(1, 5)));
    house.appoint(EMIL, HouseRole::Administrator);
    match room_role {
        None => drop(house.does(ANNA, leave(LUNCH))),
        Some(role) => house.appoint_in(LUNCH, ANNA, role),
    }
    house.appoint(ANNA, house_role);
    house
}

/// What she gets, in a copy of the world. A refusal leaves no trace, however it is tried.
fn tries(world: &TestHouse, case: &Case) -> Result<Outcome, Refusal> {
    let mut house = world.copy();
    for (by, action) in &case.before {
        let result = house.runs(super::harness::command(*by, action.clone()));
        assert!(result.is_ok() || by.is_some(), "{action:?}: {result:?}");
    }
    let (mut results, _) = house.commits(vec![super::harness::command(ANNA, case.action.clone())]);
    let result = results.remove(0);
    if let Err(refusal) = &result {
        assert_eq!(&house.refuses(ANNA, case.action.clone()), refusal);
    }
    result
}

/// All differences at once, each in a line.
fn compare(cases: &[Case], is_asked: impl Fn(HouseRole, Option<RoomRole>) -> bool) {
    let mut wrong = Vec::new();
    for (line, house_role) in HOUSE_ROLES.into_iter().enumerate() {
        for (place, room_role) in ROOM_ROLES.into_iter().enumerate() {
            if !is_asked(house_role, room_role) {
                continue;
            }
            let world = world(house_role, room_role);
            for case in cases {
                let got = letter(&tries(&world, case));
                let expected = char::from(case.answers[line].as_bytes()[place]);
                if got != expected {
                    wrong.push(format!(
                        "{house_role:?} of the house, {room_role:?} of the room: '{got}' instead of \
                         '{expected}' for {:?} after {:?}",
                        case.action, case.before
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_of_everybody_in_the_room_gets_the_answer_of_the_table() {
    compare(&in_the_room(), |_, _| true);
}

#[test]
fn every_command_of_everybody_in_the_house_gets_the_answer_of_the_table() {
    compare(&in_the_house(), |_, _| true);
}

#[test]
fn a_hidden_room_is_none_to_a_member_of_the_house_who_is_not_in_it() {
    let is_invited = |case: &Case| matches!(case.before[..], [(_, Action::InviteToRoom { .. })]);
    let mut cases = in_the_room();
    cases.retain(|case| !is_invited(case));
    for case in &mut cases {
        case.before.push((None, access(Access::Hidden)));
        case.answers[1] = ".";
    }
    compare(&cases, |house_role, room_role| {
        house_role == HouseRole::Member && room_role.is_none()
    });
}

#[test]
fn the_machine_may_everything() {
    // Another administrator and another owner than those whom it acts upon.
    let world = world(HouseRole::Administrator, Some(RoomRole::Owner));
    for case in in_the_room().iter().chain(&in_the_house()) {
        // What people do for themselves is of somebody, or it is not at all.
        let is_ones_own = matches!(
            case.action,
            Action::Join { .. }
                | Action::Leave { .. }
                | Action::Post { .. }
                | Action::Report { .. }
                | Action::OpenDirect { .. }
        );
        if is_ones_own || case.answers == EVERYBODY {
            continue;
        }
        let mut house = world.copy();
        for (by, action) in &case.before {
            house.does(*by, action.clone());
        }
        house.does(None, case.action.clone());
    }
}

#[test]
fn every_command_of_people_is_tried() {
    let tried = in_the_room().into_iter().chain(in_the_house());
    let tried: BTreeSet<_> = tried.filter_map(|case| word(&case.action)).collect();
    assert_eq!(tried, COMMANDS.split_whitespace().collect());
    assert_eq!(word(&Action::Expire), None);
}

#[test]
fn the_table_of_the_documents_is_the_table_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rights.md");
    let page = std::fs::read_to_string(path).unwrap();
    let shown: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    let mut expected =
        vec!["| right | in the house, at least | or in the room, at least |".to_owned()];
    for line in TABLE {
        let house = line.house.map(|role| format!("{role:?}").to_lowercase());
        let room = line.room.map(|role| format!("{role:?}").to_lowercase());
        let (house, room) = (house.unwrap_or("-".into()), room.unwrap_or("-".into()));
        expected.push(format!("| {} | {house} | {room} |", line.what));
    }
    assert_eq!(shown, expected);
}
