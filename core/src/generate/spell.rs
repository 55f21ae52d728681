//! Texts for token strings, spaced as the langlet wants it; names rotate, `a`, `b`, `c`, so that a program reads well.

use rustc_hash::FxHashMap;

use crate::automata::Terminal;
use crate::cst::Tree;
use crate::cst::edit::EditError;
use crate::grammar::{Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::regex::{Term, Terms};
use crate::span::Span;

/// The most different texts for one kind of token.
const MOST_TEXTS: usize = 26;

/// Writes token strings of one langlet.
#[derive(Debug)]
pub struct Speller {
    langlet: Langlet,
    /// The texts of each kind that was asked for.
    texts: FxHashMap<Symbol, Texts>,
    /// How many different texts a kind gets.
    most_texts: usize,
}

impl Speller {
    /// Texts are found when they are asked for.
    pub fn new(langlet: &Langlet) -> Speller {
        Speller { langlet: langlet.clone(), texts: FxHashMap::default(), most_texts: MOST_TEXTS }
    }

    /// Tokens of one kind are all spelled alike.
    pub(crate) fn alike(langlet: &Langlet) -> Speller {
        Speller { most_texts: 1, ..Speller::new(langlet) }
    }

    /// Spells the token in this one way until it is forgotten.
    pub(crate) fn prefer(&mut self, token: Symbol, text: &str) {
        self.texts.insert(token, Texts { found: vec![text.to_owned()], left: None });
    }

    /// Spells the token in all ways again.
    pub(crate) fn forget(&mut self, token: Symbol) {
        self.texts.remove(&token);
    }

    /// The tree of a token string as a string of `rule`; `None` if no text reads as these tokens, as one that begins
    /// with a line end.
    pub fn tree(&mut self, rule: Symbol, tokens: &[Symbol]) -> Option<Tree> {
        self.tree_of_parts(rule, &[tokens], &[])
    }

    /// The tree of a token string in parts: in each of them the texts begin anew, and it stands on a line of its own if
    /// line ends mean nothing. `before[part]` is trivia, such as a comment, that stands before it.
    pub(crate) fn tree_of_parts(&mut self, rule: Symbol, parts: &[&[Symbol]], before: &[String]) -> Option<Tree> {
        let tokens = parts.concat();
        let (plain, _) = self.plain_parts(parts);
        let mut tree = self.read(rule, &plain, &tokens)?;
        if self.space(&mut tree, parts, before).is_ok()
            && let Some(spaced) = self.read(rule, &tree.unparse(), &tokens)
        {
            return Some(spaced);
        }
        self.read(rule, &plain, &tokens)
    }

    /// Writes white space as the langlet wants it, and what stands before each part.
    fn space(&self, tree: &mut Tree, parts: &[&[Symbol]], before: &[String]) -> Result<(), EditError> {
        tree.space(tree.root(), "")?;
        let has_lines = self.langlet.grammar().layout.newline.is_some();
        let line_end = if !has_lines && self.is_trivia("\n") { "\n" } else { "" };
        let leaves: Vec<_> = tree.leaf_ids(tree.root).collect();
        let mut at = 0;
        for (number, part) in parts.iter().enumerate() {
            if let Some(&leaf) = leaves.get(at).filter(|_| !part.is_empty()) {
                let own = if at > 0 && line_end.is_empty() { tree.leaf_trivia(leaf).to_owned() } else { String::new() };
                let trivia = if at > 0 { line_end } else { "" }.to_owned() + before.get(number).map_or("", |text| text);
                if trivia.len() + own.len() > 0 {
                    tree.set_leaf_trivia(leaf, &(own + &trivia))?;
                }
            }
            at += part.len();
        }
        Ok(())
    }

    /// Whether the text is trivia as a whole.
    pub(crate) fn is_trivia(&self, text: &str) -> bool {
        let mut tokens = Vec::new();
        self.langlet.lexer().lex_plain(text, &mut tokens).is_ok() && tokens.is_empty()
    }

    /// Whether some text is read as the token.
    pub(crate) fn has_text(&mut self, token: Symbol) -> bool {
        self.langlet.grammar().is_layout(token) || !self.text(token, 0).is_empty()
    }

    fn read(&self, rule: Symbol, text: &str, kinds: &[Symbol]) -> Option<Tree> {
        let tokens = read_as(&self.langlet, text, &self.langlet, kinds)?;
        let (terminals, layout) = (&self.langlet.tables().terminals, &self.langlet.grammar().layout);
        let is_kind =
            |token: &Token, kind: Symbol| terminals.readings(token.kind).any(|t| terminals.symbol(t) == Some(kind));
        let is_end = |kind: &Symbol| layout.end.contains(kind);
        // The end of a file may have more tokens than were asked for.
        let n = kinds.iter().rposition(|kind| !is_end(kind)).map_or(0, |last| last + 1);
        let fits = tokens.iter().zip(kinds).take(n).all(|(token, &kind)| is_kind(token, kind));
        let rest_fits = tokens.len() >= n
            && tokens[n..].iter().all(|token| terminals.symbol(token.kind).is_some_and(|s| is_end(&s)));
        (fits && rest_fits).then(|| self.langlet.parse_tokens(rule, text.to_owned(), &tokens).ok()).flatten()
    }

    /// A text for the tokens, with a blank or a line end between any two, and the place of each.
    pub(crate) fn plain(&mut self, tokens: &[Symbol]) -> (String, Vec<Span>) {
        self.plain_parts(&[tokens])
    }

    fn plain_parts(&mut self, parts: &[&[Symbol]]) -> (String, Vec<Span>) {
        let langlet = self.langlet.clone();
        let layout = &langlet.grammar().layout;
        let (mut text, mut spans) = (String::new(), Vec::new());
        let (mut depth, mut fresh) = (0_usize, true);
        let mut used: FxHashMap<Symbol, usize> = FxHashMap::default();
        let tokens = parts.iter().flat_map(|part| part.iter().enumerate());
        for (place, &token) in tokens {
            if place == 0 {
                used.clear();
            }
            let mut start = text.len();
            if layout.indent.is_some_and(|indent| indent.indent == token) {
                depth += 1;
            } else if layout.indent.is_some_and(|indent| indent.dedent == token) {
                depth = depth.saturating_sub(1);
            } else if layout.newline.as_ref().is_some_and(|(newline, _)| *newline == token) {
                text.push('\n');
                fresh = true;
            } else if !layout.end.contains(&token) {
                let number = used.entry(token).or_default();
                text.push_str(&if fresh { "    ".repeat(depth) } else { " ".to_owned() });
                start = text.len();
                text.push_str(&self.text(token, *number));
                *number += 1;
                fresh = false;
            }
            spans.push(Span::new(start as u32, text.len() as u32));
        }
        (text, spans)
    }

    /// The text of this number of a token; empty if it has none.
    pub(crate) fn text(&mut self, token: Symbol, number: usize) -> String {
        let langlet = &self.langlet;
        let texts = self.texts.entry(token).or_insert_with(|| Texts::new(langlet, token));
        texts.text(number % self.most_texts).to_owned()
    }
}

/// The different texts of one kind of token, found when they are asked for.
#[derive(Debug)]
struct Texts {
    found: Vec<String>,
    /// What is left of the regex.
    left: Option<(Terms, Term)>,
}

impl Texts {
    /// The letters if they are read as the token, else the shortest texts.
    fn new(langlet: &Langlet, token: Symbol) -> Texts {
        if let Some(text) = langlet.grammar().constant_text(token) {
            return Texts { found: vec![text.to_owned()], left: None };
        }
        let kind: Option<Terminal> = langlet.tables().terminals.number(token);
        let letters = ('a'..='z').map(String::from).filter(|text| langlet.lexer().kind_of(text) == kind);
        let found: Vec<String> = letters.collect();
        if !found.is_empty() {
            return Texts { found, left: None };
        }
        let mut terms = Terms::new();
        let left = texts(&mut terms, langlet, token);
        Texts { found, left: left.map(|term| (terms, term)) }
    }

    /// The text of this number; behind the last it begins anew. Empty if there is none at all.
    fn text(&mut self, number: usize) -> &str {
        // Progress: one text more, or no more are left.
        while self.found.len() <= number
            && let Some((terms, term)) = &mut self.left
        {
            match terms.shortest(*term) {
                Some(text) => {
                    let this = terms.literal(&text);
                    let others = terms.complement(this);
                    *term = terms.intersect(*term, others);
                    self.found.extend(String::from_utf8(text).ok());
                }
                None => self.left = None,
            }
        }
        if self.found.is_empty() { "" } else { &self.found[number % self.found.len()] }
    }
}

/// The texts that are read as a token with a regex: those of its regex that no keyword and no earlier token takes, and
/// the soft keywords that it stands for. `None` for tokens without regex.
pub(crate) fn texts(terms: &mut Terms, langlet: &Langlet, token: Symbol) -> Option<Term> {
    let grammar = langlet.grammar();
    if grammar.symbols.kind(token) == SymbolKind::Literal {
        return None;
    }
    let parse = |terms: &mut Terms, symbol: Symbol| {
        let pattern = &grammar.tokens.get(&symbol)?.pattern;
        Some(terms.parse(pattern).expect("regexes are checked when a langlet is loaded"))
    };
    let term = parse(terms, token)?;
    let mut taken = Vec::new();
    for literal in grammar.used_literals().into_iter().filter(|literal| grammar.soft.get(literal) != Some(&token)) {
        taken.push(terms.literal(grammar.symbols.name(literal).as_bytes()));
    }
    for &earlier in grammar.token_order.iter().take_while(|&&earlier| earlier != token) {
        taken.extend(parse(terms, earlier));
    }
    let taken = terms.union(taken);
    let free = terms.complement(taken);
    Some(terms.intersect(term, free))
}

/// The tokens of a text that stand for `kinds` of the langlet `source`: as many, or all if the last is the end of a
/// file. `None` if behind them stands more than the layout adds at the end of each text.
pub(crate) fn read_as(langlet: &Langlet, text: &str, source: &Langlet, kinds: &[Symbol]) -> Option<Vec<Token>> {
    let mut tokens = langlet.tokens(text).ok()?;
    if kinds.last().is_some_and(|kind| source.grammar().layout.end.last() == Some(kind)) {
        return Some(tokens);
    }
    let terminals = &langlet.tables().terminals;
    let is_layout =
        |token: &Token| terminals.symbol(token.kind).is_some_and(|symbol| langlet.grammar().is_layout(symbol));
    if tokens.len() < kinds.len() || !tokens[kinds.len()..].iter().all(is_layout) {
        return None;
    }
    tokens.truncate(kinds.len());
    Some(tokens)
}
