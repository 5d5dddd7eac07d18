//! "Disk full or an I/O error refuses commands with a clear error, keeps reads going, and shows in `chatctl
//! status` ...; it recovers by itself when space is back." and "a database from a newer version is refused
//! with a clear text and left untouched."

use chat_shared::{ConversationId, FaultCode, Request};
use chat_tests::{Acknowledged, Failure, TestClient, TestServer, check_history, programs};
use redb::{Database, TableDefinition};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tokio::process::Command;

/// Limits the size of the daemon's files, as a full disk would.
async fn limit_files(server: &TestServer, limit: &str) {
    let mut command = Command::new("prlimit");
    command
        .arg("--pid")
        .arg(server.pid().to_string())
        .arg(format!("--fsize={limit}:unlimited"));
    let _ = programs::run(command, None).await.ok();
}

#[tokio::test]
async fn a_full_disk_refuses_writing_goes_on_reading_and_recovers_by_itself() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let mut acknowledged = Vec::new();
    let mut refused = None;
    let size = largest_file(&server);
    limit_files(&server, &(size + 100_000).to_string()).await;
    for number in 0..5_000 {
        let text = format!("message {number} {}", "x".repeat(8_000));
        match anna.post(general, &text).await {
            Ok(seq) => acknowledged.push(Acknowledged { text, seq }),
            Err(Failure::Refused(fault)) => {
                refused = Some(fault);
                break;
            }
            Err(failure) => panic!("{failure}"),
        }
    }
    let refused = refused.expect("the disk is full at some time");
    assert_eq!(refused.code, FaultCode::ReadOnly, "{refused}");

    // Reading goes on, here and for who comes anew; the status says why.
    check_history(&anna.whole_history(general).await, &acknowledged);
    anna.reconnect(&server).await.unwrap();
    anna.sync_from(&[], 10).await;
    let failure = anna.post(general, "still full").await.unwrap_err();
    assert_eq!(failure.code(), Some(FaultCode::ReadOnly));
    let status = server.status().await;
    assert!(status["read_only"].is_string(), "{status}");

    // Space is back: by itself, in seconds, and nothing acknowledged is lost.
    limit_files(&server, "unlimited").await;
    let deadline = tokio::time::Instant::now() + chat_tests::DEADLINE;
    let request = anna.post_request(general, "space again");
    loop {
        match anna.command(request.clone()).await {
            Ok((_, seq)) => {
                acknowledged.push(Acknowledged {
                    text: "space again".into(),
                    seq,
                });
                break;
            }
            Err(Failure::Refused(fault)) if fault.code == FaultCode::ReadOnly => {
                assert!(
                    tokio::time::Instant::now() < deadline,
                    "it does not recover"
                );
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(failure) => panic!("{failure}"),
        }
    }
    anna.hears(general, "space again").await;
    let history = anna.whole_history(general).await;
    check_history(&history, &acknowledged);
    assert_eq!(
        history.last().unwrap().posts,
        acknowledged.len() as u64,
        "what was refused left no trace"
    );
    let status = server.status().await;
    assert!(status["read_only"].is_null(), "{status}");
}

/// The same with fifty who send at once, and a kill while the disk is full.
#[tokio::test]
async fn a_kill_while_the_disk_is_full_loses_nothing() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    limit_files(&server, &(largest_file(&server) + 50_000).to_string()).await;
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    for round in 0..200 {
        let mut ids = Vec::new();
        for number in 0..32 {
            let text = format!("message {round} {number} {}", "x".repeat(2_000));
            let request = anna.post_request(general, &text);
            ids.push((text, anna.send(request).await.unwrap()));
        }
        for (text, id) in ids {
            match anna.answer(id).await {
                Ok(chat_shared::Event::Done { seq: Some(seq), .. }) => {
                    acknowledged.push(Acknowledged { text, seq });
                }
                Err(Failure::Refused(fault)) => {
                    assert_eq!(fault.code, FaultCode::ReadOnly);
                    refused += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        if refused > 0 {
            break;
        }
    }
    assert!(refused > 0, "the disk is full at some time");
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    check_history(&anna.whole_history(general).await, &acknowledged);
}

/// The same where a little is said in each of many conversations: what waits to be put beside the rest of its
/// conversation is read all the same, and the daemon does not lose its store over trying to put it there.
#[tokio::test]
async fn a_full_disk_amid_many_quiet_conversations_goes_on_reading_and_recovers() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut said: BTreeMap<ConversationId, Vec<Acknowledged>> = BTreeMap::new();
    for number in 0..QUIET {
        let room = anna.create_room(&format!("quiet{number}")).await.unwrap();
        said.insert(room, Vec::new());
    }
    limit_files(&server, &(largest_file(&server) + 1_000_000).to_string()).await;
    let mut round = 0;
    // For longer than it takes to try again; here and for who comes anew.
    for _ in 0..4 {
        // When it has tried again a few small commits may fit where a larger one did not.
        while say_one_in_each(&mut anna, &mut said, round).await == 0 {
            round += 1;
            assert!(round < 5_000, "the disk is full at some time");
        }
        check_all(&mut anna, &said).await;
        anna.reconnect(&server).await.unwrap();
        assert_eq!(anna.sync_from(&[], 10).await.len(), QUIET + 1);
        tokio::time::sleep(Duration::from_millis(700)).await;
    }

    limit_files(&server, "unlimited").await;
    server
        .until_status("space", |status| status["read_only"].is_null())
        .await;
    assert_eq!(say_one_in_each(&mut anna, &mut said, round + 1).await, 0);
    check_all(&mut anna, &said).await;
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    check_all(&mut anna, &said).await;
}

/// So many conversations in which little is said.
const QUIET: usize = 40;

/// Says something in each at once; gives how many were refused.
async fn say_one_in_each(
    client: &mut TestClient,
    said: &mut BTreeMap<ConversationId, Vec<Acknowledged>>,
    round: usize,
) -> usize {
    let (first, mut ids, mut refused) = (client.nonce, Vec::new(), 0);
    for conversation in said.keys() {
        let text = format!("message {round} {}", "x".repeat(200));
        let nonce = client.next_nonce();
        let request = Request::Post {
            nonce,
            settled: first,
            conversation: *conversation,
            text: text.clone(),
        };
        ids.push((text, client.send(request).await.unwrap()));
    }
    for (said, (text, id)) in said.values_mut().zip(ids) {
        match client.answer(id).await {
            Ok(chat_shared::Event::Done { seq: Some(seq), .. }) => {
                said.push(Acknowledged { text, seq });
            }
            Err(Failure::Refused(fault)) => {
                assert_eq!(fault.code, FaultCode::ReadOnly, "{fault}");
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    refused
}

async fn check_all(client: &mut TestClient, said: &BTreeMap<ConversationId, Vec<Acknowledged>>) {
    for (conversation, said) in said {
        check_history(&client.whole_history(*conversation).await, said);
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path))
        } else {
            all.push(path)
        }
    }
    all
}

fn largest_file(server: &TestServer) -> u64 {
    let size = |path: &std::path::PathBuf| std::fs::metadata(path).map_or(0, |meta| meta.len());
    files(&server.data())
        .iter()
        .map(size)
        .max()
        .expect("a store")
}

fn store_file(server: &TestServer) -> std::path::PathBuf {
    let is_store = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "redb");
    files(&server.data())
        .into_iter()
        .find(is_store)
        .expect("a file *.redb")
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_and_left_untouched() {
    const META: TableDefinition<&str, u64> = TableDefinition::new("meta-1");
    let mut server = TestServer::start().await;
    TestClient::join(&server, "anna").await;
    server.terminate().await;
    let store = store_file(&server);
    {
        let database = Database::open(&store).unwrap();
        let write = database.begin_write().unwrap();
        write
            .open_table(META)
            .unwrap()
            .insert("schema", 9_999)
            .unwrap();
        write.commit().unwrap();
    }
    let before = std::fs::read(&store).unwrap();
    let output = programs::run(server.command(), None).await;
    assert!(output.code > 0, "{output:?}");
    assert!(
        output.err.contains("9999") && output.err.contains("newer"),
        "{}",
        output.err
    );
    assert!(!output.err.contains("panicked"), "{}", output.err);
    assert!(
        before == std::fs::read(&store).unwrap(),
        "not a byte was changed"
    );

    // Put back, everything is there.
    {
        let database = Database::open(&store).unwrap();
        let write = database.begin_write().unwrap();
        write.open_table(META).unwrap().insert("schema", 1).unwrap();
        write.commit().unwrap();
    }
    server.restart().await;
    TestClient::sign_in_on(&server, "anna")
        .await
        .ask(Request::Ping {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_store_that_is_none_is_refused() {
    let mut server = TestServer::start().await;
    server.terminate().await;
    let store = store_file(&server);
    std::fs::write(&store, b"this is no database").unwrap();
    let output = programs::run(server.command(), None).await;
    assert!(
        output.code > 0 && !output.err.contains("panicked"),
        "{output:?}"
    );
    assert_eq!(std::fs::read(&store).unwrap(), b"this is no database");
}

/// Whoever shares the machine does not read the messages or the key.
#[tokio::test]
async fn the_data_are_for_the_daemon_alone() {
    let server = TestServer::start().await;
    for path in files(&server.data()) {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o077;
        let folder = path.parent().unwrap();
        let folder_mode = std::fs::metadata(folder).unwrap().permissions().mode() & 0o077;
        assert!(
            mode == 0 || folder_mode == 0,
            "{} is open to others: {mode:o}",
            path.display()
        );
    }
}
