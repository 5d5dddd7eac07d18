//! Which commands become which actions, and which are refused before.

use super::*;
use chat_shared::{ConversationId, DeviceId};
use serde_bytes::ByteBuf;

const NOW: Timestamp = Timestamp(1_000);
const ROOM: ConversationId = ConversationId(3);
const BO: AccountId = AccountId(2);

fn person(by_password: bool) -> Person {
    Person {
        account: AccountId(1),
        device: Some(DeviceId(7)),
        stream: None,
        by_password,
    }
}

fn ask(command: Command) -> Result<Action, Fault> {
    action(command, &Config::default(), Some(&person(false)), NOW)
}

#[track_caller]
fn refused(command: Command) -> FaultCode {
    let fault = ask(command).unwrap_err();
    assert!(fault.text.len() > 10 && fault.text.len() < 160, "{fault}");
    fault.code
}

fn verifier() -> VerifierData {
    VerifierData {
        salt: ByteBuf::from([1; 16]),
        iterations: Config::default().login.iterations,
        stored_key: ByteBuf::from([2; 32]),
        server_key: ByteBuf::from([3; 32]),
    }
}

fn status(text: &str, until: Option<i64>) -> Command {
    Command::SetStatus {
        text: text.into(),
        until: until.map(Timestamp),
    }
}

#[test]
fn a_status_is_a_short_line_with_a_future() {
    assert!(ask(status("at lunch ☕", Some(1_001))).is_ok());
    assert!(ask(status("", None)).is_ok());
    assert_eq!(
        refused(status(&"x".repeat(10_000), None)),
        FaultCode::TextTooLong
    );
    assert_eq!(refused(status("two\nlines", None)), FaultCode::BadText);
    assert_eq!(refused(status("\u{1b}[31m", None)), FaultCode::BadText);
    assert_eq!(refused(status("late", Some(1_000))), FaultCode::BadRange);
}

#[test]
fn only_the_text_about_oneself_has_lines() {
    let set = |change: fn(&mut Profile)| {
        let mut profile = Profile::default();
        change(&mut profile);
        Command::SetProfile {
            account: None,
            profile,
        }
    };
    assert!(ask(set(|profile| profile.about = "one\ntwo".into())).is_ok());
    let broken = set(|profile| profile.full_name = "one\ntwo".into());
    assert_eq!(refused(broken), FaultCode::BadText);
    let bell = set(|profile| profile.about = "\u{7}".into());
    assert_eq!(refused(bell), FaultCode::BadText);
    let long = set(|profile| profile.department = "x".repeat(PROFILE_FIELD_BYTES + 1));
    assert_eq!(refused(long), FaultCode::TextTooLong);
}

#[test]
fn the_password_of_an_account_is_not_for_a_token() {
    let change = || Command::ChangePassword {
        verifier: verifier(),
    };
    assert_eq!(refused(change()), FaultCode::PasswordNeeded);
    assert_eq!(
        refused(Command::DeleteAccount {}),
        FaultCode::PasswordNeeded
    );
    let config = Config::default();
    let with_password = action(change(), &config, Some(&person(true)), NOW);
    assert!(matches!(
        with_password,
        Ok(Action::ChangePassword {
            keep: Some(DeviceId(7)),
            ..
        })
    ));
    let other = Command::ChangePassword {
        verifier: VerifierData {
            iterations: 1,
            ..verifier()
        },
    };
    let weak = action(other, &config, Some(&person(true)), NOW).unwrap_err();
    assert_eq!(weak.code, FaultCode::BadPassword);
}

#[test]
fn messages_of_a_deleted_account_go_where_that_is_configured() {
    let mut config = Config::default();
    let delete =
        |config: &Config| action(Command::DeleteAccount {}, config, Some(&person(true)), NOW);
    let keep = Action::DeleteAccount {
        remove_messages: false,
    };
    assert_eq!(delete(&config), Ok(keep));
    config.accounts.deleted_messages = DeletedMessages::Remove;
    let remove = Action::DeleteAccount {
        remove_messages: true,
    };
    assert_eq!(delete(&config), Ok(remove));
}

#[test]
fn the_administrator_at_the_machine_has_no_account_of_its_own() {
    let config = Config::default();
    let machine = |command| action(command, &config, None, NOW);
    let refused = machine(Command::Block { account: BO }).unwrap_err();
    assert_eq!(refused.code, FaultCode::WrongState);
    assert!(machine(Command::Panic { on: true }).is_ok());
    let theirs = Command::SetProfile {
        account: Some(BO),
        profile: Profile::default(),
    };
    assert!(machine(theirs).is_ok());
}

#[test]
fn the_group_of_those_who_wrote_first_cannot_be_chosen() {
    let put = |group: &str| Command::PutContact {
        account: BO,
        group: group.into(),
        favourite: true,
    };
    assert_eq!(refused(put("new")), FaultCode::BadText);
    assert_eq!(refused(put(" new ")), FaultCode::BadText);
    assert_eq!(
        refused(put(&"g".repeat(GROUP_BYTES + 1))),
        FaultCode::TextTooLong
    );
    let Ok(Action::PutContact { group, .. }) = ask(put(" Sales ")) else {
        panic!("refused");
    };
    assert_eq!(group, "Sales");
}

#[test]
fn names_and_networks_get_their_one_form() {
    let rename = Command::RenameRoom {
        conversation: ROOM,
        name: "#Lunch".into(),
    };
    let Ok(Action::RenameRoom { name, .. }) = ask(rename) else {
        panic!("refused");
    };
    assert_eq!(name.name, "lunch");
    let delete = |name: &str| {
        ask(Command::DeleteRoom {
            conversation: ROOM,
            name: name.into(),
        })
    };
    let named = |name: &str| {
        Ok(Action::DeleteRoom {
            conversation: ROOM,
            name: name.into(),
        })
    };
    assert_eq!(delete("#LUNCH"), named("lunch"));
    assert_eq!(delete("no room!"), named("no room!"));
    let unban = |network: &str| {
        ask(Command::UnbanAddress {
            network: network.into(),
        })
    };
    let canonical = Action::UnbanAddress {
        network: "192.0.2.0/24".into(),
    };
    assert_eq!(unban("192.0.2.77/24"), Ok(canonical));
    assert_eq!(unban("nowhere").unwrap_err().code, FaultCode::BadNetwork);
}

#[test]
fn changes_of_rooms_and_restrictions_keep_to_their_bounds() {
    let change = |change| Command::ChangeRoom {
        conversation: ROOM,
        change,
    };
    assert_eq!(refused(change(RoomChange::default())), FaultCode::BadRange);
    let slow = |secs| {
        change(RoomChange {
            slow_secs: Some(secs),
            ..RoomChange::default()
        })
    };
    assert!(ask(slow(SLOW_SECS)).is_ok());
    assert_eq!(refused(slow(SLOW_SECS + 1)), FaultCode::BadRange);
    let ban = |until, reason: String| Command::Ban {
        conversation: ROOM,
        account: BO,
        until: Some(Timestamp(until)),
        reason,
    };
    assert!(ask(ban(2_000, "flood".into())).is_ok());
    assert_eq!(refused(ban(999, String::new())), FaultCode::BadRange);
    let long = ban(2_000, "x".repeat(REASON_BYTES + 1));
    assert_eq!(refused(long), FaultCode::TextTooLong);
}

#[test]
fn a_room_is_made_as_it_can_be() {
    let make = |change| Command::CreateRoom {
        name: "#Lunch".into(),
        topic: "Soup".into(),
        change,
        owner: Some(BO),
    };
    let Ok(Action::CreateRoom { name, owner, .. }) = ask(make(RoomChange::default())) else {
        panic!("refused");
    };
    assert_eq!((name.name.as_str(), owner), ("lunch", Some(BO)));
    let archived = RoomChange {
        archived: Some(true),
        ..RoomChange::default()
    };
    assert_eq!(refused(make(archived)), FaultCode::BadRange);
    let newcomers = |access| RoomChange {
        access: Some(access),
        for_newcomers: Some(true),
        ..RoomChange::default()
    };
    assert!(ask(make(newcomers(Access::Public))).is_ok());
    assert_eq!(
        refused(make(newcomers(Access::Hidden))),
        FaultCode::BadRange
    );
    let slow = RoomChange {
        slow_secs: Some(SLOW_SECS + 1),
        ..RoomChange::default()
    };
    assert_eq!(refused(make(slow)), FaultCode::BadRange);
    let topic = |bytes| Command::SetTopic {
        conversation: ROOM,
        topic: "x".repeat(bytes),
    };
    let limit = Config::default().limits.topic_bytes;
    assert!(ask(topic(limit)).is_ok());
    assert_eq!(refused(topic(limit + 1)), FaultCode::TextTooLong);
}

#[test]
fn the_account_of_somebody_is_not_ended_by_a_token() {
    let config = Config::default();
    let end = || Command::DeleteAccountOf {
        account: BO,
        name: "Bo".into(),
    };
    assert_eq!(refused(end()), FaultCode::PasswordNeeded);
    let ended = Action::DeleteAccountOf {
        account: BO,
        name: "bo".into(),
        remove_messages: false,
    };
    let by_password = action(end(), &config, Some(&person(true)), NOW);
    assert_eq!(by_password, Ok(ended.clone()));
    assert_eq!(action(end(), &config, None, NOW), Ok(ended));
}

#[test]
fn announcements_say_something_to_somebody() {
    let announce = |to, text: &str| Command::Announce {
        to,
        text: text.into(),
    };
    assert!(ask(announce(Audience::Online, "fire drill\nat noon")).is_ok());
    assert_eq!(
        refused(announce(Audience::Online, " ")),
        FaultCode::MessageEmpty
    );
    let nobody = Audience::People { accounts: vec![] };
    assert_eq!(refused(announce(nobody, "hi")), FaultCode::BadRange);
}

#[test]
fn a_shared_group_has_each_of_its_people_once() {
    let put = |members: Vec<u64>| {
        ask(Command::PutSharedGroup {
            name: " Sales ".into(),
            members: members.into_iter().map(AccountId).collect(),
        })
    };
    let sales = Action::PutSharedGroup {
        name: "Sales".into(),
        members: vec![AccountId(1), AccountId(2)],
    };
    assert_eq!(put(vec![2, 1, 2]), Ok(sales));
    let many = put((0..=SHARED_GROUP_MEMBERS as u64).collect());
    assert_eq!(many.unwrap_err().code, FaultCode::TooManyEntries);
}
