//! The physical limit: a relay that stores nothing and knows nothing but lengths.
//!
//! One thread, one epoll. What arrived in a turn is gathered by room and goes to each receiver by one
//! vectored write. The first frame of a connection is its room's number; an empty frame answers it.

use crate::driver::relay::{JOIN_BYTES, frames, put_frame};
use crate::failure::{Doing, Result};
use crate::net::poller::{Poller, Ready};
use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::time::Duration;

const LISTENER: usize = usize::MAX;
const BUFFER_BYTES: usize = 256 * 1024;
/// Batches written by one system call.
const SLICES: usize = 64;

struct Member {
    stream: TcpStream,
    room: Option<u64>,
    echo: bool,
    /// The first part of a frame whose rest has not come.
    tail: Vec<u8>,
    /// What could not be written at once, and how much of its first batch was.
    waiting: VecDeque<Rc<Vec<u8>>>,
    written: usize,
    /// Whether it is watched for room to write.
    is_short: bool,
}

#[derive(Default)]
struct Room {
    members: Vec<usize>,
    /// Whole frames of this turn.
    gathered: Vec<u8>,
}

/// The relay.
struct Relay {
    poller: Poller,
    members: Vec<Option<Member>>,
    free: Vec<usize>,
    rooms: HashMap<u64, Room>,
    /// Rooms with something gathered in this turn.
    busy: Vec<u64>,
    buffer: Vec<u8>,
}

/// Relays for ever; says where on standard output.
pub(crate) fn serve(address: SocketAddr) -> Result<()> {
    crate::net::socket::raise_file_limit();
    let listener = TcpListener::bind(address).doing(format!("listen on {address}"))?;
    listener.set_nonblocking(true).doing("set up a socket")?;
    let address = listener.local_addr().doing("tell the address")?;
    println!("  listens on    {address}");
    let mut relay = Relay {
        poller: Poller::new()?,
        members: Vec::new(),
        free: Vec::new(),
        rooms: HashMap::new(),
        busy: Vec::new(),
        buffer: vec![0; BUFFER_BYTES],
    };
    relay.poller.add(&listener, LISTENER)?;
    let mut ready = Vec::new();
    loop {
        ready.clear();
        relay.poller.wait(Duration::from_secs(3600), &mut ready)?;
        relay.turn(&listener, &ready)?;
    }
}

impl Relay {
    fn turn(&mut self, listener: &TcpListener, ready: &[Ready]) -> Result<()> {
        for event in ready {
            if event.key == LISTENER {
                self.accept(listener)?;
                continue;
            }
            if event.writable {
                self.write(event.key);
            }
            if event.readable && !self.read(event.key) {
                self.end(event.key);
            }
        }
        let mut busy = std::mem::take(&mut self.busy);
        for room in busy.drain(..) {
            self.hand_out(room);
        }
        self.busy = busy;
        Ok(())
    }

    fn accept(&mut self, listener: &TcpListener) -> Result<()> {
        while let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(true).doing("set up a socket")?;
            stream.set_nodelay(true).doing("set up a socket")?;
            let key = self.free.pop().unwrap_or_else(|| {
                self.members.push(None);
                self.members.len() - 1
            });
            self.poller.add(&stream, key)?;
            self.members[key] = Some(Member {
                stream,
                room: None,
                echo: true,
                tail: Vec::new(),
                waiting: VecDeque::new(),
                written: 0,
                is_short: false,
            });
        }
        Ok(())
    }

    /// Reads once; whether the connection goes on.
    fn read(&mut self, key: usize) -> bool {
        let Some(member) = &mut self.members[key] else {
            return true;
        };
        let kept = member.tail.len();
        self.buffer[..kept].copy_from_slice(&member.tail);
        let end = match member.stream.read(&mut self.buffer[kept..]) {
            Ok(0) => return false,
            Ok(read) => kept + read,
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        };
        let bytes = &self.buffer[..end];
        let whole: usize = frames(bytes).map(|frame| 4 + frame.len()).sum();
        member.tail.clear();
        member.tail.extend_from_slice(&bytes[whole..]);
        let Some(number) = member.room else {
            return self.join(key, whole);
        };
        if !member.echo {
            let batch = Rc::new(bytes[..whole].to_vec());
            let members = self.rooms.get(&number).map(|room| room.members.clone());
            for other in members.unwrap_or_default() {
                if other != key {
                    self.give(other, &batch);
                }
            }
        } else if whole > 0
            && let Some(room) = self.rooms.get_mut(&number)
        {
            if room.gathered.is_empty() {
                self.busy.push(number);
            }
            room.gathered.extend_from_slice(&bytes[..whole]);
        }
        true
    }

    fn join(&mut self, key: usize, whole: usize) -> bool {
        let Some(first) = frames(&self.buffer[..whole]).next() else {
            return true;
        };
        let (Ok(first), Some(member)) =
            (<[u8; JOIN_BYTES]>::try_from(first), &mut self.members[key])
        else {
            return false;
        };
        let [number @ .., echo] = first;
        let number = u64::from_be_bytes(number);
        member.room = Some(number);
        member.echo = echo != 0;
        self.rooms.entry(number).or_default().members.push(key);
        let mut answer = Vec::new();
        put_frame(b"", &mut answer);
        self.give(key, &Rc::new(answer));
        true
    }

    fn hand_out(&mut self, number: u64) {
        let Some(room) = self.rooms.get_mut(&number) else {
            return;
        };
        let batch = Rc::new(std::mem::take(&mut room.gathered));
        let members = std::mem::take(&mut room.members);
        for key in &members {
            self.give(*key, &batch);
        }
        if let Some(room) = self.rooms.get_mut(&number) {
            room.members = members;
            // Where everything was written at once the memory is used again.
            if let Ok(mut batch) = Rc::try_unwrap(batch) {
                batch.clear();
                room.gathered = batch;
            }
        }
    }

    fn give(&mut self, key: usize, batch: &Rc<Vec<u8>>) {
        let Some(member) = &mut self.members[key] else {
            return;
        };
        member.waiting.push_back(batch.clone());
        if member.waiting.len() == 1 {
            self.write(key);
        }
    }

    /// Writes what waits, once; watches for room where some is left.
    fn write(&mut self, key: usize) {
        let Some(member) = &mut self.members[key] else {
            return;
        };
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (slice, batch) in slices.iter_mut().zip(&member.waiting) {
            let from = if count == 0 { member.written } else { 0 };
            *slice = IoSlice::new(&batch[from..]);
            count += 1;
        }
        // A broken connection shows when it is read.
        let mut written = (&member.stream)
            .write_vectored(&slices[..count])
            .unwrap_or(0);
        while let Some(batch) = member.waiting.front() {
            let left = batch.len() - member.written;
            if left > written {
                member.written += written;
                break;
            }
            written -= left;
            member.written = 0;
            member.waiting.pop_front();
        }
        let is_short = !member.waiting.is_empty();
        if is_short != member.is_short {
            member.is_short = is_short;
            let _ = self.poller.set_writing(&member.stream, key, is_short);
        }
    }

    fn end(&mut self, key: usize) {
        let Some(member) = self.members[key].take() else {
            return;
        };
        let _ = self.poller.remove(&member.stream);
        if let Some(number) = member.room
            && let Some(room) = self.rooms.get_mut(&number)
        {
            room.members.retain(|other| *other != key);
            if room.members.is_empty() {
                self.rooms.remove(&number);
            }
        }
        self.free.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_in_the_room_gets_every_frame_in_order() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        std::thread::spawn(move || serve(address));
        let connect = |room: u64| {
            let mut stream = loop {
                match TcpStream::connect(address) {
                    Ok(stream) => break stream,
                    Err(_) => std::thread::yield_now(),
                }
            };
            let mut join = room.to_be_bytes().to_vec();
            join.push(1);
            let mut bytes = Vec::new();
            put_frame(&join, &mut bytes);
            stream.write_all(&bytes).unwrap();
            let mut answer = [9; 4];
            stream.read_exact(&mut answer).unwrap();
            assert_eq!(answer, [0; 4]);
            stream
        };
        let mut people: Vec<_> = (0..5).map(|_| connect(7)).collect();
        let mut stranger = connect(8);
        let mut sent = Vec::new();
        for number in 0..2_000 {
            put_frame(format!("{number}").repeat(50).as_bytes(), &mut sent);
        }
        let mut writer = people[0].try_clone().unwrap();
        let bytes = sent.clone();
        std::thread::spawn(move || writer.write_all(&bytes));
        for person in &mut people {
            let mut got = vec![0; sent.len()];
            person.read_exact(&mut got).unwrap();
            assert!(got == sent);
        }
        stranger.set_nonblocking(true).unwrap();
        assert!(stranger.read(&mut [0; 1]).is_err());
    }
}
