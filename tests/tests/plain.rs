//! "**Plain TCP** exists only where it was configured, and only on loopback. It is like the Unix socket, but
//! nobody may administer there."

use chat_shared::{Event, FaultCode, Request};
use chat_tests::client::register;
use chat_tests::{Connection, Failure, TestClient, TestServer, programs};
use std::net::SocketAddr;

/// A daemon that also serves without TLS, and where.
async fn plain_server(host: &str) -> (TestServer, SocketAddr) {
    let server = TestServer::builder()
        .set("listen.plain", format!("{host}:0"))
        .start()
        .await;
    let address = server.printed("plain on").await.parse().unwrap();
    (server, address)
}

#[tokio::test]
async fn a_plain_listener_signs_in_by_scram_without_binding() {
    let (server, address) = plain_server("127.0.0.1").await;
    assert_ne!(address, server.address());
    let mut connection = Connection::try_plain(address).await.unwrap();
    let Ok(Event::Welcome { mechanisms, .. }) = connection.hello().await else {
        panic!("no welcome")
    };
    assert_eq!(mechanisms, ["SCRAM-SHA-256"]);
    register(&mut connection, "anna", None).await.unwrap();
    let wrong = connection.sign_in("anna", "not her password").await;
    assert_eq!(wrong.unwrap_err().code(), Some(FaultCode::SignInFailed));
    let mut anna = TestClient::begin(connection, "anna").await;
    anna.sync_all().await;
    let general = anna.general().await;
    let mut boris = TestClient::join(&server, "boris").await;
    anna.post(general, "in the clear").await.unwrap();
    boris.hears(general, "in the clear").await;

    // What TLS must use is not taken here.
    let mut connection = Connection::try_plain(address).await.unwrap();
    connection.hello().await.unwrap();
    let start = Request::SaslStart {
        mechanism: "SCRAM-SHA-256-PLUS".into(),
        data: b"p=tls-exporter,,n=anna,r=abcdefghijklmnopqrstuvwx"
            .to_vec()
            .into(),
    };
    assert_eq!(connection.refused(start).await.code, FaultCode::WrongState);
}

/// "nobody may administer there", not even root who may over the Unix socket.
#[tokio::test]
async fn nobody_administers_over_a_plain_listener() {
    let (server, address) = plain_server("127.0.0.1").await;
    let mut connection = Connection::try_plain(address).await.unwrap();
    connection.hello().await.unwrap();
    let fault = connection.refused(Request::AdminStatus {}).await;
    assert_eq!(fault.code, FaultCode::NotAllowed);
    register(&mut connection, "anna", None).await.unwrap();
    connection
        .sign_in("anna", chat_tests::PASSWORD)
        .await
        .unwrap();
    let fault = connection.refused(Request::AdminStatus {}).await;
    assert_eq!(fault.code, FaultCode::NotAllowed);
    // The same question over the socket, by the same user of this machine.
    let mut connection = Connection::unix(&server).await;
    connection.hello().await.unwrap();
    let event = connection.ask(Request::AdminStatus {}).await;
    assert!(matches!(event, Ok(Event::Status { .. })), "{event:?}");
}

#[tokio::test]
async fn a_plain_listener_takes_the_other_loopback_too() {
    if tokio::net::TcpListener::bind("[::1]:0").await.is_err() {
        chat_tests::skip(
            "a_plain_listener_takes_the_other_loopback_too",
            "this machine has no IPv6",
        );
        return;
    }
    let (_server, address) = plain_server("[::1]").await;
    let mut connection = Connection::try_plain(address).await.unwrap();
    connection.hello().await.unwrap();
}

#[tokio::test]
async fn without_being_asked_the_daemon_serves_nothing_plain() {
    let server = TestServer::start().await;
    let mut connection = Connection::try_plain(server.address()).await.unwrap();
    let failure = connection.hello().await.unwrap_err();
    assert!(!matches!(failure, Failure::Late(_)), "{failure}");
}

#[tokio::test]
async fn an_address_that_others_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chatd.toml");
    let check = async |subcommand: &[&str], address: &str| {
        std::fs::write(&file, format!("[listen]\nplain = [\"{address}\"]\n")).unwrap();
        let mut command = programs::command("chatd");
        command.args(subcommand).arg("--config").arg(&file);
        command.env("HOME", folder.path());
        programs::run(command, None).await
    };
    for address in [
        "0.0.0.0:7421",
        "[::]:7421",
        "192.0.2.1:7421",
        "[2001:db8::1]:7421",
    ] {
        // By the check, and by the daemon itself.
        for subcommand in [&["check"][..], &[]] {
            let output = check(subcommand, address).await;
            assert_eq!(output.code, 2, "{address}: {output:?}");
            for word in ["listen.plain", "chatd.toml", address, "loopback"] {
                assert!(output.err.contains(word), "{word} in {output:?}");
            }
        }
    }
    for address in ["127.0.0.1:7421", "[::1]:7421", "127.9.9.9:7421"] {
        let output = check(&["check"], address).await;
        assert_eq!(output.code, 0, "{address}: {output:?}");
    }
}
