//! Wrong passwords cost time, by name and by address: pure.
//!
//! After a few free tries every failure doubles the wait, up to a limit, and a quiet time forgives. Nobody
//! is locked out for good; devices with a token do not pass here at all, so that a stranger who guesses
//! at a name cannot keep its owner out.

use chat_shared::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Tries at one name, from anywhere.
    Name(String),
    /// Tries from one address (of IPv6 one /64, which is what one household has), at any name.
    Address(IpAddr),
}

impl Key {
    /// The key of an address.
    pub(crate) fn address(address: IpAddr) -> Self {
        Key::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => {
                let network = v6.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(network.into())
            }
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    until: Timestamp,
}

/// Addresses and names that are remembered; beyond that the oldest are forgotten, since a table that
/// grows with what strangers send would be a way to fill the memory.
const REMEMBERED: usize = 50_000;
/// Offices share an address: it may fail this many times as often as a name.
const ADDRESS_ALLOWANCE: u32 = 10;
/// The first wait; every further failure doubles it.
const FIRST_DELAY_MS: i64 = 1_000;

/// The throttle.
#[derive(Debug)]
pub(crate) struct Throttle {
    free: u32,
    max_delay_ms: i64,
    failures: HashMap<Key, Failures>,
}

impl Throttle {
    /// `free` failures cost nothing; no wait is longer than `max_delay`.
    pub(crate) fn new(free: u32, max_delay: Duration) -> Self {
        let max_delay_ms = i64::try_from(max_delay.as_millis()).unwrap_or(i64::MAX);
        Self {
            free,
            max_delay_ms,
            failures: HashMap::new(),
        }
    }

    /// Whether a try is allowed now, or else how long to wait.
    pub(crate) fn check(&self, key: &Key, now: Timestamp) -> Result<(), Duration> {
        match self.failures.get(key) {
            Some(failures) if failures.until > now => {
                let wait = failures.until.0 - now.0;
                Err(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
            }
            _ => Ok(()),
        }
    }

    /// A try failed.
    pub(crate) fn failed(&mut self, key: Key, now: Timestamp) {
        if self.failures.len() >= REMEMBERED {
            self.forget(now);
        }
        let free = match key {
            Key::Name(_) => self.free,
            Key::Address(_) => self.free.saturating_mul(ADDRESS_ALLOWANCE),
        };
        let quiet = self.quiet_ms();
        let failures = self.failures.entry(key).or_insert(Failures {
            count: 0,
            until: now,
        });
        if now.0 - failures.until.0 > quiet {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        let over = failures.count.saturating_sub(free);
        let delay = match over {
            0 => 0,
            over => FIRST_DELAY_MS
                .saturating_mul(1 << (over - 1).min(30))
                .min(self.max_delay_ms),
        };
        failures.until = Timestamp(now.0 + delay);
    }

    /// A try at a name succeeded: what came before was its owner's fumbling.
    pub(crate) fn succeeded(&mut self, key: &Key) {
        self.failures.remove(key);
    }

    /// After this long without a failure all is forgiven.
    fn quiet_ms(&self) -> i64 {
        self.max_delay_ms.saturating_mul(5)
    }

    fn forget(&mut self, now: Timestamp) {
        let quiet = self.quiet_ms();
        self.failures
            .retain(|_, failures| now.0 - failures.until.0 <= quiet);
        if self.failures.len() >= REMEMBERED {
            self.failures.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> Throttle {
        Throttle::new(3, Duration::from_secs(60))
    }

    fn anna() -> Key {
        Key::Name("anna".into())
    }

    #[test]
    fn a_few_failures_are_free_and_then_each_doubles_the_wait_up_to_the_limit() {
        let mut throttle = throttle();
        let now = Timestamp(0);
        for _ in 0..3 {
            throttle.failed(anna(), now);
            assert_eq!(throttle.check(&anna(), now), Ok(()));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            throttle.failed(anna(), now);
            assert_eq!(
                throttle.check(&anna(), now),
                Err(Duration::from_secs(seconds))
            );
        }
        assert_eq!(throttle.check(&anna(), Timestamp(60_000)), Ok(()));
    }

    #[test]
    fn success_and_quiet_forgive() {
        let mut throttle = throttle();
        for _ in 0..5 {
            throttle.failed(anna(), Timestamp(0));
        }
        throttle.succeeded(&anna());
        assert_eq!(throttle.check(&anna(), Timestamp(0)), Ok(()));
        for _ in 0..20 {
            throttle.failed(anna(), Timestamp(0));
        }
        let later = Timestamp(60_000 + 300_001);
        throttle.failed(anna(), later);
        assert_eq!(throttle.check(&anna(), later), Ok(()));
    }

    #[test]
    fn one_address_may_fail_more_often_than_one_name() {
        let mut throttle = throttle();
        let office = Key::address("192.0.2.1".parse().unwrap());
        for _ in 0..30 {
            throttle.failed(office.clone(), Timestamp(0));
        }
        assert_eq!(throttle.check(&office, Timestamp(0)), Ok(()));
        throttle.failed(office.clone(), Timestamp(0));
        assert!(throttle.check(&office, Timestamp(0)).is_err());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let key = |text: &str| Key::address(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:2"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
    }

    #[test]
    fn what_strangers_send_does_not_fill_the_memory() {
        let mut throttle = throttle();
        for number in 0..REMEMBERED + 10 {
            throttle.failed(Key::Name(number.to_string()), Timestamp(0));
        }
        assert!(throttle.failures.len() <= REMEMBERED);
    }
}
