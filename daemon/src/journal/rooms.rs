//! What a commit has to tell rooms, gathered by room.

use super::Committed;
use chat_shared::{ConversationId, Entry};
use rustc_hash::FxHashMap;

/// Entries and answers by room; the rooms in the order of their first entries. What is large lies one behind the
/// other, as a commit may be for a thousand of them.
#[derive(Default)]
pub(super) struct Rooms {
    places: FxHashMap<ConversationId, usize>,
    told: Vec<(ConversationId, Committed)>,
}

impl Rooms {
    pub(super) fn add(&mut self, conversation: ConversationId, entry: Entry) {
        let told = &mut self.told;
        let place = *self.places.entry(conversation).or_insert_with(|| {
            told.push((conversation, Committed::default()));
            told.len() - 1
        });
        told[place].1.entries.push(entry);
    }

    /// What a room is told, if it has an entry.
    pub(super) fn of(&mut self, conversation: ConversationId) -> Option<&mut Committed> {
        let place = *self.places.get(&conversation)?;
        Some(&mut self.told[place].1)
    }

    /// Takes all of it out; the memory stays.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (ConversationId, Committed)> {
        self.places.clear();
        self.told.drain(..)
    }
}
