//! What waits to be written to one connection, bounded in bytes.
//!
//! Answers always fit: a session that has enough waiting takes no more requests. New entries and signals
//! only go in below the limit; a connection that does not keep up is marked *lagging*, gets none of them
//! until its queue is empty, and then catches up by cursor. So memory per connection is bounded, nobody
//! is cut off for being slow, and nothing is lost.

use bytes::{Buf, Bytes};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::io::AsyncWrite;

/// Frames written with one system call.
const SLICES: usize = 64;
/// A queue that was long gives its memory back when it is empty.
const KEPT_PLACES: usize = 16;

/// The queue.
pub(crate) struct Outbox {
    queue: RefCell<VecDeque<Bytes>>,
    bytes: Cell<usize>,
    limit: usize,
    lagging: Cell<bool>,
    closing: Cell<bool>,
    writer: Cell<Option<Waker>>,
}

/// The queue has no room: the receiver is lagging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lagging;

impl Outbox {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            queue: RefCell::default(),
            bytes: Cell::new(0),
            limit,
            lagging: Cell::new(false),
            closing: Cell::new(false),
            writer: Cell::new(None),
        }
    }

    /// Adds what must arrive: answers.
    pub(crate) fn push(&self, frame: Bytes) {
        if !self.closing.get() && !frame.is_empty() {
            self.bytes.set(self.bytes.get() + frame.len());
            self.queue.borrow_mut().push_back(frame);
            self.wake();
        }
    }

    /// Adds entries that can be had again from the store, if there is room. An empty queue takes a frame
    /// of any size.
    pub(crate) fn offer(&self, frame: Bytes) -> Result<(), Lagging> {
        if self.lagging.get() || self.is_over(frame.len()) {
            self.lagging.set(true);
            return Err(Lagging);
        }
        self.push(frame);
        Ok(())
    }

    /// There is more in the store than fits: `drained` is to say so when the queue is empty.
    pub(crate) fn lag(&self) {
        self.lagging.set(true);
    }

    /// Adds a signal, unless the connection has enough to do.
    pub(crate) fn signal(&self, frame: Bytes) {
        if !self.lagging.get() && !self.is_over(frame.len()) {
            self.push(frame);
        }
    }

    /// Bytes that still fit below the limit.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.bytes.get())
    }

    /// Whether so much waits that the client is to read before it asks for more.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.get() >= self.limit
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.get() == 0
    }

    /// Takes nothing more; what waits is still written.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.wake();
    }

    fn is_over(&self, more: usize) -> bool {
        self.bytes.get() > 0 && self.bytes.get() + more > self.limit
    }

    fn wake(&self) {
        if let Some(writer) = self.writer.take() {
            writer.wake();
        }
    }

    fn consume(&self, mut written: usize) {
        self.bytes.set(self.bytes.get() - written);
        let mut queue = self.queue.borrow_mut();
        while written > 0 {
            let Some(front) = queue.front_mut() else {
                break;
            };
            if front.len() > written {
                front.advance(written);
                break;
            }
            written -= front.len();
            queue.pop_front();
        }
        if queue.is_empty() && queue.capacity() > KEPT_PLACES {
            queue.shrink_to(KEPT_PLACES);
        }
    }
}

/// Writes an outbox to its connection until it is closed and empty, or the connection breaks.
pub(crate) struct Writer<W> {
    pub(crate) outbox: Rc<Outbox>,
    pub(crate) io: W,
    /// Called when the queue became empty: whether it was lagging until now.
    pub(crate) drained: Box<dyn Fn(bool)>,
    pub(crate) unflushed: bool,
}

impl<W: AsyncWrite + Unpin> Future for Writer<W> {
    type Output = std::io::Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            let written = {
                let queue = this.outbox.queue.borrow();
                if queue.is_empty() {
                    None
                } else {
                    let mut slices = [IoSlice::new(&[]); SLICES];
                    let mut count = 0;
                    for (slice, frame) in slices.iter_mut().zip(queue.iter()) {
                        *slice = IoSlice::new(frame);
                        count += 1;
                    }
                    let io = Pin::new(&mut this.io);
                    match io.poll_write_vectored(cx, &slices[..count])? {
                        Poll::Ready(0) => {
                            return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
                        }
                        Poll::Ready(written) => Some(written),
                        Poll::Pending => return Poll::Pending,
                    }
                }
            };
            if let Some(written) = written {
                this.outbox.consume(written);
                this.unflushed = true;
                continue;
            }
            if this.unflushed {
                if Pin::new(&mut this.io).poll_flush(cx)?.is_pending() {
                    return Poll::Pending;
                }
                this.unflushed = false;
                (this.drained)(this.outbox.lagging.replace(false));
                continue;
            }
            if this.outbox.closing.get() {
                return Pin::new(&mut this.io).poll_shutdown(cx);
            }
            this.outbox.writer.set(Some(cx.waker().clone()));
            return Poll::Pending;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    fn frame(size: usize) -> Bytes {
        vec![7; size].into()
    }

    #[test]
    fn entries_over_the_limit_make_it_lag_and_answers_do_not() {
        let outbox = Outbox::new(100);
        assert_eq!(outbox.offer(frame(60)), Ok(()));
        assert_eq!(outbox.offer(frame(60)), Err(Lagging));
        assert_eq!(
            outbox.offer(frame(1)),
            Err(Lagging),
            "until the queue is empty"
        );
        outbox.push(frame(500));
        assert!(outbox.is_full());
        assert_eq!(outbox.room(), 0);
    }

    #[test]
    fn an_empty_queue_takes_a_frame_of_any_size() {
        let outbox = Outbox::new(100);
        assert_eq!(outbox.offer(frame(5_000)), Ok(()));
    }

    #[actix::test]
    async fn everything_is_written_in_order_and_the_end_is_an_end() {
        let (near, mut far) = tokio::io::duplex(16);
        let outbox = Rc::new(Outbox::new(1_000_000));
        let drained = Rc::new(Cell::new(0));
        let seen = drained.clone();
        let writer = Writer {
            outbox: outbox.clone(),
            io: near,
            drained: Box::new(move |_| seen.set(seen.get() + 1)),
            unflushed: false,
        };
        let writing = actix_rt::spawn(writer);
        let mut expected: Vec<u8> = Vec::new();
        for size in 1..200u8 {
            let bytes = vec![size; usize::from(size)];
            expected.extend(&bytes);
            outbox.push(bytes.into());
        }
        outbox.close();
        outbox.push(frame(1));
        let mut got = Vec::new();
        far.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, expected);
        writing.await.unwrap().unwrap();
        assert_eq!(drained.get(), 1);
    }
}
