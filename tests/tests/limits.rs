//! "Limits with their defaults in the configuration: ... connections in all (10,000) and per address (200),
//! handshake and login deadline (10 s), idle ping (60 s) and time-out, requests per second per session with a
//! burst, outbound queue per session (1 MiB), names and topics length."

use chat_shared::{Event, FaultCode, Request};
use chat_tests::{Connection, Failure, TestClient, TestServer};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// Tries until the daemon has noticed that a connection is gone.
async fn connects_in_time(server: &TestServer) -> Connection {
    let from = Instant::now();
    loop {
        if let Ok(mut connection) = Connection::try_tls(server).await
            && connection.hello().await.is_ok()
        {
            return connection;
        }
        assert!(
            from.elapsed() < chat_tests::DEADLINE,
            "a place that was given back is not used again"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn is_refused(server: &TestServer) {
    match Connection::try_tls(server).await {
        Err(_) => {}
        Ok(mut connection) => {
            if connection.hello().await.is_ok() {
                panic!("one connection too many was served");
            }
            if let Some(fault) = connection.end().await {
                assert_eq!(fault.code, FaultCode::TooManyConnections);
            }
        }
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_gets_its_places_back() {
    let server = TestServer::builder()
        .set("limits.connections_per_address", 5)
        .start()
        .await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut connection = Connection::tls(&server).await;
        connection.hello().await.unwrap();
        open.push(connection);
    }
    is_refused(&server).await;
    for connection in &mut open {
        connection
            .ask(Request::Ping {})
            .await
            .expect("those inside notice nothing");
    }
    // The administrator gets in on the Unix socket all the same.
    let mut local = Connection::unix(&server).await;
    local.hello().await.unwrap();
    open.pop();
    connects_in_time(&server).await;
}

#[tokio::test]
async fn the_daemon_has_so_many_connections_in_all() {
    let server = TestServer::builder()
        .set("limits.connections", 6)
        .start()
        .await;
    let mut open = Vec::new();
    for _ in 0..6 {
        let mut connection = Connection::tls(&server).await;
        connection.hello().await.unwrap();
        open.push(connection);
    }
    is_refused(&server).await;
    open.clear();
    connects_in_time(&server).await;
}

#[tokio::test]
async fn who_does_not_finish_the_handshake_is_cut() {
    let server = TestServer::builder()
        .set("limits.handshake_secs", 1)
        .start()
        .await;
    let from = Instant::now();
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    let mut rest = Vec::new();
    let read = tokio::time::timeout(chat_tests::DEADLINE, silent.read_to_end(&mut rest)).await;
    assert!(read.is_ok(), "it is closed");
    assert!(
        from.elapsed() > Duration::from_millis(900),
        "not before its time"
    );
}

#[tokio::test]
async fn who_does_not_sign_in_is_told_and_cut() {
    let server = TestServer::builder()
        .set("limits.login_secs", 1)
        .start()
        .await;
    for hello in [false, true] {
        let mut connection = Connection::tls(&server).await;
        if hello {
            connection.hello().await.unwrap();
        }
        assert_eq!(connection.end().await.unwrap().code, FaultCode::TimedOut);
    }
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let from = Instant::now();
    while from.elapsed() < Duration::from_millis(1_500) {
        anna.post(general, "still here after the deadline of the login")
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// "`are_you_there` comes when nothing was heard of the client for 60 seconds; it must send something, such as
/// `ping`, or the connection ends with `timed_out`."
#[tokio::test]
async fn a_silent_client_is_asked_and_then_cut() {
    let server = TestServer::builder()
        .set("limits.idle_ping_secs", 1)
        .set("limits.idle_timeout_secs", 3)
        .start()
        .await;
    let mut polite = TestClient::join(&server, "anna").await;
    for _ in 0..4 {
        polite
            .signal("the question", |event| {
                (*event == Event::AreYouThere {}).then_some(())
            })
            .await;
        polite.ask(Request::Ping {}).await.unwrap();
    }
    let mut silent = TestClient::join(&server, "boris").await;
    assert_eq!(silent.end().await.unwrap().code, FaultCode::TimedOut);
    assert!(silent.signals.contains(&Event::AreYouThere {}));
    assert!(silent.reconnect(&server).await.is_ok());
}

/// "requests a second with a burst; above, the daemon reads more slowly": nobody is cut, and nothing is lost.
#[tokio::test]
async fn too_many_requests_are_slowed_down() {
    let server = TestServer::builder()
        .set("limits.requests_per_sec", 50)
        .set("limits.request_burst", 50)
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let from = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..150 {
        ids.push(anna.send(Request::Ping {}).await.unwrap());
    }
    // Somebody else is not slowed down by it.
    boris.ask(Request::Ping {}).await.unwrap();
    assert!(
        from.elapsed() < Duration::from_millis(900),
        "others wait: {:?}",
        from.elapsed()
    );
    for id in ids {
        match anna.answer(id).await {
            Ok(Event::Pong {}) => {}
            Err(Failure::Refused(fault)) => assert_eq!(fault.code, FaultCode::TooManyRequests),
            other => panic!("{other:?}"),
        }
    }
    assert!(
        from.elapsed() > Duration::from_millis(1_200),
        "took only {:?}",
        from.elapsed()
    );
}

#[tokio::test]
async fn a_direct_conversation_has_as_many_people_as_configured() {
    let server = TestServer::builder()
        .set("limits.direct_members", 3)
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut others = Vec::new();
    for name in ["boris", "clara", "dora"] {
        others.push(TestClient::join(&server, name).await.account);
    }
    let refused = anna.open_direct(&others).await.unwrap_err();
    assert_eq!(refused.code(), Some(FaultCode::BadMembers));
    assert!(
        refused.to_string().contains("1 to 2 other people"),
        "{refused}"
    );
    // Oneself and a name said twice do not count.
    let twice = [others[0], others[1], others[0], anna.account];
    anna.open_direct(&twice).await.unwrap();
}

#[tokio::test]
async fn configured_lengths_hold_and_are_told() {
    let server = TestServer::builder()
        .set("limits.message_bytes", 300)
        .set("limits.topic_bytes", 20)
        .start()
        .await;
    let mut connection = Connection::tls(&server).await;
    let Ok(Event::Welcome { limits, .. }) = connection.hello().await else {
        panic!()
    };
    assert_eq!((limits.message, limits.topic, limits.window), (300, 20, 64));
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    anna.post(general, &"x".repeat(300)).await.unwrap();
    let failure = anna.post(general, &"x".repeat(301)).await.unwrap_err();
    assert_eq!(failure.code(), Some(FaultCode::MessageTooLong));
    let nonce = anna.next_nonce();
    let topic = |topic: &str| Request::SetTopic {
        nonce,
        settled: chat_shared::Nonce(0),
        conversation: general,
        topic: topic.into(),
    };
    assert_eq!(
        anna.refused(topic("123456789012345678901")).await.code,
        FaultCode::TextTooLong
    );
    anna.command(topic("12345678901234567890")).await.unwrap();
}
