//! What a run found: one line of JSON, and one for people.

use crate::tally::{Spread, Tally};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The figures of one run.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Report {
    /// Scenario and size, such as `fanout-100`.
    pub(crate) scenario: String,
    /// `chatd`, `chatd-tls`, `relay` or `irc`.
    pub(crate) server: String,
    /// Length of the measurement.
    pub(crate) secs: f64,
    pub(crate) messages_per_sec: f64,
    pub(crate) deliveries_per_sec: f64,
    /// The server's CPU in microseconds.
    pub(crate) cpu_us_per_delivery: Option<f64>,
    pub(crate) cpu_us_per_message: Option<f64>,
    /// How busy both were, in percent of a core.
    pub(crate) server_cpu_percent: Option<f64>,
    pub(crate) load_cpu_percent: f64,
    /// The server's memory at the end.
    pub(crate) rss_kib: Option<u64>,
    /// From when a message was sent, or was to be sent where there is a rate, until it came.
    pub(crate) delivery_us: Option<Spread>,
    /// From when it was sent until it was acknowledged.
    pub(crate) ack_us: Option<Spread>,
    /// Over the whole run.
    pub(crate) expected: u64,
    pub(crate) received: u64,
    pub(crate) refused: u64,
    /// What only this scenario has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) more: BTreeMap<String, f64>,
}

impl Report {
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).expect("numbers and names")
    }

    /// Adds the delays.
    pub(crate) fn tell(&mut self, tally: &Tally) {
        let some = |spread: Spread| (spread.samples > 0).then_some(spread);
        self.delivery_us = some(tally.delivery.spread());
        self.ack_us = some(tally.ack.spread());
        self.refused = tally.refused;
    }

    /// Whether what was sent is what came.
    pub(crate) fn is_whole(&self) -> bool {
        self.expected == self.received
    }
}

fn micros(value: u64) -> String {
    match value {
        0..=9_999 => format!("{value} us"),
        10_000..=9_999_999 => format!("{:.1} ms", value as f64 / 1e3),
        _ => format!("{:.2} s", value as f64 / 1e6),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<14} {:<10}", self.scenario, self.server)?;
        if self.messages_per_sec > 0.0 {
            write!(f, " {:>9.0} msg/s", self.messages_per_sec)?;
        }
        if self.deliveries_per_sec > 0.0 {
            write!(f, " {:>10.0} dlv/s", self.deliveries_per_sec)?;
        }
        if let Some(cpu) = self.cpu_us_per_delivery {
            write!(f, " {cpu:>7.3} us/dlv")?;
        }
        if let Some(cpu) = self.cpu_us_per_message {
            write!(f, " {cpu:>7.2} us/msg")?;
        }
        if let Some(percent) = self.server_cpu_percent {
            write!(f, "  cpu {percent:.0}%/{:.0}%", self.load_cpu_percent)?;
        }
        if let Some(rss) = self.rss_kib {
            write!(f, "  rss {:.1} MB", rss as f64 / 1024.0)?;
        }
        for (what, spread) in [("delivery", self.delivery_us), ("ack", self.ack_us)] {
            if let Some(Spread {
                p50,
                p99,
                p999,
                max,
                ..
            }) = spread
            {
                let [p50, p99, p999, max] = [p50, p99, p999, max].map(micros);
                write!(f, "  {what} p50 {p50} p99 {p99} p99.9 {p999} max {max}")?;
            }
        }
        for (what, value) in &self.more {
            write!(f, "  {what} {value:.3}")?;
        }
        write!(f, "  expected {} received {}", self.expected, self.received)?;
        if self.refused > 0 {
            write!(f, "  refused {}", self.refused)?;
        }
        Ok(())
    }
}
