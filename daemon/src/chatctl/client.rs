//! Finds the daemon on this machine and asks it, one request at a time.

use crate::failure::Failure;
use chat_shared::limits::{FRAME, PROTOCOL_VERSION};
use chat_shared::{Command, Envelope, Event, Request, RequestId, frame};
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// How long an answer may take: a commit on a slow, busy disk, several times over.
const PATIENCE: Duration = Duration::from_secs(30);

/// The places to look for a daemon.
#[derive(Debug)]
pub(crate) struct Sockets(Vec<PathBuf>);

impl Sockets {
    /// Only this one, or wherever a daemon may be.
    pub(crate) fn new(only: Option<PathBuf>) -> Self {
        Self(only.map_or_else(chatd::config::known_sockets, |path| vec![path]))
    }

    /// Greets the first daemon that takes the connection.
    pub(crate) fn connect(&self) -> Result<Client, Failure> {
        let mut looked = String::new();
        for path in &self.0 {
            match UnixStream::connect(path) {
                Ok(stream) => return Client::greet(stream),
                Err(error) => {
                    let reason = match error.kind() {
                        ErrorKind::NotFound => "is not there".to_owned(),
                        ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
                        ErrorKind::PermissionDenied => "this user may not go there".to_owned(),
                        _ => error.to_string(),
                    };
                    // Writing into a String does not fail.
                    let _ = write!(looked, "\n  {}: {reason}", path.display());
                }
            }
        }
        Err(Failure::Connection(format!(
            "no daemon was found, looked at{looked}\n\
             is chatd running? (systemctl status chatd) where its socket is elsewhere, name it by \
             --socket PATH; the daemon prints the path when it starts"
        )))
    }
}

/// A connection that said hello.
#[derive(Debug)]
pub(crate) struct Client {
    stream: UnixStream,
    newest: RequestId,
    /// PBKDF2 rounds that the daemon asks for.
    pub(crate) iterations: u32,
}

impl Client {
    fn greet(stream: UnixStream) -> Result<Self, Failure> {
        let both = stream
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
        both.map_err(|error| lost(&error))?;
        let mut client = Self {
            stream,
            newest: RequestId(0),
            iterations: 0,
        };
        let hello = Request::Hello {
            client: concat!("chatctl ", env!("CARGO_PKG_VERSION")).to_owned(),
            version: PROTOCOL_VERSION,
        };
        match client.ask(hello)? {
            Event::Welcome { iterations, .. } => client.iterations = iterations,
            _ => return Err(unexpected()),
        }
        Ok(client)
    }

    /// The answer to a request; a fault is a failure.
    pub(crate) fn ask(&mut self, request: Request) -> Result<Event, Failure> {
        self.newest = RequestId(self.newest.0 + 1);
        let id = self.newest;
        let bytes = frame::encode(&Envelope { id, body: request });
        // A daemon that refuses the connection says why and closes: the reason may wait to be read
        // though nothing can be written any more.
        let written = self.stream.write_all(&bytes);
        loop {
            let envelope = match (self.read(), &written) {
                (Ok(envelope), _) => envelope,
                (Err(_), Err(error)) => return Err(lost(error)),
                (Err(failure), Ok(())) => return Err(failure),
            };
            let is_ours = envelope.id == id;
            match envelope.body {
                Event::Fault { fault } if is_ours || envelope.id == RequestId(0) => {
                    return Err(Failure::Refused(fault));
                }
                event if is_ours => return Ok(event),
                // What the daemon says by itself is of no interest here.
                _ => {}
            }
        }
    }

    /// A list, of all its pages: `items` are those of one, or nothing where it is no page of this list.
    pub(crate) fn list<T>(
        &mut self,
        request: Request,
        items: impl Fn(Event) -> Option<Vec<T>>,
    ) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        let mut next = Some(request);
        while let Some(request) = next {
            let page = self.ask(request.clone())?;
            next = request.next_page(&page);
            all.extend(items(page).ok_or_else(unexpected)?);
        }
        Ok(all)
    }

    /// Has something done of which the answer says no more than that it is.
    pub(crate) fn have_done(&mut self, request: Request) -> Result<(), Failure> {
        match self.ask(request)? {
            Event::Done { .. } => Ok(()),
            _ => Err(unexpected()),
        }
    }

    /// Gives a command as the administrator at the machine.
    pub(crate) fn command(&mut self, command: Command) -> Result<(), Failure> {
        self.have_done(Request::AdminCommand { command })
    }

    fn read(&mut self) -> Result<Envelope<Event>, Failure> {
        let mut length = [0; frame::LENGTH_BYTES];
        self.stream.read_exact(&mut length).map_err(|e| lost(&e))?;
        let length = u32::from_be_bytes(length) as usize;
        if length > FRAME {
            return Err(Failure::Connection(format!(
                "the daemon sent a frame of {length} bytes, over the limit of {FRAME}; \
                 is it chatd that listens there?"
            )));
        }
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).map_err(|e| lost(&e))?;
        frame::decode(&bytes).map_err(|error| {
            Failure::Connection(format!(
                "the daemon answered what is not understood ({error}); is it chatd that listens there?"
            ))
        })
    }
}

fn lost(error: &io::Error) -> Failure {
    Failure::Connection(match error.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            "the daemon closed the connection before it answered; what was asked for may be done or not"
                .to_owned()
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => format!(
            "the daemon did not answer within {} s; what was asked for may be done later",
            PATIENCE.as_secs()
        ),
        _ => format!("the connection to the daemon broke: {error}"),
    })
}

/// An answer of another kind than the request has.
pub(crate) fn unexpected() -> Failure {
    Failure::Connection(
        "the daemon gave another answer than was asked for; are chatd and chatctl of one version?"
            .to_owned(),
    )
}
