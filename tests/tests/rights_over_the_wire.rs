//! "a test goes through every command x every role": each kind of command, wanted by people of telling roles over
//! the wire. (Every combination of roles is gone through where the rights are checked, in the daemon.)

use chat_shared::{
    AccountId, Audience, Command, ConversationId, DeviceId, FaultCode, HouseRole, InviteId, Nonce,
    Profile, Request, RoomChange, RoomRole, Seq,
};
use chat_tests::client::register;
use chat_tests::{Admin, Connection, Failure, ITERATIONS, PASSWORD, TestClient, TestServer, scram};
use std::collections::BTreeSet;
use std::path::Path;

/// Who wants it: guest, member, moderator and owner of the room (the first a guest of the house too), and a
/// moderator and an administrator of the house, who are not in the room.
const WHO: [&str; 6] = [
    "visitor", "insider", "referee", "landlord", "warden", "boss",
];

/// What becomes of it: `+` it is done, `-` not_allowed, `n` not_a_member, `i` no_such_invite.
type Wanted = (&'static str, &'static str, fn(&House) -> Command);

/// A house with everything that a command may be about.
struct House {
    server: TestServer,
    admin: Admin,
    people: Vec<TestClient>,
    /// A member of the room.
    victim: TestClient,
    /// Somebody who is never here.
    absent: AccountId,
    lunch: ConversationId,
    message: Seq,
    invite: InviteId,
    device: DeviceId,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let mut admin = Admin::at(&server).await;
        let founder = TestClient::join(&server, "founder").await;
        admin
            .appoints(founder.account, HouseRole::Administrator)
            .await;
        let mut owner = TestClient::join(&server, "landlord").await;
        let lunch = owner.create_room("lunch").await.unwrap();
        let mut victim = TestClient::join(&server, "victim").await;
        victim.join_room(lunch).await.unwrap();
        let mut owner = Some(owner);
        let mut people = Vec::new();
        for name in WHO {
            let mut person = match name {
                "visitor" => {
                    let rooms = ["lunch"];
                    let guest = admin.invite_new(1, &rooms, HouseRole::Guest).await.unwrap();
                    TestClient::join_by(&server, name, Some(&guest.code)).await
                }
                "landlord" => owner.take().unwrap(),
                _ => TestClient::join(&server, name).await,
            };
            match name {
                "insider" | "referee" => drop(person.join_room(lunch).await.unwrap()),
                "warden" => admin.appoints(person.account, HouseRole::Moderator).await,
                "boss" => {
                    let role = HouseRole::Administrator;
                    admin.appoints(person.account, role).await;
                }
                _ => {}
            }
            people.push(person);
        }
        let appoint = Command::SetRoomRole {
            conversation: lunch,
            account: people[2].account,
            role: RoomRole::Moderator,
        };
        admin.commands(appoint).await.unwrap();
        let mut connection = Connection::tls(&server).await;
        connection.hello().await.unwrap();
        register(&mut connection, "absent", None).await.unwrap();
        let people_there = admin.accounts().await.unwrap();
        let absent = people_there.iter().find(|person| person.name == "absent");
        Self {
            server,
            people,
            absent: absent.unwrap().account,
            victim,
            lunch,
            message: Seq(0),
            invite: InviteId(0),
            device: DeviceId(0),
            admin,
        }
    }

    /// Makes everything so that the command can be carried out by who may.
    async fn prepare(&mut self, kind: &str) {
        let (conversation, account) = (self.lunch, self.absent);
        let reason = String::new();
        let first = match kind {
            "restore_room" => Some(Command::DeleteRoom {
                conversation,
                name: "lunch".into(),
            }),
            "uninvite_from_room" => Some(Command::InviteToRoom {
                conversation,
                account,
            }),
            "unban" => Some(Command::Ban {
                conversation,
                account,
                until: None,
                reason,
            }),
            "dismiss_announcement" => Some(Command::Announce {
                to: Audience::Everybody,
                text: "tea".into(),
            }),
            "unmute" => Some(Command::Mute {
                conversation,
                account: self.victim.account,
                until: None,
                reason,
            }),
            "unban_address" => Some(Command::BanAddress {
                network: "192.0.2.7".into(),
                until: None,
                reason,
            }),
            "remove_shared_group" => Some(Command::PutSharedGroup {
                name: "sales".into(),
                members: vec![account],
            }),
            _ => None,
        };
        match kind {
            "kick" => drop(self.victim.join_room(conversation).await.unwrap()),
            "report" | "delete_message" => {
                self.victim.join_room(conversation).await.unwrap();
                self.message = self.victim.post(conversation, "soup").await.unwrap();
            }
            "revoke_invite" => {
                let made = self.admin.invite_new(1, &[], HouseRole::Member);
                self.invite = made.await.unwrap().invite;
            }
            "revoke_device_of" => {
                self.device = TestClient::sign_in_on(&self.server, "victim").await.device;
            }
            _ => {}
        }
        if let Some(first) = first {
            self.admin.commands(first).await.unwrap();
        }
    }

    /// Undoes what would be in the way of the next.
    async fn tidy(&mut self, kind: &str) {
        let conversation = self.lunch;
        let undo = match kind {
            "rename_room" => Command::RenameRoom {
                conversation,
                name: "lunch".into(),
            },
            "delete_room" | "restore_room" => Command::RestoreRoom { conversation },
            _ => return,
        };
        if let Err(failure) = self.admin.commands(undo).await {
            assert_eq!(failure.code(), Some(FaultCode::NotDeleted));
        }
    }
}

#[rustfmt::skip]
const TABLE: &[Wanted] = &[
    ("set_profile", "++++++", |_| Command::SetProfile { account: None, profile: Profile::default() }),
    ("set_profile", "-----+", |h| Command::SetProfile { account: Some(h.absent), profile: Profile::default() }),
    ("set_status", "++++++", |_| Command::SetStatus { text: "here".into(), until: None }),
    ("change_password", "++++++", |_| Command::ChangePassword { verifier: scram::verifier(PASSWORD, ITERATIONS) }),
    ("revoke_other_devices", "++++++", |_| Command::RevokeOtherDevices {}),
    ("put_contact", "++++++", |h| Command::PutContact { account: h.absent, group: String::new(), favourite: false }),
    ("remove_contact", "++++++", |h| Command::RemoveContact { account: h.absent }),
    ("block", "++++++", |h| Command::Block { account: h.absent }),
    ("unblock", "++++++", |h| Command::Unblock { account: h.absent }),
    ("dismiss_inbox", "++++++", |_| Command::DismissInbox { item: None }),
    ("dismiss_announcement", "++++++", |_| Command::DismissAnnouncement { announcement: 1 }),
    ("create_room", "-----+", |h| Command::CreateRoom { name: "theirs".into(), topic: String::new(), change: RoomChange::default(), owner: Some(h.absent) }),
    ("set_topic", "-+++++", |h| Command::SetTopic { conversation: h.lunch, topic: "soup".into() }),
    ("rename_room", "---+-+", |h| Command::RenameRoom { conversation: h.lunch, name: "dinner".into() }),
    ("change_room", "--++++", |h| change(h, RoomChange { slow_secs: Some(0), ..RoomChange::default() })),
    ("change_room", "--++++", |h| change(h, RoomChange { read_only: Some(false), ..RoomChange::default() })),
    ("change_room", "---+-+", |h| change(h, RoomChange { description: Some("soup".into()), ..RoomChange::default() })),
    ("change_room", "---+-+", |h| change(h, RoomChange { archived: Some(false), ..RoomChange::default() })),
    ("change_room", "-----+", |h| change(h, RoomChange { for_newcomers: Some(false), ..RoomChange::default() })),
    ("delete_room", "---+-+", |h| Command::DeleteRoom { conversation: h.lunch, name: "lunch".into() }),
    ("restore_room", "-----+", |h| Command::RestoreRoom { conversation: h.lunch }),
    ("invite_to_room", "-+++++", |h| Command::InviteToRoom { conversation: h.lunch, account: h.absent }),
    ("uninvite_from_room", "-+++++", |h| Command::UninviteFromRoom { conversation: h.lunch, account: h.absent }),
    ("set_room_role", "---+-+", |h| Command::SetRoomRole { conversation: h.lunch, account: h.victim.account, role: RoomRole::Guest }),
    ("kick", "--++++", |h| Command::Kick { conversation: h.lunch, account: h.victim.account, reason: String::new() }),
    ("delete_message", "--++++", |h| Command::DeleteMessage { conversation: h.lunch, seq: h.message, reason: String::new() }),
    ("report", "++++nn", |h| Command::Report { conversation: h.lunch, seq: h.message, reason: "rude".into() }),
    ("mute", "--++++", |h| Command::Mute { conversation: h.lunch, account: h.victim.account, until: None, reason: String::new() }),
    ("unmute", "--++++", |h| Command::Unmute { conversation: h.lunch, account: h.victim.account }),
    ("ban", "--++++", |h| Command::Ban { conversation: h.lunch, account: h.absent, until: None, reason: String::new() }),
    ("unban", "--++++", |h| Command::Unban { conversation: h.lunch, account: h.absent }),
    ("announce", "----++", |_| Command::Announce { to: Audience::Online, text: "soup".into() }),
    ("announce", "----++", |_| Command::Announce { to: Audience::Everybody, text: "soup".into() }),
    ("announce", "----++", |h| Command::Announce { to: Audience::People { accounts: vec![h.absent] }, text: "soup".into() }),
    ("set_house_role", "-----+", |h| Command::SetHouseRole { account: h.absent, role: HouseRole::Guest }),
    ("enable_account", "----++", |h| Command::EnableAccount { account: h.absent, enabled: false, reason: String::new() }),
    ("ban_address", "-----+", |_| Command::BanAddress { network: "192.0.2.7".into(), until: None, reason: String::new() }),
    ("unban_address", "-----+", |_| Command::UnbanAddress { network: "192.0.2.7".into() }),
    ("panic", "----++", |_| Command::Panic { on: false }),
    ("put_shared_group", "-----+", |h| Command::PutSharedGroup { name: "sales".into(), members: vec![h.absent] }),
    ("remove_shared_group", "-----+", |_| Command::RemoveSharedGroup { name: "sales".into() }),
    ("revoke_invite", "----i+", |h| Command::RevokeInvite { invite: h.invite }),
    ("revoke_device_of", "-----+", |h| Command::RevokeDeviceOf { account: h.victim.account, device: h.device }),
    ("delete_account_of", "-----+", |h| Command::DeleteAccountOf { account: h.absent, name: "absent".into() }),
    ("delete_account", "++++++", |_| Command::DeleteAccount {}),
];

fn change(house: &House, change: RoomChange) -> Command {
    let conversation = house.lunch;
    Command::ChangeRoom {
        conversation,
        change,
    }
}

/// What came of it, as a sign.
fn sign<T>(outcome: &Result<T, Failure>) -> char {
    match outcome {
        Ok(_) => '+',
        Err(failure) => match failure.code() {
            Some(FaultCode::NotAllowed) => '-',
            Some(FaultCode::NotAMember) => 'n',
            Some(FaultCode::NoSuchInvite) => 'i',
            Some(FaultCode::NoSuchConversation) => 'c',
            _ => panic!("{failure}"),
        },
    }
}

#[tokio::test]
async fn every_command_by_every_role() {
    let mut house = House::new().await;
    let mut wrong = Vec::new();
    for (number, (kind, expected, command)) in TABLE.iter().enumerate() {
        let mut signs = String::new();
        for who in 0..WHO.len() {
            house.prepare(kind).await;
            let command = command(&house);
            let outcome = house.people[who].commands(command).await;
            signs.push(sign(&outcome));
            house.tidy(kind).await;
        }
        if signs != *expected {
            wrong.push(format!("{number} {kind}: {signs}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not a `command` has its rights too.
#[tokio::test]
async fn every_numbered_request_by_every_role() {
    let mut house = House::new().await;
    let mut signs = [const { String::new() }; 5];
    let other = house.victim.create_room("other").await.unwrap();
    let absent = house.absent;
    let lunch = house.lunch;
    for (number, person) in house.people.iter_mut().enumerate() {
        let made = person.create_room(&format!("room{number}")).await;
        signs[0].push(sign(&made));
        signs[1].push(sign(&person.join_room(other).await));
        let nonce = person.next_nonce();
        let topic = Request::SetTopic {
            nonce,
            settled: Nonce(0),
            conversation: lunch,
            topic: format!("topic {number}"),
        };
        signs[2].push(sign(&person.command(topic).await));
        signs[3].push(sign(&person.open_direct(&[absent]).await));
        let invited = person.invite_new(1, &[], HouseRole::Guest).await;
        signs[4].push(sign(&invited));
    }
    let expected = [
        ("create_room", "-+++++"),
        ("join", "c+++++"),
        ("set_topic", "-+++++"),
        ("open_direct", "-+++++"),
        ("invite_new", "----++"),
    ];
    for ((request, expected), signs) in expected.iter().zip(&signs) {
        assert_eq!(signs, expected, "{request}");
    }
}

/// The table above leaves no kind out that section 11.5 of `docs/protocol.md` has.
#[test]
fn the_table_has_every_command() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let page = std::fs::read_to_string(page).unwrap();
    let section = page.split("### 11.5").nth(1).unwrap();
    let section = section.split("### 11.6").next().unwrap();
    let kinds: BTreeSet<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let tried: BTreeSet<&str> = TABLE.iter().map(|(kind, ..)| *kind).collect();
    assert!(kinds.len() > 30, "{kinds:?}");
    assert_eq!(kinds, tried);
}
