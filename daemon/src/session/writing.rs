//! Writing outboxes to their connections.
//!
//! A commit that a thousand people wait for puts something into a thousand outboxes of a thread. They are
//! written one after the other in one [`Turn`], instead of waking a thousand tasks; and since a turn
//! comes after what was ready on the thread, and after what that made ready, what one connection gets
//! from several sides leaves in one write. Only a connection that takes less than there is has its own task go
//! on with it.
//!
//! A thread does the same thing for many before it does the next: some tens of rooms tell of their entries, then
//! all those connections are written. One room and its two connections at a time has the kernel's code for
//! sending and our own put each other out of the cache.

use super::outbox::Outbox;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::io::AsyncWrite;

/// Frames written with one system call.
const SLICES: usize = 64;
/// Frames that are no more than this together are copied into one piece: that is less work than telling
/// the kernel of each, and it is what a sender gets, their answer and their entry.
const JOINED_BYTES: usize = 2048;
/// Connections written in one go; then what has come meanwhile is read.
const AT_ONCE: usize = 256;

/// The outboxes of one thread that something was put into since they were written.
#[derive(Default)]
pub(crate) struct Turn {
    dirty: RefCell<Vec<Rc<Outbox>>>,
    waker: Cell<Option<Waker>>,
    /// Where small frames are joined.
    joined: RefCell<Vec<u8>>,
}

impl Turn {
    pub(super) fn add(&self, outbox: Rc<Outbox>) {
        self.dirty.borrow_mut().push(outbox);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Writes them, for as long as the thread is there.
    pub(crate) async fn run(self: Rc<Self>) {
        // tokio lets a task do so much I/O before it takes the next; here that is counted in connections.
        tokio::task::unconstrained(async {
            loop {
                poll_fn(|cx| self.poll_dirty(cx)).await;
                // Behind what is ready, some sixty tasks at the most: rooms that the journal woke among them,
                // which stand in another queue than what this thread woke. Who was answered just now has the
                // next requests here already, and their answers leave with it.
                tokio::task::yield_now().await;
                self.write_some();
            }
        })
        .await;
    }

    fn poll_dirty(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.dirty.borrow().is_empty() {
            self.waker.set(Some(cx.waker().clone()));
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    fn write_some(&self) {
        let mut outboxes = std::mem::take(&mut *self.dirty.borrow_mut());
        let rest = outboxes.split_off(outboxes.len().min(AT_ONCE));
        for outbox in outboxes.drain(..) {
            outbox.take_turn();
        }
        let mut dirty = self.dirty.borrow_mut();
        // What came first is first; the list keeps its memory.
        outboxes.extend(rest);
        outboxes.append(&mut dirty);
        *dirty = outboxes;
    }
}

/// One connection's way out.
pub(crate) struct Writing {
    io: Box<dyn AsyncWrite + Unpin>,
    /// Called when the queue became empty that somebody waited for: whether it was lagging until now.
    drained: Box<dyn Fn(bool)>,
    unflushed: bool,
}

impl Writing {
    pub(crate) fn new(
        io: impl AsyncWrite + Unpin + 'static,
        drained: impl Fn(bool) + 'static,
    ) -> Self {
        Self {
            io: Box::new(io),
            drained: Box::new(drained),
            unflushed: false,
        }
    }

    /// Whether all is written that there was.
    pub(super) fn is_idle(&self, outbox: &Outbox) -> bool {
        outbox.is_empty() && !self.unflushed && !outbox.closing.get()
    }

    /// Writes what the connection takes now. Ready when the outbox is closed and empty, or the connection
    /// broke.
    pub(super) fn poll(&mut self, outbox: &Outbox, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let written = {
                let queue = outbox.queue.borrow();
                let io = Pin::new(&mut self.io);
                let written = match queue.len() {
                    0 => None,
                    // What one commit brings to most.
                    1 => Some(io.poll_write(cx, &queue[0])?),
                    _ if outbox.bytes.get() <= JOINED_BYTES => {
                        let mut joined = outbox.turn.joined.borrow_mut();
                        joined.clear();
                        queue
                            .iter()
                            .for_each(|frame| joined.extend_from_slice(frame));
                        Some(io.poll_write(cx, &joined)?)
                    }
                    _ => {
                        let mut slices = [IoSlice::new(&[]); SLICES];
                        let mut count = 0;
                        for (slice, frame) in slices.iter_mut().zip(queue.iter()) {
                            *slice = IoSlice::new(frame);
                            count += 1;
                        }
                        Some(io.poll_write_vectored(cx, &slices[..count])?)
                    }
                };
                match written {
                    Some(Poll::Ready(0)) => {
                        return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                    }
                    Some(Poll::Ready(written)) => Some(written),
                    Some(Poll::Pending) => return Poll::Pending,
                    None => None,
                }
            };
            if let Some(written) = written {
                outbox.consume(written);
                self.unflushed = true;
                continue;
            }
            if self.unflushed {
                if Pin::new(&mut self.io).poll_flush(cx)?.is_pending() {
                    return Poll::Pending;
                }
                self.unflushed = false;
                if outbox.is_awaited.replace(false) {
                    (self.drained)(outbox.lagging.replace(false));
                }
                continue;
            }
            if outbox.closing.get() {
                return Pin::new(&mut self.io).poll_shutdown(cx);
            }
            return Poll::Pending;
        }
    }
}
