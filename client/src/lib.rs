//! `chatc`: the terminal client of chatd, with a screen for people and commands for scripts.
//!
//! [`command`] is what may be asked, [`model`] what is true, [`net`] the connection, [`state_dir`]
//! what is kept on disk between two starts, [`told`] what is so once something was done, [`waits`] in which order what waits is told, [`clock`] what clocks show,
//! [`config`] what a user may set, [`headless`] the commands for scripts, [`first_run`] the questions before the
//! first screen, [`input`] and [`ui`] the screen. The
//! screen and the connection meet in two types only: the connection tells [`model::Update`]s and is told
//! [`command::Command`]s.

pub mod clock;
pub mod command;
pub mod config;
pub mod first_run;
pub mod headless;
pub mod input;
pub mod model;
pub mod net;
pub mod prompt;
pub mod startup;
pub mod state_dir;
pub mod told;
pub mod ui;
pub mod waits;
