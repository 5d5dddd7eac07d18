//! Requests of one connection as a stream that slows itself down.
//!
//! Whoever asks faster than allowed, has too much unanswered, or does not read what is waiting for them
//! is not refused: their next frame is simply not read yet, and TCP passes that on to them.

use crate::session::outbox::Outbox;
use bytes::BytesMut;
use chat_shared::frame::codec;
use futures_util::Stream;
use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::time::{Instant, Sleep};
use tokio_util::codec::{Decoder, FramedRead, LengthDelimitedCodec};

/// Room for what arrives next: most connections are idle, and a request is small.
const BUFFER_BYTES: usize = 512;

/// Whether a session takes another request now. Shared by the session, which opens and shuts it, and
/// the stream, which waits at it.
pub(crate) struct Gate {
    /// Requests without an answer.
    in_flight: Cell<usize>,
    in_flight_limit: Cell<usize>,
    /// A request that the next ones must wait for is under way, such as signing in.
    is_exclusive: Cell<bool>,
    /// The longest frame, in bytes.
    frame_limit: Cell<usize>,
    outbox: Rc<Outbox>,
    waiting: Cell<Option<Waker>>,
}

impl Gate {
    pub(crate) fn new(outbox: Rc<Outbox>, frame_limit: usize) -> Self {
        Self {
            in_flight: Cell::new(0),
            in_flight_limit: Cell::new(1),
            is_exclusive: Cell::new(false),
            frame_limit: Cell::new(frame_limit),
            outbox,
            waiting: Cell::new(None),
        }
    }

    /// After login: larger frames, and several requests at once.
    pub(crate) fn widen(&self, frame_limit: usize, in_flight_limit: usize) {
        self.frame_limit.set(frame_limit);
        self.in_flight_limit.set(in_flight_limit);
    }

    /// The longest frame now, in bytes.
    pub(crate) fn frame_limit(&self) -> usize {
        self.frame_limit.get()
    }

    /// A request was taken.
    pub(crate) fn taken(&self, exclusive: bool) {
        self.in_flight.set(self.in_flight.get() + 1);
        self.is_exclusive.set(exclusive);
    }

    /// A request was answered.
    pub(crate) fn answered(&self) {
        self.in_flight.set(self.in_flight.get().saturating_sub(1));
        if self.in_flight.get() == 0 {
            self.is_exclusive.set(false);
        }
        self.wake();
    }

    /// The outbox is empty again.
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    fn is_shut(&self) -> bool {
        self.is_exclusive.get()
            || self.in_flight.get() >= self.in_flight_limit.get()
            || self.outbox.is_full()
    }
}

/// Tokens come back at a steady rate, up to a burst.
#[derive(Debug)]
struct Bucket {
    interval: Duration,
    burst: u32,
    /// When the bucket will be full again (the "theoretical arrival time" of GCRA).
    full_at: Instant,
}

impl Bucket {
    /// Takes a token, or says when there will be one.
    fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let full_at = self.full_at.max(now);
        let earliest = full_at
            .checked_sub(self.interval * (self.burst - 1))
            .unwrap_or(now);
        if earliest > now {
            return Err(earliest);
        }
        self.full_at = full_at + self.interval;
        Ok(())
    }
}

/// Frames, with room for a whole request before each read. The codec alone asks for room for the length of
/// the next frame, so that every third small request arrived in two pieces, at two system calls.
struct Frames(LengthDelimitedCodec);

impl Decoder for Frames {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, arrived: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        if arrived.is_empty() {
            // The same memory again, as the frames before have been let go.
            arrived.reserve(BUFFER_BYTES);
        }
        self.0.decode(arrived)
    }
}

/// The stream.
pub(crate) struct Inbound<R> {
    frames: FramedRead<R, Frames>,
    gate: Rc<Gate>,
    bucket: Bucket,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<R: AsyncRead + Unpin> Inbound<R> {
    /// At most `per_second` frames a second in the long run, `burst` at once.
    pub(crate) fn new(io: R, gate: Rc<Gate>, per_second: u32, burst: u32) -> Self {
        let frames = Frames(codec(gate.frame_limit.get()));
        Self {
            frames: FramedRead::with_capacity(io, frames, BUFFER_BYTES),
            gate,
            bucket: Bucket {
                interval: Duration::from_secs(1) / per_second.max(1),
                burst: burst.max(1),
                full_at: Instant::now(),
            },
            pause: None,
        }
    }
}

impl<R: AsyncRead + Unpin> Stream for Inbound<R> {
    type Item = io::Result<BytesMut>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.gate.is_shut() {
            this.gate.waiting.set(Some(cx.waker().clone()));
            return Poll::Pending;
        }
        if let Some(pause) = &mut this.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        let limit = this.gate.frame_limit.get();
        let Frames(codec) = this.frames.decoder_mut();
        if codec.max_frame_length() != limit {
            codec.set_max_frame_length(limit);
        }
        let frame = std::task::ready!(Pin::new(&mut this.frames).poll_next(cx));
        // The frame is here already; what is paused is the one after it.
        if let Err(until) = this.bucket.take(Instant::now()) {
            this.bucket.full_at += this.bucket.interval;
            this.pause = Some(Box::pin(tokio::time::sleep_until(until)));
        }
        Poll::Ready(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use tokio::io::{AsyncWriteExt, ReadBuf};

    fn gate(limit: usize) -> Rc<Gate> {
        Rc::new(Gate::new(Rc::new(Outbox::new(100, Rc::default())), limit))
    }

    #[actix::test]
    async fn a_burst_passes_and_then_one_at_a_time() {
        tokio::time::pause();
        let (mut far, near) = tokio::io::duplex(10_000);
        let gate = gate(100);
        gate.widen(100, 1000);
        let mut inbound = Inbound::new(near, gate, 10, 5);
        for _ in 0..10 {
            far.write_all(&[0, 0, 0, 1, 7]).await.unwrap();
        }
        let begun = Instant::now();
        let mut at = Vec::new();
        for _ in 0..8 {
            inbound.next().await.unwrap().unwrap();
            at.push(begun.elapsed().as_millis() / 100);
        }
        assert_eq!(at[..5], [0, 0, 0, 0, 0]);
        assert!(at[7] >= 2, "{at:?}");
    }

    #[actix::test]
    async fn nothing_is_read_while_the_gate_is_shut() {
        let (mut far, near) = tokio::io::duplex(10_000);
        let gate = gate(100);
        let mut inbound = Inbound::new(near, gate.clone(), 1000, 1000);
        far.write_all(&[0, 0, 0, 1, 7, 0, 0, 0, 1, 8])
            .await
            .unwrap();
        inbound.next().await.unwrap().unwrap();
        gate.taken(true);
        let next = tokio::time::timeout(Duration::from_millis(20), inbound.next()).await;
        assert!(next.is_err());
        gate.answered();
        assert_eq!(&inbound.next().await.unwrap().unwrap()[..], [8]);
    }

    /// Gives all that it has, as much as there is room for at each reading.
    struct Far {
        left: Vec<u8>,
        reads: Rc<Cell<usize>>,
    }

    impl AsyncRead for Far {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            into: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.reads.set(self.reads.get() + 1);
            let piece = self.left.len().min(into.remaining()).min(FRAME_BYTES);
            into.put_slice(&self.left[..piece]);
            self.left.drain(..piece);
            Poll::Ready(Ok(()))
        }
    }

    const FRAME_BYTES: usize = 164;

    #[actix::test]
    async fn each_small_request_takes_one_reading() {
        let reads = Rc::new(Cell::new(0));
        let mut frame = [7; FRAME_BYTES];
        frame[..4].copy_from_slice(&[0, 0, 0, 160]);
        let far = Far {
            left: frame.repeat(100),
            reads: reads.clone(),
        };
        let gate = gate(1000);
        gate.widen(1000, 1000);
        let mut inbound = Inbound::new(far, gate, 1000, 1000);
        for nth in 1..=100 {
            assert_eq!(inbound.next().await.unwrap().unwrap(), [7; 160][..]);
            assert_eq!(reads.get(), nth);
        }
    }

    #[actix::test]
    async fn the_limit_of_a_frame_rises_with_the_login() {
        let (mut far, near) = tokio::io::duplex(10_000);
        let gate = gate(3);
        let mut inbound = Inbound::new(near, gate.clone(), 1000, 1000);
        far.write_all(&[0, 0, 0, 3, 1, 2, 3]).await.unwrap();
        inbound.next().await.unwrap().unwrap();
        gate.widen(4, 10);
        far.write_all(&[0, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 5, 1, 2, 3, 4, 5])
            .await
            .unwrap();
        inbound.next().await.unwrap().unwrap();
        assert!(inbound.next().await.unwrap().is_err());
    }
}
