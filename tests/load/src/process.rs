//! What a process costs: its CPU and memory, as the kernel tells.

use crate::failure::{Doing, Failure, Result};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_setaffinity};
use std::path::Path;

/// The core of the server, and that of the load.
pub(crate) const SERVER_CORE: usize = 0;
pub(crate) const LOAD_CORE: usize = 1;

/// A process to look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// CPU of all its threads, those that ended too, in microseconds.
    pub(crate) fn cpu_micros(self) -> Result<u64> {
        let text = self.file("stat")?;
        parse_cpu_ticks(&text)
            .map(|ticks| ticks * 1_000_000 / rustix::param::clock_ticks_per_second())
            .ok_or_else(|| Failure::Server(format!("unreadable /proc/{}/stat", self.0)))
    }

    /// Memory that it holds, in KiB.
    pub(crate) fn rss_kib(self) -> Result<u64> {
        let text = self.file("status")?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        number.ok_or_else(|| Failure::Server("ended".into()))
    }

    fn file(self, name: &str) -> Result<String> {
        let path = Path::new("/proc").join(self.0.to_string()).join(name);
        std::fs::read_to_string(&path).doing(format!("read {}", path.display()))
    }
}

/// User and system time in ticks. The name of the program before them may hold anything.
fn parse_cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Puts this thread, and what it starts from now on, on one core, where there is more than one.
pub(crate) fn pin(core: usize) {
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1) || is_pinned() {
        let mut cores = CpuSet::new();
        cores.set(core);
        // Where a container forbids it the figures are a little noisier.
        let _ = sched_setaffinity(None::<Pid>, &cores);
    }
}

fn is_pinned() -> bool {
    std::fs::read_to_string("/sys/devices/system/cpu/online").is_ok_and(|text| text.trim() != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_name() {
        let stat = "12 (a) b (c) S 1 12 12 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 3";
        assert_eq!(parse_cpu_ticks(stat), Some(400));
        assert_eq!(parse_cpu_ticks("nothing"), None);
    }

    #[test]
    fn this_process_has_memory_and_time() {
        let this = Process(std::process::id());
        assert!(this.rss_kib().unwrap() > 100);
        assert!(this.cpu_micros().unwrap() < 3_600_000_000);
    }
}
