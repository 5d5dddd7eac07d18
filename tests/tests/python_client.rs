//! "A small client in Python ... written from `docs/protocol.md` alone, that logs in with SCRAM, posts and
//! syncs: the page is complete only if that can be written from it."

use chat_tests::{TestClient, TestServer, programs, skip};
use tokio::process::Command;

/// A Python that has msgpack: the one that `tests/run` made, or the system's.
async fn python() -> Option<std::path::PathBuf> {
    let venv = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/python/bin/python");
    let candidates = [
        std::env::var("CHAT_TESTS_PYTHON").unwrap_or_default(),
        venv.into(),
        "python3".into(),
    ];
    for candidate in candidates.iter().filter(|candidate| !candidate.is_empty()) {
        let mut command = Command::new(candidate);
        command.args(["-c", "import msgpack"]);
        let tried = command.stderr(std::process::Stdio::null()).status().await;
        if tried.is_ok_and(|status| status.success()) {
            return Some(candidate.into());
        }
    }
    None
}

#[tokio::test]
async fn a_client_in_another_language_chats() {
    let Some(python) = python().await else {
        skip(
            "a_client_in_another_language_chats",
            "needs python3 with msgpack: tests/run makes one",
        );
        return;
    };
    let server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let invite = server.first_invite().await;
    let mut command = Command::new(python);
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/python/client.py"))
        .args(["--socket", server.socket().to_str().unwrap()])
        .args([
            "--server",
            &server.address().to_string(),
            "--pin",
            server.pin(),
        ])
        .args([
            "--invite",
            &invite,
            "--name",
            "Zoë",
            "--text",
            "Grüße von der Schlange 🐍",
        ]);
    let output = programs::run(command, None).await.ok();
    assert!(output.out.contains("all is well"), "{output:?}");

    // What it said is there for everybody else.
    let mut admin = chat_tests::Connection::unix(&server).await;
    admin.hello().await.unwrap();
    chat_tests::client::register(&mut admin, "anna", None)
        .await
        .unwrap();
    let mut anna = TestClient::sign_in_on(&server, "anna").await;
    let general = anna.general().await;
    let history = anna.whole_history(general).await;
    chat_tests::check_history(&history, &[]);
    assert_eq!(
        history.last().unwrap().posts,
        2,
        "one over the socket and one over TLS"
    );
}
