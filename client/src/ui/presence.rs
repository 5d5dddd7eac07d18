//! How presence is shown: by shape, not by colour.

use chat_shared::PresenceState;

/// The mark before a name.
pub(super) fn mark(state: PresenceState) -> &'static str {
    match state {
        PresenceState::Online => "●",
        PresenceState::Away => "◐",
        PresenceState::Offline | PresenceState::Unknown => "○",
    }
}

/// The word for it, in lists.
pub(super) fn word(state: PresenceState) -> &'static str {
    match state {
        PresenceState::Online => "here",
        PresenceState::Away => "away",
        PresenceState::Offline | PresenceState::Unknown => "not here",
    }
}
