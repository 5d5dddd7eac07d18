//! Plain questions in the terminal.

use crate::headless::exit::Stop;
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal, Read, Write};

/// Control-C while a password is typed.
const INTERRUPT: u8 = 0x03;
/// Control-D.
const END: u8 = 0x04;
/// Control-U: begin anew.
const KILL: u8 = 0x15;
const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7f;

/// Asks on the terminal and reads standard input.
pub struct Prompt {
    out: Box<dyn Write>,
}

/// Puts the terminal back as it was, however the question ends.
struct Quiet(Termios);

impl Quiet {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        // Signals too: Control-C comes as a key, so that the echo is on again before the end.
        quiet
            .local_flags
            .remove(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
        tcsetattr(io::stdin(), SetArg::TCSANOW, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &self.0);
    }
}

impl Prompt {
    /// The terminal of this process, before the first screen.
    pub fn open() -> Self {
        let out = Box::new(io::stdout());
        Self { out }
    }

    /// For a command, whose standard output may be read by others: asks on standard error. Refused where nobody
    /// can answer, with the flag that answers instead.
    pub fn for_command(flag: &str) -> Result<Self, Stop> {
        if !io::stdin().is_terminal() {
            return Err(Stop::usage(format!(
                "there is no terminal to ask at, so say {flag}"
            )));
        }
        let out = Box::new(io::stderr());
        Ok(Self { out })
    }

    /// Says something.
    pub fn say(&mut self, text: &str) -> Result<(), Stop> {
        writeln!(self.out, "{text}")?;
        Ok(self.out.flush()?)
    }

    fn ask(&mut self, question: &str) -> io::Result<()> {
        self.out.write_all(question.as_bytes())?;
        self.out.flush()
    }

    /// Asks for a line.
    pub fn line(&mut self, question: &str) -> Result<String, Stop> {
        self.ask(question)?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            self.say("")?;
            return Err(cancelled());
        }
        Ok(line.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// Asks until it is yes or no.
    pub fn yes_or_no(&mut self, question: &str) -> Result<bool, Stop> {
        loop {
            match self.line(question)?.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => {}
            }
        }
    }

    /// Asks for a line that does not show.
    pub fn secret(&mut self, question: &str) -> Result<String, Stop> {
        // Before the question is seen: who answers at once must not see the answer.
        let quiet = Quiet::new()?;
        self.ask(question)?;
        let secret = read_secret(&mut io::stdin().lock());
        drop(quiet);
        self.say("")?;
        secret
    }
}

fn read_secret(input: &mut impl Read) -> Result<String, Stop> {
    let mut secret = Vec::new();
    let mut byte = [0];
    loop {
        if input.read(&mut byte)? == 0 {
            return Err(cancelled());
        }
        match byte[0] {
            b'\n' | b'\r' => break,
            INTERRUPT => return Err(cancelled()),
            END if secret.is_empty() => return Err(cancelled()),
            KILL => secret.clear(),
            BACKSPACE | DELETE => {
                // One character, of however many bytes.
                while secret.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            byte => secret.push(byte),
        }
    }
    String::from_utf8(secret).map_err(|_| Stop::usage("what was typed is not UTF-8"))
}

fn cancelled() -> Stop {
    Stop::usage("cancelled")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> Option<String> {
        read_secret(&mut &bytes[..]).ok()
    }

    #[test]
    fn a_secret_can_be_corrected_and_cancelled() {
        assert_eq!(
            typed("paß\u{7f}sword\n".as_bytes()).as_deref(),
            Some("pasword")
        );
        assert_eq!(typed(b"wrong\x15right\r").as_deref(), Some("right"));
        assert_eq!(typed(b"\x7f\x7fa\n").as_deref(), Some("a"));
        assert_eq!(typed(b"half\x03"), None);
        assert_eq!(typed(b"\x04"), None);
        assert_eq!(typed(b"cut off"), None);
    }
}
