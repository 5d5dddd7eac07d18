//! What was ordered in one stream and not answered yet.
//!
//! A file of JSON lines that is only appended to: an order is on disk before it is sent, so that
//! nothing typed is lost, and keeps its number until it is answered, so that nothing is done twice.

use super::files;
use crate::command::Order;
use chat_shared::{DeviceId, Nonce};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

/// Bytes after which a file whose orders are all answered is begun anew.
const COMPACT_BYTES: u64 = 64 * 1024;

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    /// The first line: whose numbers these are, and the next free one.
    Begun { device: DeviceId, next: Nonce },
    /// Ordered.
    Put { nonce: Nonce, order: Order },
    /// About to be sent: from here on it may have been carried out.
    Sent { nonce: Nonce },
    /// Answered.
    Settled { nonce: Nonce },
    /// Answered, and this follows from it under a number of its own: both or nothing.
    Continued {
        nonce: Nonce,
        next: Nonce,
        order: Order,
    },
}

/// An order that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What it is.
    pub order: Order,
    /// Whether it may have reached the daemon already.
    pub is_sent: bool,
}

/// The orders of one stream.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
    file: File,
    device: DeviceId,
    next: Nonce,
    waiting: BTreeMap<Nonce, Waiting>,
    /// Of a device that is no more: whether they were carried out can no longer be told.
    unknown: Vec<Order>,
}

impl Outbox {
    /// Reads what a process before left. Orders of another device of the same account that were never
    /// sent become this one's.
    pub fn open(path: PathBuf, device: DeviceId) -> io::Result<Self> {
        let text = files::read(&path)?.unwrap_or_default();
        let mut outbox = Self {
            file: files::append(&path)?,
            path,
            device,
            next: Nonce(1),
            waiting: BTreeMap::new(),
            unknown: Vec::new(),
        };
        let mut owner = device;
        let mut is_torn = !text.is_empty() && !text.ends_with('\n');
        for line in text.lines() {
            match serde_json::from_str(line) {
                Ok(Record::Begun { device, next }) => {
                    owner = device;
                    outbox.next = next;
                }
                Ok(record) => outbox.replay(record),
                // A line that a crash cut off was never on disk, so its order was never sent.
                Err(_) => is_torn = true,
            }
        }
        if owner != device {
            let left = std::mem::take(&mut outbox.waiting);
            outbox.next = Nonce(1);
            for waiting in left.into_values() {
                if waiting.is_sent {
                    outbox.unknown.push(waiting.order);
                } else {
                    outbox.waiting.insert(outbox.next, waiting);
                    outbox.next = outbox.next.next();
                }
            }
        }
        if owner != device || is_torn || text.is_empty() {
            outbox.rewrite()?;
        }
        Ok(outbox)
    }

    fn replay(&mut self, record: Record) {
        match record {
            Record::Begun { .. } => {}
            Record::Put { nonce, order } => {
                self.waiting.insert(
                    nonce,
                    Waiting {
                        order,
                        is_sent: false,
                    },
                );
                self.next = self.next.max(nonce.next());
            }
            Record::Sent { nonce } => {
                if let Some(waiting) = self.waiting.get_mut(&nonce) {
                    waiting.is_sent = true;
                }
            }
            Record::Settled { nonce } => {
                self.waiting.remove(&nonce);
            }
            Record::Continued { nonce, next, order } => {
                self.waiting.remove(&nonce);
                self.waiting.insert(
                    next,
                    Waiting {
                        order,
                        is_sent: false,
                    },
                );
                self.next = self.next.max(next.next());
            }
        }
    }

    /// Writes an order down and gives it its number; on disk when it returns.
    pub fn put(&mut self, order: Order) -> io::Result<Nonce> {
        let nonce = self.next;
        self.append(Record::Put { nonce, order })?;
        self.file.sync_data()?;
        Ok(nonce)
    }

    /// To be said before an order is sent.
    pub fn mark_sent(&mut self, nonce: Nonce) -> io::Result<()> {
        if self
            .waiting
            .get(&nonce)
            .is_some_and(|waiting| !waiting.is_sent)
        {
            self.append(Record::Sent { nonce })?;
        }
        Ok(())
    }

    /// Its answer is here. A crash before this is on disk only makes it be sent and answered again.
    pub fn settle(&mut self, nonce: Nonce) -> io::Result<Option<Order>> {
        let Some(waiting) = self.waiting.get(&nonce) else {
            return Ok(None);
        };
        let order = waiting.order.clone();
        self.append(Record::Settled { nonce })?;
        if self.waiting.is_empty() && self.file.metadata()?.len() > COMPACT_BYTES {
            self.rewrite()?;
        }
        Ok(Some(order))
    }

    /// Its answer is here, and another order follows from it. Returns that one's number.
    pub fn settle_and_put(&mut self, nonce: Nonce, order: Order) -> io::Result<Nonce> {
        let next = self.next;
        self.append(Record::Continued { nonce, next, order })?;
        self.file.sync_data()?;
        Ok(next)
    }

    /// The daemon opened the stream and knows numbers up to `last`: what was never sent is numbered
    /// above them. That moves numbers only where this file was lost.
    pub fn opened(&mut self, last: Nonce) -> io::Result<()> {
        if self.next > last {
            return Ok(());
        }
        self.next = last.next();
        let (sent, fresh) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(nonce, waiting)| waiting.is_sent || *nonce > last);
        self.waiting = sent;
        let fresh: BTreeMap<Nonce, Waiting> = fresh;
        for waiting in fresh.into_values() {
            self.waiting.insert(self.next, waiting);
            self.next = self.next.next();
        }
        self.rewrite()
    }

    /// What waits, in order.
    pub fn waiting(&self) -> impl Iterator<Item = (Nonce, &Waiting)> {
        self.waiting
            .iter()
            .map(|(nonce, waiting)| (*nonce, waiting))
    }

    /// One that waits.
    pub fn get(&self, nonce: Nonce) -> Option<&Waiting> {
        self.waiting.get(&nonce)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.unknown.is_empty()
    }

    /// Up to here everything is answered.
    pub fn settled(&self) -> Nonce {
        let first = self.waiting.keys().next().copied().unwrap_or(self.next);
        Nonce(first.0 - 1)
    }

    /// Takes the orders of a former device of which nobody can tell whether they were carried out.
    pub fn take_unknown(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.unknown)
    }

    fn append(&mut self, record: Record) -> io::Result<()> {
        let mut line = serde_json::to_string(&record)?;
        line.push('\n');
        let length = self.file.metadata()?.len();
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            // Half a line would swallow the next one.
            self.file.set_len(length)?;
            return Err(error);
        }
        self.replay(record);
        Ok(())
    }

    fn rewrite(&mut self) -> io::Result<()> {
        let mut records = vec![Record::Begun {
            device: self.device,
            next: self.next,
        }];
        for (nonce, waiting) in &self.waiting {
            records.push(Record::Put {
                nonce: *nonce,
                order: waiting.order.clone(),
            });
            if waiting.is_sent {
                records.push(Record::Sent { nonce: *nonce });
            }
        }
        let mut text = String::new();
        for record in records {
            text.push_str(&serde_json::to_string(&record)?);
            text.push('\n');
        }
        files::replace(&self.path, text.as_bytes())?;
        self.file = files::append(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::ConversationId;

    const DEVICE: DeviceId = DeviceId(4);

    fn post(text: &str) -> Order {
        Order::Post {
            conversation: ConversationId(1),
            text: text.into(),
        }
    }

    fn texts(outbox: &Outbox) -> Vec<(u64, Order, bool)> {
        outbox
            .waiting()
            .map(|(n, w)| (n.0, w.order.clone(), w.is_sent))
            .collect()
    }

    #[test]
    fn orders_survive_and_keep_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o");
        let mut outbox = Outbox::open(path.clone(), DEVICE).unwrap();
        assert_eq!(outbox.settled(), Nonce(0));
        let one = outbox.put(post("one")).unwrap();
        let two = outbox.put(post("two")).unwrap();
        outbox.put(post("three")).unwrap();
        outbox.mark_sent(one).unwrap();
        outbox.mark_sent(two).unwrap();
        assert_eq!(outbox.settle(one).unwrap(), Some(post("one")));
        assert_eq!(outbox.settle(one).unwrap(), None);
        drop(outbox);
        let outbox = Outbox::open(path, DEVICE).unwrap();
        assert_eq!(
            texts(&outbox),
            [(2, post("two"), true), (3, post("three"), false)]
        );
        assert_eq!(outbox.settled(), Nonce(1));
    }

    #[test]
    fn a_number_is_never_given_twice_even_when_all_are_answered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o");
        let big = "x".repeat(9_000);
        for expected in 1..=20 {
            let mut outbox = Outbox::open(path.clone(), DEVICE).unwrap();
            let nonce = outbox.put(post(&big)).unwrap();
            assert_eq!(nonce, Nonce(expected));
            outbox.settle(nonce).unwrap();
            assert_eq!(outbox.settled(), nonce);
        }
        assert!(std::fs::metadata(&path).unwrap().len() < COMPACT_BYTES + 10_000);
    }

    #[test]
    fn a_line_cut_off_by_a_crash_is_forgotten_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o");
        let mut outbox = Outbox::open(path.clone(), DEVICE).unwrap();
        outbox.put(post("whole")).unwrap();
        outbox.put(post("torn")).unwrap();
        drop(outbox);
        let text = std::fs::read(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 9]).unwrap();
        let mut outbox = Outbox::open(path.clone(), DEVICE).unwrap();
        assert_eq!(outbox.put(post("next")).unwrap(), Nonce(2));
        drop(outbox);
        let outbox = Outbox::open(path, DEVICE).unwrap();
        assert_eq!(
            texts(&outbox),
            [(1, post("whole"), false), (2, post("next"), false)]
        );
    }

    #[test]
    fn another_device_takes_over_only_what_was_never_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o");
        let mut outbox = Outbox::open(path.clone(), DEVICE).unwrap();
        let one = outbox.put(post("one")).unwrap();
        outbox.put(post("two")).unwrap();
        outbox.mark_sent(one).unwrap();
        drop(outbox);
        let mut outbox = Outbox::open(path, DeviceId(5)).unwrap();
        assert_eq!(texts(&outbox), [(1, post("two"), false)]);
        assert_eq!(outbox.take_unknown(), [post("one")]);
    }

    #[test]
    fn a_lost_file_does_not_make_numbers_be_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path().join("o"), DEVICE).unwrap();
        outbox.put(post("one")).unwrap();
        outbox.opened(Nonce(7)).unwrap();
        assert_eq!(texts(&outbox), [(8, post("one"), false)]);
        assert_eq!(outbox.put(post("two")).unwrap(), Nonce(9));
    }

    #[test]
    fn what_follows_from_an_answer_replaces_it_in_one_step() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o");
        let mut outbox = Outbox::open(path.clone(), DEVICE).unwrap();
        let open = Order::OpenDirect {
            with: Vec::new(),
            say: Some("hi".into()),
        };
        let nonce = outbox.put(open).unwrap();
        outbox.settle_and_put(nonce, post("hi")).unwrap();
        drop(outbox);
        let outbox = Outbox::open(path, DEVICE).unwrap();
        assert_eq!(texts(&outbox), [(2, post("hi"), false)]);
    }
}
