//! The people and rooms of a measurement, made over the daemon's Unix socket, where root may register
//! without an invitation. All have one password, so that it is hashed once.

use super::super::Plan;
use crate::failure::{Doing, Failure, Result};
use chat_shared::frame::{LENGTH_BYTES, decode, encode};
use chat_shared::limits::PROTOCOL_VERSION;
use chat_shared::scram::{Binding, ClientKey, ClientLogin, MIN_ITERATIONS, Mechanism, Secret};
use chat_shared::{
    Access, AccountId, ConversationId, Envelope, Event, Nonce, Request, RequestId, StreamId,
    VerifierData,
};
use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Connections that make people at once: they gather in the daemon's commits.
const THREADS: usize = 48;
const PASSWORD: &str = "chat-load measures";
/// The stream of commands that make rooms; posts go by stream 0.
const STREAM: StreamId = StreamId(1);

/// Somebody with a device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) id: u64,
    pub(crate) token: String,
}

/// Everybody and all rooms.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) accounts: Vec<Account>,
    pub(crate) rooms: Vec<ConversationId>,
    /// Everybody's key.
    pub(crate) key: ClientKey,
}

impl House {
    /// Makes the plan's people and rooms; people that `fixture` knows are there already.
    pub(crate) fn make(socket: &Path, plan: &Plan, fixture: Option<&Path>) -> Result<Self> {
        let key = ClientKey::derive(PASSWORD, [7; 16], MIN_ITERATIONS)
            .map_err(|error| Failure::Server(error.to_string()))?;
        let mut accounts: Vec<Account> = match fixture.map(std::fs::read) {
            Some(Ok(text)) => serde_json::from_slice(&text).unwrap_or_default(),
            _ => Vec::new(),
        };
        let known = accounts.len();
        let missing: Vec<usize> = (known..plan.people).collect();
        accounts.extend(in_parallel(&missing, |person| {
            add_person(socket, *person, &key)
        })?);
        if let Some(path) = fixture
            && !missing.is_empty()
        {
            let text = serde_json::to_vec(&accounts).expect("names and numbers");
            std::fs::write(path, text).doing("keep the devices' tokens")?;
        }
        let rooms = add_rooms(socket, plan, &accounts)?;
        if !plan.direct {
            let rooms_of = plan.rooms_of();
            let people: Vec<usize> = (0..plan.people).collect();
            in_parallel(&people, |person| {
                join(socket, &accounts[*person], &rooms_of[*person], &rooms)
            })?;
        }
        Ok(Self {
            accounts,
            rooms,
            key,
        })
    }
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    ring::rand::SystemRandom::new()
        .fill(&mut bytes)
        .expect("the kernel gives random bytes");
    bytes
}

fn in_parallel<I: Sync, T: Send>(
    items: &[I],
    work: impl Fn(&I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let share = items.len().div_ceil(THREADS).max(1);
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = items
            .chunks(share)
            .map(|items| scope.spawn(move || items.iter().map(work).collect::<Result<Vec<T>>>()))
            .collect();
        let mut all = Vec::with_capacity(items.len());
        for thread in threads {
            all.extend(thread.join().expect("no thread panics")?);
        }
        Ok(all)
    })
}

fn add_person(socket: &Path, person: usize, key: &ClientKey) -> Result<Account> {
    let name = format!("load{person}");
    let verifier = key.verifier();
    let mut line = Line::open(socket)?;
    let verifier = VerifierData {
        salt: ByteBuf::from(verifier.salt.to_vec()),
        iterations: verifier.iterations,
        stored_key: ByteBuf::from(verifier.stored_key.to_vec()),
        server_key: ByteBuf::from(verifier.server_key.to_vec()),
    };
    let register = Request::Register {
        name: name.clone(),
        verifier,
        invite: None,
    };
    let Event::Registered { account, .. } = line.ask(register)? else {
        return Err(odd("register"));
    };
    let (login, data) = ClientLogin::start(&name, Binding::None, random())
        .map_err(|error| Failure::Server(error.to_string()))?;
    let start = Request::SaslStart {
        mechanism: Mechanism::ScramSha256.name().into(),
        data: ByteBuf::from(data),
    };
    let Event::Challenge { data } = line.ask(start)? else {
        return Err(odd("sasl_start"));
    };
    let mut secret = Secret::key(key.clone());
    let (_, data) = login
        .proof(&data, &mut secret)
        .map_err(|error| Failure::Server(error.to_string()))?;
    let data = ByteBuf::from(data);
    line.ask(Request::SaslRespond { data })?;
    let label = "chat-load".to_owned();
    let Event::DeviceAdded { token, .. } = line.ask(Request::AddDevice { label })? else {
        return Err(odd("add_device"));
    };
    let AccountId(id) = account;
    Ok(Account { name, id, token })
}

/// Makes the rooms of a plan, each by its first member. Who makes several makes them one after the other: two
/// requests with the same number are one, and have one answer.
fn add_rooms(socket: &Path, plan: &Plan, accounts: &[Account]) -> Result<Vec<ConversationId>> {
    let mut by_owner: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (room, members) in plan.rooms.iter().enumerate() {
        let Some(owner) = members.first() else {
            return Err(Failure::Usage("a room without members".into()));
        };
        by_owner.entry(*owner).or_default().push(room);
    }
    let by_owner: Vec<_> = by_owner.into_iter().collect();
    let made = in_parallel(&by_owner, |(owner, rooms)| {
        let mut line = Line::open(socket)?;
        let mut nonce = line.resume(&accounts[*owner])?;
        let mut made = Vec::with_capacity(rooms.len());
        for room in rooms {
            made.push((*room, add_room(&mut line, nonce, plan, *room, accounts)?));
            nonce = nonce.next();
        }
        Ok(made)
    })?;
    let made: BTreeMap<usize, ConversationId> = made.into_iter().flatten().collect();
    let different: BTreeSet<ConversationId> = made.values().copied().collect();
    if different.len() < plan.rooms.len() {
        return Err(odd("make so many different rooms"));
    }
    Ok(made.into_values().collect())
}

fn add_room(
    line: &mut Line,
    nonce: Nonce,
    plan: &Plan,
    room: usize,
    accounts: &[Account],
) -> Result<ConversationId> {
    // All before this one were answered.
    let settled = Nonce(nonce.0 - 1);
    let request = if plan.direct {
        let members = plan.rooms[room].iter();
        let with = members.map(|member| AccountId(accounts[*member].id));
        Request::OpenDirect {
            nonce,
            settled,
            with: with.collect(),
        }
    } else {
        let name = format!("load-{:x}-{room}", u32::from_be_bytes(random()));
        Request::CreateRoom {
            nonce,
            settled,
            name,
            topic: String::new(),
            access: Access::Public,
        }
    };
    match line.ask(request)? {
        Event::Done {
            conversation: Some(conversation),
            ..
        } => Ok(conversation),
        _ => Err(odd("make a room")),
    }
}

fn join(socket: &Path, account: &Account, rooms: &[usize], ids: &[ConversationId]) -> Result<()> {
    if rooms.is_empty() {
        return Ok(());
    }
    let mut line = Line::open(socket)?;
    let mut nonce = line.resume(account)?;
    for room in rooms {
        let join = Request::Join {
            nonce,
            settled: Nonce(nonce.0 - 1),
            conversation: ids[*room],
        };
        line.ask(join)?;
        nonce = nonce.next();
    }
    Ok(())
}

fn odd(what: &str) -> Failure {
    Failure::Server(format!("answered something else to `{what}`"))
}

/// A connection that asks one thing at a time.
pub(crate) struct Line(UnixStream);

impl Line {
    pub(crate) fn open(socket: &Path) -> Result<Self> {
        let stream =
            UnixStream::connect(socket).doing(format!("connect to {}", socket.display()))?;
        let mut line = Self(stream);
        line.ask(Request::Hello {
            client: "chat-load".into(),
            version: PROTOCOL_VERSION,
        })?;
        Ok(line)
    }

    /// Signs in, and opens the stream; gives the next number in it.
    pub(crate) fn resume(&mut self, account: &Account) -> Result<Nonce> {
        let token = account.token.clone();
        self.ask(Request::Resume { token })?;
        match self.ask(Request::OpenStream { stream: STREAM })? {
            Event::StreamOpened { last, .. } => Ok(last.next()),
            _ => Err(odd("open_stream")),
        }
    }

    pub(crate) fn ask(&mut self, body: Request) -> Result<Event> {
        let id = RequestId(1);
        self.0
            .write_all(&encode(&Envelope { id, body }))
            .doing("ask the daemon")?;
        loop {
            let mut length = [0; LENGTH_BYTES];
            self.0
                .read_exact(&mut length)
                .doing("read the daemon's answer")?;
            let mut frame = vec![0; u32::from_be_bytes(length) as usize];
            self.0
                .read_exact(&mut frame)
                .doing("read the daemon's answer")?;
            let envelope: Envelope<Event> =
                decode(&frame).map_err(|error| Failure::Server(error.to_string()))?;
            match envelope {
                Envelope {
                    body: Event::Fault { fault },
                    ..
                } => return Err(Failure::Server(fault.to_string())),
                Envelope { id: answered, body } if answered == id => return Ok(body),
                _ => {}
            }
        }
    }
}
