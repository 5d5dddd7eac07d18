//! What texts and times of requests may be, and how much of a list fits into an answer: pure.

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
