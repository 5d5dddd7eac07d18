//! What can be dismissed of the inbox, as it is typed.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// What stands in front of a line and can be dismissed: the number of an item, or that of an announcement to
/// everybody behind an `a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// An item.
    Item(u64),
    /// An announcement to everybody.
    Announcement(u64),
}

impl FromStr for Waiting {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let read = match typed.strip_prefix('a') {
            Some(id) => id.parse().map(Waiting::Announcement),
            None => typed.parse().map(Waiting::Item),
        };
        read.map_err(|_| "what stands in front of a line of chatc inbox, such as 7 or a3")
    }
}

impl Display for Waiting {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Waiting::Item(id) => id.fmt(f),
            Waiting::Announcement(id) => f.pad(&format!("a{id}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written_and_nothing_else_is() {
        for waiting in [Waiting::Item(12), Waiting::Announcement(3)] {
            assert_eq!(waiting.to_string().parse(), Ok(waiting));
        }
        assert_eq!("a3".parse(), Ok(Waiting::Announcement(3)));
        for wrong in ["", "a", "b12", "-1", "a-1", "aa1", "99999999999999999999"] {
            assert!(wrong.parse::<Waiting>().is_err(), "{wrong}");
        }
    }
}
