//! How presence is shown: by shape, not by colour.

use chat_shared::PresenceState;

/// The mark before a name.
pub(super) fn mark(state: PresenceState) -> &'static str {
    match state {
        PresenceState::Online => "●",
        PresenceState::Away => "◐",
        PresenceState::DoNotDisturb => "■",
        PresenceState::Invisible => "◌",
        PresenceState::Offline | PresenceState::Unknown => "○",
    }
}

/// The word for it, in lists.
pub(super) fn word(state: PresenceState) -> &'static str {
    match state {
        PresenceState::Online => "here",
        PresenceState::Away => "away",
        PresenceState::DoNotDisturb => "not to be disturbed",
        PresenceState::Invisible => "invisible",
        PresenceState::Offline | PresenceState::Unknown => "not here",
    }
}

/// A shorter word, beside much else.
pub(super) fn short_word(state: PresenceState) -> &'static str {
    match state {
        PresenceState::DoNotDisturb => "dnd",
        _ => word(state),
    }
}

/// Who is shown first: who can be talked to soonest.
pub(super) fn rank(state: PresenceState) -> u8 {
    match state {
        PresenceState::Online => 0,
        PresenceState::DoNotDisturb | PresenceState::Invisible => 1,
        PresenceState::Away => 2,
        PresenceState::Offline | PresenceState::Unknown => 3,
    }
}
