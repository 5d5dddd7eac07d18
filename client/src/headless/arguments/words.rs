//! How single words on the command line are read.

use chat_shared::PresenceState;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Units of a span of time, in seconds.
const UNITS: &[(&str, u64)] = &[
    ("s", 1),
    ("m", 60),
    ("h", 3_600),
    ("d", 86_400),
    ("w", 604_800),
];

/// Ten years: beyond it somebody mistook the unit.
const MOST_SECS: u64 = 3_650 * 86_400;

/// One of these words, which are those of the protocol.
pub fn word<T: DeserializeOwned + Clone + Send + Sync + 'static>(
    words: &'static [&'static str],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words)
        .try_map(|word: String| serde_json::from_value(serde_json::Value::String(word)))
}

/// How available somebody is.
pub fn presence() -> impl TypedValueParser<Value = PresenceState> {
    PossibleValuesParser::new(["online", "away", "dnd", "invisible"]).map(|word: String| match word
        .as_str()
    {
        "away" => PresenceState::Away,
        "dnd" => PresenceState::DoNotDisturb,
        "invisible" => PresenceState::Invisible,
        _ => PresenceState::Online,
    })
}

/// `on` or `off`; `true` and `false` as before.
pub fn switch() -> impl TypedValueParser<Value = bool> {
    let word = |name: &'static str, also: &'static str| PossibleValue::new(name).alias(also);
    PossibleValuesParser::new([word("on", "true"), word("off", "false")])
        .map(|word: String| matches!(word.as_str(), "on" | "true"))
}

/// A span of time: `30m`, `12h`, `7d`.
pub fn span(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    let seconds = match (digits.parse::<u64>(), unit) {
        (Ok(count), Some((_, seconds))) => count.checked_mul(*seconds),
        _ => return Err("write a number and s, m, h, d or w, such as 30m, 12h or 7d".to_owned()),
    };
    match seconds {
        Some(seconds @ 1..=MOST_SECS) => Ok(Duration::from_secs(seconds)),
        _ => Err("it must be from 1s to 3650d".to_owned()),
    }
}

/// A number; `what` says which one, where it is none.
fn number(text: &str, what: &str) -> Result<u64, String> {
    text.trim_start_matches('#')
        .parse()
        .map_err(|_| format!("this is not {what}"))
}

/// The number of a message.
pub fn message(text: &str) -> Result<u64, String> {
    number(
        text,
        "the number of a message: it stands first in the lines of `chatc history`",
    )
}

/// The number of a device.
pub fn device(text: &str) -> Result<u64, String> {
    number(
        text,
        "the number of a device, such as `chatc devices` prints them",
    )
}

/// The number of somebody else's device.
pub fn device_of(text: &str) -> Result<u64, String> {
    number(
        text,
        "the number of a device, such as `chatctl account show NAME` prints them",
    )
}

/// The number of an invitation.
pub fn invitation(text: &str) -> Result<u64, String> {
    number(
        text,
        "the number of an invitation, such as `chatc invite list` prints them",
    )
}

/// Seconds of slow mode: a span, or `off`.
pub fn slow(text: &str) -> Result<u32, String> {
    if text == "off" || text == "0" {
        return Ok(0);
    }
    let seconds = span(text)?.as_secs();
    u32::try_from(seconds).map_err(|_| "it must be at most 6h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_a_number_and_a_unit() {
        for (text, seconds) in [
            ("90s", 90),
            ("30m", 1_800),
            ("12h", 43_200),
            ("1w", 604_800),
        ] {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)));
        }
        for wrong in [
            "", "7", "d", "-1d", "1.5h", "7 d", "0d", "4000d", "7days", "7д", "д",
        ] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert!(span("99999999999999999999d").is_err());
        assert!(span("9999999999999999999d").is_err());
    }

    #[test]
    fn what_is_no_number_says_what_it_should_be_and_where_that_stands() {
        assert_eq!((message("7"), message("#7")), (Ok(7), Ok(7)));
        for wrong in ["", "x", "-1", "7.5", "99999999999999999999"] {
            let told = message(wrong).unwrap_err();
            assert!(told.contains("number of a message"), "{wrong}: {told}");
            assert!(told.contains("chatc history"), "{wrong}: {told}");
        }
        assert!(device("").unwrap_err().contains("chatc devices"));
        assert!(device_of("").unwrap_err().contains("chatctl account show"));
        assert!(invitation("").unwrap_err().contains("chatc invite list"));
    }

    #[test]
    fn slow_mode_can_be_off() {
        assert_eq!(slow("off"), Ok(0));
        assert_eq!(slow("0"), Ok(0));
        assert_eq!(slow("30s"), Ok(30));
        assert!(slow("30").is_err());
    }
}
