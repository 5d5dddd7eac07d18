//! A connection between being accepted and being a session.

use actix::Message;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A socket on its way to a worker. It is registered with the I/O driver of the thread that uses it, so it
/// travels as the standard library's.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Accepted {
    pub(crate) socket: Socket,
    pub(crate) place: Place,
}

/// The kinds of socket.
#[derive(Debug)]
pub(crate) enum Socket {
    /// TLS over TCP, with what the handshake needs.
    Tls(std::net::TcpStream, Arc<rustls::ServerConfig>),
    /// TCP as it is: only on loopback, where configured.
    Plain(std::net::TcpStream),
    /// The Unix socket; whether who is there may administer, or else what to tell them.
    Local(std::os::unix::net::UnixStream, Result<(), String>),
}

/// The places that connections take, in all and per address.
#[derive(Debug)]
pub(crate) struct Places {
    limit: usize,
    limit_per_address: usize,
    taken: Arc<AtomicU64>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// One taken place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    /// Nothing on the Unix socket.
    pub(crate) address: Option<IpAddr>,
}

/// There is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPlace {
    #[error("the daemon has {0} connections, which is its limit: try again later")]
    InAll(usize),
    #[error("your address has {0} connections, which is the limit for one: close some first")]
    ForAddress(usize),
}

impl Places {
    pub(crate) fn new(limit: usize, limit_per_address: usize, taken: Arc<AtomicU64>) -> Arc<Self> {
        Arc::new(Self {
            limit,
            limit_per_address,
            taken,
            by_address: Mutex::default(),
        })
    }

    /// How many are taken now.
    pub(crate) fn taken(&self) -> Arc<AtomicU64> {
        self.taken.clone()
    }

    /// Takes a place.
    pub(crate) fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Place, NoPlace> {
        if self.taken.load(Ordering::Relaxed) >= self.limit as u64 {
            return Err(NoPlace::InAll(self.limit));
        }
        if let Some(address) = address {
            let mut by_address = self
                .by_address
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let count = by_address.entry(address).or_default();
            if *count >= self.limit_per_address {
                return Err(NoPlace::ForAddress(self.limit_per_address));
            }
            *count += 1;
        }
        self.taken.fetch_add(1, Ordering::Relaxed);
        Ok(Place {
            places: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken.fetch_sub(1, Ordering::Relaxed);
        if let Some(address) = self.address {
            let mut by_address = self
                .places
                .by_address
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(count) = by_address.get_mut(&address) {
                *count -= 1;
                if *count == 0 {
                    by_address.remove(&address);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_in_all_and_per_address_and_come_back() {
        let places = Places::new(3, 2, Arc::default());
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        let there: IpAddr = "192.0.2.2".parse().unwrap();
        let first = places.take(Some(here)).unwrap();
        let _second = places.take(Some(here)).unwrap();
        assert_eq!(places.take(Some(here)).unwrap_err(), NoPlace::ForAddress(2));
        let _third = places.take(Some(there)).unwrap();
        assert_eq!(places.take(None).unwrap_err(), NoPlace::InAll(3));
        drop(first);
        assert!(places.take(Some(here)).is_ok());
    }
}
