//! The chat daemon.
//!
//! Everything durable is a command in one ordered `journal`; applying it appends entries to feeds in the
//! `store`. A `room` encodes its new entries once for all who follow it, the `registry` knows who is
//! online, and a `session` is one connection that came through the `net`. Asking goes one way only:
//! session (3), registry (2), room (1), journal (0).
//!
//! A message from end to end: bytes → `net::inbound` → `session` → `session::state` (does it fit now?)
//! → `session::requests` → `journal::embedded` (joins a batch) → `journal::apply` → commit → the
//! answer to its sender, and *Committed* to its `room` → *Deliver*, encoded once → `session::worker` →
//! `session::fanout` → `session::outbox` → bytes.
//!
//! `docs/architecture.md` has the drawing and the reasons.

pub mod config;
mod net;
mod session;
mod registry;
mod room;
mod journal;
mod store;
mod auth;
mod house;
mod join_links;
mod invite_code;
mod abort;
mod clock;
mod random;
#[cfg(test)]
mod probe;

pub use house::{Running, StartError, start};
pub use net::tls::TlsError;
pub use store::StoreError;
