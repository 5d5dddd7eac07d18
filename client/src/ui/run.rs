//! The loop: waits, takes what is there, draws once.

use super::app::{App, Setup};
use super::caret::Caret;
use super::keyboard::{self, Input};
use super::memory::Memory;
use super::paste::{Typed, gather};
use super::terminal::{self, Terminal};
use super::theme;
use crate::model::Update;
use crate::net;
use crate::startup::Startup;
use crate::told;
use cursive::event::Event;
use cursive::view::Nameable;
use cursive::{Cursive, CursiveRunner};
use jiff::tz::TimeZone;
use nix::sys::signal::{SigSet, Signal};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Things that wait to be taken: more than a screen's loop leaves lying while it draws. When it is full
/// the connection waits, the daemon marks it lagging, and nothing is lost.
const QUEUE: usize = 4_096;

/// Things taken before the screen is drawn, so that a flood cannot starve the eyes.
const BATCH: usize = 1_024;

/// How long after a key another one belongs to the same burst.
const BURST_PAUSE: Duration = Duration::from_millis(1);

/// How often what changes with time alone is drawn anew.
const TICK: Duration = Duration::from_secs(1);

/// The one name of a view: cursive finds the screen by it.
const APP: &str = "app";

/// What the loop waits for.
enum Inbox {
    Typed(Typed),
    Focus(bool),
    Update(Box<Update>),
    /// The terminal is gone, or somebody asks the program to end.
    End,
}

/// Shows the screen until somebody quits.
///
/// # Errors
/// Where there is no terminal, or nobody is signed in.
pub fn run(startup: Startup) -> io::Result<()> {
    let (sender, inbox) = sync_channel(QUEUE);
    // Before any other thread is started, so that all of them leave the signals to the one that waits.
    watch_signals(sender.clone())?;
    leave_the_terminal_on_panic();
    let updates = sender.clone();
    let on_update = Box::new(move |update| {
        // After the screen is gone there is nobody to tell.
        let _ = updates.send(Inbox::Update(Box::new(update)));
    });
    let caret = Caret::default();
    let terminal = Terminal::enter(caret.clone())?;
    let folder = startup.settings.folder.clone();
    let memory = Memory {
        remembered: folder.remembered()?,
        folder: Some(folder),
    };
    let presence = memory.here().chosen();
    let connection = net::start(startup.settings, presence, on_update)?;
    let away_after = Duration::from_secs(startup.config.screen.away_after_secs);
    let app = App::new(Setup {
        handle: connection.handle(),
        config: startup.config.screen,
        account: startup.account,
        greeting: startup
            .is_founder
            .then(|| told::of_founder("/invitation", "/help")),
        zone: TimeZone::system(),
        clock: net::now,
        memory,
        caret,
    });
    let mut runner = CursiveRunner::new(stage(app), terminal);
    let reading = read_terminal(sender);
    if reading.is_ok() {
        turn(&mut runner, &inbox, away_after);
    }
    // The terminal is given back first, and nobody waits any longer for the queue to be emptied.
    drop(runner);
    drop(inbox);
    connection.quit();
    reading
}

/// Cursive with the screen in it.
pub(super) fn stage(app: App) -> Cursive {
    let mut siv = Cursive::new();
    siv.set_theme(theme::theme());
    // Ctrl-C clears the line here; ending is up to the screen.
    siv.clear_global_callbacks(Event::CtrlChar('c'));
    siv.add_fullscreen_layer(app.with_name(APP));
    siv
}

fn turn(runner: &mut CursiveRunner<Cursive>, inbox: &Receiver<Inbox>, away_after: Duration) {
    let mut last_key = Instant::now();
    let mut title = String::new();
    let mut brackets_pastes = false;
    loop {
        let told = app(runner, |app| {
            (
                app.is_over(),
                app.title(),
                app.take_bell(),
                app.is_ticking(),
            )
        });
        let Some((false, new_title, rings, is_ticking)) = told else {
            return;
        };
        if title != new_title {
            terminal::set_title(&new_title);
            title = new_title;
        }
        if rings {
            terminal::ring();
        }
        runner.refresh();
        let Ok(batch) = wait(inbox, last_key, away_after, is_ticking) else {
            return;
        };
        let mut burst = Vec::new();
        for item in batch {
            match item {
                Inbox::Typed(typed) => {
                    brackets_pastes |= matches!(typed, Typed::Pasted(_));
                    burst.push(typed);
                }
                Inbox::Focus(focused) => {
                    app(runner, |app| app.set_focus(focused));
                }
                Inbox::Update(update) => {
                    app(runner, |app| app.take(*update));
                }
                Inbox::End => {
                    app(runner, App::quit);
                }
            }
        }
        if !burst.is_empty() {
            last_key = Instant::now();
            app(runner, |app| app.set_idle(false));
        } else if !away_after.is_zero() && last_key.elapsed() >= away_after {
            app(runner, |app| app.set_idle(true));
        }
        for typed in if brackets_pastes {
            burst
        } else {
            gather(burst)
        } {
            match typed {
                Typed::Key(event) => {
                    if event == Event::CtrlChar('l') {
                        runner.clear();
                    }
                    runner.on_event(event);
                }
                Typed::Pasted(text) => {
                    app(runner, |app| app.paste(&text));
                }
            }
        }
    }
}

/// Sleeps until something comes, or until time alone changes something; then takes what is there.
fn wait(
    inbox: &Receiver<Inbox>,
    last_key: Instant,
    away_after: Duration,
    is_ticking: bool,
) -> Result<Vec<Inbox>, RecvTimeoutError> {
    let until_away = away_after.saturating_sub(last_key.elapsed());
    let timeout = match (is_ticking, until_away.is_zero()) {
        (true, true) => Some(TICK),
        (true, false) => Some(TICK.min(until_away)),
        (false, true) => None,
        (false, false) => Some(until_away),
    };
    let first = match timeout {
        Some(timeout) => match inbox.recv_timeout(timeout) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        },
        None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)?,
    };
    let mut batch = vec![first];
    while batch.len() < BATCH {
        let is_typing = matches!(batch.last(), Some(Inbox::Typed(_)));
        let next = if is_typing {
            inbox.recv_timeout(BURST_PAUSE).ok()
        } else {
            inbox.try_recv().ok()
        };
        match next {
            Some(next) => batch.push(next),
            None => break,
        }
    }
    Ok(batch)
}

/// The screen; nothing only if it were not there any more.
pub(super) fn app<T>(
    runner: &mut CursiveRunner<Cursive>,
    what: impl FnOnce(&mut App) -> T,
) -> Option<T> {
    runner.call_on_name(APP, what)
}

fn read_terminal(sender: SyncSender<Inbox>) -> io::Result<()> {
    let read = move || {
        loop {
            let item = match keyboard::read() {
                Ok(Input::Event(event)) => Inbox::Typed(Typed::Key(event)),
                Ok(Input::Paste(text)) => Inbox::Typed(Typed::Pasted(text)),
                Ok(Input::Focus(focused)) => Inbox::Focus(focused),
                Err(_) => Inbox::End,
            };
            let is_end = matches!(item, Inbox::End);
            if sender.send(item).is_err() || is_end {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("terminal".to_owned())
        .spawn(read)
        .map(drop)
}

/// Asked to end from outside, the screen ends as if by `/quit`, and the terminal is whole.
fn watch_signals(sender: SyncSender<Inbox>) -> io::Result<()> {
    let signals = SigSet::from_iter([Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT]);
    signals.thread_block()?;
    let wait = move || {
        if signals.wait().is_ok() {
            let _ = sender.send(Inbox::End);
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait)
        .map(drop)
}

/// A panic on any thread gives the terminal back first, so that its text can be read, and then ends the
/// program: a screen without its connection, or the other way round, helps nobody. The outbox is on
/// disk.
fn leave_the_terminal_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        terminal::leave();
        before(panic);
        std::process::exit(101);
    }));
}
