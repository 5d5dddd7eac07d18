//! Spans of time as people write and read them.

/// The units, in seconds.
const UNITS: &[(&str, u64)] = &[
    ("s", 1),
    ("m", 60),
    ("h", 3_600),
    ("d", 86_400),
    ("w", 604_800),
];

/// Ten years: beyond it somebody mistook the unit.
const MOST_SECS: u64 = 3_650 * 86_400;

/// Seconds of `30m`, `12h`, `7d`.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = UNITS
        .iter()
        .find(|(unit, _)| *unit == &text[digits.len()..]);
    let seconds = match (digits.parse::<u64>(), unit) {
        (Ok(count), Some((_, seconds))) => count.checked_mul(*seconds),
        _ => return Err("write a number and s, m, h, d or w, such as 30m, 12h or 7d".to_owned()),
    };
    match seconds {
        Some(seconds @ 1..=MOST_SECS) => Ok(seconds),
        _ => Err("it must be from 1s to 3650d".to_owned()),
    }
}

/// The two largest units: `3 d 4 h`.
pub(crate) fn words(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_a_number_and_a_unit() {
        for (text, seconds) in [
            ("30m", 1_800),
            ("12h", 43_200),
            ("7d", 604_800),
            ("1w", 604_800),
        ] {
            assert_eq!(parse(text), Ok(seconds));
        }
        for wrong in [
            "", "7", "d", "-1d", "1.5h", "7 d", "0d", "4000d", "7days", "7д", "1h30m",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse("99999999999999999999d").is_err());
        assert!(parse("9999999999999999999d").is_err());
    }

    #[test]
    fn words_are_the_two_largest_units() {
        for (seconds, text) in [
            (7, "7 s"),
            (61, "1 min 1 s"),
            (7_260, "2 h 1 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(words(seconds), text);
        }
    }
}
