//! The terminal: cursive's backend on crossterm.
//!
//! Cursive brings a crossterm backend of its own. This one is here because that one
//! - looks for keys and callbacks every 30 ms instead of waiting for them,
//! - cannot take bracketed paste, so that pasted lines are sent one by one,
//! - hides the cursor, beside which input methods (Chinese, Vietnamese) show what is being composed,
//! - panics on F13 and on a terminal that goes away,
//! - loses bold when dim ends before it, and runs out of step where a terminal and Unicode disagree
//!   about the width of an emoji.

use super::caret::Caret;
use cursive::Vec2;
use cursive::backend::Backend;
use cursive::backends::crossterm::crossterm::{
    cursor, event, execute, queue, style as term, terminal,
};
use cursive::event::Event;
use cursive::style::{BaseColor, Color, ColorPair, Effect};
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// A whole screen of 200x60 with its colours, so that it goes out in few writes.
const BUFFER_BYTES: usize = 64 * 1024;

/// Whether the screen is ours and has to be given back.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back as it was. Does nothing where that is done; safe from any thread and a
/// panic hook.
pub(super) fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    tell(|tty| {
        execute!(
            tty,
            term::SetAttribute(term::Attribute::Reset),
            term::ResetColor,
            event::DisableFocusChange,
            event::DisableBracketedPaste,
            event::DisableMouseCapture,
            cursor::Show,
            terminal::LeaveAlternateScreen
        )
    });
    let _ = terminal::disable_raw_mode();
}

/// Gives the window a title. It has to be clean: terminals act on control characters even there.
pub(super) fn set_title(title: &str) {
    tell(|tty| execute!(tty, terminal::SetTitle(title)));
}

/// Rings the bell.
pub(super) fn ring() {
    tell(|tty| execute!(tty, term::Print('\u{7}')));
}

/// Beside what cursive draws, and never in the middle of it: the loop is the only one to call this.
fn tell(write: impl FnOnce(&mut File) -> io::Result<()>) {
    if let Ok(mut tty) = File::options().write(true).open("/dev/tty") {
        let _ = write(&mut tty);
    }
}

/// The backend. Errors of writing are passed over: reading tells that the terminal is gone.
pub(super) struct Terminal {
    out: RefCell<BufWriter<File>>,
    colors: Cell<ColorPair>,
    is_bold: Cell<bool>,
    is_dim: Cell<bool>,
    /// Where the next character goes, as far as that is certain.
    at: Cell<Option<Vec2>>,
    wanted: Cell<Vec2>,
    has_colors: bool,
    caret: Caret,
}

impl Terminal {
    /// Takes the terminal over.
    pub(super) fn enter(caret: Caret) -> io::Result<Box<dyn Backend>> {
        let mut tty = File::options().write(true).open("/dev/tty")?;
        terminal::enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        execute!(
            tty,
            terminal::EnterAlternateScreen,
            event::EnableMouseCapture,
            event::EnableBracketedPaste,
            event::EnableFocusChange
        )?;
        Ok(Box::new(Self {
            out: RefCell::new(BufWriter::with_capacity(BUFFER_BYTES, tty)),
            colors: Cell::new(ColorPair::terminal_default()),
            is_bold: Cell::new(false),
            is_dim: Cell::new(false),
            at: Cell::new(None),
            wanted: Cell::new(Vec2::zero()),
            // https://no-color.org
            has_colors: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            caret,
        }))
    }

    fn write(&self, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) {
        // Another thread panicked and gave the terminal back: its message is not to be drawn over.
        if !ENTERED.load(Ordering::Relaxed) {
            return;
        }
        let _ = write(&mut self.out.borrow_mut());
    }

    fn attribute(&self, attribute: term::Attribute) {
        self.write(|out| queue!(out, term::SetAttribute(attribute)));
    }

    /// Bold and dim are ended by one and the same sequence: what is still on has to be said again.
    fn intensity(&self) {
        self.attribute(term::Attribute::NormalIntensity);
        if self.is_bold.get() {
            self.attribute(term::Attribute::Bold);
        }
        if self.is_dim.get() {
            self.attribute(term::Attribute::Dim);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

impl Backend for Terminal {
    fn name(&self) -> &str {
        "chatc"
    }

    /// What was drawn before is still there: only what changed is printed.
    fn is_persistent(&self) -> bool {
        true
    }

    /// Input comes through the loop of [`super::run`], not from here.
    fn poll_event(&mut self) -> Option<Event> {
        None
    }

    fn set_title(&mut self, title: String) {
        set_title(&title);
    }

    fn refresh(&mut self) {
        let caret = self.caret.at();
        self.write(|out| {
            match caret {
                Some((x, y)) => queue!(out, cursor::MoveTo(x, y), cursor::Show)?,
                None => queue!(out, cursor::Hide)?,
            }
            out.flush()
        });
        self.at.set(None);
    }

    fn has_colors(&self) -> bool {
        self.has_colors
    }

    fn screen_size(&self) -> Vec2 {
        // Without a size (some serial lines) what every terminal has.
        let (x, y) = terminal::size().unwrap_or((80, 24));
        Vec2::new(usize::from(x.max(1)), usize::from(y.max(1)))
    }

    fn move_to(&self, at: Vec2) {
        self.wanted.set(at);
    }

    fn print(&self, text: &str) {
        let wanted = self.wanted.get();
        let is_there = self.at.get() == Some(wanted);
        self.write(|out| {
            if !is_there {
                let word = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
                queue!(out, cursor::MoveTo(word(wanted.x), word(wanted.y)))?;
            }
            queue!(out, term::Print(text))
        });
        let next = wanted + (super::cells::width(text), 0);
        self.wanted.set(next);
        // Terminals disagree about the width of much that is not ASCII: go there by number.
        self.at.set(text.is_ascii().then_some(next));
    }

    fn clear(&self, _: Color) {
        self.write(|out| {
            queue!(
                out,
                term::ResetColor,
                terminal::Clear(terminal::ClearType::All)
            )
        });
        self.colors.set(ColorPair::terminal_default());
        self.at.set(None);
    }

    fn set_color(&self, colors: ColorPair) -> ColorPair {
        let before = self.colors.replace(colors);
        if before != colors && self.has_colors {
            let (front, back) = (translate_color(colors.front), translate_color(colors.back));
            self.write(|out| {
                queue!(
                    out,
                    term::SetForegroundColor(front),
                    term::SetBackgroundColor(back)
                )
            });
        }
        before
    }

    fn set_effect(&self, effect: Effect) {
        match effect {
            Effect::Simple => {}
            Effect::Bold => {
                self.is_bold.set(true);
                self.attribute(term::Attribute::Bold);
            }
            Effect::Dim => {
                self.is_dim.set(true);
                self.attribute(term::Attribute::Dim);
            }
            Effect::Reverse => self.attribute(term::Attribute::Reverse),
            Effect::Blink => self.attribute(term::Attribute::SlowBlink),
            Effect::Italic => self.attribute(term::Attribute::Italic),
            Effect::Strikethrough => self.attribute(term::Attribute::CrossedOut),
            Effect::Underline => self.attribute(term::Attribute::Underlined),
        }
    }

    fn unset_effect(&self, effect: Effect) {
        match effect {
            Effect::Simple => {}
            Effect::Bold => {
                self.is_bold.set(false);
                self.intensity();
            }
            Effect::Dim => {
                self.is_dim.set(false);
                self.intensity();
            }
            Effect::Reverse => self.attribute(term::Attribute::NoReverse),
            Effect::Blink => self.attribute(term::Attribute::NoBlink),
            Effect::Italic => self.attribute(term::Attribute::NoItalic),
            Effect::Strikethrough => self.attribute(term::Attribute::NotCrossedOut),
            Effect::Underline => self.attribute(term::Attribute::NoUnderline),
        }
    }
}

fn translate_color(color: Color) -> term::Color {
    let dark = |base| match base {
        BaseColor::Black => term::Color::Black,
        BaseColor::Red => term::Color::DarkRed,
        BaseColor::Green => term::Color::DarkGreen,
        BaseColor::Yellow => term::Color::DarkYellow,
        BaseColor::Blue => term::Color::DarkBlue,
        BaseColor::Magenta => term::Color::DarkMagenta,
        BaseColor::Cyan => term::Color::DarkCyan,
        BaseColor::White => term::Color::Grey,
    };
    let light = |base| match base {
        BaseColor::Black => term::Color::DarkGrey,
        BaseColor::Red => term::Color::Red,
        BaseColor::Green => term::Color::Green,
        BaseColor::Yellow => term::Color::Yellow,
        BaseColor::Blue => term::Color::Blue,
        BaseColor::Magenta => term::Color::Magenta,
        BaseColor::Cyan => term::Color::Cyan,
        BaseColor::White => term::Color::White,
    };
    match color {
        Color::TerminalDefault => term::Color::Reset,
        Color::Dark(base) => dark(base),
        Color::Light(base) => light(base),
        Color::Rgb(r, g, b) => term::Color::Rgb { r, g, b },
        Color::RgbLowRes(r, g, b) => {
            term::Color::AnsiValue(16 + 36 * r.min(5) + 6 * g.min(5) + b.min(5))
        }
    }
}
