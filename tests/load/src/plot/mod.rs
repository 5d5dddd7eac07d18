//! `chat-load plot`: how cost grows with the work, measured and drawn for `docs/performance.md`.
//!
//! [`chart`] draws; this file measures.

mod chart;

use crate::failure::{Doing, Result};
use crate::report::Report;
use crate::scenario::{Extent, Scenario, WINDOW};
use crate::server::{Kind, ServerArgs};
use chart::{Chart, Line};
use std::path::{Path, PathBuf};

/// What to draw.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlotArgs {
    /// Where the SVG files go
    #[arg(long, default_value = "docs/performance", value_name = "DIR")]
    out: PathBuf,
    /// Only charts whose name begins with one of these
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Leave out the largest sizes
    #[arg(long)]
    small: bool,
}

/// What of a report is drawn.
type Figure = fn(&Report) -> Option<f64>;

/// One server's figures over some sizes.
struct Series<'a> {
    label: &'a str,
    server: ServerArgs,
    sizes: &'a [usize],
    scenario: fn(usize) -> Scenario,
}

impl Series<'_> {
    /// Measures, and gives a line for each figure.
    fn lines<const N: usize>(
        &self,
        extent: &Extent,
        figures: [(&str, Figure); N],
    ) -> Result<[Line; N]> {
        let mut lines = figures.map(|(what, _)| Line::new(format!("{} {what}", self.label)));
        for size in self.sizes {
            let report = (self.scenario)(*size).run(&self.server, extent)?;
            eprintln!("  {report}");
            for (line, (_, figure)) in lines.iter_mut().zip(figures) {
                if let Some(value) = figure(&report) {
                    line.points.push((*size as f64, value));
                }
            }
        }
        Ok(lines)
    }
}

/// Measures and draws all charts.
pub(crate) fn run(args: &PlotArgs, server: &ServerArgs, extent: &Extent) -> Result<()> {
    std::fs::create_dir_all(&args.out).doing(format!("make {}", args.out.display()))?;
    let wanted =
        |name: &str| args.only.is_empty() || args.only.iter().any(|only| name.starts_with(only));
    let cut = |sizes: &'static [usize]| &sizes[..sizes.len() - usize::from(args.small)];
    let of = |server_kind: Kind, tls: bool| ServerArgs {
        server: server_kind,
        tls,
        ..server.clone()
    };
    if wanted("fanout") {
        fanout(
            &args.out,
            extent,
            cut(&[10, 30, 100, 300, 1000, 3000, 5000]),
            &of,
        )?;
    }
    if wanted("memory") {
        memory(
            &args.out,
            extent,
            cut(&[500, 1000, 2000, 5000, 10_000]),
            &of,
        )?;
    }
    if wanted("ack") {
        let sizes = cut(&[1, 4, 16, 64, 256, 1000, 4000]);
        let series = Series {
            label: "chatd",
            server: of(Kind::Chatd, false),
            sizes,
            scenario: |senders| Scenario::Ack { senders, window: 1 },
        };
        let lines = series.lines(
            extent,
            [
                ("p50", |run| run.ack_us.map(|found| found.p50 as f64 / 1e3)),
                ("p99", |run| run.ack_us.map(|found| found.p99 as f64 / 1e3)),
            ],
        )?;
        let chart = Chart {
            title: "Time until a message is on disk, against people who send at once",
            x: "senders, each waiting for its answer",
            y: "milliseconds",
            lines: lines.into(),
        };
        chart.write(&args.out.join("ack.svg"))?;
    }
    if wanted("stored") {
        let sizes = cut(&[10_000, 100_000, 1_000_000, 10_000_000]);
        stored(&args.out, extent, sizes, &of)?;
    }
    if wanted("catchup") {
        catchup(&args.out, extent, cut(&[100, 1_000, 5_000, 20_000]), &of)?;
    }
    Ok(())
}

type Of<'a> = &'a dyn Fn(Kind, bool) -> ServerArgs;

fn fanout(out: &Path, extent: &Extent, sizes: &[usize], of: Of<'_>) -> Result<()> {
    let scenario = |receivers| Scenario::Fanout {
        receivers,
        senders: 8,
        window: WINDOW,
        senders_only_send: false,
    };
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for (label, server) in [
        ("chatd", of(Kind::Chatd, false)),
        ("chatd TLS", of(Kind::Chatd, true)),
        ("relay", of(Kind::Relay, false)),
    ] {
        let series = Series {
            label,
            server,
            sizes,
            scenario,
        };
        let [rate, cost] = series.lines(
            extent,
            [
                ("", |run| Some(run.deliveries_per_sec)),
                ("", |run| run.cpu_us_per_delivery),
            ],
        )?;
        rates.push(rate);
        costs.push(cost);
    }
    let rate = Chart {
        title: "Deliveries a second, against the size of the room",
        x: "receivers",
        y: "deliveries a second",
        lines: rates,
    };
    rate.write(&out.join("fanout-rate.svg"))?;
    let cost = Chart {
        title: "CPU for one delivery, against the size of the room",
        x: "receivers",
        y: "microseconds",
        lines: costs,
    };
    cost.write(&out.join("fanout-cost.svg"))
}

fn memory(out: &Path, extent: &Extent, sizes: &[usize], of: Of<'_>) -> Result<()> {
    let mut lines = Vec::new();
    for (label, tls) in [("plain", false), ("TLS", true)] {
        let series = Series {
            label,
            server: of(Kind::Chatd, tls),
            sizes,
            scenario: |connections| Scenario::Idle { connections },
        };
        lines.extend(series.lines(
            extent,
            [("", |run| run.rss_kib.map(|kib| kib as f64 / 1024.0))],
        )?);
    }
    let chart = Chart {
        title: "Memory of the daemon, against idle connections",
        x: "connections",
        y: "MiB",
        lines,
    };
    chart.write(&out.join("memory.svg"))
}

fn stored(out: &Path, extent: &Extent, sizes: &[usize], of: Of<'_>) -> Result<()> {
    let series = Series {
        label: "",
        server: of(Kind::Chatd, false),
        sizes,
        scenario: |entries| Scenario::History {
            entries: entries as u64,
            readers: 8,
        },
    };
    let [start, page, bytes] = series.lines(
        extent,
        [
            ("start after kill -9, ms", |run| {
                run.more.get("restart_secs").map(|secs| secs * 1e3)
            }),
            ("page of 50, p50", |run| {
                run.ack_us.map(|found| found.p50 as f64 / 1e3)
            }),
            ("", |run| run.more.get("store_bytes_per_entry").copied()),
        ],
    )?;
    let chart = Chart {
        title: "Starting and reading back, against messages stored",
        x: "messages",
        y: "milliseconds",
        lines: vec![start, page],
    };
    chart.write(&out.join("stored.svg"))?;
    let chart = Chart {
        title: "Store for each message of 100 bytes, against messages stored",
        x: "messages",
        y: "bytes",
        lines: vec![bytes],
    };
    chart.write(&out.join("store-size.svg"))
}

/// Rooms in which everybody missed the same.
const CATCHUP_ROOMS: usize = 20;

fn catchup(out: &Path, extent: &Extent, sizes: &[usize], of: Of<'_>) -> Result<()> {
    let series = Series {
        label: "",
        server: of(Kind::Chatd, false),
        sizes,
        scenario: |missed| Scenario::Catchup {
            clients: 500,
            rooms: CATCHUP_ROOMS,
            missed: missed / CATCHUP_ROOMS,
        },
    };
    let lines = series.lines(
        extent,
        [
            ("until all have caught up, s", |run| {
                run.more.get("caught_up_secs").copied()
            }),
            ("CPU of the daemon, s", |run| {
                run.more.get("server_cpu_secs").copied()
            }),
        ],
    )?;
    let chart = Chart {
        title: "500 clients back after a restart, against what each has missed",
        x: "messages missed, in 20 rooms",
        y: "seconds",
        lines: lines.into(),
    };
    chart.write(&out.join("catchup.svg"))
}
