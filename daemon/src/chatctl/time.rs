//! Points in time as people and programs read them.

use chat_shared::Timestamp;
use jiff::tz::TimeZone;

/// RFC 3339 in UTC with milliseconds, for programs.
pub(crate) fn exact(at: Timestamp) -> String {
    instant(at).map_or_else(|| at.to_string(), |instant| format!("{instant:.3}"))
}

/// Day, minute and zone where this machine is, for people.
pub(crate) fn short(at: Timestamp) -> String {
    instant(at).map_or_else(
        || at.to_string(),
        |instant| {
            let here = instant.to_zoned(TimeZone::system());
            here.strftime("%Y-%m-%d %H:%M %Z").to_string()
        },
    )
}

/// As [`short`]; a dash for never.
pub(crate) fn short_or_dash(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), short)
}

/// As [`short`], for what holds until then, or for good.
pub(crate) fn until(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "for good".to_owned(), short)
}

/// So many seconds from now on.
pub(crate) fn in_secs(seconds: u64) -> Timestamp {
    let millis = i64::try_from(seconds).map_or(i64::MAX, |seconds| seconds.saturating_mul(1_000));
    Timestamp(now().0.saturating_add(millis))
}

/// So many seconds ago.
pub(crate) fn secs_ago(seconds: u64) -> Timestamp {
    let millis = i64::try_from(seconds).map_or(i64::MAX, |seconds| seconds.saturating_mul(1_000));
    Timestamp(now().0.saturating_sub(millis))
}

fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
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

    #[test]
    fn people_read_the_zone_too() {
        let shown = short(Timestamp(1_700_000_000_120));
        let zone = shown.split(' ').nth(2).unwrap_or_default();
        assert!(
            shown.starts_with("2023-11-1") && !zone.is_empty(),
            "{shown}"
        );
        assert_eq!(until(None), "for good");
        assert_eq!(short_or_dash(None), "-");
    }

    #[test]
    fn spans_are_counted_from_now() {
        let hour = in_secs(3_600).0 - secs_ago(3_600).0;
        assert!((7_200_000..7_210_000).contains(&hour), "{hour}");
        assert_eq!(in_secs(u64::MAX), Timestamp(i64::MAX));
    }
}
