//! The search for the highest rate that holds.
//!
//! A single pause of the machine is not the server's limit: a rate fails when it failed twice, and the climb
//! ends when two rates in a row have failed. Then what lies between is halved.

/// The climb goes by this factor.
const RAISE: f64 = 1.5;
/// The highest rate is told to this share of itself.
const FINE: f64 = 0.06;
/// Below this there is nothing to find.
const LEAST: f64 = 10.0;
/// A rate that failed so often has failed.
const TRIES: u32 = 2;

/// Where the search stands.
#[derive(Debug)]
pub(crate) struct Search {
    rate: f64,
    /// The highest rate that held.
    held: f64,
    /// The lowest rate above it that failed.
    failed: Option<f64>,
    climbing: bool,
    tries: u32,
}

impl Search {
    pub(crate) fn from(rate: f64) -> Self {
        Self {
            rate: rate.max(LEAST),
            held: 0.0,
            failed: None,
            climbing: true,
            tries: 0,
        }
    }

    /// The rate to try now; nothing when it is found.
    pub(crate) fn rate(&self) -> Option<f64> {
        let is_found = match self.failed {
            Some(failed) if !self.climbing => {
                failed - self.held <= self.held * FINE || failed < LEAST
            }
            _ => false,
        };
        (!is_found).then_some(self.rate)
    }

    /// The highest rate that held.
    pub(crate) fn held(&self) -> f64 {
        self.held
    }

    /// Whether the rate held.
    pub(crate) fn tell(&mut self, held: bool) {
        if held {
            self.held = self.rate;
            self.failed = self.failed.filter(|failed| *failed > self.rate);
        } else {
            self.tries += 1;
            if self.tries < TRIES {
                return;
            }
            if self.climbing && self.failed.is_some() {
                self.climbing = false;
            } else {
                self.failed = Some(self.rate);
            }
        }
        self.tries = 0;
        self.rate = match self.failed {
            Some(failed) if !self.climbing => f64::midpoint(self.held, failed),
            _ => self.rate * RAISE,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(from: f64, holds: impl Fn(f64, u32) -> bool) -> f64 {
        let mut search = Search::from(from);
        let mut steps = 0;
        while let Some(rate) = search.rate() {
            search.tell(holds(rate, steps));
            steps += 1;
            assert!(steps < 100, "{search:?}");
        }
        search.held()
    }

    #[test]
    fn the_highest_rate_is_found_from_below_and_from_above() {
        for from in [100.0, 1_000.0, 50_000.0] {
            let found = find(from, |rate, _| rate <= 12_345.0);
            assert!((11_000.0..=12_345.0).contains(&found), "{found}");
        }
    }

    #[test]
    fn a_pause_of_the_machine_is_not_the_limit() {
        let found = find(1_000.0, |rate, step| {
            !(2..5).contains(&step) && rate <= 20_000.0
        });
        assert!(found > 18_000.0, "{found}");
    }

    #[test]
    fn where_nothing_holds_nothing_is_found() {
        assert_eq!(find(1_000.0, |_, _| false), 0.0);
    }
}
