//! Coverage: which productions of the source a transformation translates, decided from the grammars and the rules alone.
//!
//! ```text
//! shared      the target reads it as it is, or by other rules
//! rewritten   a rule applies to all of its trees
//! partly      some of its trees pass, others have neither a rule nor a reading, or are refused
//! refused     a rule refuses it
//! uncovered   neither
//! unknown     it looks as if some of its trees had neither, and no program was found that shows it
//! ```
//!
//! Each production is judged by itself: where a rule of the source meets the place of its counterpart in the target, what is
//! below is judged below. A rule of the source without a counterpart is judged in each place in which the target can have
//! it. Tokens whose texts changed count as productions, too. Design: "Translation coverage".
//!
//! What is partly uncovered is proved by a program that is translated and fails; see `gap.rs`.
//!
//! *What is not decided:* texts that computing functions refuse, conditions (a rule with conditions covers in part),
//! whether the result of a rule has a place where several are nested, and what indentation may look like.

mod chart;
mod gap;
mod judge;
mod productions;
mod program;
mod relation;
mod sketch;
mod tokens;

pub(super) use productions::reachable;

use crate::automata::Terminal;
use crate::generate::text_of_terminals;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::rewrite::transform::Transform;

/// How a production fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The target reads it.
    Shared,
    /// A rule translates it.
    Rewritten,
    /// Some of its trees are translated, others refused by a rule.
    PartlyRefused,
    /// Some of its trees are translated; others have neither a rule nor a reading.
    Partly,
    /// A rule refuses it.
    Refused,
    /// Neither: there is no rule and no reading.
    Uncovered,
    /// By the grammars and rules it may be partly uncovered, but all programs that were tried are translated.
    Unknown,
}

impl Status {
    /// All, in the order in which they are reported.
    pub const ALL: [Status; 7] = [
        Status::Shared,
        Status::Rewritten,
        Status::PartlyRefused,
        Status::Partly,
        Status::Refused,
        Status::Uncovered,
        Status::Unknown,
    ];

    /// Whether something is left that no rule is about, or may be.
    pub fn has_gap(self) -> bool {
        matches!(self, Status::Partly | Status::Uncovered | Status::Unknown)
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Status::Shared => "shared",
            Status::Rewritten => "rewritten",
            Status::PartlyRefused => "partly refused",
            Status::Partly => "partly uncovered",
            Status::Refused => "refused",
            Status::Uncovered => "uncovered",
            Status::Unknown => "unknown",
        }
    }
}

/// A production of the source, or a token, and how it fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The rule or token.
    pub symbol: Symbol,
    /// The symbols of the production; `None` for a token.
    pub production: Option<Vec<Symbol>>,
    /// The status.
    pub status: Status,
    /// The names of the rules that apply to it.
    pub rules: Vec<String>,
    /// A shortest program that shows it; of what is partly uncovered, one that has no translation.
    pub program: Program,
    /// Of what is partly uncovered, why the program has no translation.
    pub reason: Option<String>,
    /// Of what is unknown, how many programs were tried, the shortest first; else 0.
    pub n_tried: usize,
}

/// A program as tokens of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The tokens.
    pub tokens: Vec<Terminal>,
    /// Tokens, in order, that have these texts in place of their shortest ones.
    pub texts: Vec<(usize, String)>,
}

/// What a transformation covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// All productions that the start symbol reaches, rule by rule in grammar order; behind them the tokens.
    pub items: Vec<Item>,
}

impl Coverage {
    /// Judges all productions of `source`: the source of the transformation, or a descendant of it.
    pub fn new(source: &Langlet, transform: &Transform) -> Coverage {
        judge::judge(source, transform)
    }

    /// The items of a status, in order.
    pub fn of(&self, status: Status) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.status == status)
    }
}

impl Item {
    /// The production as it would stand in the grammar, `comp_op: '<>'`; of a token its name.
    pub fn display(&self, langlet: &Langlet) -> String {
        let symbols = &langlet.grammar().symbols;
        match &self.production {
            None => symbols.display(self.symbol),
            Some(production) if production.is_empty() => format!("{}: ()", symbols.name(self.symbol)),
            Some(production) => {
                let shown: Vec<String> = production.iter().map(|&symbol| symbols.display(symbol)).collect();
                format!("{}: {}", symbols.name(self.symbol), shown.join(" "))
            }
        }
    }
}

impl Program {
    /// The text of the program.
    pub fn text(&self, langlet: &Langlet) -> String {
        let (mut text, spans) = text_of_terminals(langlet, &self.tokens);
        // From the last on, so that the places of the others stay.
        for (index, own) in self.texts.iter().rev() {
            text.replace_range(spans[*index].range(), own);
        }
        text
    }
}
