//! Shortest programs that show a production, made of productions that pass wherever that is possible.
//!
//! Lengths are fixed points over the productions (Knuth 1977): of a rule, the least over its productions; of what stands
//! around a rule, the least over its uses. A production that does not pass counts as very long.

use super::productions::Production;
use crate::automata::Terminal;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// What a production that does not pass costs, in tokens.
const UNWANTED: u64 = 1_000_000;
/// No string.
const NONE: u64 = u64::MAX / 1024;

/// Shortest fillings and contexts.
pub(crate) struct Programs<'a> {
    langlet: &'a Langlet,
    all: &'a [Production],
    /// `fillings[symbol]`: length, and the production; tokens have none.
    fillings: Vec<(u64, Option<usize>)>,
    /// `contexts[rule]`: length of what stands around it, and the production and place that use it.
    contexts: Vec<(u64, Option<(usize, usize)>)>,
}

impl<'a> Programs<'a> {
    /// `is_wanted[production]`: whether programs should be made of it.
    pub(crate) fn new(langlet: &'a Langlet, all: &'a [Production], is_wanted: &[bool]) -> Programs<'a> {
        let n = langlet.grammar().symbols.len();
        let mut programs = Programs { langlet, all, fillings: vec![(NONE, None); n], contexts: vec![(NONE, None); n] };
        for symbol in langlet.grammar().symbols.iter() {
            if langlet.tables().terminals.number(symbol).is_some() {
                programs.fillings[symbol.index()] = (1, None);
            }
        }
        let penalty = |index: usize| if is_wanted[index] { 0 } else { UNWANTED };
        let mut changed = true;
        // Progress: lengths shrink.
        while changed {
            changed = false;
            for (index, production) in all.iter().enumerate() {
                let length = programs.length(&production.symbols).saturating_add(penalty(index));
                if length < programs.fillings[production.rule.index()].0 {
                    programs.fillings[production.rule.index()] = (length, Some(index));
                    changed = true;
                }
            }
        }
        programs.contexts[langlet.start().index()] = (0, None);
        changed = true;
        // Progress: as above.
        while changed {
            changed = false;
            for (index, production) in all.iter().enumerate() {
                let around = programs.contexts[production.rule.index()].0;
                let whole = programs.length(&production.symbols).saturating_add(penalty(index));
                for (at, &symbol) in production.symbols.iter().enumerate() {
                    let length = around.saturating_add(whole - programs.fillings[symbol.index()].0).min(NONE);
                    if length < programs.contexts[symbol.index()].0 {
                        programs.contexts[symbol.index()] = (length, Some((index, at)));
                        changed = true;
                    }
                }
            }
        }
        programs
    }

    fn length(&self, symbols: &[Symbol]) -> u64 {
        symbols.iter().map(|symbol| self.fillings[symbol.index()].0).sum::<u64>().min(NONE)
    }

    /// A shortest program with the production, and the place among its tokens where its symbol number `at` begins.
    pub(crate) fn with(&self, production: &Production, at: usize) -> (Vec<Terminal>, usize) {
        let before = self.string(&production.symbols[..at]);
        let behind = self.string(&production.symbols[at..]);
        self.around(production.rule, before, behind)
    }

    /// A short program with the production, whose symbol number `at` is these tokens.
    pub(crate) fn with_child(&self, production: &Production, at: usize, child: &[Terminal]) -> Vec<Terminal> {
        let before = self.string(&production.symbols[..at]);
        let behind = [child, &self.string(&production.symbols[at + 1..])].concat();
        self.around(production.rule, before, behind).0
    }

    /// A shortest program with these tokens as the rule, and where among them `behind` begins.
    fn around(&self, rule: Symbol, before: Vec<Terminal>, behind: Vec<Terminal>) -> (Vec<Terminal>, usize) {
        let (mut rule, mut before, mut behind) = (rule, before, behind);
        // Progress: a context is longer than the one around it, or was reached later.
        while let (_, Some((index, at))) = self.contexts[rule.index()] {
            let outer = &self.all[index];
            before = [self.string(&outer.symbols[..at]), before].concat();
            behind.extend(self.string(&outer.symbols[at + 1..]));
            rule = outer.rule;
        }
        let at = before.len();
        before.append(&mut behind);
        (before, at)
    }

    /// Shortest strings of the symbols, one after the other.
    pub(crate) fn string(&self, symbols: &[Symbol]) -> Vec<Terminal> {
        let mut out = Vec::new();
        symbols.iter().for_each(|&symbol| self.fill(symbol, &mut out));
        out
    }

    /// How long a program with the production is; very long if it needs one that does not pass.
    pub(crate) fn length_with(&self, production: &Production) -> u64 {
        self.contexts[production.rule.index()].0.saturating_add(self.length(&production.symbols))
    }

    fn fill(&self, symbol: Symbol, out: &mut Vec<Terminal>) {
        let mut work = vec![symbol];
        while let Some(symbol) = work.pop() {
            match self.fillings[symbol.index()].1 {
                Some(index) => work.extend(self.all[index].symbols.iter().rev()),
                None => out.extend(self.langlet.tables().terminals.number(symbol)),
            }
        }
    }
}
