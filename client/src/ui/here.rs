//! Whether one is there: by what one said, and by the keys that one pressed.

use super::app::App;
use crate::net::Command;
use chat_shared::PresenceState;

/// Whether one is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Yes,
    /// No key for a while: the next key changes it.
    Idle,
    /// Said by `/away`: `/back` or writing something changes it.
    Away,
    /// Only `/back` changes these.
    DoNotDisturb,
    Invisible,
}

impl Here {
    fn state(self) -> PresenceState {
        match self {
            Self::Yes => PresenceState::Online,
            Self::Idle | Self::Away => PresenceState::Away,
            Self::DoNotDisturb => PresenceState::DoNotDisturb,
            Self::Invisible => PresenceState::Invisible,
        }
    }
}

impl App {
    /// No key for a while, or a key again.
    pub(super) fn set_idle(&mut self, idle: bool) {
        match (self.here, idle) {
            (Here::Yes, true) => self.set_here(Here::Idle),
            (Here::Idle, false) => self.set_here(Here::Yes),
            _ => {}
        }
    }

    pub(super) fn set_here(&mut self, here: Here) {
        if self.here != here {
            self.here = here;
            let state = here.state();
            self.send(Command::SetPresence { state });
        }
    }
}
