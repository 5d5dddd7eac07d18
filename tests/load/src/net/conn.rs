//! One connection: bytes in, bytes out, with TLS between where that is due.

use crate::driver::Link;
use crate::failure::{Doing, Failure, Result};
use rustls::ClientConnection;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

pub(super) struct Conn {
    pub(super) stream: TcpStream,
    pub(super) tls: Option<Box<ClientConnection>>,
    pub(super) link: Link,
    /// The first part of a message whose rest has not come.
    pub(super) tail: Vec<u8>,
    /// What is to be written.
    pub(super) out: Vec<u8>,
    /// Whether it is among those to be written at the next flush.
    pub(super) is_dirty: bool,
    /// Whether it waits for room to write.
    pub(super) is_short: bool,
    /// Whether the handshake is done and the greeting was written.
    pub(super) greeted: bool,
}

impl Conn {
    pub(super) fn new(
        stream: TcpStream,
        tls: Option<Box<ClientConnection>>,
        person: usize,
    ) -> Self {
        Self {
            stream,
            tls,
            link: Link {
                person,
                ..Link::default()
            },
            tail: Vec::new(),
            out: Vec::new(),
            is_dirty: false,
            is_short: false,
            greeted: false,
        }
    }

    /// Reads once. Gives what has come and was not taken before; nothing where nothing came.
    pub(super) fn read<'a>(
        &mut self,
        buffer: &'a mut [u8],
        plain: &'a mut Vec<u8>,
    ) -> Result<Option<&'a [u8]>> {
        let kept = if self.tls.is_some() {
            0
        } else {
            self.tail.len()
        };
        buffer[..kept].copy_from_slice(&self.tail[..kept]);
        let end = match self.stream.read(&mut buffer[kept..]) {
            Ok(0) => {
                let text = format!("ended the connection of person {}", self.link.person);
                return Err(Failure::Server(text));
            }
            Ok(read) => kept + read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error).doing("read from the server"),
        };
        let mut bytes = &buffer[..end];
        let Some(tls) = &mut self.tls else {
            return Ok(Some(bytes));
        };
        plain.clear();
        plain.append(&mut self.tail);
        while !bytes.is_empty() {
            tls.read_tls(&mut bytes).doing("read TLS")?;
            tls.process_new_packets()
                .map_err(|error| Failure::Server(format!("TLS: {error}")))?;
            match tls.reader().read_to_end(plain) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).doing("read from the server"),
            }
        }
        Ok(Some(plain))
    }

    /// Writes as much as the kernel takes.
    pub(super) fn write(&mut self) -> Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.writer().write_all(&self.out).doing("write TLS")?;
            self.out.clear();
            while tls.wants_write() {
                match tls.write_tls(&mut self.stream) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error).doing("write to the server"),
                }
            }
        } else if !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(written) if written == self.out.len() => self.out.clear(),
                Ok(written) => drop(self.out.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).doing("write to the server"),
            }
        }
        Ok(())
    }

    /// Whether there is something to write.
    pub(super) fn speaks(&self) -> bool {
        !self.out.is_empty() || self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }
}
