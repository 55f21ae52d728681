//! Texts for token strings, spaced as the langlet wants it; names rotate, `a`, `b`, `c`, so that a program reads well.

use rustc_hash::FxHashMap;

use super::letters::texts;
use crate::automata::Terminal;
use crate::cst::Tree;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::regex::Terms;
use crate::span::Span;

/// The most different texts for one kind of token.
const MOST_TEXTS: usize = 26;

/// Writes token strings of one langlet.
#[derive(Debug)]
pub(super) struct Speller {
    langlet: Langlet,
    /// The texts of each kind that was asked for.
    texts: FxHashMap<Symbol, Vec<String>>,
}

impl Speller {
    pub(super) fn new(langlet: &Langlet) -> Speller {
        Speller { langlet: langlet.clone(), texts: FxHashMap::default() }
    }

    /// Spells the token in this one way until it is forgotten.
    pub(super) fn prefer(&mut self, token: Symbol, text: &str) {
        self.texts.insert(token, vec![text.to_owned()]);
    }

    /// Spells the token in all ways again.
    pub(super) fn forget(&mut self, token: Symbol) {
        self.texts.remove(&token);
    }

    /// The tree of a token string as a string of `rule`; `None` if no text reads as these tokens, as one that begins
    /// with a line end.
    pub(super) fn tree(&mut self, rule: Symbol, tokens: &[Symbol]) -> Option<Tree> {
        let (plain, _) = self.plain(tokens);
        let mut tree = self.read(rule, &plain, tokens)?;
        if tree.space(tree.root(), "").is_ok()
            && let Some(spaced) = self.read(rule, &tree.unparse(), tokens)
        {
            return Some(spaced);
        }
        self.read(rule, &plain, tokens)
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
    pub(super) fn plain(&mut self, tokens: &[Symbol]) -> (String, Vec<Span>) {
        let langlet = self.langlet.clone();
        let layout = &langlet.grammar().layout;
        let (mut text, mut spans) = (String::new(), Vec::new());
        let (mut depth, mut fresh) = (0_usize, true);
        let mut used: FxHashMap<Symbol, usize> = FxHashMap::default();
        for &token in tokens {
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

    fn text(&mut self, token: Symbol, number: usize) -> String {
        let langlet = &self.langlet;
        let all = self.texts.entry(token).or_insert_with(|| all_texts(langlet, token));
        if all.is_empty() { String::new() } else { all[number % all.len()].clone() }
    }
}

/// Texts of a token: the letters if they are read as it, else the shortest ones.
fn all_texts(langlet: &Langlet, token: Symbol) -> Vec<String> {
    if let Some(text) = langlet.grammar().constant_text(token) {
        return vec![text.to_owned()];
    }
    let kind: Option<Terminal> = langlet.tables().terminals.number(token);
    let letters: Vec<String> =
        ('a'..='z').map(String::from).filter(|text| langlet.lexer().kind_of(text) == kind).collect();
    if !letters.is_empty() {
        return letters;
    }
    let mut terms = Terms::new();
    let Some(mut left) = texts(&mut terms, langlet, token) else { return Vec::new() };
    let mut found = Vec::new();
    while found.len() < MOST_TEXTS
        && let Some(text) = terms.shortest(left)
    {
        let this = terms.literal(&text);
        let others = terms.complement(this);
        left = terms.intersect(left, others);
        found.extend(String::from_utf8(text).ok());
    }
    found
}

/// The tokens of a text that stand for `kinds` of the langlet `source`: as many, or all if the last is the end of a
/// file. `None` if behind them stands more than the layout adds at the end of each text.
pub(super) fn read_as(langlet: &Langlet, text: &str, source: &Langlet, kinds: &[Symbol]) -> Option<Vec<Token>> {
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
