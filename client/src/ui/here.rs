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
    /// As it was chosen before.
    pub(super) fn of(chosen: PresenceState) -> Self {
        match chosen {
            PresenceState::Away => Self::Away,
            PresenceState::DoNotDisturb => Self::DoNotDisturb,
            PresenceState::Invisible => Self::Invisible,
            _ => Self::Yes,
        }
    }

    /// What to say of it. Short: beside it stands how the connection is.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Yes | Self::Idle => "you are shown as here",
            Self::Away => "shown as away until /back",
            Self::DoNotDisturb => "nothing disturbs you until /back",
            Self::Invisible => "shown as not here until /back",
        }
    }

    /// What of it was said, and does not come by keys alone.
    pub(super) fn chosen(self) -> PresenceState {
        match self {
            Self::Idle => PresenceState::Online,
            chosen => chosen.state(),
        }
    }

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
            self.remember_here();
        }
    }
}
