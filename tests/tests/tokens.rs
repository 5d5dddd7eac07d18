//! "After login a device may get a token (stored hashed, revocable, listed in `chatctl` and in the client) so
//! that it need not keep the password."

use chat_shared::{DeviceId, Event, FaultCode, Request};
use chat_tests::{Connection, Failure, TestClient, TestServer};

async fn devices(client: &mut TestClient) -> Vec<chat_shared::DeviceInfo> {
    let Ok(Event::Devices { devices }) = client.ask(Request::Devices {}).await else {
        panic!()
    };
    devices
}

#[tokio::test]
async fn a_token_signs_in_also_after_a_kill() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    anna.reconnect(&server).await.unwrap();
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    let general = anna.general().await;
    anna.post(general, "by token").await.unwrap();
    // Also on the Unix socket.
    let mut local = Connection::unix(&server).await;
    local.hello().await.unwrap();
    local.resume(&anna.token).await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_none_is_refused() {
    let server = TestServer::start().await;
    let anna = TestClient::join(&server, "anna").await;
    let mut changed = anna.token.clone().into_bytes();
    let last = changed.len() - 2;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    for token in [
        "",
        "x",
        &String::from_utf8(changed).unwrap(),
        &"z".repeat(1_000),
    ] {
        let failure = connection.resume(token).await.unwrap_err();
        assert_eq!(failure.code(), Some(FaultCode::TokenInvalid), "{token}");
    }
    connection
        .resume(&anna.token)
        .await
        .expect("the right one after wrong ones");
}

/// "`revoke_device` ends the token and the connections of the device".
#[tokio::test]
async fn revoking_a_device_ends_its_token_and_its_connections() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    let listed = devices(&mut desk).await;
    assert_eq!(listed.len(), 2);
    for device in &listed {
        assert_eq!(device.current, device.device == desk.device);
        assert_eq!(device.label, "test");
    }
    desk.ask(Request::RevokeDevice {
        device: phone.device,
    })
    .await
    .unwrap();
    assert_eq!(phone.end().await.unwrap().code, FaultCode::TokenInvalid);
    let failure = phone.reconnect(&server).await.unwrap_err();
    assert_eq!(failure.code(), Some(FaultCode::TokenInvalid));
    assert_eq!(devices(&mut desk).await.len(), 1);
    desk.ask(Request::Ping {})
        .await
        .expect("the other device is not touched");
}

#[tokio::test]
async fn nobody_revokes_the_device_of_another() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    for device in [anna.device, DeviceId(0), DeviceId(999)] {
        let fault = boris.refused(Request::RevokeDevice { device }).await;
        assert_eq!(fault.code, FaultCode::NoSuchDevice);
    }
    anna.ask(Request::Ping {}).await.unwrap();
}

/// "the asking one after its answer if it is its own"
#[tokio::test]
async fn a_device_may_end_itself() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let device = anna.device;
    anna.ask(Request::RevokeDevice { device })
        .await
        .expect("answered before the end");
    anna.end().await;
    assert!(matches!(
        anna.reconnect(&server).await,
        Err(Failure::Refused(_))
    ));
}

/// Limit: 64 devices of an account, 128 bytes of a label.
#[tokio::test]
async fn an_account_has_at_most_64_devices() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    for _ in 1..64 {
        TestClient::sign_in_on(&server, "anna").await;
    }
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    connection
        .sign_in("anna", chat_tests::PASSWORD)
        .await
        .unwrap();
    let fault = connection
        .refused(Request::AddDevice {
            label: "x".repeat(129),
        })
        .await;
    assert_eq!(fault.code, FaultCode::TextTooLong);
    let fault = connection
        .refused(Request::AddDevice {
            label: "one more".into(),
        })
        .await;
    assert_eq!(fault.code, FaultCode::TooManyDevices);
    let other = devices(&mut anna).await[1].device;
    anna.ask(Request::RevokeDevice { device: other })
        .await
        .unwrap();
    connection
        .ask(Request::AddDevice {
            label: "one more".into(),
        })
        .await
        .unwrap();
}

/// A new password ends all devices and connections.
#[tokio::test]
async fn a_new_password_ends_all_devices() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut admin = Connection::unix(&server).await;
    admin.hello().await.unwrap();
    let verifier = chat_tests::scram::verifier("another password", chat_tests::ITERATIONS);
    admin
        .ask(Request::AdminPasswordReset {
            name: "anna".into(),
            verifier,
        })
        .await
        .unwrap();
    anna.end().await;
    assert!(matches!(
        anna.reconnect(&server).await,
        Err(Failure::Refused(_))
    ));
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    connection
        .sign_in("anna", chat_tests::PASSWORD)
        .await
        .unwrap_err();
    connection
        .sign_in("anna", "another password")
        .await
        .unwrap();
}
