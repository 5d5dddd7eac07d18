//! Starting and stopping the daemon: what is made in which order, and taken down in the other.

use crate::clock::now;
use crate::config::{Config, SessionPolicy};
use crate::invite_code;
use crate::journal::command::{Name, NewInvite};
use crate::journal::embedded::{Connect, EmbeddedHandle};
use crate::journal::engine::Engine;
use crate::journal::inbox::JournalLimits;
use crate::journal::{Action, Command, Journal, NotDone, Outcome, ReplyTo, Submission, WorkerId};
use crate::net::connection::Places;
use crate::net::listener::Door;
use crate::net::peer::PeerRights;
use crate::net::tls::{Identity, TlsError};
use crate::registry::messages::CloseRooms;
use crate::registry::roll::{self, SessionRules};
use crate::registry::upkeep::ReadOrder;
use crate::registry::{Order, Registry};
use crate::room::Surroundings;
use crate::room::messages::WorkerLink;
use crate::session::worker::{CloseAll, House, Worker, tell_here};
use crate::store::schema::meta;
use crate::store::{Store, StoreError};
use crate::{auth::throttle::Throttle, join_links, random};
use actix::{Actor, Addr, AsyncContext, Context};
use actix_rt::Arbiter;
use chat_shared::link::{JoinLink, Pin};
use chat_shared::names::skeleton;
use chat_shared::{HouseRole, Timestamp};
use std::cell::Cell;
use std::fs::DirBuilder;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The room that everybody is in from the start.
const FIRST_ROOM: &str = "general";
/// The invitation that the first start prints: for the founder and the first few.
const FOUNDING_USES: u32 = 10;
const FOUNDING_EXPIRES_MS: i64 = 7 * 24 * 3600 * 1000;
/// Sessions have this long to read their last frame.
const SESSIONS_DEADLINE: Duration = Duration::from_millis(2_500);
/// What is in flight has this long to be committed.
const COMMIT_DEADLINE: Duration = Duration::from_millis(1_500);
/// Blocking threads of one arbiter: reads wait for the disk, and more of them do not make it faster.
const BLOCKING_THREADS: usize = 4;

/// The daemon did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be made or entered.
    #[error("the data directory {path} cannot be used: {source} (choose another by --data)")]
    Data {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source} (another chatd may run; choose by --listen)")]
    Listen {
        /// Which one.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The certificate cannot be made or read.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The house could not be founded.
    #[error("the first start did not succeed: {0}")]
    Founding(String),
}

/// A daemon that runs.
pub struct Running {
    /// Where it listens with TLS.
    pub addresses: Vec<SocketAddr>,
    /// Where it listens without, on loopback only.
    pub plain: Vec<SocketAddr>,
    /// Its Unix socket.
    pub socket: PathBuf,
    /// The fingerprint of its certificate.
    pub pin: Pin,
    /// The links to join from elsewhere; with an invitation on the first start.
    pub links: Vec<JoinLink>,
    journal: EmbeddedHandle,
    registry: Addr<Registry>,
    workers: Vec<Addr<Worker>>,
    arbiters: Vec<Arbiter>,
    doors: Vec<JoinHandle<()>>,
    identity: Arc<Identity>,
}

/// Starts the daemon on the running actix system.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let data = config.data_directory();
    make_private(&data).map_err(|source| StartError::Data {
        path: data.clone(),
        source,
    })?;
    let cache_bytes = config.journal.cache_mib * 1024 * 1024;
    let store = Arc::new(Store::open(&data.join("chatd.redb"), cache_bytes)?);
    let identity = Identity::load_or_create(&data, &config.tls)?;
    let pin = identity.pin();
    let identity = Arc::new(identity);

    let limits = JournalLimits {
        batch_commands: config.journal.batch_commands,
        waiting_commands: config.journal.waiting_commands,
    };
    let journal_arbiter = Arbiter::with_tokio_rt(thread_runtime);
    let engine = Engine::new(store.clone());
    let (journal, connect) = EmbeddedHandle::start(engine, limits, &journal_arbiter.handle());
    let invite = found(&store, &journal).await?;
    let secret = store.read(|reader| reader.secret(meta::FAKE_SALTS))?;
    let fake_salts = secret.and_then(|secret| secret.try_into().ok());
    let fake_salts =
        fake_salts.ok_or_else(|| StartError::Founding("a secret is missing".into()))?;

    let (tcp, addresses) = bind_all(&config.listen.addresses).await?;
    let (plain_tcp, plain) = bind_all(&config.listen.plain).await?;
    let socket = config.socket_path();
    let local = bind_local(&socket).map_err(|source| StartError::Listen {
        address: socket.display().to_string(),
        source,
    })?;
    let links = join_links::join_links(&addresses, pin, None);

    let order = Arc::new(Order::default());
    order.set(store.read(|reader| ReadOrder::of(reader, now()))?);
    let rules = SessionRules {
        places: match config.sessions.policy {
            SessionPolicy::Multiple => roll::Places::Multiple,
            SessionPolicy::Replace => roll::Places::Replace,
            SessionPolicy::Refuse => roll::Places::Refuse,
        },
        limit: config.sessions.limit,
    };
    let places = Places::new(
        config.limits.connections,
        config.limits.connections_per_address,
        Arc::default(),
    );
    let config = Arc::new(config);
    let house = House {
        config: config.clone(),
        store: store.clone(),
        started: Instant::now(),
        fake_salts,
        links: Arc::new(links.clone()),
        connections: places.taken(),
        order: order.clone(),
    };
    let registry_context = Context::<Registry>::new();
    let registry = registry_context.address();
    let mut arbiters = Vec::new();
    let mut workers = Vec::new();
    for number in 0..worker_count(&config) {
        let arbiter = Arbiter::with_tokio_rt(thread_runtime);
        let (house, journal, registry) = (house.clone(), journal.clone(), registry.clone());
        let worker = WorkerId(number);
        let (ready, is_ready) = oneshot::channel();
        workers.push(Worker::start_in_arbiter(&arbiter.handle(), move |ctx| {
            Worker::make_room(ctx);
            let _ = ready.send(());
            Worker::new(worker, house, journal, registry)
        }));
        arbiters.push(arbiter);
        // Those who come back at once after a restart must not find a small mailbox.
        let _ = is_ready.await;
    }
    let numbered = || (0..).map(WorkerId).zip(&workers);
    let threads = arbiters.iter().map(Arbiter::handle);
    let links_to_workers = numbered()
        .zip(threads)
        .map(|((worker, addr), thread)| WorkerLink {
            worker,
            thread,
            deliver: addr.clone().recipient(),
            signal: addr.clone().recipient(),
            proclaim: addr.clone().recipient(),
            end: addr.clone().recipient(),
            here: tell_here,
        });
    let links_to_workers = links_to_workers.collect();
    // The last to end: the others may still submit.
    arbiters.push(journal_arbiter);
    let around = Arc::new(Surroundings {
        links: links_to_workers,
        journal: Box::new(journal.clone()),
        store,
        registry: registry.clone().recipient(),
    });
    let throttle = Throttle::new(
        config.login.failures_before_delay,
        Duration::from_secs(config.login.max_delay_secs),
    );
    registry_context.run(Registry::new(around, order.clone(), rules, throttle));
    let connected = connect.try_send(Connect {
        workers: numbered()
            .map(|(worker, addr)| (worker, addr.clone().recipient()))
            .collect(),
        registry: registry.clone().recipient(),
    });
    connected.map_err(|error| StartError::Founding(error.to_string()))?;

    let door = Rc::new(Door {
        workers: workers
            .iter()
            .map(|worker| worker.clone().recipient())
            .collect(),
        next: Cell::new(0),
        places,
        order,
        turned_away: Cell::new(0),
        identity: identity.clone(),
        rights: PeerRights::new(&config.listen.socket_group),
    });
    let mut doors = vec![actix_rt::spawn(door.clone().serve_local(local))];
    for listener in tcp {
        doors.push(actix_rt::spawn(door.clone().serve_tcp(listener, false)));
    }
    for listener in plain_tcp {
        doors.push(actix_rt::spawn(door.clone().serve_tcp(listener, true)));
    }
    let links = match invite {
        Some(code) => links
            .into_iter()
            .map(|link| JoinLink {
                invite: Some(code.clone()),
                ..link
            })
            .collect(),
        None => links,
    };
    Ok(Running {
        addresses,
        plain,
        socket,
        pin,
        links,
        journal,
        registry,
        workers,
        arbiters,
        doors,
        identity,
    })
}

impl Running {
    /// Reads the certificate again; the old one stays where the new one cannot be used.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.identity.reload().map(|_| ())
    }

    /// Stops accepting, tells the sessions, commits what is in flight, and ends the threads; within 5 s.
    pub async fn stop(self) {
        for door in &self.doors {
            door.abort();
        }
        let _ = std::fs::remove_file(&self.socket);
        let told = self.workers.iter().map(|worker| {
            let (done, told) = oneshot::channel();
            let _ = worker.try_send(CloseAll(done));
            told
        });
        let all_told = futures_util::future::join_all(told.collect::<Vec<_>>());
        let _ = tokio::time::timeout(SESSIONS_DEADLINE, all_told).await;
        let (done, closed) = oneshot::channel();
        if self.registry.try_send(CloseRooms(done)).is_ok() {
            let _ = tokio::time::timeout(COMMIT_DEADLINE, closed).await;
        }
        // The rooms hand over their read marks in messages that are already on their way.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let (done, closed) = oneshot::channel();
        self.journal.close(done);
        if tokio::time::timeout(COMMIT_DEADLINE, closed).await.is_err() {
            tracing::error!("the last commit did not end in time; nothing of it was acknowledged");
        }
        for arbiter in self.arbiters {
            arbiter.stop();
            let _ = arbiter.join();
        }
    }
}

/// Makes the house on the first start. The code of the founder's invitation, if it was made now.
async fn found(store: &Store, journal: &EmbeddedHandle) -> Result<Option<String>, StartError> {
    if store.read(|reader| reader.is_founded())? {
        return Ok(None);
    }
    let code = invite_code::from_random(random::bytes());
    let at = now();
    let invite = NewInvite {
        code_hash: invite_code::hash(&code),
        uses: FOUNDING_USES,
        expires_at: Timestamp(at.0 + FOUNDING_EXPIRES_MS),
        founding: true,
        rooms: Vec::new(),
        role: HouseRole::Member,
    };
    let action = Action::Found {
        fake_salts: random::bytes(),
        first_room: Name {
            name: FIRST_ROOM.into(),
            skeleton: skeleton(FIRST_ROOM),
        },
        invite: Some(Box::new(invite)),
    };
    let (asker, outcome) = oneshot::channel();
    let command = Command {
        at,
        by: None,
        once: None,
        action,
    };
    let submission = Submission {
        command,
        reply: ReplyTo::Asker(asker),
    };
    let failed = |why: &NotDone| StartError::Founding(format!("{why:?}"));
    journal.submit(submission).map_err(|why| failed(&why))?;
    match outcome.await {
        Ok(Ok(Outcome::Invite { .. })) => Ok(Some(code)),
        Ok(Ok(_)) => Ok(None),
        Ok(Err(why)) => Err(failed(&why)),
        Err(_) => Err(failed(&NotDone::Closing)),
    }
}

fn worker_count(config: &Config) -> u16 {
    match config.threads.sessions {
        0 => std::thread::available_parallelism()
            .map_or(1, |cores| u16::try_from(cores.get()).unwrap_or(u16::MAX)),
        count => u16::try_from(count).unwrap_or(u16::MAX),
    }
}

fn thread_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .expect("a thread that cannot have timers and sockets is of no use")
}

/// Only the daemon's user may look into its data. A directory that is there already keeps its mode: it may
/// be somebody's who named the wrong one.
fn make_private(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o022 != 0 {
        let text = "others may write to it: chmod go-w it, or name another";
        return Err(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            text,
        ));
    }
    Ok(())
}

async fn bind_all(
    wanted: &[SocketAddr],
) -> Result<(Vec<TcpListener>, Vec<SocketAddr>), StartError> {
    let mut listeners = Vec::new();
    let mut addresses = Vec::new();
    for address in wanted {
        let failed = |source| StartError::Listen {
            address: address.to_string(),
            source,
        };
        let listener = match TcpListener::bind(address).await {
            // A machine without IPv6: the same on IPv4.
            Err(_) if address.is_ipv6() && address.ip().is_unspecified() => {
                let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port()));
                TcpListener::bind(address).await.map_err(failed)?
            }
            bound => bound.map_err(failed)?,
        };
        addresses.push(listener.local_addr().map_err(failed)?);
        listeners.push(listener);
    }
    Ok((listeners, addresses))
}

/// Everybody on the machine may connect; what they may do is another question. A socket file that nobody
/// listens on is left from a crash.
fn bind_local(path: &Path) -> std::io::Result<UnixListener> {
    if let Some(parent) = path.parent() {
        DirBuilder::new().recursive(true).create(parent)?;
    }
    if path.exists() {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(std::io::ErrorKind::AddrInUse.into());
        }
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}
