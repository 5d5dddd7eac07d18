//! "A profile is what a person tells of themselves: seven texts, each of which may be empty. `set_profile` sets
//! it whole, and the house feed tells everybody by `profile_set`."

use chat_shared::limits::{ABOUT_BYTES, PROFILE_FIELD_BYTES};
use chat_shared::{AccountId, Command, EntryBody, FaultCode, HouseRole, Profile, Request};
use chat_tests::{Admin, TestClient, TestServer};

fn set(profile: &Profile) -> Command {
    Command::SetProfile {
        account: None,
        profile: profile.clone(),
    }
}

fn alexander(department: &str) -> Profile {
    Profile {
        display_name: "Alexander".into(),
        full_name: "Alexander Ivanov".into(),
        email: format!("alexander@{department}.example"),
        phone: "+49 30 1234".into(),
        department: department.into(),
        about: "Tea, not coffee.\nIn from eight.".into(),
        time_zone: "Europe/Berlin".into(),
    }
}

async fn names_found(client: &mut TestClient, text: &str) -> Vec<String> {
    let people = client.search_people(text).await.unwrap();
    people.into_iter().map(|person| person.name).collect()
}

#[tokio::test]
async fn what_somebody_tells_is_told_to_everybody_and_stays() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut alex = TestClient::join(&server, "alex").await;
    let account = alex.account;
    let empty = anna.card(account).await.unwrap().profile;
    assert_eq!(empty, Profile::default());

    let told = alexander("sales");
    alex.commands(set(&told)).await.unwrap();
    let expected = EntryBody::ProfileSet {
        account,
        profile: Box::new(told.clone()),
    };
    let entry = anna
        .house_entry("the profile", |body| *body == expected)
        .await;
    assert_eq!(entry.by, Some(account));
    assert_eq!(anna.card(account).await.unwrap().profile, told);
    let people = anna.people_named(&["Alex", "nobody-here"]).await.unwrap();
    assert_eq!(people.len(), 1, "whoever does not exist is not in it");
    assert_eq!((&*people[0].name, &people[0].profile), ("alex", &told));

    // Whole: what is not given is gone.
    let less = Profile {
        phone: "12".into(),
        ..Profile::default()
    };
    alex.commands(set(&less)).await.unwrap();
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    assert_eq!(anna.card(account).await.unwrap().profile, less);
}

/// "Names stay what people are known by: a client shows the name beside the `display_name`, since two people may
/// call themselves the same." and "`search_people` those in which all words of `text` occur".
#[tokio::test]
async fn two_alexanders_are_told_apart() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut first = TestClient::join(&server, "alex").await;
    let mut second = TestClient::join(&server, "sascha").await;
    first.commands(set(&alexander("sales"))).await.unwrap();
    second
        .commands(set(&alexander("purchasing")))
        .await
        .unwrap();

    let both = anna.search_people("alexander").await.unwrap();
    let shown: Vec<_> = both
        .iter()
        .map(|person| (&*person.name, &*person.profile.display_name))
        .collect();
    assert_eq!(shown, [("alex", "Alexander"), ("sascha", "Alexander")]);
    for (text, found) in [
        ("alexander sales", &["alex"][..]),
        ("IVANOV Purch", &["sascha"]),
        ("sascha", &["sascha"]),
        ("tea berlin", &["alex", "sascha"]),
        ("sales purchasing", &[]),
        ("alexander nowhere", &[]),
        ("", &["anna", "alex", "sascha"]),
    ] {
        assert_eq!(names_found(&mut anna, text).await, found, "{text:?}");
    }
    let long = "x".repeat(PROFILE_FIELD_BYTES + 1);
    let fault = anna
        .refused(Request::SearchPeople {
            text: long,
            after: AccountId(0),
        })
        .await;
    assert_eq!(fault.code, FaultCode::TextTooLong);
}

/// "field of a profile, `about` of it: 128 and 1,024 bytes" and "A profile, a status, ... hold no control
/// characters, but for newlines in `about`".
#[tokio::test]
async fn a_profile_has_limits_and_what_is_refused_changes_nothing() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let fields: [fn(&mut Profile) -> &mut String; 6] = [
        |p| &mut p.display_name,
        |p| &mut p.full_name,
        |p| &mut p.email,
        |p| &mut p.phone,
        |p| &mut p.department,
        |p| &mut p.time_zone,
    ];
    let about: fn(&mut Profile) -> &mut String = |p| &mut p.about;
    let all = fields.into_iter().map(|field| (field, PROFILE_FIELD_BYTES));
    for (field, limit) in all.chain([(about, ABOUT_BYTES)]) {
        let before = anna.card(anna.account).await.unwrap().profile;
        for (text, code) in [
            ("x".repeat(limit + 1), FaultCode::TextTooLong),
            ("\u{e9}".repeat(limit / 2 + 1), FaultCode::TextTooLong),
            ("\u{1b}[2J".into(), FaultCode::BadText),
            ("a\tb".into(), FaultCode::BadText),
        ] {
            let mut profile = before.clone();
            *field(&mut profile) = text;
            assert_eq!(anna.may_not(set(&profile)).await.code, code, "{profile:?}");
        }
        let account = anna.account;
        assert_eq!(anna.card(account).await.unwrap().profile, before);
        let mut most = before;
        *field(&mut most) = format!("x@{}", "x".repeat(limit - 2));
        if !most.time_zone.is_empty() {
            // None has a name that long.
            most.time_zone = "America/Argentina/ComodRivadavia".into();
        }
        anna.commands(set(&most)).await.unwrap();
        assert_eq!(anna.card(account).await.unwrap().profile, most);
    }
    let lines = |field: fn(&mut Profile) -> &mut String| {
        let mut profile = Profile::default();
        *field(&mut profile) = "one\ntwo".into();
        profile
    };
    anna.commands(set(&lines(about))).await.unwrap();
    let fault = anna.may_not(set(&lines(fields[0]))).await;
    assert_eq!(fault.code, FaultCode::BadText, "a name is one line");
    for (field, text) in [(fields[2], "notanemail"), (fields[5], "Mars/Olympus")] {
        let mut profile = Profile::default();
        *field(&mut profile) = text.into();
        let fault = anna.may_not(set(&profile)).await;
        assert_eq!(fault.code, FaultCode::BadText, "{text}");
        assert!(fault.text.contains(text), "{fault}");
    }
}

/// "`set_profile`: `account` optional integer: somebody else's, for administrators".
#[tokio::test]
async fn administrators_put_people_into_departments_and_nobody_else_does() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let of = |account| Command::SetProfile {
        account: Some(account),
        profile: Profile {
            department: "sales".into(),
            ..Profile::default()
        },
    };
    let mut admin = Admin::at(&server).await;
    admin.appoints(anna.account, HouseRole::Administrator).await;
    admin.appoints(clara.account, HouseRole::Moderator).await;
    for client in [&mut boris, &mut clara] {
        let other = if client.name == "boris" {
            anna.account
        } else {
            AccountId(2)
        };
        let fault = client.may_not(of(other)).await;
        assert_eq!(fault.code, FaultCode::NotAllowed, "{}", client.name);
    }
    anna.commands(of(boris.account)).await.unwrap();
    let own = of(clara.account);
    clara.commands(own).await.unwrap();
    for account in [boris.account, clara.account] {
        let card = anna.card(account).await.unwrap();
        assert_eq!(card.profile.department, "sales");
    }
    let nobody = anna.may_not(of(AccountId(999))).await;
    assert_eq!(nobody.code, FaultCode::NoSuchAccount);

    // At the machine too, and each act for somebody else is in the audit log.
    admin.commands(of(anna.account)).await.unwrap();
    let acts = admin
        .audit(chat_tests::AuditFilter {
            act: "set_profile".into(),
            ..chat_tests::AuditFilter::default()
        })
        .await
        .unwrap();
    let acts: Vec<_> = acts
        .iter()
        .map(|line| (&*line.by_name, &*line.target, &*line.detail))
        .collect();
    let field = "department";
    assert_eq!(acts, [("anna", "boris", field), ("", "anna", field)]);
}

/// "a card: `account`, `name`, `profile`, `role` a house role, `enabled`, `deleted`..."
#[tokio::test]
async fn a_card_says_what_somebody_is_in_the_house() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let account = boris.account;
    let mut admin = Admin::at(&server).await;
    admin.appoints(account, HouseRole::Moderator).await;
    let card = anna.card(account).await.unwrap();
    assert_eq!((&*card.name, card.role), ("boris", HouseRole::Moderator));
    assert!(card.enabled && !card.deleted);
    let disable = Command::EnableAccount {
        account,
        enabled: false,
        reason: String::new(),
    };
    admin.commands(disable).await.unwrap();
    assert!(!anna.card(account).await.unwrap().enabled);
    let account = AccountId(999);
    let fault = anna.refused(Request::Card { account }).await;
    assert_eq!(fault.code, FaultCode::NoSuchAccount);
}
