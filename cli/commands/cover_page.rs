//! The page of `langlet cover --html`: the grammar, each occurrence colored by how often it is used.
//!
//! One file without references to others. What the pointer rests on tells its counts; what is never used is red, and has a
//! shortest program. A rule of which all is used can be hidden.

use std::collections::BTreeMap;
use std::fmt::Write;

use langlet_core::automata::{Position, RuleAutomaton};
use langlet_core::generate::Goal;
use langlet_core::generate::usage::Item;
use langlet_core::grammar::Symbol;

use super::cover::{Report, singular};

const STYLE: &str = include_str!("cover.css");
const SCRIPT: &str = include_str!("cover.js");

/// The whole page.
pub(crate) fn page(report: &Report<'_>) -> String {
    let name = escape(report.langlet.name());
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{name}: what is used</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>{name}</h1>\n<p>{}</p>\n<div class=\"goals\">\n",
        escape(report.title().split_once(": ").map_or("", |(_, rest)| rest))
    );
    for &goal in &report.goals {
        let (n_used, n, percent) = report.reached(goal);
        put(
            &mut out,
            format_args!(
                "<span>{}</span><div class=\"bar\"><i style=\"width: {percent:.2}%\"></i></div>\
                 <span>{} of {}, {percent:.1} %</span>\n",
                goal.name(),
                grouped(n_used as u64),
                grouped(n as u64)
            ),
        );
    }
    out.push_str("</div>\n<div class=\"legend\">uses:");
    let marks =
        [("m", "none"), ("u1", "1"), ("u2", "10"), ("u3", "100"), ("u4", "1,000"), ("u5", "10,000"), ("u6", "more")];
    marks.iter().for_each(|(class, label)| put(&mut out, format_args!(" <code class=\"o {class}\">{label}</code>")));
    out.push_str(
        "</div>\n</header>\n<input type=\"checkbox\" id=\"only\"><label for=\"only\"> only rules of which something is \
         missing</label>\n<main>\n",
    );
    let programs: BTreeMap<Item, Option<&str>> =
        report.missing.iter().map(|(item, program)| (*item, program.as_deref())).collect();
    for (rule, automaton) in report.occurrences.rules() {
        Section { report, programs: &programs, rule: *rule, automaton }.write(&mut out);
    }
    put(&mut out, format_args!("</main>\n<div id=\"tip\"></div>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    out
}

/// A rule on the page.
struct Section<'a> {
    report: &'a Report<'a>,
    programs: &'a BTreeMap<Item, Option<&'a str>>,
    rule: Symbol,
    automaton: &'a RuleAutomaton,
}

impl Section<'_> {
    fn write(&self, out: &mut String) {
        let symbols = &self.report.langlet.grammar().symbols;
        let n_nodes = self.report.usage.n_nodes(self.rule);
        let missing: Vec<(Item, Option<&str>)> = self
            .programs
            .iter()
            .filter(|(item, _)| item.rule() == self.rule)
            .map(|(item, program)| (*item, *program))
            .collect();
        let class = match (n_nodes, missing.is_empty()) {
            (0, false) => "rule never",
            (_, false) => "rule",
            (_, true) => "rule whole",
        };
        let name = escape(symbols.name(self.rule));
        put(
            out,
            format_args!(
                "<section class=\"{class}\" id=\"{name}\"><div class=\"name\"><b><code>{name}</code></b><small>{}</small></div>\n\
                 <div class=\"rhs\"><code>",
                times(n_nodes)
            ),
        );
        let rhs = self.report.langlet.grammar().rhs(self.rule).expect("it is a rule");
        let mut positions = self.automaton.positions();
        let shown = rhs.display_with(&mut |symbol| {
            self.occurrence(symbol, positions.next().expect("as many positions as occurrences"))
        });
        out.push_str(&shown);
        out.push_str("</code></div>\n");
        self.write_missing(&missing, out);
        out.push_str("</section>\n");
    }

    /// An occurrence with its color, and behind it what the pointer shows.
    fn occurrence(&self, symbol: Symbol, position: Position) -> String {
        let item = Item::Occurrence(self.rule, position);
        let (usage, symbols) = (&self.report.usage, &self.report.langlet.grammar().symbols);
        let count = usage.count(item);
        let shade = match count {
            0 => "m".to_owned(),
            count => format!("u{}", (count.ilog10() + 1).min(6)),
        };
        let shown = escape(&symbols.display(symbol));
        let mut out = match self.report.occurrences.number(symbol) {
            Some(_) => format!("<a class=\"o {shade}\" href=\"#{}\">{shown}</a>", escape(symbols.name(symbol))),
            None => format!("<span class=\"o {shade}\" tabindex=\"0\">{shown}</span>"),
        };
        put(
            &mut out,
            format_args!("<span class=\"tip\"><p><b>{}</b>: {}</p>", escape(&self.report.display(item)), times(count)),
        );
        if count == 0 {
            if let Some(program) = self.programs.get(&item) {
                write_program(*program, &mut out);
            }
        } else {
            self.write_followers(position, &mut out);
            self.write_inner(symbol, position, &mut out);
        }
        out.push_str("</span>");
        out
    }

    /// What comes behind an occurrence, and how often.
    fn write_followers(&self, from: Position, out: &mut String) {
        if !self.report.goals.contains(&Goal::Transitions) {
            return;
        }
        out.push_str("<p>then</p><table>");
        for &to in self.automaton.follow(from) {
            let count = self.report.usage.count(Item::Transition(self.rule, from, to));
            let name = match self.automaton.symbol(to) {
                Some(symbol) => self.report.langlet.grammar().symbols.display(symbol),
                None => format!("end of {}", self.report.langlet.grammar().symbols.name(self.rule)),
            };
            let class = if count == 0 { " class=\"no\"" } else { "" };
            put(out, format_args!("<tr{class}><td>{}</td><td>{}</td></tr>", grouped(count), escape(&name)));
        }
        out.push_str("</table>");
    }

    /// How much of the rule that is called at an occurrence is used there.
    fn write_inner(&self, symbol: Symbol, position: Position, out: &mut String) {
        let Some(callee) = self.report.occurrences.automaton(symbol) else { return };
        if !self.report.goals.contains(&Goal::Pairs) {
            return;
        }
        let is_used = |inner: &Position| self.report.usage.count(Item::Pair(self.rule, position, *inner)) > 0;
        let (n_used, n) = (callee.positions().filter(is_used).count(), callee.positions().count());
        let name = escape(self.report.langlet.grammar().symbols.name(symbol));
        put(out, format_args!("<p>here {n_used} of the {n} occurrences in {name} are used</p>"));
    }

    /// The items that are not used, to be unfolded.
    fn write_missing(&self, missing: &[(Item, Option<&str>)], out: &mut String) {
        if missing.is_empty() {
            return;
        }
        let counts = self.report.goals.iter().filter_map(|&goal| {
            let n = missing.iter().filter(|(item, _)| item.goal() == goal).count();
            (n > 0).then(|| format!("{n} {}{}", singular(goal), if n == 1 { "" } else { "s" }))
        });
        let counts: Vec<String> = counts.collect();
        put(out, format_args!("<details><summary>not used: {}</summary>\n<table>\n", counts.join(", ")));
        // A program stands beside all that it is the program of, in the order of the first of them.
        let mut rows: Vec<(Option<&str>, Vec<String>)> = Vec::new();
        let prefix = format!("{}: ", self.report.langlet.grammar().symbols.name(self.rule));
        for &(item, program) in missing {
            let shown = self.report.display(item);
            let shown = escape(shown.strip_prefix(&prefix).unwrap_or(&shown));
            match rows.iter_mut().find(|(known, _)| *known == program) {
                Some((_, items)) => items.push(shown),
                None => rows.push((program, vec![shown])),
            }
        }
        for (program, items) in rows {
            out.push_str("<tr><td>");
            write_program(program, out);
            let items: String = items.iter().map(|item| format!("<li><code>{item}</code></li>")).collect();
            put(out, format_args!("</td><td><ul>{items}</ul></td></tr>\n"));
        }
        out.push_str("</table></details>\n");
    }
}

fn write_program(program: Option<&str>, out: &mut String) {
    match program.map(str::trim_end) {
        Some("") => out.push_str("<p>the empty program</p>"),
        Some(program) => put(out, format_args!("<pre>{}</pre>", escape(program))),
        None => out.push_str("<p>no program was found that is read so</p>"),
    }
}

fn times(count: u64) -> String {
    match count {
        0 => "never used".to_owned(),
        1 => "used once".to_owned(),
        count => format!("used {} times", grouped(count)),
    }
}

/// The number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The text with what has a meaning in HTML written out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            character => out.push(character),
        }
    }
    out
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes all");
}
