//! One file a behaviour; each quotes the sentence of docs/protocol.md or of the issue that it holds.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

mod admin;
mod bad_input;
mod catch_up;
mod chatc;
mod configuration;
mod conversations;
mod fifty_people;
mod idempotency;
mod kill;
mod layout;
mod limits;
mod plain;
mod presence;
mod protocol_page;
mod python_client;
mod reading;
mod registration;
mod shutdown;
mod sign_in;
mod slow_reader;
mod storage;
mod systemd;
mod tokens;
mod two_people;
mod ui;
