//! Fragments: source text with metavariables, parsed once.
//!
//! `$x` stands for one node, `$x*`, `$x+`, `$x?` for a run of siblings with their separators, `$x:rule` for a node of that
//! rule or token, `$x:name` for one that a named pattern fits. A metavariable is read as a terminal that every symbol can
//! begin with; prediction finds which symbol it stands for so that the whole text parses, and takes the outermost one. A run
//! stands where something can repeat.
//!
//! A text over several lines is read with the layout of its langlet. Layout tokens at its end that the symbol does not ask
//! for are left out, and so is the line end behind a metavariable whose type includes it, or that stands alone on a line and
//! can stand for the whole line.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::infer::{Inference, run_beginnings};
use crate::algebra::Kind;
use crate::algebra::block::blocks_of;
use crate::algebra::postfix::can_join;
use crate::automata::Terminal;
use crate::cst::node::{Node, NodeId, Tree};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::{LexError, Token};
use crate::parser::drive::{self, METAVARIABLE, Types, Wanted};
use crate::parser::{ParseError, ReadError};
use crate::span::Span;

/// How many nodes a metavariable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// `$x`: one.
    One,
    /// `$x?`: one or none.
    Optional,
    /// `$x*`: a run of siblings, maybe none.
    Star,
    /// `$x+`: a run of siblings, at least one.
    Plus,
}

impl Repeat {
    /// Whether it may stand for nothing.
    pub(crate) fn may_be_empty(self) -> bool {
        matches!(self, Repeat::Optional | Repeat::Star)
    }
}

/// Number of a metavariable's name in one [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Variable(pub(crate) u16);

/// What a metavariable may stand for, if its text says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Whatever fits.
    Any,
    /// A node of this symbol; of a run, its elements.
    Symbol(Symbol),
    /// What this named pattern of the scope fits; the symbol is that of the pattern.
    Pattern(usize, Symbol),
}

impl Type {
    /// The symbol that the node must have.
    pub(crate) fn symbol(self) -> Option<Symbol> {
        match self {
            Type::Any => None,
            Type::Symbol(symbol) | Type::Pattern(_, symbol) => Some(symbol),
        }
    }
}

/// One occurrence of a metavariable.
#[derive(Clone, Debug)]
pub(crate) struct Metavariable {
    pub(crate) variable: Variable,
    pub(crate) repeat: Repeat,
    /// The place in the file that holds the fragment, `$` included.
    pub(crate) span: Span,
    pub(crate) wanted: Type,
    /// Of a run: the symbols that its first sibling may have.
    pub(crate) beginnings: Vec<Symbol>,
}

/// The names that fragments of a file share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    inferences: Vec<Arc<Inference>>,
    /// In a template, the symbol that each metavariable stands for in the pattern, in the numbering of the target.
    pub(crate) bound: Vec<(Variable, Symbol)>,
    /// Whether results are read, not patterns.
    pub(crate) is_result: bool,
    variables: Vec<String>,
    /// Named patterns, with the symbol of what they fit; `None` if their alternatives have several.
    pub(crate) patterns: Vec<(String, Option<Symbol>)>,
}

impl Scope {
    /// The number of a metavariable's name.
    pub(crate) fn variable(&mut self, name: &str) -> Variable {
        let index = self.variables.iter().position(|known| known == name).unwrap_or_else(|| {
            self.variables.push(name.to_owned());
            self.variables.len() - 1
        });
        Variable(index as u16)
    }

    /// The name of a metavariable, without `$`.
    pub(crate) fn name(&self, variable: Variable) -> &str {
        &self.variables[usize::from(variable.0)]
    }

    fn inference(&mut self, langlet: &Langlet) -> Arc<Inference> {
        if let Some(known) = self.inferences.iter().find(|known| known.langlet == *langlet) {
            return known.clone();
        }
        let inference = Arc::new(Inference::new(langlet));
        self.inferences.push(inference.clone());
        inference
    }

    fn type_named(&self, langlet: &Langlet, name: &str) -> Result<Type, String> {
        match self.patterns.iter().position(|(known, _)| known == name) {
            Some(index) => match self.patterns[index].1 {
                Some(symbol) => Ok(Type::Pattern(index, symbol)),
                None => Err(format!(
                    "the alternatives of the pattern `{name}` are of several rules; use it in a condition: `$x is {name}`"
                )),
            },
            None => langlet.symbol(name).map(Type::Symbol).map_err(|error| error.to_string()),
        }
    }
}

/// A parsed fragment.
#[derive(Clone, Debug)]
pub(crate) struct Fragment {
    pub(crate) tree: Tree,
    /// By leaf.
    metavariables: FxHashMap<NodeId, Metavariable>,
    /// By the node of a block.
    lines: FxHashMap<NodeId, Line>,
    places: Places,
}

/// What stands for a block of one line, where the text has a block over several: `if x: y`.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The only child of the block, such as a line of small statements.
    pub(crate) single: Symbol,
    /// The levels above it that make it an element of a block, outermost first.
    pub(crate) levels: Vec<Symbol>,
    /// How many layout tokens stand before the elements in the text, and behind them.
    pub(crate) around: (usize, usize),
}

/// No fragment may be nested deeper, so that functions over fragments may recurse.
const DEEPEST: usize = 500;

/// No fragment may have more tokens, for the same reason.
const LONGEST: usize = 1000;

impl Fragment {
    /// Parses `text`, which stands in `source` from `offset` on, as the rule `symbol` of `langlet`.
    ///
    /// # Errors
    /// The text is no such rule, or a metavariable names an unknown one; the place is in `source`.
    pub(crate) fn parse(
        langlet: &Langlet,
        symbol: Symbol,
        text: &str,
        source: &Arc<SourceText>,
        offset: u32,
        scope: &mut Scope,
    ) -> Result<Fragment, Diagnostic> {
        let is_block = text.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
        let (text, places) = trimmed(text, offset);
        let marks = marks(&text);
        let mut found: FxHashMap<u32, Metavariable> = FxHashMap::default();
        for mark in &marks {
            let span = Span::new(places.of(mark.start as u32), places.of(mark.end as u32));
            let wanted = match mark.kind {
                None => Type::Any,
                Some(name) => {
                    scope.type_named(langlet, name).map_err(|message| Diagnostic::error(source, span, message))?
                }
            };
            let variable = scope.variable(mark.name);
            found.insert(
                mark.start as u32,
                Metavariable { variable, repeat: mark.repeat, span, wanted, beginnings: Vec::new() },
            );
        }
        let whole = Span::new(places.of(0), places.of(text.len() as u32));
        let inference = scope.inference(langlet);
        let readings = readings(langlet, symbol, &text, (&marks, &found), (&inference, &scope.bound), is_block)
            .map_err(|error| {
                let mut diagnostic = ReadError::Lex(error).diagnostic(&SourceText::new("fragment", text.clone()));
                places.shift(&mut diagnostic, source);
                diagnostic
            })?;
        if readings[0].len() > LONGEST {
            return Err(Diagnostic::error(source, whole, format!("this text has more than {LONGEST} tokens")));
        }
        let is_whole = |mark: &Mark<'_>| (mark.start, mark.end) == (0, text.trim_end().len());
        // A result that is a metavariable alone is what that stands for, or all of its elements.
        let is_taken_over = |mark: &Mark<'_>| match found[&0] {
            _ if !scope.is_result => false,
            Metavariable { repeat: Repeat::Star | Repeat::Plus, .. } => true,
            Metavariable { variable, .. } => scope.bound.iter().any(|&(known, bound)| {
                mark.kind.is_none()
                    && known == variable
                    && langlet.interpolations().path(Kind::Pure, symbol, bound).is_some()
            }),
        };
        let has_type = || found[&0].wanted.symbol() == Some(symbol);
        let whole_mark = marks.iter().find(|mark| is_whole(mark) && (has_type() || is_taken_over(mark)));
        let tree = match whole_mark {
            Some(mark) => Ok(Tree::of_leaf(langlet, &[symbol, METAVARIABLE], &text, mark.end as u32)),
            None => first_tree(langlet, symbol, &text, &readings, &found, (&inference, &scope.bound)),
        };
        let tree = tree.map_err(|error| {
            let name = langlet.grammar().symbols.name(symbol);
            let mut diagnostic = ReadError::Parse(error).diagnostic(&SourceText::new("fragment", text.clone()));
            places.shift(&mut diagnostic, source);
            diagnostic.help(format!("{} cannot read this text as `{name}`", langlet.name()))
        })?;
        let mut depth: usize = 0;
        for leaf in tree.leaves(tree.root()) {
            depth = depth.max(tree.ancestors(leaf).filter(|node| node.level == 0).take(DEEPEST + 1).count());
        }
        if depth > DEEPEST {
            let message = format!("this text is nested deeper than {DEEPEST} levels");
            return Err(Diagnostic::error(source, whole, message));
        }
        let kept = tree.leaf_ids(tree.root).filter(|&leaf| tree.chain(Node::top(leaf)).last() == Some(&METAVARIABLE));
        let metavariable = |leaf: NodeId| {
            let mut metavariable = found[&tree.stored(leaf).offsets()[1]].clone();
            metavariable.beginnings = beginnings(&tree, leaf, &metavariable);
            (leaf, metavariable)
        };
        let metavariables = kept.map(metavariable).collect();
        let inner = tree.preorder(tree.root()).filter(|node| *node == tree.bottom(node.id) && !tree.is_token(*node));
        let lines = inner.filter_map(|node| Some((node.id, line_form(&tree, node)?))).collect();
        Ok(Fragment { tree, metavariables, lines, places })
    }

    /// What may stand for the node in one line, if it is a block over several.
    pub(crate) fn line_form(&self, id: NodeId) -> Option<&Line> {
        self.lines.get(&id)
    }

    /// The metavariable that stands for this node, if one does.
    pub(crate) fn metavariable(&self, node: Node) -> Option<&Metavariable> {
        let chain = self.tree.chain(node);
        (chain.get(usize::from(node.level) + 1) == Some(&METAVARIABLE)).then(|| &self.metavariables[&node.id])
    }

    /// If the fragment is a head with postfixes, `f(x).y` of `power: atom trailer*`: the symbols of both. What has more
    /// postfixes, or more behind them, has it as a part: `f(x).y[0]` is `[0]` of `f(x).y`.
    pub(crate) fn head(&self) -> Option<(Symbol, Symbol)> {
        let bottom = self.tree.bottom(self.tree.root);
        let symbols: Vec<Symbol> = self.tree.children(bottom).map(|child| self.tree.symbol(child)).collect();
        let (&head, postfixes) = symbols.split_first()?;
        let &postfix = postfixes.first()?;
        let is_alike = postfixes.iter().all(|&other| other == postfix) && head != postfix;
        let network = &self.tree.langlet.tables().network;
        let is_rule = self.tree.langlet.grammar().symbols.is_rule(postfix);
        (is_alike && is_rule && can_join(network, self.tree.symbol(bottom), &[], head, &symbols))
            .then_some((head, postfix))
    }

    /// The run that the whole fragment is, if it is one.
    pub(crate) fn root_run(&self) -> Option<&Metavariable> {
        let root = self.metavariables.get(&self.tree.root)?;
        matches!(root.repeat, Repeat::Star | Repeat::Plus).then_some(root)
    }

    /// The metavariable that the stored node of `node` consists of, at whatever level.
    pub(crate) fn metavariable_below(&self, node: Node) -> Option<&Metavariable> {
        self.metavariables.get(&node.id)
    }

    /// All occurrences, in the order of the text.
    pub(crate) fn metavariables(&self) -> Vec<&Metavariable> {
        self.tree.leaf_ids(self.tree.root).filter_map(|leaf| self.metavariables.get(&leaf)).collect()
    }

    /// The symbol that a metavariable was found to stand for.
    pub(crate) fn symbol_of(&self, leaf: NodeId) -> Symbol {
        let chain = self.tree.chain(Node::top(leaf));
        chain[chain.len() - 2]
    }

    /// The metavariables with the symbols that they were found to stand for, in the order of the text.
    pub(crate) fn typed_metavariables(&self) -> Vec<(&Metavariable, Symbol)> {
        let leaves = self.tree.leaf_ids(self.tree.root);
        leaves.filter_map(|leaf| Some((self.metavariables.get(&leaf)?, self.symbol_of(leaf)))).collect()
    }

    /// Where the fragment's leaf stands in the file.
    pub(crate) fn place(&self, leaf: NodeId) -> Span {
        let [_, start, end] = self.tree.stored(leaf).offsets();
        Span::new(self.places.of(start), self.places.of(end).max(self.places.of(start)))
    }

    /// The texts of its literals: what a text must contain for the fragment to match.
    pub(crate) fn literals(&self) -> Vec<String> {
        let grammar = self.tree.langlet.grammar();
        let leaves = self.tree.leaves(self.tree.root());
        let literals = leaves.filter(|&leaf| {
            let symbol = self.tree.symbol(leaf);
            symbol != METAVARIABLE && !grammar.is_layout(symbol) && !self.is_optional(leaf)
        });
        literals.map(|leaf| self.tree.text(leaf).to_owned()).filter(|text| !text.is_empty()).collect()
    }

    /// Whether the token may be missing because a run beside it is empty.
    fn is_optional(&self, leaf: Node) -> bool {
        let is_run = |node: Option<Node>| {
            node.and_then(|node| self.metavariable_below(node)).is_some_and(|m| m.repeat.may_be_empty())
        };
        let top = Node::top(leaf.id);
        is_run(self.tree.prev_sibling(top)) || is_run(self.tree.next_sibling(top))
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tree({}, {} stored nodes)", self.langlet.name(), self.nodes.len())
    }
}

/// Where the lines of a trimmed text stand in the file.
#[derive(Clone, Debug)]
struct Places {
    /// Start of each line in the text, and its place in the file.
    lines: Vec<(u32, u32)>,
}

impl Places {
    fn of(&self, offset: u32) -> u32 {
        let line = self.lines.partition_point(|&(start, _)| start <= offset).max(1) - 1;
        let (start, place) = self.lines[line];
        place + offset.saturating_sub(start)
    }

    fn shift(&self, diagnostic: &mut Diagnostic, source: &Arc<SourceText>) {
        let len = source.text.len() as u32;
        for label in &mut diagnostic.labels {
            let (start, end) = (self.of(label.span.start).min(len), self.of(label.span.end).min(len));
            label.span = Span::new(start, end.max(start));
        }
        diagnostic.source = source.clone();
    }
}

/// The text without the blanks around it; if it begins with a line end, its lines without their common indentation.
fn trimmed(text: &str, offset: u32) -> (String, Places) {
    let is_blank = |c: char| c == ' ' || c == '\t';
    let Some(lines) = quoted_lines(text) else {
        let start = text.len() - text.trim_start_matches(is_blank).len();
        let end = text.trim_end_matches(is_blank).len().max(start);
        return (text[start..end].to_owned(), Places { lines: vec![(0, offset + start as u32)] });
    };
    let (mut out, mut places) = (String::new(), Vec::new());
    for (at, line) in lines {
        places.push((out.len() as u32, offset + at as u32));
        out.push_str(line);
    }
    if places.is_empty() {
        places.push((0, offset + text.len() as u32));
    }
    (out, Places { lines: places })
}

/// The lines of a quotation that begins with a line end, each with its offset: those behind the line end, without their
/// common indentation, and without the last one if it has only the blanks before the closing mark. `None` for another.
pub(crate) fn quoted_lines<'a>(text: &'a str) -> Option<Vec<(usize, &'a str)>> {
    let is_blank = |c: char| c == ' ' || c == '\t';
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let newline = ["\r\n", "\n", "\r"].into_iter().find(|newline| text[start..].starts_with(newline))?;
    let mut lines: Vec<(usize, &'a str)> = Vec::new();
    let mut at = start + newline.len();
    // Progress: a line is not empty.
    while at < text.len() {
        let rest = &text[at..];
        let len = match rest.find(['\n', '\r']) {
            Some(end) if rest[end..].starts_with("\r\n") => end + 2,
            Some(end) => end + 1,
            None => rest.len(),
        };
        lines.push((at, &rest[..len]));
        at += len;
    }
    lines.pop_if(|(_, last)| last.chars().all(is_blank));
    let indentation = |line: &str| line.len() - line.trim_start_matches(is_blank).len();
    let filled = lines.iter().filter(|(_, line)| !line.trim().is_empty());
    // Byte for byte, so that a tab is not taken for blanks.
    let common = filled.map(|&(_, line)| &line[..indentation(line)]).reduce(|common, one| {
        let len = common.bytes().zip(one.bytes()).take_while(|(a, b)| a == b).count();
        &common[..len]
    });
    let common = common.unwrap_or_default();
    let without = |(at, line): (usize, &'a str)| {
        let len = if line.starts_with(common) { common.len() } else { indentation(line) };
        (at + len, &line[len..])
    };
    Some(lines.iter().map(|&line| without(line)).collect())
}

/// The token strings that the text may be, in the order in which they are tried.
fn readings(
    langlet: &Langlet,
    symbol: Symbol,
    text: &str,
    (marks, found): (&[Mark<'_>], &FxHashMap<u32, Metavariable>),
    (inference, bound): (&Inference, &[(Variable, Symbol)]),
    is_block: bool,
) -> Result<Vec<Vec<Token>>, LexError> {
    let kind = langlet.tables().terminals.metavariable();
    let mark_at = |at: usize| marks.iter().find(|mark| mark.start == at).map(|mark| mark.end);
    let is_layout = |token: &Token| {
        let symbol = langlet.tables().terminals.symbol(token.kind);
        token.kind != kind && symbol.is_some_and(|symbol| langlet.grammar().is_layout(symbol))
    };
    let mut laid = Vec::new();
    langlet.lexer().lex_marked(text, kind, mark_at, &mut laid)?;
    if let Some(indent) = langlet.grammar().layout.indent {
        let number = |symbol| langlet.tables().terminals.number(symbol);
        unindent(&mut laid, number(indent.indent), number(indent.dedent));
    }
    let plain: Vec<Token> = laid.iter().filter(|token| !is_layout(token)).copied().collect();
    let mut readings: Vec<Vec<Token>> = Vec::new();
    let newline = langlet.grammar().layout.newline.as_ref();
    let newline = newline.and_then(|(symbol, _)| langlet.tables().terminals.number(*symbol));
    // A rule that can begin with a line end is written as the block behind it.
    let number = |symbol: Symbol| langlet.tables().terminals.number(symbol);
    let start = langlet.tables().network.start(symbol);
    let begins_with =
        |newline: Terminal| start.is_some_and(|start| langlet.tables().sets.first(start).contains(newline));
    let begins_block = |newline: &Terminal| is_block && begins_with(*newline);
    let around = newline.filter(begins_block).and_then(|newline| {
        let indent = langlet.grammar().layout.indent?;
        Some(([newline, number(indent.indent)?], number(indent.dedent)?))
    });
    let mut blocks = Vec::new();
    // A type says whether the metavariable includes the end of its line; without one, it does if it is alone there and can.
    let known = |start: u32| {
        let Metavariable { variable, wanted, .. } = &found[&start];
        let bound = bound.iter().find(|(known, _)| known == variable).map(|(_, symbol)| *symbol);
        wanted.symbol().or(bound)
    };
    let takes_line = |start: u32, is_alone: bool, without_type: bool| match known(start) {
        Some(symbol) => inference.ends_line(symbol),
        None => is_alone && without_type,
    };
    for without_type in [true, false] {
        let tokens =
            whole_lines(&laid, kind, newline, is_layout, |start, is_alone| takes_line(start, is_alone, without_type));
        let n_layout = tokens.iter().rev().take_while(|token| is_layout(token)).count();
        for n_dropped in (0..=n_layout).rev() {
            let reading = tokens[..tokens.len() - n_dropped].to_vec();
            if let Some((before, behind)) = around.filter(|_| n_dropped > 0) {
                let end = reading.last().map_or(0, |token| token.end);
                let behind = Token { start: end, end, kind: behind };
                let before = before.map(|kind| Token { start: 0, end: 0, kind });
                blocks.push([&before, &reading[..], &[behind]].concat());
            }
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
    }
    if !readings.contains(&plain) {
        readings.push(plain);
    }
    blocks.append(&mut readings);
    Ok(blocks)
}

/// Leaves out the tokens for the indentation of the text as a whole, if its first line is indented: a comment before it may
/// be less.
fn unindent(tokens: &mut Vec<Token>, indent: Option<Terminal>, dedent: Option<Terminal>) {
    if tokens.first().is_none_or(|first| Some(first.kind) != indent) {
        return;
    }
    let mut depth = 0;
    let closes = tokens.iter().position(|token| {
        depth += i32::from(Some(token.kind) == indent);
        depth -= i32::from(Some(token.kind) == dedent);
        depth == 0
    });
    if let Some(closes) = closes {
        tokens.remove(closes);
    }
    tokens.remove(0);
}

/// The tokens with marks that take the end of their line: `takes_line` tells by the start of one and whether it is alone.
fn whole_lines(
    laid: &[Token],
    mark: Terminal,
    newline: Option<Terminal>,
    is_layout: impl Fn(&Token) -> bool,
    takes_line: impl Fn(u32, bool) -> bool,
) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (index, &token) in laid.iter().enumerate() {
        let is_taken = Some(token.kind) == newline
            && index > 0
            && laid[index - 1].kind == mark
            && takes_line(laid[index - 1].start, index == 1 || is_layout(&laid[index - 2]));
        match tokens.last_mut() {
            Some(last) if is_taken => last.end = token.end,
            _ => tokens.push(token),
        }
    }
    tokens
}

/// Where one node without a type may stand, by preference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum One {
    /// In a result, where what it is bound to can stand as it is; else as `General`.
    Bound,
    /// Where it can be most.
    General,
    /// Not for a list.
    Element,
    /// Anywhere.
    Any,
}

/// The tree of the first token string that can be read.
fn first_tree(
    langlet: &Langlet,
    symbol: Symbol,
    text: &str,
    readings: &[Vec<Token>],
    found: &FxHashMap<u32, Metavariable>,
    (inference, bound): (&Inference, &[(Variable, Symbol)]),
) -> Result<Tree, ParseError> {
    // A run stands where something can repeat, one node where it can be most; if there is no such reading, anywhere.
    let is_run = |m: &Metavariable| matches!(m.repeat, Repeat::Star | Repeat::Plus);
    let has = |run: bool| found.values().any(|m| m.wanted == Type::Any && is_run(m) == run);
    let runs = [Some(&inference.general_repeating), Some(&inference.repeating), None];
    let preferences: Vec<(Option<&Arc<_>>, One)> = runs
        .into_iter()
        .flat_map(|run| [One::Bound, One::General, One::Element, One::Any].map(|one| (run, one)))
        .filter(|&(run, one)| (run.is_none() || has(true)) && (one == One::Any || has(false)))
        .collect();
    let mut furthest: Option<ParseError> = None;
    for &(run, one) in &preferences {
        for tokens in readings {
            let mut types = Types::default();
            for (index, token) in tokens.iter().enumerate() {
                let Some(metavariable) = found.get(&token.start).filter(|_| token.end > token.start) else { continue };
                let known = bound.iter().find(|(variable, _)| *variable == metavariable.variable);
                let wanted = match (metavariable.wanted.symbol(), is_run(metavariable), one) {
                    (Some(symbol), ..) => Wanted::Symbol(symbol),
                    (None, true, _) if let Some(run) = run => Wanted::Transitions(run.clone()),
                    (None, true, _) | (None, false, One::Any) => continue,
                    (None, false, One::Bound) if let Some(&(_, bound)) = known => {
                        Wanted::Transitions(Arc::new(inference.admitting(bound)))
                    }
                    (None, false, One::Bound | One::General) => Wanted::Transitions(inference.general.clone()),
                    (None, false, One::Element) => Wanted::Transitions(inference.elements.clone()),
                };
                types.insert(index, wanted);
            }
            match drive::parse(langlet, symbol, text.to_owned(), tokens, Some(&types)) {
                Ok(tree) if lines_are_whole(&tree, inference) => return Ok(tree),
                Ok(_) => {}
                Err(error) if furthest.as_ref().is_none_or(|known| known.span.start < error.span.start) => {
                    furthest = Some(error);
                }
                Err(_) => {}
            }
        }
    }
    Err(furthest.expect("a reading in which no metavariable takes a line end is among them"))
}

/// The short form of a block that is written over several lines, if the child of the short form is an element as it is.
fn line_form(tree: &Tree, node: Node) -> Option<Line> {
    let grammar = tree.langlet.grammar();
    let symbols: Vec<Symbol> = tree.children(node).map(|child| tree.symbol(child)).collect();
    if !symbols.first().is_some_and(|&first| first != METAVARIABLE && grammar.is_layout(first)) {
        return None;
    }
    let blocks = blocks_of(&tree.langlet, tree.symbol(node));
    let block = blocks.into_iter().find(|block| {
        let is_pure = block.path.iter().all(|step| step.n_constants() == 0);
        is_pure && symbols.starts_with(&block.before) && symbols.ends_with(&block.after)
    })?;
    let levels = block.path.iter().map(|step| step.rule).collect();
    Some(Line { single: block.single, levels, around: (block.before.len(), block.after.len()) })
}

/// What the first sibling of a run may be: of one without a type, whatever can come there.
fn beginnings(tree: &Tree, leaf: NodeId, metavariable: &Metavariable) -> Vec<Symbol> {
    let chain = tree.chain(Node::top(leaf));
    let (element, place) = (chain[chain.len() - 2], Node { id: leaf, level: chain.len() as u16 - 2 });
    match (tree.parent(place), metavariable.wanted, metavariable.repeat) {
        (Some(parent), Type::Any, Repeat::Star | Repeat::Plus) => {
            run_beginnings(&tree.langlet.tables().network, tree.symbol(parent), element)
        }
        _ => vec![element],
    }
}

/// Whether each metavariable that took the end of its line stands for what ends with one.
fn lines_are_whole(tree: &Tree, inference: &Inference) -> bool {
    tree.leaf_ids(tree.root).all(|leaf| {
        let chain = tree.chain(Node::top(leaf));
        let takes_line = chain.last() == Some(&METAVARIABLE) && tree.leaf_text(leaf).ends_with(['\n', '\r']);
        !takes_line || inference.ends_line(chain[chain.len() - 2])
    })
}

/// A metavariable in a text.
struct Mark<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    kind: Option<&'a str>,
    repeat: Repeat,
}

/// Each `$name`, `$name:kind`, perhaps with `*`, `+` or `?` behind it.
fn marks(text: &str) -> Vec<Mark<'_>> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let word = |at: usize| {
        let rest = &text[at..];
        let end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        let is_word = rest.starts_with(|c: char| is_letter(c) && !c.is_numeric());
        is_word.then(|| &rest[..end])
    };
    let mark = |(start, _): (usize, &str)| {
        let name = word(start + 1)?;
        let mut end = start + 1 + name.len();
        let kind = text[end..].strip_prefix(':').and_then(|_| word(end + 1));
        end += kind.map_or(0, |kind| kind.len() + 1);
        let repeat = match text.as_bytes().get(end) {
            Some(b'*') => Repeat::Star,
            Some(b'+') => Repeat::Plus,
            Some(b'?') => Repeat::Optional,
            _ => Repeat::One,
        };
        end += usize::from(repeat != Repeat::One);
        Some(Mark { start, end, name, kind, repeat })
    };
    text.match_indices('$').filter_map(mark).collect()
}
