//! The screen.
//!
//! It draws the model and turns keys into commands; it does not know sockets, frames or files. Only
//! this folder names cursive. There is one queue: keys from the terminal's thread and updates from
//! the connection's go into it, and the loop here sleeps until something comes, takes what is
//! there, and draws once.
//!
//! In reading order: `run` the loop, `terminal` cursive's backend, `caret` its cursor,
//! `keyboard` what is read from it, `paste` pasted text told apart; `app` the screen as a
//! whole, `drawing` the same as cursive sees it, `keys` the table of keys, `typing` what keys
//! do, `actions` what a finished line does, `layout` where everything stands;
//! `conversations`, `log_view`, `people`, `status`, `input_line` the parts; `rows` and
//! `wrap` lines as rows, `cells` text as cells; `presence` and `theme` how things look.

mod actions;
mod app;
mod caret;
mod cells;
mod conversations;
mod drawing;
mod input_line;
mod keyboard;
mod keys;
mod layout;
mod log_view;
mod paste;
mod people;
mod presence;
mod rows;
mod run;
mod status;
mod terminal;
#[cfg(test)]
mod tests;
mod theme;
mod typing;
mod wrap;

pub use run::run;
