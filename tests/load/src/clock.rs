//! Time in microseconds since the start, and how it travels: in base 36 at the front of each text.

use std::time::{Duration, Instant};

/// Digits of a stamp: enough for a month.
pub(crate) const STAMP_BYTES: usize = 8;

/// Microseconds since the start of this program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// How long until a moment; zero where it has passed.
    pub(crate) fn until(&self, moment: u64) -> Duration {
        Duration::from_micros(moment.saturating_sub(self.now()))
    }
}

/// Writes a moment over the front of a text.
pub(crate) fn write_stamp(text: &mut [u8], mut moment: u64) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    for place in text[..STAMP_BYTES].iter_mut().rev() {
        *place = DIGITS[(moment % 36) as usize];
        moment /= 36;
    }
}

/// Reads the moment at the front of a text; nothing where there is none.
pub(crate) fn read_stamp(text: &[u8]) -> Option<u64> {
    text.get(..STAMP_BYTES)?.iter().try_fold(0, |sum, digit| {
        let value = char::from(*digit).to_digit(36)?;
        Some(sum * 36 + u64::from(value))
    })
}

/// A text of this many bytes with room for a stamp at its front.
pub(crate) fn text(bytes: usize) -> Vec<u8> {
    let words =
        b" shall we meet at noon in the small room, or would you rather go out and eat something?";
    let mut text = vec![b'0'; STAMP_BYTES];
    text.extend(words.iter().cycle().take(bytes.saturating_sub(STAMP_BYTES)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_comes_back() {
        let mut text = text(100);
        assert_eq!(text.len(), 100);
        for moment in [0, 35, 36, 1_234_567_890, 2_821_109_907_455] {
            write_stamp(&mut text, moment);
            assert_eq!(read_stamp(&text), Some(moment));
        }
    }

    #[test]
    fn what_is_no_stamp_is_none() {
        assert_eq!(read_stamp(b"short"), None);
        assert_eq!(read_stamp(b"not one!"), None);
    }
}
