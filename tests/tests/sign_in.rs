//! "A wrong password, a wrong channel binding, and a name that does not exist are all answered by
//! `sign_in_failed`, to `sasl_respond` and in the same words: for unknown names the daemon plays the whole
//! exchange with a salt that is always the same for a name."

use chat_shared::{Command, EntryBody, Event, FaultCode, Request};
use chat_tests::scram::{Binding, Exchange};
use chat_tests::{Connection, Failure, PASSWORD, TestClient, TestServer, chatctl};
use std::time::Duration;

async fn welcomed(server: &TestServer) -> Connection {
    let mut connection = Connection::tls(server).await;
    connection.hello().await.unwrap();
    connection
}

/// One where failures are not throttled, so that the rest can be seen.
async fn patient_server() -> TestServer {
    TestServer::builder()
        .set("login.failures_before_delay", 1_000)
        .start()
        .await
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let mut server = patient_server().await;
    TestClient::join(&server, "anna").await;
    let mut connection = welcomed(&server).await;
    let wrong = connection
        .sign_in("anna", "wrong password")
        .await
        .unwrap_err();
    let unknown = connection
        .sign_in("nobody-here", "wrong password")
        .await
        .unwrap_err();
    let (Failure::Refused(wrong), Failure::Refused(unknown)) = (wrong, unknown) else {
        panic!()
    };
    assert_eq!(wrong.code, FaultCode::SignInFailed);
    assert_eq!(wrong, unknown, "word for word");

    // The challenges differ in nothing but what is random anyway.
    let (_, real) = connection.challenge("anna").await;
    let (_, fake) = connection.challenge("nobody-here").await;
    let (real, fake) = (Exchange::read(&real), Exchange::read(&fake));
    assert_eq!(real.salt.len(), fake.salt.len());
    assert_eq!(real.iterations, fake.iterations);
    assert_eq!(real.nonce.len(), fake.nonce.len());

    // The same salt each time, on another connection, in another spelling, after a restart; another for
    // another name.
    let (name, salt) = ("nobody-here", fake.salt);
    let other = Exchange::read(&welcomed(&server).await.challenge("nobody-else").await.1);
    assert_ne!(other.salt, salt);
    for restart in [false, true] {
        if restart {
            server.restart().await;
        }
        let mut connection = welcomed(&server).await;
        assert_eq!(
            Exchange::read(&connection.challenge(name).await.1).salt,
            salt
        );
        assert_eq!(
            Exchange::read(&connection.challenge("NOBODY-here").await.1).salt,
            salt
        );
        assert_eq!(
            Exchange::read(&connection.challenge("anna").await.1).salt,
            real.salt
        );
    }
    connection_goes_on(&server).await;
}

/// "After a fault the client may begin again with `sasl_start` on the same connection."
/// "What remains of a deleted account is a name that nobody signs in by: word for word like one that never was."
#[tokio::test]
async fn a_former_member_looks_like_an_unknown_name() {
    let server = patient_server().await;
    let mut anna = TestClient::join(&server, "anna").await;
    TestClient::join(&server, "boris").await;
    let mut connection = welcomed(&server).await;
    let (_, before) = connection.challenge("boris").await;
    let mut boris = TestClient::sign_in_on(&server, "boris").await;
    boris.commands(Command::DeleteAccount {}).await.unwrap();
    let account = boris.account;
    let gone = EntryBody::AccountDeleted { account };
    anna.house_entry("his leaving", |body| *body == gone).await;

    let (_, first) = connection.challenge("boris").await;
    let (_, again) = connection.challenge("boris").await;
    let (_, unknown) = connection.challenge("nobody-here").await;
    let [before, first, again, unknown] =
        [before, first, again, unknown].map(|data| Exchange::read(&data));
    assert_ne!(first.salt, before.salt, "what he had is gone");
    assert_ne!(first.salt, [0; 16], "and not empty");
    assert_eq!(first.salt, again.salt, "and stays");
    assert_eq!(first.salt.len(), unknown.salt.len());
    assert_eq!(first.iterations, unknown.iterations);

    let former = connection.sign_in("boris", PASSWORD).await;
    let unknown = connection.sign_in("nobody-here", "wrong password").await;
    let (Err(Failure::Refused(former)), Err(Failure::Refused(unknown))) = (former, unknown) else {
        panic!("nobody signs in by either");
    };
    assert_eq!(former, unknown, "word for word");
}

async fn connection_goes_on(server: &TestServer) {
    let mut connection = welcomed(server).await;
    connection
        .sign_in("anna", "wrong password")
        .await
        .unwrap_err();
    connection
        .sign_in("anna", PASSWORD)
        .await
        .expect("the right one after a wrong one");
}

/// A man in the middle has another TLS connection to the daemon, so another channel binding.
#[tokio::test]
async fn a_proof_from_another_channel_is_refused() {
    let server = patient_server().await;
    TestClient::join(&server, "anna").await;
    let mut connection = welcomed(&server).await;
    let right = connection.binding().clone();
    connection.binding().data[0] ^= 1;
    let failure = connection.sign_in("anna", PASSWORD).await.unwrap_err();
    assert_eq!(failure.code(), Some(FaultCode::SignInFailed));
    *connection.binding() = right;
    connection.sign_in("anna", PASSWORD).await.unwrap();
}

/// "The mechanism is `SCRAM-SHA-256-PLUS` over TLS ...; `mechanisms` lists exactly what this connection takes."
#[tokio::test]
async fn tls_takes_no_login_without_binding() {
    let server = patient_server().await;
    TestClient::join(&server, "anna").await;
    for (mechanism, gs2) in [
        ("SCRAM-SHA-256", "n,,"),
        ("SCRAM-SHA-256", "y,,"),
        ("SCRAM-SHA-256-PLUS", "y,,"),
        ("SCRAM-SHA-256-PLUS", "n,,"),
        ("PLAIN", "n,,"),
    ] {
        let mut connection = Connection::tls(&server).await;
        let Ok(Event::Welcome { mechanisms, .. }) = connection.hello().await else {
            panic!()
        };
        assert_eq!(mechanisms, ["SCRAM-SHA-256-PLUS"]);
        let binding = Binding {
            gs2: gs2.into(),
            data: Vec::new(),
        };
        let (_, first) = Exchange::start("anna", binding);
        let request = Request::SaslStart {
            mechanism: mechanism.into(),
            data: first.into(),
        };
        let code = connection.refused(request).await.code;
        assert!(
            matches!(code, FaultCode::WrongState | FaultCode::Malformed),
            "{mechanism} {gs2}: {code}"
        );
        connection.ask(Request::Ping {}).await.unwrap();
    }
    let mut local = Connection::unix(&server).await;
    let Ok(Event::Welcome { mechanisms, .. }) = local.hello().await else {
        panic!()
    };
    assert_eq!(mechanisms, ["SCRAM-SHA-256"]);
    local.sign_in("anna", PASSWORD).await.unwrap();
}

/// A proof that was seen on the wire serves nobody: the daemon's nonce is another each time.
#[tokio::test]
async fn a_replayed_proof_is_refused() {
    let server = patient_server().await;
    TestClient::join(&server, "anna").await;
    let mut connection = Connection::unix(&server).await;
    connection.hello().await.unwrap();
    let (mut exchange, first) = Exchange::start("anna", Binding::none());
    let start = Request::SaslStart {
        mechanism: "SCRAM-SHA-256".into(),
        data: first.into(),
    };
    let Ok(Event::Challenge { data }) = connection.ask(start.clone()).await else {
        panic!()
    };
    let proof = exchange.respond(PASSWORD, &data);
    connection
        .ask(Request::SaslRespond {
            data: proof.clone().into(),
        })
        .await
        .unwrap();
    let mut thief = Connection::unix(&server).await;
    thief.hello().await.unwrap();
    thief.ask(start).await.unwrap();
    let fault = thief
        .refused(Request::SaslRespond { data: proof.into() })
        .await;
    assert_eq!(fault.code, FaultCode::SignInFailed);
}

#[tokio::test]
async fn nonsense_in_sasl_is_refused_and_the_connection_goes_on() {
    let server = patient_server().await;
    TestClient::join(&server, "anna").await;
    let mut connection = welcomed(&server).await;
    for data in [
        &b""[..],
        b"\xff\xfe",
        b"p=tls-exporter,,",
        b"p=tls-exporter,,n=,r=",
        b"n=anna,r=x",
        &[b'x'; 3_000],
    ] {
        let mechanism = connection.mechanism().to_owned();
        let request = Request::SaslStart {
            mechanism,
            data: data.to_vec().into(),
        };
        let code = connection.refused(request).await.code;
        assert_eq!(code, FaultCode::Malformed);
    }
    connection.challenge("anna").await;
    for data in [&b""[..], b"c=biws,r=x,p=x", b"\xff"] {
        let code = connection
            .refused(Request::SaslRespond {
                data: data.to_vec().into(),
            })
            .await
            .code;
        let expected = [
            FaultCode::SignInFailed,
            FaultCode::Malformed,
            FaultCode::WrongState,
        ];
        assert!(expected.contains(&code), "{code}");
    }
    connection.sign_in("anna", PASSWORD).await.unwrap();
}

/// "After some failures in a row a name and an address are `throttled`: `retry_after_ms` says how long; the
/// pause doubles up to a maximum, and nobody is locked out for good."
#[tokio::test]
async fn wrong_passwords_are_slowed_down_and_the_owner_gets_in() {
    let server = TestServer::builder()
        .set("login.failures_before_delay", 3)
        .set("login.max_delay_secs", 2)
        .start()
        .await;
    TestClient::join(&server, "anna").await;
    let mut connection = welcomed(&server).await;
    let (mut failed, mut throttled) = (0, None);
    for _ in 0..5 {
        match connection.sign_in("anna", "a guess").await {
            Err(Failure::Refused(fault)) if fault.code == FaultCode::SignInFailed => failed += 1,
            Err(Failure::Refused(fault)) if fault.code == FaultCode::Throttled => {
                throttled = Some(fault);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((3..=4).contains(&failed), "{failed} tries before the pause");
    let pause = throttled
        .expect("throttled in the end")
        .retry_after_ms
        .expect("with a time");
    assert!(pause <= 2_000, "at most the maximum: {pause}");

    // The owner, from the same address, waits as told and gets in, however often others failed.
    let mut owner = welcomed(&server).await;
    let deadline = tokio::time::Instant::now() + chat_tests::DEADLINE;
    loop {
        match owner.sign_in("anna", PASSWORD).await {
            Ok(_) => break,
            Err(Failure::Refused(fault)) if fault.code == FaultCode::Throttled => {
                let wait = Duration::from_millis(fault.retry_after_ms.expect("a time"));
                assert!(wait <= Duration::from_secs(2));
                assert!(tokio::time::Instant::now() < deadline, "locked out");
                tokio::time::sleep(wait + Duration::from_millis(20)).await;
            }
            other => panic!("{other:?}"),
        }
    }
}

/// "A disabled account is answered by `account_disabled`, but only when the password was right."
#[tokio::test]
async fn a_disabled_account_may_not_sign_in() {
    let server = patient_server().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let _ = chatctl(&server, &["account", "disable", "anna"]).await.ok();
    assert_eq!(anna.end().await.unwrap().code, FaultCode::AccountDisabled);
    let mut connection = welcomed(&server).await;
    let code = |failure: Result<Event, Failure>| failure.unwrap_err().code().unwrap();
    assert_eq!(
        code(connection.sign_in("anna", "a guess").await),
        FaultCode::SignInFailed
    );
    assert_eq!(
        code(connection.sign_in("anna", PASSWORD).await),
        FaultCode::AccountDisabled
    );
    assert_eq!(
        code(connection.resume(&anna.token).await),
        FaultCode::AccountDisabled
    );
    let _ = chatctl(&server, &["account", "enable", "anna"]).await.ok();
    connection.sign_in("anna", PASSWORD).await.unwrap();
    anna.reconnect(&server)
        .await
        .expect("the token holds again");
}

/// "after five wrong passwords it ends"
#[tokio::test]
async fn a_connection_has_five_tries() {
    let server = patient_server().await;
    TestClient::join(&server, "anna").await;
    let mut connection = welcomed(&server).await;
    for _ in 0..5 {
        let failure = connection.sign_in("anna", "a guess").await.unwrap_err();
        assert_eq!(failure.code(), Some(FaultCode::SignInFailed));
    }
    assert_eq!(
        connection.end().await.unwrap().code,
        FaultCode::SignInFailed
    );
}

/// "no message text and no secrets" in the log.
#[tokio::test]
async fn the_log_holds_no_secrets_and_no_messages() {
    let server = TestServer::builder()
        .set("log.level", "trace")
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    anna.post(general, "the-secret-of-the-message")
        .await
        .unwrap();
    let _ = welcomed(&server)
        .await
        .sign_in("anna", "the-wrong-password")
        .await;
    let token = anna.token.clone();
    let log = server.log();
    for secret in [
        PASSWORD,
        "the-secret-of-the-message",
        "the-wrong-password",
        token.as_str(),
    ] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}
