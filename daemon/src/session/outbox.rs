//! What waits to be written to one connection, bounded in bytes.
//!
//! Answers always fit: a session that has enough waiting takes no more requests. New entries and signals
//! only go in below the limit; a connection that does not keep up is marked *lagging*, gets none of them
//! until its queue is empty, and then catches up by cursor. So memory per connection is bounded, nobody
//! is cut off for being slow, and nothing is lost. How it is written is in [`super::writing`].

use super::writing::{Turn, Writing};
use bytes::{Buf, Bytes};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A queue that was long gives its memory back when it is empty.
const KEPT_PLACES: usize = 16;

/// The queue.
pub(crate) struct Outbox {
    pub(super) queue: RefCell<VecDeque<Bytes>>,
    pub(super) bytes: Cell<usize>,
    limit: usize,
    pub(super) lagging: Cell<bool>,
    /// Somebody is to be told when it is empty.
    pub(super) is_awaited: Cell<bool>,
    pub(super) closing: Cell<bool>,
    /// Writes it together with the others of its thread.
    pub(super) turn: Rc<Turn>,
    /// It waits for its turn.
    is_dirty: Cell<bool>,
    /// The connection takes nothing just now: the task waits until it does.
    is_blocked: Cell<bool>,
    /// Nothing before the connection is there, and after it broke.
    writing: RefCell<Option<Writing>>,
    task: RefCell<Option<Waker>>,
}

/// The queue has no room: the receiver is lagging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lagging;

impl Outbox {
    pub(crate) fn new(limit: usize, turn: Rc<Turn>) -> Self {
        Self {
            queue: RefCell::default(),
            bytes: Cell::new(0),
            limit,
            lagging: Cell::new(false),
            is_awaited: Cell::new(false),
            closing: Cell::new(false),
            turn,
            is_dirty: Cell::new(false),
            is_blocked: Cell::new(false),
            writing: RefCell::new(None),
            task: RefCell::new(None),
        }
    }

    /// Adds what must arrive: answers.
    pub(crate) fn push(self: &Rc<Self>, frame: Bytes) {
        if !self.closing.get() && !frame.is_empty() {
            self.bytes.set(self.bytes.get() + frame.len());
            self.queue.borrow_mut().push_back(frame);
            self.wants_its_turn();
        }
    }

    /// Adds entries that can be had again from the store, if there is room. An empty queue takes a frame
    /// of any size.
    pub(crate) fn offer(self: &Rc<Self>, frame: Bytes) -> Result<(), Lagging> {
        if self.lagging.get() || self.is_over(frame.len()) {
            self.lag();
            return Err(Lagging);
        }
        self.push(frame);
        Ok(())
    }

    /// There is more in the store than fits: `drained` is to say so when the queue is empty.
    pub(crate) fn lag(&self) {
        self.lagging.set(true);
        self.is_awaited.set(true);
    }

    /// Adds a signal, unless the connection has enough to do.
    pub(crate) fn signal(self: &Rc<Self>, frame: Bytes) {
        if !self.lagging.get() && !self.is_over(frame.len()) {
            self.push(frame);
        }
    }

    /// Bytes that still fit below the limit.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.bytes.get())
    }

    /// Whether so much waits that the client is to read before it asks for more. If so, `drained` says
    /// when it has.
    pub(crate) fn is_full(&self) -> bool {
        let is_full = self.bytes.get() >= self.limit;
        if is_full {
            self.is_awaited.set(true);
        }
        is_full
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.get() == 0
    }

    /// Takes nothing more; what waits is still written.
    pub(crate) fn close(self: &Rc<Self>) {
        self.closing.set(true);
        self.wants_its_turn();
    }

    /// Writes to this connection from now on; ends when the outbox is closed and empty, or the connection
    /// broke. The task of a connection: it does something only while that takes less than there is.
    pub(crate) async fn write(self: Rc<Self>, writing: Writing) {
        *self.writing.borrow_mut() = Some(writing);
        self.wants_its_turn();
        poll_fn(|cx| {
            let mut task = self.task.borrow_mut();
            if !task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
                *task = Some(cx.waker().clone());
            }
            drop(task);
            self.go_on_writing(cx)
        })
        .await;
    }

    /// Writes what the connection takes; the task waits for the rest.
    pub(super) fn take_turn(&self) {
        self.is_dirty.set(false);
        if self.is_blocked.get() {
            return;
        }
        let over = self.go_on_writing(&mut Context::from_waker(Waker::noop()));
        if (over.is_ready() || self.is_blocked.get())
            && let Some(task) = &*self.task.borrow()
        {
            task.wake_by_ref();
        }
    }

    fn go_on_writing(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slot = self.writing.borrow_mut();
        let Some(writing) = slot.as_mut() else {
            return Poll::Ready(());
        };
        // How a connection ended is of no use to anybody.
        match writing.poll(self, cx) {
            Poll::Ready(_) => {
                *slot = None;
                Poll::Ready(())
            }
            Poll::Pending => {
                self.is_blocked.set(!writing.is_idle(self));
                Poll::Pending
            }
        }
    }

    fn is_over(&self, more: usize) -> bool {
        self.bytes.get() > 0 && self.bytes.get() + more > self.limit
    }

    fn wants_its_turn(self: &Rc<Self>) {
        if !self.is_blocked.get() && !self.is_dirty.replace(true) {
            self.turn.add(self.clone());
        }
    }

    pub(super) fn consume(&self, mut written: usize) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    fn frame(size: usize) -> Bytes {
        vec![7; size].into()
    }

    fn outbox(limit: usize) -> Rc<Outbox> {
        Rc::new(Outbox::new(limit, Rc::default()))
    }

    #[test]
    fn entries_over_the_limit_make_it_lag_and_answers_do_not() {
        let outbox = outbox(100);
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
        assert_eq!(outbox(100).offer(frame(5_000)), Ok(()));
    }

    #[actix::test]
    async fn everything_is_written_in_order_and_the_end_is_an_end() {
        let (near, mut far) = tokio::io::duplex(16);
        let turn = Rc::new(Turn::default());
        actix_rt::spawn(turn.clone().run());
        let outbox = Rc::new(Outbox::new(1_000_000, turn));
        let drained = Rc::new(Cell::new(0));
        let seen = drained.clone();
        let writing = Writing::new(near, move |_| seen.set(seen.get() + 1));
        let task = actix_rt::spawn(outbox.clone().write(writing));
        outbox.lag();
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
        task.await.unwrap();
        assert_eq!(drained.get(), 1);
    }

    #[actix::test]
    async fn a_connection_that_takes_little_at_a_time_gets_all_without_holding_up_others() {
        let turn = Rc::new(Turn::default());
        actix_rt::spawn(turn.clone().run());
        let (near, mut slow) = tokio::io::duplex(16);
        let slow_outbox = Rc::new(Outbox::new(1_000_000, turn.clone()));
        actix_rt::spawn(slow_outbox.clone().write(Writing::new(near, |_| {})));
        let (near, mut quick) = tokio::io::duplex(1_000_000);
        let quick_outbox = Rc::new(Outbox::new(1_000_000, turn));
        actix_rt::spawn(quick_outbox.clone().write(Writing::new(near, |_| {})));
        let mut got = [0; 40];
        for _ in 0..100 {
            slow_outbox.push(frame(40));
            quick_outbox.push(frame(40));
            quick.read_exact(&mut got).await.unwrap();
        }
        for _ in 0..100 {
            slow.read_exact(&mut got).await.unwrap();
        }
        assert!(slow_outbox.is_empty());
    }

    /// Notes that it is written to.
    struct Noting(Rc<RefCell<Vec<&'static str>>>);

    impl tokio::io::AsyncWrite for Noting {
        fn poll_write(
            self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<std::io::Result<usize>> {
            self.0.borrow_mut().push("written");
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(
            self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(
            self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[actix::test]
    async fn an_answer_and_what_it_made_ready_leave_in_one_write() {
        let turn = Rc::new(Turn::default());
        actix_rt::spawn(turn.clone().run());
        let notes = Rc::new(RefCell::new(Vec::new()));
        let outbox = Rc::new(Outbox::new(1_000_000, turn));
        let writing = Writing::new(Noting(notes.clone()), |_| {});
        actix_rt::spawn(outbox.clone().write(writing));
        tokio::task::yield_now().await;
        let answered = Rc::new(tokio::sync::Notify::new());
        let (next, is_answered) = (outbox.clone(), answered.clone());
        let asking = actix_rt::spawn(async move {
            is_answered.notified().await;
            next.push(frame(2));
        });
        tokio::task::yield_now().await;
        outbox.push(frame(1));
        answered.notify_one();
        asking.await.unwrap();
        while !outbox.is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(*notes.borrow(), ["written"]);
    }

    #[actix::test]
    async fn what_another_thread_woke_is_told_before_anything_is_written() {
        const ROOMS: usize = 20;
        let turn = Rc::new(Turn::default());
        actix_rt::spawn(turn.clone().run());
        let notes = Rc::new(RefCell::new(Vec::new()));
        let mut wakers = Vec::new();
        let mut rooms = Vec::new();
        for _ in 0..ROOMS {
            let outbox = Rc::new(Outbox::new(1_000_000, turn.clone()));
            let writing = Writing::new(Noting(notes.clone()), |_| {});
            actix_rt::spawn(outbox.clone().write(writing));
            let (waker, woken) = tokio::sync::oneshot::channel::<()>();
            wakers.push(waker);
            let notes = notes.clone();
            rooms.push(actix_rt::spawn(async move {
                woken.await.unwrap();
                notes.borrow_mut().push("told");
                outbox.push(frame(1));
            }));
        }
        tokio::task::yield_now().await;
        // The journal, which wakes them all while this thread has something else to do.
        let journal = std::thread::spawn(|| {
            for room in wakers {
                let _ = room.send(());
            }
        });
        journal.join().unwrap();
        for room in rooms {
            room.await.unwrap();
        }
        while notes.borrow().len() < 2 * ROOMS {
            tokio::task::yield_now().await;
        }
        let expected = [["told"; ROOMS], ["written"; ROOMS]].concat();
        assert_eq!(*notes.borrow(), expected);
    }

    #[actix::test]
    async fn a_broken_connection_ends_its_task() {
        let turn = Rc::new(Turn::default());
        actix_rt::spawn(turn.clone().run());
        let (near, far) = tokio::io::duplex(16);
        let outbox = Rc::new(Outbox::new(1_000_000, turn));
        let task = actix_rt::spawn(outbox.clone().write(Writing::new(near, |_| {})));
        drop(far);
        outbox.push(frame(1));
        task.await.unwrap();
    }
}
