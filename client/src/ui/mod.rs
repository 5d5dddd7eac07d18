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
//! do, `actions` what a finished line does (`people_actions` and `room_actions` what it does to
//! whom, `invitations` how people come in, `house_actions` how order is kept), `here` whether one is there, `eyes` what is read by being
//! on the screen, `memory` what is
//! remembered until the next start, `places` going to a message, `layout` where everything stands; `conversations`, `log_view`,
//! `people`, `status`, `input_line` the parts; `overlay` a list over them, `overlay_keys` what keys
//! do in it, `lists` and `card` what it holds; `shown`, `feed`, `fold`, `rows` and `wrap` lines as rows, `cells`
//! text as cells; `presence` and `theme` how things look.

mod actions;
mod app;
mod card;
mod caret;
mod cells;
mod conversations;
mod drawing;
mod eyes;
mod feed;
mod fold;
mod here;
mod house_actions;
mod input_line;
mod invitations;
mod keyboard;
mod keys;
mod layout;
mod lists;
mod log_view;
mod memory;
mod overlay;
mod overlay_keys;
mod paste;
mod people;
mod people_actions;
mod places;
mod presence;
mod room_actions;
mod rows;
mod run;
mod shown;
mod status;
mod terminal;
#[cfg(test)]
mod tests;
mod theme;
mod typing;
mod wrap;

pub use run::run;
