//! Translation of a text from one langlet to another by the rules of a transformation.
//!
//! The tree is rewritten phase by phase (see [`super::strategy`]). Nothing but what a rule matches changes, so what no rule
//! touches stays byte for byte.
//!
//! Two things hold before a text is given out: it parses as the target, and it does so with the very tokens of the tree. So
//! what both langlets have may pass untouched, whatever rules derive it, and what the target lacks is reported.

use std::sync::Arc;

use thiserror::Error;

use super::apply::{Applier, State, end_lines, source_span};
use super::example::{Example, examples_of};
use super::metavariable::Scope;
use super::pattern::NamedPattern;
use super::place::Placing;
use super::rule::{Compiler, Functions, Rule};
use super::screen::{Presence, that_may_match};
use super::space::Space;
use super::{strategy, trivia};
use crate::algebra::indent::{LayoutSymbols, Lines};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::grammar::{Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::notation;
use crate::notation::syntax::{Name, Strategy};
use crate::parser::ReadError;
use crate::span::Span;

/// The rules that translate one langlet to another.
pub struct Transform {
    pub(crate) source: Langlet,
    pub(crate) target: Langlet,
    pub(crate) rules: Vec<Rule>,
    pub(crate) named: Vec<NamedPattern>,
    pub(crate) scope: Scope,
    /// The numbering for trees of the source.
    space: Arc<Space>,
    /// Name and strategy, in the order in which they are run; the first is for rules before any phase of the file.
    phases: Vec<(String, Strategy)>,
    /// The file that the rules are from.
    pub(crate) text: Arc<SourceText>,
    examples: Vec<Example>,
    /// Where ways begin and turn that the file says to lead back to the same tree; in a file of rules, names of its langlets.
    reversible: Vec<(String, String)>,
}

/// How to translate.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Apply these rules alone; all if empty. A name also stands for the rules that begin with it and `_`.
    pub only: Vec<String>,
    /// Do not apply these rules.
    pub except: Vec<String>,
    /// Leave out comments that the target has no notation for, instead of refusing the text, and those of tokens that a rule
    /// drops, instead of moving them.
    pub drop_comments: bool,
    /// Keep the texts before and after each application of a rule.
    pub explain: bool,
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
    /// The text that it was applied to, with [`Options::explain`]; else empty.
    pub before: String,
    /// What the rule made of it; rules that are applied later may have changed it further.
    pub after: String,
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
    /// Rules go on applying to each other's results.
    #[error("{} without end: {bound} times, each inside the result of the one before", circle(.rules))]
    Loop {
        /// The node at which it began, in the source text.
        span: Span,
        /// The rules of the circle, in the order in which they are applied.
        rules: Vec<String>,
        /// The bound that was reached.
        bound: u32,
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
            TranslateError::Loop { span, .. } => {
                let help = "add a condition, or run them in a phase `top down`; `at most` sets the bound";
                vec![Diagnostic::error(source, *span, self.to_string()).help(help)]
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
        functions: Functions<'_>,
    ) -> Result<Transform, Vec<Diagnostic>> {
        let transform = Transform::compile(text, source, target, functions)?;
        let errors = transform.check();
        if errors.is_empty() { Ok(transform) } else { Err(errors) }
    }

    /// As [`Transform::load`], for rules that are part of a program. What [`Transform::check`] finds is left to a test.
    ///
    /// # Panics
    /// If the text is wrong: the program is broken then.
    pub fn built_in(text: &str, source: &Langlet, target: &Langlet, functions: Functions<'_>) -> Transform {
        let text = SourceText::new(format!("{}-to-{}.transform", source.name(), target.name()), text);
        Transform::compile(&text, source, target, functions).unwrap_or_else(|errors| {
            let shown: Vec<String> = errors.iter().map(|error| error.render(false)).collect();
            panic!("a built-in transformation is wrong:\n{}", shown.join("\n"))
        })
    }

    /// No rules: what both langlets have passes as it is, all else is refused.
    pub fn identity(source: &Langlet, target: &Langlet) -> Transform {
        Transform {
            source: source.clone(),
            target: target.clone(),
            rules: Vec::new(),
            named: Vec::new(),
            scope: Scope::default(),
            space: Arc::new(Space::new(source, target)),
            phases: vec![("main".to_owned(), Strategy::TopDown)],
            text: SourceText::new("no rules", ""),
            examples: Vec::new(),
            reversible: Vec::new(),
        }
    }

    fn compile(
        text: &Arc<SourceText>,
        source: &Langlet,
        target: &Langlet,
        functions: Functions<'_>,
    ) -> Result<Transform, Vec<Diagnostic>> {
        let file = notation::parse_transform(text)?;
        let mut compiler = Compiler::new(text, source, target, functions);
        for (name, langlet) in [(&file.source, source), (&file.target, target)] {
            if name.text != langlet.name() {
                let message = format!("this file is about `{}`, not `{}`", name.text, langlet.name());
                compiler.error(name.span, message, None);
            }
        }
        for way in &file.reversible {
            let is_way = |from: &Name, to: &Name| way.from.text == from.text && way.to.text == to.text;
            if !is_way(&file.source, &file.target) && !is_way(&file.target, &file.source) {
                let (source, target) = (&file.source.text, &file.target.text);
                let help = format!("write `reversible {source} -> {target}` or `reversible {target} -> {source}`");
                compiler.error(way.span, "a way back is between the two langlets of the header".to_owned(), Some(help));
            }
        }
        file.patterns.iter().for_each(|pattern| compiler.add_named(pattern));
        let mut rules: Vec<Rule> = Vec::new();
        for (index, rule) in file.rules.iter().enumerate() {
            if file.rules[..index].iter().any(|known| known.name.text == rule.name.text) {
                let message = format!("there are two rules `{}`", rule.name.text);
                compiler.error(rule.name.span, message, Some("give each rule a name of its own".to_owned()));
            }
            rules.extend(compiler.compile(rule));
        }
        let errors = compiler.take_errors();
        if !errors.is_empty() {
            return Err(errors);
        }
        let Compiler { scope, named, space, .. } = compiler;
        let own = file.phases.iter().map(|phase| (phase.name.text.clone(), phase.strategy));
        let phases = std::iter::once(("main".to_owned(), Strategy::TopDown)).chain(own).collect();
        let (source, target, text) = (source.clone(), target.clone(), text.clone());
        let examples = examples_of(&file);
        let reversible = file.reversible.into_iter().map(|way| (way.from.text, way.to.text)).collect();
        let space = Arc::new(space);
        Ok(Transform { source, target, rules, named, scope, space, phases, text, examples, reversible })
    }

    /// The langlet that is read.
    pub fn source(&self) -> &Langlet {
        &self.source
    }

    /// The langlet that is written.
    pub fn target(&self) -> &Langlet {
        &self.target
    }

    /// The text that the rules were read from; empty for an identity.
    pub fn text(&self) -> &Arc<SourceText> {
        &self.text
    }

    /// The examples of the file.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Whether the file declares that what is translated from `from` to `to` and back, one way by it and the other by a route, is
    /// the same tree.
    pub fn is_reversible(&self, from: &Langlet, to: &Langlet) -> bool {
        self.reversible.iter().any(|(one, other)| one == from.name() && other == to.name())
    }

    /// The names and strategies of the phases, in order.
    pub(crate) fn phases(&self) -> impl Iterator<Item = (&str, &Strategy)> {
        self.phases.iter().map(|(name, strategy)| (name.as_str(), strategy))
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
        let tree = langlet.parse(text)?;
        let mut applied = Vec::new();
        let (tree, space) = self.rewrite(tree, options, &mut applied)?;
        if applied.is_empty() && *langlet == self.target && tree.text.len() == text.len() {
            return Ok(Translation { text: text.to_owned(), applied });
        }
        let text = tree.unparse();
        self.verify(&tree, &space, &text)?;
        Ok(Translation { text, applied })
    }

    /// Translates a tree to a tree of the target, whose text is the translation. Places in what is returned, and in errors,
    /// are those of the text that the first tree of a row of translations was parsed from.
    ///
    /// # Errors
    /// As [`Transform::translate`].
    pub fn translate_tree(&self, tree: Tree, options: &Options) -> Result<(Tree, Vec<Applied>), TranslateError> {
        let mut applied = Vec::new();
        let (tree, space) = self.rewrite(tree, options, &mut applied)?;
        let text = tree.unparse();
        let mut result = self.verify(&tree, &space, &text)?;
        let leaves = result.leaf_ids(result.root).zip(tree.leaf_ids(tree.root));
        let lineage = leaves.filter_map(|(new, old)| Some((result.origin(new)?, tree.origin(old)?))).collect();
        result.lineage = Some(lineage);
        Ok((result, applied))
    }

    /// Applies the rules, phase by phase; the tree is then one of the target, in the numbering of the space.
    pub(super) fn rewrite(
        &self,
        mut tree: Tree,
        options: &Options,
        applied: &mut Vec<Applied>,
    ) -> Result<(Tree, Arc<Space>), TranslateError> {
        let space = match tree.langlet == self.source {
            true => self.space.clone(),
            false => Arc::new(Space::new(&tree.langlet, &self.target)),
        };
        let placing = Placing { space: &space, target: &self.target };
        let of_target = |symbol| space.of_target(symbol);
        let layout = LayoutSymbols::numbered(self.target.grammar(), of_target);
        let is_chosen = |rule: &&Rule| {
            let named = |names: &[String]| names.iter().any(|name| stands_for(name, &rule.name));
            (options.only.is_empty() || named(&options.only)) && !named(&options.except)
        };
        let mut applier = Applier {
            placing,
            named: &self.named,
            scope: &self.scope,
            options,
            lines: Lines::of(&tree, &self.target),
            layout,
            most_nodes: (tree.n_stored() * 8).max(1 << 26),
            applied: Vec::new(),
            refusals: Vec::new(),
            state: State::default(),
        };
        trivia::settle(&mut tree, &self.target, options, &mut applier.refusals)?;
        let (mut presence, mut n_applied) = (Presence::of(&tree), 0);
        for (number, (_, strategy)) in self.phases.iter().enumerate() {
            // What an earlier phase has made counts, too.
            if applier.applied.len() > n_applied {
                (presence, n_applied) = (Presence::of(&tree), applier.applied.len());
            }
            let rules = self.rules.iter().filter(|rule| rule.phase == number).filter(is_chosen).collect();
            let rules = that_may_match(rules, &self.named, &tree, &presence, *strategy == Strategy::TopDown);
            strategy::run(&mut applier, &rules, strategy, &mut tree, &presence)?;
            applier.state.pending.write(&mut tree)?;
        }
        if applier.lines.is_open && !applier.applied.is_empty() {
            end_lines(&mut tree, &applier.layout, &applier.lines.newline)?;
        }
        let Applier { applied: mut all, mut refusals, state, .. } = applier;
        for list in state.open {
            if !tree.nodes.contains_key(list.id) || tree.is_detached(list) {
                continue;
            }
            if let Some(node) = placing.misfit(&tree, list) {
                let name = tree.name(node);
                let reason = format!("{} has no `{name}`, and no rule translates this one", self.target.name());
                refusals.push(Refusal { span: source_span(&tree, node), reason, help: None });
            }
        }
        if !refusals.is_empty() {
            refusals.sort_by_key(|refusal| refusal.span);
            return Err(TranslateError::Refused(refusals));
        }
        all.sort_by_key(|one| one.span);
        applied.extend(all);
        Ok((tree, space))
    }

    /// The result must parse as the target, with the very tokens of the tree.
    fn verify(&self, tree: &Tree, space: &Space, text: &str) -> Result<Tree, TranslateError> {
        let wrong = |span: Span, reason: String| TranslateError::Output {
            target: self.target.name().to_owned(),
            reason,
            text: SourceText::new("result", text),
            span,
        };
        let tokens = self.target.tokens(text).map_err(|error| match error {
            ReadError::Lex(error) => {
                let foreign = leaf_at(tree, error.span().start).and_then(|at| self.foreign_construct(tree, space, at));
                foreign.unwrap_or_else(|| wrong(error.span(), error.to_string()))
            }
            ReadError::Parse(error) => wrong(error.span, error.to_string()),
        })?;
        let mut written = tree.leaf_ids(tree.root);
        let mut by_chain: Vec<Option<bool>> = Vec::new();
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
            if self.is_foreign(tree, space, leaf, &mut by_chain) {
                // A keyword of the source would be a name, or something else, in the target.
                let reason = format!("`{}` is no keyword there", tree.leaf_text(leaf));
                let foreign = self.foreign_construct(tree, space, index);
                return Err(foreign.unwrap_or_else(|| wrong(span, reason)));
            }
        }
        // A text without statements has fewer tokens at its end.
        let end = &tree.langlet.grammar().layout.end;
        let is_end = |leaf: NodeId| tree.leaf_text(leaf).is_empty() && end.contains(&tree.symbol(tree.bottom(leaf)));
        if let Some(leaf) = written.find(|&leaf| !is_end(leaf)) {
            let end = text.len() as u32;
            return Err(wrong(Span::new(end, end), format!("`{}` was written and is not read", tree.leaf_text(leaf))));
        }
        self.target.parse_tokens(self.target.start(), text.to_owned(), &tokens).map_err(|error| {
            let index = tokens.iter().position(|token| token.start == error.span.start && token.end == error.span.end);
            let foreign = index.and_then(|index| self.foreign_construct(tree, space, index));
            foreign.unwrap_or_else(|| wrong(error.span, error.to_string()))
        })
    }

    /// Whether a token is a literal of a rule, and the target has neither: it would be read as a name. `by_chain` keeps for
    /// which chains the literal is one that the target does not have.
    fn is_foreign(&self, tree: &Tree, space: &Space, leaf: NodeId, by_chain: &mut Vec<Option<bool>>) -> bool {
        let chain = tree.stored(leaf).chain.0 as usize;
        if by_chain.len() <= chain {
            by_chain.resize(chain + 1, None);
        }
        let is_unknown = *by_chain[chain].get_or_insert_with(|| {
            let symbol = tree.symbol(tree.bottom(leaf));
            let symbols = &tree.langlet.grammar().symbols;
            let is_literal = symbol.index() < symbols.len() && symbols.kind(symbol) == SymbolKind::Literal;
            is_literal && space.to_target(symbol).is_none()
        });
        is_unknown && tree.parent(tree.bottom(leaf)).is_some_and(|rule| space.to_target(tree.symbol(rule)).is_none())
    }

    /// The construct of the source, around the token of this number, that the target does not have.
    fn foreign_construct(&self, tree: &Tree, space: &Space, index: usize) -> Option<TranslateError> {
        let leaf = tree.leaf_ids(tree.root).nth(index)?;
        // The token at which the parser failed, or the one that led it astray.
        let leaves = [Some(leaf), tree.prev_leaf(leaf)];
        let is_foreign = |node: &Node| space.to_target(tree.symbol(*node)).is_none();
        let above = |leaf: NodeId| {
            let token = tree.bottom(leaf);
            std::iter::once(token).chain(tree.ancestors(token))
        };
        // One of the tokens is its own or its first. What only stands around them, such as a list, reads like one of the target.
        let is_of = |node: &Node, leaf: NodeId| {
            let token = tree.bottom(leaf);
            *node == token || tree.parent(token) == Some(*node) || tree.leaf_ids(node.id).next() == Some(leaf)
        };
        let foreign = leaves
            .into_iter()
            .flatten()
            .find_map(|leaf| above(leaf).find(|node| is_foreign(node) && is_of(node, leaf)));
        // A token is named by the production that it stands in.
        let foreign = foreign.map(|node| tree.parent(node).filter(|_| tree.is_token(node)).unwrap_or(node));
        // A rule that both have may have a production that the target lacks.
        let is_added = |node: &Node| self.is_added(tree, space, *node);
        let added = || leaves.into_iter().flatten().find_map(|leaf| above(leaf).find(is_added));
        let node = foreign.filter(is_foreign).or_else(added).or(foreign)?;
        let span = source_span(tree, node);
        let symbols = &tree.langlet().grammar().symbols;
        let rule = symbols.display(tree.symbol(node));
        let name = if is_foreign(&node) {
            rule.clone()
        } else {
            let children = tree.children(node).map(|child| symbols.display(tree.symbol(child)));
            format!("{rule}: {}", children.collect::<Vec<_>>().join(" "))
        };
        let reason = format!("{} has no `{name}`, and no rule translates this one", self.target.name());
        let help = Some(format!("a rule for it begins `rule … {rule} [| … |] => …`"));
        Some(TranslateError::Refused(vec![Refusal { span, reason, help }]))
    }

    /// Whether the node is of a production that neither the target has nor the langlet that the rules are written for: a
    /// descendant has added it.
    fn is_added(&self, tree: &Tree, space: &Space, node: Node) -> bool {
        if tree.is_token(node) {
            return false;
        }
        let network = &tree.langlet().tables().network;
        let (own, rule) = (&self.source.tables().network, tree.symbol(node));
        let symbols: Vec<Symbol> = tree.children(node).map(|child| tree.symbol(child)).collect();
        let of_target = || symbols.iter().map(|&symbol| space.to_target(symbol)).collect::<Option<Vec<Symbol>>>();
        let is_in_target = || match (space.to_target(rule), of_target()) {
            (Some(rule), Some(symbols)) => self.target.tables().network.derives(rule, symbols),
            _ => false,
        };
        let is_known = network.start(rule).is_some() && network.derives(rule, symbols.iter().copied());
        is_known && !own.derives(rule, symbols.iter().copied()) && !is_in_target()
    }
}

/// The number of the leaf that stands at an offset of the tree's text, as it would be written.
fn leaf_at(tree: &Tree, offset: u32) -> Option<usize> {
    let mut end = 0;
    tree.leaf_ids(tree.root).position(|leaf| {
        end += (tree.leaf_trivia(leaf).len() + tree.leaf_text(leaf).len()) as u32;
        offset < end
    })
}

fn circle(rules: &[String]) -> String {
    match rules {
        [rule] => format!("the rule `{rule}` applies to its own results"),
        rules => format!("the rules {} apply to each other's results", rules.join(" → ")),
    }
}

/// Whether a name that the user gives means a rule: `print` means `print`, `print_to` and all that begin so.
pub fn stands_for(name: &str, rule: &str) -> bool {
    rule.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}
