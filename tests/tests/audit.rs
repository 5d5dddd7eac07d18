//! The audit log: "Each act of moderation and administration is a line of the *audit log*, written in the same
//! transaction. Lines are numbered from 1 without holes, and each has a hash over itself and the one before, so that
//! a line that was taken out or changed shows".

use chat_shared::{
    Audience, AuditLine, Command, FaultCode, HouseRole, Profile, Request, RoomChange, RoomRole,
};
use chat_tests::people::reset_password;
use chat_tests::{Admin, AuditFilter, Connection, PASSWORD, TestClient, TestServer, chatctl};
use data_encoding::HEXLOWER;
use redb::{Database, ReadableDatabase, TableDefinition};
use ring::digest::{SHA256, digest};

const AUDIT: TableDefinition<u64, &[u8]> = TableDefinition::new("audit-1");

async fn all(admin: &mut Admin) -> Vec<AuditLine> {
    admin.audit(AuditFilter::default()).await.unwrap()
}

/// Opens the store of a daemon that was ended.
fn store(server: &TestServer) -> Database {
    let file = std::fs::read_dir(server.data())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "redb"));
    Database::open(file.expect("a store")).unwrap()
}

#[tokio::test]
async fn each_act_is_a_line() {
    let server = TestServer::start().await;
    let mut admin = Admin::at(&server).await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    admin.appoints(anna.account, HouseRole::Administrator).await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    let message = boris.post(lunch, "advertising").await.unwrap();
    let before = all(&mut admin).await.len();

    let (conversation, account, until) = (lunch, boris.account, None);
    let reason = || "he knows".to_owned();
    let change = RoomChange {
        slow_secs: Some(5),
        ..RoomChange::default()
    };
    #[rustfmt::skip]
    let acts = [
        Command::DeleteMessage { conversation, seq: message, reason: reason() },
        Command::Mute { conversation, account, until, reason: reason() },
        Command::Unmute { conversation, account },
        Command::SetRoomRole { conversation, account, role: RoomRole::Moderator },
        Command::Kick { conversation, account, reason: reason() },
        Command::Ban { conversation, account, until, reason: reason() },
        Command::Unban { conversation, account },
        Command::ChangeRoom { conversation, change },
        Command::RenameRoom { conversation, name: "dinner".into() },
        Command::DeleteRoom { conversation, name: "dinner".into() },
        Command::RestoreRoom { conversation },
        Command::SetProfile { account: Some(account), profile: Profile { phone: "412".into(), ..Profile::default() } },
        Command::SetHouseRole { account, role: HouseRole::Guest },
        Command::EnableAccount { account, enabled: false, reason: reason() },
        Command::EnableAccount { account, enabled: true, reason: reason() },
        Command::RevokeDeviceOf { account, device: boris.device },
        Command::BanAddress { network: "192.0.2.7".into(), until, reason: reason() },
        Command::UnbanAddress { network: "192.0.2.7".into() },
        Command::Panic { on: true },
        Command::Panic { on: false },
        Command::Announce { to: Audience::Everybody, text: "soup".into() },
        Command::Announce { to: Audience::Online, text: "soup".into() },
        Command::PutSharedGroup { name: "sales".into(), members: vec![account] },
        Command::RemoveSharedGroup { name: "sales".into() },
    ];
    let mut expected = Vec::new();
    for command in acts {
        let kind = serde_json::to_value(&command).unwrap()["kind"].clone();
        expected.push(kind.as_str().unwrap().to_owned());
        anna.commands(command).await.unwrap();
    }
    let invite = anna.invite_new(1, &[], HouseRole::Member).await.unwrap();
    let revoke = Command::RevokeInvite {
        invite: invite.invite,
    };
    anna.commands(revoke).await.unwrap();
    let code = admin.reset_code("boris", 600).await.unwrap();
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    reset_password(&mut connection, "boris", &code, PASSWORD)
        .await
        .unwrap();
    let _ = chatctl(&server, &["account", "reset-password", "boris"])
        .await
        .ok();
    expected.extend(
        [
            "add_invite",
            "revoke_invite",
            "add_reset_code",
            "use_reset_code",
            "reset_password",
        ]
        .map(str::to_owned),
    );
    // What is no act of those who have a say, is refused, or changes nothing makes no line.
    anna.post(lunch, "nobody's business").await.unwrap();
    anna.commands(Command::Panic { on: false }).await.unwrap();
    let refused = Command::UnbanAddress {
        network: "192.0.2.7".into(),
    };
    assert_eq!(anna.may_not(refused).await.code, FaultCode::NotRestricted);
    let mut carla = TestClient::join(&server, "carla").await;
    carla.commands(Command::DeleteAccount {}).await.unwrap();
    expected.push("delete_account".into());

    let lines = all(&mut admin).await;
    let found: Vec<&str> = lines[before..]
        .iter()
        .map(|line| line.act.as_str())
        .collect();
    assert_eq!(found, expected);
    for (number, line) in (1..).zip(&lines) {
        assert_eq!(line.number, number);
    }
    let kick = lines.iter().find(|line| line.act == "kick").unwrap();
    assert_eq!(
        (kick.by, kick.by_name.as_str()),
        (Some(anna.account), "anna")
    );
    assert_eq!(
        (kick.target.as_str(), kick.detail.as_str()),
        ("#lunch boris", "he knows")
    );
    let at_the_machine = lines.iter().find(|line| line.act == "reset_password");
    assert_eq!(at_the_machine.unwrap().by, None);
    assert!(!format!("{lines:?}").contains("nobody's business"));
}

/// `chatctl audit` filters by time, person and kind.
#[tokio::test]
async fn the_log_is_filtered() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    for on in [true, false] {
        let (conversation, account) = (lunch, boris.account);
        let until = None;
        let reason = String::new();
        let command = match on {
            true => Command::Ban {
                conversation,
                account,
                until,
                reason,
            },
            false => Command::Unban {
                conversation,
                account,
            },
        };
        anna.commands(command).await.unwrap();
    }
    let _ = chatctl(&server, &["panic", "on"]).await.ok();
    server.restart().await;

    let listed = async |args: &[&str]| {
        let mut command = vec!["audit", "--json"];
        command.extend(args);
        let output = chatctl(&server, &command).await.ok();
        let lines: serde_json::Value = serde_json::from_str(&output.out).unwrap();
        let act = |line: &serde_json::Value| line["act"].as_str().unwrap().to_owned();
        lines
            .as_array()
            .unwrap()
            .iter()
            .map(act)
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(&["--by", "anna"]).await, ["ban", "unban"]);
    assert_eq!(listed(&["--act", "ban"]).await, ["ban"]);
    assert_eq!(listed(&["--by", "anna", "--act", "panic"]).await, [""; 0]);
    assert_eq!(
        listed(&["--act", "panic", "--since", "1h"]).await,
        ["panic"]
    );
    assert_eq!(listed(&["--limit", "1"]).await, ["panic"]);
    let all = listed(&[]).await;
    assert_eq!(all[all.len() - 3..], ["ban", "unban", "panic"]);

    let mut admin = Admin::at(&server).await;
    let later = AuditFilter {
        since: Some(chat_shared::Timestamp(i64::MAX)),
        ..AuditFilter::default()
    };
    assert!(admin.audit(later).await.unwrap().is_empty());
    // For those at the machine alone.
    admin.appoints(anna.account, HouseRole::Administrator).await;
    anna.reconnect(&server).await.unwrap();
    let request = Request::AdminAudit {
        after: 0,
        limit: 10,
        since: None,
        by: String::new(),
        act: String::new(),
    };
    assert_eq!(anna.refused(request).await.code, FaultCode::NotAllowed);
}

/// A house with some lines in its log.
async fn with_lines() -> (TestServer, Vec<AuditLine>) {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let mut admin = Admin::at(&server).await;
    admin.appoints(anna.account, HouseRole::Moderator).await;
    for (on, reason) in [
        (false, "calm down"),
        (true, ""),
        (false, "«again»"),
        (true, ""),
    ] {
        let (account, enabled) = (boris.account, on);
        let reason = reason.to_owned();
        let command = Command::EnableAccount {
            account,
            enabled,
            reason,
        };
        anna.commands(command).await.unwrap();
    }
    let lines = all(&mut admin).await;
    (server, lines)
}

/// "hash = SHA-256(hash of the line before, 32 zero bytes for the first, MessagePack of [number, at, by, by_name,
/// act, target, detail])"
#[tokio::test]
async fn the_hashes_are_what_the_page_says() {
    let (server, lines) = with_lines().await;
    let mut before = [0; 32];
    for line in &lines {
        let fields = (
            line.number,
            line.at.0,
            line.by.map(|by| by.0),
            &line.by_name,
            &line.act,
            &line.target,
            &line.detail,
        );
        let mut hashed = before.to_vec();
        hashed.extend(rmp_serde::to_vec(&fields).unwrap());
        before.copy_from_slice(digest(&SHA256, &hashed).as_ref());
        assert_eq!(line.hash, HEXLOWER.encode(&before), "{line:?}");
    }
    assert!(lines.len() >= 5, "{lines:?}");
    let verified = chatctl(&server, &["audit", "--verify"]).await.ok();
    let end = format!("{}:{}", lines.len(), HEXLOWER.encode(&before));
    assert!(verified.out.contains(&end), "{}", verified.out);
    let noted = ["audit", "--verify", "--noted", &end];
    let _ = chatctl(&server, &noted).await.ok();
}

/// "so that a line that was taken out or changed shows": here with the daemon ended, by whoever can write its files.
#[tokio::test]
async fn a_line_that_was_taken_out_or_changed_shows() {
    let (mut server, lines) = with_lines().await;
    let last = lines.last().unwrap();
    let noted = format!("{}:{}", last.number, last.hash);
    assert!(server.terminate().await.success());
    let row = |number: u64| {
        let read = store(&server).begin_read().unwrap();
        let table = read.open_table(AUDIT).unwrap();
        table.get(number).unwrap().unwrap().value().to_vec()
    };
    let number = last.number - 2;
    let original = row(number);
    let detail = "calm down".len();
    let changed = {
        let calm = last.number - 3;
        let mut row = row(calm);
        let at = row
            .windows(detail)
            .position(|part| part == b"calm down")
            .expect("its reason stands there");
        row[at] = b'p';
        (calm, row)
    };
    let put = |server: &TestServer, number: u64, row: Option<&[u8]>| {
        let write = store(server).begin_write().unwrap();
        {
            let mut table = write.open_table(AUDIT).unwrap();
            match row {
                Some(row) => drop(table.insert(number, row).unwrap()),
                None => drop(table.remove(number).unwrap()),
            }
        }
        write.commit().unwrap();
    };

    put(&server, number, None);
    server.restart().await;
    let shown = chatctl(&server, &["audit", "--verify"]).await;
    assert_eq!(shown.code, 1, "{}", shown.out);
    assert!(
        shown.err.contains(&format!("line {number} is missing")),
        "{}",
        shown.err
    );
    assert!(server.terminate().await.success());
    put(&server, number, Some(&original));
    server.restart().await;
    let _ = chatctl(&server, &["audit", "--verify"]).await.ok();

    // Changed.
    assert!(server.terminate().await.success());
    let calm = {
        let read = store(&server).begin_read().unwrap();
        let table = read.open_table(AUDIT).unwrap();
        table.get(changed.0).unwrap().unwrap().value().to_vec()
    };
    put(&server, changed.0, Some(&changed.1));
    server.restart().await;
    let shown = chatctl(&server, &["audit", "--verify"]).await;
    assert_eq!(shown.code, 1, "{}", shown.out);
    assert!(
        shown.err.contains(&format!("line {}", changed.0)),
        "{}",
        shown.err
    );
    assert!(server.terminate().await.success());
    put(&server, changed.0, Some(&calm));

    // The end cut off shows to who noted it.
    put(&server, last.number, None);
    server.restart().await;
    let cut = ["audit", "--verify", "--noted", &noted];
    let shown = chatctl(&server, &cut).await;
    assert_eq!(shown.code, 1, "{}", shown.out);
    assert!(shown.err.contains("cut off"), "{}", shown.err);
}

/// A log of several pages is one chain, and read whole.
#[tokio::test]
async fn a_long_log_is_one_chain() {
    let server = TestServer::start().await;
    let mut admin = Admin::at(&server).await;
    let begin = all(&mut admin).await.len();
    for number in 0..450 {
        let on = number % 2 == 0;
        admin.commands(Command::Panic { on }).await.unwrap();
    }
    let lines = all(&mut admin).await;
    assert_eq!(lines.len(), begin + 450);
    let last = lines.last().unwrap();
    let verified = chatctl(&server, &["audit", "--verify"]).await.ok();
    let end = format!("{}:{}", last.number, last.hash);
    assert!(verified.out.contains(&end), "{}", verified.out);
    let args = ["audit", "--json", "--act", "panic", "--limit", "1000"];
    let shown = chatctl(&server, &args).await.ok();
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown.as_array().unwrap().len(), 450);
    let middle = &lines[lines.len() / 2];
    let noted = format!("{}:{}", middle.number, middle.hash);
    let args = ["audit", "--verify", "--noted", &noted];
    let _ = chatctl(&server, &args).await.ok();
    let wrong = format!("{}:{}", middle.number, last.hash);
    let args = ["audit", "--verify", "--noted", &wrong];
    let refused = chatctl(&server, &args).await;
    assert_eq!(refused.code, 1, "{}", refused.out);
}

/// "`act` string = "": only acts of this kind; an unknown one is refused with the list".
#[tokio::test]
async fn an_act_that_is_none_is_refused_with_those_there_are() {
    let server = TestServer::start().await;
    let mut admin = Admin::at(&server).await;
    let of = |act: &str| AuditFilter {
        act: act.into(),
        ..AuditFilter::default()
    };
    assert_eq!(admin.audit(of("enable_account")).await.unwrap().len(), 0);
    let Err(chat_tests::Failure::Refused(fault)) = admin.audit(of("disable")).await else {
        panic!("`disable` is an act")
    };
    assert_eq!(fault.code, FaultCode::BadRange);
    assert!(fault.text.contains("enable_account, kick"), "{fault}");
    // By `chatctl` it does not come that far.
    let refused = chatctl(&server, &["audit", "--act", "disable"]).await;
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(
        refused.err.contains("enable_account, kick"),
        "{}",
        refused.err
    );
}
