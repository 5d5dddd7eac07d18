//! What is read from the terminal, in cursive's words.

use cursive::Vec2;
use cursive::backends::crossterm::crossterm::event;
use cursive::event::{Event, Key, MouseButton, MouseEvent};
use event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEventKind};
use std::io;

/// What comes from the terminal.
#[derive(Debug)]
pub(super) enum Input {
    Event(Event),
    Paste(String),
    Focus(bool),
}

/// Waits for something to come. Errors mean that the terminal is gone.
pub(super) fn read() -> io::Result<Input> {
    loop {
        let input = match event::read()? {
            event::Event::Key(key) => translate_key(key).map(Input::Event),
            event::Event::Mouse(mouse) => translate_mouse(mouse).map(Input::Event),
            event::Event::Resize(..) => Some(Input::Event(Event::WindowResize)),
            event::Event::Paste(text) => Some(Input::Paste(text)),
            event::Event::FocusGained => Some(Input::Focus(true)),
            event::Event::FocusLost => Some(Input::Focus(false)),
        };
        if let Some(input) = input {
            return Ok(input);
        }
    }
}

fn translate_key(pressed: KeyEvent) -> Option<Event> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    let has = |modifier| pressed.modifiers.contains(modifier);
    let (control, alt, shift) = (
        has(KeyModifiers::CONTROL),
        has(KeyModifiers::ALT),
        has(KeyModifiers::SHIFT),
    );
    if let KeyCode::Char(letter) = pressed.code {
        return match (control, alt) {
            (false, false) => Some(Event::Char(letter)),
            (true, false) => Some(Event::CtrlChar(letter.to_ascii_lowercase())),
            (false, true) => Some(Event::AltChar(letter)),
            (true, true) => None,
        };
    }
    if pressed.code == KeyCode::BackTab {
        return Some(Event::Shift(Key::Tab));
    }
    let key = match pressed.code {
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Delete => Key::Del,
        KeyCode::Insert => Key::Ins,
        KeyCode::Enter => Key::Enter,
        KeyCode::Tab => Key::Tab,
        KeyCode::F(n @ 0..=12) => Key::from_f(n),
        _ => return None,
    };
    Some(match (control, alt, shift) {
        (false, false, false) => Event::Key(key),
        (true, false, false) => Event::Ctrl(key),
        (false, true, false) => Event::Alt(key),
        (false, false, true) => Event::Shift(key),
        (true, true, _) => Event::CtrlAlt(key),
        (true, false, true) => Event::CtrlShift(key),
        (false, true, true) => Event::AltShift(key),
    })
}

fn translate_mouse(mouse: event::MouseEvent) -> Option<Event> {
    let event = match mouse.kind {
        MouseEventKind::Down(event::MouseButton::Left) => MouseEvent::Press(MouseButton::Left),
        MouseEventKind::ScrollUp => MouseEvent::WheelUp,
        MouseEventKind::ScrollDown => MouseEvent::WheelDown,
        _ => return None,
    };
    let position = Vec2::new(usize::from(mouse.column), usize::from(mouse.row));
    Some(Event::Mouse {
        event,
        position,
        offset: Vec2::zero(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Option<Event> {
        translate_key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn no_key_panics() {
        for n in 0..=255 {
            let event = key(KeyCode::F(n), KeyModifiers::NONE);
            assert_eq!(event.is_some(), n <= 12, "F{n}");
        }
    }

    #[test]
    fn letters_keep_their_case_and_modifiers() {
        assert_eq!(
            key(KeyCode::Char('Ж'), KeyModifiers::SHIFT),
            Some(Event::Char('Ж'))
        );
        assert_eq!(
            key(KeyCode::Char('a'), KeyModifiers::ALT),
            Some(Event::AltChar('a'))
        );
        assert_eq!(
            key(
                KeyCode::Char('a'),
                KeyModifiers::ALT | KeyModifiers::CONTROL
            ),
            None
        );
        assert_eq!(
            key(KeyCode::Enter, KeyModifiers::ALT),
            Some(Event::Alt(Key::Enter))
        );
        assert_eq!(
            key(KeyCode::BackTab, KeyModifiers::SHIFT),
            Some(Event::Shift(Key::Tab))
        );
    }
}
