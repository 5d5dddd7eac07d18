//! The guard of `.ci/run`: machines are noisy, so only a collapse fails.

use super::table::Row;
use crate::failure::{Doing, Failure, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// So many times worse than the figures is a collapse.
const COLLAPSE: f64 = 3.0;
/// The figures that were committed.
const BUILT_IN: &str = include_str!("../../baseline.json");

/// CPU for a message as a multiple of the relay's, by scenario.
type Figures = BTreeMap<String, f64>;

fn figures(rows: &[Row]) -> Figures {
    let ratio = |row: &Row| Some((row.scenario.clone(), row.ratio("chatd")?));
    rows.iter().filter_map(ratio).collect()
}

/// Writes the figures, to be committed.
pub(crate) fn write(path: &Path, rows: &[Row]) -> Result<()> {
    let rounded: Figures = figures(rows)
        .into_iter()
        .map(|(name, ratio)| (name, (ratio * 100.0).round() / 100.0))
        .collect();
    let text = serde_json::to_string_pretty(&rounded).expect("names and numbers");
    std::fs::write(path, text + "\n").doing(format!("write {}", path.display()))
}

/// Prints each ratio beside the committed one.
///
/// # Errors
/// Where one has collapsed.
pub(crate) fn check(path: Option<&Path>, rows: &[Row]) -> Result<()> {
    let text = match path {
        Some(path) => std::fs::read_to_string(path).doing(format!("read {}", path.display()))?,
        None => BUILT_IN.to_owned(),
    };
    let committed: Figures = serde_json::from_str(&text)
        .map_err(|error| Failure::Usage(format!("the baseline is not readable: {error}")))?;
    let mut collapsed = Vec::new();
    for (name, ratio) in figures(rows) {
        let Some(before) = committed.get(&name) else {
            println!("{name}: {ratio:.2} x relay, no figure to compare with");
            continue;
        };
        println!("{name}: {ratio:.2} x relay, {before:.2} when it was committed");
        if ratio > before * COLLAPSE {
            collapsed.push(format!("{name} takes {ratio:.2} x relay, was {before:.2}"));
        }
    }
    if collapsed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Collapse(collapsed.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;

    fn rows(cpu: f64) -> Vec<Row> {
        let mut row = Row::new("fanout-100".into());
        for (server, cpu) in [("relay", 1.0), ("chatd", cpu)] {
            row.add(Report {
                server: server.into(),
                cpu_us_per_message: Some(cpu),
                ..Report::default()
            });
        }
        vec![row]
    }

    #[test]
    fn only_a_collapse_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.json");
        write(&path, &rows(5.0)).unwrap();
        assert!(check(Some(&path), &rows(14.0)).is_ok());
        assert!(check(Some(&path), &rows(16.0)).is_err());
    }

    #[test]
    fn the_figures_built_in_can_be_read() {
        assert!(check(None, &[]).is_ok());
    }
}
