//! `docs/administration.md`: every command in it is one.

use super::*;

const PAGE: &str = include_str!("../../../../docs/administration.md");

/// The words of a line as a shell reads them, without a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        let newest = words.last_mut().expect("there is always one");
        match c {
            '\'' => quoted = !quoted,
            '#' if !quoted && newest.is_empty() => break,
            ' ' if !quoted => words.push(String::new()),
            _ => newest.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_of_the_administrators_page_is_one() {
    let blocks = PAGE.lines().filter_map(|line| line.strip_prefix("    "));
    // Every second part lies between backticks.
    let spans = PAGE.split('`').skip(1).step_by(2);
    let hash = format!("7:{}", "ab".repeat(32));
    let commands: Vec<_> = blocks
        .chain(spans)
        .filter(|text| text.starts_with("chatctl "))
        .map(|text| text.replace("LINE:HASH", &hash))
        .collect();
    assert!(commands.len() > 60, "only {} were found", commands.len());
    for command in commands {
        if let Err(error) = Arguments::try_parse_from(words(&command)) {
            panic!("{command}: {error}");
        }
    }
}

/// The page need not show every option, but every command.
#[test]
fn every_command_stands_on_the_administrators_page() {
    use clap::CommandFactory;
    let mut missing = Vec::new();
    for command in Arguments::command().get_subcommands() {
        let name = command.get_name();
        let below: Vec<_> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        let calls = match below.is_empty() {
            true => vec![format!("chatctl {name}")],
            false => below
                .iter()
                .map(|sub| format!("chatctl {name} {sub}"))
                .collect(),
        };
        missing.extend(
            calls
                .into_iter()
                .filter(|call| !PAGE.contains(call.as_str())),
        );
    }
    // Named beside their opposites.
    let beside = ["uninvite", "unmute", "unarchive"].map(|word| format!("chatctl room {word}"));
    missing.retain(|call| !beside.contains(call));
    assert!(missing.is_empty(), "{missing:?}");
}
