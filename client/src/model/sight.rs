//! What of a conversation was before somebody's eyes, and which messages may call them that were not.
//!
//! Standing at the newest message reads a conversation up to there, and what is read is gone from the inbox. A
//! mention that was never on the screen is not to go that way, wherever it stands: above what is held, or above
//! what fits on the screen.

use chat_shared::Seq;
use std::collections::BTreeSet;

/// What was on the screen, and what may call.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    /// First and last entry of what was on the screen, the oldest first. No two meet.
    seen: Vec<(Seq, Seq)>,
    /// Messages with one's name in them of which the inbox has not told yet: the two feeds come each on its own.
    calls: BTreeSet<Seq>,
}

impl Sight {
    /// These entries are on the screen.
    pub(super) fn look(&mut self, first: Seq, last: Seq) {
        let (mut first, mut last) = (first, last);
        self.seen.retain(|(from, to)| {
            let meets = *from <= last.next() && first <= to.next();
            if meets {
                first = first.min(*from);
                last = last.max(*to);
            }
            !meets
        });
        let place = self.seen.partition_point(|(from, _)| *from < first);
        self.seen.insert(place, (first, last));
    }

    /// The runs of entries between these two that were never on the screen; of each the entry before its first,
    /// and its last.
    pub(super) fn unseen(&self, above: Seq, up_to: Seq) -> Vec<(Seq, Seq)> {
        let mut runs = Vec::new();
        let mut at = above;
        for (first, last) in self.seen.iter().filter(|(first, _)| *first <= up_to) {
            if *first > at.next() {
                runs.push((at, Seq(first.0 - 1)));
            }
            at = at.max(*last);
        }
        if at < up_to {
            runs.push((at, up_to));
        }
        runs
    }

    /// A message that came in just now has one's name in it.
    pub(super) fn call(&mut self, seq: Seq) {
        self.calls.insert(seq);
    }

    /// The inbox tells of a mention: from now on it knows best whether that waits.
    pub(super) fn is_told(&mut self, seq: Seq) {
        self.calls.remove(&seq);
    }

    /// The inbox tells of all that waits.
    pub(super) fn forget_calls(&mut self) {
        self.calls.clear();
    }

    /// Whether a message between these two may call, the first left out.
    pub(super) fn calls(&self, above: Seq, up_to: Seq) -> bool {
        self.calls.range(above.next()..=up_to).next().is_some()
    }

    /// All up to an entry was read.
    pub(super) fn read(&mut self, up_to: Seq) {
        self.seen.retain(|(_, last)| *last > up_to);
        self.calls = self.calls.split_off(&up_to.next());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(runs: &[(u64, u64)]) -> Vec<(Seq, Seq)> {
        let runs = runs.iter();
        runs.map(|(above, up_to)| (Seq(*above), Seq(*up_to)))
            .collect()
    }

    #[test]
    fn what_was_on_the_screen_grows_together() {
        let mut sight = Sight::default();
        assert_eq!(sight.unseen(Seq(3), Seq(9)), runs(&[(3, 9)]));
        sight.look(Seq(20), Seq(29));
        sight.look(Seq(40), Seq(49));
        assert_eq!(
            sight.unseen(Seq(0), Seq(60)),
            runs(&[(0, 19), (29, 39), (49, 60)])
        );
        assert_eq!(sight.unseen(Seq(24), Seq(44)), runs(&[(29, 39)]));
        assert_eq!(sight.unseen(Seq(24), Seq(29)), runs(&[]));
        assert_eq!(sight.unseen(Seq(49), Seq(49)), runs(&[]));
        sight.look(Seq(30), Seq(34));
        sight.look(Seq(33), Seq(39));
        assert_eq!(sight.seen, runs(&[(20, 49)]));
        sight.look(Seq(1), Seq(1));
        sight.look(Seq(60), Seq(60));
        assert_eq!(sight.seen, runs(&[(1, 1), (20, 49), (60, 60)]));
        sight.read(Seq(49));
        assert_eq!(sight.seen, runs(&[(60, 60)]));
    }

    #[test]
    fn a_call_holds_until_the_inbox_tells_of_it() {
        let mut sight = Sight::default();
        sight.call(Seq(5));
        sight.call(Seq(8));
        assert!(sight.calls(Seq(4), Seq(5)));
        assert!(!sight.calls(Seq(5), Seq(7)));
        sight.is_told(Seq(5));
        assert!(!sight.calls(Seq(4), Seq(5)));
        sight.read(Seq(8));
        assert!(!sight.calls(Seq(0), Seq(9)));
    }
}
