//! From what is typed to what is meant, without a screen.
//!
//! In reading order: [`editor`] the line being written, [`history`] those written before, [`action`] what a
//! command means, `words` how its arguments are read, [`commands`] the table of commands and what a
//! finished line means (`talking`, `people`, `rooms`, `invitations`, `house`, `screen` are its parts), [`complete`] what Tab offers.

pub mod action;
pub mod commands;
pub mod complete;
pub mod editor;
pub mod history;
mod house;
mod invitations;
mod people;
mod rooms;
mod screen;
mod talking;
#[cfg(test)]
mod tests;
mod words;

pub use action::{Action, ContactAct, Field, Notices, Which};
pub use commands::Line;
pub use complete::{Completer, Name, Words};
pub use editor::Editor;
pub use history::History;
pub use house::HouseAct;
