//! Words of the command line that stand for a value of the protocol, each the same as on the wire.

use chat_shared::{Access, HistoryFrom, HouseRole, PresenceState, RoomRole};
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A value that has a word; where there are several, the first is printed.
pub(crate) trait Word: Copy + PartialEq + Send + Sync + 'static {
    /// All that can be typed.
    const WORDS: &'static [(&'static str, Self)];
}

impl Word for HouseRole {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("guest", Self::Guest),
        ("member", Self::Member),
        ("moderator", Self::Moderator),
        ("administrator", Self::Administrator),
    ];
}

impl Word for RoomRole {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("guest", Self::Guest),
        ("member", Self::Member),
        ("moderator", Self::Moderator),
        ("owner", Self::Owner),
    ];
}

impl Word for Access {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("public", Self::Public),
        ("private", Self::Private),
        ("hidden", Self::Hidden),
    ];
}

impl Word for HistoryFrom {
    const WORDS: &'static [(&'static str, Self)] =
        &[("beginning", Self::Beginning), ("joining", Self::Joining)];
}

impl Word for bool {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("on", true),
        ("off", false),
        ("true", true),
        ("false", false),
    ];
}

impl Word for PresenceState {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("offline", Self::Offline),
        ("away", Self::Away),
        ("online", Self::Online),
        ("do not disturb", Self::DoNotDisturb),
        ("invisible", Self::Invisible),
    ];
}

/// Reads a word; what may stand there is shown by the help.
pub(crate) fn parser<T: Word>() -> impl TypedValueParser<Value = T> {
    let words = T::WORDS.iter().map(|(word, _)| *word);
    PossibleValuesParser::new(words).try_map(|typed| {
        let found = T::WORDS.iter().find(|(word, _)| *word == typed);
        found
            .map(|(_, value)| *value)
            .ok_or("not one of these words")
    })
}

/// The word of a value; a dash for one of a newer daemon.
pub(crate) fn word<T: Word>(value: T) -> &'static str {
    let found = T::WORDS.iter().find(|(_, other)| *other == value);
    found.map_or("-", |(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    fn are_those_of_the_wire<T: Word + Serialize>() {
        for (text, value) in T::WORDS {
            let wire = serde_json::to_value(value).unwrap();
            assert_eq!(wire.as_str(), Some(text.replace(' ', "_").as_str()));
            assert_eq!(word(*value), *text);
        }
    }

    #[test]
    fn the_words_are_those_of_the_wire() {
        are_those_of_the_wire::<HouseRole>();
        are_those_of_the_wire::<RoomRole>();
        are_those_of_the_wire::<Access>();
        are_those_of_the_wire::<HistoryFrom>();
        are_those_of_the_wire::<PresenceState>();
        assert_eq!(word(PresenceState::Unknown), "-");
        assert_eq!((word(true), word(false)), ("on", "off"));
    }
}
