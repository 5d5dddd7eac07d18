//! The table, in Markdown.

use super::medians;
use crate::report::Report;
use crate::tally::Spread;
use std::collections::BTreeMap;
use std::fmt::Write;

/// All runs of a scenario.
#[derive(Default)]
pub(crate) struct Row {
    pub(crate) scenario: String,
    /// By server.
    pub(crate) runs: BTreeMap<String, Vec<Report>>,
}

impl Row {
    pub(crate) fn new(scenario: String) -> Self {
        Self {
            scenario,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, report: Report) {
        self.runs
            .entry(report.server.clone())
            .or_default()
            .push(report);
    }

    /// The server's CPU for a message against the relay's in the same run of this program.
    pub(crate) fn ratio(&self, server: &str) -> Option<f64> {
        let cpu = |name: &str| {
            let runs = self.runs.get(name)?;
            super::median(runs).cpu_us_per_message
        };
        Some(cpu(server)? / cpu("relay").filter(|relay| *relay > 0.0)?)
    }
}

fn rate(value: f64) -> String {
    match value {
        value if value <= 0.0 => "-".into(),
        value if value < 1_000.0 => format!("{value:.0}"),
        value if value < 1e6 => {
            let value = value.round() as u64;
            format!("{},{:03}", value / 1_000, value % 1_000)
        }
        value => format!("{:.2} M", value / 1e6),
    }
}

fn delays(spread: Option<Spread>) -> String {
    spread.map_or("-".into(), |spread| {
        let [p50, p99, p999] = [spread.p50, spread.p99, spread.p999].map(|us| us as f64 / 1e3);
        format!("{p50:.2} / {p99:.1} / {p999:.1}")
    })
}

/// One line for each scenario and server.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| scenario | server | messages/s | deliveries/s | CPU us / delivery | CPU us / message | messages/s of a full core | delivery p50 / p99 / p99.9 ms | ack p50 / p99 / p99.9 ms | CPU server, load % | RSS MB | x relay | more |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        for report in medians(row) {
            line(&mut text, row, &report).expect("memory does not fail to write");
        }
    }
    text
}

fn line(text: &mut String, row: &Row, report: &Report) -> std::fmt::Result {
    let cpu = |value: Option<f64>| match value {
        Some(value) if value < 10.0 => format!("{value:.3}"),
        Some(value) => format!("{value:.1}"),
        None => "-".into(),
    };
    let full = report.cpu_us_per_message.map_or(0.0, |cpu| 1e6 / cpu);
    let ratio = row
        .ratio(&report.server)
        .filter(|_| report.server != "relay");
    let more: Vec<String> = report
        .more
        .iter()
        .map(|(what, value)| format!("{what} {value:.2}"))
        .collect();
    writeln!(
        text,
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0}, {:.0} | {} | {} | {} |",
        row.scenario,
        report.server,
        rate(report.messages_per_sec),
        rate(report.deliveries_per_sec),
        cpu(report.cpu_us_per_delivery),
        cpu(report.cpu_us_per_message),
        rate(full),
        delays(report.delivery_us),
        delays(report.ack_us),
        report.server_cpu_percent.unwrap_or_default(),
        report.load_cpu_percent,
        report
            .rss_kib
            .map_or("-".into(), |rss| format!("{:.1}", rss as f64 / 1024.0)),
        ratio.map_or("-".into(), |ratio| format!("{ratio:.2}")),
        more.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_ratio_to_the_relay() {
        let report = |server: &str, cpu: f64| Report {
            server: server.into(),
            messages_per_sec: 12_345.0,
            cpu_us_per_message: Some(cpu),
            ..Report::default()
        };
        let mut row = Row::new("fanout-100".into());
        row.add(report("relay", 2.0));
        row.add(report("chatd", 9.0));
        assert_eq!(row.ratio("chatd"), Some(4.5));
        let text = markdown(&[row]);
        assert!(text.contains("| fanout-100 | chatd | 12,345 |"), "{text}");
        assert!(text.contains("| 4.50 |"), "{text}");
    }

    #[test]
    fn without_a_relay_there_is_no_ratio() {
        let mut row = Row::new("idle".into());
        row.add(Report::default());
        assert_eq!(row.ratio(""), None);
    }
}
