//! The bare relay of [`crate::relay`]: a length, then a text.

use super::{Driver, Link, Plan};
use crate::failure::{Failure, Result};
use crate::tally::Tally;

/// Bytes of the length before each frame.
pub(crate) const LENGTH_BYTES: usize = 4;
/// The frame that joins a room: its number, and whether a sender gets its own.
pub(crate) const JOIN_BYTES: usize = 9;

/// Appends a frame.
pub(crate) fn put_frame(text: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(text.len()).expect("texts are short");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text);
}

/// The whole frames at the front of some bytes.
pub(crate) fn frames(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<LENGTH_BYTES>()?;
        let (frame, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        Some(frame)
    })
}

/// The driver.
pub(crate) struct Relay {
    rooms_of: Vec<Vec<usize>>,
    echo: bool,
}

impl Relay {
    pub(crate) fn new(plan: &Plan) -> Result<Self> {
        let rooms_of = plan.rooms_of();
        if rooms_of.iter().any(|rooms| rooms.len() > 1) {
            return Err(Failure::Usage(
                "a connection of the relay is in one room only".into(),
            ));
        }
        Ok(Self {
            rooms_of,
            echo: !plan.direct,
        })
    }
}

impl Driver for Relay {
    fn greet(&mut self, link: &mut Link, out: &mut Vec<u8>) -> Result<()> {
        let room = self.rooms_of[link.person].first().copied();
        let room = room.unwrap_or(usize::MAX - link.person) as u64;
        let mut join = [0; JOIN_BYTES];
        join[..8].copy_from_slice(&room.to_be_bytes());
        join[8] = u8::from(self.echo);
        put_frame(&join, out);
        Ok(())
    }

    fn post(&mut self, _: &mut Link, _: usize, text: &[u8], out: &mut Vec<u8>) {
        put_frame(text, out);
    }

    fn scan(
        &mut self,
        link: &mut Link,
        bytes: &[u8],
        tally: &mut Tally,
        _: &mut Vec<u8>,
    ) -> Result<usize> {
        let mut taken = 0;
        let mut count = 0;
        for frame in frames(bytes) {
            taken += LENGTH_BYTES + frame.len();
            if frame.is_empty() {
                link.ready = true;
                continue;
            }
            count += 1;
            if tally.is_sample() {
                tally.record_delivery(frame);
            }
        }
        link.delivered += count;
        tally.deliveries += count;
        Ok(taken)
    }

    fn has_acks(&self) -> bool {
        false
    }

    fn copies(&self, followers: usize) -> usize {
        followers - usize::from(!self.echo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_frames_are_counted_and_a_part_is_left() {
        let plan = Plan {
            people: 1,
            rooms: vec![vec![0]],
            ..Plan::default()
        };
        let mut relay = Relay::new(&plan).unwrap();
        let mut bytes = Vec::new();
        put_frame(b"", &mut bytes);
        for _ in 0..5 {
            put_frame(&[b'x'; 100], &mut bytes);
        }
        let mut tally = Tally::default();
        let mut link = Link::default();
        let mut taken = 0;
        for end in 0..=bytes.len() {
            let more = relay.scan(&mut link, &bytes[taken..end], &mut tally, &mut Vec::new());
            taken += more.unwrap();
        }
        assert_eq!((taken, tally.deliveries), (bytes.len(), 5));
        assert!(link.ready);
    }
}
