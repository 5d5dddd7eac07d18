//! The commands of docs/users.md for those who keep the house in order, and what commands say of what they did: "Each
//! that changes something says in a line what is so now".

use chat_shared::HouseRole;
use chat_tests::client::register;
use chat_tests::{Admin, Connection, Output, TestClient, TestServer, chatc, programs};
use serde_json::{Value, json};

async fn run(server: &TestServer, name: &str, args: &[&str]) -> Output {
    programs::run(chatc(server, name, args), None).await
}

/// What it prints.
async fn says(server: &TestServer, name: &str, args: &[&str]) -> String {
    run(server, name, args).await.ok().out.trim().to_owned()
}

/// The one object that it prints.
async fn object(server: &TestServer, name: &str, args: &[&str]) -> Value {
    let args = [args, &["--json"]].concat();
    let mut lines = run(server, name, &args).await.ok().json_lines();
    assert_eq!(lines.len(), 1, "{args:?}: {lines:?}");
    lines.remove(0)
}

/// What it says on standard error, with this exit code.
async fn fails(server: &TestServer, name: &str, args: &[&str], code: i32) -> String {
    let output = run(server, name, args).await;
    assert_eq!(output.code, code, "{args:?}: {output:?}");
    assert_eq!(output.out, "", "{args:?}");
    output.err
}

/// Accounts of these names; the first one is the administrator.
async fn house(names: &[&str]) -> TestServer {
    let server = TestServer::start().await;
    for name in names {
        says(&server, name, &["register", name]).await;
    }
    server
}

/// "`chatc disable NAME`, `chatc enable NAME`: keep somebody out, let them in again", "`chatc panic on|off`", "`chatc
/// house-role NAME ROLE`".
#[tokio::test]
async fn moderators_keep_people_out_and_turn_the_switch() {
    let server = house(&["anna", "boris", "clara"]).await;
    let err = fails(&server, "boris", &["disable", "clara"], 1).await;
    assert!(err.contains("not_allowed"), "{err}");
    let err = fails(&server, "boris", &["panic", "on"], 1).await;
    assert!(err.contains("not_allowed"), "{err}");
    assert_eq!(
        says(&server, "anna", &["house-role", "boris", "moderator"]).await,
        "boris is a moderator of the house"
    );
    assert_eq!(
        says(&server, "boris", &["disable", "@clara", "--reason", "spam"]).await,
        "clara is disabled and signed out everywhere"
    );
    let err = fails(&server, "clara", &["who"], 1).await;
    assert!(
        err.contains("disabled") || err.contains("token_invalid"),
        "{err}"
    );
    let enabled = object(&server, "boris", &["enable", "clara"]).await;
    assert_eq!(enabled, json!({"name": "clara", "enabled": true}));
    says(&server, "clara", &["send", "#general", "back"]).await;

    let on = object(&server, "boris", &["panic", "on"]).await;
    assert_eq!(on, json!({"panic": true}));
    let mut stranger = Connection::tls(&server).await;
    stranger.hello().await.unwrap();
    assert!(register(&mut stranger, "dora", None).await.is_err());
    assert_eq!(
        says(&server, "boris", &["panic", "off"]).await,
        "the panic switch is off"
    );
    for usage in [
        &["panic"][..],
        &["panic", "maybe"],
        &["disable"],
        &["house-role", "boris", "king"],
    ] {
        fails(&server, "boris", usage, 2).await;
    }
    let err = fails(&server, "boris", &["disable", "nobody"], 1).await;
    assert!(err.contains("there is nobody called @nobody"), "{err}");
    let role = Admin::at(&server)
        .await
        .card("boris")
        .await
        .unwrap()
        .card
        .role;
    assert_eq!(role, HouseRole::Moderator);
}

/// "`chatc ban-address NETWORK`, `chatc unban-address NETWORK`", "`chatc end-device NAME NUMBER`", "`chatc group put`",
/// "`chatc create ROOM --owner NAME`", "`chatc delete-account --of NAME`".
#[tokio::test]
async fn administrators_do_from_anywhere_what_they_may() {
    let server = house(&["anna", "boris", "clara"]).await;
    let ban = [
        "ban-address",
        "192.0.2.0/24",
        "--for",
        "2h",
        "--reason",
        "guesses",
    ];
    let err = fails(&server, "boris", &ban, 1).await;
    assert!(err.contains("not_allowed"), "{err}");
    assert_eq!(
        says(&server, "anna", &ban).await,
        "no connections are taken from 192.0.2.0/24 for 2 h"
    );
    let lifted = object(&server, "anna", &["unban-address", "192.0.2.0/24"]).await;
    assert_eq!(lifted, json!({"network": "192.0.2.0/24", "banned": false}));
    let err = fails(&server, "anna", &["ban-address", "home"], 1).await;
    assert!(err.contains("bad_network"), "{err}");

    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    let id = phone.device.to_string();
    says(&server, "anna", &["end-device", "boris", &id]).await;
    assert!(phone.end().await.is_some());
    assert_eq!(
        says(&server, "anna", &["group", "put", "Sales", "boris,@clara"]).await,
        "everybody finds the group Sales among their contacts: 2 people"
    );
    let contacts = says(&server, "clara", &["contacts"]).await;
    assert!(contacts.contains("Sales (shared)"), "{contacts}");
    let removed = object(&server, "anna", &["group", "remove", "Sales"]).await;
    assert_eq!(removed["group"], "Sales");
    assert_eq!(
        says(&server, "anna", &["create", "lunch", "--owner", "boris"]).await,
        "#lunch: it is made, and boris owns it"
    );
    let info = object(&server, "boris", &["room", "info", "lunch"]).await;
    assert_eq!(info["role"], "owner");

    let file = server.folder().join("password");
    std::fs::write(&file, chat_tests::PASSWORD).unwrap();
    let file = file.to_str().unwrap();
    let delete = [
        "delete-account",
        "--of",
        "clara",
        "--password-file",
        file,
        "--name",
    ];
    let err = fails(&server, "anna", &[&delete[..], &["boris"]].concat(), 2).await;
    assert!(err.contains("the account is clara"), "{err}");
    let err = fails(&server, "boris", &[&delete[..], &["clara"]].concat(), 1).await;
    assert!(err.contains("not_allowed"), "{err}");
    assert_eq!(
        says(&server, "anna", &[&delete[..], &["clara"]].concat()).await,
        "the account clara is deleted"
    );
    says(&server, "anna", &["send", "#general", "I am still here"]).await;
}

/// "Each that changes something says in a line what is so now; with `--json` one object."
#[tokio::test]
async fn what_was_done_is_said() {
    let server = house(&["anna", "boris"]).await;
    let anna = async |args: &[&str]| says(&server, "anna", args).await;
    assert_eq!(
        anna(&["block", "boris"]).await,
        "boris is blocked, and not told of it"
    );
    let blocked = object(&server, "anna", &["unblock", "boris"]).await;
    assert_eq!(blocked, json!({"name": "boris", "blocked": false}));
    let status = anna(&["status", "at lunch", "--for", "1h"]).await;
    assert!(
        status.starts_with("your status is: at lunch (until 20"),
        "{status}"
    );
    assert_eq!(anna(&["status", ""]).await, "your status is empty");
    assert_eq!(
        anna(&["profile", "--phone", "12", "--about", "tea"]).await,
        "the profile of anna is changed: phone, about"
    );
    let profile = object(&server, "anna", &["profile", "--phone", "13"]).await;
    assert_eq!(profile["phone"], "13");
    for (field, wrong) in [("--email", "notanemail"), ("--time-zone", "Mars/Olympus")] {
        let err = fails(&server, "anna", &["profile", field, wrong], 1).await;
        assert!(err.contains("bad_text") && err.contains(wrong), "{err}");
    }
    assert_eq!(
        anna(&["contacts", "add", "boris", "--group", "work"]).await,
        "boris is a contact in the group work"
    );
    anna(&["create", "lunch"]).await;
    says(&server, "boris", &["join", "lunch"]).await;
    assert_eq!(
        anna(&["room", "kick", "lunch", "boris", "--reason", "noise"]).await,
        "#lunch: boris is put out, and may come back: noise"
    );
    let far_away = async |name: &str, args: &[&str]| {
        let mut command = chatc(&server, name, args);
        command.env("TZ", "Asia/Kolkata");
        programs::run(command, None).await
    };
    let ban = ["room", "ban", "lunch", "boris", "--for", "2h"];
    let banned = far_away("anna", &ban).await.ok().out;
    assert!(
        banned.starts_with("#lunch: boris is banned until 20"),
        "{banned}"
    );
    let until = banned.trim().split_once("until ").unwrap().1;
    assert!(until.ends_with(" IST"), "{until}");
    let err = far_away("boris", &["join", "lunch"]).await.err;
    let told = format!("until {until}: ");
    assert!(
        err.contains(&told),
        "in the time of this place: {err} {banned}"
    );
    assert_eq!(
        anna(&["room", "set", "lunch", "--read-only", "on"]).await,
        "#lunch: it is changed"
    );
    let file = server.folder().join("password");
    std::fs::write(&file, chat_tests::PASSWORD).unwrap();
    let file = file.to_str().unwrap();
    let passwd = [
        "passwd",
        "--password-file",
        file,
        "--new-password-file",
        file,
    ];
    let changed = object(&server, "anna", &passwd).await;
    assert_eq!(
        changed,
        json!({"account": "anna", "password_changed": true})
    );
}

/// "All your other devices are signed out": the screen that is open beside it goes on.
#[tokio::test]
async fn a_changed_password_leaves_the_open_screen_alone() {
    let server = house(&["anna"]).await;
    let before = object(&server, "anna", &["devices"]).await;
    let mut stays = chatc(&server, "anna", &["presence", "online"])
        .spawn()
        .unwrap();
    let mut watcher = TestClient::join(&server, "watcher").await;
    let anna = watcher.people_named(&["anna"]).await.unwrap()[0].account;
    let is_here = |p: &chat_shared::Presence| p.state == chat_shared::PresenceState::Online;
    watcher.sees(anna, "anna", is_here).await;
    let file = server.folder().join("password");
    std::fs::write(&file, chat_tests::PASSWORD).unwrap();
    let file = file.to_str().unwrap();
    let passwd = [
        "passwd",
        "--password-file",
        file,
        "--new-password-file",
        file,
    ];
    says(&server, "anna", &passwd).await;
    let after = object(&server, "anna", &["devices"]).await;
    assert_eq!(after["device"], before["device"]);
    assert_eq!(after["sessions"], 2, "that one and this");
    assert!(stays.try_wait().unwrap().is_none(), "it runs");
    stays.kill().await.unwrap();
}

/// "`chatc inbox`: what waits, messages of people whom you block left out".
#[tokio::test]
async fn the_inbox_does_not_count_the_blocked() {
    let server = house(&["anna", "boris", "clara"]).await;
    says(&server, "anna", &["block", "boris"]).await;
    says(&server, "boris", &["send", "#general", "x"]).await;
    assert_eq!(says(&server, "anna", &["inbox"]).await, "");
    says(&server, "clara", &["send", "#general", "y"]).await;
    let inbox = object(&server, "anna", &["inbox"]).await;
    assert_eq!(
        (&inbox["kind"], &inbox["unread"]),
        (&json!("room"), &json!(1))
    );
}

/// "where a place may be a room or a person ... it is `'#lunch'` in quotes, or `@boris`".
#[tokio::test]
async fn what_was_mistyped_is_told_with_the_right_form() {
    let server = house(&["anna"]).await;
    let err = fails(&server, "anna", &["send", "@anna", "hi"], 1).await;
    assert!(err.contains("@anna is you"), "{err}");
    let err = fails(&server, "anna", &["send", "general", "hi"], 2).await;
    assert!(err.contains("'#general'"), "{err}");
    assert_eq!(says(&server, "anna", &["members", "general"]).await, "anna");
    let nobody = run(&server, "anna", &["people", "nobody"]).await.ok();
    assert_eq!(nobody.out, "");
    assert!(nobody.err.contains("nobody found"), "{nobody:?}");
}
