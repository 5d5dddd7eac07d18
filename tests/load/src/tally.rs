//! What arrived: counts of everything, delays of a sample.

use crate::clock::read_stamp;
use hdrhistogram::Histogram;

/// The longest delay that is told apart, in microseconds: a minute.
const LONGEST: u64 = 60_000_000;

/// Delays in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Delays(Histogram<u64>);

/// What people want to know of many delays, in microseconds.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize, PartialEq)]
pub(crate) struct Spread {
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    pub(crate) max: u64,
    pub(crate) samples: u64,
}

impl Default for Delays {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST, 3).expect("fixed bounds that hold"))
    }
}

impl Delays {
    pub(crate) fn record(&mut self, micros: u64) {
        self.0.saturating_record(micros.max(1));
    }

    pub(crate) fn spread(&self) -> Spread {
        Spread {
            p50: self.0.value_at_quantile(0.5),
            p99: self.0.value_at_quantile(0.99),
            p999: self.0.value_at_quantile(0.999),
            max: self.0.max(),
            samples: self.0.len(),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.reset();
    }
}

/// What came, and when.
#[derive(Default)]
pub(crate) struct Tally {
    /// When the bytes at hand were read.
    pub(crate) now: u64,
    /// Messages, once for each connection that they came to.
    pub(crate) deliveries: u64,
    /// Messages of which the server said that they are kept.
    pub(crate) acks: u64,
    /// Messages that the server refused because it is overloaded.
    pub(crate) refused: u64,
    /// Whether delays count now.
    pub(crate) measuring: bool,
    /// From when a message was to be sent until it came.
    pub(crate) delivery: Delays,
    /// From when a message was sent until it was acknowledged.
    pub(crate) ack: Delays,
    /// One in this many (a power of two) is looked at closely.
    sample_mask: u64,
    looked: u64,
    /// Connections that were read since this was emptied.
    pub(crate) changed: Vec<usize>,
}

impl Tally {
    /// Looks closely at one in `n`, a power of two.
    pub(crate) fn sample_one_in(&mut self, n: u64) {
        self.sample_mask = n.next_power_of_two() - 1;
    }

    /// Whether to look closely at what is at hand.
    pub(crate) fn is_sample(&mut self) -> bool {
        self.looked += 1;
        self.looked & self.sample_mask == 0
    }

    /// Records the delay of a message by the stamp at the front of its text.
    pub(crate) fn record_delivery(&mut self, text: &[u8]) {
        if self.measuring
            && let Some(sent) = read_stamp(text)
        {
            self.delivery.record(self.now.saturating_sub(sent));
        }
    }

    pub(crate) fn record_ack(&mut self, sent: u64) {
        self.acks += 1;
        if self.measuring {
            self.ack.record(self.now.saturating_sub(sent));
        }
    }

    /// Begins the measurement.
    pub(crate) fn start_measuring(&mut self) {
        self.measuring = true;
        self.delivery.clear();
        self.ack.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn percentiles_are_those_of_what_was_recorded() {
        let mut delays = Delays::default();
        for micros in 1..=1000 {
            delays.record(micros);
        }
        delays.record(u64::MAX);
        let spread = delays.spread();
        assert!((499..=502).contains(&spread.p50), "{spread:?}");
        assert!((989..=993).contains(&spread.p99), "{spread:?}");
        assert!(spread.max >= LONGEST, "{spread:?}");
        assert_eq!(spread.samples, 1001);
    }

    #[test]
    fn a_delay_counts_from_the_stamp_and_only_while_measuring() {
        let mut tally = Tally::default();
        let mut text = clock::text(20);
        clock::write_stamp(&mut text, 1_000);
        tally.now = 1_500;
        tally.record_delivery(&text);
        assert_eq!(tally.delivery.spread().samples, 0);
        tally.start_measuring();
        tally.record_delivery(&text);
        assert_eq!(tally.delivery.spread().max, 500);
    }

    #[test]
    fn one_in_n_is_looked_at() {
        let mut tally = Tally::default();
        tally.sample_one_in(8);
        assert_eq!((0..80).filter(|_| tally.is_sample()).count(), 10);
    }
}
