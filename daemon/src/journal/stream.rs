//! Why a retry does nothing twice: the numbered commands of one stream.
//!
//! A client numbers its commands counting up and has at most [`chat_shared::limits::STREAM_WINDOW`] of them unanswered. The
//! stream's row keeps the outcomes of that window, in the same transaction as what they did. A number
//! that is not in it was refused or never arrived, and may still be carried out.

use super::outcome::Outcome;
use crate::store::record::{Number, StreamRecord};
use chat_shared::{ConversationId, Nonce, Seq};

/// What is known of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was not carried out.
    New,
    /// It was, with this outcome.
    Done(Outcome),
    /// It is so old that nobody knows.
    Stale,
}

/// Looks a number up.
pub(crate) fn look_up(record: &StreamRecord, nonce: Nonce) -> Known {
    match record.look_up(nonce.0) {
        Number::New => Known::New,
        Number::Stale => Known::Stale,
        Number::Done(conversation, seq) => Known::Done(Outcome::Done {
            conversation: (conversation != 0).then_some(ConversationId(conversation)),
            seq: (seq != 0).then_some(Seq(seq)),
        }),
    }
}

/// What a row keeps of an outcome: conversation or 0, seq or 0.
pub(crate) fn kept_of(outcome: &Outcome) -> (u64, u64) {
    match outcome {
        Outcome::Done { conversation, seq } => (
            conversation.map_or(0, |id| id.0),
            seq.map_or(0, |seq| seq.0),
        ),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::limits::STREAM_WINDOW;

    fn settle(record: &mut StreamRecord, nonce: Nonce, settled: Nonce, outcome: &Outcome) {
        record.settle(nonce.0, settled.0, kept_of(outcome));
    }

    fn outcome(seq: u64) -> Outcome {
        Outcome::at(ConversationId(5), Seq(seq))
    }

    #[test]
    fn a_number_is_new_once() {
        let mut record = StreamRecord::default();
        assert_eq!(look_up(&record, Nonce(1)), Known::New);
        settle(&mut record, Nonce(1), Nonce(0), &outcome(9));
        assert_eq!(look_up(&record, Nonce(1)), Known::Done(outcome(9)));
        assert_eq!(look_up(&record, Nonce(2)), Known::New);
    }

    #[test]
    fn a_refused_number_may_be_used_after_later_ones() {
        let mut record = StreamRecord::default();
        settle(&mut record, Nonce(3), Nonce(0), &outcome(3));
        assert_eq!(look_up(&record, Nonce(2)), Known::New);
        settle(&mut record, Nonce(2), Nonce(0), &outcome(4));
        assert_eq!(look_up(&record, Nonce(2)), Known::Done(outcome(4)));
        assert_eq!(look_up(&record, Nonce(3)), Known::Done(outcome(3)));
        assert_eq!(record.last, 3);
    }

    #[test]
    fn the_whole_window_can_be_asked_for_again_and_nothing_older() {
        let mut record = StreamRecord::default();
        for nonce in 1..=STREAM_WINDOW + 10 {
            settle(&mut record, Nonce(nonce), Nonce(0), &outcome(nonce));
        }
        assert_eq!(look_up(&record, Nonce(10)), Known::Stale);
        assert_eq!(look_up(&record, Nonce(11)), Known::Done(outcome(11)));
        assert_eq!(record.outcomes.len() as u64, STREAM_WINDOW);
    }

    #[test]
    fn what_the_client_has_settled_is_forgotten() {
        let mut record = StreamRecord::default();
        for nonce in 1..=20 {
            settle(&mut record, Nonce(nonce), Nonce(nonce - 1), &outcome(nonce));
        }
        assert_eq!(record.outcomes[..], [(20, 5, 20)]);
        assert_eq!(look_up(&record, Nonce(19)), Known::Stale);
        assert_eq!(look_up(&record, Nonce(20)), Known::Done(outcome(20)));
    }

    #[test]
    fn a_claim_to_have_settled_the_future_does_not_end_the_stream() {
        let mut record = StreamRecord::default();
        settle(&mut record, Nonce(1), Nonce(u64::MAX), &outcome(1));
        assert_eq!(look_up(&record, Nonce(2)), Known::New);
        settle(&mut record, Nonce(u64::MAX), Nonce(0), &outcome(2));
        assert_eq!(look_up(&record, Nonce(u64::MAX)), Known::Done(outcome(2)));
    }
}
