//! What the black-box tests drive the real programs with.
//!
//! - [`TestServer`] runs the real `chatd` in a folder of its own and ends only what it started.
//! - [`Connection`] speaks frames over TLS or the Unix socket and checks, with every `entries` that comes,
//!   that the feed is dense and nothing comes twice; [`TestClient`] is a person with a device behind one, [`Admin`]
//!   the administrator at the machine.
//! - [`scram`] is the client's side of the login, written apart from the one in `shared`.
//! - [`checker`] judges a history: every acknowledged message there once, in order.
//! - [`programs`] finds the binaries and runs them; [`terminal`] runs one in a pseudo-terminal and reads its screen.
//!
//! Nothing here sleeps to wait for something: it waits for what is to happen, with a deadline.

pub mod admin;
pub mod checker;
pub mod client;
pub mod connection;
pub mod people;
pub mod pin;
pub mod programs;
pub mod scram;
pub mod server;
pub mod terminal;

pub use admin::{Admin, AdminCard, AuditFilter, Bans};
pub use checker::{Acknowledged, check_history};
pub use client::TestClient;
pub use connection::{Connection, Failure};
pub use people::{Contacts, Inbox, Invitation, Restrictions, RoomView, Who};
pub use programs::{Output, chatc, chatctl, skip};
pub use server::{TestServer, TestServerBuilder};
pub use terminal::{Screen, Terminal};

use std::time::Duration;

/// How long a test waits for what is to happen at once: long, since CI's machine may have two slow
/// cores, and never reached where all is well.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The password of everybody in the tests.
pub const PASSWORD: &str = "correct horse battery";

/// PBKDF2 rounds in the tests: the least that a client accepts.
pub const ITERATIONS: u32 = 4096;
