//! The network: from a socket to a session.
//!
//! [`listener`] accepts and counts, [`bans`] says from where not, [`tls`] is the daemon's certificate, [`peer`] says who may administer,
//! [`connection`] hands a socket to the thread that will use it, and [`inbound`] reads its frames no faster
//! than they can be dealt with.

pub(crate) mod listener;
pub(crate) mod bans;
pub(crate) mod tls;
pub(crate) mod peer;
pub(crate) mod connection;
pub(crate) mod inbound;
