//! "SIGTERM/SIGINT: stop accepting, tell the sessions, commit what is in flight, exit within 5 s."

use chat_shared::FaultCode;
use chat_tests::{Acknowledged, Connection, Failure, TestClient, TestServer, check_history};
use nix::sys::signal::Signal;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_daemon_that_is_stopped_tells_everybody_and_loses_nothing() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut server = TestServer::start().await;
        let mut idle = TestClient::join(&server, "idle").await;
        let mut stranger = Connection::tls(&server).await;
        stranger.hello().await.unwrap();
        let general = idle.general().await;
        let mut tasks = Vec::new();
        for number in 0..10 {
            let mut client = TestClient::join(&server, &format!("person{number}")).await;
            tasks.push(tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                loop {
                    let text = format!("{} {}", client.name, client.nonce.0);
                    match client.post(general, &text).await {
                        Ok(seq) => acknowledged.push(Acknowledged { text, seq }),
                        Err(Failure::Refused(fault)) => {
                            assert_eq!(fault.code, FaultCode::ShuttingDown);
                        }
                        Err(failure) => return (acknowledged, failure),
                    }
                }
            }));
        }
        idle.until(|c| (c.entries_of(general).len() > 200).then_some(()))
            .await
            .unwrap();
        let from = Instant::now();
        server.signal(signal);
        let status = server.ended().await;
        assert!(
            from.elapsed() < Duration::from_secs(5),
            "took {:?}",
            from.elapsed()
        );
        assert_eq!(
            status.code(),
            Some(0),
            "a stop that was asked for is no failure"
        );
        assert_eq!(idle.end().await.unwrap().code, FaultCode::ShuttingDown);
        assert_eq!(stranger.end().await.unwrap().code, FaultCode::ShuttingDown);
        let mut acknowledged = Vec::new();
        for task in tasks {
            let (theirs, _) = task.await.unwrap();
            acknowledged.extend(theirs);
        }
        server.restart().await;
        idle.reconnect(&server).await.unwrap();
        check_history(&idle.whole_history(general).await, &acknowledged);
    }
}

/// A client that does not read does not hold it up.
#[tokio::test]
async fn who_does_not_read_does_not_delay_the_end() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let mut ids = Vec::new();
    let _slow = TestClient::join(&server, "boris").await;
    for _ in 0..10 {
        for _ in 0..60 {
            let request = anna.post_request(general, &"x".repeat(16_000));
            ids.push(anna.send(request).await.unwrap());
        }
        for id in ids.drain(..) {
            anna.answer(id).await.unwrap();
        }
    }
    let from = Instant::now();
    assert_eq!(server.terminate().await.code(), Some(0));
    assert!(
        from.elapsed() < Duration::from_secs(5),
        "took {:?}",
        from.elapsed()
    );
}

/// The Unix socket's file is gone after the end, and one that a kill left behind is replaced.
#[tokio::test]
async fn the_socket_is_cleared_away() {
    let mut server = TestServer::start().await;
    server.kill9().await;
    assert!(server.socket().exists());
    server.restart().await;
    Connection::unix(&server).await.hello().await.unwrap();
    server.terminate().await;
    assert!(!server.socket().exists());
}

/// Two daemons on one folder would be two truths: the second refuses, the first goes on.
#[tokio::test]
async fn a_second_daemon_on_the_same_data_refuses() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut second = chat_tests::programs::command("chatd");
    second
        .arg("--data")
        .arg(server.data())
        .args(["--listen", "127.0.0.1:0"]);
    second
        .arg("--socket")
        .arg(server.folder().join("second.sock"));
    let output = chat_tests::programs::run(second, None).await;
    assert!(output.code > 0, "{output:?}");
    assert!(!output.err.contains("panicked"), "{}", output.err);
    let general = anna.general().await;
    anna.post(general, "the first goes on").await.unwrap();
}

/// "a port of 0 is allowed and the log says which it became"
#[tokio::test]
async fn port_0_becomes_a_port() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let mut command = chat_tests::programs::command("chatd");
    command
        .arg("--data")
        .arg(folder.path().join("data"))
        .args(["--listen", "127.0.0.1:0"]);
    command
        .arg("--socket")
        .arg(folder.path().join("chatd.sock"));
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let find = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(address) = line.trim().strip_prefix("listens on") {
                return address.trim().parse::<std::net::SocketAddr>().unwrap();
            }
        }
        panic!("it does not say");
    };
    let address = tokio::time::timeout(chat_tests::DEADLINE, find)
        .await
        .unwrap();
    assert_ne!(address.port(), 0);
    tokio::net::TcpStream::connect(address).await.unwrap();
    child.kill().await.unwrap();
}
