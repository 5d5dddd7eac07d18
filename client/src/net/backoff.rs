//! How long to wait before the next try to connect.

use std::time::Duration;

/// The first pause: a daemon that was restarted is back by then.
const FIRST: Duration = Duration::from_millis(200);

/// The longest pause: a person who looks at the screen should not wait longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Pauses that double, each with its own jitter, so that ten thousand clients do not return at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after another failure. `jitter` is random, from 0 to 1.
    pub fn pause(&mut self, jitter: f64) -> Duration {
        let doubled = FIRST
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // From a half to the whole of it.
        doubled.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// It worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A random number from 0 to 1. Where the system gives none the pauses are just not spread.
pub fn jitter() -> f64 {
    let mut bytes = [0; 4];
    match ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..10).map(|_| backoff.pause(1.0).as_millis()).collect();
        let expected = [
            200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
        ];
        assert_eq!(pauses, expected);
        backoff.reset();
        assert_eq!(backoff.pause(0.0).as_millis(), 100);
    }
}
