//! A person with a device: what a real client keeps over connections, and short words for what it does.

use crate::{Connection, Failure, PASSWORD, TestServer, scram};
use chat_shared::{
    Access, AccountId, ConversationId, ConversationSummary, Cursor, DeviceId, Entry, EntryBody,
    Event, Feed, Nonce, Request, Seq, StreamId,
};
use std::ops::{Deref, DerefMut};

/// A person behind a connection that is signed in, has a device and an open stream.
pub struct TestClient {
    connection: Connection,
    /// Their account.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// Their device.
    pub device: DeviceId,
    /// Its token.
    pub token: String,
    /// Their stream.
    pub stream: StreamId,
    /// The number of the newest command.
    pub nonce: Nonce,
}

impl Deref for TestClient {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for TestClient {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Makes an account on a connection that was welcomed.
///
/// # Errors
/// Where the daemon refuses.
pub async fn register(
    connection: &mut Connection,
    name: &str,
    invite: Option<&str>,
) -> Result<Event, Failure> {
    let verifier = scram::verifier(PASSWORD, crate::ITERATIONS);
    let invite = invite.map(str::to_owned);
    connection
        .ask(Request::Register {
            name: name.into(),
            verifier,
            invite,
        })
        .await
}

impl TestClient {
    /// Makes an account over TLS (no invitation), signs in, becomes a device, opens stream 0 and syncs all.
    pub async fn join(server: &TestServer, name: &str) -> Self {
        Self::join_by(server, name, None).await
    }

    /// The same with the code of an invitation.
    pub async fn join_by(server: &TestServer, name: &str, invite: Option<&str>) -> Self {
        let mut connection = Connection::tls(server).await;
        connection.hello().await.expect("welcome");
        register(&mut connection, name, invite)
            .await
            .expect("registered");
        let mut client = Self::begin(connection, name).await;
        client.sync_all().await;
        client
    }

    /// Signs in by password on a new TLS connection as a new device with an open stream; does not sync.
    pub async fn sign_in_on(server: &TestServer, name: &str) -> Self {
        let mut connection = Connection::tls(server).await;
        connection.hello().await.expect("welcome");
        Self::begin(connection, name).await
    }

    /// Signs in on a connection that was welcomed, becomes a device, and opens stream 0.
    ///
    /// # Panics
    /// Where the daemon refuses.
    pub async fn begin(mut connection: Connection, name: &str) -> Self {
        let signed_in = connection.sign_in(name, PASSWORD).await.expect("signed in");
        let Event::SignedIn { account, name, .. } = signed_in else {
            unreachable!("checked")
        };
        let added = connection
            .ask(Request::AddDevice {
                label: "test".into(),
            })
            .await;
        let Ok(Event::DeviceAdded { device, token }) = added else {
            panic!("{added:?}")
        };
        let stream = StreamId(0);
        let mut client = Self {
            connection,
            account,
            name,
            device,
            token,
            stream,
            nonce: Nonce(0),
        };
        client.open_stream(stream).await.expect("a stream");
        client
    }

    /// Comes back by the token on a new TLS connection and opens the stream again; does not sync. The
    /// numbers go on where they were.
    ///
    /// # Errors
    /// Where that fails.
    pub async fn reconnect(&mut self, server: &TestServer) -> Result<Nonce, Failure> {
        let mut connection = Connection::try_tls(server).await?;
        connection.hello().await?;
        let signed_in = connection.resume(&self.token).await?;
        let Event::SignedIn {
            account, device, ..
        } = signed_in
        else {
            panic!("{signed_in:?}")
        };
        assert_eq!((account, device), (self.account, Some(self.device)));
        self.connection = connection;
        self.open_stream(self.stream).await
    }

    /// `open_stream`; gives its `last`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn open_stream(&mut self, stream: StreamId) -> Result<Nonce, Failure> {
        match self.connection.ask(Request::OpenStream { stream }).await? {
            Event::StreamOpened {
                stream: opened,
                last,
            } => {
                assert_eq!(opened, stream);
                self.stream = stream;
                Ok(last)
            }
            other => panic!("stream_opened, not {other:?}"),
        }
    }

    /// The next number.
    pub fn next_nonce(&mut self) -> Nonce {
        self.nonce = self.nonce.next();
        self.nonce
    }

    /// A post under the next number.
    pub fn post_request(&mut self, conversation: ConversationId, text: &str) -> Request {
        let nonce = self.next_nonce();
        Request::Post {
            nonce,
            settled: Nonce(nonce.0 - 1),
            conversation,
            text: text.into(),
        }
    }

    /// Sends a command; where it is carried out, gives conversation and entry.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn command(&mut self, request: Request) -> Result<(ConversationId, Seq), Failure> {
        match self.connection.ask(request).await? {
            Event::Done {
                conversation: Some(conversation),
                seq: Some(seq),
            } => Ok((conversation, seq)),
            other => panic!("done with conversation and seq, not {other:?}"),
        }
    }

    /// Says something; gives its place once it is on disk.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn post(&mut self, conversation: ConversationId, text: &str) -> Result<Seq, Failure> {
        let request = self.post_request(conversation, text);
        let done = self.command(request).await;
        if let Err(Failure::Refused(_)) = &done {
            self.nonce = Nonce(self.nonce.0 - 1);
        }
        let (at, seq) = done?;
        assert_eq!(at, conversation);
        Ok(seq)
    }

    /// Makes a public room.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn create_room(&mut self, name: &str) -> Result<ConversationId, Failure> {
        self.create_room_for(name, Access::Public).await
    }

    /// Makes a room that these find and enter.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn create_room_for(
        &mut self,
        name: &str,
        access: Access,
    ) -> Result<ConversationId, Failure> {
        let (nonce, name) = (self.next_nonce(), name.into());
        let request = Request::CreateRoom {
            nonce,
            settled: Nonce(0),
            name,
            topic: String::new(),
            access,
        };
        Ok(self.command(request).await?.0)
    }

    /// Joins a room.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn join_room(&mut self, conversation: ConversationId) -> Result<Seq, Failure> {
        let nonce = self.next_nonce();
        Ok(self
            .command(Request::Join {
                nonce,
                settled: Nonce(0),
                conversation,
            })
            .await?
            .1)
    }

    /// Leaves a room.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn leave_room(&mut self, conversation: ConversationId) -> Result<Seq, Failure> {
        let nonce = self.next_nonce();
        Ok(self
            .command(Request::Leave {
                nonce,
                settled: Nonce(0),
                conversation,
            })
            .await?
            .1)
    }

    /// The direct conversation with these people.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn open_direct(&mut self, with: &[AccountId]) -> Result<ConversationId, Failure> {
        let (nonce, with) = (self.next_nonce(), with.to_vec());
        Ok(self
            .command(Request::OpenDirect {
                nonce,
                settled: Nonce(0),
                with,
            })
            .await?
            .0)
    }

    /// Syncs all conversations with these cursors and without the house.
    ///
    /// # Panics
    /// Where the daemon refuses.
    pub async fn sync_from(
        &mut self,
        cursors: &[(ConversationId, Seq)],
        newest: u32,
    ) -> Vec<ConversationSummary> {
        let cursors = cursors
            .iter()
            .map(|&(conversation, seq)| Cursor { conversation, seq })
            .collect();
        let request = Request::Sync {
            house: None,
            only: None,
            cursors,
            newest,
        };
        let synced = self.connection.ask(request).await;
        let Ok(Event::Synced { conversations, .. }) = synced else {
            panic!("{synced:?}")
        };
        conversations
    }

    /// The room that everybody is in.
    ///
    /// # Panics
    /// Where there is none.
    pub async fn general(&mut self) -> ConversationId {
        self.room("general").await
    }

    /// A room of the directory by its name.
    ///
    /// # Panics
    /// Where there is none.
    pub async fn room(&mut self, name: &str) -> ConversationId {
        let rooms = self.rooms("").await.expect("rooms");
        let room = rooms.iter().find(|room| room.name == name);
        room.unwrap_or_else(|| panic!("no room {name} in {rooms:?}"))
            .conversation
    }

    /// Reads until this message comes; one that is there already counts.
    pub async fn hears(&mut self, conversation: ConversationId, text: &str) -> Entry {
        let feed = Feed::Conversation { conversation };
        let is_it =
            |entry: &Entry| matches!(&entry.body, EntryBody::Posted { text: t } if t == text);
        self.connection.entry(feed, text, is_it).await
    }

    /// All entries of a conversation from the daemon's store.
    ///
    /// # Panics
    /// Where the daemon refuses.
    pub async fn whole_history(&mut self, conversation: ConversationId) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        loop {
            let after = Some(all.last().map_or(Seq(0), |entry| entry.seq));
            let request = Request::History {
                conversation,
                before: None,
                after,
                around: None,
                limit: 200,
            };
            let page = self.connection.ask(request).await;
            let Ok(Event::History {
                entries, newest, ..
            }) = page
            else {
                panic!("{page:?}")
            };
            all.extend(entries);
            if all.last().map_or(Seq(0), |entry| entry.seq) >= newest {
                return all;
            }
        }
    }
}
