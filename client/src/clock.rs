//! What clocks show: here, and elsewhere.

use chat_shared::{Fault, Timestamp};
use jiff::tz::TimeZone;

/// What the clock shows in a time zone; nothing where this machine does not know the zone.
pub fn time_there(zone: &str, now: Timestamp) -> Option<String> {
    let zone = TimeZone::get(zone).ok()?;
    let now = jiff::Timestamp::from_millisecond(now.0).ok()?;
    Some(now.to_zoned(zone).strftime("%H:%M").to_string())
}

/// Day, minute and zone: `2026-11-21 08:15 CET`. The same as `chatctl` prints.
pub fn minutes(at: Timestamp) -> String {
    in_zone(at, TimeZone::system())
}

/// As short as it can be told from now: the time today, the day of the week within a week.
pub fn short(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let zoned = |at: Timestamp| {
        let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
        Some(at.to_zoned(zone.clone()))
    };
    let (Some(then), Some(now)) = (zoned(at), zoned(now)) else {
        return "-".to_owned();
    };
    let days = (then.date() - now.date()).get_days();
    let form = match days {
        0 => "%H:%M",
        -6..=6 => "%a %H:%M",
        _ if then.year() == now.year() => "%-d %b %H:%M",
        _ => "%-d %b %Y %H:%M",
    };
    then.strftime(form).to_string()
}

/// A fault as it is read here: where it says until when it holds, in the time of this place and not in UTC.
pub fn fault(fault: Fault) -> Fault {
    fault_in(fault, TimeZone::system())
}

fn in_zone(at: Timestamp, zone: TimeZone) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

fn fault_in(mut fault: Fault, zone: TimeZone) -> Fault {
    if let Some(until) = fault.until {
        let told = in_zone(until, TimeZone::UTC);
        fault.text = fault.text.replace(&told, &in_zone(until, zone));
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::FaultCode;

    const AT: Timestamp = Timestamp(1_763_700_000_000);

    fn west() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(-3))
    }

    #[test]
    fn a_time_here_says_its_zone() {
        assert_eq!(in_zone(AT, west()), "2025-11-21 01:40 -03");
    }

    #[test]
    fn a_fault_says_until_when_in_the_time_of_this_place() {
        let text = "you are banned from #lunch until 2025-11-21 04:40 UTC: ask its moderators";
        let banned = Fault::new(FaultCode::Banned, text);
        assert_eq!(
            fault_in(banned.clone(), west()),
            banned,
            "of an older daemon"
        );
        let banned = fault_in(banned.until(Some(AT)), west());
        assert_eq!(
            banned.text,
            "you are banned from #lunch until 2025-11-21 01:40 -03: ask its moderators"
        );
    }
}
