//! epoll, level-triggered: one read for each readable connection and turn, however much more there is.

use crate::failure::{Doing, Result};
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use std::time::Duration;

/// Connections looked at in one turn.
const EVENTS: usize = 1024;

/// What is ready on a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    /// The number it was added with.
    pub(crate) key: usize,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
}

/// Tells which connections are ready.
pub(crate) struct Poller {
    epoll: OwnedFd,
    events: Vec<Event>,
}

impl Poller {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC).doing("make an epoll")?,
            events: Vec::with_capacity(EVENTS),
        })
    }

    pub(crate) fn add(&self, socket: impl AsFd, key: usize) -> Result<()> {
        epoll::add(
            &self.epoll,
            socket,
            EventData::new_u64(key as u64),
            EventFlags::IN,
        )
        .doing("watch a socket")
    }

    /// Watches for room to write, too, or no longer.
    pub(crate) fn set_writing(&self, socket: impl AsFd, key: usize, writing: bool) -> Result<()> {
        let flags = if writing {
            EventFlags::IN | EventFlags::OUT
        } else {
            EventFlags::IN
        };
        epoll::modify(&self.epoll, socket, EventData::new_u64(key as u64), flags)
            .doing("watch a socket")
    }

    pub(crate) fn remove(&self, socket: impl AsFd) -> Result<()> {
        epoll::delete(&self.epoll, socket).doing("watch a socket no longer")
    }

    /// Waits at most this long; what is ready is appended to `ready`.
    pub(crate) fn wait(&mut self, limit: Duration, ready: &mut Vec<Ready>) -> Result<()> {
        let limit = Timespec {
            tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(limit.subsec_nanos()),
        };
        self.events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&limit)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error).doing("wait for sockets"),
        }
        ready.extend(self.events.iter().map(|event| {
            let flags = event.flags;
            Ready {
                key: event.data.u64() as usize,
                readable: flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR),
                writable: flags.contains(EventFlags::OUT),
            }
        }));
        Ok(())
    }
}
