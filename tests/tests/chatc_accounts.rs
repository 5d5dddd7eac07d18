//! docs/users.md, "Several accounts, or people on one computer", and the first contact with a place.

use chat_tests::{Output, TestServer, programs};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The folder that all share who use this computer.
fn state(server: &TestServer) -> PathBuf {
    server.folder().join("shared")
}

/// chatc, where nothing is said but this.
async fn chatc(server: &TestServer, password: bool, args: &[&str]) -> Output {
    let mut command = programs::command("chatc");
    command.arg("--state").arg(state(server)).args(args);
    command.env("HOME", server.folder());
    if password {
        command.env("CHATC_PASSWORD", chat_tests::PASSWORD);
    }
    programs::run(command, None).await
}

/// A house with these accounts, all made on this computer.
async fn shared_by(names: &[&str]) -> TestServer {
    let server = TestServer::start().await;
    let socket = server.socket().display().to_string();
    for name in names {
        let made = chatc(&server, true, &["--socket", &socket, "register", name]).await;
        let _ = made.ok();
    }
    server
}

/// "the one that you chose ... stays, also when another was used meanwhile".
#[tokio::test]
async fn a_chosen_default_holds_when_another_account_was_used() {
    let server = shared_by(&["anna", "gus"]).await;
    let place = format!("unix:{}", server.socket().display());
    let said = chatc(&server, false, &["accounts", "--default", "anna"]).await;
    assert_eq!(
        said.ok().out,
        format!("anna@{place} is used where no --account is given\n")
    );
    let as_gus = ["--account", "gus", "send", "#general", "I am gus"];
    let _ = chatc(&server, false, &as_gus).await.ok();
    let _ = chatc(&server, false, &["send", "#general", "I am anna"])
        .await
        .ok();
    let history = chatc(&server, false, &["history", "#general"]).await.ok();
    for line in ["gus  I am gus", "anna  I am anna"] {
        let words: Vec<_> = line.split("  ").collect();
        let is_told = |row: &str| row.contains(words[0]) && row.contains(words[1]);
        assert!(history.out.lines().any(is_told), "{line}: {}", history.out);
    }
    let list = chatc(&server, false, &["accounts"]).await.ok();
    assert!(
        list.out.contains(&format!("* anna@{place}\n")),
        "{}",
        list.out
    );
    let args = ["accounts", "--default", "gus", "--json"];
    let chosen = chatc(&server, false, &args).await.ok().json_lines();
    let wanted = serde_json::json!([{ "account": "gus", "server": place, "default": true }]);
    assert_eq!(serde_json::Value::from(chosen), wanted);
}

/// Also one that nobody can have: what is wrong is that it is not here.
#[tokio::test]
async fn an_account_that_is_not_here_is_told_with_those_that_are() {
    let server = shared_by(&["anna", "gus"]).await;
    for name in ["nobody", "dora"] {
        for command in [&["who"][..], &["accounts", "--default", name]] {
            let args = [&["--account", name][..], command].concat();
            let refused = chatc(&server, false, &args).await;
            assert_eq!(refused.code, 2, "{refused:?}");
            for told in [name, "no account", "anna@", "gus@", "--account NAME@HOST"] {
                assert!(refused.err.contains(told), "{told}: {refused:?}");
            }
            assert!(!refused.err.contains("reserved"), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn what_is_no_number_of_a_message_is_told_so() {
    let server = shared_by(&["anna"]).await;
    for number in ["", "x"] {
        let refused = chatc(&server, false, &["report", "#general", number, "why"]).await;
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(
            refused.err.contains("<NUMBER>") && refused.err.contains("chatc history"),
            "{refused:?}"
        );
    }
}

/// A web server with the key of this daemon.
async fn web_server(server: &TestServer) -> SocketAddr {
    let file = |name: &str| server.data().join(name);
    let certificate = CertificateDer::from_pem_file(file("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = acceptor.accept(stream).await.unwrap();
            let _ = stream.read(&mut [0; 64]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    address
}

#[tokio::test]
async fn what_is_no_daemon_is_told_so_and_not_remembered() {
    let server = shared_by(&["anna"]).await;
    let address = web_server(&server).await.to_string();
    let args = ["--server", &address, "--account", "anna", "who"];
    let refused = chatc(&server, true, &args).await;
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(
        refused
            .err
            .contains("this is no chatd, or a much newer one"),
        "{refused:?}"
    );
    let known = std::fs::read_to_string(state(&server).join("known_servers"));
    assert!(
        known.is_err(),
        "its fingerprint was remembered before it was known to be a daemon: {known:?}"
    );
    // A daemon is.
    let address = server.address().to_string();
    let args = ["--server", &address, "--account", "anna", "who"];
    let _ = chatc(&server, true, &args).await.ok();
    let known = std::fs::read_to_string(state(&server).join("known_servers")).unwrap();
    assert!(known.contains(server.pin()), "{known}");
}
