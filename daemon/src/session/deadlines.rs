//! When the sessions of a thread are looked at: whether they have signed in, whether somebody is still
//! there. One list for all of them, and the worker goes through what is due: two timers for each
//! connection would cost every frame that it receives.

use crate::journal::SessionId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// The worker looks so often; deadlines are seconds.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The list. A session that is looked at says when it is to be looked at again; one that ended stays here
/// until it is due.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    due: BinaryHeap<Reverse<(Instant, SessionId)>>,
}

impl Deadlines {
    /// Look at this session once it is this late.
    pub(crate) fn add(&mut self, at: Instant, session: SessionId) {
        self.due.push(Reverse((at, session)));
    }

    /// One that is due, and no longer here.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<SessionId> {
        let Reverse((at, _)) = self.due.peek()?;
        if *at > now {
            return None;
        }
        let Reverse((_, session)) = self.due.pop()?;
        Some(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_due_once_in_the_order_of_time() {
        let mut deadlines = Deadlines::default();
        let begun = Instant::now();
        let at = |secs| begun + Duration::from_secs(secs);
        deadlines.add(at(9), SessionId(1));
        deadlines.add(at(3), SessionId(2));
        deadlines.add(at(5), SessionId(3));
        assert_eq!(deadlines.take_due(at(2)), None);
        assert_eq!(deadlines.take_due(at(5)), Some(SessionId(2)));
        assert_eq!(deadlines.take_due(at(5)), Some(SessionId(3)));
        assert_eq!(deadlines.take_due(at(5)), None);
        deadlines.add(at(6), SessionId(2));
        assert_eq!(deadlines.take_due(at(10)), Some(SessionId(2)));
        assert_eq!(deadlines.take_due(at(10)), Some(SessionId(1)));
        assert_eq!(deadlines.take_due(at(10)), None);
    }
}
