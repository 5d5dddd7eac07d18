//! One connection: frames both ways, answers by their id, and feeds checked as they come.

use crate::pin;
use crate::scram::{Binding, Exchange};
use crate::{DEADLINE, TestServer};
use bytes::{Bytes, BytesMut};
use chat_shared::frame::{self, codec};
use chat_shared::limits::FRAME;
use chat_shared::{
    ConversationId, ConversationSummary, Entry, Envelope, Event, Fault, FaultCode, Feed, Request,
    RequestId, Seq,
};
use futures_util::StreamExt;
use rustls::pki_types::ServerName;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_util::codec::{Framed, LengthDelimitedCodec};

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Why a request has no answer, or not the one hoped for.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The daemon refused.
    #[error("refused: {0}")]
    Refused(Fault),
    /// The connection is over; with what the daemon said about it.
    #[error("closed: {0:?}")]
    Closed(Option<Fault>),
    /// The connection broke.
    #[error("broken: {0}")]
    Broken(#[from] io::Error),
    /// Nothing came in time.
    #[error("nothing came within {0:?}")]
    Late(Duration),
}

impl Failure {
    /// The code, where the daemon refused.
    #[must_use]
    pub fn code(&self) -> Option<FaultCode> {
        match self {
            Self::Refused(fault) | Self::Closed(Some(fault)) => Some(fault.code),
            _ => None,
        }
    }
}

/// One connection to the daemon.
pub struct Connection {
    wire: Framed<Box<dyn Wire>, LengthDelimitedCodec>,
    binding: Binding,
    next_id: u64,
    answers: BTreeMap<u64, Event>,
    /// What came under id 0 and is neither entries nor a fault.
    pub signals: VecDeque<Event>,
    /// Faults that came under id 0.
    pub faults: VecDeque<Fault>,
    /// The summaries of conversations that were opened, by their id.
    pub opened: BTreeMap<ConversationId, ConversationSummary>,
    /// All entries that came, by feed.
    pub entries: BTreeMap<Feed, Vec<Entry>>,
    cursors: BTreeMap<Feed, Seq>,
    closed: bool,
    repeated_ids: bool,
    synced: Option<(u64, Option<Seq>)>,
}

impl Connection {
    fn new(wire: Box<dyn Wire>, binding: Binding) -> Self {
        Self {
            wire: Framed::with_capacity(wire, codec(FRAME), 8 * 1024),
            binding,
            next_id: 1,
            answers: BTreeMap::new(),
            signals: VecDeque::new(),
            faults: VecDeque::new(),
            opened: BTreeMap::new(),
            entries: BTreeMap::new(),
            cursors: BTreeMap::new(),
            closed: false,
            repeated_ids: false,
            synced: None,
        }
    }

    /// Over TLS, checking the daemon's pin.
    ///
    /// # Errors
    /// Where it cannot connect.
    pub async fn try_tls(server: &TestServer) -> Result<Self, Failure> {
        let connecting = async {
            let stream = TcpStream::connect(server.address()).await?;
            stream.set_nodelay(true)?;
            let (config, recorder) = pin::client_config();
            let name = ServerName::try_from("chatd.invalid").expect("a name");
            let stream = TlsConnector::from(config).connect(name, stream).await?;
            assert_eq!(
                recorder.seen().as_deref(),
                Some(server.pin()),
                "the pin is the one printed"
            );
            let exported = stream
                .get_ref()
                .1
                .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
                .map_err(io::Error::other)?;
            Ok(Self::new(
                Box::new(stream),
                Binding::exporter(exported.to_vec()),
            ))
        };
        timeout(DEADLINE, connecting)
            .await
            .map_err(|_| Failure::Late(DEADLINE))?
    }

    /// Over TLS.
    ///
    /// # Panics
    /// Where it cannot connect.
    pub async fn tls(server: &TestServer) -> Self {
        Self::try_tls(server)
            .await
            .expect("the daemon takes connections")
    }

    /// Over a Unix socket.
    ///
    /// # Errors
    /// Where it cannot connect.
    pub async fn try_unix(path: &Path) -> Result<Self, Failure> {
        let stream = UnixStream::connect(path).await?;
        Ok(Self::new(Box::new(stream), Binding::none()))
    }

    /// Over the daemon's Unix socket.
    ///
    /// # Panics
    /// Where it cannot connect.
    pub async fn unix(server: &TestServer) -> Self {
        Self::try_unix(&server.socket())
            .await
            .expect("the daemon takes connections")
    }

    /// Over plain TCP.
    ///
    /// # Errors
    /// Where it cannot connect.
    pub async fn try_plain(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        Ok(Self::new(Box::new(stream), Binding::none()))
    }

    /// What binds a login to this connection; a test may spoil it.
    pub fn binding(&mut self) -> &mut Binding {
        &mut self.binding
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// Where the connection is over.
    pub async fn send_raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let writing = async {
            let wire = self.wire.get_mut();
            wire.write_all(bytes).await?;
            wire.flush().await
        };
        timeout(DEADLINE, writing)
            .await
            .map_err(|_| Failure::Late(DEADLINE))??;
        Ok(())
    }

    /// Writes a frame of these bytes.
    ///
    /// # Errors
    /// Where the connection is over.
    pub async fn send_frame(&mut self, value: &[u8]) -> Result<(), Failure> {
        let mut bytes = u32::try_from(value.len())
            .expect("short")
            .to_be_bytes()
            .to_vec();
        bytes.extend_from_slice(value);
        self.send_raw(&bytes).await
    }

    /// For a test that sends several requests under one id.
    pub fn allow_repeated_ids(&mut self) {
        self.repeated_ids = true;
    }

    /// A new id.
    pub fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// The bytes of a request's frame.
    #[must_use]
    pub fn frame_of(id: u64, body: Request) -> Bytes {
        frame::encode(&Envelope {
            id: RequestId(id),
            body,
        })
    }

    /// Sends a request without waiting; gives its id.
    ///
    /// # Errors
    /// Where the connection is over.
    pub async fn send(&mut self, body: Request) -> Result<u64, Failure> {
        let id = self.new_id();
        if let Request::Sync { house, .. } = &body {
            self.synced = Some((id, *house));
        }
        self.send_raw(&Self::frame_of(id, body)).await?;
        Ok(id)
    }

    /// Reads one frame and files it.
    ///
    /// # Errors
    /// Where the connection is over or nothing comes before `until`.
    pub async fn receive(&mut self, until: Instant) -> Result<(), Failure> {
        if self.closed {
            return Err(Failure::Closed(self.faults.back().cloned()));
        }
        let late = || Failure::Late(DEADLINE);
        let frame: BytesMut = match timeout_at(until, self.wire.next())
            .await
            .map_err(|_| late())?
        {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                self.closed = true;
                if self.faults.is_empty() {
                    return Err(error.into());
                }
                return Err(Failure::Closed(self.faults.back().cloned()));
            }
            None => {
                self.closed = true;
                return Err(Failure::Closed(self.faults.back().cloned()));
            }
        };
        let envelope: Envelope<Event> =
            frame::decode(&frame).unwrap_or_else(|e| panic!("the daemon sent nonsense: {e}"));
        self.file(envelope);
        Ok(())
    }

    fn file(&mut self, envelope: Envelope<Event>) {
        let id = envelope.id.0;
        match envelope.body {
            Event::Entries { feed, entries } if id == 0 => self.file_entries(feed, entries),
            Event::Fault { fault } if id == 0 => self.faults.push_back(fault),
            Event::Opened {
                conversation: summary,
            } if id == 0 => {
                let feed = Feed::Conversation {
                    conversation: summary.conversation,
                };
                let before = self.cursors.insert(feed, summary.after);
                assert_eq!(
                    before, None,
                    "opened a conversation that is followed already: {summary:?}"
                );
                self.opened.insert(summary.conversation, summary);
            }
            event if id == 0 => self.signals.push_back(event),
            event => {
                if let Event::Synced {
                    account_seq,
                    conversations,
                    ..
                } = &event
                    && let Some((sync, house)) = self.synced
                    && sync == id
                {
                    self.cursors.clear();
                    self.cursors.insert(Feed::Account, *account_seq);
                    if let Some(house) = house {
                        self.cursors.insert(Feed::House, house);
                    }
                    for summary in conversations {
                        let conversation = summary.conversation;
                        self.cursors
                            .insert(Feed::Conversation { conversation }, summary.after);
                    }
                }
                let before = self.answers.insert(id, event);
                assert!(
                    before.is_none() || self.repeated_ids,
                    "two answers to request {id}"
                );
            }
        }
    }

    /// Invariant 2 as a reader sees it: what comes follows on what came, dense and none twice.
    fn file_entries(&mut self, feed: Feed, entries: Vec<Entry>) {
        assert!(!entries.is_empty(), "an empty push of {feed:?}");
        for entry in &entries {
            let have = self.cursors.get(&feed);
            let have =
                have.unwrap_or_else(|| panic!("an entry of {feed:?}, which was not asked for"));
            assert_eq!(
                entry.seq,
                have.next(),
                "{feed:?} is dense and nothing comes twice"
            );
            self.cursors.insert(feed, entry.seq);
            if let chat_shared::EntryBody::ConversationRemoved { conversation, .. } = entry.body {
                self.cursors.remove(&Feed::Conversation { conversation });
            }
        }
        self.entries.entry(feed).or_default().extend(entries);
    }

    /// Reads until `look` finds what it looks for.
    ///
    /// # Errors
    /// Where the connection ends before, or the deadline passes.
    pub fn until<T>(
        &mut self,
        mut look: impl FnMut(&mut Self) -> Option<T>,
    ) -> impl Future<Output = Result<T, Failure>> {
        let deadline = Instant::now() + DEADLINE;
        async move {
            loop {
                if let Some(found) = look(self) {
                    return Ok(found);
                }
                self.receive(deadline).await?;
            }
        }
    }

    /// The answer to a request that was sent.
    ///
    /// # Errors
    /// Where it is a fault or none comes.
    pub async fn answer(&mut self, id: u64) -> Result<Event, Failure> {
        match self.until(|c| c.answers.remove(&id)).await? {
            Event::Fault { fault } => Err(Failure::Refused(fault)),
            event => Ok(event),
        }
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// Where it is a fault or none comes.
    pub async fn ask(&mut self, body: Request) -> Result<Event, Failure> {
        let id = self.send(body).await?;
        self.answer(id).await
    }

    /// All pages of a list.
    ///
    /// # Errors
    /// Where the daemon refuses or the connection is over.
    pub async fn ask_all(&mut self, body: Request) -> Result<Vec<Event>, Failure> {
        let mut next = Some(body);
        let mut pages = Vec::new();
        while let Some(body) = next {
            let page = self.ask(body.clone()).await?;
            next = body.next_page(&page);
            pages.push(page);
        }
        Ok(pages)
    }

    /// Sends a request that is to be refused.
    ///
    /// # Panics
    /// Where it is not.
    pub async fn refused(&mut self, body: Request) -> Fault {
        let shown = format!("{body:?}");
        match self.ask(body).await {
            Err(Failure::Refused(fault)) => fault,
            other => panic!("{shown} was not refused: {other:?}"),
        }
    }

    /// The next signal that fulfils something.
    ///
    /// # Panics
    /// Where none comes.
    pub async fn signal<T>(&mut self, what: &str, look: impl Fn(&Event) -> Option<T>) -> T {
        let found = self.until(|c| {
            let index = c.signals.iter().position(|event| look(event).is_some())?;
            c.signals.remove(index).as_ref().and_then(&look)
        });
        found
            .await
            .unwrap_or_else(|e| panic!("{what} did not come: {e}"))
    }

    /// Reads until an entry of a feed fulfils something; one that is there already counts.
    ///
    /// # Panics
    /// Where none comes.
    pub async fn entry(&mut self, feed: Feed, what: &str, good: impl Fn(&Entry) -> bool) -> Entry {
        let found = self.until(|c| {
            c.entries
                .get(&feed)?
                .iter()
                .find(|entry| good(entry))
                .cloned()
        });
        found
            .await
            .unwrap_or_else(|e| panic!("{what} did not come: {e}"))
    }

    /// Reads until the connection ends; gives what the daemon said about it.
    ///
    /// # Panics
    /// Where it does not end.
    pub async fn end(&mut self) -> Option<Fault> {
        match self.until(|_| None::<()>).await {
            Err(Failure::Closed(fault)) => fault,
            Err(Failure::Broken(_)) => self.faults.back().cloned(),
            other => panic!("the connection does not end: {other:?}"),
        }
    }

    /// The entries of a conversation that came.
    #[must_use]
    pub fn entries_of(&self, conversation: ConversationId) -> &[Entry] {
        self.entries
            .get(&Feed::Conversation { conversation })
            .map_or(&[], Vec::as_slice)
    }

    /// `hello`.
    ///
    /// # Errors
    /// Where the daemon does not welcome us.
    pub async fn hello(&mut self) -> Result<Event, Failure> {
        self.ask(Request::Hello {
            client: "chat-tests 1".into(),
            version: chat_shared::limits::PROTOCOL_VERSION,
        })
        .await
    }

    /// The mechanism of this connection.
    #[must_use]
    pub fn mechanism(&self) -> &'static str {
        if self.binding.data.is_empty() {
            "SCRAM-SHA-256"
        } else {
            "SCRAM-SHA-256-PLUS"
        }
    }

    /// The two steps of SCRAM; gives `signed_in`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Result<Event, Failure> {
        let (mut exchange, first) = Exchange::start(name, self.binding.clone());
        let mechanism = self.mechanism().to_owned();
        let started = self
            .ask(Request::SaslStart {
                mechanism,
                data: first.into(),
            })
            .await?;
        let Event::Challenge { data } = started else {
            panic!("a challenge, not {started:?}")
        };
        let last = exchange.respond(password, &data);
        let event = self.ask(Request::SaslRespond { data: last.into() }).await?;
        let Event::SignedIn {
            data: Some(data), ..
        } = &event
        else {
            panic!("signed_in with data, not {event:?}")
        };
        exchange.finish(data);
        Ok(event)
    }

    /// What the daemon answers to `sasl_start` for a name.
    ///
    /// # Panics
    /// Where it refuses.
    pub async fn challenge(&mut self, name: &str) -> (Exchange, Vec<u8>) {
        let (exchange, first) = Exchange::start(name, self.binding.clone());
        let mechanism = self.mechanism().to_owned();
        let event = self
            .ask(Request::SaslStart {
                mechanism,
                data: first.into(),
            })
            .await;
        let Ok(Event::Challenge { data }) = event else {
            panic!("a challenge, not {event:?}")
        };
        (exchange, data.into_vec())
    }

    /// `resume`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn resume(&mut self, token: &str) -> Result<Event, Failure> {
        self.ask(Request::Resume {
            token: token.into(),
        })
        .await
    }

    /// Asks for everything: all conversations with their newest entries, and the house.
    ///
    /// # Panics
    /// Where the daemon refuses.
    pub async fn sync_all(&mut self) -> Event {
        let all = Request::Sync {
            house: Some(Seq(0)),
            only: None,
            cursors: Vec::new(),
            newest: 1000,
        };
        self.ask(all).await.expect("synced")
    }
}
