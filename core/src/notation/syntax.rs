//! What the notation parses to: the syntax of `.langlet` and `.transform` files, with the span of every name.
//!
//! Nothing is resolved here: names are words, and an operator may fit or not. `grammar` gives it meaning.

use crate::span::Span;

/// A word of the notation and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A quoted text: `'if'` or `"\n"`. Escapes: `\\ \' \" \n \r \t \f \0 \xHH \u{H…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text, its escapes resolved; never empty in a right-hand side.
    pub text: String,
    /// The place, quotes included.
    pub span: Span,
}

/// A regex between slashes; `\/` stands for a slash, and so does `/` inside a class. It may go over several lines if it
/// begins with `(?x)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexLiteral {
    /// The pattern as `regex-syntax` reads it.
    pub pattern: String,
    /// The place, slashes included; the pattern begins one byte after its start.
    pub span: Span,
}

/// A `.langlet` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LangletFile {
    /// The name of the langlet.
    pub name: Name,
    /// The langlet it is a delta of.
    pub parent: Option<Name>,
    /// For a dialect: a file given as the parent whose beginning matches is read as this langlet.
    pub when: Option<RegexLiteral>,
    /// The declarations, in the order of the file.
    pub items: Vec<Item>,
}

/// One declaration and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it declares.
    pub kind: ItemKind,
    /// From its first to its last token.
    pub span: Span,
}

/// What a declaration does to an inherited rule, token or skipped token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `:` or `::=` (rules), `=` (tokens): none of the name is inherited.
    Define,
    /// `:=`: the inherited one is replaced.
    Replace,
    /// `|=`: an alternative is added at the end (rules only).
    Add,
    /// `-=`: an alternative is removed (rules only; `token NAME -=` is read as `drop NAME`).
    Remove,
}

/// The declarations of a `.langlet` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `name: rhs` and its relatives.
    Rule {
        /// The rule.
        name: Name,
        /// What happens to it.
        operator: Operator,
        /// The right-hand side, or the alternative.
        body: Expression,
    },
    /// `token NAME = /regex/`, `token NAME := /regex/`.
    Token {
        /// The token kind.
        name: Name,
        /// `Define` or `Replace`.
        operator: Operator,
        /// Its texts.
        regex: RegexLiteral,
    },
    /// `skip NAME = /regex/`, `skip NAME := /regex/`.
    Skip {
        /// The trivia kind.
        name: Name,
        /// `Define` or `Replace`.
        operator: Operator,
        /// Its texts.
        regex: RegexLiteral,
    },
    /// `drop a b`: rules, tokens or skipped tokens.
    Drop(Vec<Name>),
    /// `rename a -> b`.
    Rename {
        /// The inherited name.
        from: Name,
        /// The new one.
        to: Name,
    },
    /// `soft NAME 'match' 'case'`, `soft 'match'`: keywords only where the grammar asks for them, `NAME` elsewhere.
    Soft {
        /// The token kind they are otherwise; if it is not given, the grammar chooses the one token that matches them all.
        fallback: Option<Name>,
        /// Their texts.
        keywords: Vec<Literal>,
    },
    /// `layout newline NEWLINE = /regex/`: the token that ends a logical line, and the text of a line end.
    LayoutNewline {
        /// The token kind.
        token: Name,
        /// What a line end looks like.
        regex: RegexLiteral,
    },
    /// `layout indent INDENT DEDENT tab 8` or `… tab 8 strict`.
    LayoutIndent {
        /// Opens a block.
        indent: Name,
        /// Closes a block.
        dedent: Name,
        /// Columns from one tab stop to the next.
        tab: u32,
        /// Whether the indentation must compare alike if a tab counts as one column.
        strict: bool,
    },
    /// `layout end ENDMARKER`, `layout end NEWLINE ENDMARKER`: tokens without text at the end of the file; all but the last
    /// only if the file has another token.
    LayoutEnd {
        /// The token kinds, in order; at least one.
        tokens: Vec<Name>,
    },
    /// `join '(' ')' '[' ']'`: pairs of brackets in which lines are joined.
    Join(Vec<(Literal, Literal)>),
    /// `neutral rule: alternative`.
    Neutral {
        /// The rule.
        rule: Name,
        /// The production that adds no meaning.
        body: Expression,
    },
    /// `constant NEWLINE "\n"`.
    Constant {
        /// The token kind.
        name: Name,
        /// Its only text, where text must be written for it.
        text: Literal,
    },
    /// `tight before trailer ',' ')'`, `tight after '('`.
    Tight {
        /// Whether the blank before or after is left out.
        side: Side,
        /// Tokens or rules.
        symbols: Vec<SymbolName>,
    },
    /// `start a b`: the start symbols; the first is the default.
    Start(Vec<Name>),
}

/// A side of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In front of it.
    Before,
    /// Behind it.
    After,
}

/// A symbol as it is written in a right-hand side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SymbolName {
    /// A rule or a named token.
    Name(Name),
    /// A keyword or an operator.
    Literal(Literal),
    /// An anonymous token.
    Regex(RegexLiteral),
}

impl SymbolName {
    /// Its place.
    pub fn span(&self) -> Span {
        match self {
            SymbolName::Name(name) => name.span,
            SymbolName::Literal(literal) => literal.span,
            SymbolName::Regex(regex) => regex.span,
        }
    }
}

/// A right-hand side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// One symbol.
    Symbol(SymbolName),
    /// One after the other; two or more, or none for the empty alternative. No element is itself a sequence.
    Sequence(Vec<Expression>),
    /// `a | b`, two or more. None of them is itself an `Alternatives`.
    Alternatives(Vec<Expression>),
    /// `[a]` or `a?`.
    Optional(Box<Expression>),
    /// `a*`.
    Star(Box<Expression>),
    /// `a+`.
    Plus(Box<Expression>),
}

impl Expression {
    /// One after the other, in normal form.
    pub fn sequence(parts: Vec<Expression>) -> Expression {
        let flat = parts.into_iter().flat_map(|part| match part {
            Expression::Sequence(inner) => inner,
            other => vec![other],
        });
        let mut flat: Vec<_> = flat.collect();
        if flat.len() == 1 { flat.remove(0) } else { Expression::Sequence(flat) }
    }

    /// One or the other, in normal form. `parts` is not empty.
    pub fn alternatives(parts: Vec<Expression>) -> Expression {
        let flat = parts.into_iter().flat_map(|part| match part {
            Expression::Alternatives(inner) => inner,
            other => vec![other],
        });
        let mut flat: Vec<_> = flat.collect();
        if flat.len() == 1 { flat.remove(0) } else { Expression::Alternatives(flat) }
    }
}

/// A `.transform` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransformFile {
    /// The langlet that is read.
    pub source: Name,
    /// The langlet that is written.
    pub target: Name,
    /// The rewriting rules, in the order of the file.
    pub rules: Vec<RewriteRule>,
}

/// `rule name pattern => result where conditions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewriteRule {
    /// The name of the rule.
    pub name: Name,
    /// What it applies to.
    pub pattern: Pattern,
    /// What it gives.
    pub result: Outcome,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// From `rule` to the last condition.
    pub span: Span,
}

/// Source text in quotes: `print_stmt [| print >>$f, $xs* |]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotation {
    /// The rule or token kind that the text is read as.
    pub symbol: SymbolName,
    /// The text between the quotes, as it stands in the file.
    pub text: String,
    /// The place of that text.
    pub text_span: Span,
}

/// The left side of a rewriting rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// A tree with metavariables.
    Tree(Quotation),
    /// `NUMBER /regex/`: a token whose whole text matches.
    Token {
        /// The token kind.
        symbol: SymbolName,
        /// Its text; `None` for any.
        regex: Option<RegexLiteral>,
    },
}

/// The right side of a rewriting rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A tree with the metavariables of the pattern.
    Tree(Quotation),
    /// `"0o$1"`: the text of the new token, with the groups of the pattern's regex (`$1`, `${name}`, `$$`).
    Text(Literal),
    /// `compute name`: a function of the crate gives the text of the new token.
    Compute(Name),
    /// `refuse "reason"`: the construct cannot be translated.
    Refuse(Literal),
}

/// A condition of a rewriting rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `$xs* has trailing ','`, `$xs* has no trailing ','`.
    Trailing {
        /// The run, without `$` and `*`; so is its span.
        variable: Name,
        /// The separator.
        separator: Literal,
        /// Whether it must stand there or must not.
        present: bool,
    },
    /// `$x is rule`, `$x is not rule`.
    Is {
        /// The metavariable.
        variable: Name,
        /// The rule or token that some level of the node must have (or must not).
        symbol: SymbolName,
        /// Whether it must be or must not.
        positive: bool,
    },
    /// `$x matches /regex/`, `$x not matches /regex/`: the whole text without outer trivia.
    Matches {
        /// The metavariable.
        variable: Name,
        /// The text.
        regex: RegexLiteral,
        /// Whether it must match or must not.
        positive: bool,
    },
}
