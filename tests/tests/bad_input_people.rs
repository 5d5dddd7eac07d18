//! "Every refusal has its own code, a text that says what to do, and changes nothing: contact that does not exist or
//! is there already, inviting somebody banned, the last owner leaving, a moderator acting on an owner, a name that
//! looks like somebody else's (Cyrillic "а" in "anna"), reserved names, a status of 10,000 characters."

use chat_shared::{
    AccountId, Audience, Command, ConversationId, Event, Fault, FaultCode, HouseRole, Nonce,
    Profile, Request, RoomChange, RoomRole, Seq, Timestamp,
};
use chat_tests::client::register;
use chat_tests::{Admin, AuditFilter, Connection, Failure, TestClient, TestServer};
use serde::Serialize;

/// A room with an owner, a moderator and a member, and somebody who is banned from it.
struct House {
    server: TestServer,
    admin: Admin,
    anna: TestClient,
    mona: TestClient,
    boris: TestClient,
    eve: AccountId,
    lunch: ConversationId,
    direct: ConversationId,
    message: Seq,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let mut anna = TestClient::join(&server, "anna").await;
        let mut mona = TestClient::join(&server, "mona").await;
        let mut boris = TestClient::join(&server, "boris").await;
        let eve = TestClient::join(&server, "eve").await.account;
        let lunch = anna.create_room("lunch").await.unwrap();
        mona.join_room(lunch).await.unwrap();
        boris.join_room(lunch).await.unwrap();
        let direct = anna.open_direct(&[boris.account]).await.unwrap();
        let message = boris.post(lunch, "soup").await.unwrap();
        let (conversation, account) = (lunch, eve);
        for command in [
            Command::SetRoomRole {
                conversation,
                account: mona.account,
                role: RoomRole::Moderator,
            },
            Command::Ban {
                conversation,
                account,
                until: None,
                reason: "advertising".into(),
            },
            put(mona.account, "work"),
            Command::Block { account },
        ] {
            anna.commands(command).await.unwrap();
        }
        Self {
            admin: Admin::at(&server).await,
            server,
            anna,
            mona,
            boris,
            eve,
            lunch,
            direct,
            message,
        }
    }

    /// All that a refusal could have changed.
    async fn everything(&mut self) -> String {
        let status = self.server.status().await;
        let audit = self.admin.audit(AuditFilter::default()).await.unwrap();
        let accounts = self.admin.accounts().await.unwrap();
        let people = accounts.iter().map(|account| {
            let name = account.name.clone();
            (name, account.role, account.enabled, account.deleted)
        });
        let contacts = self.anna.contacts().await.unwrap();
        let inbox = self.anna.inbox().await.unwrap();
        let card = self.anna.card(self.anna.account).await.unwrap();
        format!(
            "{} {} {} {:?} {:?} {contacts:?} {inbox:?} {:?} {:?} {:?} {:?}",
            status["entries"],
            status["conversations"],
            audit.len(),
            people.collect::<Vec<_>>(),
            self.admin.rooms().await.unwrap(),
            self.anna.restrictions(self.lunch).await.unwrap(),
            self.anna.members(self.lunch).await.unwrap(),
            self.admin.bans().await.unwrap(),
            (card.profile, card.presence.status),
        )
    }
}

fn put(account: AccountId, group: &str) -> Command {
    Command::PutContact {
        account,
        group: group.into(),
        favourite: false,
    }
}

fn fault<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> Fault {
    match outcome {
        Err(Failure::Refused(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// The list of the issue, word by word: each has a code of its own.
#[tokio::test]
async fn each_refusal_of_the_list_has_its_own_code_and_changes_nothing() {
    let mut house = House::new().await;
    let before = house.everything().await;
    let (lunch, eve) = (house.lunch, house.eve);
    let (anna, mona) = (house.anna.account, house.mona.account);
    let mut faults = Vec::new();

    let unknown = house.anna.may_not(put(AccountId(4_000), "work")).await;
    faults.push((FaultCode::NoSuchAccount, unknown));
    let there = house.anna.may_not(put(mona, "work")).await;
    faults.push((FaultCode::ContactExists, there));
    let account = house.boris.account;
    let none = house.anna.may_not(Command::RemoveContact { account }).await;
    faults.push((FaultCode::NoSuchContact, none));
    let invite = Command::InviteToRoom {
        conversation: lunch,
        account: eve,
    };
    let banned = house.boris.may_not(invite).await;
    faults.push((FaultCode::Banned, banned));
    let leaving = fault(house.anna.leave_room(lunch).await);
    faults.push((FaultCode::LastOwner, leaving));
    let kick = Command::Kick {
        conversation: lunch,
        account: anna,
        reason: String::new(),
    };
    let upwards = house.mona.may_not(kick).await;
    faults.push((FaultCode::Outranked, upwards));
    let long = Command::SetStatus {
        text: "x".repeat(10_000),
        until: None,
    };
    let status = house.anna.may_not(long).await;
    faults.push((FaultCode::TextTooLong, status));
    let mut stranger = Connection::tls(&house.server).await;
    stranger.hello().await.unwrap();
    let cyrillic = fault(register(&mut stranger, "\u{430}nn\u{430}", None).await);
    let whole_cyrillic = fault(register(&mut stranger, "еvе", None).await);
    let digits = fault(register(&mut stranger, "b0ris", None).await);
    faults.push((FaultCode::NameConfusable, digits));
    let reserved = fault(register(&mut stranger, "moderator", None).await);
    faults.push((FaultCode::BadName, reserved));

    for (expected, fault) in &faults {
        assert_eq!(fault.code, *expected, "{fault}");
        assert!(!fault.is_passing(), "{fault}");
        let text = &fault.text;
        assert!(text.len() > 10 && !text.ends_with('.'), "{text}");
    }
    for imitation in [cyrillic, whole_cyrillic] {
        // Mixed scripts are no name at all; whole ones that look alike are an imitation.
        let codes = [FaultCode::BadName, FaultCode::NameConfusable];
        assert!(codes.contains(&imitation.code), "{imitation}");
    }
    let limit = &faults[6].1.text;
    assert!(limit.contains("160"), "names the limit: {limit}");
    let mut codes: Vec<_> = faults.iter().map(|(code, _)| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), faults.len(), "each its own");
    assert_eq!(house.everything().await, before);
}

/// What else people may get wrong: a table of who, what and the answer.
#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let mut house = House::new().await;
    let before = house.everything().await;
    let (conversation, direct, eve) = (house.lunch, house.direct, house.eve);
    let (anna, boris) = (house.anna.account, house.boris.account);
    let nobody = AccountId(4_000);
    let message = house.message;
    let until = Some(Timestamp(1_000));
    let reason = || "because".to_owned();
    let long = || "x".repeat(20_000);
    let profile = |profile: Profile| Command::SetProfile {
        account: None,
        profile,
    };
    let about = |about: &str| {
        profile(Profile {
            about: about.into(),
            ..Profile::default()
        })
    };
    let status = |text: &str, until| Command::SetStatus {
        text: text.into(),
        until,
    };
    let description = RoomChange {
        description: Some("\u{1b}[2J".into()),
        ..RoomChange::default()
    };
    use FaultCode::{
        AlreadyAMember, AlreadyBlocked, BadName, BadNetwork, BadRange, BadText, MessageEmpty,
        NameConfusable, NameMismatch, NameTaken, NoSuchAccount, NoSuchConversation, NoSuchDevice,
        NoSuchGroup, NoSuchInvite, NoSuchItem, NoSuchMessage, NotAMember, NotARoom, NotBlocked,
        NotDeleted, NotInvited, NotRestricted, NotToYourself, TextTooLong,
    };
    #[rustfmt::skip]
    let by_anna = [
        (put(anna, ""), NotToYourself),
        (put(boris, "new"), BadText),
        (put(boris, &long()), TextTooLong),
        (put(boris, "two\nlines"), BadText),
        (Command::Block { account: eve }, AlreadyBlocked),
        (Command::Block { account: anna }, NotToYourself),
        (Command::Block { account: nobody }, NoSuchAccount),
        (Command::Unblock { account: boris }, NotBlocked),
        (Command::DismissInbox { item: Some(77) }, NoSuchItem),
        (about(&long()), TextTooLong),
        (about("a\u{7}b"), BadText),
        (profile(Profile { full_name: "x".repeat(129), ..Profile::default() }), TextTooLong),
        (profile(Profile { phone: "1\n2".into(), ..Profile::default() }), BadText),
        (status("here", until), BadRange),
        (status("\u{1b}]0;x\u{7}", None), BadText),
        (Command::RenameRoom { conversation, name: "general".into() }, NameTaken),
        (Command::RenameRoom { conversation, name: "genera1".into() }, NameConfusable),
        (Command::RenameRoom { conversation, name: long() }, BadName),
        (Command::RenameRoom { conversation: direct, name: "dinner".into() }, NotARoom),
        (Command::RenameRoom { conversation: ConversationId(77), name: "dinner".into() }, NoSuchConversation),
        (Command::ChangeRoom { conversation, change: description }, BadText),
        (Command::DeleteRoom { conversation, name: "dinner".into() }, NameMismatch),
        (Command::DeleteRoom { conversation: direct, name: String::new() }, NotARoom),
        (Command::InviteToRoom { conversation, account: boris }, AlreadyAMember),
        (Command::InviteToRoom { conversation, account: anna }, NotToYourself),
        (Command::InviteToRoom { conversation, account: nobody }, NoSuchAccount),
        (Command::UninviteFromRoom { conversation, account: boris }, NotInvited),
        (Command::SetRoomRole { conversation, account: eve, role: RoomRole::Member }, NotAMember),
        (Command::Kick { conversation, account: eve, reason: reason() }, NotAMember),
        (Command::Kick { conversation, account: anna, reason: reason() }, NotToYourself),
        (Command::Kick { conversation, account: boris, reason: long() }, TextTooLong),
        (Command::Kick { conversation: direct, account: boris, reason: reason() }, NotARoom),
        (Command::Ban { conversation, account: boris, until, reason: reason() }, BadRange),
        (Command::Ban { conversation, account: nobody, until: None, reason: reason() }, NoSuchAccount),
        (Command::Ban { conversation, account: boris, until: None, reason: "\u{202e}\u{0}".into() }, BadText),
        (Command::Unban { conversation, account: boris }, NotRestricted),
        (Command::Mute { conversation, account: boris, until, reason: reason() }, BadRange),
        (Command::Unmute { conversation, account: boris }, NotRestricted),
        (Command::DeleteMessage { conversation, seq: Seq(1), reason: reason() }, NoSuchMessage),
        (Command::Report { conversation, seq: Seq(u64::MAX), reason: reason() }, NoSuchMessage),
        (Command::Report { conversation, seq: message, reason: long() }, TextTooLong),
    ];
    for (command, expected) in by_anna {
        let fault = house.anna.may_not(command.clone()).await;
        assert_eq!(fault.code, expected, "{command:?}: {fault}");
        assert!(fault.text.len() > 10 && fault.text.len() < 400, "{fault}");
    }
    #[rustfmt::skip]
    let at_the_machine = [
        (Command::RestoreRoom { conversation }, NotDeleted),
        (Command::Announce { to: Audience::Everybody, text: " \n".into() }, MessageEmpty),
        (Command::Announce { to: Audience::Everybody, text: "x".repeat(2_049) }, TextTooLong),
        (Command::Announce { to: Audience::People { accounts: vec![] }, text: "soup".into() }, BadRange),
        (Command::Announce { to: Audience::People { accounts: vec![nobody] }, text: "soup".into() }, NoSuchAccount),
        (Command::SetHouseRole { account: nobody, role: HouseRole::Guest }, NoSuchAccount),
        (Command::BanAddress { network: "here".into(), until: None, reason: reason() }, BadNetwork),
        (Command::BanAddress { network: "192.0.2.7".into(), until, reason: reason() }, BadRange),
        (Command::UnbanAddress { network: "192.0.2.7".into() }, NotRestricted),
        (Command::PutSharedGroup { name: String::new(), members: vec![anna] }, BadText),
        (Command::PutSharedGroup { name: "sales".into(), members: vec![nobody] }, NoSuchAccount),
        (Command::RemoveSharedGroup { name: "sales".into() }, NoSuchGroup),
        (Command::RevokeInvite { invite: chat_shared::InviteId(77) }, NoSuchInvite),
        (Command::RevokeDeviceOf { account: anna, device: house.boris.device }, NoSuchDevice),
    ];
    for (command, expected) in at_the_machine {
        let fault = fault(house.admin.commands(command.clone()).await);
        assert_eq!(fault.code, expected, "{command:?}: {fault}");
    }
    // What is about oneself needs somebody.
    for command in [
        Command::DeleteAccount {},
        Command::Block { account: anna },
        status("here", None),
        Command::DismissInbox { item: None },
    ] {
        let fault = fault(house.admin.commands(command.clone()).await);
        assert_eq!(fault.code, FaultCode::WrongState, "{command:?}");
    }
    assert_eq!(house.everything().await, before);
}

/// "`unknown_request` for a kind that this daemon does not know"; its number is not used.
#[tokio::test]
async fn a_command_of_an_unknown_kind_is_refused() {
    #[derive(Serialize)]
    struct Frame {
        id: u64,
        body: Body,
    }
    #[derive(Serialize)]
    struct Body {
        kind: &'static str,
        nonce: u64,
        command: serde_json::Value,
    }
    let mut house = House::new().await;
    let before = house.everything().await;
    let nonce = house.boris.nonce.0 + 1;
    let text = "x".repeat(200);
    for (command, expected) in [
        (
            serde_json::json!({"kind": "make_tea", "sugar": 2}),
            FaultCode::UnknownRequest,
        ),
        (
            serde_json::json!({"kind": "kick", "conversation": 2}),
            FaultCode::Malformed,
        ),
        (
            serde_json::json!({"kind": "panic", "on": "yes"}),
            FaultCode::Malformed,
        ),
        (
            serde_json::json!({"kind": "set_room_role", "conversation": 2, "account": 1, "role": "king"}),
            FaultCode::Malformed,
        ),
        (serde_json::json!({"on": true}), FaultCode::Malformed),
        (serde_json::json!(text), FaultCode::Malformed),
    ] {
        let id = house.boris.new_id();
        let frame = Frame {
            id,
            body: Body {
                kind: "command",
                nonce,
                command: command.clone(),
            },
        };
        let bytes = rmp_serde::to_vec_named(&frame).unwrap();
        house.boris.send_frame(&bytes).await.unwrap();
        let fault = fault(house.boris.answer(id).await);
        assert_eq!(fault.code, expected, "{command}");
    }
    assert_eq!(house.everything().await, before);
    let request = Request::Command {
        nonce: Nonce(nonce),
        settled: Nonce(0),
        command: Command::SetStatus {
            text: "tea".into(),
            until: None,
        },
    };
    let done = house.boris.ask(request).await;
    assert!(matches!(done, Ok(Event::Done { .. })), "{done:?}");
}
