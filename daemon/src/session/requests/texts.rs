//! What texts and times of requests may be, and how much of a list fits into an answer: pure, but for the tz database of
//! the machine.

use super::super::faults;
use chat_shared::frame::encode_value;
use chat_shared::limits::FRAME;
use chat_shared::{Fault, FaultCode, Timestamp};
use serde::Serialize;

/// Bytes of a list in an answer: the rest of the frame is for what stands around it.
pub(super) const LIST_BYTES: usize = FRAME / 4 * 3;

/// One line: no control characters, up to so many bytes.
pub(super) fn line(what: &str, text: &str, limit: usize) -> Result<(), Fault> {
    check(what, text, limit, char::is_control)
}

/// Several lines.
pub(super) fn paragraph(what: &str, text: &str, limit: usize) -> Result<(), Fault> {
    check(what, text, limit, |c| c.is_control() && c != '\n')
}

fn check(what: &str, text: &str, limit: usize, is_bad: impl Fn(char) -> bool) -> Result<(), Fault> {
    if text.len() > limit {
        return Err(faults::too_long(what, limit));
    }
    if text.contains(is_bad) {
        let text = format!(
            "{} has no control characters: take them out",
            faults::a(what)
        );
        return Err(Fault::new(FaultCode::BadText, text));
    }
    Ok(())
}

/// Where somebody reads mail: somebody at somewhere, or nothing. No more is asked, since only sending tells more.
pub(super) fn mail_address(address: &str) -> Result<(), Fault> {
    let is_one = |(who, place): (&str, &str)| !who.trim().is_empty() && !place.trim().is_empty();
    if address.is_empty() || address.rsplit_once('@').is_some_and(is_one) {
        return Ok(());
    }
    let text =
        format!("`{address}` is no mail address: write it as anna@example.org, or leave it empty");
    Err(Fault::new(FaultCode::BadText, text))
}

/// A time zone by its name in the tz database of this machine, or nothing. Where the machine has no such
/// database any name is taken: it is for the clients then to make sense of it.
pub(super) fn time_zone(name: &str) -> Result<(), Fault> {
    let zones = jiff::tz::db();
    if name.is_empty() || zones.get(name).is_ok() || zones.available().next().is_none() {
        return Ok(());
    }
    let text = format!(
        "there is no time zone `{name}`: write one such as Europe/Berlin or UTC, or leave it empty"
    );
    Err(Fault::new(FaultCode::BadText, text))
}

/// A time until which something holds is not over yet.
pub(super) fn until(until: Option<Timestamp>, at: Timestamp) -> Result<Option<Timestamp>, Fault> {
    if until.is_some_and(|until| until <= at) {
        return Err(faults::bad_range(
            "the time until which this is to hold has passed: name a later one",
        ));
    }
    Ok(until)
}

/// As much of the beginning of a list as fits into so many bytes, and whether that is not all. At least one.
pub(super) fn fitting<T: Serialize>(mut list: Vec<T>, bytes: usize) -> (Vec<T>, bool) {
    let mut taken = 0;
    let fits = list.iter().take_while(|item| {
        taken += encode_value(item).len();
        taken <= bytes
    });
    let fits = fits.count().max(1);
    let more = list.len() > fits;
    list.truncate(fits);
    (list, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_address_has_two_sides() {
        for right in ["", "anna@example.org", "a@b", "\"a@b\"@c"] {
            assert_eq!(mail_address(right), Ok(()), "{right}");
        }
        for wrong in ["anna", "@example.org", "anna@", "@", " "] {
            let fault = mail_address(wrong).unwrap_err();
            assert_eq!(fault.code, FaultCode::BadText, "{wrong}");
            assert!(fault.text.contains("anna@example.org"), "{fault}");
        }
    }

    #[test]
    fn a_time_zone_is_one_of_the_database() {
        for right in ["", "UTC", "Europe/Berlin", "America/Argentina/Ushuaia"] {
            assert_eq!(time_zone(right), Ok(()), "{right}");
        }
        if jiff::tz::db().available().next().is_none() {
            return;
        }
        for wrong in ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Berlin"] {
            let fault = time_zone(wrong).unwrap_err();
            assert_eq!(fault.code, FaultCode::BadText, "{wrong}");
            assert!(fault.text.contains("Europe/Berlin"), "{fault}");
        }
    }

    #[test]
    fn a_list_is_cut_where_its_answer_would_become_too_long() {
        let list = vec!["x".repeat(100); 10];
        let (fits, more) = fitting(list.clone(), 1_000_000);
        assert_eq!((fits.len(), more), (10, false));
        let (fits, more) = fitting(list.clone(), 350);
        assert_eq!((fits.len(), more), (3, true));
        let (fits, more) = fitting(list, 1);
        assert_eq!(
            (fits.len(), more),
            (1, true),
            "else a client would ask for ever"
        );
        assert_eq!(fitting(Vec::<u8>::new(), 1), (vec![], false));
    }
}
