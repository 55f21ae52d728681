//! Shortest programs that show a production, made of productions that pass wherever that is possible.
//!
//! Lengths are fixed points over the productions (Knuth 1977): of a rule, the least over its productions; of what stands
//! around a rule, the least over its uses. A production that does not pass counts as very long.

use super::productions::Production;
use crate::automata::Terminal;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// What a production that does not pass costs, in tokens.
pub(crate) const UNWANTED: u64 = 1_000_000;
/// No string.
const NONE: u64 = u64::MAX / 1024;

/// Shortest fillings and contexts.
pub(crate) struct Programs<'a> {
    langlet: &'a Langlet,
    all: &'a [Production],
    /// `fillings[symbol]`: length, and the production; tokens have none.
    fillings: Vec<(u64, Option<usize>)>,
    /// `penalties[production]`: what its use costs beside its tokens.
    penalties: Vec<u64>,
    /// What stands around rules below the start symbol.
    contexts: Contexts,
}

/// What stands around rules below one symbol.
///
/// `of[rule]`: its length, and the production and place that use the rule; none for the symbol itself.
#[derive(Debug)]
pub(crate) struct Contexts {
    of: Vec<(u64, Option<(usize, usize)>)>,
}

impl<'a> Programs<'a> {
    /// `penalties[production]`: what its use costs beside its tokens.
    pub(crate) fn new(langlet: &'a Langlet, all: &'a [Production], penalties: Vec<u64>) -> Programs<'a> {
        let n = langlet.grammar().symbols.len();
        let (fillings, contexts) = (vec![(NONE, None); n], Contexts { of: Vec::new() });
        let mut programs = Programs { langlet, all, fillings, penalties, contexts };
        for symbol in langlet.grammar().symbols.iter() {
            if langlet.tables().terminals.number(symbol).is_some() {
                programs.fillings[symbol.index()] = (1, None);
            }
        }
        let mut changed = true;
        // Progress: lengths shrink.
        while changed {
            changed = false;
            for (index, production) in all.iter().enumerate() {
                let length = programs.length(&production.symbols).saturating_add(programs.penalties[index]);
                if length < programs.fillings[production.rule.index()].0 {
                    programs.fillings[production.rule.index()] = (length, Some(index));
                    changed = true;
                }
            }
        }
        programs.contexts = programs.contexts_from(langlet.start());
        programs
    }

    /// What stands around rules below the symbol.
    pub(crate) fn contexts_from(&self, symbol: Symbol) -> Contexts {
        let mut of = vec![(NONE, None); self.fillings.len()];
        of[symbol.index()] = (0, None);
        let mut changed = true;
        // Progress: lengths shrink.
        while changed {
            changed = false;
            for (index, production) in self.all.iter().enumerate() {
                let around = of[production.rule.index()].0;
                if around >= NONE {
                    continue;
                }
                let whole = self.length(&production.symbols).saturating_add(self.penalties[index]);
                for (at, &symbol) in production.symbols.iter().enumerate() {
                    let length = around.saturating_add(whole - self.fillings[symbol.index()].0).min(NONE);
                    if length < of[symbol.index()].0 {
                        of[symbol.index()] = (length, Some((index, at)));
                        changed = true;
                    }
                }
            }
        }
        Contexts { of }
    }

    /// What stands around rules below the start symbol.
    pub(crate) fn contexts(&self) -> &Contexts {
        &self.contexts
    }

    /// The length of shortest strings of the symbols; what does not pass counts as very long.
    pub(crate) fn length(&self, symbols: &[Symbol]) -> u64 {
        symbols.iter().map(|symbol| self.fillings[symbol.index()].0).sum::<u64>().min(NONE)
    }

    /// A shortest program with the production, and the place among its tokens where its symbol number `at` begins.
    pub(crate) fn with(&self, production: &Production, at: usize) -> (Vec<Terminal>, usize) {
        let before = self.string(&production.symbols[..at]);
        let behind = self.string(&production.symbols[at..]);
        self.contexts.around(self, production.rule, before, behind)
    }

    /// Shortest strings of the symbols, one after the other.
    pub(crate) fn string(&self, symbols: &[Symbol]) -> Vec<Terminal> {
        let mut out = Vec::new();
        symbols.iter().for_each(|&symbol| self.fill(symbol, &mut out));
        out
    }

    /// How long a program with the production is; very long if it needs one that does not pass.
    pub(crate) fn length_with(&self, production: &Production) -> u64 {
        self.contexts.of[production.rule.index()].0.saturating_add(self.length(&production.symbols))
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

impl Contexts {
    /// How long what stands around the rule is; `None` if it is not below the symbol.
    pub(crate) fn length(&self, rule: Symbol) -> Option<u64> {
        Some(self.of[rule.index()].0).filter(|&length| length < NONE)
    }

    /// A shortest string of the symbol with these tokens as the rule, and where among them `behind` begins.
    pub(crate) fn around(
        &self,
        programs: &Programs<'_>,
        rule: Symbol,
        before: Vec<Terminal>,
        behind: Vec<Terminal>,
    ) -> (Vec<Terminal>, usize) {
        let (mut rule, mut before, mut behind) = (rule, before, behind);
        // Progress: a context is longer than the one around it, or was reached later.
        while let (_, Some((index, at))) = self.of[rule.index()] {
            let outer = &programs.all[index];
            before = [programs.string(&outer.symbols[..at]), before].concat();
            behind.extend(programs.string(&outer.symbols[at + 1..]));
            rule = outer.rule;
        }
        let at = before.len();
        before.append(&mut behind);
        (before, at)
    }
}
