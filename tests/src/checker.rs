//! The judge of a run: what was acknowledged is in the history once, at its place, in order.

use chat_shared::{Entry, EntryBody, Seq};
use std::collections::BTreeMap;

/// A message that was acknowledged to its sender. Texts are unique in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// What was said.
    pub text: String,
    /// The place that the daemon gave.
    pub seq: Seq,
}

/// Checks a whole history of a conversation.
///
/// - numbered 1, 2, 3... without holes
/// - `posts` counts the messages, those that were deleted too
/// - no text twice
/// - every acknowledged message at the place that was acknowledged
///
/// # Panics
/// Where one of them does not hold.
pub fn check_history(history: &[Entry], acknowledged: &[Acknowledged]) {
    let mut posts = 0;
    let mut places = BTreeMap::new();
    for (index, entry) in history.iter().enumerate() {
        assert_eq!(entry.seq.0, index as u64 + 1, "dense from 1");
        if let EntryBody::Tombstone {} = &entry.body {
            posts += 1;
        }
        if let EntryBody::Posted { text } = &entry.body {
            posts += 1;
            if let Some(before) = places.insert(text.as_str(), entry.seq) {
                panic!("`{text}` is there twice, at {before} and {}", entry.seq);
            }
        }
        assert_eq!(entry.posts, posts, "posts of entry {}", entry.seq);
    }
    for Acknowledged { text, seq } in acknowledged {
        let place = places.get(text.as_str());
        assert_eq!(place, Some(seq), "`{text}` was acknowledged at {seq}");
    }
}
