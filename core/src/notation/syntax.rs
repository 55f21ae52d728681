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

/// What a declaration does to an inherited rule, token, skipped token or part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `:` or `::=` (rules), `=` (tokens, parts): none of the name is inherited.
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
    /// `part name = /regex/`, `part name := /regex/`: what other regexes take in with `{name}`.
    Part {
        /// The name, which is no symbol.
        name: Name,
        /// `Define` or `Replace`.
        operator: Operator,
        /// One regex.
        regex: RegexLiteral,
    },
    /// `drop a b`: rules, tokens, skipped tokens or parts.
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
    /// The named patterns, in the order of the file; no two have one name.
    pub patterns: Vec<NamedPattern>,
    /// The phases, in the order of the file; no two have one name. Rules before the first belong to none of them.
    pub phases: Vec<Phase>,
    /// The rewriting rules, in the order of the file.
    pub rules: Vec<RewriteRule>,
    /// The examples, in the order of the file.
    pub examples: Vec<Example>,
    /// The ways that lead back.
    pub reversible: Vec<Reversible>,
}

/// `reversible from -> to`: what is translated so and back again is the same tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversible {
    /// The langlet in which the way begins and ends.
    pub from: Name,
    /// The langlet at which it turns.
    pub to: Name,
    /// From `reversible` to the second name.
    pub span: Span,
}

/// `pattern name pattern | pattern where conditions`: a pattern that others refer to by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPattern {
    /// The name of the pattern.
    pub name: Name,
    /// Alternatives, one or more: the first that fits.
    pub patterns: Vec<Pattern>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// From `pattern` to the last condition.
    pub span: Span,
}

/// `phase name strategy`: the rules behind it, up to the next phase, are applied together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The name of the phase.
    pub name: Name,
    /// How its rules are applied.
    pub strategy: Strategy,
    /// From `phase` to the last word.
    pub span: Span,
}

/// The order in which the nodes of a tree are visited by the rules of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// `top down`: once, from the root.
    TopDown,
    /// `bottom up`: once, children first.
    BottomUp,
    /// `innermost`, `innermost at most 100`: children first, and what a rule made again, until no rule applies.
    Innermost {
        /// How many applications may follow one inside the result of another; at least 1.
        bound: Option<u32>,
    },
}

/// `rule name pattern | pattern => result where conditions => result`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewriteRule {
    /// The name of the rule.
    pub name: Name,
    /// What it applies to; alternatives, one or more: the first that fits.
    pub patterns: Vec<Pattern>,
    /// What it gives, one or more: the first whose conditions hold.
    pub cases: Vec<Case>,
    /// The phase it belongs to, an index into [`TransformFile::phases`]; `None` before the first.
    pub phase: Option<usize>,
    /// From `rule` to the last condition.
    pub span: Span,
}

/// `=> result where conditions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What the rule gives.
    pub result: Outcome,
    /// All must hold; none if there is no `where`.
    pub conditions: Vec<Condition>,
    /// From `=>` to the last condition.
    pub span: Span,
}

/// Text of a langlet in quotes, with the symbol it is read as: `print_stmt [| print >>$f, $xs* |]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotation {
    /// The rule or token kind that the text is read as.
    pub symbol: SymbolName,
    /// The text between the quotes, as it stands in the file.
    pub text: String,
    /// The place of that text.
    pub text_span: Span,
}

impl Quotation {
    /// The text read as the symbol.
    pub(super) fn new(symbol: SymbolName, quoted: QuotedText) -> Quotation {
        Quotation { symbol, text: quoted.text, text_span: quoted.span }
    }
}

/// Text of a langlet in quotes, without a symbol: `[| print x |]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedText {
    /// The text between the quotes, as it stands in the file.
    pub text: String,
    /// The place of that text.
    pub span: Span,
}

/// What a node may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `power [| $f($args*) |]`: a tree with metavariables.
    Tree(Quotation),
    /// `NUMBER`, `NUMBER /regex/`, `call`: a node of a rule, a token, or what a named pattern describes.
    Symbol {
        /// The rule, the token kind or the named pattern.
        symbol: SymbolName,
        /// The whole text of the token; `None` for any.
        regex: Option<RegexLiteral>,
    },
}

/// The right side of a rewriting rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `expr_stmt [| f() |]`, `expr_stmt [| f() |] then expr_stmt [| g() |]`: one tree, or several siblings in the place of
    /// one, with the metavariables of the pattern.
    Trees(Vec<Quotation>),
    /// `"0o$1"`: the text of the new token, with the groups of the pattern's regex (`$1`, `${name}`, `$$`).
    Text(Literal),
    /// `compute name`: a function of the crate gives the text of the new token.
    Compute(Name),
    /// `refuse "reason"`: the construct cannot be translated.
    Refuse(Literal),
    /// `delete`, and its place: the node is left out of the list it stands in.
    Delete(Span),
}

/// `example [| before |] => [| after |]`, `unchanged [| text |]` or `refused [| text |] "reason"`: what a rule or the whole
/// file does to a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The rule it belongs to, the last one before it: an index into [`TransformFile::rules`]. `None` before the first: it is
    /// an example of the whole file.
    pub rule: Option<usize>,
    /// The text of the source.
    pub before: QuotedText,
    /// What becomes of it.
    pub expectation: Expectation,
    /// From the first word to the last text.
    pub span: Span,
}

/// What becomes of the text of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// This text of the target.
    Becomes(QuotedText),
    /// It stays as it is.
    Unchanged,
    /// An error, whose reason contains the text, if one is given.
    Refused(Option<Literal>),
}

/// A condition of a rewriting rule or a named pattern. A metavariable is given without its `$` and its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `$xs* has trailing ','`, `$xs* has no trailing ','`.
    Trailing {
        /// The run.
        variable: Name,
        /// The separator.
        separator: Literal,
        /// Whether it must stand there or must not.
        present: bool,
        /// The whole condition.
        span: Span,
    },
    /// `$x is pattern`, `$x is not pattern`.
    Is {
        /// The metavariable.
        variable: Name,
        /// What some level of the node must be (or must not).
        pattern: Pattern,
        /// Whether it must be or must not.
        positive: bool,
        /// The whole condition.
        span: Span,
    },
    /// `$x is new "text"`: binds it to a token with a text that occurs nowhere.
    New {
        /// The metavariable.
        variable: Name,
        /// The text that it has, or that stands before a number.
        text: Literal,
        /// The whole condition.
        span: Span,
    },
    /// `$x matches /regex/`, `$x not matches /regex/`: the whole text without outer trivia.
    Matches {
        /// The metavariable.
        variable: Name,
        /// The text.
        regex: RegexLiteral,
        /// Whether it must match or must not.
        positive: bool,
        /// The whole condition.
        span: Span,
    },
    /// `$x has pattern`, `$x has no pattern`: some node below it, itself included.
    Has {
        /// The metavariable.
        variable: Name,
        /// What some node must be (or none).
        pattern: Pattern,
        /// Whether there must be one or must not.
        positive: bool,
        /// The whole condition.
        span: Span,
    },
    /// `inside pattern`, `not follows pattern`: what is around the matched node.
    Around {
        /// Where it is.
        relation: Relation,
        /// What it must be (or must not).
        pattern: Pattern,
        /// Whether it must be or must not.
        positive: bool,
        /// The whole condition.
        span: Span,
    },
    /// `predicate($x, $y)`, `not predicate($x)`: a function of the crate says so.
    Holds {
        /// The function.
        predicate: Name,
        /// The metavariables it is asked about; one or more.
        arguments: Vec<Name>,
        /// Whether it must hold or must not.
        positive: bool,
        /// The whole condition.
        span: Span,
    },
}

impl Condition {
    /// Its place, from the first to the last word.
    pub fn span(&self) -> Span {
        match self {
            Condition::Trailing { span, .. }
            | Condition::Is { span, .. }
            | Condition::Matches { span, .. }
            | Condition::Has { span, .. }
            | Condition::Around { span, .. }
            | Condition::New { span, .. }
            | Condition::Holds { span, .. } => *span,
        }
    }
}

/// Where a node is that is seen from the matched one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Above it: the nearest that fits.
    Inside,
    /// The element before it in its list, separators passed over.
    Follows,
    /// The element behind it in its list, separators passed over.
    Precedes,
}

/// One declaration of a `.transform` file, as it is parsed alone.
pub(super) enum TransformItem {
    Pattern(NamedPattern),
    Phase(Phase),
    Rule(RewriteRule),
    Example(Example),
    Reversible(Reversible),
}

impl TransformItem {
    /// An example whose rule is not known yet.
    pub(super) fn example(before: QuotedText, expectation: Expectation, span: Span) -> TransformItem {
        TransformItem::Example(Example { rule: None, before, expectation, span })
    }
}
