//! The connection to the daemon, on a thread of its own.
//!
//! It takes [`Command`]s and tells [`Update`]s; nobody else sees sockets, frames or tokens. It connects
//! again by itself, and what it was ordered to do goes through the outbox, so that nothing is lost
//! and nothing is done twice.
//!
//! In reading order: [`place`] where, [`failure`] what can go wrong, [`tls`] and [`channel`] bytes
//! and keys, [`session`] frames, [`sign_in`] who, [`cursors`], [`orders`], [`questions`] and [`live`] what to ask when
//! (no I/O), [`backoff`] pauses, [`engine`] the loop, [`deliver`] the same for scripts.

pub mod backoff;
pub mod channel;
pub mod cursors;
pub mod deliver;
pub mod engine;
pub mod failure;
pub mod live;
pub mod orders;
mod marks;
pub mod place;
pub mod questions;
pub mod session;
pub mod sign_in;
pub mod tls;

pub use crate::command::{Command, Order, Ticket};
pub use crate::model::Me;
pub use engine::now;
pub use failure::Failure;
pub use place::Place;

use crate::model::Update;
use crate::state_dir::AccountFolder;
use chat_shared::PresenceState;
use chat_shared::link::Pin;
use std::io;
use std::thread::JoinHandle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

/// Whom to connect to, and as whom. The account's folder holds a token already.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the daemon is.
    pub place: Place,
    /// The key that it is known by; none on a Unix socket.
    pub pin: Option<Pin>,
    /// The account's folder.
    pub folder: AccountFolder,
    /// Entries of each conversation to begin with.
    pub newest: u32,
}

/// Takes updates; called on the connection's thread, which waits as long as it blocks: that may be while
/// a screen draws, but no longer, and never once [`Running::quit`] was called.
pub type OnUpdate = Box<dyn Fn(Update) + Send>;

/// The way to the connection. Cheap to clone; commands are carried out in the order of sending.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: UnboundedSender<Command>,
}

impl Handle {
    /// Asks for something; never blocks. After [`Command::Quit`] it does nothing.
    pub fn send(&self, command: Command) {
        // The other end is gone only after `Quit`: there is nobody left to ask.
        let _ = self.commands.send(command);
    }

    /// A handle whose commands come out at the other end: for tests of screens.
    pub fn probe() -> (Self, UnboundedReceiver<Command>) {
        let (commands, receiver) = unbounded_channel();
        (Self { commands }, receiver)
    }
}

/// A connection that was started.
#[derive(Debug)]
pub struct Running {
    handle: Handle,
    thread: JoinHandle<()>,
}

impl Running {
    /// The way to it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends it and waits until every order it was given is written down.
    pub fn quit(self) {
        self.handle.send(Command::Quit);
        // A panic there was shown already; there is nothing to add to it here.
        let _ = self.thread.join();
    }
}

/// Starts a connection; others see one as `presence` from the first moment on. Updates come until
/// [`Running::quit`].
pub fn start(
    settings: Settings,
    presence: PresenceState,
    on_update: OnUpdate,
) -> io::Result<Running> {
    let Some(credentials) = settings.folder.credentials()? else {
        return Err(io::Error::other("nobody is signed in here"));
    };
    let kept = live::Kept {
        stream: settings.folder.take_stream(credentials.device)?,
        cursors: cursors::Cursors::default(),
        presence,
        marks: Default::default(),
        newest: settings.newest,
    };
    let (commands, receiver) = unbounded_channel();
    let runtime = runtime()?;
    let thread = std::thread::Builder::new()
        .name("connection".into())
        .spawn(move || {
            let engine = engine::Engine::new(settings, credentials, kept, receiver, on_update);
            LocalSet::new().block_on(&runtime, engine.run());
        })?;
    Ok(Running {
        handle: Handle { commands },
        thread,
    })
}

/// One thread is enough for one connection.
pub fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
