//! A chart with both axes logarithmic, as SVG: straight lines are powers, level lines cost nothing more.

use crate::failure::{Doing, Result};
use std::fmt::Write;
use std::path::Path;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 170.0;
/// Between two lines of text.
const LINE_HEIGHT: f64 = 15.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
/// Colours that those who see no red or green tell apart (Okabe and Ito).
const COLOURS: [&str; 6] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
];

/// One line of a chart.
pub(crate) struct Line {
    label: String,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Line {
    pub(crate) fn new(label: String) -> Self {
        Self {
            label: label.trim().to_owned(),
            points: Vec::new(),
        }
    }
}

/// What is drawn.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: &'a str,
    pub(crate) y: &'a str,
    pub(crate) lines: Vec<Line>,
}

/// The decades that hold some values.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Decades {
    from: f64,
    to: f64,
}

impl Decades {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (mut from, mut to) = (f64::MAX, f64::MIN);
        for value in values.filter(|value| *value > 0.0) {
            from = from.min(value.log10().floor());
            to = to.max(value.log10().ceil());
        }
        if from > to {
            return Self { from: 0.0, to: 1.0 };
        }
        Self {
            from,
            to: to.max(from + 1.0),
        }
    }

    /// Where a value lies, from 0 to 1.
    fn place(self, value: f64) -> f64 {
        (value.max(1e-12).log10() - self.from) / (self.to - self.from)
    }

    fn marks(self) -> impl Iterator<Item = f64> {
        (self.from as i32..=self.to as i32).map(|power| 10_f64.powi(power))
    }
}

fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} M", value / 1e6),
        value if value >= 1e3 => format!("{} k", value / 1e3),
        value => format!("{value}"),
    }
}

impl Chart<'_> {
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        std::fs::write(path, self.svg()).doing(format!("write {}", path.display()))
    }

    fn svg(&self) -> String {
        let mut svg = String::new();
        self.draw(&mut svg).expect("memory does not fail to write");
        svg
    }

    fn draw(&self, svg: &mut String) -> std::fmt::Result {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let across = Decades::of(points().map(|point| point.0));
        let up = Decades::of(points().map(|point| point.1));
        let x = |value: f64| LEFT + across.place(value) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - up.place(value) * (HEIGHT - TOP - BOTTOM);
        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
             <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{}</text>",
            self.title
        )?;
        for mark in across.marks() {
            let (at, foot) = (x(mark), HEIGHT - BOTTOM);
            writeln!(
                svg,
                "<path d=\"M{at:.1} {TOP}V{foot}\" stroke=\"#ddd\"/>\
                 <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                foot + 16.0,
                short(mark)
            )?;
        }
        for mark in up.marks() {
            let (at, end) = (y(mark), WIDTH - RIGHT);
            writeln!(
                svg,
                "<path d=\"M{LEFT} {at:.1}H{end}\" stroke=\"#ddd\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                at + 4.0,
                short(mark)
            )?;
        }
        let (middle, low) = ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12.0);
        writeln!(
            svg,
            "<text x=\"{middle}\" y=\"{low}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            self.x,
            (TOP + HEIGHT - BOTTOM) / 2.0,
            self.y
        )?;
        let mut labels: Vec<f64> = Vec::new();
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            let places: Vec<String> = line
                .points
                .iter()
                .map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1)))
                .collect();
            writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                places.join(" ")
            )?;
            for point in &line.points {
                writeln!(
                    svg,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"><title>{}: {:.3}</title></circle>",
                    x(point.0),
                    y(point.1),
                    short(point.0),
                    point.1
                )?;
            }
            if let Some(last) = line.points.last() {
                // Lines that end at the same place have their names below each other.
                let mut beside = y(last.1) + 4.0;
                while labels
                    .iter()
                    .any(|label| (label - beside).abs() < LINE_HEIGHT)
                {
                    beside += LINE_HEIGHT;
                }
                labels.push(beside);
                writeln!(
                    svg,
                    "<text x=\"{:.1}\" y=\"{beside:.1}\" fill=\"{colour}\">{}</text>",
                    x(last.0) + 8.0,
                    line.label
                )?;
            }
        }
        writeln!(svg, "</svg>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_hold_all_values() {
        let decades = Decades::of([3.0, 450.0].into_iter());
        assert_eq!(decades, Decades { from: 0.0, to: 3.0 });
        assert_eq!(decades.place(1.0), 0.0);
        assert_eq!(decades.place(1000.0), 1.0);
        assert_eq!(decades.marks().count(), 4);
        assert_eq!(Decades::of(std::iter::empty()).to, 1.0);
    }

    #[test]
    fn a_chart_has_its_lines() {
        let mut line = Line::new("chatd ".into());
        line.points = vec![(10.0, 1.0), (100.0, 0.2)];
        let chart = Chart {
            title: "t",
            x: "x",
            y: "y",
            lines: vec![line],
        };
        let svg = chart.svg();
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains(">chatd</text>"));
        assert!(svg.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn lines_that_end_at_one_place_have_their_names_below_each_other() {
        let lines = ["first", "second", "third"].map(|label| Line {
            points: vec![(10.0, 1.0), (100.0, 0.2)],
            ..Line::new(label.into())
        });
        let chart = Chart {
            title: "t",
            x: "x",
            y: "y",
            lines: lines.into(),
        };
        let svg = chart.svg();
        let height = |label: &str| {
            let row = svg.lines().find(|row| row.contains(&format!(">{label}<")));
            let (_, height) = row.unwrap().split_once(" y=\"").unwrap();
            height.split('"').next().unwrap().parse::<f64>().unwrap()
        };
        assert_eq!(height("second"), height("first") + LINE_HEIGHT);
        assert_eq!(height("third"), height("second") + LINE_HEIGHT);
    }
}
