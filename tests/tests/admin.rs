//! "Only root, the daemon's own user and the group named in the configuration may use it; anybody else gets a
//! clear refusal." and what chatctl does for those who may.

use chat_shared::{AccountId, ConversationId, Event, FaultCode, HouseRole, InviteId, Request};
use chat_tests::{Connection, Failure, TestClient, TestServer, chatctl, programs, skip};
use std::os::unix::fs::PermissionsExt;
use tokio::process::Command;

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[tokio::test]
async fn the_status_shows_how_the_daemon_is() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    anna.post(general, "hello").await.unwrap();
    let status = server.status().await;
    for key in [
        "uptime_secs",
        "accounts",
        "online",
        "sessions",
        "connections",
        "conversations",
        "rooms_in_use",
        "entries",
        "commits",
        "commands",
        "journal_waiting",
        "commit_micros",
        "journal_lag_micros",
        "store_bytes",
    ] {
        assert!(status[key].is_u64(), "{key} in {status}");
    }
    assert_eq!(
        (&status["accounts"], &status["sessions"]),
        (&1.into(), &1.into()),
        "{status}"
    );
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert!(status["commits"].as_u64() > Some(0));
    let human = chatctl(&server, &["status"]).await.ok().out;
    assert!(
        human.lines().count() > 3 && human.contains("accounts"),
        "{human}"
    );
    // Who may come in, and whether the panic switch keeps them out.
    let before = (&status["registration"], &status["panic"]);
    assert_eq!(before, (&"open".into(), &false.into()), "{human}");
    assert!(human.contains("open to anybody"), "{human}");
    let _ = chatctl(&server, &["panic", "on"]).await.ok();
    assert_eq!(server.status().await["panic"], true);
    let human = chatctl(&server, &["status"]).await.ok().out;
    assert!(human.contains("panic switch   ON"), "{human}");
}

#[tokio::test]
async fn accounts_are_added_listed_disabled_and_given_passwords() {
    let server = TestServer::builder()
        .set("house.registration", "closed")
        .start()
        .await;
    let file = server.folder().join("password");
    std::fs::write(&file, format!("{}\n", chat_tests::PASSWORD)).unwrap();
    let file = file.to_str().unwrap();
    // The first one administers, and the last who does cannot be disabled.
    for name in ["carla", "anna"] {
        let args = ["account", "add", name, "--password-file", file];
        let _ = chatctl(&server, &args).await.ok();
    }
    let last = chatctl(&server, &["account", "disable", "carla"]).await;
    assert!(
        last.code != 0 && last.err.contains("last_administrator"),
        "{last:?}"
    );
    let again = chatctl(
        &server,
        &["account", "add", "anna", "--password-file", file],
    )
    .await;
    assert_ne!(again.code, 0);
    assert!(again.err.contains("name_taken"), "{again:?}");
    assert!(
        chatctl(&server, &["account", "list"])
            .await
            .ok()
            .out
            .contains("anna")
    );
    let mut anna = TestClient::sign_in_on(&server, "anna").await;

    let _ = chatctl(&server, &["account", "disable", "anna"]).await.ok();
    anna.end().await;
    assert!(
        chatctl(&server, &["account", "list"])
            .await
            .ok()
            .out
            .contains("disabled")
    );
    let _ = chatctl(&server, &["account", "enable", "anna"]).await.ok();
    let mut anna = TestClient::sign_in_on(&server, "anna").await;

    let reset = chatctl(&server, &["account", "reset-password", "anna", "--json"])
        .await
        .ok();
    let reset: serde_json::Value = serde_json::from_str(&reset.out).unwrap();
    let password = reset["password"].as_str().expect("shown once");
    anna.end().await;
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    connection
        .sign_in("anna", chat_tests::PASSWORD)
        .await
        .unwrap_err();
    connection.sign_in("anna", password).await.unwrap();

    for args in [
        ["account", "disable", "nobody-here"],
        ["account", "enable", "nobody-here"],
    ] {
        let output = chatctl(&server, &args).await;
        assert!(
            output.code != 0 && output.err.contains("no_such_account"),
            "{output:?}"
        );
    }
    std::fs::write(file, "short\n").unwrap();
    let short = chatctl(
        &server,
        &["account", "add", "boris", "--password-file", file],
    )
    .await;
    assert_ne!(short.code, 0, "a password of five characters");
}

#[tokio::test]
async fn invitations_are_made_listed_and_revoked() {
    let server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let made = chatctl(
        &server,
        &["invite", "new", "--uses", "3", "--expires", "2d"],
    )
    .await
    .ok()
    .out;
    let code = made
        .split(|c: char| c.is_whitespace() || c == '\'')
        .filter(|word| word.starts_with("chat://"))
        .flat_map(|link| link.split(['?', '&']))
        .find_map(|part| part.strip_prefix("invite="))
        .unwrap_or_else(|| panic!("a link in {made}"))
        .to_owned();
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    chat_tests::client::register(&mut connection, "anna", Some(&code))
        .await
        .unwrap();
    let mut admin = Connection::unix(&server).await;
    admin.hello().await.unwrap();
    let after = InviteId(0);
    let Ok(Event::Invites { invites, .. }) = admin.ask(Request::AdminInvites { after }).await
    else {
        panic!()
    };
    let invite = invites
        .iter()
        .find(|invite| invite.uses_left == 2)
        .expect("used once");
    let two_days = invite.expires_at.0 - invite.created_at.0;
    assert_eq!(two_days, 2 * 24 * 3600 * 1000);
    let id = invite.invite.to_string();
    assert!(
        chatctl(&server, &["invite", "list"])
            .await
            .ok()
            .out
            .contains(&id)
    );
    let _ = chatctl(&server, &["invite", "revoke", &id]).await.ok();
    let refused = chat_tests::client::register(&mut connection, "boris", Some(&code)).await;
    assert_eq!(refused.unwrap_err().code(), Some(FaultCode::InviteInvalid));
    let again = chatctl(&server, &["invite", "revoke", &id]).await;
    assert!(
        again.code != 0 && again.err.contains("no_such_invite"),
        "{again:?}"
    );
}

#[tokio::test]
async fn wrong_usage_and_no_daemon_are_told_apart() {
    let mut server = TestServer::start().await;
    assert_eq!(chatctl(&server, &["frobnicate"]).await.code, 2);
    server.kill9().await;
    let output = chatctl(&server, &["status"]).await;
    assert_eq!(output.code, 3, "{output:?}");
    assert!(
        output.err.contains(server.socket().to_str().unwrap()),
        "{output:?}"
    );
}

fn all_admin_requests() -> Vec<Request> {
    let verifier = chat_tests::scram::verifier("x", chat_tests::ITERATIONS);
    vec![
        Request::AdminStatus {},
        Request::AdminAccountAdd {
            name: "eve".into(),
            verifier: verifier.clone(),
        },
        Request::AdminAccounts {
            after: AccountId(0),
        },
        Request::AdminAccountEnable {
            name: "anna".into(),
            enabled: false,
        },
        Request::AdminPasswordReset {
            name: "anna".into(),
            verifier,
        },
        Request::AdminInviteNew {
            uses: 1,
            expires_secs: 60,
            rooms: Vec::new(),
            role: HouseRole::Member,
        },
        Request::AdminInvites { after: InviteId(0) },
        Request::AdminInviteRevoke {
            invite: InviteId(1),
        },
        Request::AdminCommand {
            command: chat_shared::Command::Panic { on: true },
        },
        Request::AdminRooms {
            after: ConversationId(0),
        },
        Request::AdminMembers {
            conversation: ConversationId(1),
            after: AccountId(0),
        },
        Request::AdminCard {
            name: "anna".into(),
        },
        Request::AdminResetCode {
            name: "anna".into(),
            expires_secs: 60,
        },
        Request::AdminBans {
            after: String::new(),
        },
        Request::AdminGroups {
            after: String::new(),
        },
        Request::AdminAudit {
            after: 0,
            limit: 1,
            since: None,
            by: String::new(),
            act: String::new(),
        },
        Request::AdminRestrictions {
            conversation: ConversationId(1),
            after: AccountId(0),
        },
    ]
}

/// "`chatctl room bans`: who is banned, muted and invited, until when and why." And who is banned is told so by name.
#[tokio::test]
async fn who_is_kept_from_a_room_is_listed_and_told_so() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    let room = ["room", "bans", "lunch"];
    let none = chatctl(&server, &room).await.ok().out;
    assert_eq!(none.trim(), "nobody is banned, muted or invited in #lunch");
    let ban = ["room", "ban", "lunch", "boris", "--reason", "too loud"];
    let _ = chatctl(&server, &ban).await.ok();
    let table = chatctl(&server, &room).await.ok().out;
    let line = table.lines().nth(1).expect("a ban");
    assert!(line.starts_with("boris  banned"), "{table}");
    assert!(line.ends_with("(machine)  too loud"), "{table}");
    let json = chatctl(&server, &["room", "bans", "lunch", "--json"]).await;
    let lists = &json.ok().json_lines()[0];
    assert_eq!(lists["banned"][0]["name"], "boris");
    assert_eq!(lists["invited"].as_array().map(Vec::len), Some(0));

    let conversation = lunch;
    let Err(Failure::Refused(fault)) = boris.join_room(conversation).await else {
        panic!("he is banned");
    };
    assert_eq!(fault.text, "you are banned from #lunch: ask its moderators");
    let account = boris.account;
    let invite = chat_shared::Command::InviteToRoom {
        conversation,
        account,
    };
    let fault = anna.may_not(invite).await;
    assert_eq!(
        fault.text,
        "boris is banned from #lunch: ask its moderators"
    );
}

/// "Anybody else, and everywhere else: `not_allowed`." Even the administrator, over the network.
#[tokio::test]
async fn nobody_administers_over_the_network() {
    let server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let invite = server.first_invite().await;
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    chat_tests::client::register(&mut connection, "anna", Some(&invite))
        .await
        .unwrap();
    for request in all_admin_requests() {
        assert_eq!(
            connection.refused(request).await.code,
            FaultCode::NotAllowed
        );
    }
    connection
        .sign_in("anna", chat_tests::PASSWORD)
        .await
        .unwrap();
    for request in all_admin_requests() {
        assert_eq!(
            connection.refused(request).await.code,
            FaultCode::NotAllowed
        );
    }
    connection.ask(Request::Ping {}).await.unwrap();
}

/// Runs a copy of chatctl (the build folder may be closed to others) as another user.
async fn chatctl_as(server: &TestServer, ids: &[&str], args: &[&str]) -> programs::Output {
    let copy = server.folder().join("chatctl");
    if !copy.exists() {
        std::fs::copy(programs::path("chatctl"), &copy).unwrap();
    }
    std::fs::set_permissions(&copy, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::set_permissions(server.folder(), PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(ids)
        .arg("--")
        .arg(&copy)
        .arg("--socket")
        .arg(server.socket())
        .args(args);
    programs::run(command, None).await
}

#[tokio::test]
async fn another_user_gets_a_clear_refusal() {
    if !is_root() {
        skip(
            "another_user_gets_a_clear_refusal",
            "needs root to become another user",
        );
        return;
    }
    let server = TestServer::start().await;
    TestClient::join(&server, "anna").await;
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let file = server.folder().join("password");
    std::fs::write(&file, "a long password\n").unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    for args in [
        &["status"][..],
        &["account", "list"],
        &["account", "disable", "anna"],
        &[
            "account",
            "add",
            "eve",
            "--password-file",
            file.to_str().unwrap(),
        ],
        &["invite", "new"],
        &["invite", "list"],
    ] {
        let output = chatctl_as(&server, &nobody, args).await;
        assert_eq!(output.code, 1, "{args:?}: {output:?}");
        assert!(output.err.contains("not_allowed"), "{args:?}: {output:?}");
    }
    let list = chatctl(&server, &["account", "list"]).await.ok().out;
    assert!(
        list.contains("anna") && !list.contains("eve") && !list.contains("disabled"),
        "{list}"
    );
}

/// "the group named in the configuration"
#[tokio::test]
async fn members_of_the_configured_group_administer() {
    if !is_root() {
        skip(
            "members_of_the_configured_group_administer",
            "needs root to become another user",
        );
        return;
    }
    let server = TestServer::builder()
        .set("listen.socket_group", "games")
        .start()
        .await;
    let group = nix::unistd::Group::from_name("games")
        .unwrap()
        .expect("Debian has it")
        .gid;
    let gid = format!("--regid={group}");
    let inside = ["--reuid=65534", gid.as_str(), "--clear-groups"];
    let output = chatctl_as(&server, &inside, &["status"]).await;
    assert_eq!(output.code, 0, "{output:?}");
    let outside = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let output = chatctl_as(&server, &outside, &["status"]).await;
    assert_eq!(output.code, 1, "{output:?}");
}
