//! A langlet: a name, a grammar with inheritance, and all that is made from it, built on first use.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::algebra::{self, Argument, BuildError, Interpolations};
use crate::automata::Tables;
use crate::cst::Tree;
use crate::diagnostic::{Diagnostic, SourceText, did_you_mean};
use crate::grammar::symbol::SymbolKind;
use crate::grammar::{Grammar, Symbol, check, delta, recursion};
use crate::lexer::{IndentSpec, Join, LayoutSpec, Lexer, Token, TokenPattern, TokenSpec};
use crate::notation;
use crate::parser::drive;
use crate::parser::predict;
use crate::parser::stacks::Stacks;
use crate::parser::{ParseError, ReadError};
use crate::regex::{Dfa, LazyDfa, Terms};
use crate::rewrite::{Filling, Quotation, QuoteError};

/// A language: its grammar, lexer, layout and parse tables. Cheap to clone; shared between threads.
#[derive(Clone)]
pub struct Langlet(Arc<Inner>);

struct Inner {
    grammar: Arc<Grammar>,
    parent: Option<Langlet>,
    delta_warnings: Vec<Diagnostic>,
    tables: OnceLock<Arc<Tables>>,
    lexer: OnceLock<Lexer>,
    when: OnceLock<Option<LazyDfa>>,
    predictions: predict::Cache,
    stacks: OnceLock<Stacks>,
    interpolations: OnceLock<Interpolations>,
}

impl fmt::Debug for Langlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Langlet({})", self.name())
    }
}

impl PartialEq for Langlet {
    fn eq(&self, other: &Langlet) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Langlet {
    /// A langlet without parent, from the text of its file. For langlets that are part of a program.
    ///
    /// # Panics
    /// If the text is no langlet: the program is broken then. Use [`Langlet::load`] for texts of users.
    pub fn root(text: &str) -> Langlet {
        Langlet::built_in(text, None)
    }

    /// A langlet that is a delta of `parent`. For langlets that are part of a program.
    ///
    /// # Panics
    /// As [`Langlet::root`].
    pub fn child_of(parent: &Langlet, text: &str) -> Langlet {
        Langlet::built_in(text, Some(parent))
    }

    fn built_in(text: &str, parent: Option<&Langlet>) -> Langlet {
        let source = SourceText::new("built-in langlet", text);
        Langlet::load(&source, |name| parent.filter(|parent| parent.name() == name).cloned()).unwrap_or_else(|errors| {
            let shown: Vec<String> = errors.iter().map(|error| error.render(false)).collect();
            panic!("a built-in langlet is wrong:\n{}", shown.join("\n"))
        })
    }

    /// A langlet from the text of its file; `parent` finds the parent by name.
    ///
    /// # Errors
    /// Everything that is wrong with the text, in its order.
    pub fn load(
        source: &Arc<SourceText>,
        parent: impl FnOnce(&str) -> Option<Langlet>,
    ) -> Result<Langlet, Vec<Diagnostic>> {
        let file = notation::parse_langlet(source)?;
        let parent = match &file.parent {
            None => None,
            Some(name) => match parent(&name.text) {
                Some(parent) => Some(parent),
                None => {
                    let message = format!("there is no langlet `{}` to inherit from", name.text);
                    return Err(vec![
                        Diagnostic::error(source, name.span, message).help("its file may stand beside this one"),
                    ]);
                }
            },
        };
        if let Some(when) = &file.when {
            let no_parent =
                || vec![Diagnostic::error(source, when.span, "a dialect needs a parent: `langlet c : p when …`")];
            if parent.is_none() {
                return Err(no_parent());
            }
            if let Err(error) = Terms::new().parse(&when.pattern) {
                return Err(vec![Diagnostic::error(source, when.span, error.to_string())]);
            }
        }
        let parent_grammar = parent.as_ref().map(|parent| &parent.0.grammar);
        let (mut grammar, mut delta_warnings) = delta::apply(parent_grammar, source, file)?;
        let errors = check::errors(&grammar);
        if !errors.is_empty() {
            return Err(errors);
        }
        delta_warnings.extend(recursion::eliminate(&mut grammar)?);
        Ok(Langlet(Arc::new(Inner {
            grammar: Arc::new(grammar),
            parent,
            delta_warnings,
            tables: OnceLock::new(),
            lexer: OnceLock::new(),
            when: OnceLock::new(),
            predictions: predict::Cache::default(),
            stacks: OnceLock::new(),
            interpolations: OnceLock::new(),
        })))
    }

    /// The name that its file gives it.
    pub fn name(&self) -> &str {
        &self.0.grammar.name
    }

    /// The langlet it is a delta of.
    pub fn parent(&self) -> Option<&Langlet> {
        self.0.parent.as_ref()
    }

    /// The whole grammar.
    pub fn grammar(&self) -> &Grammar {
        &self.0.grammar
    }

    /// What may not be meant in its file. Computed anew at each call.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let found = check::warnings(self.grammar());
        self.0.delta_warnings.iter().cloned().chain(found).collect()
    }

    /// The parse tables; built on first use.
    pub fn tables(&self) -> &Tables {
        self.0.tables.get_or_init(|| Arc::new(Tables::new(self.grammar())))
    }

    pub(crate) fn shared_tables(&self) -> Arc<Tables> {
        self.tables();
        self.0.tables.get().expect("just built").clone()
    }

    /// The lexer; built on first use.
    pub fn lexer(&self) -> &Lexer {
        self.0.lexer.get_or_init(|| lexer_of(self.grammar(), self.tables()))
    }

    /// The interpolations between its symbols; built on first use.
    pub fn interpolations(&self) -> &Interpolations {
        self.0.interpolations.get_or_init(|| Interpolations::new(self.grammar(), &self.tables().network))
    }

    pub(crate) fn predictions(&self) -> &predict::Cache {
        &self.0.predictions
    }

    /// The third driver, for texts of the default start symbol; built on first use.
    pub(crate) fn stacks(&self) -> &Stacks {
        self.0.stacks.get_or_init(|| Stacks::new(self.shared_tables(), self.start()))
    }

    /// The default start symbol.
    pub fn start(&self) -> Symbol {
        self.grammar().starts[0]
    }

    /// The rule or token of that name.
    ///
    /// # Errors
    /// The name is unknown; the nearest one, if there is one near.
    pub fn symbol(&self, name: &str) -> Result<Symbol, UnknownSymbol> {
        let symbols = &self.grammar().symbols;
        let found = symbols.named(name).filter(|&symbol| delta::is_alive(self.grammar(), symbol));
        found.or_else(|| symbols.literal(name)).ok_or_else(|| {
            let is_named = |&symbol: &Symbol| {
                symbols.kind(symbol) != SymbolKind::Literal && delta::is_alive(self.grammar(), symbol)
            };
            let names = symbols.iter().filter(is_named).map(|symbol| symbols.name(symbol));
            let near = did_you_mean(name, names).map(str::to_owned);
            UnknownSymbol { name: name.to_owned(), langlet: self.name().to_owned(), near }
        })
    }

    /// For a dialect: whether a text given as the parent is to be read as this langlet.
    pub fn claims(&self, text: &str) -> bool {
        let when = self.0.when.get_or_init(|| {
            let mut terms = Terms::new();
            let pattern = &self.grammar().file.when.as_ref()?.pattern;
            let term = terms.parse(pattern).expect("checked when the langlet was loaded");
            Some(LazyDfa::new(terms, vec![term]))
        });
        when.as_ref().is_some_and(|when| accepts_prefix(when, text.as_bytes()))
    }

    /// Builds a tree of the rule from its parts; see [`algebra::build`](crate::algebra::build::build()).
    ///
    /// # Errors
    /// The rule is unknown; an argument has no place; too few arguments; or what is missing is not decided.
    pub fn build<'a, A: Into<Argument<'a>>>(
        &self,
        rule: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Tree, BuildError> {
        let rule = self.symbol(rule)?;
        if !self.grammar().symbols.is_rule(rule) {
            return Err(BuildError::NoRule(self.grammar().symbols.name(rule).to_owned()));
        }
        let arguments: Vec<Argument<'_>> = arguments.into_iter().map(Into::into).collect();
        algebra::build(self, rule, &arguments)
    }

    /// The tree of a text with metavariables, each filled with a node or a text; see [`Quotation`], which reads the text once.
    ///
    /// # Errors
    /// The text cannot be read as the rule; a metavariable is not filled, or its filling does not fit.
    pub fn fragment(&self, rule: &str, text: &str, fillings: &[(&str, Filling<'_>)]) -> Result<Tree, QuoteError> {
        Quotation::new(self, rule, text)?.fill(fillings)
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// The first place where no token can be read.
    pub fn tokens(&self, text: &str) -> Result<Vec<Token>, ReadError> {
        let mut tokens = Vec::with_capacity(text.len() / 5 + 8);
        self.lexer().lex(text, &mut tokens)?;
        Ok(tokens)
    }

    /// The tree of a text, from the default start symbol. Linear in the text where one token of lookahead decides.
    ///
    /// # Errors
    /// The first token that cannot be read or cannot come where it stands.
    pub fn parse(&self, text: impl Into<String>) -> Result<Tree, ReadError> {
        self.parse_as(self.start(), text)
    }

    /// The tree of a text as the rule `start`. Where the rule does not ask for them, the layout tokens at the end of every
    /// text are left out: those that end a file for a statement, and that of the last line end, too, for an expression.
    ///
    /// # Errors
    /// As [`Langlet::parse`]. Panics if `start` is not a rule of this langlet.
    pub fn parse_as(&self, start: Symbol, text: impl Into<String>) -> Result<Tree, ReadError> {
        let text = text.into();
        let mut tokens = Vec::with_capacity(text.len() / 5 + 8);
        self.lexer().lex(&text, &mut tokens)?;
        if start == self.start() {
            return Ok(self.parse_tokens(start, text, &tokens)?);
        }
        let is_layout = |token: &Token| {
            self.tables().terminals.symbol(token.kind).is_some_and(|symbol| self.grammar().is_layout(symbol))
        };
        let n_ends = self.grammar().layout.end.len() + 1;
        let n_layout = tokens.iter().rev().take(n_ends).take_while(|token| is_layout(token)).count();
        let parse = |n_dropped: usize| self.parse_tokens(start, text.clone(), &tokens[..tokens.len() - n_dropped]);
        // The first error tells most: it knows what stands at the end.
        Ok(parse(0).or_else(|error| (1..=n_layout).find_map(|n| parse(n).ok()).ok_or(error))?)
    }

    /// The tree of tokens that [`Langlet::tokens`] made of the text.
    ///
    /// # Errors
    /// The first token that cannot come where it stands.
    pub fn parse_tokens(&self, start: Symbol, text: String, tokens: &[Token]) -> Result<Tree, ParseError> {
        drive::parse(self, start, text, tokens, None)
    }
}

/// A name that means no rule or token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the langlet {langlet} has no rule or token `{name}`{}", .near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownSymbol {
    /// The name.
    pub name: String,
    /// The langlet.
    pub langlet: String,
    /// The nearest name, if one is near.
    pub near: Option<String>,
}

/// Whether the pattern of the automaton matches some beginning of the text.
fn accepts_prefix(automaton: &LazyDfa, text: &[u8]) -> bool {
    let mut dfa = automaton.snapshot();
    let mut state = Dfa::START;
    for &byte in text {
        if dfa.accept(state).is_some() || state == Dfa::DEAD {
            break;
        }
        match dfa.next(state, byte) {
            Some(next) => state = next,
            None => (dfa, state) = automaton.step(&dfa, state, byte),
        }
    }
    dfa.accept(state).is_some()
}

/// The lexer of a grammar: its kinds are the terminals of the tables, and lower terminals win ties.
fn lexer_of(grammar: &Grammar, tables: &Tables) -> Lexer {
    let terminals = &tables.terminals;
    let mut terms = Terms::new();
    let mut parse = |pattern: &str| terms.parse(pattern).expect("regexes are checked when a langlet is loaded");
    let mut specs = Vec::new();
    for terminal in 1..terminals.metavariable() {
        let symbol = terminals.symbol(terminal).expect("only the first and the last terminal have no symbol");
        let name = grammar.symbols.display(symbol);
        let pattern = match grammar.symbols.kind(symbol) {
            SymbolKind::Literal => TokenPattern::Text(grammar.symbols.name(symbol).to_owned()),
            _ => match grammar.tokens.get(&symbol) {
                Some(token) => TokenPattern::Term(parse(&token.pattern)),
                None => continue, // the layout makes it
            },
        };
        let join = match grammar.joins.iter().find(|&&(open, close)| open == symbol || close == symbol) {
            Some(&(open, _)) if open == symbol => Join::Open,
            Some(_) => Join::Close,
            None => Join::None,
        };
        specs.push(TokenSpec { name, kind: terminal, pattern, trivia: false, join });
    }
    for (&symbol, token) in &grammar.tokens {
        if grammar.symbols.kind(symbol) == SymbolKind::Skip {
            let name = grammar.symbols.name(symbol).to_owned();
            let pattern = TokenPattern::Term(parse(&token.pattern));
            specs.push(TokenSpec { name, kind: terminals.metavariable(), pattern, trivia: true, join: Join::None });
        }
    }
    let number = |symbol| terminals.number(symbol).expect("a layout token is a terminal");
    let layout = LayoutSpec {
        newline: grammar.layout.newline.as_ref().map(|(symbol, token)| (number(*symbol), parse(&token.pattern))),
        indent: grammar.layout.indent.map(|indent| IndentSpec {
            indent: number(indent.indent),
            dedent: number(indent.dedent),
            tab: indent.tab,
            strict: indent.strict,
        }),
        end: grammar.layout.end.iter().map(|&symbol| number(symbol)).collect(),
    };
    Lexer::new(terms, specs, layout)
}
