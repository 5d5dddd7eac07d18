//! Connections from many loopback addresses: one address has too few ports for a storm of logins.

use crate::failure::{Doing, Result};
use rustix::net::{AddressFamily, SocketType, bind, connect, ipproto, socket};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

/// Addresses that connections come from, in turn.
const SOURCES: usize = 200;

/// Connects; the `nth` connection comes from another address of this machine than the one before.
pub(crate) fn open(to: SocketAddr, nth: usize) -> Result<TcpStream> {
    let stream = if to.is_ipv4() && to.ip().is_loopback() {
        let what = || format!("connect to {to}");
        let made = socket(AddressFamily::INET, SocketType::STREAM, Some(ipproto::TCP));
        let made = made.doing(what())?;
        let last = u8::try_from(2 + nth % SOURCES).unwrap_or(2);
        bind(
            &made,
            &SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0)),
        )
        .doing(what())?;
        connect(&made, &to).doing(what())?;
        TcpStream::from(made)
    } else {
        TcpStream::connect(to).doing(format!("connect to {to}"))?
    };
    stream.set_nodelay(true).doing("set up a socket")?;
    stream.set_nonblocking(true).doing("set up a socket")?;
    Ok(stream)
}

/// As many open files as this process may have.
pub(crate) fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
}
