//! Networks that no connections are taken from: how they are written, and whether an address is in one.

use chat_shared::Timestamp;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

/// An address, or all that begin alike. One network is written in one way only: the bits behind the prefix
/// are zero, and a single address has no prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Network {
    first: IpAddr,
    prefix: u8,
}

/// This is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is no address or network: write it as 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or 2001:db8::/32"
)]
pub(crate) struct NoNetwork;

/// The bits of an address, from the left of 128; an IPv4 address has 32 of them.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The first bits, the others zero.
fn head(bits: u128, prefix: u8) -> u128 {
    bits & u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

impl Network {
    /// Whether an address lies in it.
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        width(address) == width(self.first) && head(bits(address), self.prefix) == bits(self.first)
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let written: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let widest = width(written);
        let prefix = match prefix {
            None => widest,
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                digits.parse().map_err(|_| NoNetwork)?
            }
            Some(_) => return Err(NoNetwork),
        };
        if prefix > widest {
            return Err(NoNetwork);
        }
        // `::ffff:192.0.2.7` is how some see 192.0.2.7; all connections are measured by the latter.
        let address = written.to_canonical();
        let prefix = match prefix.checked_sub(widest - width(address)) {
            Some(prefix) => prefix,
            None => return Err(NoNetwork),
        };
        let first = head(bits(address), prefix);
        let first = match address {
            IpAddr::V4(_) => {
                let high = u32::try_from(first >> 96).map_err(|_| NoNetwork)?;
                Ipv4Addr::from_bits(high).into()
            }
            IpAddr::V6(_) => Ipv6Addr::from_bits(first).into(),
        };
        Ok(Self { first, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == width(self.first) {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}/{}", self.first, self.prefix)
        }
    }
}

/// A network, and until when; nothing: for good.
pub(crate) type Banned = (Network, Option<Timestamp>);

/// All networks that are banned now. Written by the registry, asked at every accept.
#[derive(Debug, Default)]
pub(crate) struct AddressBans(RwLock<Vec<Banned>>);

impl AddressBans {
    /// From now on these.
    pub(crate) fn set(&self, banned: Vec<Banned>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = banned;
    }

    /// Whether an address is banned at this time.
    pub(crate) fn cover(&self, address: IpAddr, at: Timestamp) -> bool {
        let banned = self.0.read().unwrap_or_else(PoisonError::into_inner);
        banned
            .iter()
            .any(|(network, until)| until.is_none_or(|until| until > at) && network.holds(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_is_written_in_one_way() {
        for (typed, kept) in [
            ("192.0.2.7", "192.0.2.7"),
            (" 192.0.2.7/32", "192.0.2.7"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
            ("2001:DB8:0::7/32", "2001:db8::/32"),
            ("2001:db8::7/128", "2001:db8::7"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(network(typed).to_string(), kept, "{typed}");
            assert_eq!(network(kept), network(typed), "{typed}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in [
            "",
            "/",
            "/24",
            "192.0.2",
            "192.0.2.7/",
            "192.0.2.7/33",
            "192.0.2.7/-1",
            "192.0.2.7/+8",
            "192.0.2.7/8/8",
            "2001:db8::/129",
            "2001:db8::/999",
            "example.org",
            "192.0.2.7 x",
            "::ffff:192.0.2.7/95",
        ] {
            assert_eq!(wrong.parse::<Network>(), Err(NoNetwork), "{wrong}");
        }
    }

    #[test]
    fn a_network_holds_what_begins_like_it_and_nothing_of_the_other_kind() {
        let office = network("192.0.2.128/25");
        assert!(office.holds(address("192.0.2.200")));
        assert!(office.holds(address("::ffff:192.0.2.200")));
        assert!(!office.holds(address("192.0.2.127")));
        assert!(!network("0.0.0.0/0").holds(address("2001:db8::1")));
        assert!(!network("::/0").holds(address("192.0.2.1")));
        assert!(network("::/0").holds(address("2001:db8::1")));
        assert!(network("2001:db8::7").holds(address("2001:db8::7")));
        assert!(!network("2001:db8::7").holds(address("2001:db8::8")));
    }

    #[test]
    fn a_ban_ends_at_its_time() {
        let bans = AddressBans::default();
        let here = address("192.0.2.1");
        assert!(!bans.cover(here, Timestamp(0)));
        bans.set(vec![(network("192.0.2.0/24"), Some(Timestamp(10)))]);
        assert!(bans.cover(here, Timestamp(9)));
        assert!(!bans.cover(here, Timestamp(10)));
        bans.set(vec![(network("192.0.2.0/24"), None)]);
        assert!(bans.cover(here, Timestamp(i64::MAX)));
        bans.set(Vec::new());
        assert!(!bans.cover(here, Timestamp(0)));
    }
}
