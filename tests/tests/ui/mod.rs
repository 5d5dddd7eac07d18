//! The screen, in a real terminal: "driven in a real pseudo-terminal, reading the screen: first run, send,
//! receive, unread count, reconnect; sizes 80x24 and 200x60".
//!
//! Nothing is known here of how the client is made: only keys go in, and only what a person would see is
//! looked at.

mod bell;
mod characters;
mod coming_back;
mod first_run;
mod hostile;
mod leaving;
mod past;
mod people;
mod reconnect;
mod scrolling;
mod talking;
mod unread;
mod window;

use chat_tests::terminal::{Size, keys};
use chat_tests::{Screen, Terminal, TestServer, programs};
use std::ops::{Deref, DerefMut};
use tokio::process::Command;

/// Makes each behaviour a test at 80x24 and another at 200x60.
macro_rules! on_both_screens {
    ($($behaviour:ident),* $(,)?) => {
        mod at_80x24 {
            $(#[tokio::test] async fn $behaviour() {
                super::$behaviour(chat_tests::terminal::SMALL).await;
            })*
        }
        mod at_200x60 {
            $(#[tokio::test] async fn $behaviour() {
                super::$behaviour(chat_tests::terminal::LARGE).await;
            })*
        }
    };
}
use on_both_screens;

/// chatc with its state in the folder of the test, and no password anywhere.
fn chatc(server: &TestServer, name: &str, args: &[&str]) -> Command {
    let state = server.folder().join("chatc").join(name);
    std::fs::create_dir_all(&state).unwrap();
    let mut command = programs::command("chatc");
    command.arg("--state").arg(&state).args(args);
    command.env("HOME", &state).current_dir(&state);
    command
}

/// chatc over the Unix socket.
fn chatc_here(server: &TestServer, name: &str) -> Command {
    let socket = server.socket();
    let socket = socket.to_str().unwrap();
    chatc(server, name, &["--socket", socket])
}

/// Somebody in front of the screen of chatc.
struct Person {
    name: String,
    terminal: Terminal,
}

impl Deref for Person {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl DerefMut for Person {
    fn deref_mut(&mut self) -> &mut Terminal {
        &mut self.terminal
    }
}

impl Person {
    /// Makes an account without the screen.
    async fn registers(server: &TestServer, name: &str) {
        let register = programs::chatc(server, name, &["register", name]);
        let _ = programs::run(register, None).await.ok();
    }

    /// Somebody with a new account.
    async fn comes(server: &TestServer, name: &str, size: Size) -> Self {
        Self::registers(server, name).await;
        Self::opens(server, name, size).await
    }

    /// Somebody whose account and token are there.
    async fn opens(server: &TestServer, name: &str, size: Size) -> Self {
        let terminal = Terminal::start(&chatc_here(server, name), size);
        let name = name.to_owned();
        let person = Self { name, terminal };
        person.is_online().await;
        person
    }

    async fn is_online(&self) -> Screen {
        let says = format!("● online · {}", self.name);
        self.until(&says, |screen| screen.status().contains(&says))
            .await
    }

    /// Types, and waits until it stands in the line.
    async fn types(&mut self, text: &str) {
        self.press(text);
        let what = format!("`{text}` in the line");
        self.until(&what, |screen| screen.input().ends_with(text))
            .await;
    }

    /// Types a line and sends it.
    async fn enters(&mut self, line: &str) {
        self.types(line).await;
        self.press(keys::ENTER);
        self.until("the line is taken", |screen| screen.input().is_empty())
            .await;
    }

    /// Waits until somebody's message is the newest on the screen; that somebody came may be told below it.
    async fn hears(&self, by: &str, text: &str) -> Screen {
        let what = format!("{by} says `{text}`");
        let says = format!("{by}  {text}");
        let is_newest = |screen: &Screen| {
            let messages = screen.messages();
            let newest = messages.iter().rev().find(|row| !row.ends_with(" came"));
            newest.is_some_and(|newest| newest.ends_with(&says))
        };
        self.until(&what, is_newest).await
    }

    /// `/quit`, to the end.
    async fn quits(mut self) {
        self.types("/quit").await;
        self.press(keys::ENTER);
        assert_eq!(self.ended().await, 0, "{}", self.screen());
    }
}

/// The parts of chatc's screen.
trait Parts {
    /// The bar above the line.
    fn status(&self) -> &str;
    /// What stands in the line.
    fn input(&self) -> &str;
    /// The list at the left, without blanks.
    fn conversations(&self) -> Vec<String>;
    /// The title above the messages.
    fn title(&self) -> String;
    /// The rows in the middle that are not empty.
    fn messages(&self) -> Vec<String>;
    /// The list at the right, without blanks.
    fn people(&self) -> Vec<String>;

    /// What stands behind the name of a conversation: how many are unread.
    fn unread(&self, conversation: &str) -> Option<u64> {
        let rows = self.conversations();
        let row = rows.iter().find(|row| row.contains(conversation))?;
        row.rsplit(' ').next()?.parse().ok()
    }
}

impl Parts for Screen {
    fn status(&self) -> &str {
        self.rows.iter().rev().nth(1).map_or("", |row| row.trim())
    }

    fn input(&self) -> &str {
        let row = self.rows.last().map_or("", String::as_str);
        row.trim_start_matches(['›', '…']).trim_start()
    }

    fn conversations(&self) -> Vec<String> {
        column(self, 0).filter(|row| !row.is_empty()).collect()
    }

    fn title(&self) -> String {
        column(self, 1).next().unwrap_or_default()
    }

    fn messages(&self) -> Vec<String> {
        column(self, 1)
            .skip(1)
            .filter(|row| !row.is_empty())
            .collect()
    }

    fn people(&self) -> Vec<String> {
        column(self, 2).filter(|row| !row.is_empty()).collect()
    }
}

/// What stands in a column of the upper part, row by row.
fn column(screen: &Screen, number: usize) -> impl Iterator<Item = String> {
    let upper = screen.rows.len().saturating_sub(2);
    screen.rows[..upper].iter().map(move |row| {
        let part = row.split('│').nth(number);
        part.unwrap_or_default().trim().to_owned()
    })
}
