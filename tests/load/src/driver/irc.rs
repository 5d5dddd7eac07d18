//! IRC (RFC 1459): any server of it can be put beside ours.

use super::{Driver, Link, Plan};
use crate::failure::{Failure, Result};
use crate::tally::Tally;

/// Not greeted yet; welcomed; in all rooms.
const GREETING: u8 = 0;

/// The driver.
pub(crate) struct Irc {
    plan: Plan,
    rooms_of: Vec<Vec<usize>>,
}

impl Irc {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            rooms_of: plan.rooms_of(),
            plan: plan.clone(),
        }
    }

    fn line(
        &self,
        link: &mut Link,
        line: &[u8],
        tally: &mut Tally,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (command, rest) = command(line);
        match command {
            b"PRIVMSG" => {
                link.delivered += 1;
                tally.deliveries += 1;
                if tally.is_sample()
                    && let Some(colon) = memchr::memmem::find(rest, b" :")
                {
                    tally.record_delivery(&rest[colon + 2..]);
                }
            }
            b"PING" => {
                out.extend_from_slice(b"PONG ");
                out.extend_from_slice(rest);
                out.extend_from_slice(b"\r\n");
            }
            b"001" if link.step == GREETING => {
                link.step = 1;
                let rooms = &self.rooms_of[link.person];
                if self.plan.direct || rooms.is_empty() {
                    link.ready = true;
                } else {
                    for room in rooms {
                        out.extend_from_slice(format!("JOIN #load{room}\r\n").as_bytes());
                    }
                }
            }
            b"366" => {
                link.step += 1;
                link.ready = usize::from(link.step) > self.rooms_of[link.person].len();
            }
            b"ERROR" | b"433" | b"465" | b"403" | b"471" => {
                return Err(Failure::Server(String::from_utf8_lossy(line).into_owned()));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The command of a line and what stands behind it, without the prefix before it.
fn command(line: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = line;
    if rest.first() == Some(&b':') {
        let end = memchr::memchr(b' ', rest).map_or(rest.len(), |space| space + 1);
        rest = &rest[end..];
    }
    match memchr::memchr(b' ', rest) {
        Some(space) => (&rest[..space], &rest[space + 1..]),
        None => (rest, &[]),
    }
}

impl Driver for Irc {
    fn greet(&mut self, link: &mut Link, out: &mut Vec<u8>) -> Result<()> {
        let person = link.person;
        out.extend_from_slice(format!("NICK load{person}\r\nUSER load 0 * :load\r\n").as_bytes());
        Ok(())
    }

    fn post(&mut self, link: &mut Link, room: usize, text: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(b"PRIVMSG ");
        if self.plan.direct {
            let members = &self.plan.rooms[room];
            let other = members.iter().find(|member| **member != link.person);
            out.extend_from_slice(format!("load{}", other.unwrap_or(&0)).as_bytes());
        } else {
            out.extend_from_slice(format!("#load{room}").as_bytes());
        }
        out.extend_from_slice(b" :");
        out.extend_from_slice(text);
        out.extend_from_slice(b"\r\n");
    }

    fn scan(
        &mut self,
        link: &mut Link,
        bytes: &[u8],
        tally: &mut Tally,
        out: &mut Vec<u8>,
    ) -> Result<usize> {
        let mut taken = 0;
        while let Some(end) = memchr::memchr(b'\n', &bytes[taken..]) {
            let line = &bytes[taken..taken + end];
            self.line(link, line.strip_suffix(b"\r").unwrap_or(line), tally, out)?;
            taken += end + 1;
        }
        Ok(taken)
    }

    fn has_acks(&self) -> bool {
        false
    }

    fn copies(&self, followers: usize) -> usize {
        followers - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_and_pings_answered() {
        let plan = Plan {
            people: 1,
            rooms: vec![vec![0]],
            ..Plan::default()
        };
        let mut irc = Irc::new(&plan);
        let (mut link, mut tally, mut out) = (Link::default(), Tally::default(), Vec::new());
        tally.start_measuring();
        let bytes = b":s 001 load0 :hi\r\nPING :x\r\n:s 366 load0 #load0 :End\r\n\
            :a!b@c PRIVMSG #load0 :0000000a hello\r\n:a!b@c PRIV";
        let taken = irc.scan(&mut link, bytes, &mut tally, &mut out).unwrap();
        assert_eq!(&bytes[taken..], b":a!b@c PRIV");
        assert_eq!(out, b"JOIN #load0\r\nPONG :x\r\n");
        assert!(link.ready);
        assert_eq!((tally.deliveries, tally.delivery.spread().samples), (1, 1));
    }
}
