//! How available somebody is, and what they say of themselves, in words.

use super::print;
use chat_shared::{Presence, PresenceState, StatusText};
use serde::Serialize;

/// The part of a JSON line about it.
#[derive(Debug, Serialize)]
pub struct PresenceLine<'a> {
    state: PresenceState,
    #[serde(flatten)]
    status: StatusLine<'a>,
}

/// The part of a JSON line about a status text.
#[derive(Debug, Default, Serialize)]
pub struct StatusLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_until: Option<String>,
}

impl<'a> PresenceLine<'a> {
    /// Of somebody.
    pub fn new(presence: &'a Presence) -> Self {
        Self {
            state: presence.state,
            status: StatusLine::new(presence.status.as_ref()),
        }
    }
}

impl<'a> StatusLine<'a> {
    /// Of a status text.
    pub fn new(status: Option<&'a StatusText>) -> Self {
        let status = status.filter(|status| !status.text.is_empty());
        Self {
            status: status.map(|status| status.text.as_str()),
            status_until: status.and_then(|status| status.until).map(print::rfc3339),
        }
    }
}

/// A state in words.
pub fn state_words(state: PresenceState) -> &'static str {
    match state {
        PresenceState::Online => "online",
        PresenceState::Away => "away",
        PresenceState::DoNotDisturb => "do not disturb",
        PresenceState::Invisible => "invisible",
        PresenceState::Offline => "offline",
        PresenceState::Unknown => "in a state that this version does not know",
    }
}

/// A status text for people; empty where there is none.
pub fn status_words(status: Option<&StatusText>) -> String {
    let Some(status) = status.filter(|status| !status.text.is_empty()) else {
        return String::new();
    };
    let text = print::clean(&status.text);
    match status.until {
        Some(until) => format!("{text} (until {})", print::local(until)),
        None => text,
    }
}
