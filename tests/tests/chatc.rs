//! "The same works without the UI, for scripts and tests, with exit codes and JSON lines." Exit codes: "0 done,
//! 1 refused by the server (the code and text on stderr), 2 wrong usage, 3 cannot connect or the pin differs."

use chat_tests::{Output, TestClient, TestServer, chatc, programs};
use serde_json::Value;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};

async fn run(server: &TestServer, name: &str, args: &[&str]) -> Output {
    programs::run(chatc(server, name, args), None).await
}

async fn registered(server: &TestServer, name: &str) {
    let _ = run(server, name, &["register", name]).await.ok();
}

/// chatc over TLS instead of the socket.
fn over_tls(server: &TestServer, name: &str, args: &[&str]) -> tokio::process::Command {
    let mut command = programs::command("chatc");
    let state = server.folder().join("chatc-tls").join(name);
    std::fs::create_dir_all(&state).unwrap();
    command.arg("--server").arg(server.address().to_string());
    command
        .arg("--account")
        .arg(name)
        .arg("--state")
        .arg(&state);
    command
        .args(args)
        .env("CHATC_PASSWORD", chat_tests::PASSWORD)
        .env("HOME", &state);
    command
}

#[tokio::test]
async fn scripts_chat_from_registration_to_history() {
    let server = TestServer::start().await;
    registered(&server, "anna").await;
    registered(&server, "boris").await;
    let first = run(
        &server,
        "anna",
        &["send", "#general", "hello", "from", "a", "script"],
    )
    .await
    .ok();
    let seq: u64 = first
        .out
        .trim()
        .parse()
        .expect("prints the seq once it is durable");
    let piped = programs::run(
        chatc(&server, "boris", &["send", "#general", "-"]),
        Some("two\nlines\n"),
    );
    let second: u64 = piped.await.ok().out.trim().parse().unwrap();
    assert_eq!(second, seq + 1);
    let _ = run(&server, "anna", &["send", "@boris", "between us"])
        .await
        .ok();

    let lines = run(&server, "boris", &["history", "#general", "--json"])
        .await
        .ok()
        .json_lines();
    let posted: Vec<&Value> = lines
        .iter()
        .filter(|line| line["kind"] == "posted")
        .collect();
    assert_eq!(posted.len(), 2, "{lines:?}");
    for line in &lines {
        for key in ["conversation", "seq", "at", "by", "kind", "text"] {
            assert!(line.get(key).is_some(), "{key} in {line}");
        }
    }
    assert_eq!(
        (&posted[0]["text"], &posted[0]["seq"]),
        (&"hello from a script".into(), &seq.into())
    );
    assert_eq!(posted[0]["by"], "anna");
    assert_eq!(posted[1]["text"].as_str().unwrap().trim_end(), "two\nlines");
    let at = posted[0]["at"].as_str().unwrap();
    assert!(
        at.len() == 24 && at.ends_with('Z') && at.as_bytes()[19] == b'.',
        "milliseconds: {at}"
    );
    let direct = run(&server, "boris", &["history", "@anna", "--json"])
        .await
        .ok()
        .json_lines();
    assert!(
        direct.iter().any(|line| line["text"] == "between us"),
        "{direct:?}"
    );
    let limited = run(
        &server,
        "boris",
        &["history", "#general", "--limit", "1", "--json"],
    )
    .await
    .ok();
    assert_eq!(limited.json_lines()[0]["seq"], second);
    assert_eq!(limited.json_lines().len(), 1);
    let before = second.to_string();
    let args = [
        "history", "#general", "--limit", "1", "--before", &before, "--json",
    ];
    assert_eq!(
        run(&server, "boris", &args).await.ok().json_lines()[0]["seq"],
        seq
    );
    let human = run(&server, "boris", &["history", "#general"])
        .await
        .ok()
        .out;
    assert!(
        human.contains("anna") && human.contains("hello from a script"),
        "{human}"
    );
}

#[tokio::test]
async fn scripts_make_find_join_and_leave_rooms() {
    let server = TestServer::start().await;
    registered(&server, "anna").await;
    registered(&server, "boris").await;
    let _ = run(&server, "anna", &["create", "#kitchen"]).await.ok();
    let rooms = run(&server, "boris", &["rooms", "--json"])
        .await
        .ok()
        .json_lines();
    let names: Vec<&str> = rooms
        .iter()
        .filter_map(|room| room["conversation"].as_str())
        .collect();
    assert_eq!(
        names.iter().filter(|name| **name == "#kitchen").count(),
        1,
        "{rooms:?}"
    );
    let refused = run(&server, "boris", &["send", "#kitchen", "hello?"]).await;
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("not_a_member"), "{refused:?}");
    let _ = run(&server, "boris", &["join", "#kitchen"]).await.ok();
    let _ = run(&server, "boris", &["send", "#kitchen", "hello"])
        .await
        .ok();
    let _ = run(&server, "boris", &["leave", "#kitchen"]).await.ok();
    assert_eq!(
        run(&server, "boris", &["send", "#kitchen", "x"]).await.code,
        1
    );
    let taken = run(&server, "boris", &["create", "#kitchen"]).await;
    assert_eq!(taken.code, 1);
    assert!(taken.err.contains("name_taken"), "{taken:?}");
    let _ = run(&server, "boris", &["who", "--json"])
        .await
        .ok()
        .json_lines();
    assert!(
        run(&server, "boris", &["rooms"])
            .await
            .ok()
            .out
            .contains("kitchen")
    );
}

/// Once, and apart from what scripts read.
#[tokio::test]
async fn the_first_account_is_told_that_it_administers_the_house() {
    const TOLD: &str =
        "you are an administrator of this house: `chatc invite new` brings people in";
    let server = TestServer::start().await;
    let anna = run(&server, "anna", &["register", "anna"]).await.ok();
    assert_eq!(anna.out, "anna (administrator)\n");
    assert!(anna.err.contains(TOLD), "{anna:?}");
    let again = run(&server, "anna", &["register", "anna"]).await.ok();
    assert_eq!((again.out, again.err), (anna.out, String::new()));
    let boris = run(&server, "boris", &["register", "boris"]).await.ok();
    assert_eq!((boris.out.as_str(), boris.err.as_str()), ("boris\n", ""));
}

#[tokio::test]
async fn exit_codes_tell_what_happened() {
    let mut server = TestServer::start().await;
    registered(&server, "anna").await;
    let again = run(&server, "anna", &["register", "anna"]).await;
    assert_eq!(again.code, 0, "its answer may have been lost: {again:?}");
    let mut taken = chatc(&server, "eve", &["register", "anna"]);
    taken.env("CHATC_PASSWORD", "the password of eve");
    let taken = programs::run(taken, None).await;
    assert_eq!(taken.code, 1);
    assert!(taken.err.contains("name_taken"), "{taken:?}");
    let nowhere = run(&server, "anna", &["send", "#nowhere", "x"]).await;
    assert_eq!(nowhere.code, 1, "{nowhere:?}");
    let nobody = run(&server, "anna", &["send", "@nobody-here", "x"]).await;
    assert_eq!(nobody.code, 1, "{nobody:?}");
    let mut wrong = chatc(&server, "boris", &["rooms"]);
    wrong.env("CHATC_PASSWORD", "a wrong password");
    let wrong = programs::run(wrong, None).await;
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("sign_in_failed"), "{wrong:?}");
    for usage in [
        &["send"][..],
        &["send", "general", "x"],
        &["frobnicate"],
        &["history"],
        &["send", "#general"],
    ] {
        let output = run(&server, "anna", usage).await;
        assert_eq!(output.code, 2, "{usage:?}: {output:?}");
    }
    let long = run(&server, "anna", &["send", "#general", &"x".repeat(16_385)]).await;
    assert_eq!(long.code, 1, "{long:?}");
    assert!(long.err.contains("message_too_long"), "{long:?}");
    server.kill9().await;
    let away = run(&server, "anna", &["rooms"]).await;
    assert_eq!(away.code, 3, "{away:?}");
}

/// "pins of known servers like ssh's known_hosts: a changed pin refuses with an explanation and how to accept it".
#[tokio::test]
async fn a_changed_pin_refuses() {
    let mut server = TestServer::start().await;
    let _ = programs::run(over_tls(&server, "anna", &["register", "anna"]), None)
        .await
        .ok();
    let _ = programs::run(over_tls(&server, "anna", &["send", "#general", "x"]), None)
        .await
        .ok();
    server.terminate().await;
    std::fs::remove_dir_all(server.data()).unwrap();
    server.restart().await;
    let output = programs::run(over_tls(&server, "anna", &["send", "#general", "x"]), None).await;
    assert_eq!(output.code, 3, "{output:?}");
    assert!(
        output.err.contains(server.pin()),
        "shows the new one: {output:?}"
    );
}

/// Tail: "follows; reconnects; never prints an entry twice".
#[tokio::test]
async fn a_tail_follows_over_a_restart_and_prints_nothing_twice() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    registered(&server, "reader").await;
    let newest = anna.post(general, "before").await.unwrap();
    let since = (newest.0 - 1).to_string();
    let mut command = chatc(
        &server,
        "reader",
        &[
            "tail", "#general", "--since", &since, "--count", "9", "--json",
        ],
    );
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .stdin(Stdio::null());
    let mut tail = command.spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut seen = Vec::new();
    for round in 0..3 {
        if round > 0 {
            server.restart().await;
            anna.reconnect(&server).await.unwrap();
        }
        for number in 0..if round == 0 { 2 } else { 3 } {
            anna.post(general, &format!("{round} {number}"))
                .await
                .unwrap();
        }
        while seen.len() < (round + 1) * 3 {
            let line = tokio::time::timeout(chat_tests::DEADLINE * 2, lines.next_line()).await;
            let line = line.expect("in time").unwrap().expect("it goes on");
            let value: Value = serde_json::from_str(&line).unwrap();
            seen.push(value["seq"].as_u64().unwrap());
        }
    }
    assert_eq!(seen, (newest.0..newest.0 + 9).collect::<Vec<_>>());
    let ended = tokio::time::timeout(chat_tests::DEADLINE, tail.wait())
        .await
        .expect("--count ends it");
    assert_eq!(ended.unwrap().code(), Some(0));
}

/// "the device token in a file with mode 0600 (password never stored)"
#[tokio::test]
async fn the_state_holds_no_password_and_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::start().await;
    registered(&server, "anna").await;
    let _ = run(&server, "anna", &["send", "#general", "x"]).await.ok();
    let mut files = vec![server.folder().join("chatc").join("anna")];
    let mut count = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        count += 1;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has {mode:o}", path.display());
        let text = std::fs::read(&path).unwrap();
        let password = chat_tests::PASSWORD.as_bytes();
        assert!(
            !text.windows(password.len()).any(|part| part == password),
            "{}",
            path.display()
        );
    }
    assert!(count > 0, "a token is kept");
    // So the password is not needed again.
    let mut command = chatc(&server, "anna", &["send", "#general", "y"]);
    command.env_remove("CHATC_PASSWORD");
    let _ = programs::run(command, None).await.ok();
}

/// "Text from others is cleaned (control characters, escape sequences, bidi overrides) in one place."
#[tokio::test]
async fn hostile_text_does_not_reach_the_terminal() {
    let server = TestServer::start().await;
    let mut eve = TestClient::join(&server, "eve").await;
    let general = eve.general().await;
    registered(&server, "anna").await;
    eve.post(
        general,
        "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}evil\u{9b}31m\r\u{8}",
    )
    .await
    .unwrap();
    let human = run(&server, "anna", &["history", "#general"])
        .await
        .ok()
        .out;
    assert!(human.contains("evil"), "{human:?}");
    for bad in ['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}', '\r', '\u{8}'] {
        assert!(!human.contains(bad), "{bad:?} in {human:?}");
    }
}

/// Two processes of one person at once: each has a stream of its own, and nothing is lost.
#[tokio::test]
async fn many_sends_at_once_of_one_person_all_arrive() {
    let server = TestServer::start().await;
    registered(&server, "anna").await;
    let _ = run(&server, "anna", &["send", "#general", "first"])
        .await
        .ok();
    let mut running = Vec::new();
    for number in 0..8 {
        let command = chatc(
            &server,
            "anna",
            &["send", "#general", &format!("message {number}")],
        );
        running.push(tokio::spawn(programs::run(command, None)));
    }
    let mut places = Vec::new();
    for output in running {
        places.push(
            output
                .await
                .unwrap()
                .ok()
                .out
                .trim()
                .parse::<u64>()
                .unwrap(),
        );
    }
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 8, "each a place of its own");
    let lines = run(&server, "anna", &["history", "#general", "--json"])
        .await
        .ok()
        .json_lines();
    assert_eq!(
        lines.iter().filter(|line| line["kind"] == "posted").count(),
        9
    );
}
