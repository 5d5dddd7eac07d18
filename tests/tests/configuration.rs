//! "`chatd check` names the file, the key and what is allowed; unknown keys are errors, with the nearest known
//! key suggested." and "environment `CHATD__SECTION__KEY` over the file, flags over that".

use chat_shared::{Event, RegistrationMode};
use chat_tests::{Connection, TestServer, programs};

async fn check(toml: &str, env: &[(&str, &str)]) -> programs::Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chatd.toml");
    std::fs::write(&file, toml).unwrap();
    let mut command = programs::command("chatd");
    command
        .arg("check")
        .arg("--config")
        .arg(&file)
        .envs(env.iter().copied());
    command
        .env("XDG_STATE_HOME", folder.path())
        .env("HOME", folder.path());
    let output = programs::run(command, None).await;
    if output.code != 0 {
        let text = format!("{}{}", output.out, output.err);
        let named = text.contains(file.to_str().unwrap());
        assert!(named || !env.is_empty(), "names the file: {output:?}");
    }
    output
}

fn says(output: &programs::Output, words: &[&str]) {
    assert_ne!(output.code, 0, "{output:?}");
    let text = format!("{}{}", output.out, output.err);
    let lower = text.to_lowercase();
    for word in words {
        assert!(lower.contains(word), "`{word}` in: {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[tokio::test]
async fn a_good_configuration_passes() {
    let _ = check("", &[]).await.ok();
    let _ = check(
        "[house]\nregistration = \"closed\"\n[limits]\nmessage_bytes = 1000\n",
        &[],
    )
    .await
    .ok();
}

/// Every key at its default: the file that is shipped.
#[tokio::test]
async fn the_shipped_configuration_passes() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/chatd.toml");
    let _ = check(&std::fs::read_to_string(file).unwrap(), &[])
        .await
        .ok();
}

#[tokio::test]
async fn an_unknown_key_is_an_error_with_a_suggestion() {
    says(
        &check("[limits]\nmesage_bytes = 1000\n", &[]).await,
        &["mesage_bytes", "message_bytes"],
    );
    says(
        &check("[hose]\nregistration = \"open\"\n", &[]).await,
        &["hose", "house"],
    );
    says(
        &check("[limits]\nfrobnicate = 1\n", &[]).await,
        &["frobnicate"],
    );
}

#[tokio::test]
async fn a_wrong_value_is_an_error_that_tells_what_is_allowed() {
    let wrong = check("[house]\nregistration = \"sometimes\"\n", &[]).await;
    says(&wrong, &["registration", "open", "invite", "closed"]);
    says(
        &check("[limits]\nmessage_bytes = \"many\"\n", &[]).await,
        &["message_bytes"],
    );
    says(
        &check("[limits]\nmessage_bytes = -5\n", &[]).await,
        &["message_bytes"],
    );
    says(
        &check("[limits]\nmessage_bytes = 0\n", &[]).await,
        &["message_bytes"],
    );
    says(
        &check("[limits]\nconnections = 0\n", &[]).await,
        &["connections"],
    );
    says(
        &check("[login]\niterations = 100\n", &[]).await,
        &["iterations", "4096"],
    );
    says(
        &check("[listen]\naddresses = [\"nowhere\"]\n", &[]).await,
        &["addresses"],
    );
    says(&check("[listen\n", &[]).await, &["chatd.toml"]);
    says(
        &check("[listen]\nplain = [\"0.0.0.0:7421\"]\n", &[]).await,
        &["plain", "loopback"],
    );
}

/// "validate() returns all faults at once"
#[tokio::test]
async fn all_faults_are_told_at_once() {
    let toml = "[login]\niterations = 100\n[limits]\nmessage_bytes = 0\nconnections = 0\n";
    says(
        &check(toml, &[]).await,
        &["iterations", "message_bytes", "connections"],
    );
}

#[tokio::test]
async fn the_environment_is_checked_too() {
    let unknown = check("", &[("CHATD__LIMITS__MESAGE_BYTES", "5000")]).await;
    says(&unknown, &["mesage_bytes", "message_bytes"]);
    let wrong = check("", &[("CHATD__LOGIN__ITERATIONS", "100")]).await;
    says(&wrong, &["iterations", "4096"]);
}

/// The daemon itself refuses to start with what `check` refuses.
#[tokio::test]
async fn the_daemon_does_not_start_with_a_wrong_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = programs::command("chatd");
    command
        .arg("--data")
        .arg(folder.path().join("data"))
        .args(["--listen", "127.0.0.1:0"]);
    command
        .arg("--socket")
        .arg(folder.path().join("chatd.sock"));
    command.env("CHATD__LIMITS__MESAGE_BYTES", "5000");
    says(&programs::run(command, None).await, &["message_bytes"]);
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn the_environment_goes_over_the_file() {
    let toml = "[house]\nregistration = \"closed\"\n[limits]\nmessage_bytes = 777\n";
    let server = TestServer::builder()
        .config(toml)
        .set("house.registration", "invite")
        .start()
        .await;
    let mut connection = Connection::tls(&server).await;
    let Ok(Event::Welcome {
        registration,
        limits,
        ..
    }) = connection.hello().await
    else {
        panic!()
    };
    assert_eq!(
        registration,
        RegistrationMode::Invite,
        "from the environment"
    );
    assert_eq!(limits.message, 777, "from the file");
}

/// The certificate is made once: the pin stays the same over restarts.
#[tokio::test]
async fn the_pin_stays() {
    let mut server = TestServer::start().await;
    let pin = server.pin().to_owned();
    server.restart().await;
    assert_eq!(server.pin(), pin);
    Connection::tls(&server).await.hello().await.unwrap();
}
