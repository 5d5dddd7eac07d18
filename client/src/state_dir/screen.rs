//! What a screen remembers of an account until its next start: where one was, and how one chose to be shown.

use super::{AccountFolder, files};
use chat_shared::{ConversationId, PresenceState};
use serde::{Deserialize, Serialize};
use std::io;

/// What is remembered. Nothing hangs on it but comfort, except that who chose not to be seen stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// How one is to be shown, where one said so; else as here.
    pub presence: PresenceState,
    /// The conversation that was on the screen.
    pub open: Option<ConversationId>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            presence: PresenceState::Online,
            open: None,
        }
    }
}

impl AccountFolder {
    /// What was remembered. Where nothing was, or the file is damaged, what a first start has.
    pub fn remembered(&self) -> io::Result<Remembered> {
        let text = files::read(&self.file("screen.json"))?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    /// Remembers this in place of what was.
    pub fn remember(&self, remembered: &Remembered) -> io::Result<()> {
        if self.remembered()? == *remembered {
            return Ok(());
        }
        let text = serde_json::to_string(remembered)?;
        files::replace(&self.file("screen.json"), text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state_dir::StateDir;

    #[test]
    fn what_was_remembered_is_there_at_the_next_start_and_damage_is_a_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().into()).unwrap();
        let account = state.account("h:1", "anna").unwrap();
        assert_eq!(account.remembered().unwrap(), Remembered::default());
        let remembered = Remembered {
            presence: PresenceState::Invisible,
            open: Some(ConversationId(7)),
        };
        account.remember(&remembered).unwrap();
        let again = state.account("h:1", "anna").unwrap();
        assert_eq!(again.remembered().unwrap(), remembered);
        std::fs::write(account.file("screen.json"), "damaged").unwrap();
        assert_eq!(account.remembered().unwrap(), Remembered::default());
    }
}
