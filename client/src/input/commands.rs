//! The table of commands: what may be typed, what `/help` prints, and what a line means.

use super::action::Action;
use super::words::first_word;
use super::{house, invitations, people, rooms, screen, talking};

/// What a finished line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing was written.
    Empty,
    /// To be said in the open conversation.
    Say(String),
    /// To be done.
    Do(Action),
}

/// What a word after a command is, for Tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing that could be completed.
    Nothing,
    /// A room.
    Room,
    /// A person, or several with commas between them.
    Person,
    /// One of these.
    Word(&'static [&'static str]),
}

/// A command: everything about it in one place.
pub struct Command {
    /// Its name without the slash.
    pub name: &'static str,
    /// What goes after it.
    pub arguments: &'static str,
    /// What it does, for `/help`.
    pub help: &'static str,
    /// What its words are, from the first on.
    pub takes: &'static [Takes],
    pub(super) read: fn(&str) -> Result<Action, String>,
}

/// All commands, in the order in which `/help` tells them.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    [
        talking::COMMANDS,
        people::COMMANDS,
        rooms::COMMANDS,
        invitations::COMMANDS,
        house::COMMANDS,
        screen::COMMANDS,
    ]
    .into_iter()
    .flatten()
}

/// The command of this name, in upper or lower case.
pub fn named(name: &str) -> Option<&'static Command> {
    commands().find(|command| command.name.eq_ignore_ascii_case(name))
}

/// What a finished line means. `//` at the beginning says a text that begins with a slash.
///
/// # Errors
/// A line for whoever wrote it; nothing is to be sent then.
pub fn read(line: &str) -> Result<Line, String> {
    if line.trim().is_empty() {
        return Ok(Line::Empty);
    }
    let Some(rest) = line.strip_prefix('/') else {
        return Ok(Line::Say(line.to_owned()));
    };
    if rest.starts_with('/') {
        return Ok(Line::Say(rest.to_owned()));
    }
    let (name, rest) = first_word(rest);
    let command = named(name).ok_or_else(|| {
        format!("there is no command /{name}: /help tells those there are, // begins a text with a slash")
    })?;
    (command.read)(rest)
        .map(Line::Do)
        .map_err(|why| format!("{why} (/{})", command.usage()))
}

impl Command {
    /// Its name and what goes after it, without the slash.
    pub fn usage(&self) -> String {
        format!("{} {}", self.name, self.arguments)
            .trim_end()
            .to_owned()
    }
}

/// Where what a command does begins, unless more goes after it than that.
const USAGE_CELLS: usize = 22;

/// The lines that `/help` prints about the commands, from the table alone.
pub fn help() -> Vec<String> {
    commands()
        .map(|command| format!("/{:USAGE_CELLS$}  {}", command.usage(), command.help))
        .collect()
}
