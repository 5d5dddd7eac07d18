//! When strangers pour in: banned addresses and the panic switch.

use chat_shared::{AccountId, Command, Event, FaultCode, HouseRole, RegistrationMode};
use chat_tests::client::register;
use chat_tests::{Admin, Connection, DEADLINE, Failure, TestClient, TestServer, chatctl};
use std::time::Duration;
use tokio::time::Instant;

fn refused<T: std::fmt::Debug>(result: Result<T, Failure>) -> chat_shared::Fault {
    match result {
        Err(Failure::Refused(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// "Its live connections end with `address_banned`; new ones are closed without a word, before TLS."
#[tokio::test]
async fn a_banned_address_is_shut_out() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut greeting = Connection::tls(&server).await;
    greeting.hello().await.unwrap();
    let elsewhere = ["ban-address", "192.0.2.0/24"];
    let _ = chatctl(&server, &elsewhere).await.ok();
    anna.ask(chat_shared::Request::Ping {})
        .await
        .expect("others are not touched");

    let here = [
        "ban-address",
        "127.0.0.0/8",
        "--reason",
        "guesses passwords",
    ];
    let _ = chatctl(&server, &here).await.ok();
    let end = anna.end().await.expect("it says why");
    assert_eq!(end.code, FaultCode::AddressBanned);
    assert!(Connection::try_tls(&server).await.is_err());
    server.restart().await;
    assert!(
        Connection::try_tls(&server).await.is_err(),
        "also after a restart"
    );
    let mut admin = Admin::at(&server).await;
    let bans = admin.bans().await.unwrap().addresses;
    let networks: Vec<_> = bans.iter().map(|ban| ban.network.as_str()).collect();
    assert_eq!(networks, ["127.0.0.0/8", "192.0.2.0/24"]);
    assert_eq!(bans[0].reason, "guesses passwords");
    // Who is at the machine is never shut out.
    let _ = chatctl(&server, &["unban-address", "127.0.0.0/8"])
        .await
        .ok();
    anna.reconnect(&server).await.unwrap();

    // It ends by itself.
    let short = ["ban-address", "127.0.0.1", "--for", "1s"];
    let _ = chatctl(&server, &short).await.ok();
    assert_eq!(anna.end().await.unwrap().code, FaultCode::AddressBanned);
    let deadline = Instant::now() + DEADLINE;
    while anna.reconnect(&server).await.is_err() {
        assert!(Instant::now() < deadline, "it does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// "`ban_address` takes an address or a network, `192.0.2.7`, `192.0.2.0/24` or `2001:db8::/32`; anything else is
/// `bad_network`."
#[tokio::test]
async fn what_is_no_network_is_refused() {
    let server = TestServer::start().await;
    let mut admin = Admin::at(&server).await;
    let ban = |network: &str| Command::BanAddress {
        network: network.into(),
        until: None,
        reason: String::new(),
    };
    for wrong in [
        "",
        "here",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.0/33",
        "2001:db8::/129",
        "192.0.2.0/",
        "192.0.2.0/-1",
        &"1".repeat(3_000),
    ] {
        let fault = refused(admin.commands(ban(wrong)).await);
        assert_eq!(fault.code, FaultCode::BadNetwork, "{wrong}");
    }
    for right in ["192.0.2.7", "192.0.2.0/24", "2001:db8::/32"] {
        admin.commands(ban(right)).await.unwrap();
    }
    let bans = admin.bans().await.unwrap().addresses;
    assert_eq!(bans.len(), 3, "{bans:?}");
    let unknown = Command::UnbanAddress {
        network: "198.51.100.1".into(),
    };
    let fault = refused(admin.commands(unknown).await);
    assert_eq!(fault.code, FaultCode::NotRestricted);
}

/// "While the panic switch is on (`panic`), nobody registers but over the Unix socket, for those who may administer,
/// and accounts that are younger than a day wait 30 seconds between two messages, wherever they write: `slow_mode`."
#[tokio::test]
async fn the_panic_switch_closes_the_door_and_slows_newcomers() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let general = anna.general().await;
    let mut admin = Admin::at(&server).await;
    let invite = admin.invite_new(5, &[], HouseRole::Member).await.unwrap();
    anna.post(general, "quick").await.unwrap();
    let _ = chatctl(&server, &["panic", "on"]).await.ok();

    for restart in [false, true] {
        if restart {
            server.restart().await;
            anna.reconnect(&server).await.unwrap();
        }
        let mut stranger = Connection::tls(&server).await;
        let welcome = stranger.hello().await.unwrap();
        assert!(
            matches!(
                welcome,
                Event::Welcome {
                    registration: RegistrationMode::Closed,
                    may_register: false,
                    ..
                }
            ),
            "{welcome:?}"
        );
        for code in [None, Some(invite.code.as_str())] {
            let fault = refused(register(&mut stranger, "eve", code).await);
            assert_eq!(fault.code, FaultCode::RegistrationClosed);
        }
    }
    let direct = anna.open_direct(&[boris.account]).await.unwrap();
    anna.post(direct, "one").await.unwrap();
    for conversation in [direct, general] {
        if conversation == general {
            anna.post(general, "one here").await.ok();
        }
        let fault = refused(anna.post(conversation, "two").await);
        assert_eq!(fault.code, FaultCode::SlowMode);
        let wait = fault.retry_after_ms.unwrap();
        assert!((10_000..=30_000).contains(&wait), "{wait}");
    }

    // At the machine the door is open.
    let mut local = Connection::unix(&server).await;
    local.hello().await.unwrap();
    register(&mut local, "carla", None).await.unwrap();
    let status = chatctl(&server, &["panic", "status", "--json"]).await.ok();
    assert!(status.out.contains("true"), "{}", status.out);

    let _ = chatctl(&server, &["panic", "off"]).await.ok();
    for text in ["three", "four"] {
        anna.post(direct, text).await.unwrap();
    }
    let mut stranger = Connection::tls(&server).await;
    stranger.hello().await.unwrap();
    let registered = register(&mut stranger, "eve", None).await.unwrap();
    assert!(matches!(registered, Event::Registered { account, .. } if account > AccountId(0)));
}
