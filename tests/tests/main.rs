//! One file a behaviour; each quotes the sentence of docs/protocol.md or of the issue that it holds.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

mod account_life;
mod admin;
mod audit;
mod bad_input;
mod bad_input_people;
mod catch_up;
mod chatc;
mod configuration;
mod conversations;
mod devices;
mod fifty_people;
mod idempotency;
mod invitations;
mod kill;
mod kill_busy_and_quiet;
mod layout;
mod limits;
mod machine;
mod moderation;
mod plain;
mod presence;
mod protocol_page;
mod python_client;
mod rights_over_the_wire;
mod roles;
mod room_settings;
mod rooms;
mod reading;
mod registration;
mod shutdown;
mod sign_in;
mod slow_reader;
mod storage;
mod strangers;
mod systemd;
mod tokens;
mod two_people;
mod ui;
mod profiles;
mod contacts;
mod presence_states;
mod announcements;
mod blocking;
mod inbox;
mod storm;
mod people_random;
mod chatc_people;
mod chatc_house;
mod chatc_accounts;
