//! A disk in memory that can be full, fail at a chosen operation, and lose its power.
//!
//! Writes are kept apart until they are synced. What a power cut leaves is what was synced, and of the
//! rest any sectors: of each sector any of its unsynced states, independently of the others, as the cache
//! of a drive may write them in any order.

use crate::store::recent::{FilingLimits, Recent};
use crate::store::{Store, StoreError, create_tables, schema};
use redb::{Builder, Database, ReadableDatabase, ReadableTableMetadata, StorageBackend};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// What a drive writes whole or not at all.
const SECTOR: usize = 512;

/// So few that tests meet every way in which entries are filed.
pub(crate) const FEW: FilingLimits = FilingLimits {
    run_bytes: 200,
    items: 16,
    bytes: 2_000,
    row_bytes: 200,
};

/// The disk. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Platter>>);

#[derive(Default)]
struct Platter {
    /// What a reader sees.
    now: Vec<u8>,
    /// What is left for certain.
    synced: Vec<u8>,
    /// Sector → its states since the last sync, oldest first.
    unsynced: BTreeMap<usize, Vec<Vec<u8>>>,
    /// Lengths since the last sync, oldest first.
    lengths: Vec<usize>,
    /// Changing operations that still succeed; then all fail until it is healed.
    operations_left: Option<u64>,
    lies: bool,
}

impl std::fmt::Debug for Platter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Platter {{ {} bytes }}", self.now.len())
    }
}

impl Disk {
    /// From now on this many writes, syncs and changes of length succeed; those after them do not.
    pub(crate) fn fail_after(&self, operations: u64) {
        self.platter().operations_left = Some(operations);
    }

    /// From now on it says that it has synced and has not.
    pub(crate) fn lie(&self) {
        self.platter().lies = true;
    }

    /// All succeeds again.
    pub(crate) fn heal(&self) {
        self.platter().operations_left = None;
    }

    /// Another disk that holds the same, all of it synced.
    pub(crate) fn copy(&self) -> Disk {
        let bytes = self.platter().now.clone();
        Disk::holding(bytes)
    }

    /// What a power cut leaves; `pick(n)` chooses one of `0..n`.
    pub(crate) fn after_cut(&self, mut pick: impl FnMut(usize) -> usize) -> Disk {
        let platter = self.platter();
        let mut left = platter.synced.clone();
        let lengths = pick(platter.lengths.len() + 1);
        for len in &platter.lengths[..lengths] {
            left.resize(*len, 0);
        }
        for (sector, states) in &platter.unsynced {
            let begin = sector * SECTOR;
            if let Some(state) = pick(states.len() + 1).checked_sub(1)
                && begin < left.len()
            {
                let end = (begin + states[state].len()).min(left.len());
                left[begin..end].copy_from_slice(&states[state][..end - begin]);
            }
        }
        Disk::holding(left)
    }

    fn holding(bytes: Vec<u8>) -> Disk {
        Disk(Arc::new(Mutex::new(Platter {
            synced: bytes.clone(),
            now: bytes,
            ..Platter::default()
        })))
    }

    /// Opens the store on it, making it where there is none.
    pub(crate) fn store(&self) -> std::result::Result<Store, StoreError> {
        const CACHE: usize = 8 * 1024 * 1024;
        let database = self.open(CACHE)?;
        let recent = Recent::new(FEW);
        recent.load(&database)?;
        Ok(Store {
            path: PathBuf::from("in memory"),
            cache_bytes: CACHE,
            database: RwLock::new(Some(Arc::new(database))),
            newest: Mutex::default(),
            recent: Arc::new(recent),
            disk: Some(self.clone()),
        })
    }

    pub(in crate::store) fn open(
        &self,
        cache_bytes: usize,
    ) -> std::result::Result<Database, StoreError> {
        let path = Path::new("in memory");
        let database = Builder::new()
            .set_cache_size(cache_bytes)
            .create_with_backend(self.clone())
            .map_err(|error| crate::store::not_opened(path, error))?;
        create_tables(path, &database)?;
        Ok(database)
    }

    /// How many rows of recent entries the next opening will find.
    pub(crate) fn waiting(&self) -> u64 {
        let database = Builder::new().create_with_backend(self.copy()).unwrap();
        let transaction = database.begin_read().unwrap();
        let recent = transaction.open_table(schema::RECENT);
        recent.map_or(0, |recent| recent.len().unwrap())
    }

    /// Whether it takes writes.
    pub(in crate::store) fn probe(&self) -> std::result::Result<(), StoreError> {
        match self.platter().operations_left {
            Some(0) => Err(redb::StorageError::Io(full()).into()),
            _ => Ok(()),
        }
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn full() -> Error {
    Error::from(ErrorKind::StorageFull)
}

impl Platter {
    fn operate(&mut self) -> Result<()> {
        if let Some(left) = &mut self.operations_left {
            *left = left.checked_sub(1).ok_or_else(full)?;
        }
        Ok(())
    }

    fn put(&mut self, begin: usize, data: &[u8]) -> Result<()> {
        let place = self.now.get_mut(begin..begin + data.len());
        place
            .ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?
            .copy_from_slice(data);
        for sector in begin / SECTOR..(begin + data.len()).div_ceil(SECTOR) {
            let begin = sector * SECTOR;
            let end = (begin + SECTOR).min(self.now.len());
            let state = self.now[begin..end].to_vec();
            self.unsynced.entry(sector).or_default().push(state);
        }
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64> {
        Ok(self.platter().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let platter = self.platter();
        let begin = offset as usize;
        let found = platter.now.get(begin..begin + out.len());
        out.copy_from_slice(found.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut platter = self.platter();
        platter.operate()?;
        platter.now.resize(len as usize, 0);
        platter.lengths.push(len as usize);
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        let mut guard = self.platter();
        guard.operate()?;
        if guard.lies {
            return Ok(());
        }
        let platter = &mut *guard;
        for len in std::mem::take(&mut platter.lengths) {
            platter.synced.resize(len, 0);
        }
        for sector in std::mem::take(&mut platter.unsynced).into_keys() {
            let begin = sector * SECTOR;
            let end = (begin + SECTOR).min(platter.now.len());
            if begin < end {
                platter.synced[begin..end].copy_from_slice(&platter.now[begin..end]);
            }
        }
        Ok(())
    }

    /// One that fails leaves its first half.
    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut platter = self.platter();
        match platter.operate() {
            Ok(()) => platter.put(offset as usize, data),
            Err(error) => {
                platter.put(offset as usize, &data[..data.len() / 2])?;
                Err(error)
            }
        }
    }
}
