//! `docs/users.md` names everything that may be typed.

use super::arguments::Arguments;
use crate::input::commands::commands;
use clap::CommandFactory;

const PAGE: &str = include_str!("../../../docs/users.md");

/// Whether the page has this, not as the beginning of a longer word.
fn has(what: &str) -> bool {
    PAGE.match_indices(what).any(|(at, _)| {
        let next = PAGE[at + what.len()..].chars().next();
        !next.is_some_and(|c| c.is_alphanumeric() || c == '-')
    })
}

#[test]
fn every_command_for_scripts_is_on_the_page() {
    for command in Arguments::command().get_subcommands() {
        let name = format!("chatc {}", command.get_name());
        // With --account between.
        let is_there = has(&name) || has(&format!("--account anna {}", command.get_name()));
        assert!(is_there, "{name}");
    }
}

#[test]
fn every_command_of_the_screen_is_on_the_page() {
    // Of these it says where to look, or nothing: they show and hide things.
    let others = ["people", "passwd"];
    for command in commands().filter(|command| !others.contains(&command.name)) {
        let name = format!("/{}", command.name);
        assert!(has(&name), "{name}");
    }
}
