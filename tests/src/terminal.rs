//! A program in a real pseudo-terminal, and what a person would see there.
//!
//! A thread feeds what the program writes to a parser of terminal sequences; the test types, and waits for
//! the screen to show something. What a terminal does beside drawing (titles, clipboard, bell) is kept
//! too, so that a test can tell what reached it.
//!
//! A drawing comes in pieces, and between two of them the screen is half old and half new. A program that
//! draws a whole screen says last of all whether the cursor is seen; a screen is looked at only then.

use crate::DEADLINE;
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, Termios};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fmt;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::process::Command;
use tokio::sync::watch;
use tokio::time::timeout;

/// Columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Cells of a row.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What every terminal has.
pub const SMALL: Size = Size::of(80, 24);

/// A whole screen of today.
pub const LARGE: Size = Size::of(200, 60);

impl Size {
    /// So many columns and rows.
    #[must_use]
    pub const fn of(columns: u16, rows: u16) -> Self {
        Self { columns, rows }
    }

    fn pty(self) -> PtySize {
        PtySize {
            rows: self.rows,
            cols: self.columns,
            ..PtySize::default()
        }
    }

    /// Rows and columns, as the parser wants them.
    fn parser(self) -> (NonZeroU16, NonZeroU16) {
        let some = |n| NonZeroU16::new(n).expect("a terminal has a cell");
        (some(self.rows), some(self.columns))
    }
}

/// What keys send.
pub mod keys {
    /// Enter.
    pub const ENTER: &str = "\r";
    /// Enter with Alt.
    pub const ALT_ENTER: &str = "\x1b\r";
    /// Escape.
    pub const ESCAPE: &str = "\x1b";
    /// Backspace.
    pub const BACKSPACE: &str = "\x7f";
    /// Left.
    pub const LEFT: &str = "\x1b[D";
    /// Right.
    pub const RIGHT: &str = "\x1b[C";
    /// Page up.
    pub const PAGE_UP: &str = "\x1b[5~";
    /// Page down.
    pub const PAGE_DOWN: &str = "\x1b[6~";
    /// End.
    pub const END: &str = "\x1b[F";
    /// F2.
    pub const F2: &str = "\x1bOQ";

    /// A letter with Control.
    #[must_use]
    pub fn control(letter: char) -> String {
        char::from(u8::try_from(letter).expect("a letter of ASCII") & 0x1f).into()
    }

    /// A letter with Alt.
    #[must_use]
    pub fn alt(letter: char) -> String {
        format!("\x1b{letter}")
    }
}

/// What a terminal is told beside what to draw.
#[derive(Clone, Debug, Default)]
struct Heard {
    titles: Vec<String>,
    clipboard: Vec<String>,
    bells: usize,
    resizes: usize,
}

impl vt100::Callbacks for Heard {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.resizes += 1;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.titles.push(String::from_utf8_lossy(title).into());
    }

    fn set_window_icon_name(&mut self, screen: &mut vt100::Screen, name: &[u8]) {
        self.set_window_title(screen, name);
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.clipboard.push(String::from_utf8_lossy(data).into());
    }

    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.clipboard.push("asked for".into());
    }
}

/// What the terminal shows at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Each row, without the blanks at its end. A wide character is one character here.
    pub rows: Vec<String>,
    /// Row and column of the cursor, from 0; nothing where it is hidden.
    pub cursor: Option<(u16, u16)>,
    /// Whether it is the alternate screen, which is gone when the program ends.
    pub is_alternate: bool,
    /// The titles that the window was given, the newest last.
    pub titles: Vec<String>,
    /// What was put into the clipboard, or asked of it.
    pub clipboard: Vec<String>,
    /// How often the bell rang.
    pub bells: usize,
    /// How often the window was told to change its size.
    pub resizes: usize,
}

impl Screen {
    fn of(parser: &vt100::Parser<Heard>) -> Self {
        let screen = parser.screen();
        let (rows, columns) = screen.size();
        let row = |y| {
            let mut text = String::new();
            for x in 0..columns.get() {
                match screen.cell(y, x) {
                    Some(cell) if cell.is_wide_continuation() => {}
                    Some(cell) if cell.has_contents() => text.push_str(cell.contents()),
                    _ => text.push(' '),
                }
            }
            text.truncate(text.trim_end().len());
            text
        };
        let Heard {
            titles,
            clipboard,
            bells,
            resizes,
        } = parser.callbacks().clone();
        Self {
            rows: (0..rows.get()).map(row).collect(),
            cursor: (!screen.hide_cursor()).then(|| screen.cursor_position()),
            is_alternate: screen.alternate_screen(),
            titles,
            clipboard,
            bells,
            resizes,
        }
    }

    /// Whether a row holds this text.
    #[must_use]
    pub fn shows(&self, text: &str) -> bool {
        self.count(text) > 0
    }

    /// How many rows hold this text.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.rows.iter().filter(|row| row.contains(text)).count()
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "┌── cursor {:?}, titles {:?}", self.cursor, self.titles)?;
        for row in &self.rows {
            writeln!(f, "│{row}")?;
        }
        write!(f, "└──")
    }
}

/// What ends a drawing: the cursor is shown or hidden.
const DRAWN: [&[u8]; 2] = [b"\x1b[?25h", b"\x1b[?25l"];

/// What the reading thread and the test share.
struct Shared {
    parser: vt100::Parser<Heard>,
    raw: Vec<u8>,
    /// The newest screen that was drawn to its end.
    screen: Screen,
    child: Box<dyn Child + Send + Sync>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    read: usize,
    exit_code: Option<u32>,
}

/// A program in a terminal of its own; it ends with this.
pub struct Terminal {
    name: String,
    shared: Arc<Mutex<Shared>>,
    progress: watch::Receiver<Progress>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
}

impl Terminal {
    /// Runs a command in a new terminal.
    ///
    /// # Panics
    /// Where there is no terminal to be had, or the command does not start.
    #[must_use]
    pub fn start(command: &Command, size: Size) -> Self {
        let pair = native_pty_system()
            .openpty(size.pty())
            .expect("a pseudo-terminal");
        let command = command.as_std();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => builder.env(key, value),
                None => builder.env_remove(key),
            }
        }
        // The same words and hours wherever it runs.
        for (key, value) in [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
        ] {
            builder.env(key, value);
        }
        builder.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(builder).expect("it starts");
        // Else the end of the program would not be seen.
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().expect("its output");
        let writer = pair.master.take_writer().expect("its input");
        let (rows, columns) = size.parser();
        let parser = vt100::Parser::new_with_callbacks(rows, columns, 0, Heard::default());
        let shared = Arc::new(Mutex::new(Shared {
            screen: Screen::of(&parser),
            parser,
            raw: Vec::new(),
            child,
        }));
        let (sender, progress) = watch::channel(Progress::default());
        let reading = Arc::clone(&shared);
        std::thread::spawn(move || read(reader, &reading, &sender));
        Self {
            name: format!("{command:?}"),
            shared,
            progress,
            master: pair.master,
            writer,
        }
    }

    /// What it shows now.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.shared().screen.clone()
    }

    /// Everything that the program wrote, byte for byte.
    #[must_use]
    pub fn raw(&self) -> Vec<u8> {
        self.shared().raw.clone()
    }

    /// Waits until the screen shows something.
    ///
    /// # Panics
    /// With the screen, where it does not within [`DEADLINE`] or the program ends.
    pub async fn wait_for<T>(&self, what: &str, look: impl Fn(&Screen) -> Option<T>) -> T {
        let mut progress = self.progress.clone();
        let looking = async {
            loop {
                let seen = *progress.borrow_and_update();
                if let Some(found) = look(&self.screen()) {
                    return Ok(found);
                }
                if let Some(code) = seen.exit_code {
                    return Err(format!("it ended with {code}"));
                }
                if progress.changed().await.is_err() {
                    return Err("nobody reads it any more".to_owned());
                }
            }
        };
        let found = timeout(DEADLINE * 2, looking).await;
        let why = match found {
            Ok(Ok(found)) => return found,
            Ok(Err(why)) => why,
            Err(_) => "it did not come".to_owned(),
        };
        panic!("{}: {what}: {why}\n{}", self.name, self.screen());
    }

    /// Waits until the screen is as it should be.
    ///
    /// # Panics
    /// As [`Self::wait_for`].
    pub async fn until(&self, what: &str, good: impl Fn(&Screen) -> bool) -> Screen {
        self.wait_for(what, |screen| good(screen).then(|| screen.clone()))
            .await
    }

    /// Waits until this text is somewhere on the screen.
    ///
    /// # Panics
    /// As [`Self::wait_for`].
    pub async fn shows(&self, text: &str) -> Screen {
        self.until(&format!("`{text}`"), |screen| screen.shows(text))
            .await
    }

    /// Sends keys.
    ///
    /// # Panics
    /// Where the program is gone.
    pub fn press(&mut self, keys: &str) {
        let sent = self.writer.write_all(keys.as_bytes());
        if let Err(error) = sent.and_then(|()| self.writer.flush()) {
            panic!("{}: {error}\n{}", self.name, self.screen());
        }
    }

    /// Gives the window another size.
    ///
    /// # Panics
    /// Where the terminal is gone.
    pub fn resize(&mut self, size: Size) {
        let (rows, columns) = size.parser();
        self.shared().parser.set_size(rows, columns);
        self.master.resize(size.pty()).expect("an open terminal");
    }

    /// Whether what is typed shows by itself and comes line by line, as a shell wants it.
    ///
    /// # Panics
    /// Where the terminal is gone.
    #[must_use]
    pub fn echoes(&self) -> bool {
        let settings = self
            .master
            .get_termios()
            .expect("an open terminal has settings");
        // Its `nix` is another version than ours; both know libc's.
        Termios::from(nix::libc::termios::from(settings))
            .local_flags
            .contains(LocalFlags::ECHO | LocalFlags::ICANON)
    }

    /// Sends the program a signal.
    ///
    /// # Panics
    /// Where it is gone.
    pub fn signal(&self, signal: Signal) {
        let mut shared = self.shared();
        let running = matches!(shared.child.try_wait(), Ok(None));
        assert!(running, "{} runs", self.name);
        // Nobody else waits for it while we hold the lock, so the number is still its own.
        kill(pid(shared.child.as_ref()), signal).expect("our own child");
    }

    /// Waits for its end; gives its exit code.
    ///
    /// # Panics
    /// With the screen, where it does not end.
    pub async fn ended(&self) -> u32 {
        let mut progress = self.progress.clone();
        let ended = timeout(
            DEADLINE,
            progress.wait_for(|progress| progress.exit_code.is_some()),
        )
        .await;
        match ended.ok().and_then(Result::ok).and_then(|p| p.exit_code) {
            Some(code) => code,
            None => panic!("{} does not end\n{}", self.name, self.screen()),
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        {
            let mut shared = self.shared();
            if matches!(shared.child.try_wait(), Ok(None)) {
                let _ = kill(pid(shared.child.as_ref()), Signal::SIGKILL);
                let _ = shared.child.wait();
            }
        }
        if std::thread::panicking() {
            eprintln!("--- the screen of {} ---\n{}", self.name, self.screen());
        }
    }
}

fn pid(child: &(dyn Child + Send + Sync)) -> Pid {
    let pid = child.process_id().expect("a process has a number");
    Pid::from_raw(i32::try_from(pid).expect("process ids are small"))
}

/// Feeds what the program writes to the parser, until there is no program.
fn read(
    mut reader: Box<dyn Read + Send>,
    shared: &Mutex<Shared>,
    sender: &watch::Sender<Progress>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let bytes = match reader.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => &buffer[..count],
        };
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.take(bytes);
        drop(shared);
        sender.send_modify(|progress| progress.read += bytes.len());
    }
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let ended = shared.child.wait();
    shared.screen = Screen::of(&shared.parser);
    drop(shared);
    let code = ended.map_or(u32::MAX, |ended| ended.exit_code());
    sender.send_modify(|progress| progress.exit_code = Some(code));
}

impl Shared {
    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.raw.extend_from_slice(bytes);
        let is_drawn = DRAWN.iter().any(|end| self.raw.ends_with(end));
        if is_drawn || !self.parser.screen().alternate_screen() {
            self.screen = Screen::of(&self.parser);
        }
    }
}
