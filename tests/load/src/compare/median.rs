//! Several runs as one.

use crate::report::Report;
use crate::tally::Spread;
use std::collections::BTreeMap;

/// The middle of some values; of an even number the mean of the two in the middle.
fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[half]),
        _ => Some(f64::midpoint(values[half - 1], values[half])),
    }
}

/// The median of each figure by itself.
pub(crate) fn median(runs: &[Report]) -> Report {
    let of =
        |figure: &dyn Fn(&Report) -> Option<f64>| middle(runs.iter().filter_map(figure).collect());
    let number = |figure: &dyn Fn(&Report) -> f64| of(&|run| Some(figure(run))).unwrap_or_default();
    let spread = |delays: &dyn Fn(&Report) -> Option<Spread>| {
        let of =
            |figure: fn(Spread) -> u64| of(&|run| delays(run).map(|found| figure(found) as f64));
        Some(Spread {
            p50: of(|found| found.p50)? as u64,
            p99: of(|found| found.p99)? as u64,
            p999: of(|found| found.p999)? as u64,
            max: of(|found| found.max)? as u64,
            samples: of(|found| found.samples)? as u64,
        })
    };
    let Some(first) = runs.first() else {
        return Report::default();
    };
    let more: BTreeMap<String, f64> = first
        .more
        .keys()
        .map(|key| {
            (
                key.clone(),
                number(&|run| run.more.get(key).copied().unwrap_or_default()),
            )
        })
        .collect();
    Report {
        scenario: first.scenario.clone(),
        server: first.server.clone(),
        secs: number(&|run| run.secs),
        messages_per_sec: number(&|run| run.messages_per_sec),
        deliveries_per_sec: number(&|run| run.deliveries_per_sec),
        cpu_us_per_delivery: of(&|run| run.cpu_us_per_delivery),
        cpu_us_per_message: of(&|run| run.cpu_us_per_message),
        server_cpu_percent: of(&|run| run.server_cpu_percent),
        load_cpu_percent: number(&|run| run.load_cpu_percent),
        rss_kib: of(&|run| run.rss_kib.map(|rss| rss as f64)).map(|rss| rss as u64),
        delivery_us: spread(&|run| run.delivery_us),
        ack_us: spread(&|run| run.ack_us),
        expected: runs.iter().map(|run| run.expected).sum(),
        received: runs.iter().map(|run| run.received).sum(),
        refused: runs.iter().map(|run| run.refused).sum(),
        more,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_has_its_own_median() {
        let run = |rate: f64, cpu: Option<f64>, p99: u64| Report {
            messages_per_sec: rate,
            cpu_us_per_message: cpu,
            delivery_us: Some(Spread {
                p99,
                ..Spread::default()
            }),
            ..Report::default()
        };
        let runs = [
            run(30.0, Some(1.0), 900),
            run(10.0, None, 100),
            run(20.0, Some(3.0), 500),
        ];
        let found = median(&runs);
        assert_eq!(found.messages_per_sec, 20.0);
        assert_eq!(found.cpu_us_per_message, Some(2.0));
        assert_eq!(found.delivery_us.unwrap().p99, 500);
        assert_eq!(found.ack_us, None);
    }
}
