//! Sockets: cheap enough for one core to read ten million deliveries a second.
//!
//! [`poller`] is epoll, [`socket`] opens connections from many loopback addresses, [`tls`] wraps
//! them, [`conn`] is one connection, and [`engine`] moves bytes between all connections and the [`driver`](crate::driver).

mod conn;
pub(crate) mod engine;
pub(crate) mod poller;
pub(crate) mod socket;
pub(crate) mod tls;
