//! Questions of one thread to the store, asked on blocking threads.
//!
//! Handing one question over costs two changes of thread, which is more than most answers take; when two
//! thousand people come back at once those changes would be most of the work. So what gathers while
//! others are asked goes along: one change of thread and one snapshot for all of them. A question that
//! comes alone waits for nothing.

use super::{Reader, Store, StoreError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Questions asked of one snapshot: bounds how long the first of them waits for the last.
const AT_ONCE: usize = 32;
/// Threads that ask at once, where so many gather that one is not enough: on a cold disk they wait for it
/// side by side.
const ASKERS: usize = 4;

type Question = Box<dyn FnOnce(&Reader) + Send>;

/// The questions of one thread.
pub(crate) struct Reads {
    store: Arc<Store>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Question>,
    askers: usize,
}

/// A question could not be asked: the store is being opened again, or another question of the batch
/// panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store could not be asked")]
pub(crate) struct NotAsked;

impl Reads {
    pub(crate) fn new(store: Arc<Store>) -> Arc<Self> {
        Arc::new(Self {
            store,
            state: Mutex::default(),
        })
    }

    /// Asks something of a snapshot that is taken after this call. Needs a runtime with blocking threads.
    pub(crate) async fn ask<T: Send + 'static>(
        self: Arc<Self>,
        ask: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Result<T, StoreError>, NotAsked> {
        let (reply, answer) = oneshot::channel();
        self.add(Box::new(move |reader| {
            let _ = reply.send(ask(reader));
        }));
        answer.await.map_err(|_| NotAsked)
    }

    fn add(self: &Arc<Self>, question: Question) {
        let mut state = self.lock();
        state.waiting.push(question);
        self.see_to_askers(&mut state);
    }

    fn see_to_askers(self: &Arc<Self>, state: &mut State) {
        let waiting = state.waiting.len();
        if (waiting > 0 && state.askers == 0) || (waiting >= AT_ONCE && state.askers < ASKERS) {
            state.askers += 1;
            let asker = Asker(self.clone());
            tokio::task::spawn_blocking(move || while asker.ask() {});
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One blocking thread's work; gives its place back when it ends, also when a question panics.
struct Asker(Arc<Reads>);

impl Asker {
    /// Asks what waits; whether there was anything.
    fn ask(&self) -> bool {
        let questions: Vec<Question> = {
            let mut state = self.0.lock();
            let count = state.waiting.len().min(AT_ONCE);
            state.waiting.drain(..count).collect()
        };
        if questions.is_empty() {
            return false;
        }
        let asked = self.0.store.read(|reader| {
            questions.into_iter().for_each(|question| question(reader));
            Ok(())
        });
        if let Err(error) = asked {
            tracing::error!(%error, "the store cannot be read");
        }
        true
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.askers -= 1;
        // What came between the last look and this.
        self.0.see_to_askers(&mut state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads() -> (Arc<Reads>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store"), 1024 * 1024).unwrap();
        (Reads::new(Arc::new(store)), folder)
    }

    #[actix::test]
    async fn each_gets_its_own_answer() {
        let (reads, _folder) = reads();
        let asking = (0..500_u64).map(|number| {
            reads
                .clone()
                .ask(move |reader| Ok(number + reader.account_count()?))
        });
        let answers = futures_util::future::join_all(asking).await;
        for (number, answer) in (0..).zip(answers) {
            assert_eq!(answer.unwrap().unwrap(), number);
        }
        assert!(reads.lock().waiting.is_empty());
    }

    #[actix::test]
    async fn one_that_panics_does_not_stop_those_that_come_later() {
        let (reads, _folder) = reads();
        let panicking = reads
            .clone()
            .ask(|_| -> Result<(), StoreError> { panic!("on purpose") });
        assert_eq!(panicking.await.unwrap_err(), NotAsked);
        let answer = reads.clone().ask(|reader| reader.account_count()).await;
        assert_eq!(answer.unwrap().unwrap(), 0);
    }
}
