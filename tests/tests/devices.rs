//! Devices: where somebody is signed in, ending one or all others, and in how many places somebody may be at once.
//! What a token is worth is in `tokens.rs`.

use chat_shared::{Command, DeviceInfo, EntryBody, FaultCode, PresenceState, Request};
use chat_tests::{Connection, DEADLINE, Failure, PASSWORD, TestClient, TestServer, chatctl};
use std::time::Duration;
use tokio::time::Instant;

fn refused<T: std::fmt::Debug>(result: Result<T, Failure>) -> chat_shared::Fault {
    match result {
        Err(Failure::Refused(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

async fn greeted(server: &TestServer) -> Connection {
    let mut connection = Connection::tls(server).await;
    connection.hello().await.expect("welcome");
    connection
}

async fn device(client: &mut TestClient, which: chat_shared::DeviceId) -> DeviceInfo {
    let devices = client.devices().await.unwrap();
    let found = devices.into_iter().find(|device| device.device == which);
    found.expect("it is listed")
}

/// "`devices` lists one's own devices, when and from where each was used last".
#[tokio::test]
async fn devices_are_listed_with_their_last_use() {
    let mut server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let phone = TestClient::sign_in_on(&server, "anna").await;
    let id = phone.device;
    let mut second = greeted(&server).await;
    second.resume(&phone.token).await.unwrap();
    assert_eq!(device(&mut desk, id).await.sessions, 2);
    let own = desk.device;
    let own = device(&mut desk, own).await;
    assert!(own.current && own.sessions == 1, "{own:?}");

    // Its last use is known some seconds after it ended, and after a restart.
    drop((phone, second));
    let deadline = Instant::now() + DEADLINE * 2;
    let listed = loop {
        let listed = device(&mut desk, id).await;
        if listed.sessions == 0 && listed.last_used.is_some() {
            break listed;
        }
        assert!(Instant::now() < deadline, "{listed:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(listed.last_address.as_deref(), Some("127.0.0.1"));
    assert!(listed.last_used >= Some(listed.added_at));
    assert!(!listed.current);
    assert!(server.terminate().await.success());
    server.restart().await;
    desk.reconnect(&server).await.unwrap();
    assert!(device(&mut desk, id).await.last_used >= listed.last_used);

    let shown = chatctl(&server, &["account", "devices", "anna", "--json"])
        .await
        .ok();
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown.as_array().unwrap().len(), 2, "{shown}");
    assert!(shown.to_string().contains("127.0.0.1"), "{shown}");
}

/// "`revoke_device` ends one, `revoke_other_devices` all but this one."
#[tokio::test]
async fn all_other_devices_are_ended_at_once() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(TestClient::sign_in_on(&server, "anna").await);
    }
    let mut boris = TestClient::join(&server, "boris").await;
    desk.commands(Command::RevokeOtherDevices {}).await.unwrap();
    for other in &mut others {
        assert_eq!(other.end().await.unwrap().code, FaultCode::TokenInvalid);
        let revoked = EntryBody::DeviceRevoked {
            device: other.device,
        };
        desk.own_entry("its end", |body| *body == revoked).await;
        let back = other.reconnect(&server).await.unwrap_err();
        assert_eq!(back.code(), Some(FaultCode::TokenInvalid));
    }
    assert_eq!(desk.devices().await.unwrap().len(), 1);
    desk.reconnect(&server).await.expect("this one stays");
    boris
        .ask(Request::Ping {})
        .await
        .expect("others are not touched");
}

/// An administrator ends the device of somebody who lost it.
#[tokio::test]
async fn the_administrator_ends_a_device() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut lost = TestClient::sign_in_on(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let end = async |device: u64| {
        let device = device.to_string();
        chatctl(&server, &["account", "revoke-device", "anna", &device]).await
    };
    let others = end(boris.device.0).await;
    assert_eq!(others.code, 1, "not a device of hers");
    assert!(others.err.contains("no_such_device"), "{}", others.err);
    let _ = end(lost.device.0).await.ok();
    assert_eq!(lost.end().await.unwrap().code, FaultCode::TokenInvalid);
    assert!(lost.reconnect(&server).await.is_err());
    assert_eq!(desk.devices().await.unwrap().len(), 1);
}

/// "With `multiple` as often as it likes, up to a limit of connections, above which `sasl_respond` and `resume` are
/// answered by `too_many_sessions`."
#[tokio::test]
async fn with_multiple_there_is_a_limit_of_connections() {
    let server = TestServer::builder()
        .set("sessions.policy", "multiple")
        .set("sessions.limit", 3)
        .start()
        .await;
    let desk = TestClient::join(&server, "anna").await;
    let phone = TestClient::sign_in_on(&server, "anna").await;
    let mut third = greeted(&server).await;
    third.resume(&desk.token).await.unwrap();
    let mut fourth = greeted(&server).await;
    for _ in 0..2 {
        let fault = refused(fourth.resume(&desk.token).await);
        assert_eq!(fault.code, FaultCode::TooManySessions);
        let fault = refused(fourth.sign_in("anna", PASSWORD).await);
        assert_eq!(fault.code, FaultCode::TooManySessions);
        assert!(fault.text.contains('3'), "names the limit: {}", fault.text);
    }
    TestClient::join(&server, "boris").await;
    drop(phone);
    let deadline = Instant::now() + DEADLINE;
    while let Err(failure) = fourth.resume(&desk.token).await {
        assert_eq!(failure.code(), Some(FaultCode::TooManySessions));
        assert!(Instant::now() < deadline, "a place became free");
    }
}

/// "With `replace` a device that signs in ends the connections of the account's other devices with
/// `signed_in_elsewhere` under id 0"; "Connections of one device never stand in each other's way".
#[tokio::test]
async fn with_replace_the_newest_device_stays() {
    let server = TestServer::builder()
        .set("sessions.policy", "replace")
        .start()
        .await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut beside = greeted(&server).await;
    beside.resume(&desk.token).await.unwrap();
    desk.ask(Request::Ping {})
        .await
        .expect("the same device is the same place");
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    for ended in [&mut *desk, &mut beside] {
        let fault = ended.end().await.expect("it says why");
        assert_eq!(fault.code, FaultCode::SignedInElsewhere);
        assert!(!fault.is_passing(), "or both would do so for ever");
    }
    desk.reconnect(&server)
        .await
        .expect("it is not revoked: its token holds");
    assert_eq!(
        phone.end().await.unwrap().code,
        FaultCode::SignedInElsewhere
    );
    desk.is(PresenceState::Online).await;
    TestClient::join(&server, "boris").await;
    desk.ask(Request::Ping {})
        .await
        .expect("another person is not another place");
}

/// "With `refuse` a second device is answered by `too_many_sessions`."
#[tokio::test]
async fn with_refuse_the_first_device_stays() {
    let server = TestServer::builder()
        .set("sessions.policy", "refuse")
        .start()
        .await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut second = greeted(&server).await;
    let fault = refused(second.sign_in("anna", PASSWORD).await);
    assert_eq!(fault.code, FaultCode::TooManySessions);
    assert!(fault.text.contains("another device"), "{}", fault.text);
    let mut beside = greeted(&server).await;
    beside
        .resume(&desk.token)
        .await
        .expect("the same device is the same place");
    desk.ask(Request::Ping {}).await.expect("and stays");
    drop((desk, beside));
    let deadline = Instant::now() + DEADLINE;
    while let Err(failure) = second.sign_in("anna", PASSWORD).await {
        assert_eq!(failure.code(), Some(FaultCode::TooManySessions));
        assert!(Instant::now() < deadline, "the first one is gone");
    }
}

/// Another word there is no policy.
#[tokio::test]
async fn an_unknown_policy_is_refused_at_the_start() {
    let mut command = chat_tests::programs::command("chatd");
    command
        .arg("check")
        .env("CHATD__SESSIONS__POLICY", "sometimes");
    let output = chat_tests::programs::run(command, None).await;
    assert_ne!(output.code, 0);
    let text = format!("{}{}", output.out, output.err);
    assert!(text.contains("replace"), "names the choices: {text}");
}
