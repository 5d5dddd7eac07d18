//! "Registration modes `open`, `invite`, `closed`; default `invite`. The first account made over the Unix
//! socket, or with the invite that the first start prints, is the administrator."

use chat_shared::{Event, FaultCode, HouseRole, RegistrationMode, Request};
use chat_tests::client::register;
use chat_tests::{Connection, Failure, TestClient, TestServer, chatctl, scram};

async fn welcomed(server: &TestServer) -> (Connection, Event) {
    let mut connection = Connection::tls(server).await;
    let welcome = connection.hello().await.unwrap();
    (connection, welcome)
}

fn is_administrator(registered: &Event) -> bool {
    let Event::Registered { administrator, .. } = registered else {
        panic!("{registered:?}")
    };
    *administrator
}

fn code(failure: Result<Event, Failure>) -> FaultCode {
    failure.expect_err("refused").code().expect("a fault")
}

#[tokio::test]
async fn the_first_invite_makes_the_administrator_and_no_other() {
    let server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let invite = server.first_invite().await;
    let (mut connection, welcome) = welcomed(&server).await;
    let Event::Welcome {
        registration,
        may_register,
        ..
    } = welcome
    else {
        panic!("{welcome:?}")
    };
    assert_eq!(
        (registration, may_register),
        (RegistrationMode::Invite, false)
    );
    assert_eq!(
        code(register(&mut connection, "anna", None).await),
        FaultCode::InviteNeeded
    );
    let wrong = register(&mut connection, "anna", Some("not-a-code")).await;
    assert_eq!(code(wrong), FaultCode::InviteInvalid);
    let registered = register(&mut connection, "Anna", Some(&invite))
        .await
        .unwrap();
    assert!(is_administrator(&registered));
    let signed_in = connection
        .sign_in("anna", chat_tests::PASSWORD)
        .await
        .unwrap();
    assert!(matches!(
        signed_in,
        Event::SignedIn {
            administrator: true,
            ..
        }
    ));

    // Used once, or for others without the right: never a second administrator.
    let (mut second, _) = welcomed(&server).await;
    match register(&mut second, "boris", Some(&invite)).await {
        Ok(registered) => assert!(!is_administrator(&registered)),
        Err(failure) => assert_eq!(failure.code(), Some(FaultCode::InviteInvalid)),
    }
}

#[tokio::test]
async fn the_first_account_over_the_socket_is_the_administrator() {
    let server = TestServer::builder()
        .set("house.registration", "closed")
        .start()
        .await;
    let mut connection = Connection::unix(&server).await;
    let Ok(Event::Welcome { may_register, .. }) = connection.hello().await else {
        panic!("welcome")
    };
    assert!(may_register, "this test runs as the daemon's user");
    assert!(is_administrator(
        &register(&mut connection, "anna", None).await.unwrap()
    ));
    assert!(!is_administrator(
        &register(&mut connection, "boris", None).await.unwrap()
    ));
    let (mut stranger, _) = welcomed(&server).await;
    assert_eq!(
        code(register(&mut stranger, "eve", None).await),
        FaultCode::RegistrationClosed
    );
}

#[tokio::test]
async fn an_open_house_takes_everybody() {
    let server = TestServer::start().await;
    let (mut connection, welcome) = welcomed(&server).await;
    assert!(matches!(
        welcome,
        Event::Welcome {
            registration: RegistrationMode::Open,
            ..
        }
    ));
    register(&mut connection, "anna", None).await.unwrap();
    assert_eq!(
        code(register(&mut connection, "anna", None).await),
        FaultCode::NameTaken
    );
    assert_eq!(
        code(register(&mut connection, "ANNA", None).await),
        FaultCode::NameTaken
    );
    let confusable = register(&mut connection, "аnnа", None).await; // Cyrillic а
    assert!(
        matches!(
            confusable.unwrap_err().code(),
            Some(FaultCode::NameConfusable | FaultCode::BadName)
        ),
        "an imitation is refused"
    );
    assert_eq!(
        code(
            register(&mut connection, "0scar0", None)
                .await
                .and(register(&mut connection, "Oscaro", None).await)
        ),
        FaultCode::NameConfusable
    );
    for bad in [
        "",
        "a",
        "with space",
        "admin",
        "123",
        "@anna",
        "-x-",
        "new\nline",
        &"x".repeat(33),
    ] {
        assert_eq!(
            code(register(&mut connection, bad, None).await),
            FaultCode::BadName,
            "{bad:?}"
        );
    }
    for name in ["Борис", "阿里山", "Nguyễn", "zoë"] {
        register(&mut connection, name, None)
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

/// "A verifier whose salt is not 16 bytes, whose keys are not 32 bytes, or whose iterations are others than
/// `welcome` asked for, is answered by `bad_password`."
#[tokio::test]
async fn a_poor_verifier_is_refused() {
    let server = TestServer::start().await;
    let (mut connection, welcome) = welcomed(&server).await;
    let Event::Welcome { iterations, .. } = welcome else {
        panic!()
    };
    assert_eq!(iterations, chat_tests::ITERATIONS);
    let good = scram::verifier(chat_tests::PASSWORD, iterations);
    let mut poor = Vec::new();
    for spoil in 0..5 {
        let mut verifier = good.clone();
        match spoil {
            0 => verifier.salt = vec![1; 8].into(),
            1 => verifier.stored_key = vec![1; 31].into(),
            2 => verifier.server_key = vec![].into(),
            3 => verifier.iterations = iterations - 1,
            _ => verifier.salt = vec![1; 64].into(),
        }
        poor.push(verifier);
    }
    for verifier in poor {
        let request = Request::Register {
            name: "anna".into(),
            verifier,
            invite: None,
        };
        assert_eq!(
            connection.refused(request).await.code,
            FaultCode::BadPassword
        );
    }
    register(&mut connection, "anna", None)
        .await
        .expect("the name was not used");
}

#[tokio::test]
async fn an_invitation_ends_by_use_by_time_and_by_revocation() {
    let server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let mut admin = Connection::unix(&server).await;
    admin.hello().await.unwrap();
    let new = |uses, expires_secs| Request::AdminInviteNew {
        uses,
        expires_secs,
        rooms: Vec::new(),
        role: HouseRole::Member,
    };
    let made = |event: Result<Event, Failure>| {
        let Ok(Event::InviteMade {
            invite,
            code,
            links,
            ..
        }) = event
        else {
            panic!("{event:?}")
        };
        (invite, code, links)
    };
    let (mut connection, _) = welcomed(&server).await;

    let (_, twice, links) = made(admin.ask(new(2, 3600)).await);
    assert!(
        links
            .iter()
            .any(|l| l.contains(&twice) && l.contains(server.pin())),
        "{links:?}"
    );
    let registered = register(&mut connection, "anna", Some(&twice))
        .await
        .unwrap();
    assert!(
        !is_administrator(&registered),
        "only the founder's invitation makes one"
    );
    // A refused registration does not use it up.
    assert_eq!(
        code(register(&mut connection, "anna", Some(&twice)).await),
        FaultCode::NameTaken
    );
    register(&mut connection, "boris", Some(&twice))
        .await
        .unwrap();
    assert_eq!(
        code(register(&mut connection, "carla", Some(&twice)).await),
        FaultCode::InviteInvalid
    );

    let (_, short, _) = made(admin.ask(new(5, 1)).await);
    let deadline = tokio::time::Instant::now() + chat_tests::DEADLINE;
    loop {
        // It holds for a second: until then it is listed.
        let after = chat_shared::InviteId(0);
        let Ok(Event::Invites { invites, .. }) = admin.ask(Request::AdminInvites { after }).await
        else {
            panic!()
        };
        if !invites.iter().any(|invite| invite.uses_left == 5) {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "it does not expire");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        code(register(&mut connection, "carla", Some(&short)).await),
        FaultCode::InviteInvalid
    );

    let (invite, revoked, _) = made(admin.ask(new(5, 3600)).await);
    admin
        .ask(Request::AdminInviteRevoke { invite })
        .await
        .unwrap();
    assert_eq!(
        code(register(&mut connection, "carla", Some(&revoked)).await),
        FaultCode::InviteInvalid
    );
    let again = admin.refused(Request::AdminInviteRevoke { invite }).await;
    assert_eq!(again.code, FaultCode::NoSuchInvite);
}

/// "Every new account is a member of the room `general`."
#[tokio::test]
async fn everybody_begins_in_general() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let summaries = anna.sync_from(&[], 10).await;
    assert_eq!(summaries.len(), 1);
    let chat_shared::ConversationKind::Room { name, .. } = &summaries[0].about else {
        panic!()
    };
    assert_eq!(name, "general");
    assert_eq!(summaries[0].members, 1);
}

/// The first start's invitation is printed once; a restart prints none of it.
#[tokio::test]
async fn the_invite_of_the_first_start_survives_a_restart() {
    let mut server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let invite = server.first_invite().await;
    server.restart().await;
    let (mut connection, _) = welcomed(&server).await;
    assert!(is_administrator(
        &register(&mut connection, "anna", Some(&invite))
            .await
            .unwrap()
    ));
    assert_eq!(
        chatctl(&server, &["account", "list"])
            .await
            .ok()
            .out
            .matches("anna")
            .count(),
        1
    );
}
