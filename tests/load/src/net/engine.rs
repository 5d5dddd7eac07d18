//! All connections of the load side on one thread: reads once for each readable connection and turn into
//! one large buffer, lets the driver count, and writes what there is to write in one go.

use super::conn::Conn;
use super::poller::{Poller, Ready};
use super::{socket, tls};
use crate::clock::Clock;
use crate::driver::{Driver, Link};
use crate::failure::{Failure, Result};
use crate::tally::Tally;
use rustls::ClientConfig;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// One read takes this much at the most: more than a socket's buffer usually holds.
const BUFFER_BYTES: usize = 1024 * 1024;
/// Connections that are on their way in at once.
const GREETING: usize = 128;
/// The server has this long to answer a greeting.
const GREETING_LIMIT: Duration = Duration::from_secs(60);

/// The connections.
pub(crate) struct Engine {
    pub(crate) clock: Clock,
    pub(crate) tally: Tally,
    poller: Poller,
    conns: Vec<Option<Conn>>,
    free: Vec<usize>,
    driver: Box<dyn Driver>,
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    buffer: Vec<u8>,
    plain: Vec<u8>,
    ready: Vec<Ready>,
    dirty: Vec<usize>,
    opened: usize,
}

impl Engine {
    pub(crate) fn new(
        driver: Box<dyn Driver>,
        address: SocketAddr,
        over_tls: bool,
    ) -> Result<Self> {
        Ok(Self {
            clock: Clock::start(),
            tally: Tally::default(),
            poller: Poller::new()?,
            conns: Vec::new(),
            free: Vec::new(),
            driver,
            address,
            tls: over_tls.then(tls::config),
            buffer: vec![0; BUFFER_BYTES],
            plain: Vec::new(),
            ready: Vec::new(),
            dirty: Vec::new(),
            opened: 0,
        })
    }

    pub(crate) fn driver(&self) -> &dyn Driver {
        &*self.driver
    }

    pub(crate) fn link(&self, key: usize) -> Option<&Link> {
        self.conns.get(key)?.as_ref().map(|conn| &conn.link)
    }

    /// Connects as somebody, and begins to greet.
    pub(crate) fn open(&mut self, person: usize) -> Result<usize> {
        let stream = socket::open(self.address, self.opened)?;
        self.opened += 1;
        let key = self.free.pop().unwrap_or_else(|| {
            self.conns.push(None);
            self.conns.len() - 1
        });
        self.poller.add(&stream, key)?;
        let tls = self.tls.as_ref().map(tls::connection).transpose()?;
        self.conns[key] = Some(Conn::new(stream, tls, person));
        self.greet(key)?;
        self.mark(key);
        Ok(key)
    }

    /// Connects these people, and waits until all have been answered. Their keys are in the same order.
    pub(crate) fn open_all(&mut self, people: impl Iterator<Item = usize>) -> Result<Vec<usize>> {
        let mut keys: Vec<usize> = Vec::new();
        let mut greeting: Vec<usize> = Vec::new();
        let mut people = people.fuse();
        let mut limit = self.clock.now() + GREETING_LIMIT.as_micros() as u64;
        loop {
            while greeting.len() < GREETING
                && let Some(person) = people.next()
            {
                let key = self.open(person)?;
                keys.push(key);
                greeting.push(key);
            }
            if greeting.is_empty() {
                return Ok(keys);
            }
            self.turn(Duration::from_millis(100))?;
            self.tally.changed.clear();
            let before = greeting.len();
            greeting.retain(|key| !self.link(*key).is_some_and(|link| link.ready));
            if greeting.len() < before {
                limit = self.clock.now() + GREETING_LIMIT.as_micros() as u64;
            } else if self.clock.now() > limit {
                let text = format!("{before} connections are not greeted");
                return Err(Failure::Server(text));
            }
        }
    }

    fn greet(&mut self, key: usize) -> Result<()> {
        let Some(conn) = &mut self.conns[key] else {
            return Ok(());
        };
        if let Some(tls) = &conn.tls {
            if tls.is_handshaking() {
                return Ok(());
            }
            conn.link.binding = tls::binding(tls);
        }
        conn.greeted = true;
        self.driver.greet(&mut conn.link, &mut conn.out)?;
        self.mark(key);
        Ok(())
    }

    /// Sends a message at the next [`Engine::flush`] or turn; its delay counts from `sent`.
    pub(crate) fn post(&mut self, key: usize, room: usize, text: &mut [u8], sent: u64) {
        crate::clock::write_stamp(text, sent);
        if let Some(conn) = &mut self.conns[key] {
            if self.driver.has_acks() {
                conn.link.waiting.push_back(sent);
            }
            self.driver.post(&mut conn.link, room, text, &mut conn.out);
            self.mark(key);
        }
    }

    /// Sends a request that a scenario made itself, to be answered once.
    pub(crate) fn request(&mut self, key: usize, bytes: &[u8], sent: u64) {
        if let Some(conn) = &mut self.conns[key] {
            conn.link.waiting.push_back(sent);
            conn.out.extend_from_slice(bytes);
            self.mark(key);
        }
    }

    /// Reads and answers for a while.
    pub(crate) fn pass(&mut self, time: Duration) -> Result<()> {
        let end = self.clock.now() + time.as_micros() as u64;
        while self.clock.now() < end {
            self.turn(self.clock.until(end))?;
            self.tally.changed.clear();
        }
        Ok(())
    }

    fn mark(&mut self, key: usize) {
        if let Some(conn) = &mut self.conns[key]
            && !conn.is_dirty
        {
            conn.is_dirty = true;
            self.dirty.push(key);
        }
    }

    /// Writes what there is.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let mut dirty = std::mem::take(&mut self.dirty);
        for key in dirty.drain(..) {
            self.write(key)?;
        }
        self.dirty = dirty;
        Ok(())
    }

    /// Writes, waits at most this long, and reads what came.
    pub(crate) fn turn(&mut self, limit: Duration) -> Result<()> {
        self.flush()?;
        let mut ready = std::mem::take(&mut self.ready);
        ready.clear();
        self.poller.wait(limit, &mut ready)?;
        for event in &ready {
            if event.writable {
                self.write(event.key)?;
            }
            if event.readable {
                self.read(event.key)?;
            }
        }
        self.ready = ready;
        self.flush()
    }

    pub(crate) fn close(&mut self, key: usize) -> Result<()> {
        if let Some(conn) = self.conns[key].take() {
            self.poller.remove(&conn.stream)?;
            self.free.push(key);
        }
        Ok(())
    }

    fn read(&mut self, key: usize) -> Result<()> {
        let Some(conn) = &mut self.conns[key] else {
            return Ok(());
        };
        let Some(bytes) = conn.read(&mut self.buffer, &mut self.plain)? else {
            return Ok(());
        };
        self.tally.now = self.clock.now();
        let link = &mut conn.link;
        let taken = self
            .driver
            .scan(link, bytes, &mut self.tally, &mut conn.out)?;
        conn.tail.clear();
        conn.tail.extend_from_slice(&bytes[taken..]);
        self.tally.changed.push(key);
        let speaks = conn.speaks();
        if !conn.greeted {
            self.greet(key)?;
        }
        if speaks {
            self.mark(key);
        }
        Ok(())
    }

    fn write(&mut self, key: usize) -> Result<()> {
        let Some(conn) = &mut self.conns[key] else {
            return Ok(());
        };
        conn.is_dirty = false;
        conn.write()?;
        if conn.speaks() != conn.is_short {
            conn.is_short = conn.speaks();
            self.poller.set_writing(&conn.stream, key, conn.is_short)?;
        }
        Ok(())
    }
}
