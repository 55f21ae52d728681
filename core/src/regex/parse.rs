//! Patterns to terms, by way of the syntax tree and the HIR of `regex-syntax`.
//!
//! A Unicode class becomes a trie over the UTF-8 of its characters: alternatives with the same leading bytes are one
//! alternative, and equal tails are one term. So the derivative by an ASCII byte looks at some dozens of alternatives where
//! the class has hundreds of ranges:
//!
//! ```text
//! [a-zà-öø-ÿ]  =  [a-z] | C3 [A0-B6 B8-BF]
//! ```

use regex_syntax::ast::{self, AssertionKind, Ast};
use regex_syntax::hir::{self, Hir, HirKind};
use regex_syntax::utf8::{Utf8Range, Utf8Sequences};

use super::term::{ByteSet, Term, Terms};
use crate::notation::operands;

/// Groups and repetitions inside each other beyond which a pattern is refused.
const NEST_LIMIT: u32 = 100;

/// Terms that one pattern may need; `(a{1000}){1000}` needs more.
const SIZE_LIMIT: usize = 500_000;

/// A pattern that is not a regular expression of this framework.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RegexError {
    /// What is wrong.
    pub message: String,
    /// Where the mistake begins: a byte offset into the pattern.
    pub start: usize,
    /// The byte offset at which it ends; the whole pattern if no better place is known.
    pub end: usize,
}

impl Terms {
    /// The language of `pattern`, in the syntax of the `regex` crate: Unicode classes, flags as in `(?i)`, `(?x)` and
    /// `(?s)`, bounded repetition. Strings are UTF-8. Greedy and lazy are the same language; captures are ignored.
    ///
    /// Several patterns joined as the notation writes them between its outer slashes, `a/ & /b` or `a/ & !/b`, are the strings
    /// that are in all of them, and in none that is negated.
    ///
    /// # Errors
    /// On a syntax error, on anchors and word boundaries (they are not regular languages), on patterns that match invalid
    /// UTF-8, and on patterns nested too deeply or too large when their repetitions are written out.
    pub fn parse(&mut self, pattern: &str) -> Result<Term, RegexError> {
        let mut whole = Term::ANY;
        for (range, negated) in operands(pattern) {
            let place = |error: RegexError| RegexError {
                start: range.start + error.start,
                end: range.start + error.end,
                ..error
            };
            let operand = self.parse_operand(&pattern[range.clone()]).map_err(place)?;
            let operand = if negated { self.complement(operand) } else { operand };
            whole = self.intersect(whole, operand);
        }
        Ok(whole)
    }

    fn parse_operand(&mut self, pattern: &str) -> Result<Term, RegexError> {
        let error = |message: String, span: &ast::Span| {
            let end = span.end.offset.min(pattern.len());
            RegexError { message: tidy(&message), start: span.start.offset.min(end), end }
        };
        let mut parser = ast::parse::ParserBuilder::new().nest_limit(NEST_LIMIT).build();
        let ast = parser.parse(pattern).map_err(|e| error(e.kind().to_string(), e.span()))?;
        if let Err(assertion) = ast::visit(&ast, Assertions) {
            let message = format!(
                "`{}` is not possible here: a token is matched as a whole, without what stands around it",
                &pattern[assertion.span.start.offset..assertion.span.end.offset]
            );
            return Err(error(format!("{} {message}", assertion_name(&assertion.kind)), &assertion.span));
        }
        let mut translator = hir::translate::TranslatorBuilder::new().utf8(true).build();
        let hir = translator.translate(pattern, &ast).map_err(|e| error(e.kind().to_string(), e.span()))?;
        let limit = self.n_terms() + SIZE_LIMIT;
        let whole = |message: &str| RegexError { message: message.to_string(), start: 0, end: pattern.len() };
        self.compile(&hir, limit)
            .map_err(|TooLarge| whole("the pattern is too large when its repetitions are written out"))
    }

    /// Recursive; the depth is bounded by `NEST_LIMIT`.
    fn compile(&mut self, hir: &Hir, limit: usize) -> Result<Term, TooLarge> {
        Ok(match hir.kind() {
            // Look-around was refused on the syntax tree, which knows its place; what is left of it is the empty string.
            HirKind::Empty | HirKind::Look(_) => Term::EPSILON,
            HirKind::Literal(literal) => self.literal(&literal.0),
            HirKind::Class(hir::Class::Bytes(class)) => {
                let mut set = ByteSet::EMPTY;
                class.iter().for_each(|range| set.insert_range(range.start(), range.end()));
                self.bytes(set)
            }
            HirKind::Class(hir::Class::Unicode(class)) => {
                let ranges: Vec<(char, char)> = class.iter().map(|range| (range.start(), range.end())).collect();
                if let Some(&known) = self.classes.get(&ranges) {
                    return Ok(known);
                }
                let sequences = ranges.iter().flat_map(|&(first, last)| Utf8Sequences::new(first, last));
                let sequences: Vec<_> = sequences.collect();
                let slices: Vec<&[Utf8Range]> = sequences.iter().map(|sequence| sequence.as_slice()).collect();
                let term = self.trie(&slices);
                self.classes.insert(ranges, term);
                term
            }
            HirKind::Capture(capture) => self.compile(&capture.sub, limit)?,
            HirKind::Repetition(repetition) => {
                let term = self.compile(&repetition.sub, limit)?;
                let times = repetition.max.unwrap_or(repetition.min).max(1) as usize;
                let room = limit.saturating_sub(self.n_terms());
                if times.saturating_mul(self.n_factors(term)) > room {
                    return Err(TooLarge);
                }
                self.repeat(term, repetition.min, repetition.max)
            }
            HirKind::Concat(parts) => {
                let parts = parts.iter().map(|part| self.compile(part, limit)).collect::<Result<Vec<_>, _>>()?;
                parts.into_iter().rev().fold(Term::EPSILON, |rest, part| self.concat(part, rest))
            }
            HirKind::Alternation(parts) => {
                let parts = parts.iter().map(|part| self.compile(part, limit)).collect::<Result<Vec<_>, _>>()?;
                self.union(parts)
            }
        })
    }

    /// Number of factors of a sequence.
    fn n_factors(&self, mut term: Term) -> usize {
        let mut n = 1;
        while let &super::term::Node::Concat(_, tail) = self.node(term) {
            (term, n) = (tail, n + 1);
        }
        n
    }

    /// The union of byte sequences, sorted, whose first ranges are pairwise equal or disjoint. At most four deep.
    fn trie(&mut self, sequences: &[&[Utf8Range]]) -> Term {
        let mut branches: Vec<(Term, ByteSet)> = Vec::new();
        for group in sequences.chunk_by(|a, b| a.first() == b.first()) {
            let Some(first) = group[0].first() else { return Term::EPSILON };
            let tails: Vec<&[Utf8Range]> = group.iter().map(|sequence| &sequence[1..]).collect();
            let tail = self.trie(&tails);
            match branches.iter_mut().find(|branch| branch.0 == tail) {
                Some(branch) => branch.1.insert_range(first.start, first.end),
                None => branches.push((tail, ByteSet::range(first.start, first.end))),
            }
        }
        let alternatives: Vec<Term> = branches
            .into_iter()
            .map(|(tail, set)| {
                let head = self.bytes(set);
                self.concat(head, tail)
            })
            .collect();
        self.union(alternatives)
    }
}

struct TooLarge;

/// Stops at the first anchor or word boundary.
struct Assertions;

impl ast::Visitor for Assertions {
    type Output = ();
    type Err = ast::Assertion;

    fn finish(self) -> Result<(), ast::Assertion> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ast::Assertion> {
        match ast {
            Ast::Assertion(assertion) => Err((**assertion).clone()),
            _ => Ok(()),
        }
    }
}

fn assertion_name(kind: &AssertionKind) -> &'static str {
    match kind {
        AssertionKind::StartLine | AssertionKind::StartText => "the start anchor",
        AssertionKind::EndLine | AssertionKind::EndText => "the end anchor",
        _ => "the word boundary",
    }
}

/// Messages of ours are lower case without full stop.
fn tidy(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if !chars.as_str().starts_with(char::is_uppercase) => first.to_lowercase().chain(chars).collect(),
        _ => message.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pattern: &str) -> String {
        let RegexError { message, start, end } = Terms::new().parse(pattern).unwrap_err();
        format!("{}: {message}", &pattern[start..end])
    }

    #[test]
    fn equal_languages() {
        let mut t = Terms::new();
        let mut same = |a: &str, b: &str| assert_eq!(t.parse(a), t.parse(b), "{a} {b}");
        same("(a|b)c*?", "[ab]c*");
        same("(?i)if", "[iI][fF]");
        same("(?x) a b # comment", "ab");
        same("a{2,3}", "aa(?:|a)");
        same("(?s).|\n", r"\p{any}");
        same(r"[^\s\S]x|y", "y");
        same("", "a{0}");
    }

    #[test]
    fn several_patterns() {
        let mut t = Terms::new();
        let [both, but] =
            ["[a-z]{2}/ & /if|in|x", "if|in|x/&\t! /i[n]|[/ & /]"].map(|pattern| t.parse(pattern).unwrap());
        assert!(!t.is_empty(both) && t.shortest(both) == Some(b"if".to_vec()));
        let [neither, x] = [t.complement(but), t.literal(b"x")];
        let rest = t.intersect(both, neither);
        assert_eq!((t.shortest(rest), t.shortest(but)), (Some(b"in".to_vec()), Some(b"x".to_vec())));
        let x_only = t.intersect(but, x);
        assert!(!t.is_empty(x_only));
        // A slash that no `&` follows, or that is escaped or in a class, is one.
        assert_eq!(t.parse("a/b"), Ok(t.literal(b"a/b")));
        assert_eq!(t.parse(r"a\/ & \/b"), Ok(t.literal(b"a/ & /b")));
        assert_eq!(
            error("a/ & /b^"),
            "^: the start anchor `^` is not possible here: a token is matched as a whole, without what stands around it"
        );
    }

    #[test]
    fn errors_point_at_the_place() {
        assert_eq!(
            error("ab^c"),
            "^: the start anchor `^` is not possible here: a token is matched as a whole, without what stands around it"
        );
        assert!(error(r"x(a|\b)").starts_with(r"\b: the word boundary"));
        assert!(error(r"a$").starts_with("$: the end anchor"));
        assert_eq!(error("a(b"), "(: unclosed group");
        assert_eq!(error("[z-a]"), "z-a: invalid character class range, the start must be <= the end");
        assert_eq!(error(r"\p{Nope}"), r"\p{Nope}: unicode property not found");
        assert_eq!(error("(?=a)"), "(?=: look-around, including look-ahead and look-behind, is not supported");
        assert_eq!(error(r"(?-u:\xFF)"), r"\xFF: pattern can match invalid UTF-8");
        assert!(error("((a{1000}){1000}){1000}").ends_with("too large when its repetitions are written out"));
        assert!(error(&"(".repeat(100_000)).ends_with("unclosed group"));
        assert!(error(&("(".repeat(500) + &")".repeat(500))).contains("nest"));
    }

    #[test]
    fn unicode_classes_are_tries() {
        let mut t = Terms::new();
        let class = t.parse(r"\p{XID_Continue}").unwrap();
        let super::super::term::Node::Union(branches) = t.node(class) else { panic!("not a union") };
        assert!(branches.len() < 80, "{} branches", branches.len());
    }
}
