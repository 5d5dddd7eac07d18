//! Looking into a store's file without changing a byte of it, even where opening it has to repair what a
//! crash left: repairs go to memory and are forgotten.

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

const PAGE: u64 = 4096;

/// A file under a layer of memory that takes all writes. Its locks are the file's, so that it is refused
/// where another process has the store open.
#[derive(Debug)]
pub(super) struct Untouched {
    file: FileBackend,
    layer: Mutex<Layer>,
}

#[derive(Debug)]
struct Layer {
    len: u64,
    /// Bytes of the file that still count: less where it was made shorter.
    file_len: u64,
    pages: BTreeMap<u64, Vec<u8>>,
}

impl Untouched {
    /// Opens the file. For writing too, as the exclusive lock asks for that.
    pub(super) fn open(path: &Path) -> std::result::Result<Self, redb::DatabaseError> {
        let file: File = OpenOptions::new().read(true).write(true).open(path)?;
        let len = file.metadata()?.len();
        let layer = Layer {
            len,
            file_len: len,
            pages: BTreeMap::new(),
        };
        Ok(Self {
            file: FileBackend::new(file)?,
            layer: Mutex::new(layer),
        })
    }

    fn layer(&self) -> MutexGuard<'_, Layer> {
        self.layer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page as it is now, zeros where nothing was written.
    fn page(&self, layer: &Layer, number: u64) -> Result<Vec<u8>> {
        if let Some(page) = layer.pages.get(&number) {
            return Ok(page.clone());
        }
        let mut page = vec![0; PAGE as usize];
        let held = layer.file_len.saturating_sub(number * PAGE).min(PAGE);
        self.file.read(number * PAGE, &mut page[..held as usize])?;
        Ok(page)
    }
}

/// The pieces of a stretch of bytes: page, place in the page, place in the stretch, length.
fn pieces(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let inside = (at % PAGE) as usize;
        let piece = (PAGE as usize - inside).min(len - done);
        let found = (piece > 0).then_some((at / PAGE, inside, done, piece));
        done += piece;
        found
    })
}

impl StorageBackend for Untouched {
    fn len(&self) -> Result<u64> {
        Ok(self.layer().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let layer = self.layer();
        if offset + out.len() as u64 > layer.len {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        for (number, inside, outside, len) in pieces(offset, out.len()) {
            let page = self.page(&layer, number)?;
            out[outside..outside + len].copy_from_slice(&page[inside..inside + len]);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut layer = self.layer();
        if len < layer.len {
            layer.file_len = layer.file_len.min(len);
            let mut cut = layer.pages.split_off(&(len / PAGE));
            if let Some(mut page) = cut.remove(&(len / PAGE)) {
                page[(len % PAGE) as usize..].fill(0);
                layer.pages.insert(len / PAGE, page);
            }
        }
        layer.len = len;
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut layer = self.layer();
        for (number, inside, outside, len) in pieces(offset, data.len()) {
            let mut page = self.page(&layer, number)?;
            page[inside..inside + len].copy_from_slice(&data[outside..outside + len]);
            layer.pages.insert(number, page);
        }
        Ok(())
    }

    fn close(&self) -> Result<()> {
        self.file.close()
    }

    fn try_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn unlock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
