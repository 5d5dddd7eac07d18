//! One conversation with a daemon on one connection: requests out, answers and news in.

use super::Failure;
use super::channel::{Channel, Io, plain};
use crate::clock;
use chat_shared::frame::LENGTH_BYTES;
use chat_shared::limits::{FRAME, PROTOCOL_VERSION};
use chat_shared::scram::Binding;
use chat_shared::{Envelope, Event, Fault, FaultCode, RegistrationMode, Request, RequestId, frame};
use futures_util::StreamExt;
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::codec::{FramedRead, LengthDelimitedCodec};

/// Silence after which the daemon is asked whether it is there.
const IDLE: Duration = Duration::from_secs(60);

/// How long it may take to answer that, or anything before login.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the daemon said about itself.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// Who may make an account.
    pub registration: RegistrationMode,
    /// Whether this connection may without an invitation.
    pub may_register: bool,
    /// Rounds of hashing for a new password.
    pub iterations: u32,
    /// Bytes of a frame at the most.
    pub frame_bytes: usize,
}

/// A connection on which the daemon was greeted.
pub struct Session {
    reader: FramedRead<ReadHalf<Box<dyn Io>>, LengthDelimitedCodec>,
    writer: WriteHalf<Box<dyn Io>>,
    last_id: u64,
    /// What came by itself while an answer was awaited.
    news: VecDeque<Event>,
    /// Answers to what was too long to be sent: the daemon would have cut the connection.
    too_long: VecDeque<RequestId>,
    heard_at: Instant,
    /// The ping that asks whether the daemon is there.
    ping: Option<RequestId>,
    welcome: Welcome,
    binding: Binding,
}

impl Session {
    /// Greets the daemon.
    pub async fn greet(channel: Channel) -> Result<Self, Failure> {
        let (reader, writer) = tokio::io::split(channel.io);
        let mut session = Self {
            reader: FramedRead::new(reader, frame::codec(FRAME)),
            writer,
            last_id: 0,
            news: VecDeque::new(),
            too_long: VecDeque::new(),
            heard_at: Instant::now(),
            ping: None,
            welcome: Welcome {
                registration: RegistrationMode::Closed,
                may_register: false,
                iterations: 0,
                frame_bytes: FRAME,
            },
            binding: channel.binding,
        };
        let client = format!("chatc {}", env!("CARGO_PKG_VERSION"));
        let hello = Request::Hello {
            client,
            version: PROTOCOL_VERSION,
        };
        let answer = timeout(PATIENCE, session.ask(hello)).await;
        let answer = answer.map_err(|_| Failure::Lost("no answer to the greeting".into()))?;
        let answer = answer.map_err(|failure| match failure {
            Failure::Nonsense(_) => Failure::NotChatd,
            other => other,
        })?;
        let Event::Welcome {
            registration,
            may_register,
            iterations,
            limits,
            ..
        } = answer
        else {
            return Err(Failure::NotChatd);
        };
        let frame_bytes = usize::try_from(limits.frame).unwrap_or(FRAME);
        session.welcome = Welcome {
            registration,
            may_register,
            iterations,
            frame_bytes,
        };
        Ok(session)
    }

    /// What the daemon said about itself.
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// What ties a login to this connection.
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// Sends a request without waiting; its answer comes under the id returned. Not to be cancelled: half
    /// a frame cannot be taken back.
    pub async fn send(&mut self, request: Request) -> Result<RequestId, Failure> {
        self.last_id += 1;
        let id = RequestId(self.last_id);
        let bytes = frame::encode(&Envelope { id, body: request });
        if bytes.len() - LENGTH_BYTES > self.welcome.frame_bytes {
            self.too_long.push_back(id);
            return Ok(id);
        }
        let written = async {
            self.writer.write_all(&bytes).await?;
            self.writer.flush().await
        };
        match timeout(PATIENCE, written).await {
            Ok(Ok(())) => Ok(id),
            Ok(Err(error)) => Err(Failure::Lost(plain(&error))),
            Err(_) => Err(Failure::Lost("the daemon takes nothing any more".into())),
        }
    }

    /// Waits for the next frame. May be cancelled; nothing is lost by that.
    pub async fn receive(&mut self) -> Result<(RequestId, Event), Failure> {
        if let Some(id) = self.too_long.pop_front() {
            let fault = Fault::new(FaultCode::MessageTooLong, "this is too long to be sent");
            return Ok((id, Event::Fault { fault }));
        }
        let bytes = match self.reader.next().await {
            Some(Ok(bytes)) => bytes,
            // TLS without a goodbye: the daemon died, or its machine did.
            Some(Err(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                return Err(Failure::Lost("the daemon closed it".into()));
            }
            Some(Err(error)) if error.kind() == ErrorKind::InvalidData => {
                return Err(Failure::Nonsense(plain(&error)));
            }
            Some(Err(error)) => return Err(Failure::Lost(plain(&error))),
            None => return Err(Failure::Lost("the daemon closed it".into())),
        };
        self.heard_at = Instant::now();
        let envelope: Envelope<Event> =
            frame::decode(&bytes).map_err(|error| Failure::Nonsense(error.to_string()))?;
        let event = match envelope.body {
            Event::Fault { fault } => Event::Fault {
                fault: clock::fault(fault),
            },
            event => event,
        };
        Ok((envelope.id, event))
    }

    /// Takes care of what keeps a connection up. Nothing comes back where that was all it was; a fault
    /// that ends the connection is an error.
    pub async fn keep_up(
        &mut self,
        id: RequestId,
        event: Event,
    ) -> Result<Option<(RequestId, Event)>, Failure> {
        match event {
            Event::AreYouThere {} => {
                self.ping = Some(self.send(Request::Ping {}).await?);
                Ok(None)
            }
            Event::Pong {} if self.ping == Some(id) => {
                self.ping = None;
                Ok(None)
            }
            Event::Fault { fault } if id == RequestId(0) => Err(ended(fault)),
            event => Ok(Some((id, event))),
        }
    }

    /// When [`Self::idle`] is to be called, unless something comes before.
    pub fn idle_at(&self) -> Instant {
        self.heard_at
            + if self.ping.is_some() {
                IDLE + PATIENCE
            } else {
                IDLE
            }
    }

    /// Nothing came for a while: asks whether the daemon is there, or gives up where that was asked.
    pub async fn idle(&mut self) -> Result<(), Failure> {
        if self.ping.is_some() && self.heard_at.elapsed() >= IDLE + PATIENCE {
            return Err(Failure::Lost("the daemon does not answer".into()));
        }
        self.ping = Some(self.send(Request::Ping {}).await?);
        Ok(())
    }

    /// The next thing that the daemon says, with the connection kept up meanwhile.
    async fn next(&mut self) -> Result<(RequestId, Event), Failure> {
        loop {
            let Ok(received) = timeout_at(self.idle_at(), self.receive()).await else {
                self.idle().await?;
                continue;
            };
            let (id, event) = received?;
            if let Some(said) = self.keep_up(id, event).await? {
                return Ok(said);
            }
        }
    }

    /// Sends a request and waits for its answer; what comes by itself meanwhile is kept for
    /// [`Self::news`].
    pub async fn ask(&mut self, request: Request) -> Result<Event, Failure> {
        let asked = self.send(request).await?;
        loop {
            match self.next().await? {
                (id, Event::Fault { fault }) if id == asked => return Err(Failure::Refused(fault)),
                (id, event) if id == asked => return Ok(event),
                (RequestId(0), event) => self.news.push_back(event),
                // The answer to a request that somebody stopped waiting for.
                _ => {}
            }
        }
    }

    /// The same for a list that may be longer than an answer: all its pages.
    pub async fn ask_all(&mut self, request: Request) -> Result<Vec<Event>, Failure> {
        let mut next = Some(request);
        let mut pages = Vec::new();
        while let Some(request) = next {
            let page = self.ask(request.clone()).await?;
            next = request.next_page(&page);
            pages.push(page);
        }
        Ok(pages)
    }

    /// The next thing that the daemon says by itself.
    pub async fn news(&mut self) -> Result<Event, Failure> {
        loop {
            if let Some(event) = self.news.pop_front() {
                return Ok(event);
            }
            if let (RequestId(0), event) = self.next().await? {
                return Ok(event);
            }
        }
    }
}

fn ended(fault: Fault) -> Failure {
    match fault.code {
        // Said to those who were signed in: the reason to try again, not to give up.
        FaultCode::ShuttingDown | FaultCode::TimedOut => Failure::Lost(fault.text),
        _ => Failure::Refused(fault),
    }
}

/// An answer that does not belong to its question.
pub fn unexpected(event: &Event) -> Failure {
    let debug = format!("{event:?}");
    let kind = debug.split([' ', '{', '(']).next().unwrap_or_default();
    Failure::Lost(format!("the daemon answered with something else ({kind})"))
}
