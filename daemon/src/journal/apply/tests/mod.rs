//! The rules of every command, why a retry does nothing twice, and what holds after any sequence of
//! commands.

mod accounts;
mod conversations;
mod devices;
mod harness;
mod invites;
mod model;
mod posts;
mod random;
mod retries;
