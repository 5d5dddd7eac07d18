//! From what is typed to what is meant, without a screen.
//!
//! In reading order: [`editor`] the line being written, [`history`] those written before, [`commands`]
//! the table of commands and what a finished line means, [`complete`] what Tab offers.

pub mod commands;
pub mod complete;
pub mod editor;
pub mod history;

pub use commands::{Action, Line};
pub use complete::{Completer, Words};
pub use editor::Editor;
pub use history::History;
