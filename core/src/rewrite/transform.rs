//! Translation of a text from one langlet to another by the rules of a transformation.
//!
//! The tree is visited from the root down; at each node the rules are tried in their order, the outermost level of a chain
//! first. Where one matches, its result takes the place of the node and the visit goes on in what the metavariables stood
//! for. Nothing else changes, so what no rule touches stays byte for byte.
//!
//! Two things hold before a text is given out: it parses as the target, and it does so with the very tokens of the tree. So
//! what both langlets have may pass untouched, whatever rules derive it, and what the target lacks is reported.

use std::sync::Arc;

use thiserror::Error;

use super::place::Placing;
use super::rule::{Compiler, Compute, Pattern, Result as RuleResult, Rule};
use super::space::Space;
use super::template::{self, Copied, FillError, Filled};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::notation;
use crate::parser::ReadError;
use crate::span::Span;

/// The rules that translate one langlet to another.
pub struct Transform {
    source: Langlet,
    target: Langlet,
    rules: Vec<Rule>,
}

/// How to translate.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Apply these rules alone; all if empty. A name also stands for the rules that begin with it and `_`.
    pub only: Vec<String>,
    /// Do not apply these rules.
    pub except: Vec<String>,
    /// Leave out comments that the target has no notation for, instead of refusing the text.
    pub drop_comments: bool,
}

/// A translated text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The text.
    pub text: String,
    /// The rules that were applied, in the order of the source text.
    pub applied: Vec<Applied>,
}

/// An application of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Applied {
    /// What it was applied to, in the source text.
    pub span: Span,
    /// The name of the rule.
    pub rule: String,
}

/// Why a text was not translated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TranslateError {
    /// It is no text of the source.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Constructs that the target cannot say.
    #[error("{}", .0.iter().map(|refusal| refusal.reason.as_str()).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    /// The result is no text of the target, or reads as other tokens than were written.
    #[error("the result is no {target}: {reason}")]
    Output {
        /// The name of the target.
        target: String,
        /// What is wrong.
        reason: String,
        /// The result, for the report.
        text: Arc<SourceText>,
        /// The place in the result.
        span: Span,
    },
    /// The tree cannot grow.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// A construct that was not translated, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its place in the source text.
    pub span: Span,
    /// The reason.
    pub reason: String,
    /// The mend, if one can be named.
    pub help: Option<String>,
}

impl TranslateError {
    /// The error with its places in the text.
    pub fn diagnostics(&self, source: &Arc<SourceText>) -> Vec<Diagnostic> {
        match self {
            TranslateError::Read(error) => vec![error.diagnostic(source)],
            TranslateError::Refused(refusals) => refusals
                .iter()
                .map(|refusal| {
                    let error = Diagnostic::error(source, refusal.span, refusal.reason.clone());
                    match &refusal.help {
                        Some(help) => error.help(help.clone()),
                        None => error,
                    }
                })
                .collect(),
            TranslateError::Output { text, span, .. } => {
                let text = SourceText::new(format!("{} (translated)", source.name), text.text.clone());
                vec![
                    Diagnostic::error(&text, *span, self.to_string())
                        .help("nothing was written; this construct needs a rule"),
                ]
            }
            TranslateError::Edit(_) => vec![Diagnostic::error(source, Span::default(), self.to_string())],
        }
    }
}

impl Transform {
    /// Reads the rules of a `.transform` file and checks both sides of each against their langlets.
    ///
    /// # Errors
    /// Everything that is wrong in the file.
    pub fn load(
        text: &Arc<SourceText>,
        source: &Langlet,
        target: &Langlet,
        functions: &[(&'static str, Compute)],
    ) -> Result<Transform, Vec<Diagnostic>> {
        let file = notation::parse_transform(text)?;
        let mut errors = Vec::new();
        for (name, langlet) in [(&file.source, source), (&file.target, target)] {
            if name.text != langlet.name() {
                let message = format!("this file is about `{}`, not `{}`", name.text, langlet.name());
                errors.push(Diagnostic::error(text, name.span, message));
            }
        }
        let compiler = Compiler { text, source, target, functions };
        let mut rules: Vec<Rule> = Vec::new();
        for rule in &file.rules {
            if rules.iter().any(|known| known.name == rule.name.text) {
                let message = format!("there are two rules `{}`", rule.name.text);
                errors.push(Diagnostic::error(text, rule.name.span, message).help("give each rule a name of its own"));
            }
            match compiler.compile(rule) {
                Ok(rule) => rules.push(rule),
                Err(more) => errors.extend(more),
            }
        }
        if errors.is_empty() {
            Ok(Transform { source: source.clone(), target: target.clone(), rules })
        } else {
            Err(errors)
        }
    }

    /// As [`Transform::load`], for rules that are part of a program.
    ///
    /// # Panics
    /// If the text is wrong: the program is broken then.
    pub fn built_in(
        text: &str,
        source: &Langlet,
        target: &Langlet,
        functions: &[(&'static str, Compute)],
    ) -> Transform {
        let text = SourceText::new("built-in transformation", text);
        Transform::load(&text, source, target, functions).unwrap_or_else(|errors| {
            let shown: Vec<String> = errors.iter().map(|error| error.render(false)).collect();
            panic!("a built-in transformation is wrong:\n{}", shown.join("\n"))
        })
    }

    /// The langlet that is read.
    pub fn source(&self) -> &Langlet {
        &self.source
    }

    /// The langlet that is written.
    pub fn target(&self) -> &Langlet {
        &self.target
    }

    /// The names of the rules, in order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }

    /// Translates a text. `langlet` is what the text is read as: the source or a descendant of it, such as a dialect.
    ///
    /// # Errors
    /// The text cannot be read, something in it cannot be said in the target, or the result would not be right.
    pub fn translate(&self, langlet: &Langlet, text: &str, options: &Options) -> Result<Translation, TranslateError> {
        let mut tree = langlet.parse(text)?;
        let space = Space::new(langlet, &self.target);
        let is_chosen = |rule: &Rule| {
            let named = |names: &[String]| names.iter().any(|name| stands_for(name, &rule.name));
            (options.only.is_empty() || named(&options.only))
                && !named(&options.except)
                && rule.required.iter().all(|required| text.contains(required.as_str()))
        };
        let rules: Vec<&Rule> = self.rules.iter().filter(|rule| is_chosen(rule)).collect();
        let placing = Placing { space: &space, target: &self.target };
        let mut rewriter =
            Rewriter { placing, rules: &rules, applied: Vec::new(), refusals: Vec::new(), by_chain: Vec::new() };
        rewriter.settle_trivia(&mut tree, langlet, options)?;
        rewriter.run(&mut tree)?;
        let Rewriter { mut applied, mut refusals, .. } = rewriter;
        if !refusals.is_empty() {
            refusals.sort_by_key(|refusal| refusal.span);
            return Err(TranslateError::Refused(refusals));
        }
        applied.sort();
        let text = tree.unparse();
        self.verify(&tree, &space, &text)?;
        Ok(Translation { text, applied })
    }

    /// The result must parse as the target, with the very tokens of the tree.
    fn verify(&self, tree: &Tree, space: &Space, text: &str) -> Result<(), TranslateError> {
        let wrong = |span: Span, reason: String| TranslateError::Output {
            target: self.target.name().to_owned(),
            reason,
            text: SourceText::new("result", text),
            span,
        };
        let tokens = self.target.tokens(text).map_err(|error| match error {
            ReadError::Lex(error) => wrong(error.span(), error.to_string()),
            ReadError::Parse(error) => wrong(error.span, error.to_string()),
        })?;
        let mut written = tree.leaf_ids(tree.root);
        for (index, token) in tokens.iter().enumerate() {
            let span = Span::new(token.start, token.end);
            let Some(leaf) = written.next() else {
                return Err(wrong(span, format!("`{}` is more than was written", &text[span.range()])));
            };
            if tree.leaf_text(leaf) != &text[span.range()] {
                let reason = format!("`{}` was written and reads as `{}`", tree.leaf_text(leaf), &text[span.range()]);
                let foreign = self.foreign_construct(tree, space, index);
                return Err(foreign.unwrap_or_else(|| wrong(span, reason)));
            }
        }
        match self.target.parse_tokens(self.target.start(), text.to_owned(), &tokens) {
            Ok(_) => Ok(()),
            Err(error) => {
                let index =
                    tokens.iter().position(|token| token.start == error.span.start && token.end == error.span.end);
                let foreign = index.and_then(|index| self.foreign_construct(tree, space, index));
                Err(foreign.unwrap_or_else(|| wrong(error.span, error.to_string())))
            }
        }
    }

    /// The construct of the source, around the token of this number, that the target does not have.
    fn foreign_construct(&self, tree: &Tree, space: &Space, index: usize) -> Option<TranslateError> {
        let leaf = tree.leaf_ids(tree.root).nth(index)?;
        // The token at which the parser failed, or the one that led it astray.
        let leaves = [Some(leaf), tree.prev_leaf(leaf)];
        let node = leaves.into_iter().flatten().find_map(|leaf| {
            let token = tree.bottom(leaf);
            let mut nodes = std::iter::once(token).chain(tree.ancestors(token));
            nodes.find(|&node| space.to_target(tree.symbol(node)).is_none())
        })?;
        let span = tree.span(node).or_else(|| tree.origin(leaf)).unwrap_or_default();
        let name = tree.langlet().grammar().symbols.display(tree.symbol(node));
        let reason = format!("{} has no `{name}`, and no rule translates this one", self.target.name());
        let help = Some(format!("a rule for it begins `rule … {name} [| … |] => …`"));
        Some(TranslateError::Refused(vec![Refusal { span, reason, help }]))
    }
}

/// Whether a name that the user gives means a rule: `print` means `print`, `print_to` and all that begin so.
pub fn stands_for(name: &str, rule: &str) -> bool {
    rule.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Levels of a chain, outermost first, each with the number of a rule that may apply there.
type Candidates = Arc<[(u16, usize)]>;

struct Rewriter<'a> {
    placing: Placing<'a>,
    rules: &'a [&'a Rule],
    applied: Vec<Applied>,
    refusals: Vec<Refusal>,
    /// `by_chain[chain]`: levels, outermost first, with the rules that may apply there; `None` if not asked before.
    by_chain: Vec<Option<Candidates>>,
}

impl Rewriter<'_> {
    fn run(&mut self, tree: &mut Tree) -> Result<(), TranslateError> {
        if self.rules.is_empty() {
            return Ok(());
        }
        // Nodes to visit, with the number of levels that are theirs, from the last one up.
        let mut work = vec![(tree.root, usize::MAX)];
        // Progress: each turn visits a node of the source or a copy of a smaller one.
        while let Some((id, n_levels)) = work.pop() {
            if let Some(copies) = self.visit(tree, id, n_levels)? {
                work.extend(copies.iter().rev().map(|copy| (copy.id, copy.n_levels)));
                continue;
            }
            let stored = tree.stored(id);
            let mut child = stored.first();
            let from = work.len();
            while !slotmap::Key::is_null(&child) {
                work.push((child, usize::MAX));
                child = tree.stored(child).next;
            }
            work[from..].reverse();
        }
        Ok(())
    }

    /// Applies the first rule that matches; the copies that are still to be visited, or `None` if no rule matches.
    fn visit(&mut self, tree: &mut Tree, id: NodeId, n_levels: usize) -> Result<Option<Vec<Copied>>, TranslateError> {
        let candidates = self.candidates(tree, id);
        let len = tree.chain(Node::top(id)).len();
        for &(level, rule) in candidates.iter() {
            if usize::from(level) + n_levels.min(len) < len {
                continue;
            }
            let node = Node { id, level };
            let rule = self.rules[rule];
            if let Some(copies) = self.apply(tree, node, rule)? {
                return Ok(Some(copies));
            }
        }
        Ok(None)
    }

    fn candidates(&mut self, tree: &Tree, id: NodeId) -> Candidates {
        let chain = tree.stored(id).chain.0 as usize;
        if self.by_chain.len() <= chain {
            self.by_chain.resize(chain + 1, None);
        }
        if let Some(known) = &self.by_chain[chain] {
            return known.clone();
        }
        let mut found = Vec::new();
        for (level, &symbol) in tree.chain(Node::top(id)).iter().enumerate() {
            let rules = self.rules.iter().enumerate().filter(|(_, rule)| rule.symbol() == symbol);
            found.extend(rules.map(|(rule, _)| (level as u16, rule)));
        }
        let found: Candidates = found.into();
        self.by_chain[chain] = Some(found.clone());
        found
    }

    /// Applies one rule at one node; `None` if it does not match.
    fn apply(&mut self, tree: &mut Tree, node: Node, rule: &Rule) -> Result<Option<Vec<Copied>>, TranslateError> {
        let Some(bindings) = rule.matches(tree, node) else { return Ok(None) };
        let span = self.source_span(tree, node);
        let refuse = |rewriter: &mut Self, reason: String| {
            rewriter.refusals.push(Refusal { span, reason, help: None });
            Ok(Some(Vec::new()))
        };
        let target = self.placing.target;
        let filled = match &rule.result {
            RuleResult::Refuse(reason) => return refuse(self, reason.clone()),
            RuleResult::Tree(template, spacing) => {
                self.carry_comments(tree, node, &bindings)?;
                match template::fill(self.placing, tree, (template, spacing), &bindings) {
                    Ok(filled) => filled,
                    Err(FillError::Edit(error)) => return Err(error.into()),
                    Err(FillError::NoPlace(name)) => {
                        return refuse(
                            self,
                            format!("rule `{}`: what `${name}` stands for has no place in its result", rule.name),
                        );
                    }
                }
            }
            RuleResult::Text(_) | RuleResult::Compute(_) => {
                let old = tree.text_of(node);
                let new = match &rule.result {
                    RuleResult::Compute(compute) => match compute(&old) {
                        Ok(Some(new)) => new,
                        Ok(None) => return Ok(None),
                        Err(reason) => return refuse(self, reason),
                    },
                    RuleResult::Text(text) => match &rule.pattern {
                        Pattern::Token(_, Some(regex)) => regex.replace(&old, text.as_str()).into_owned(),
                        _ => text.clone(),
                    },
                    RuleResult::Tree(..) | RuleResult::Refuse(_) => unreachable!("handled above"),
                };
                let Some(kind) = target.lexer().kind_of(&new) else {
                    return refuse(self, format!("rule `{}`: `{new}` is no token of {}", rule.name, target.name()));
                };
                if new == old
                    && target
                        .tables()
                        .terminals
                        .symbol(kind)
                        .is_some_and(|kind| self.placing.space.of_target(kind) == tree.symbol(node))
                {
                    return Ok(None);
                }
                let symbol = target.tables().terminals.symbol(kind).expect("a token that was read has a symbol");
                let token = tree.token(self.placing.space.of_target(symbol), &new)?;
                Filled { node: token, copies: Vec::new() }
            }
        };
        let trivia = tree.trivia(node).to_owned();
        let Filled { node: result, copies } = filled;
        tree.set_trivia(result, &trivia)?;
        let Some(placed) = self.placing.put(tree, node, result)? else {
            return refuse(self, format!("rule `{}`: its result has no place here", rule.name));
        };
        self.separate(tree, placed.id, &copies)?;
        self.applied.push(Applied { span, rule: rule.name.clone() });
        Ok(Some(copies))
    }

    /// The place of a node in the source text; where an edit has touched its first or last token, of what is known of it.
    fn source_span(&self, tree: &Tree, node: Node) -> Span {
        if let Some(span) = tree.span(node) {
            return span;
        }
        let known = tree.leaves(node).filter_map(|leaf| tree.span(leaf));
        known.reduce(Span::cover).unwrap_or_default()
    }

    /// Moves comments before tokens that the result drops to the next token that stays.
    fn carry_comments(
        &self,
        tree: &mut Tree,
        node: Node,
        bindings: &super::matching::Bindings,
    ) -> Result<(), EditError> {
        let kept: rustc_hash::FxHashSet<NodeId> =
            bindings.nodes().flat_map(|bound| tree.leaf_ids(bound.id).collect::<Vec<_>>()).collect();
        let leaves: Vec<NodeId> = tree.leaf_ids(node.id).collect();
        let mut carried = String::new();
        for (index, &leaf) in leaves.iter().enumerate() {
            let trivia = tree.leaf_trivia(leaf);
            if kept.contains(&leaf) {
                if !carried.is_empty() {
                    let trivia = std::mem::take(&mut carried) + trivia;
                    tree.set_leaf_trivia(leaf, &trivia)?;
                }
            } else if index > 0 && !trivia.trim().is_empty() {
                carried.push_str(trivia);
            }
        }
        if !carried.is_empty()
            && let Some(next) = leaves.last().and_then(|&last| tree.next_leaf(last))
        {
            let trivia = carried + tree.leaf_trivia(next);
            tree.set_leaf_trivia(next, &trivia)?;
        }
        Ok(())
    }

    /// Puts a blank between tokens that would read as others if they touched.
    fn separate(&self, tree: &mut Tree, id: NodeId, copies: &[Copied]) -> Result<(), EditError> {
        let copied: rustc_hash::FxHashSet<NodeId> =
            copies.iter().flat_map(|copy| tree.leaf_ids(copy.id).skip(1).collect::<Vec<_>>()).collect();
        let mut leaves: Vec<NodeId> = tree.leaf_ids(id).collect();
        if let Some(&last) = leaves.last() {
            leaves.extend(tree.next_leaf(last));
        }
        let mut before = leaves.first().and_then(|&first| tree.prev_leaf(first));
        for leaf in leaves {
            if let Some(before) = before
                && !copied.contains(&leaf)
                && tree.leaf_trivia(leaf).is_empty()
                && !self.placing.target.lexer().can_touch(tree.leaf_text(before), tree.leaf_text(leaf))
            {
                tree.set_leaf_trivia(leaf, " ")?;
            }
            before = Some(leaf);
        }
        Ok(())
    }

    /// Comments and blanks that the target has no notation for are left out, or refused. Comes first, while every token
    /// still stands where the source has it.
    fn settle_trivia(&mut self, tree: &mut Tree, langlet: &Langlet, options: &Options) -> Result<(), EditError> {
        let target = self.placing.target;
        let skips = |langlet: &Langlet| {
            let grammar = langlet.grammar();
            let skipped = grammar.tokens.iter().filter(|(symbol, _)| !grammar.token_order.contains(symbol));
            skipped.map(|(_, token)| token.pattern.clone()).collect::<Vec<_>>()
        };
        let known = skips(target);
        if skips(langlet).iter().all(|pattern| known.contains(pattern)) {
            return Ok(());
        }
        let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
        let mut tokens = Vec::new();
        for leaf in leaves {
            let trivia = tree.leaf_trivia(leaf);
            if trivia.is_empty() || reads_as_trivia(target, trivia, &mut tokens) {
                continue;
            }
            let kept = self.without_foreign(trivia, langlet, options, tree.stored(leaf).offsets()[0]);
            if let Some(kept) = kept {
                tree.set_leaf_trivia(leaf, &kept)?;
            }
        }
        let tail = tree.text[tree.tail.range()].to_owned();
        if !reads_as_trivia(target, &tail, &mut tokens)
            && let Some(kept) = self.without_foreign(&tail, langlet, options, tree.tail.start)
        {
            let start = tree.text.len() as u32;
            tree.text.push_str(&kept);
            tree.tail = Span::new(start, tree.text.len() as u32);
        }
        Ok(())
    }

    /// The trivia without the pieces that the target cannot read; a comment among them is a refusal unless dropped.
    fn without_foreign(&mut self, trivia: &str, langlet: &Langlet, options: &Options, offset: u32) -> Option<String> {
        let target = self.placing.target;
        let mut kept = String::new();
        let mut tokens = Vec::new();
        for piece in langlet.lexer().trivia_pieces(trivia) {
            let text = &trivia[piece.range()];
            if reads_as_trivia(target, text, &mut tokens) {
                kept.push_str(text);
            } else if text.trim().is_empty() {
                kept.push(' ');
            } else if !options.drop_comments {
                let span = Span::new(offset + piece.start, offset + piece.end);
                let reason = format!("{} has no comments", target.name());
                let help = Some("drop them with `--drop-comments`".to_owned());
                self.refusals.push(Refusal { span, reason, help });
                return None;
            }
        }
        Some(kept)
    }
}

fn reads_as_trivia(langlet: &Langlet, text: &str, tokens: &mut Vec<Token>) -> bool {
    tokens.clear();
    langlet.lexer().lex_plain(text, tokens).is_ok() && tokens.is_empty()
}
