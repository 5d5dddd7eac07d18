//! Points in time as people and programs read them.

use chat_shared::Timestamp;
use jiff::tz::TimeZone;

/// RFC 3339 in UTC with milliseconds, for programs.
pub(crate) fn exact(at: Timestamp) -> String {
    instant(at).map_or_else(|| at.to_string(), |instant| format!("{instant:.3}"))
}

/// Day and minute where this machine is, for people.
pub(crate) fn short(at: Timestamp) -> String {
    instant(at).map_or_else(
        || at.to_string(),
        |instant| {
            let here = instant.to_zoned(TimeZone::system());
            here.strftime("%Y-%m-%d %H:%M").to_string()
        },
    )
}

/// Nothing for a number that is no time, which only a broken daemon sends.
fn instant(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(at.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_read_rfc_3339_with_milliseconds() {
        assert_eq!(
            exact(Timestamp(1_700_000_000_120)),
            "2023-11-14T22:13:20.120Z"
        );
        assert_eq!(exact(Timestamp(i64::MAX)), i64::MAX.to_string());
    }
}
