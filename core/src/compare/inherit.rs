//! Inheritance compared: what a delta does to the programs of the parent.
//!
//! A child may take programs away without wanting to: a keyword is an identifier no longer, a replaced rule forgets an
//! alternative. For each rule that the child changed, a shortest program of the parent is looked for that has a production
//! which the child's rule lacks, and that the child refuses; likewise the other way round, for what it adds.

use crate::automata::Tables;
use crate::automata::conflict::{Conflict, conflicts};
use crate::diagnostic::Diagnostic;
use crate::generate::explain::explain;
use crate::grammar::{Grammar, Symbol};
use crate::langlet::Langlet;

use super::marked::Scope;
use super::search::{Found, Limits, Program, Searcher};
use super::{Exception, Setting};

/// What a child does to its parent's programs.
#[derive(Clone, Debug)]
pub struct Inheritance {
    /// By rule of the parent: programs that the child refuses.
    pub lost: Vec<Loss>,
    /// By rule of the child: programs that the parent refuses.
    pub gained: Vec<Loss>,
    /// Texts of the parent's tokens that are something else in the child, and a program of the parent that the child refuses for
    /// that; `None` if the child reads all programs with the text, too, as far as was tried.
    pub taken: Vec<(Exception, Option<Program>)>,
    /// Places where one token of lookahead decides in the parent and not in the child, with programs.
    pub conflicts: Vec<Diagnostic>,
}

/// A rule with programs that only one of the two has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The rule, in the langlet that has the program.
    pub rule: Symbol,
    /// The program; `None` if it was not found within the limits.
    pub program: Option<Program>,
}

/// The langlet is a delta of no other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} inherits from no langlet")]
pub struct NoParent(pub String);

/// Compares a child with its parent, by the programs of their default start rules.
///
/// # Errors
/// The langlet has no parent.
pub fn inherit(child: &Langlet, limits: Limits) -> Result<Inheritance, NoParent> {
    let parent = child.parent().ok_or_else(|| NoParent(child.name().to_owned()))?;
    let setting = Setting::new([parent, child], [parent.start(), child.start()]);
    let mut searchers = [setting.searcher(0), setting.searcher(1)];
    let lost = losses(&setting, &mut searchers[0], 0, limits);
    let gained = losses(&setting, &mut searchers[1], 1, limits);
    let nothing = setting.nothing(0);
    let exceptions = setting.maps[0].exceptions.iter().enumerate();
    let taken = exceptions.map(|(number, exception)| {
        let found = setting.search(&mut searchers[0], 0, Scope::Exception(number as u32), &nothing, limits);
        let program = match found {
            Found::Program(program) => Some(program),
            Found::None | Found::Bound(_) => None,
        };
        (exception.clone(), program)
    });
    Ok(Inheritance { lost, gained, taken: taken.collect(), conflicts: new_conflicts(parent, child) })
}

impl Inheritance {
    /// Whether nothing was found that the parent's programs lose, and no new conflict.
    pub fn keeps_all(&self) -> bool {
        self.lost.iter().all(|loss| loss.program.is_none())
            && self.taken.iter().all(|(_, program)| program.is_none())
            && self.conflicts.is_empty()
    }

    /// What was found, for people. `child` is the langlet that was compared with its parent.
    pub fn text(&self, child: &Langlet) -> String {
        let parent = child.parent().unwrap_or(child);
        let mut out = format!("{} : {}\n", child.name(), parent.name());
        write_losses(&mut out, parent, &self.lost);
        if !self.taken.is_empty() {
            out.push_str(&format!("\ntexts that {} reads as other tokens:\n", child.name()));
        }
        for (exception, program) in &self.taken {
            let token = parent.grammar().symbols.display(exception.token);
            let what = if exception.is_keyword { " is a keyword" } else { " is no longer one" };
            let rest = if program.is_none() { "; no program is refused for it" } else { "" };
            out.push_str(&format!("  {token} `{}`{what}{rest}\n", exception.text));
            out.extend(program.iter().map(indented));
        }
        write_losses(&mut out, child, &self.gained);
        if !self.conflicts.is_empty() {
            out.push_str("\nnew conflicts:\n");
        }
        for conflict in &self.conflicts {
            out.push_str(&format!("  {}\n", conflict.message));
            for line in conflict.help.iter().flat_map(|help| help.lines()) {
                out.push_str(&format!("      {line}\n"));
            }
        }
        let n_lost = self.lost.iter().filter(|loss| loss.program.is_some()).count();
        let n_taken = self.taken.iter().filter(|(_, program)| program.is_some()).count();
        let of = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let (lost, taken) = (of(n_lost, "rule"), of(n_taken, "text"));
        out + &format!("\nlost by {lost} and {taken}; {}\n", of(self.conflicts.len(), "new conflict"))
    }
}

/// The programs that only `langlet` has.
fn write_losses(out: &mut String, langlet: &Langlet, losses: &[Loss]) {
    if losses.is_empty() {
        return;
    }
    let name = |loss: &Loss| langlet.grammar().symbols.name(loss.rule).to_owned();
    out.push_str(&format!("\nprograms of {} alone:\n", langlet.name()));
    for loss in losses {
        if let Some(program) = &loss.program {
            out.push_str(&format!("  {}\n{}", name(loss), indented(program)));
        }
    }
    let open: Vec<String> = losses.iter().filter(|loss| loss.program.is_none()).map(name).collect();
    if !open.is_empty() {
        out.push_str(&format!("  none found within the limits: {}\n", open.join(", ")));
    }
}

fn indented(program: &Program) -> String {
    let text = program.text.trim_end_matches(['\n', '\r']);
    if text.is_empty() {
        return format!("      {:?}\n", program.text);
    }
    text.lines().map(|line| format!("      {line}\n")).collect()
}

/// The rules of a side with programs that the other side does not have. Of a rule with a partner all other nodes of the program are
/// shared, so that the rule is to blame.
fn losses(setting: &Setting<'_>, searcher: &mut Searcher<'_>, side: usize, limits: Limits) -> Vec<Loss> {
    let (nothing, included) = (setting.nothing(side), setting.included(side, true));
    let mut found = Vec::new();
    for &rule in setting.rules[side].iter().filter(|rule| !included[rule.index()]) {
        if !setting.may_lose(side, rule, &included) {
            continue;
        }
        match setting.search(searcher, side, Scope::Rule(rule), &nothing, limits) {
            Found::Program(program) => found.push(Loss { rule, program: Some(program) }),
            Found::Bound(_) => found.push(Loss { rule, program: None }),
            Found::None => {}
        }
    }
    found
}

/// The conflicts of the child that the parent does not have. Symbols of the parent are the same in the child.
fn new_conflicts(parent: &Langlet, child: &Langlet) -> Vec<Diagnostic> {
    let of = |grammar: &Grammar, tables: &Tables| conflicts(grammar, tables);
    let key = |conflict: &Conflict| {
        let ways: Vec<Option<Symbol>> = conflict.ways.iter().map(|way| way.symbol).collect();
        (conflict.rule, ways)
    };
    let before: Vec<_> = of(parent.grammar(), parent.tables()).iter().map(key).collect();
    let now = of(child.grammar(), child.tables());
    now.iter().filter(|conflict| !before.contains(&key(conflict))).map(|conflict| explain(child, conflict)).collect()
}
