//! "`systemd/chatd.service` runs it as its own user ... and sandboxing; `systemd-analyze verify` passes."

use chat_tests::{programs, skip};
use std::path::PathBuf;
use tokio::process::Command;

const TOOLS: [&str; 2] = ["systemd-analyze", "systemd-sysusers"];

fn folder() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../systemd").into()
}

/// The first of the tools that this machine does not have.
fn missing() -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    TOOLS
        .into_iter()
        .find(|tool| !std::env::split_paths(&path).any(|folder| folder.join(tool).exists()))
}

/// `systemd/check` of a folder with the unit, for this program.
async fn check(folder: &std::path::Path) -> programs::Output {
    let mut command = Command::new(folder.join("check"));
    command.arg(programs::path("chatd"));
    programs::run(command, None).await
}

#[tokio::test]
async fn the_unit_is_valid_and_its_sandbox_tight() {
    if let Some(tool) = missing() {
        let why = format!("needs {tool}: apt-get install systemd");
        skip("the_unit_is_valid_and_its_sandbox_tight", &why);
        return;
    }
    let output = check(&folder()).await.ok();
    assert!(output.out.contains("exposure level"), "{output:?}");
    assert!(
        !output.err.contains("chatd.service:"),
        "it complains of a line: {output:?}"
    );
}

/// So that the check is worth something.
#[tokio::test]
async fn the_check_of_the_unit_finds_what_is_wrong() {
    if let Some(tool) = missing() {
        let why = format!("needs {tool}: apt-get install systemd");
        skip("the_check_of_the_unit_finds_what_is_wrong", &why);
        return;
    }
    let unit = std::fs::read_to_string(folder().join("chatd.service")).unwrap();
    let loose: String = unit
        .lines()
        .filter(|line| !line.starts_with("Protect") && !line.starts_with("SystemCallFilter"))
        .map(|line| format!("{line}\n"))
        .collect();
    let users = std::fs::read_to_string(folder().join("chatd.sysusers")).unwrap();
    for (what, unit, users) in [
        ("a loose sandbox", loose, users.clone()),
        (
            "a wrong value",
            unit.replace("Type=notify", "Type=whenever"),
            users.clone(),
        ),
        (
            "no program",
            unit.replace("ExecStart=/usr/local/bin/chatd", "ExecStart=/nowhere/chatd"),
            users.clone(),
        ),
        (
            "a wrong user",
            unit,
            users.replace("u       chatd", "u  chat/d"),
        ),
    ] {
        let copy = tempfile::tempdir().unwrap();
        std::fs::copy(folder().join("check"), copy.path().join("check")).unwrap();
        std::fs::write(copy.path().join("chatd.service"), unit).unwrap();
        std::fs::write(copy.path().join("chatd.sysusers"), users).unwrap();
        let output = check(copy.path()).await;
        assert_ne!(output.code, 0, "{what}: {output:?}");
    }
}
