//! The table of keys: what each does, and what `/help` says about it.

use cursive::event::{Event, Key};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyAction {
    Send,
    LineBreak,
    Complete,
    CompleteBackwards,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Backspace,
    Delete,
    DeleteWordLeft,
    DeleteWordRight,
    DeleteToStart,
    DeleteToEnd,
    Older,
    Newer,
    PageUp,
    PageDown,
    Newest,
    Next,
    Previous,
    NextUnread,
    ChooseUp,
    ChooseDown,
    Unfold,
    Inbox,
    Contacts,
    TakeBack,
    Keys,
    People,
    RetryNow,
    Redraw,
    Interrupt,
    Quit,
}

/// Keys that do the same.
struct Binding {
    action: KeyAction,
    events: &'static [Event],
    /// What the keys are called and what they do; nothing for those that everybody expects.
    help: Option<(&'static str, &'static str)>,
}

const fn key(key: Key) -> Event {
    Event::Key(key)
}

const BINDINGS: &[Binding] = &[
    Binding {
        action: KeyAction::Send,
        events: &[key(Key::Enter)],
        help: Some(("Enter", "send")),
    },
    Binding {
        action: KeyAction::LineBreak,
        events: &[
            Event::Alt(Key::Enter),
            Event::Shift(Key::Enter),
            Event::CtrlChar('j'),
        ],
        help: Some(("Alt-Enter", "a new line in the message")),
    },
    Binding {
        action: KeyAction::Complete,
        events: &[key(Key::Tab)],
        help: Some(("Tab", "complete a name, #room or /command")),
    },
    Binding {
        action: KeyAction::CompleteBackwards,
        events: &[Event::Shift(Key::Tab)],
        help: None,
    },
    Binding {
        action: KeyAction::Next,
        events: &[Event::CtrlChar('n'), Event::Alt(Key::Down)],
        help: Some(("Ctrl-N Alt-Down", "next conversation")),
    },
    Binding {
        action: KeyAction::Previous,
        events: &[Event::CtrlChar('p'), Event::Alt(Key::Up)],
        help: Some(("Ctrl-P Alt-Up", "conversation before")),
    },
    Binding {
        action: KeyAction::NextUnread,
        events: &[Event::AltChar('a')],
        help: Some(("Alt-A", "next one with something unread")),
    },
    Binding {
        action: KeyAction::Inbox,
        events: &[Event::AltChar('i')],
        help: Some(("Alt-I", "the inbox: all that waits")),
    },
    Binding {
        action: KeyAction::Contacts,
        events: &[key(Key::F3), Event::AltChar('c')],
        help: Some(("F3 Alt-C", "contacts")),
    },
    Binding {
        action: KeyAction::ChooseUp,
        events: &[Event::Ctrl(Key::Up), Event::AltChar('k')],
        help: Some(("Ctrl-Up Alt-K", "choose a message, to /delete or /report")),
    },
    Binding {
        action: KeyAction::ChooseDown,
        events: &[Event::Ctrl(Key::Down), Event::AltChar('j')],
        help: Some(("Ctrl-Down Alt-J", "the one below")),
    },
    Binding {
        action: KeyAction::Unfold,
        events: &[Event::AltChar('o')],
        help: Some(("Alt-O", "show or fold what blocked people said")),
    },
    Binding {
        action: KeyAction::PageUp,
        events: &[key(Key::PageUp)],
        help: Some(("PageUp PageDown", "scroll")),
    },
    Binding {
        action: KeyAction::PageDown,
        events: &[key(Key::PageDown)],
        help: None,
    },
    Binding {
        action: KeyAction::Newest,
        events: &[key(Key::Esc)],
        help: Some(("Esc End", "to the newest message, also from the past")),
    },
    Binding {
        action: KeyAction::Older,
        events: &[key(Key::Up)],
        help: Some(("Up Down", "what you wrote before")),
    },
    Binding {
        action: KeyAction::Newer,
        events: &[key(Key::Down)],
        help: None,
    },
    Binding {
        action: KeyAction::Left,
        events: &[key(Key::Left), Event::CtrlChar('b')],
        help: None,
    },
    Binding {
        action: KeyAction::Right,
        events: &[key(Key::Right), Event::CtrlChar('f')],
        help: None,
    },
    Binding {
        action: KeyAction::WordLeft,
        events: &[
            Event::Ctrl(Key::Left),
            Event::Alt(Key::Left),
            Event::AltChar('b'),
        ],
        help: Some(("Ctrl-Left -Right", "move by words")),
    },
    Binding {
        action: KeyAction::WordRight,
        events: &[
            Event::Ctrl(Key::Right),
            Event::Alt(Key::Right),
            Event::AltChar('f'),
        ],
        help: None,
    },
    Binding {
        action: KeyAction::Home,
        events: &[key(Key::Home), Event::CtrlChar('a')],
        help: None,
    },
    Binding {
        action: KeyAction::End,
        events: &[key(Key::End), Event::CtrlChar('e')],
        help: None,
    },
    Binding {
        action: KeyAction::Backspace,
        events: &[key(Key::Backspace), Event::CtrlChar('h')],
        help: None,
    },
    Binding {
        action: KeyAction::Delete,
        events: &[key(Key::Del), Event::CtrlChar('d')],
        help: None,
    },
    Binding {
        action: KeyAction::DeleteWordLeft,
        events: &[
            Event::CtrlChar('w'),
            Event::Alt(Key::Backspace),
            Event::Ctrl(Key::Backspace),
        ],
        help: Some(("Ctrl-W Alt-D", "delete the word before, after")),
    },
    Binding {
        action: KeyAction::DeleteWordRight,
        events: &[Event::AltChar('d'), Event::Ctrl(Key::Del)],
        help: None,
    },
    Binding {
        action: KeyAction::DeleteToStart,
        events: &[Event::CtrlChar('u')],
        help: Some(("Ctrl-U Ctrl-K", "delete all before, after")),
    },
    Binding {
        action: KeyAction::DeleteToEnd,
        events: &[Event::CtrlChar('k')],
        help: None,
    },
    Binding {
        action: KeyAction::TakeBack,
        events: &[Event::CtrlChar('x')],
        help: Some(("Ctrl-X", "take a refused message back")),
    },
    Binding {
        action: KeyAction::RetryNow,
        events: &[Event::CtrlChar('r')],
        help: Some(("Ctrl-R", "connect again now")),
    },
    Binding {
        action: KeyAction::People,
        events: &[key(Key::F2), Event::CtrlChar('t')],
        help: Some(("F2 Ctrl-T", "show or hide people")),
    },
    Binding {
        action: KeyAction::Keys,
        events: &[key(Key::F1)],
        help: Some(("F1", "these keys and all commands")),
    },
    Binding {
        action: KeyAction::Redraw,
        events: &[Event::CtrlChar('l')],
        help: None,
    },
    Binding {
        action: KeyAction::Interrupt,
        events: &[Event::CtrlChar('c')],
        help: Some(("Ctrl-C", "clear the line; twice: quit")),
    },
    Binding {
        action: KeyAction::Quit,
        events: &[Event::CtrlChar('q')],
        help: Some(("Ctrl-Q", "quit")),
    },
];

/// What this key does; nothing where it is a letter or means nothing.
pub(super) fn action(event: &Event) -> Option<KeyAction> {
    BINDINGS
        .iter()
        .find(|binding| binding.events.contains(event))
        .map(|binding| binding.action)
}

/// The lines that `/help` prints about keys, from the table alone.
pub(super) fn help() -> Vec<String> {
    let told = || BINDINGS.iter().filter_map(|binding| binding.help);
    let widest = told().map(|(keys, _)| keys.len()).max().unwrap_or_default();
    told()
        .map(|(keys, does)| format!("{keys:widest$}  {does}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things() {
        let all: Vec<_> = BINDINGS.iter().flat_map(|binding| binding.events).collect();
        for (index, event) in all.iter().enumerate() {
            assert!(!all[..index].contains(event), "{event:?}");
        }
    }
}
