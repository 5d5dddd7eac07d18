//! `chatd`: resumes by token (or signs in by a cached key), opens a stream, follows its rooms, and counts
//! entries by their numbers.
//!
//! [`accounts`] makes the people and rooms beforehand, [`greeting`] says what a connection asks for at its
//! start, [`requests`] are the bytes of what is asked, and [`entries`] counts what comes.

pub(crate) mod accounts;
pub(crate) mod entries;
mod greeting;
mod requests;

pub(crate) use greeting::{Greeting, SignIn};
pub(crate) use requests::put;

use super::relay::{LENGTH_BYTES, frames};
use super::{Driver, Link, Plan};
use crate::failure::{Failure, Result};
use crate::tally::Tally;
use accounts::House;
use chat_shared::frame::decode;
use chat_shared::limits::PROTOCOL_VERSION;
use chat_shared::scram::{Binding, ClientFinal, ClientLogin, Secret};
use chat_shared::{Entry, EntryBody, Envelope, Event, Fault, FaultCode, Feed, Request, StreamId};
use requests::put_post;
use serde_bytes::ByteBuf;
use std::rc::Rc;

/// The ids of the greeting's requests; posts have their number plus [`FIRST_POST`].
const HELLO: u64 = 1;
const SIGN_IN: u64 = 2;
const PROVE: u64 = 3;
const OPEN_STREAM: u64 = 4;
const SYNC: u64 = 5;
/// A scenario's own requests have this id; their answers count as acknowledged.
pub(crate) const OWN: u64 = 9;
const FIRST_POST: u64 = 10;

/// The driver.
pub(crate) struct Chatd {
    house: Rc<House>,
    rooms_of: Vec<Vec<usize>>,
    greeting: Greeting,
}

impl Chatd {
    pub(crate) fn new(house: Rc<House>, plan: &Plan, greeting: Greeting) -> Self {
        Self {
            rooms_of: plan.rooms_of(),
            house,
            greeting,
        }
    }

    /// Asks for what follows signing in; all at once, the daemon takes it in order.
    fn settle_in(&self, link: &mut Link, out: &mut Vec<u8>) {
        if self.greeting.stream {
            let stream = StreamId(0);
            put(out, OPEN_STREAM, Request::OpenStream { stream });
        }
        if link.person < self.greeting.followers {
            let rooms = &self.rooms_of[link.person];
            let only: Vec<_> = rooms.iter().map(|room| self.house.rooms[*room]).collect();
            let newest = self.greeting.cursors.iter();
            link.newest = newest
                .map(|cursor| (cursor.conversation.0, cursor.seq.0))
                .collect();
            let sync = Request::Sync {
                house: None,
                only: Some(only),
                cursors: self.greeting.cursors.clone(),
                newest: 0,
            };
            put(out, SYNC, sync);
        }
    }

    /// The last request of somebody's greeting.
    fn last_step(&self, person: usize) -> u64 {
        match self.greeting.sign_in {
            _ if person < self.greeting.followers => SYNC,
            _ if self.greeting.stream => OPEN_STREAM,
            SignIn::Token => SIGN_IN,
            SignIn::Password => PROVE,
        }
    }

    fn event(
        &self,
        link: &mut Link,
        id: u64,
        event: Event,
        tally: &mut Tally,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        match event {
            Event::Done { .. } if id > FIRST_POST => {
                tally.record_ack(link.waiting.pop_front().unwrap_or(tally.now));
            }
            Event::Entries { feed, entries } => return entries_came(link, feed, &entries, tally),
            Event::Fault { fault } => return refused(link, id, &fault, tally),
            Event::StreamOpened { last, .. } => link.nonce = last.0,
            Event::Challenge { data } => {
                let login = link
                    .login
                    .take()
                    .and_then(|login| login.downcast::<ClientLogin>().ok());
                let Some(login) = login else {
                    return Err(Failure::Server("challenged nobody".into()));
                };
                let mut secret = Secret::key(self.house.key.clone());
                let (last, data) = login.proof(&data, &mut secret).map_err(unfit)?;
                link.login = Some(Box::new(last));
                let data = ByteBuf::from(data);
                put(out, PROVE, Request::SaslRespond { data });
            }
            Event::SignedIn {
                data: Some(data), ..
            } => {
                if let Some(Ok(last)) = link
                    .login
                    .take()
                    .map(|login| login.downcast::<ClientFinal>())
                {
                    last.verify(&data).map_err(unfit)?;
                }
                self.settle_in(link, out);
            }
            Event::AreYouThere {} => put(out, OWN, Request::Ping {}),
            Event::History { entries, .. } => {
                tally.deliveries += entries.len() as u64;
                tally.record_ack(link.waiting.pop_front().unwrap_or(tally.now));
            }
            _ => {}
        }
        if id == self.last_step(link.person) {
            link.ready = true;
        }
        Ok(())
    }
}

fn unfit(error: impl std::fmt::Display) -> Failure {
    Failure::Server(format!("did not let somebody in: {error}"))
}

fn entries_came(link: &mut Link, feed: Feed, entries: &[Entry], tally: &mut Tally) -> Result<()> {
    let (Feed::Conversation { conversation }, Some(first)) = (feed, entries.first()) else {
        return Ok(());
    };
    for (place, entry) in (first.seq.0..).zip(entries) {
        if entry.seq.0 != place {
            let text = format!(
                "entry {} of {conversation} where {place} was due",
                entry.seq
            );
            return Err(Failure::Server(text));
        }
        if let EntryBody::Posted { text } = &entry.body {
            tally.record_delivery(text.as_bytes());
        }
    }
    let count = entries.len() as u64;
    link.delivered += count;
    tally.deliveries += count;
    entries::follows_on(&mut link.newest, conversation.0, first.seq.0, count)
}

fn refused(link: &mut Link, id: u64, fault: &Fault, tally: &mut Tally) -> Result<()> {
    if id > FIRST_POST && fault.code == FaultCode::Busy {
        link.waiting.pop_front();
        tally.refused += 1;
        return Ok(());
    }
    Err(Failure::Server(format!("refused request {id}: {fault}")))
}

impl Driver for Chatd {
    fn greet(&mut self, link: &mut Link, out: &mut Vec<u8>) -> Result<()> {
        let hello = Request::Hello {
            client: "chat-load".into(),
            version: PROTOCOL_VERSION,
        };
        put(out, HELLO, hello);
        let account = &self.house.accounts[link.person];
        if self.greeting.sign_in == SignIn::Token {
            let token = account.token.clone();
            put(out, SIGN_IN, Request::Resume { token });
            self.settle_in(link, out);
            return Ok(());
        }
        let binding = match &link.binding {
            Some(material) => Binding::TlsExporter(material.clone()),
            None => Binding::None,
        };
        let mechanism = binding.mechanism().name().to_owned();
        let (login, data) =
            ClientLogin::start(&account.name, binding, accounts::random()).map_err(unfit)?;
        link.login = Some(Box::new(login));
        let data = ByteBuf::from(data);
        put(out, SIGN_IN, Request::SaslStart { mechanism, data });
        Ok(())
    }

    fn post(&mut self, link: &mut Link, room: usize, text: &[u8], out: &mut Vec<u8>) {
        link.nonce += 1;
        let settled = link.nonce.saturating_sub(link.waiting.len() as u64);
        put_post(out, link.nonce, settled, self.house.rooms[room].0, text);
    }

    fn scan(
        &mut self,
        link: &mut Link,
        bytes: &[u8],
        tally: &mut Tally,
        out: &mut Vec<u8>,
    ) -> Result<usize> {
        let mut taken = 0;
        for frame in frames(bytes) {
            taken += LENGTH_BYTES + frame.len();
            if let Some(head) = entries::head(frame)
                && !tally.is_sample()
            {
                if let Some(conversation) = head.conversation {
                    link.delivered += head.count;
                    tally.deliveries += head.count;
                    entries::follows_on(&mut link.newest, conversation, head.first, head.count)?;
                }
                continue;
            }
            let envelope: Envelope<Event> = decode(frame)
                .map_err(|error| Failure::Server(format!("sent what is no event: {error}")))?;
            self.event(link, envelope.id.0, envelope.body, tally, out)?;
        }
        Ok(taken)
    }

    fn has_acks(&self) -> bool {
        true
    }

    fn copies(&self, followers: usize) -> usize {
        followers
    }
}
