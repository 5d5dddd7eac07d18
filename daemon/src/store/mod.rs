//! The store: one redb file. It owns the tables, consistent reads of them, and opening, refusing and
//! reopening the file. Only [`crate::journal`] writes to it.
//!
//! In reading order: [`schema`] declares the tables, [`record`] what they hold, [`read`] the questions
//! that can be asked, continued in [`rooms`], [`people`] and [`order`]; [`run`] is a row of
//! entries, and [`recent`] holds those that wait to become one; [`migrate`] brings older files to this layout, and
//! [`untouched`] looks into a file that may not be ours to write.

pub(crate) mod schema;
pub(crate) mod record;
pub(crate) mod read;
pub(crate) mod run;
pub(crate) mod recent;
pub(crate) mod rooms;
pub(crate) mod people;
pub(crate) mod order;
mod migrate;
mod untouched;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use read::{CommitNumber, FeedKey, Head, Reader};

use recent::{Changes, FilingLimits, Recent};
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, TableError, WriteTransaction,
};
use schema::{SCHEMA_VERSION, meta};
use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};
use untouched::Untouched;

/// Something is wrong with the store itself; a request that meets it was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a newer chatd.
    #[error(
        "the store {path} has layout {found}, this chatd knows up to {known}: install the chatd that \
         wrote it, or a newer one; the store was left as it is"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: u64,
        /// The newest layout that this program knows.
        known: u64,
    },
    /// Another process has it open.
    #[error("the store {0} is in use: another chatd runs on this data directory")]
    InUse(PathBuf),
    /// The file could not be opened.
    #[error("the store {path} cannot be opened: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// It is being opened again after an error.
    #[error("the store is being opened again")]
    Closed,
    /// Reading or writing failed.
    #[error("the store failed: {0}")]
    Failed(Box<redb::Error>),
    /// A record does not decode.
    #[error("the store holds a {what} that cannot be read: {source}")]
    Damaged {
        /// Which kind of record.
        what: &'static str,
        /// Why.
        source: rmp_serde::decode::Error,
    },
}

macro_rules! failed {
    ($($error:ty),*) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::Failed(Box::new(error.into()))
            }
        })*
    };
}
failed!(
    redb::StorageError,
    redb::TransactionError,
    TableError,
    redb::CommitError,
    redb::SetDurabilityError
);

/// The open store. Reads may run on any number of threads; one write at a time.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    cache_bytes: usize,
    /// Nothing only while it is being opened again.
    database: RwLock<Option<Arc<Database>>>,
    newest: Mutex<Newest>,
    recent: Arc<Recent>,
    /// Instead of the file, where a test wants to see it fail.
    #[cfg(test)]
    disk: Option<testing::Disk>,
}

/// Where the store stands.
#[derive(Debug, Default)]
struct Newest {
    commit: CommitNumber,
    /// Of what was committed last, once somebody has asked for it: all who read between two commits share
    /// it, and the tables that it has open.
    snapshot: Option<Arc<Reader>>,
    /// All of which may still be read, by the newest commit that each sees.
    read: Vec<(CommitNumber, Weak<Reader>)>,
}

impl Newest {
    /// The oldest commit that somebody reads, or will read if nobody does now.
    fn oldest_read(&mut self) -> CommitNumber {
        self.read.retain(|(_, reader)| reader.strong_count() > 0);
        let oldest = self.read.iter().map(|(commit, _)| *commit).min();
        oldest.unwrap_or(self.commit)
    }
}

impl Store {
    /// Opens the file, making it where there is none.
    pub(crate) fn open(path: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        if std::fs::metadata(path).map_or(true, |found| found.len() == 0) {
            make_database(path)?;
        }
        let database = open_database(path, cache_bytes)?;
        let recent = Recent::new(FilingLimits::USUAL);
        recent.load(&database)?;
        Ok(Self {
            path: path.to_owned(),
            cache_bytes,
            database: RwLock::new(Some(Arc::new(database))),
            newest: Mutex::default(),
            recent: Arc::new(recent),
            #[cfg(test)]
            disk: None,
        })
    }

    /// Asks something of one consistent snapshot. Blocks for as long as the disk does.
    pub(crate) fn read<T>(
        &self,
        ask: impl FnOnce(&Reader) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let reader = self.newest_snapshot()?;
        ask(&reader)
    }

    fn newest_snapshot(&self) -> Result<Arc<Reader>, StoreError> {
        // Held while it is made: one made just before a commit is forgotten just behind it.
        let mut newest = self.newest();
        if let Some(reader) = &newest.snapshot {
            return Ok(reader.clone());
        }
        let recent = self.recent.clone();
        let reader = Arc::new(Reader::new(self.database()?, recent, newest.commit)?);
        newest.snapshot = Some(reader.clone());
        let commit = newest.commit;
        newest.read.push((commit, Arc::downgrade(&reader)));
        Ok(reader)
    }

    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the one write transaction: immediate durability, and the allocator's state saved with
    /// each commit, so that opening after a crash takes milliseconds instead of a scan of the file.
    pub(crate) fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        let mut transaction = self.database()?.begin_write()?;
        transaction.set_quick_repair(true);
        // What it sees and this replaces is free again one commit sooner.
        drop(self.newest().snapshot.take());
        Ok(transaction)
    }

    /// Entries that are not filed yet.
    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    /// Commits what was begun: who reads from now on sees it.
    pub(crate) fn commit(
        &self,
        transaction: WriteTransaction,
        changes: Changes,
    ) -> Result<CommitNumber, StoreError> {
        // Who reads until this is over shares a snapshot from before it, also where it fails in the end. One
        // that is made meanwhile may see it already, and would not know.
        drop(self.newest_snapshot()?);
        transaction.commit()?;
        let mut newest = self.newest();
        newest.snapshot = None;
        newest.commit = newest.commit.next();
        let (commit, oldest) = (newest.commit, newest.oldest_read());
        self.recent.committed(changes, commit, oldest);
        Ok(commit)
    }

    /// Size of the file in bytes.
    pub(crate) fn file_bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |meta| meta.len())
    }

    /// After an I/O error redb refuses all writes until the file is opened again. This does so once the
    /// disk takes writes again, and says why it does not where it can't. Blocks.
    pub(crate) fn reopen(&self) -> Result<(), StoreError> {
        self.probe()?;
        // It holds the old handle too; and nobody makes another before there is a new one.
        let mut newest = self.newest();
        newest.snapshot = None;
        let mut slot = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // Readers hold the old handle for a moment; the file's lock is free when the last is done.
        if let Some(mut old) = slot.take() {
            let deadline = Instant::now() + Duration::from_secs(10);
            loop {
                match Arc::try_unwrap(old) {
                    Ok(database) => {
                        drop(database);
                        break;
                    }
                    Err(shared) if Instant::now() < deadline => {
                        old = shared;
                        std::thread::park_timeout(Duration::from_millis(5));
                    }
                    Err(shared) => {
                        *slot = Some(shared);
                        return Err(StoreError::Closed);
                    }
                }
            }
        }
        let database = self.open_again()?;
        // What waits is what the file says, whatever became of the last commit.
        self.recent.load(&database)?;
        newest.commit = newest.commit.next();
        *slot = Some(Arc::new(database));
        Ok(())
    }

    fn probe(&self) -> Result<(), StoreError> {
        #[cfg(test)]
        if let Some(disk) = &self.disk {
            return disk.probe();
        }
        probe_disk(&self.path)
    }

    fn open_again(&self) -> Result<Database, StoreError> {
        #[cfg(test)]
        if let Some(disk) = &self.disk {
            return disk.open(self.cache_bytes);
        }
        open_database(&self.path, self.cache_bytes)
    }

    fn database(&self) -> Result<Arc<Database>, StoreError> {
        self.database
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(StoreError::Closed)
    }
}

/// Makes an empty store beside its place and then puts it there whole: a first start that was cut off, or
/// found the disk full, would leave a file that no later start could open.
fn make_database(path: &Path) -> Result<(), StoreError> {
    let beside = path.with_extension("new");
    let create = || {
        make_private(&beside).map_err(|error| not_opened(path, error.into()))?;
        let database = Builder::new().create(&beside);
        database.map_err(|error| not_opened(path, error))
    };
    let database = match create() {
        Err(StoreError::Open { .. }) => {
            // What an earlier start left, or nothing that can be helped: then it fails again.
            let _ = std::fs::remove_file(&beside);
            create()?
        }
        created => created?,
    };
    create_tables(path, &database)?;
    drop(database);
    std::fs::rename(&beside, path)
        .and_then(|()| std::fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all())
        .map_err(|error| not_opened(path, error.into()))
}

fn open_database(path: &Path, cache_bytes: usize) -> Result<Database, StoreError> {
    refuse_newer(path, cache_bytes)?;
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    let shown = path.to_owned();
    builder.set_repair_callback(move |repair| {
        tracing::warn!(path = %shown.display(), progress = repair.progress(), "repairing the store");
    });
    let database = builder.open(path);
    let database = database.map_err(|error| not_opened(path, error))?;
    migrate::migrate(&database)?;
    Ok(database)
}

fn not_opened(path: &Path, error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(path.to_owned()),
        error => StoreError::Open {
            path: path.to_owned(),
            source: Box::new(error.into()),
        },
    }
}

/// Reads the layout's version without writing a byte, also where a crash left the file in need of repair.
fn refuse_newer(path: &Path, cache_bytes: usize) -> Result<(), StoreError> {
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    let database = Untouched::open(path)
        .and_then(|file| builder.create_with_backend(file))
        .map_err(|error| not_opened(path, error))?;
    check_version(path, &database)
}

fn check_version(path: &Path, database: &impl ReadableDatabase) -> Result<(), StoreError> {
    match version(database)? {
        Some(found) if found > SCHEMA_VERSION => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: SCHEMA_VERSION,
        }),
        _ => Ok(()),
    }
}

/// The layout of a store; nothing where none was made yet.
fn version(database: &impl ReadableDatabase) -> Result<Option<u64>, StoreError> {
    match database.begin_read()?.open_table(schema::META) {
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        table => Ok(table?.get(meta::SCHEMA)?.map(|version| version.value())),
    }
}

/// The store is for the daemon's user alone, also where the data directory was made by somebody else.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))
}

fn create_tables(path: &Path, database: &Database) -> Result<(), StoreError> {
    check_version(path, database)?;
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(schema::META)?;
        let version = table.get(meta::SCHEMA)?.map(|version| version.value());
        if version.is_some() {
            return Ok(());
        }
        table.insert(meta::SCHEMA, SCHEMA_VERSION)?;
    }
    create_tables_in(&transaction)?;
    transaction.commit()?;
    Ok(())
}

/// Reading a table that was never made is an error in redb: make all of them at the start.
fn create_tables_in(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(schema::SECRETS)?;
    transaction.open_table(schema::ACCOUNTS)?;
    transaction.open_table(schema::ACCOUNT_NAMES)?;
    transaction.open_table(schema::ACCOUNT_SKELETONS)?;
    transaction.open_table(schema::DEVICES)?;
    transaction.open_table(schema::ACCOUNT_DEVICES)?;
    transaction.open_table(schema::STREAMS)?;
    transaction.open_table(schema::INVITES)?;
    transaction.open_table(schema::INVITE_CODES)?;
    transaction.open_table(schema::CONVERSATIONS)?;
    transaction.open_table(schema::ROOM_NAMES)?;
    transaction.open_table(schema::ROOM_SKELETONS)?;
    transaction.open_table(schema::DIRECTS)?;
    transaction.open_table(schema::MEMBERS)?;
    transaction.open_table(schema::BANS)?;
    transaction.open_table(schema::MUTES)?;
    transaction.open_table(schema::ROOM_INVITATIONS)?;
    transaction.open_table(schema::INVITED_TO)?;
    transaction.open_table(schema::LAST_POSTS)?;
    transaction.open_table(schema::DELETED_ROOMS)?;
    transaction.open_table(schema::NEWCOMER_ROOMS)?;
    transaction.open_table(schema::SEEN)?;
    transaction.open_table(schema::DEVICES_SEEN)?;
    transaction.open_table(schema::CONTACTS)?;
    transaction.open_table(schema::BLOCKS)?;
    transaction.open_table(schema::INBOX)?;
    transaction.open_table(schema::ANNOUNCEMENTS)?;
    transaction.open_table(schema::SHARED_GROUPS)?;
    transaction.open_table(schema::ADDRESS_BANS)?;
    transaction.open_table(schema::MESSAGES_TO_REMOVE)?;
    transaction.open_table(schema::AUDIT)?;
    transaction.open_table(schema::MEMBERSHIPS)?;
    transaction.open_table(schema::ENTRIES)?;
    transaction.open_table(schema::RECENT)?;
    Ok(())
}

/// Writes what a commit may need beside the store, and takes it away again.
fn probe_disk(path: &Path) -> Result<(), StoreError> {
    const ROOM: usize = 1024 * 1024;
    let probe = path.with_extension("probe");
    let written = std::fs::File::create(&probe).and_then(|mut file| {
        std::io::Write::write_all(&mut file, &vec![0; ROOM])?;
        file.sync_all()
    });
    let _ = std::fs::remove_file(&probe);
    written.map_err(|error| StoreError::Failed(Box::new(redb::Error::Io(error))))
}
