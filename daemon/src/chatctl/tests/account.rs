//! `chatctl account`.

use super::*;

#[test]
fn all_pages_of_accounts_are_listed() {
    let pages = || {
        let former = AccountInfo {
            deleted: true,
            enabled: false,
            ..info(3, "cy\u{1b}[2J")
        };
        let seen = AccountInfo {
            last_seen: Some(THEN),
            last_address: Some("192.0.2.7".into()),
            display_name: "Bo\u{1b}[2J".into(),
            ..info(2, "bo")
        };
        vec![
            Event::Accounts {
                accounts: vec![info(1, "anna"), seen],
                more: true,
            },
            accounts(vec![former]),
        ]
    };
    let (text, asked) = printed(&["account", "list"], pages());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    let words = |line: &str| -> Vec<String> { line.split_whitespace().map(String::from).collect() };
    assert_eq!(
        words(lines[1])[..6],
        ["anna", "administrator", "enabled", "1", "-", "-"]
    );
    assert_eq!(words(lines[2])[..4], ["bo", "member", "disabled", "2"]);
    assert!(lines[2].contains("192.0.2.7"), "{text}");
    assert_eq!(words(lines[3])[2], "former");
    assert!(!text.contains('\u{1b}'));
    let after = AccountId(2);
    assert_eq!(asked, Request::AdminAccounts { after });

    let list = value_of(&["account", "list"], pages());
    assert_eq!(list[1]["name"], "bo");
    assert_eq!(list[1]["display_name"], "Bo�[2J");
    assert_eq!(list[1]["enabled"], false);
    assert_eq!(list[1]["last_seen"], "2023-11-14T22:13:20.000Z");
    assert_eq!(list[0]["created_at"], "2023-11-14T22:13:20.000Z");
    assert_eq!(list[0]["last_seen"], Value::Null);
    assert_eq!(list[0]["role"], "administrator");
    assert_eq!(list[2]["deleted"], true);
}

#[test]
fn a_page_that_does_not_go_on_is_the_last() {
    let again = || Event::Accounts {
        accounts: vec![info(1, "anna")],
        more: true,
    };
    let list = value_of(&["account", "list"], vec![again(), again()]);
    assert_eq!(list.as_array().unwrap().len(), 2);
}

#[test]
fn an_account_is_made_with_a_verifier_and_without_the_password() {
    let registered = Event::Registered {
        account: AccountId(4),
        name: "anna".into(),
        administrator: false,
    };
    let script = Script::of(vec![registered]);
    let file = script.directory.path().join("password");
    std::fs::write(&file, "correct horse\r\n").unwrap();
    let file = file.to_str().unwrap().to_owned();
    let text = script
        .run(&["account", "add", "Anna", "--password-file", &file])
        .unwrap();
    assert_eq!(text, "account anna is made\n");
    let requests = script.requests();
    let Request::AdminAccountAdd { name, verifier } = &requests[0] else {
        panic!("{requests:?}");
    };
    assert_eq!(name, "Anna");
    assert_fits(verifier, "correct horse");
}

fn assert_fits(verifier: &chat_shared::VerifierData, password: &str) {
    let salt = verifier.salt.as_slice().try_into().unwrap();
    let expected = chat_shared::scram::Verifier::derive(password, salt, 4_096).unwrap();
    assert_eq!(verifier.stored_key.as_slice(), expected.stored_key);
    assert_eq!(verifier.server_key.as_slice(), expected.server_key);
}

#[test]
fn a_password_that_will_not_do_is_wrong_usage_and_nobody_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    for content in ["", "short", "two\nlines of it"] {
        let file = directory.path().join("password");
        std::fs::write(&file, content).unwrap();
        let file = file.to_str().unwrap();
        for command in ["add", "reset-password"] {
            let line = [
                "chatctl",
                "account",
                command,
                "anna",
                "--password-file",
                file,
            ];
            let failure = run(&Arguments::try_parse_from(line).unwrap()).unwrap_err();
            assert!(matches!(failure, Failure::Usage(_)), "{failure}");
        }
    }
}

#[test]
fn a_new_password_is_printed_and_fits_the_verifier() {
    let script = Script::of(vec![DONE]);
    let text = script
        .run(&["--json", "account", "reset-password", "anna"])
        .unwrap();
    let printed: Value = serde_json::from_str(&text).unwrap();
    let password = printed["password"].as_str().unwrap();
    assert_eq!(password.len(), 29);
    let requests = script.requests();
    let Request::AdminPasswordReset { verifier, .. } = &requests[0] else {
        panic!("{requests:?}");
    };
    assert_fits(verifier, password);
    assert_ne!(password::random().unwrap(), password::random().unwrap());
}

#[test]
fn a_password_of_a_file_is_not_printed() {
    let script = Script::of(vec![DONE]);
    let file = script.directory.path().join("password");
    std::fs::write(&file, "correct horse\n").unwrap();
    let file = file.to_str().unwrap().to_owned();
    let text = script
        .run(&[
            "account",
            "reset-password",
            "anna",
            "--password-file",
            &file,
        ])
        .unwrap();
    assert!(text.contains("anna") && !text.contains("horse"), "{text}");
    let requests = script.requests();
    let Request::AdminPasswordReset { verifier, .. } = &requests[0] else {
        panic!("{requests:?}");
    };
    assert_fits(verifier, "correct horse");
}

#[test]
fn a_reset_code_is_printed_and_holds_for_a_day() {
    let code = || {
        vec![Event::ResetCode {
            code: "AB-CD".into(),
            expires_at: THEN,
        }]
    };
    let (text, asked) = printed(&["account", "reset-code", "anna"], code());
    assert!(text.contains("  AB-CD  anna can"), "{text}");
    assert_eq!(
        asked,
        Request::AdminResetCode {
            name: "anna".into(),
            expires_secs: 86_400
        }
    );
    let made = value_of(&["account", "reset-code", "anna"], code());
    assert_eq!(made["code"], "AB-CD");
    assert_eq!(made["expires_at"], "2023-11-14T22:13:20.000Z");
}

#[test]
fn all_about_somebody_is_shown_and_cleaned() {
    let (text, asked) = printed(&["account", "show", "Anna"], vec![card(3, "anna")]);
    let name = "Anna".to_owned();
    assert_eq!(asked, Request::AdminCard { name });
    assert!(!text.contains('\u{1b}'), "{text}");
    for line in [
        "name           anna",
        "called         Anna�[2J",
        "department     Sales",
        "about          one\n               two",
        "role           moderator",
        "state          enabled",
        "presence       do not disturb",
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line} in {text}");
    }
    assert!(text.contains("from 192.0.2.7\n"), "{text}");
    assert!(text.contains("\n5       1 "), "the devices in {text}");
    assert!(
        !text.contains("e-mail"),
        "what is empty is left out: {text}"
    );

    let shown = value_of(&["account", "show", "anna"], vec![card(3, "anna")]);
    assert_eq!(shown["account"], 3);
    assert_eq!(shown["presence"], "do_not_disturb");
    assert_eq!(shown["profile"]["about"], "one\ntwo");
    assert_eq!(shown["devices"][0]["label"], "desk�[2J");

    let devices = value_of(&["account", "devices", "anna"], vec![card(3, "anna")]);
    assert_eq!(devices, shown["devices"]);
}

#[test]
fn somebody_without_devices_is_said_to_have_none() {
    let Event::AdminCard {
        card, created_at, ..
    } = card(3, "anna")
    else {
        unreachable!()
    };
    let none = || {
        vec![Event::AdminCard {
            card: card.clone(),
            devices: Vec::new(),
            created_at,
        }]
    };
    let (text, _) = printed(&["account", "devices", "anna"], none());
    assert_eq!(text, "anna has no devices\n");
    let shown = value_of(&["account", "devices", "anna"], none());
    assert_eq!(shown, value!([]));
}

#[test]
fn only_the_given_fields_of_a_profile_are_changed() {
    let command = [
        "account",
        "profile",
        "anna",
        "--department",
        "Marketing",
        "--about",
        "",
        "--time-zone",
        "Europe/Berlin",
    ];
    let (text, asked) = printed(&command, vec![card(3, "anna"), DONE]);
    assert_eq!(text, "the profile of anna is changed\n");
    let profile = Profile {
        display_name: "Anna\u{1b}[2J".into(),
        department: "Marketing".into(),
        time_zone: "Europe/Berlin".into(),
        ..Profile::default()
    };
    let wanted = Wanted::SetProfile {
        account: Some(AccountId(3)),
        profile,
    };
    assert_eq!(asked, commanded(wanted));
    let changed = value_of(&command, vec![card(3, "anna"), DONE]);
    assert_eq!(changed["profile"]["department"], "Marketing");
}

#[test]
fn what_is_done_about_an_account_names_it_by_its_id() {
    let account = AccountId(3);
    let cases = [
        (
            "account disable Anna --reason left",
            Wanted::EnableAccount {
                account,
                enabled: false,
                reason: "left".into(),
            },
            "anna is disabled and signed out everywhere",
            value!({ "name": "anna", "enabled": false }),
        ),
        (
            "account enable Anna",
            Wanted::EnableAccount {
                account,
                enabled: true,
                reason: String::new(),
            },
            "anna can sign in again",
            value!({ "name": "anna", "enabled": true }),
        ),
        (
            "account role Anna moderator",
            Wanted::SetHouseRole {
                account,
                role: HouseRole::Moderator,
            },
            "anna is a moderator of the house",
            value!({ "name": "anna", "role": "moderator" }),
        ),
        (
            "account revoke-device Anna 4",
            Wanted::RevokeDeviceOf {
                account,
                device: DeviceId(4),
            },
            "device 4 of anna is signed out",
            value!({ "name": "anna", "device": 4, "revoked": true }),
        ),
    ];
    for (line, wanted, said, shown) in cases {
        let command: Vec<_> = line.split(' ').collect();
        let (text, asked) = printed(&command, vec![card(3, "anna"), DONE]);
        assert_eq!(asked, commanded(wanted));
        assert_eq!(text.trim_end(), said);
        let value = value_of(&command, vec![card(3, "anna"), DONE]);
        assert_eq!(value, shown);
    }
}

#[test]
fn an_account_is_deleted_by_its_name_given_twice() {
    let command = ["account", "delete", "Anna", "--yes", "anne"];
    let (text, asked) = printed(&command, vec![card(3, "anna"), DONE]);
    assert!(text == "the account anna is deleted\n", "{text}");
    // Whether the name is the right one, the daemon says.
    let wanted = Wanted::DeleteAccountOf {
        account: AccountId(3),
        name: "anne".into(),
    };
    assert_eq!(asked, commanded(wanted));
    let shown = value_of(&command, vec![card(3, "anna"), DONE]);
    assert_eq!(shown, value!({ "name": "anna", "deleted": true }));
}

#[test]
fn somebody_who_does_not_exist_is_refused_before_anything_is_done() {
    let fault = Fault::new(FaultCode::NoSuchAccount, "there is no account nobody");
    let script = Script::of(vec![Event::Fault { fault }]);
    let failure = script.run(&["account", "disable", "nobody"]).unwrap_err();
    assert!(failure.to_string().ends_with("(no_such_account)"));
    assert_eq!(script.requests().len(), 1);
}
