//! The layout is the architecture (STYLE 1.1): who may name whom, read from the sources.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_path_buf()
}

/// The Rust files below a folder, with their path from the workspace.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path
                    .strip_prefix(root())
                    .expect("below")
                    .display()
                    .to_string();
                found.push((name, fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    found.sort();
    found
}

/// The lines of a file that are code, without its tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]");
    lines
        .map(|line| line.split("//").next().unwrap_or_default())
        .filter(|line| !line.trim().is_empty())
}

/// Whether a line names a crate or module path, as a whole word.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(|c| is_word(c) || c == '.') && !after.is_some_and(is_word)
    })
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/")
}

/// Files in which time, chance and I/O come in as arguments.
fn is_pure(name: &str) -> bool {
    let pure_files = [
        "/state.rs",
        "/presence.rs",
        "/journal/stream.rs",
        "/auth/throttle.rs",
    ];
    let pure_folders = [
        "/journal/apply/",
        "client/src/model/",
        "client/src/input/",
        "shared/src/",
    ];
    pure_files.iter().any(|end| name.ends_with(end))
        || pure_folders.iter().any(|part| name.contains(part))
}

#[test]
fn pure_files_know_no_actors_no_runtime_no_clock_and_no_chance() {
    let banned = [
        "actix",
        "actix_rt",
        "tokio",
        "Instant::now",
        "SystemTime",
        "SystemRandom",
        "std::fs",
        "TcpStream",
        "UnixStream",
        "std::thread",
        "std::env",
        "Timestamp::now",
        "Zoned::now",
    ];
    let mut faults = Vec::new();
    let mut seen = 0;
    for (name, text) in ["daemon/src", "client/src", "shared/src"]
        .into_iter()
        .flat_map(sources)
    {
        if !is_pure(&name) || is_test(&name) {
            continue;
        }
        seen += 1;
        for line in code(&text) {
            faults.extend(
                banned
                    .iter()
                    .filter(|word| names(line, word))
                    .map(|w| format!("{name}: {w}")),
            );
        }
    }
    assert!(seen > 15, "only {seen} pure files were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_store_and_the_journal_name_redb_and_only_the_ui_names_cursive() {
    let mut faults = Vec::new();
    for (word, allowed) in [
        ("redb", &["daemon/src/store/", "daemon/src/journal/"][..]),
        ("cursive", &["client/src/ui/"]),
        ("actix", &["daemon/src/"]),
        (
            "anyhow",
            &[
                "daemon/src/main.rs",
                "daemon/src/chatctl/main.rs",
                "client/src/main.rs",
            ],
        ),
    ] {
        for (name, text) in ["daemon/src", "client/src", "shared/src"]
            .into_iter()
            .flat_map(sources)
        {
            if allowed.iter().any(|place| name.starts_with(place)) {
                continue;
            }
            if code(&text).any(|line| names(line, word)) {
                faults.push(format!("{name} names {word}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// "a lower folder never names a higher one (session -> registry -> room -> journal -> store)"
#[test]
fn a_lower_folder_never_names_a_higher_one() {
    let order = ["store", "journal", "room", "registry", "session"];
    let mut faults = Vec::new();
    for (name, text) in sources("daemon/src") {
        let place = order
            .iter()
            .position(|folder| name.starts_with(&format!("daemon/src/{folder}/")));
        let Some(place) = place else { continue };
        for higher in &order[place + 1..] {
            if code(&text).any(|line| names(line, &format!("crate::{higher}"))) {
                faults.push(format!("{name} names {higher}"));
            }
        }
    }
    for (name, text) in sources("client/src/model") {
        for higher in ["ui", "net", "headless"] {
            if code(&text).any(|line| names(line, &format!("crate::{higher}"))) {
                faults.push(format!("{name} names {higher}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_hold_one_idea() {
    let long: Vec<String> = ["daemon/src", "client/src", "shared/src", "tests"]
        .into_iter()
        .flat_map(sources)
        .filter(|(name, _)| !is_test(name))
        .map(|(name, text)| (code(&text).count(), name))
        .filter(|(lines, _)| *lines > 600)
        .map(|(lines, name)| format!("{name}: {lines} lines of code"))
        .collect();
    assert!(
        long.is_empty(),
        "at about 400 lines a file is usually two ideas: {long:?}"
    );
}
