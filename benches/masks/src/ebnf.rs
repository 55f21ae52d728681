//! A langlet in the EBNF that xgrammar reads.
//!
//! It has no lexer, so the grammar goes down to characters: what is skipped is a rule `ws` behind each token, and once at the
//! beginning. For `a: 'x' NAME` with NAME `/[a-z]+/` and blanks:
//!
//! ```text
//! root ::= ws r_a
//! r_a ::= ("x" ws t2)
//! t2_0 ::= [a-z] t2_0 | ws
//! t2 ::= [a-z] t2_0
//! ws ::= [ ] ws | ""
//! ```
//!
//! Two things cannot be said there. A name may be spelled like a reserved word, and no token need be the longest: `intx` is
//! `int x`, too. So its masks allow more than ours.

use anyhow::{Context, Result, bail};
use langlet_core::Langlet;
use langlet_core::grammar::{Rhs, SymbolKind};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The grammar as EBNF.
///
/// # Errors
/// If a token is made by the layout, or has a regex that is an intersection: they have no counterpart.
pub fn ebnf(langlet: &Langlet) -> Result<String> {
    let grammar = langlet.grammar();
    let symbols = &grammar.symbols;
    let mut out = format!("root ::= ws r_{}\n", symbols.name(grammar.starts[0]));
    for (&rule, definition) in &grammar.rules {
        out.push_str(&format!("r_{} ::= {}\n", symbols.name(rule), rhs(langlet, &definition.rhs)?));
    }
    let mut skipped = Rules { prefix: "ws", rules: Vec::new() };
    let mut ws = String::new();
    for (&symbol, token) in &grammar.tokens {
        let regex = || regex_syntax::parse(&token.pattern).with_context(|| token.pattern.to_string());
        match symbols.kind(symbol) {
            SymbolKind::Token | SymbolKind::Anonymous => {
                let name = format!("t{}", symbol.index());
                let mut rules = Rules { prefix: &name, rules: Vec::new() };
                let whole = rules.followed(&regex()?, "ws".to_owned())?;
                rules.define(&name, &whole);
                out.extend(rules.rules);
            }
            SymbolKind::Skip => {
                let hir = regex()?;
                // One after the other anyway.
                let once = match hir.kind() {
                    HirKind::Repetition(repetition) if repetition.max.is_none() => &repetition.sub,
                    _ => &hir,
                };
                ws.push_str(&format!("{} | ", skipped.followed(once, "ws".to_owned())?));
            }
            _ => {}
        }
    }
    skipped.define("ws", &format!("{ws}\"\""));
    out.extend(skipped.rules);
    Ok(out)
}

/// Recursive: right-hand sides are nested as deep as a person wrote them.
fn rhs(langlet: &Langlet, part: &Rhs) -> Result<String> {
    let all = |parts: &[Rhs], by: &str| -> Result<String> {
        Ok(parts.iter().map(|part| rhs(langlet, part)).collect::<Result<Vec<_>>>()?.join(by))
    };
    let symbols = &langlet.grammar().symbols;
    Ok(match part {
        Rhs::Symbol(symbol) => match symbols.kind(*symbol) {
            SymbolKind::Literal => format!("\"{}\" ws", symbols.name(*symbol).chars().map(escaped).collect::<String>()),
            SymbolKind::Token | SymbolKind::Anonymous if langlet.grammar().tokens.contains_key(symbol) => {
                format!("t{}", symbol.index())
            }
            SymbolKind::Rule => format!("r_{}", symbols.name(*symbol)),
            _ => bail!("{} has no regex", symbols.name(*symbol)),
        },
        Rhs::Sequence(parts) if parts.is_empty() => "\"\"".to_owned(),
        Rhs::Sequence(parts) => format!("({})", all(parts, " ")?),
        Rhs::Alternatives(parts) => format!("({})", all(parts, " | ")?),
        Rhs::Optional(part) => format!("({})?", rhs(langlet, part)?),
        Rhs::Star(part) => format!("({})*", rhs(langlet, part)?),
        Rhs::Plus(part) => format!("({})+", rhs(langlet, part)?),
    })
}

/// The rules that a regex becomes: what follows is said at its end and not behind it, so that each rule tells how a token goes on
/// from there up to its end. xgrammar knows ahead what may come within a rule, and looks again for what leaves it: a string in
/// JSON costs it a hundredth of what `"([^"\\]|…)*"` in EBNF does.
struct Rules<'a> {
    /// Where the names begin.
    prefix: &'a str,
    rules: Vec<String>,
}

impl Rules<'_> {
    fn define(&mut self, name: &str, body: &str) {
        self.rules.push(format!("{name} ::= {body}\n"));
    }

    /// The text as the name of a rule.
    fn named(&mut self, text: String) -> String {
        if text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') {
            return text;
        }
        let name = format!("{}_{}", self.prefix, self.rules.len());
        self.define(&name, &text);
        name
    }

    /// A regex and what follows it. Recursive, to the depth that the parser of regexes allows.
    fn followed(&mut self, hir: &Hir, next: String) -> Result<String> {
        Ok(match hir.kind() {
            HirKind::Empty => next,
            HirKind::Literal(literal) => {
                format!("\"{}\" {next}", std::str::from_utf8(&literal.0)?.chars().map(escaped).collect::<String>())
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.iter().map(|range| match (escaped(range.start()), escaped(range.end())) {
                    (start, end) if start == end => start,
                    (start, end) => format!("{start}-{end}"),
                });
                format!("[{}] {next}", ranges.collect::<String>())
            }
            HirKind::Class(Class::Bytes(_)) => bail!("a class of bytes"),
            HirKind::Look(_) => bail!("an anchor"),
            HirKind::Capture(capture) => self.followed(&capture.sub, next)?,
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.followed(part, next))?,
            HirKind::Alternation(parts) => {
                let next = self.named(next);
                let parts: Result<Vec<String>> = parts.iter().map(|part| self.followed(part, next.clone())).collect();
                format!("({})", parts?.join(" | "))
            }
            HirKind::Repetition(repetition) => {
                let end = self.named(next);
                let mut next = match repetition.max {
                    Some(max) => (repetition.min..max).try_fold(end.clone(), |next, _| -> Result<String> {
                        Ok(format!("({} | {end})", self.followed(&repetition.sub, next)?))
                    })?,
                    None => {
                        let name = format!("{}_{}", self.prefix, self.rules.len());
                        // Its place is taken before the rules of its body come.
                        self.rules.push(String::new());
                        let at = self.rules.len() - 1;
                        let again = self.followed(&repetition.sub, name.clone())?;
                        self.rules[at] = format!("{name} ::= {again} | {end}\n");
                        name
                    }
                };
                for _ in 0..repetition.min {
                    next = self.followed(&repetition.sub, next)?;
                }
                next
            }
        })
    }
}

/// A character in a string or a class. `\x41` would go on for as many digits as follow.
fn escaped(character: char) -> String {
    match character {
        ' '..='~' if !"\"\\[]^-".contains(character) => character.to_string(),
        _ => format!("\\U{:08X}", u32::from(character)),
    }
}
