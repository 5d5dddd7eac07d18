//! The commands of docs/users.md about people and rooms: "`--json` prints one JSON object a line, with times in UTC...
//! Exit codes: 0 done, 1 refused (code and reason are on standard error), 2 wrong usage, 3 cannot connect."

use chat_shared::PresenceState;
use chat_tests::{Admin, Output, TestClient, TestServer, chatc, programs};
use serde_json::{Value, json};
use std::path::PathBuf;

async fn run(server: &TestServer, name: &str, args: &[&str]) -> Output {
    programs::run(chatc(server, name, args), None).await
}

/// Runs it to a good end, as JSON.
async fn lines(server: &TestServer, name: &str, args: &[&str]) -> Vec<Value> {
    let args = [args, &["--json"]].concat();
    run(server, name, &args).await.ok().json_lines()
}

async fn does(server: &TestServer, name: &str, args: &[&str]) {
    let _ = run(server, name, args).await.ok();
}

/// Refused, with this code on standard error.
async fn refused(server: &TestServer, name: &str, args: &[&str], code: &str) {
    let output = run(server, name, args).await;
    assert_eq!(output.code, 1, "{args:?}: {output:?}");
    assert!(output.err.contains(code), "{args:?}: {output:?}");
    assert_eq!(output.out, "", "{args:?}");
}

/// Accounts of these names; the first one is the administrator.
async fn house(names: &[&str]) -> TestServer {
    let server = TestServer::start().await;
    for name in names {
        does(&server, name, &["register", name]).await;
    }
    server
}

fn password_file(server: &TestServer, name: &str, password: &str) -> String {
    let file = server.folder().join(name);
    std::fs::write(&file, format!("{password}\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

/// What stands under a key of each line.
fn all<'a>(lines: &'a [Value], key: &str) -> Vec<&'a str> {
    lines
        .iter()
        .map(|line| line[key].as_str().unwrap_or_default())
        .collect()
}

/// "`chatc people TEXT`, `chatc card NAME`: find people", "`chatc profile`, `chatc status TEXT`: what you tell of
/// yourself".
#[tokio::test]
async fn people_are_found_by_what_they_tell() {
    let server = house(&["anna", "alex", "sascha"]).await;
    for (name, department) in [("alex", "sales"), ("sascha", "purchasing")] {
        let args = [
            "profile",
            "--display-name",
            "Alexander",
            "--department",
            department,
            "--time-zone",
            "Europe/Berlin",
        ];
        does(&server, name, &args).await;
    }
    let both = lines(&server, "anna", &["people", "alexander"]).await;
    assert_eq!(all(&both, "name"), ["alex", "sascha"]);
    assert_eq!(all(&both, "department"), ["sales", "purchasing"]);
    let one = lines(&server, "anna", &["people", "alexander", "sales"]).await;
    assert_eq!(all(&one, "name"), ["alex"]);
    assert!(
        lines(&server, "anna", &["people", "nobody"])
            .await
            .is_empty()
    );

    does(&server, "alex", &["profile", "--department", ""]).await;
    let card = lines(&server, "anna", &["card", "@alex"]).await;
    let card = &card[0];
    assert_eq!(card["display_name"], "Alexander", "what is not given stays");
    assert_eq!(card.get("department"), None, "an empty text takes it away");
    assert_eq!(
        (&card["role"], &card["state"]),
        (&json!("member"), &json!("offline"))
    );
    assert_eq!(
        (&card["enabled"], &card["deleted"]),
        (&json!(true), &json!(false))
    );
    let human = run(&server, "anna", &["card", "sascha"]).await.ok().out;
    for word in ["sascha", "Alexander", "purchasing", "there it is"] {
        assert!(human.contains(word), "{word} in {human}");
    }
    // The administrator puts people into departments, nobody else does.
    let of_alex = ["profile", "--of", "alex", "--department", "kitchen"];
    refused(&server, "sascha", &of_alex, "not_allowed").await;
    does(&server, "anna", &of_alex).await;
    let own = lines(&server, "alex", &["profile"]).await;
    assert_eq!(own[0]["department"], "kitchen");
    refused(&server, "anna", &["card", "nobody"], "no_such_account").await;
    let long = "x".repeat(129);
    let args = ["profile", "--phone", &long];
    refused(&server, "anna", &args, "text_too_long").await;
}

/// "`chatc status TEXT`: `--for 2h`", "`chatc presence away`: be shown so without a screen", "`chatc who`: who is online;
/// `--since 30m` also who was".
#[tokio::test]
async fn who_is_here_and_what_they_say() {
    let mut server = house(&["anna", "boris"]).await;
    does(&server, "boris", &["status", "at", "lunch", "--for", "1h"]).await;
    let own = lines(&server, "boris", &["status"]).await;
    assert_eq!(own[0]["status"], "at lunch", "though he is not here");
    assert!(own[0]["status_until"].as_str().unwrap().ends_with('Z'));
    refused(
        &server,
        "boris",
        &["status", &"x".repeat(10_000)],
        "text_too_long",
    )
    .await;

    // Here for as long as the command runs.
    let mut watcher = TestClient::join(&server, "watcher").await;
    let boris = watcher.people_named(&["boris"]).await.unwrap()[0].account;
    let mut present = chatc(&server, "boris", &["presence", "dnd"])
        .spawn()
        .unwrap();
    watcher
        .sees(boris, "boris", |p| p.state == PresenceState::DoNotDisturb)
        .await;
    let who = lines(&server, "anna", &["who"]).await;
    assert_eq!(who.len(), 1, "{who:?}");
    assert_eq!(
        (&who[0]["name"], &who[0]["state"], &who[0]["status"]),
        (
            &json!("boris"),
            &json!("do_not_disturb"),
            &json!("at lunch")
        )
    );
    present.kill().await.unwrap();
    watcher
        .sees(boris, "boris gone", |p| p.state == PresenceState::Offline)
        .await;
    assert!(lines(&server, "anna", &["who"]).await.is_empty());
    let since = lines(&server, "anna", &["who", "--since", "30m"]).await;
    let gone = since.iter().find(|line| line["name"] == "boris").unwrap();
    assert_eq!(gone["state"], "offline");
    assert!(gone["last_seen"].as_str().unwrap().ends_with('Z'));
    let human = run(&server, "anna", &["who", "--since", "30m"]).await.ok();
    assert!(human.out.contains("boris: last seen "), "{human:?}");
    let card = run(&server, "anna", &["card", "boris"]).await.ok();
    assert!(card.out.contains("  last seen   "), "{card:?}");
    let timed = ["presence", "online", "--for", "1s"];
    does(&server, "boris", &timed).await;
    for usage in [
        &["who", "--since", "long"][..],
        &["presence", "asleep"],
        &["status", "--for", "1h"],
    ] {
        assert_eq!(run(&server, "anna", usage).await.code, 2, "{usage:?}");
    }
    server.kill9().await;
    for away in [&["who"][..], &["contacts"], &["status", "x"], &["passwd"]] {
        let output = run(&server, "anna", away).await;
        // A question for the new password comes before the connection.
        let expected = if away == ["passwd"] { 2 } else { 3 };
        assert_eq!(output.code, expected, "{away:?}: {output:?}");
    }
}

/// "`chatc contacts`, `chatc block NAME`, `chatc unblock NAME`: people at hand, and not", "`chatc inbox`: what waits;
/// `--dismiss 7` or `--dismiss-all`".
#[tokio::test]
async fn contacts_blocks_and_the_inbox() {
    let server = house(&["anna", "boris", "clara"]).await;
    does(
        &server,
        "anna",
        &["contacts", "add", "boris", "--group", "work"],
    )
    .await;
    does(
        &server,
        "anna",
        &["contacts", "add", "@clara", "--favourite"],
    )
    .await;
    let again = ["contacts", "add", "boris"];
    refused(&server, "anna", &again, "contact_exists").await;
    refused(
        &server,
        "anna",
        &["contacts", "add", "nobody"],
        "no_such_account",
    )
    .await;
    refused(
        &server,
        "anna",
        &["contacts", "add", "anna"],
        "not_to_yourself",
    )
    .await;
    refused(
        &server,
        "clara",
        &["contacts", "remove", "anna"],
        "no_such_contact",
    )
    .await;
    does(&server, "anna", &["contacts", "favourite", "boris"]).await;
    let mut contacts = lines(&server, "anna", &["contacts"]).await;
    contacts.sort_by_key(|line| line["name"].to_string());
    let boris = json!({"kind": "contact", "name": "boris", "state": "offline", "group": "work", "favourite": true});
    assert_eq!(contacts[0], boris);
    assert_eq!(contacts.len(), 2);

    // They are told, at their next look.
    let inbox = lines(&server, "boris", &["inbox"]).await;
    assert_eq!(all(&inbox, "kind"), ["added_as_contact"]);
    assert_eq!(inbox[0]["by"], "anna");
    does(&server, "anna", &["send", "@boris", "are you in?"]).await;
    does(&server, "clara", &["send", "#general", "@boris lunch?"]).await;
    let inbox = lines(&server, "boris", &["inbox"]).await;
    let kinds = ["direct", "mention", "added_as_contact", "room"];
    assert_eq!(all(&inbox, "kind"), kinds, "direct ones and mentions first");
    assert_eq!(inbox[0]["conversation"], "@anna");
    // A mention leads to its place.
    let seq = inbox[1]["seq"].to_string();
    let args = ["history", "#general", "--around", &seq, "--limit", "1"];
    let place = lines(&server, "boris", &args).await;
    assert_eq!(place[0]["text"], "@boris lunch?");
    let id = inbox[2]["id"].to_string();
    does(&server, "boris", &["inbox", "--dismiss", &id]).await;
    refused(
        &server,
        "boris",
        &["inbox", "--dismiss", &id],
        "no_such_item",
    )
    .await;
    does(&server, "boris", &["inbox", "--dismiss-all"]).await;
    let inbox = lines(&server, "boris", &["inbox"]).await;
    assert_eq!(
        all(&inbox, "kind"),
        ["direct", "room"],
        "unread stays unread"
    );

    does(&server, "boris", &["block", "clara"]).await;
    refused(&server, "boris", &["block", "clara"], "already_blocked").await;
    let send = ["send", "@boris", "hello?"];
    refused(&server, "clara", &send, "not_reachable").await;
    let contacts = lines(&server, "boris", &["contacts"]).await;
    let kinds: Vec<_> = all(&contacts, "kind");
    assert_eq!(kinds, ["contact", "blocked"]);
    assert_eq!(contacts[0]["group"], "new", "who wrote first");
    does(&server, "boris", &["unblock", "clara"]).await;
    does(&server, "clara", &send).await;
}

/// "`chatc announce TEXT`: a word to many; `--online`, `--everybody` or `--to anna,boris`", "`chatc delete WHERE NUMBER`,
/// `chatc report WHERE NUMBER WHY`: take a message away, report one".
#[tokio::test]
async fn announcements_reports_and_messages_taken_away() {
    let server = house(&["anna", "boris", "clara"]).await;
    let everybody = ["announce", "--everybody", "tea", "is", "ready"];
    refused(&server, "boris", &everybody, "not_allowed").await;
    does(&server, "anna", &everybody).await;
    does(
        &server,
        "anna",
        &["announce", "--to", "boris,@clara", "a word"],
    )
    .await;
    does(&server, "anna", &["announce", "nobody is here"]).await;
    let nobody = ["announce", "--to", "boris,nobody", "x"];
    refused(&server, "anna", &nobody, "no_such_account").await;
    for name in ["boris", "clara"] {
        let inbox = lines(&server, name, &["inbox"]).await;
        let texts = all(&inbox, "text");
        assert_eq!(texts[..2], ["a word", "tea is ready"], "{name}");
    }
    // One to everybody is dismissed by its own number, the other by that of its item.
    let inbox = lines(&server, "clara", &["inbox"]).await;
    let said = inbox.iter().find(|line| line["text"] == "tea is ready");
    let number = format!("a{}", said.unwrap()["announcement"]);
    let dismiss = ["inbox", "--dismiss", &number];
    does(&server, "clara", &dismiss).await;
    refused(&server, "clara", &dismiss, "no_such_item").await;
    let inbox = lines(&server, "clara", &["inbox"]).await;
    let texts = all(&inbox, "text");
    assert!(
        texts.contains(&"a word") && !texts.contains(&"tea is ready"),
        "{texts:?}"
    );
    let own = lines(&server, "anna", &["inbox"]).await;
    let knows = all(&own, "text");
    assert!(!knows.contains(&"tea is ready"), "{knows:?}");

    let sent = run(&server, "boris", &["send", "#general", "you fools"])
        .await
        .ok();
    let seq = sent.out.trim().to_owned();
    let report = ["report", "#general", &seq, "insults", "us"];
    does(&server, "clara", &report).await;
    let inbox = lines(&server, "anna", &["inbox"]).await;
    let report = inbox.iter().find(|line| line["kind"] == "report").unwrap();
    assert_eq!(
        (&report["by"], &report["text"]),
        (&json!("clara"), &json!("insults us"))
    );
    assert_eq!(report["seq"].to_string(), seq);
    let delete = ["delete", "#general", &seq];
    refused(&server, "clara", &delete, "not_allowed").await;
    does(
        &server,
        "anna",
        &["delete", "#general", &seq, "--reason", "insult"],
    )
    .await;
    refused(&server, "boris", &delete, "no_such_message").await;
    let history = lines(&server, "clara", &["history", "#general"]).await;
    let at = |kind| history.iter().find(|line| line["kind"] == kind).unwrap();
    assert_eq!(at("tombstone")["seq"].to_string(), seq);
    assert_eq!(at("message_deleted")["reason"], "insult");
    assert!(!history.iter().any(|line| line["text"] == "you fools"));
}

/// "`chatc room ...`: `info`, `set`, `rename`, `archive`, `delete`, `invite`, `role`, `kick`, `ban`, `mute`, ..." and
/// "`chatc rooms`".
#[tokio::test]
async fn rooms_are_run_by_those_who_own_them() {
    let server = house(&["anna", "boris", "clara"]).await;
    let room = |args: &[&'static str]| [&["room"], args].concat();
    let by = "boris";
    does(&server, by, &["create", "lunch", "--topic", "soup"]).await;
    does(
        &server,
        by,
        &room(&["create", "plans", "--access", "private"]),
    )
    .await;
    does(
        &server,
        by,
        &[
            "room",
            "set",
            "lunch",
            "--description",
            "Where we eat",
            "--slow",
            "30s",
        ],
    )
    .await;
    let found = lines(&server, "clara", &["rooms", "eat"]).await;
    assert_eq!(all(&found, "conversation"), ["#lunch"]);
    assert_eq!(found[0]["slow_secs"], 30);
    refused(&server, "clara", &["join", "plans"], "invitation_needed").await;
    let invite = room(&["invite", "plans", "clara"]);
    refused(&server, "clara", &invite, "not_a_member").await;
    does(&server, by, &invite).await;
    let inbox = lines(&server, "clara", &["inbox"]).await;
    assert_eq!(inbox[0]["kind"], "room_invitation");
    assert_eq!(inbox[0]["conversation"], "#plans");
    does(&server, by, &room(&["uninvite", "plans", "clara"])).await;
    refused(&server, "clara", &["join", "plans"], "invitation_needed").await;
    does(&server, by, &invite).await;
    let again = run(&server, by, &invite).await.ok();
    assert!(again.out.contains("clara is invited already"), "{again:?}");
    does(&server, "clara", &["join", "plans"]).await;

    does(&server, by, &room(&["role", "plans", "clara", "moderator"])).await;
    let members = lines(&server, "clara", &["members", "#plans"]).await;
    let roles: Vec<_> = members
        .iter()
        .map(|line| {
            (
                line["name"].as_str().unwrap(),
                line["role"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(roles, [("boris", "owner"), ("clara", "moderator")]);
    refused(
        &server,
        "clara",
        &room(&["kick", "plans", "boris"]),
        "outranked",
    )
    .await;
    refused(&server, by, &["leave", "plans"], "last_owner").await;
    does(
        &server,
        by,
        &room(&["mute", "plans", "clara", "--for", "1h", "--reason", "loud"]),
    )
    .await;
    refused(&server, "clara", &["send", "#plans", "x"], "muted").await;
    let kept = lines(&server, by, &room(&["restrictions", "plans"])).await;
    assert_eq!(
        (&kept[0]["kind"], &kept[0]["name"], &kept[0]["reason"]),
        (&json!("muted"), &json!("clara"), &json!("loud"))
    );
    does(&server, by, &room(&["unmute", "plans", "clara"])).await;
    does(&server, "clara", &["send", "#plans", "x"]).await;
    does(
        &server,
        by,
        &room(&["kick", "plans", "clara", "--reason", "bye"]),
    )
    .await;
    does(
        &server,
        by,
        &room(&["ban", "plans", "clara", "--for", "2h"]),
    )
    .await;
    refused(&server, by, &invite, "banned").await;
    does(&server, by, &room(&["unban", "plans", "clara"])).await;

    does(&server, by, &room(&["rename", "lunch", "dinner"])).await;
    let info = lines(&server, by, &room(&["info", "dinner"])).await;
    assert_eq!(
        (&info[0]["role"], &info[0]["topic"]),
        (&json!("owner"), &json!("soup"))
    );
    does(&server, by, &room(&["archive", "dinner"])).await;
    refused(&server, "clara", &["join", "dinner"], "room_archived").await;
    does(&server, by, &room(&["unarchive", "dinner"])).await;
    refused(
        &server,
        "clara",
        &room(&["set", "dinner", "--access", "hidden"]),
        "not_allowed",
    )
    .await;
    does(&server, by, &room(&["set", "dinner", "--access", "hidden"])).await;
    refused(
        &server,
        "clara",
        &room(&["info", "dinner"]),
        "no_such_conversation",
    )
    .await;
    let wrong = room(&["delete", "dinner", "--name", "lunch"]);
    refused(&server, by, &wrong, "name_mismatch").await;
    does(
        &server,
        by,
        &room(&["delete", "dinner", "--name", "dinner"]),
    )
    .await;
    refused(
        &server,
        by,
        &["send", "#dinner", "x"],
        "no_such_conversation",
    )
    .await;
    for usage in [
        &["room", "set", "plans"][..],
        &["room", "role", "plans", "clara", "king"],
        &["room"],
    ] {
        assert_eq!(run(&server, by, usage).await.code, 2, "{usage:?}");
    }
}

/// "`chatc invite new`: bring people in".
#[tokio::test]
async fn people_are_invited_into_the_house_and_its_rooms() {
    let server = house(&["anna", "boris"]).await;
    does(&server, "anna", &["create", "lunch"]).await;
    let new = [
        "invite",
        "new",
        "--uses",
        "2",
        "--expires",
        "2d",
        "--room",
        "lunch",
        "--role",
        "guest",
    ];
    refused(&server, "boris", &new, "not_allowed").await;
    let made = lines(&server, "anna", &new).await;
    let code = made[0]["code"].as_str().unwrap();
    let link = made[0]["links"][0].as_str().unwrap();
    assert!(link.contains(server.pin()) && link.contains(code), "{link}");
    let mut guest = TestClient::join_by(&server, "guest", Some(code)).await;
    let rooms = guest.rooms("").await.unwrap();
    assert_eq!(rooms.len(), 1, "guests see where they were invited to");
    let listed = lines(&server, "anna", &["invite", "list"]).await;
    let line = listed.iter().find(|line| line["by"] == "anna").unwrap();
    assert_eq!(
        (&line["uses_left"], &line["role"]),
        (&json!(1), &json!("guest"))
    );
    assert_eq!(line["rooms"], json!(["#lunch"]));
    let id = made[0]["invite"].to_string();
    does(&server, "anna", &["invite", "revoke", &id]).await;
    refused(
        &server,
        "anna",
        &["invite", "revoke", &id],
        "no_such_invite",
    )
    .await;
}

/// "`chatc devices`: `--end 4`, `--end-others`", "`chatc passwd`, `chatc reset-password CODE`: another password".
#[tokio::test]
async fn devices_end_and_passwords_change() {
    let server = house(&["anna"]).await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    let devices = lines(&server, "anna", &["devices"]).await;
    assert_eq!(devices.len(), 2, "{devices:?}");
    assert_eq!(devices[0]["current"], true);
    assert_eq!(devices[1]["device"].to_string(), phone.device.to_string());
    assert_eq!(devices[1]["sessions"], 1);
    let id = phone.device.to_string();
    does(&server, "anna", &["devices", "--end", &id]).await;
    let fault = phone.end().await.expect("it is told");
    assert_eq!(fault.code.as_str(), "token_invalid");
    refused(
        &server,
        "anna",
        &["devices", "--end", &id],
        "no_such_device",
    )
    .await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    does(&server, "anna", &["devices", "--end-others"]).await;
    assert!(phone.end().await.is_some());
    assert_eq!(lines(&server, "anna", &["devices"]).await.len(), 1);

    let own = lines(&server, "anna", &["devices"]).await[0]["device"].clone();
    let old = password_file(&server, "old", chat_tests::PASSWORD);
    let new = password_file(&server, "new", "another good password");
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    let wrong = password_file(&server, "wrong", "not her password");
    let args = [
        "passwd",
        "--password-file",
        &wrong,
        "--new-password-file",
        &new,
    ];
    refused(&server, "anna", &args, "sign_in_failed").await;
    let args = [
        "passwd",
        "--password-file",
        &old,
        "--new-password-file",
        &new,
    ];
    does(&server, "anna", &args).await;
    assert!(phone.end().await.is_some(), "all others are signed out");
    does(&server, "anna", &["send", "#general", "still here"]).await;
    let after = lines(&server, "anna", &["devices"]).await;
    assert_eq!(after[0]["device"], own, "this one stays");

    // Forgotten: with a code of the administrator.
    let code = Admin::at(&server)
        .await
        .reset_code("anna", 600)
        .await
        .unwrap();
    let newest = password_file(&server, "newest", "a third good password");
    let reset = ["reset-password", &code, "--password-file", &newest];
    does(&server, "anna", &reset).await;
    refused(&server, "anna", &reset, "reset_code_invalid").await;
    does(&server, "anna", &["send", "#general", "signed in with it"]).await;
    assert_eq!(lines(&server, "anna", &["devices"]).await.len(), 1);
}

/// "`chatc export DIR`, `chatc delete-account`: take your things along, and leave".
#[tokio::test]
async fn one_takes_ones_things_along_and_leaves() {
    use std::os::unix::fs::PermissionsExt;
    let server = house(&["anna", "boris"]).await;
    does(&server, "boris", &["profile", "--phone", "12"]).await;
    does(&server, "boris", &["contacts", "add", "anna"]).await;
    does(&server, "boris", &["send", "#general", "my last words"]).await;
    does(&server, "anna", &["send", "@boris", "between us"]).await;
    let folder = server.folder().join("export");
    let path = folder.to_str().unwrap();
    does(&server, "boris", &["export", path]).await;
    let read = |name: &str| {
        let file: PathBuf = folder.join(name);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
        let text = std::fs::read_to_string(file).unwrap();
        let parse = |line: &str| serde_json::from_str(line).unwrap();
        text.lines().map(parse).collect::<Vec<Value>>()
    };
    assert_eq!(read("profile.jsonl")[0]["phone"], "12");
    assert_eq!(read("contacts.jsonl")[0]["name"], "anna");
    assert_eq!(read("devices.jsonl").len(), 1);
    let conversations = read("conversations.jsonl");
    assert_eq!(all(&conversations, "conversation"), ["#general", "@anna"]);
    let messages = read("messages.jsonl");
    for text in ["my last words", "between us"] {
        assert!(messages.iter().any(|line| line["text"] == text), "{text}");
    }
    let again = run(&server, "boris", &["export", path]).await;
    assert_eq!(again.code, 2, "nothing is overwritten: {again:?}");

    let file = password_file(&server, "password", chat_tests::PASSWORD);
    let wrong = ["delete-account", "--name", "anna", "--password-file", &file];
    assert_eq!(run(&server, "boris", &wrong).await.code, 2);
    let last = ["delete-account", "--name", "anna", "--password-file", &file];
    refused(&server, "anna", &last, "last_administrator").await;
    let delete = [
        "delete-account",
        "--name",
        "boris",
        "--password-file",
        &file,
    ];
    does(&server, "boris", &delete).await;
    let card = lines(&server, "anna", &["card", "boris"]).await;
    assert_eq!(
        (&card[0]["deleted"], &card[0]["enabled"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(card[0].get("phone"), None);
    assert!(
        lines(&server, "anna", &["people", "boris"])
            .await
            .is_empty()
    );
    refused(
        &server,
        "anna",
        &["contacts", "add", "boris"],
        "account_deleted",
    )
    .await;
    assert!(lines(&server, "boris", &["accounts"]).await.is_empty());
    let gone = run(&server, "boris", &["send", "#general", "x"]).await;
    assert_eq!(gone.code, 1, "{gone:?}");
    let mut thief = chatc(&server, "thief", &["register", "boris"]);
    thief.env("CHATC_PASSWORD", "the password of a thief");
    let thief = programs::run(thief, None).await;
    assert!(
        thief.code == 1 && thief.err.contains("name_taken"),
        "{thief:?}"
    );
    // What he said is his still.
    let history = lines(&server, "anna", &["history", "#general"]).await;
    assert!(history.iter().any(|line| line["text"] == "my last words"));
}

/// "Where several people share one login, each gives `--account`.", "`chatc accounts` lists the accounts that were used
/// from here; the one ... is used where you name none".
#[tokio::test]
async fn several_people_share_a_computer() {
    let server = TestServer::start().await;
    let state = server.folder().join("shared-state");
    let shared = async |args: &[&str]| {
        let mut command = programs::command("chatc");
        command
            .arg("--state")
            .arg(&state)
            .arg("--socket")
            .arg(server.socket());
        command.args(args).env("HOME", &state);
        command.env("CHATC_PASSWORD", chat_tests::PASSWORD);
        programs::run(command, None).await
    };
    for name in ["anna", "boris"] {
        let _ = shared(&["register", name]).await.ok();
    }
    let (anna, boris) = tokio::join!(
        shared(&["--account", "anna", "send", "#general", "I am anna"]),
        shared(&["--account", "boris", "send", "#general", "I am boris"]),
    );
    assert_eq!((anna.code, boris.code), (0, 0), "{anna:?} {boris:?}");
    let accounts = shared(&["accounts", "--json"]).await.ok().json_lines();
    assert_eq!(all(&accounts, "account"), ["anna", "boris"]);
    for name in ["anna", "boris"] {
        let _ = shared(&["accounts", "--default", name]).await.ok();
        let accounts = shared(&["accounts", "--json"]).await.ok().json_lines();
        let default: Vec<_> = accounts
            .iter()
            .filter(|line| line["default"] == true)
            .map(|line| line["account"].as_str().unwrap())
            .collect();
        assert_eq!(default, [name]);
        let profile = shared(&["profile", "--json"]).await.ok().json_lines();
        assert_eq!(profile[0]["name"], name);
    }
    assert_eq!(shared(&["accounts", "--default", "clara"]).await.code, 2);
    let history = shared(&["history", "#general", "--json"])
        .await
        .ok()
        .json_lines();
    let said: Vec<_> = history
        .iter()
        .filter(|line| line["kind"] == "posted")
        .map(|line| (line["by"].as_str().unwrap(), line["text"].as_str().unwrap()))
        .collect();
    assert_eq!(said.len(), 2);
    assert!(said.contains(&("anna", "I am anna")) && said.contains(&("boris", "I am boris")));
}
