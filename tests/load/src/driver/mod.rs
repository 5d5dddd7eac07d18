//! How servers are spoken to: one trait, a file each.
//!
//! A driver writes bytes and reads bytes; sockets, time and load are the [`engine`](crate::net::engine)'s
//! and the scenarios'. [`chatd`] counts by the numbers of entries, [`irc`] counts lines, [`relay`] frames.

pub(crate) mod chatd;
pub(crate) mod irc;
pub(crate) mod relay;

use crate::failure::Result;
use crate::tally::Tally;
use std::collections::VecDeque;

/// Who is in which room. People and rooms are numbered from 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) people: usize,
    /// The members of each room.
    pub(crate) rooms: Vec<Vec<usize>>,
    /// Whether the rooms are direct conversations of two.
    pub(crate) direct: bool,
    /// So many of the people follow their rooms, the first ones; the others only post.
    pub(crate) followers: usize,
}

impl Plan {
    /// The rooms of each person.
    pub(crate) fn rooms_of(&self) -> Vec<Vec<usize>> {
        let mut rooms = vec![Vec::new(); self.people];
        for (room, members) in self.rooms.iter().enumerate() {
            for member in members {
                rooms[*member].push(room);
            }
        }
        rooms
    }
}

/// One connection as its driver sees it.
#[derive(Default)]
pub(crate) struct Link {
    pub(crate) person: usize,
    /// Whether everything that was asked for at the start has been answered.
    pub(crate) ready: bool,
    /// The number of the newest post.
    pub(crate) nonce: u64,
    /// When the posts that are not acknowledged were sent.
    pub(crate) waiting: VecDeque<u64>,
    /// Messages that came.
    pub(crate) delivered: u64,
    /// The newest entry of each room that was followed, by conversation.
    pub(crate) newest: Vec<(u64, u64)>,
    /// How far the driver's greeting is.
    pub(crate) step: u8,
    /// What binds a login to this connection.
    pub(crate) binding: Option<Vec<u8>>,
    /// What a login in steps remembers.
    pub(crate) login: Option<Box<dyn std::any::Any>>,
}

/// Speaks one server's language.
pub(crate) trait Driver {
    /// The first bytes on a new connection.
    fn greet(&mut self, link: &mut Link, out: &mut Vec<u8>) -> Result<()>;

    /// Appends a message to a room.
    fn post(&mut self, link: &mut Link, room: usize, text: &[u8], out: &mut Vec<u8>);

    /// Reads whole messages from the front of `bytes`, counts them, and appends what is to be answered to
    /// `out`. Gives how many bytes it took.
    fn scan(
        &mut self,
        link: &mut Link,
        bytes: &[u8],
        tally: &mut Tally,
        out: &mut Vec<u8>,
    ) -> Result<usize>;

    /// Whether the server tells that it has a message; without, the load is held by what is delivered.
    fn has_acks(&self) -> bool;

    /// To how many connections a message to a room of this many followers comes.
    fn copies(&self, followers: usize) -> usize;
}
