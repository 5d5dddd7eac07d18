use super::*;
use crate::scram::message::escape;
use data_encoding::BASE64;
use proptest::prelude::{any, proptest};

const SALT: [u8; 16] = [7; 16];

fn tls() -> Binding {
    Binding::TlsExporter(vec![9; 32])
}

fn verifier(password: &str) -> Verifier {
    Verifier::derive(password, SALT, MIN_ITERATIONS).unwrap()
}

/// A whole login as far as it gets; both sides must agree on its success.
fn login(
    secret: &mut Secret,
    ours: Binding,
    theirs: Binding,
    known: bool,
) -> Result<(), ScramError> {
    let mechanism = ours.mechanism();
    let (client, first) = ClientLogin::start("anna", ours, [1; 24])?;
    let (server, name) = ServerLogin::first(&first, mechanism, theirs)?;
    assert_eq!(name, "anna");
    let (server, challenge) = server.challenge(verifier("correct horse"), known, [2; 24]);
    let (client, proof) = client.proof(&challenge, secret)?;
    client.verify(&server.finish(&proof)?)
}

fn right() -> Secret {
    Secret::password("correct horse")
}

fn rfc_7677_verifier() -> Verifier {
    let salt = BASE64
        .decode(b"W22ZaJ0SNY7soEsUEjb6gQ==")
        .unwrap()
        .try_into()
        .unwrap();
    Verifier::derive("pencil", salt, 4096).unwrap()
}

#[test]
fn both_sides_speak_the_example_of_rfc_7677() {
    let (client, first) =
        ClientLogin::start_with("user", Binding::None, "rOprNGfwEbeRWgbNEkqO".into()).unwrap();
    assert_eq!(first, b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    let (server, name) = ServerLogin::first(&first, Mechanism::ScramSha256, Binding::None).unwrap();
    assert_eq!(name, "user");
    let (server, challenge) =
        server.challenge_with(rfc_7677_verifier(), true, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    assert_eq!(
        challenge,
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    );
    let (client, proof) = client
        .proof(&challenge, &mut Secret::password("pencil"))
        .unwrap();
    assert_eq!(
        proof,
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    );
    let last = server.finish(&proof).unwrap();
    assert_eq!(last, b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assert_eq!(client.verify(&last), Ok(()));
}

#[test]
fn the_right_password_logs_in_with_and_without_tls() {
    assert_eq!(login(&mut right(), tls(), tls(), true), Ok(()));
    assert_eq!(
        login(&mut right(), Binding::None, Binding::None, true),
        Ok(())
    );
}

#[test]
fn whatever_is_wrong_fails_alike() {
    let failed = Err(ScramError::AuthenticationFailed);
    assert_eq!(
        login(&mut Secret::password("wrong horse"), tls(), tls(), true),
        failed
    );
    assert_eq!(login(&mut right(), tls(), tls(), false), failed);
    assert_eq!(
        login(&mut right(), tls(), Binding::TlsExporter(vec![8; 32]), true),
        failed
    );
    assert_eq!(
        login(&mut right(), tls(), Binding::TlsExporter(Vec::new()), true),
        failed
    );
}

#[test]
fn plain_scram_on_tls_is_a_downgrade() {
    let needed = Mechanism::ScramSha256Plus;
    for first in [
        &b"y,,n=anna,r=abc"[..],
        b"n,,n=anna,r=abc",
        b"p=tls-exporter,,n=anna,r=abc",
    ] {
        let refused = ServerLogin::first(first, Mechanism::ScramSha256, tls()).unwrap_err();
        assert_eq!(refused, ScramError::BindingMismatch { needed });
    }
    let refused = ServerLogin::first(b"y,,n=anna,r=abc", needed, tls()).unwrap_err();
    assert_eq!(refused, ScramError::BindingMismatch { needed });
    // On the local socket there is nothing to bind to, whatever the client could do.
    assert!(ServerLogin::first(b"y,,n=anna,r=abc", Mechanism::ScramSha256, Binding::None).is_ok());
    let plus = b"p=tls-exporter,,n=anna,r=abc";
    assert!(ServerLogin::first(plus, Mechanism::ScramSha256Plus, Binding::None).is_err());
}

#[test]
fn a_recorded_proof_is_worthless_under_a_new_nonce() {
    let (client, first) = ClientLogin::start("anna", tls(), [1; 24]).unwrap();
    let begin = || {
        ServerLogin::first(&first, Mechanism::ScramSha256Plus, tls())
            .unwrap()
            .0
    };
    let (server, challenge) = begin().challenge(verifier("correct horse"), true, [2; 24]);
    let (_, proof) = client.proof(&challenge, &mut right()).unwrap();
    assert!(server.finish(&proof).is_ok());
    let (again, _) = begin().challenge(verifier("correct horse"), true, [3; 24]);
    assert_eq!(again.finish(&proof), Err(ScramError::AuthenticationFailed));
}

#[test]
fn a_final_message_must_repeat_the_nonce_whatever_its_proof() {
    let finish = |nonce: &str| {
        let first = b"n,,n=anna,r=abc";
        let (server, _) = ServerLogin::first(first, Mechanism::ScramSha256, Binding::None).unwrap();
        let (server, challenge) = server.challenge_with(verifier("correct horse"), true, "def");
        let key = ClientKey::derive("correct horse", SALT, MIN_ITERATIONS).unwrap();
        let without_proof = format!("c=biws,r={nonce}");
        let challenge = String::from_utf8(challenge).unwrap();
        let auth_message = format!("n=anna,r=abc,{challenge},{without_proof}");
        let signature = hmac(&key.verifier().stored_key, auth_message.as_bytes());
        let proof = BASE64.encode(&xor(&key.client_key, &signature));
        server.finish(format!("{without_proof},p={proof}").as_bytes())
    };
    assert!(finish("abcdef").is_ok());
    assert_eq!(finish("abcdeg"), Err(ScramError::AuthenticationFailed));
    assert_eq!(finish("abc"), Err(ScramError::AuthenticationFailed));
}

#[test]
fn a_cached_key_serves_until_the_salt_changes() {
    let mut secret = right();
    assert_eq!(login(&mut secret, tls(), tls(), true), Ok(()));
    let key = secret.client_key().unwrap().clone();
    assert_eq!(
        login(&mut Secret::key(key.clone()), tls(), tls(), true),
        Ok(())
    );

    let old = ClientKey {
        salt: [0; 16],
        ..key
    };
    assert_eq!(
        login(&mut Secret::key(old.clone()), tls(), tls(), true),
        Err(ScramError::NeedsPassword)
    );
    let mut both = Secret::key(old).or_password("correct horse");
    assert_eq!(login(&mut both, tls(), tls(), true), Ok(()));
    assert_eq!(both.client_key().unwrap().salt, SALT);
}

#[test]
fn an_unknown_name_has_a_stable_salt_of_its_own() {
    let fake = |name| fake_verifier(&[5; 32], name, 600_000);
    assert_eq!(fake("anna"), fake("anna"));
    assert_ne!(fake("anna").salt, fake("otto").salt);
    assert_ne!(
        fake("anna").salt,
        fake_verifier(&[6; 32], "anna", 600_000).salt
    );
    assert_ne!(fake("anna").stored_key, fake("anna").server_key);
    assert_eq!(fake("anna").iterations, 600_000);
}

#[test]
fn clients_refuse_a_server_not_to_be_trusted() {
    let answer = |challenge: &str| {
        let (client, _) = ClientLogin::start_with("anna", Binding::None, "abc".into()).unwrap();
        client
            .proof(challenge.as_bytes(), &mut right())
            .unwrap_err()
    };
    let salt = BASE64.encode(&SALT);
    assert_eq!(
        answer(&format!("r=abcd,s={salt},i=4095")),
        ScramError::BadIterations(4095)
    );
    assert_eq!(
        answer(&format!("r=abcd,s={salt},i=5000001")),
        ScramError::BadIterations(5_000_001)
    );
    assert_eq!(
        answer(&format!("r=abc,s={salt},i=4096")),
        ScramError::ForeignNonce
    );
    assert_eq!(
        answer(&format!("r=xbcd,s={salt},i=4096")),
        ScramError::ForeignNonce
    );
    assert_eq!(
        answer(&format!("m=x,r=abcd,s={salt},i=4096")),
        ScramError::UnknownExtension
    );
    assert_eq!(
        answer("r=abcd,s=AAAA,i=4096"),
        ScramError::Malformed("salt")
    );
    for count in ["", "0", "+4096", "04096", "-1", "99999999999", "4 096"] {
        let error = answer(&format!("r=abcd,s={salt},i={count}"));
        assert_eq!(error, ScramError::Malformed("iteration count"), "{count}");
    }
}

#[test]
fn a_server_that_does_not_know_the_account_is_found_out() {
    let (client, first) = ClientLogin::start("anna", Binding::None, [1; 24]).unwrap();
    let (server, _) = ServerLogin::first(&first, Mechanism::ScramSha256, Binding::None).unwrap();
    let false_server = Verifier {
        server_key: [0; 32],
        ..verifier("correct horse")
    };
    let (server, challenge) = server.challenge(false_server, true, [2; 24]);
    let (client, proof) = client.proof(&challenge, &mut right()).unwrap();
    assert_eq!(
        client.verify(&server.finish(&proof).unwrap()),
        Err(ScramError::ServerNotAuthentic)
    );
}

#[test]
fn names_are_escaped_and_strictly_read() {
    assert_eq!(escape("a=b,c"), "a=3Db=2Cc");
    let read = |first: &str| {
        ServerLogin::first(first.as_bytes(), Mechanism::ScramSha256, Binding::None)
            .map(|(_, name)| name)
    };
    assert_eq!(read("n,,n=a=3Db=2Cc,r=x"), Ok("a=b,c".into()));
    assert_eq!(read("n,,n==3D2C,r=x,ext=1"), Ok("=2C".into()));
    for bad in [
        "n,,n=a=b,r=x",
        "n,,n=a=2c,r=x",
        "n,,n=,r=x",
        "n,a=otto,n=anna,r=x",
        "n,,n=anna",
        "n,,n=anna,r=",
        "n,,r=x,n=anna",
        "p=tls-unique,,n=anna,r=x",
        "n,,n=an\0na,r=x",
        "n,,n=anna,r=a b",
        "",
    ] {
        assert!(matches!(read(bad), Err(ScramError::Malformed(_))), "{bad}");
    }
    assert_eq!(read("n,,m=x,n=anna,r=x"), Err(ScramError::UnknownExtension));
    assert_eq!(
        read(&format!("n,,n={},r=x", "a".repeat(MESSAGE_MAX))),
        Err(ScramError::TooLong)
    );
    assert!(matches!(
        ClientLogin::start(&"=".repeat(400), Binding::None, [0; 24]),
        Err(ScramError::TooLong)
    ));
}

#[test]
fn passwords_are_prepared_and_new_ones_checked() {
    assert_eq!(
        verifier("e\u{301}te\u{301} chaud"),
        verifier("\u{e9}t\u{e9}\u{a0}chaud")
    );
    assert_eq!(prepare_password(""), Err(PasswordError::NotAllowed));
    assert_eq!(
        prepare_password("tab\there"),
        Err(PasswordError::NotAllowed)
    );
    assert_eq!(check_new_password("7 chars"), Err(PasswordError::TooShort));
    assert_eq!(check_new_password("8 charsü"), Ok(()));
    assert_eq!(check_new_password(&"ü".repeat(PASSWORD_MAX)), Ok(()));
    assert_eq!(
        check_new_password(&"ü".repeat(PASSWORD_MAX + 1)),
        Err(PasswordError::TooLong)
    );
    assert_eq!(
        Verifier::derive("pencil", SALT, 0),
        Err(ScramError::BadIterations(0))
    );
}

#[test]
fn mechanisms_have_their_registered_names() {
    for &mechanism in Mechanism::ALL {
        assert_eq!(
            Mechanism::from_name(&mechanism.to_string()),
            Some(mechanism)
        );
    }
    assert_eq!(Mechanism::from_name("scram-sha-256"), None);
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let shown = format!("{:?} {:?} {:?}", right(), verifier("correct horse"), tls());
    assert_eq!(
        shown,
        "Secret(..) Verifier { iterations: 4096, .. } TlsExporter(..)"
    );
}

proptest! {
    #[test]
    fn garbage_is_refused_without_a_panic(bytes in any::<Vec<u8>>(), text in "[nypcrsivem=,a-zA-Z0-9+/\\-]{0,80}") {
        for garbage in [&bytes[..], text.as_bytes()] {
            for (mechanism, binding) in [(Mechanism::ScramSha256, Binding::None), (Mechanism::ScramSha256Plus, tls())] {
                let _ = ServerLogin::first(garbage, mechanism, binding);
            }
            let (client, first) = ClientLogin::start("anna", Binding::None, [1; 24]).unwrap();
            assert!(client.proof(garbage, &mut Secret::password("x")).is_err());
            let (server, _) = ServerLogin::first(&first, Mechanism::ScramSha256, Binding::None).unwrap();
            let (server, _) = server.challenge(fake_verifier(&[0; 32], "anna", 4096), false, [2; 24]);
            assert!(server.finish(garbage).is_err());
            assert!(message::parse_server_final(garbage).is_err());
        }
    }

    #[test]
    fn every_name_arrives_as_it_was_sent(name in "[^\0]{1,60}") {
        let (_, first) = ClientLogin::start(&name, tls(), [1; 24]).unwrap();
        let (_, arrived) = ServerLogin::first(&first, Mechanism::ScramSha256Plus, tls()).unwrap();
        assert_eq!(arrived, name);
    }
}
