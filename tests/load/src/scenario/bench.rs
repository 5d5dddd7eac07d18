//! What all scenarios share: a server with its people, the connections to it, and what was spent and
//! received between two moments.

use crate::driver::chatd::accounts::House;
use crate::driver::chatd::{Chatd, Greeting};
use crate::driver::irc::Irc;
use crate::driver::relay::Relay;
use crate::driver::{Driver, Plan};
use crate::failure::{Failure, Result};
use crate::net::engine::Engine;
use crate::process::Process;
use crate::report::Report;
use crate::server::{Kind, Server, ServerArgs};
use std::rc::Rc;

/// A server with people.
pub(crate) struct Bench {
    pub(crate) server: Server,
    pub(crate) plan: Plan,
    /// The people as the daemon knows them, where it is one.
    pub(crate) house: Option<Rc<House>>,
}

impl Bench {
    /// Starts a server, and makes the people and rooms.
    pub(crate) fn start(args: &ServerArgs, plan: Plan) -> Result<Self> {
        crate::net::socket::raise_file_limit();
        let server = Server::start(args)?;
        let house = match (server.kind, &server.socket) {
            (Kind::Chatd, Some(socket)) => {
                let house = House::make(socket, &plan, server.tokens().as_deref())?;
                Some(Rc::new(house))
            }
            (Kind::Chatd, None) => {
                let text = "chatd needs --socket too, over which people are made";
                return Err(Failure::Usage(text.into()));
            }
            _ => None,
        };
        Ok(Self {
            server,
            plan,
            house,
        })
    }

    /// A load side without connections yet.
    pub(crate) fn engine(&self) -> Result<Engine> {
        self.engine_with(Greeting::of(&self.plan))
    }

    /// The same, for connections that begin otherwise; only the daemon knows the difference.
    pub(crate) fn engine_with(&self, greeting: Greeting) -> Result<Engine> {
        let driver: Box<dyn Driver> = match (&self.house, self.server.kind) {
            (Some(house), _) => Box::new(Chatd::new(house.clone(), &self.plan, greeting)),
            (None, Kind::Irc) => Box::new(Irc::new(&self.plan)),
            (None, _) => Box::new(Relay::new(&self.plan)?),
        };
        Engine::new(driver, self.server.address, self.server.over_tls)
    }

    /// The people, where only the daemon will do.
    pub(crate) fn house(&self) -> Result<&Rc<House>> {
        let only = || Failure::Usage("this scenario is for --server chatd".into());
        self.house.as_ref().ok_or_else(only)
    }

    /// What server and load have spent so far.
    pub(crate) fn spent(&self) -> Result<Spent> {
        let server = self.server.process.map(Process::cpu_micros).transpose()?;
        let load = Process(std::process::id()).cpu_micros()?;
        Ok(Spent { server, load })
    }

    /// A report with what is the same for all scenarios; rates are for messages and deliveries in
    /// between.
    pub(crate) fn report(&self, from: &Moment, to: &Moment) -> Result<Report> {
        let micros = (to.at - from.at).max(1) as f64;
        let secs = micros / 1e6;
        let per = |count: u64| count as f64 / secs;
        let messages = to.messages - from.messages;
        let deliveries = to.deliveries - from.deliveries;
        let cpu = match (from.spent.server, to.spent.server) {
            (Some(from), Some(to)) => Some((to - from) as f64),
            _ => None,
        };
        let share = |count: u64| cpu.filter(|_| count > 0).map(|cpu| cpu / count as f64);
        let name = match (self.server.kind, self.server.over_tls) {
            (Kind::Chatd, false) => "chatd",
            (Kind::Chatd, true) => "chatd-tls",
            (Kind::Relay, _) => "relay",
            (Kind::Irc, _) => "irc",
        };
        Ok(Report {
            server: name.into(),
            secs,
            messages_per_sec: per(messages),
            deliveries_per_sec: per(deliveries),
            cpu_us_per_delivery: share(deliveries),
            cpu_us_per_message: share(messages),
            server_cpu_percent: cpu.map(|cpu| cpu / micros * 100.0),
            load_cpu_percent: (to.spent.load - from.spent.load) as f64 / micros * 100.0,
            rss_kib: self.server.process.map(Process::rss_kib).transpose()?,
            ..Report::default()
        })
    }

    /// What holds now.
    pub(crate) fn moment(&self, engine: &Engine, messages: u64) -> Result<Moment> {
        Ok(Moment {
            at: engine.clock.now(),
            spent: self.spent()?,
            messages,
            deliveries: engine.tally.deliveries,
        })
    }
}

/// CPU in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    server: Option<u64>,
    load: u64,
}

/// Where things stood.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) at: u64,
    spent: Spent,
    pub(crate) messages: u64,
    pub(crate) deliveries: u64,
}
