//! Characters to tokens of the notation: after it, every byte is in a token, in white space, in a comment, or reported.
//!
//! It never stops at a mistake. A literal with a bad escape still becomes a token; where the extent of a token is in doubt
//! an [`Token::Invalid`] stands in its place, and the declaration that contains it is not parsed.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, SourceText};
use crate::span::Span;

/// Which of the two notations is read; they differ in `[|` and `$`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// `.langlet`.
    Langlet,
    /// `.transform`.
    Transform,
}

impl Notation {
    /// The words that begin a declaration.
    pub(super) fn directives(self) -> &'static [&'static str] {
        match self {
            Notation::Langlet => &[
                "langlet", "token", "skip", "part", "drop", "rename", "soft", "layout", "join", "neutral", "constant",
                "tight", "start",
            ],
            Notation::Transform => {
                &["transform", "pattern", "phase", "rule", "example", "unchanged", "refused", "reversible"]
            }
        }
    }
}

/// A token of the notation. The lexer makes every word a `Word`; `declaration` turns some into directives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// The word that begins a declaration: `token`, `drop`, `rule` …
    Directive(&'a str),
    /// Any other word.
    Word(&'a str),
    /// `'…'` or `"…"`, its escapes resolved.
    Literal(String),
    /// The pattern between the slashes, as written.
    Regex(&'a str),
    /// `8`.
    Number(u32),
    /// The text between `[|` and `|]`, and the number of bars.
    Quotation(&'a str, u32),
    /// `$x`, `$x*`, `$x+`, `$x?`: the name alone.
    Variable(&'a str),
    /// Punctuation; `::=` is given as `:`.
    Operator(&'static str),
    /// Something was reported here.
    Invalid,
}

/// A token and its place.
#[derive(Clone, Debug)]
pub(super) struct Lexeme<'a> {
    /// What it is.
    pub(super) token: Token<'a>,
    /// Its bytes.
    pub(super) span: Span,
    /// Its distance in bytes from the start of the line, if it is the first token of the line.
    pub(super) indentation: Option<u32>,
}

/// Punctuation as written and as given to the parser; an entry stands before its own prefixes.
const OPERATORS: [(&str, &str); 19] = [
    ("::=", ":"),
    (":=", ":="),
    ("|=", "|="),
    ("-=", "-="),
    ("->", "->"),
    ("=>", "=>"),
    // Not operators of the notation, but of others; as tokens they get a better message than as stray characters.
    ("::", "::"),
    ("<-", "<-"),
    (":", ":"),
    ("|", "|"),
    ("=", "="),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    ("*", "*"),
    ("+", "+"),
    ("?", "?"),
    (",", ","),
];

/// Reads the whole text. The mistakes are in the order of the text.
pub(super) fn lex(source: &Arc<SourceText>, notation: Notation) -> (Vec<Lexeme<'_>>, Vec<Diagnostic>) {
    let mut lexer = Lexer { source, text: &source.text, notation, at: 0, lexemes: Vec::new(), mistakes: Vec::new() };
    if u32::try_from(source.text.len()).is_err() {
        let mistake = Diagnostic::error(source, Span::new(0, 0), "the file is larger than 4 GiB");
        return (Vec::new(), vec![mistake]);
    }
    if lexer.text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    let mut line = lexer.at;
    let mut at_line_start = true;
    while let Some(first) = lexer.rest().chars().next() {
        let start = lexer.at;
        match first {
            '\n' | '\r' => {
                lexer.at += 1;
                (line, at_line_start) = (lexer.at, true);
            }
            ' ' | '\t' | '\x0c' => lexer.at += 1,
            '#' => lexer.skip_line(),
            _ => {
                let indentation = at_line_start.then(|| (start - line) as u32);
                let token = lexer.token(first);
                let span = Span::new(start as u32, lexer.at as u32);
                lexer.lexemes.push(Lexeme { token, span, indentation });
                at_line_start = false;
            }
        }
        assert!(lexer.at > start, "the lexer of the notation makes progress");
    }
    (lexer.lexemes, lexer.mistakes)
}

/// Whether a word may begin with it.
pub(super) fn begins_word(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// Whether a word may go on with it.
fn continues_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Length in bytes of the word at the beginning of `text`.
pub(super) fn word_len(text: &str) -> usize {
    text.find(|c| !continues_word(c)).unwrap_or(text.len())
}

struct Lexer<'a> {
    source: &'a Arc<SourceText>,
    text: &'a str,
    notation: Notation,
    /// Offset of the next byte.
    at: usize,
    lexemes: Vec<Lexeme<'a>>,
    mistakes: Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The rest of the line, without its end.
    fn rest_of_line(&self) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())]
    }

    fn skip_line(&mut self) {
        self.at += self.rest_of_line().len();
    }

    /// An error from `start` to `end`.
    fn mistake(&self, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.source, Span::new(start as u32, end as u32), message)
    }

    /// Reports the mistake and gives the token that stands for it.
    fn invalid(&mut self, mistake: Diagnostic) -> Token<'a> {
        self.mistakes.push(mistake);
        Token::Invalid
    }

    /// The token that begins with `first`.
    fn token(&mut self, first: char) -> Token<'a> {
        match first {
            _ if begins_word(first) => {
                let len = word_len(self.rest());
                self.at += len;
                Token::Word(&self.text[self.at - len..self.at])
            }
            '0'..='9' => self.number(),
            '\'' | '"' => self.literal(first),
            '/' => self.regex(),
            '[' if self.notation == Notation::Transform && self.rest().starts_with("[|") => self.quotation(),
            '$' if self.notation == Notation::Transform => self.variable(),
            _ => match OPERATORS.iter().find(|(written, _)| self.rest().starts_with(written)) {
                Some(&(written, given)) => {
                    self.at += written.len();
                    Token::Operator(given)
                }
                None => self.stray(first),
            },
        }
    }

    fn number(&mut self) -> Token<'a> {
        let start = self.at;
        self.at += word_len(self.rest());
        let written = &self.text[start..self.at];
        if !written.bytes().all(|byte| byte.is_ascii_digit()) {
            let help = format!("if the text `{written}` is meant, quote it: `'{written}'`");
            return self.invalid(self.mistake(start, self.at, "a name begins with a letter or `_`").help(help));
        }
        match written.parse() {
            Ok(number) => Token::Number(number),
            Err(_) => {
                let mistake = self.mistake(start, self.at, format!("the number `{written}` is too large"));
                self.invalid(mistake.help(format!("the largest is {}", u32::MAX)))
            }
        }
    }

    /// A literal on one line. After the opening quote, every step consumes a character.
    fn literal(&mut self, quote: char) -> Token<'a> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.rest_of_line().chars().next() {
            self.at += c.len_utf8();
            match c {
                _ if c == quote => return Token::Literal(text),
                // A bad escape stands for something, so that the literal is not empty.
                '\\' => text.push(self.escape().unwrap_or(char::REPLACEMENT_CHARACTER)),
                _ => text.push(c),
            }
        }
        let help = format!("close it with `{quote}` on the same line; a line end inside it is written `\\n`");
        self.invalid(self.mistake(start, self.at, "the literal is not closed").note("opened here").help(help))
    }

    /// What stands for itself after a backslash, which is already read. `None` at the end of the line or if it is reported.
    fn escape(&mut self) -> Option<char> {
        let start = self.at - 1;
        let c = self.rest_of_line().chars().next()?;
        self.at += c.len_utf8();
        match c {
            '\\' | '\'' | '"' => Some(c),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'f' => Some('\x0c'),
            '0' => Some('\0'),
            'x' => self.hexadecimal_escape(start),
            'u' => self.unicode_escape(start),
            _ => {
                let help = match c {
                    'd' | 'w' | 's' | 'b' | '.' => "a literal is taken as it stands; a regex is written `/…/`",
                    _ => {
                        r#"the escapes are `\\` `\'` `\"` `\n` `\r` `\t` `\f` `\0` `\xHH` `\u{H…}`; a backslash is `\\`"#
                    }
                };
                let message = format!("there is no escape `\\{}`", c.escape_debug());
                self.mistakes.push(self.mistake(start, self.at, message).help(help));
                None
            }
        }
    }

    /// The two digits of `\xHH`.
    fn hexadecimal_escape(&mut self, start: usize) -> Option<char> {
        let digits = self.rest().bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
        let value = u32::from_str_radix(&self.rest()[..digits], 16).unwrap_or(0);
        self.at += digits;
        if digits < 2 {
            let mistake = self.mistake(start, self.at, "`\\x` is followed by two hexadecimal digits");
            self.mistakes.push(mistake.help("for example `\\x0C` for a form feed"));
            return None;
        }
        if value > 0x7f {
            let message = format!("`\\x{value:02X}` is not an ASCII character");
            let help = format!("write the character U+{value:04X} as `\\u{{{value:X}}}`");
            self.mistakes.push(self.mistake(start, self.at, message).help(help));
        }
        char::from_u32(value)
    }

    /// The `{H…}` of `\u{H…}`.
    fn unicode_escape(&mut self, start: usize) -> Option<char> {
        let braced = self.rest().strip_prefix('{').and_then(|rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
            rest[digits..].starts_with('}').then_some(&rest[..digits])
        });
        let Some(digits) = braced else {
            let message = "`\\u` is followed by hexadecimal digits in braces";
            self.mistakes.push(self.mistake(start, self.at, message).help("for example `\\u{3BB}` for λ"));
            return None;
        };
        self.at += digits.len() + 2;
        let character = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        if character.is_none() {
            let message = format!("`\\u{{{digits}}}` is not a character");
            let help = "characters go from `\\u{0}` to `\\u{10FFFF}`, without `\\u{D800}` to `\\u{DFFF}`";
            self.mistakes.push(self.mistake(start, self.at, message).help(help));
        }
        character
    }

    /// A regex; in the notation for langlets also several, `/a/ & /b/` and `/a/ & !/b/`, as one token from the first slash
    /// to the last.
    fn regex(&mut self) -> Token<'a> {
        let first = self.at + 1;
        let (start, class_depth) = loop {
            let start = self.at;
            if self.rest().starts_with("//") {
                self.skip_line();
                let help = "a comment begins with `#`; an empty alternative is written `()`";
                return self.invalid(self.mistake(start, start + 2, "the regex is empty").help(help));
            }
            match end_of_regex(&self.text[start + 1..]) {
                Ok(len) => self.at += len + 2,
                Err(class_depth) => break (start, class_depth),
            }
            match next_operand(self.rest()).filter(|_| self.notation == Notation::Langlet) {
                Some((skipped, _)) => self.at += skipped,
                None => return Token::Regex(&self.text[first..self.at - 1]),
            }
        };
        let verbose = is_verbose(&self.text[start + 1..]);
        self.skip_line();
        // The lines of a verbose regex are not mistakes of their own.
        while verbose
            && !self.rest().trim_start_matches(['\n', '\r']).starts_with(begins_word)
            && !self.rest().is_empty()
        {
            self.at += 1;
            self.skip_line();
        }
        let (message, help) = if class_depth > 0 {
            ("the regex is not closed", "its class `[` has no `]`; a bracket that stands for itself is written `\\[`")
        } else {
            (
                "the regex is not closed",
                "close it with `/` on the same line, or begin it with `(?x)` to go over several lines",
            )
        };
        self.invalid(self.mistake(start, self.at, message).note("opened here").help(help))
    }

    /// `[| … |]`, or with more bars.
    fn quotation(&mut self) -> Token<'a> {
        let start = self.at;
        let bars = self.rest()[1..].bytes().take_while(|&byte| byte == b'|').count();
        let (opening, closing) = (format!("[{}", "|".repeat(bars)), format!("{}]", "|".repeat(bars)));
        let text_start = start + opening.len();
        let rest = &self.text[text_start..];
        if rest.starts_with(']') && bars > 1 {
            self.at = text_start + 1;
            return self
                .invalid(self.mistake(start, self.at, "the quotation is empty").help("write `[| |]` for no text"));
        }
        // A text cannot contain its own opening mark, so that a quotation that is not closed ends at the next one.
        let inner = rest.find(&opening);
        let text = &rest[..inner.unwrap_or(rest.len())];
        if let Some(end) = text.find(&closing) {
            self.at = text_start + end + closing.len();
            return Token::Quotation(&rest[..end], bars as u32);
        }
        self.at = text_start + next_declaration(text);
        let mistake = self.mistake(start, text_start, "the quotation is not closed").note("opened here");
        let help = match inner {
            Some(_) => format!(
                "close it with `{closing}`; if its text contains `{opening}`, use more bars: `[{0} … {0}]`",
                "|".repeat(bars + 1)
            ),
            None => format!("close it with `{closing}`"),
        };
        self.invalid(mistake.help(help))
    }

    /// `$name`, `$name*`, `$name+`, `$name?`.
    fn variable(&mut self) -> Token<'a> {
        let start = self.at;
        let name = &self.text[start + 1..start + 1 + word_len(&self.text[start + 1..])];
        self.at += 1 + name.len();
        if !name.starts_with(begins_word) {
            let message = "a metavariable is `$` and a name";
            return self.invalid(self.mistake(start, self.at, message).help("for example `$x`, `$x*`, `$x+` or `$x?`"));
        }
        self.at += usize::from(self.rest().starts_with(['*', '+', '?']));
        Token::Variable(name)
    }

    /// A run of characters that begin no token.
    fn stray(&mut self, first: char) -> Token<'a> {
        let start = self.at;
        let run = self.rest().chars().take_while(|&c| c == first).count();
        self.at += run * first.len_utf8();
        let written = &self.text[start..self.at];
        let quoted = format!("if the text `{written}` is meant, quote it: `'{written}'`");
        let is_visible = first.is_ascii_graphic() || (!first.is_whitespace() && first.escape_debug().len() == 1);
        let help = match first {
            ';' => format!("a declaration ends where the next one begins; {quoted}"),
            '.' => format!("a declaration ends where the next one begins, and any character is `/(?s:.)/`; {quoted}"),
            '{' | '}' => format!("a repetition is written `( … )*`; {quoted}"),
            '<' | '>' => format!("names are written without angle brackets; {quoted}"),
            '~' | '!' | '&' => format!("there are no predicates; {quoted}"),
            '-' if matches!(self.lexemes.last(), Some(Lexeme { token: Token::Word("top" | "bottom"), .. })) => {
                "the words of a strategy stand apart: `top down`, `bottom up`".to_owned()
            }
            '-' | '^' => format!("a regex stands between slashes, as in `/[a-z]/`; {quoted}"),
            '‘' | '’' | '“' | '”' | '`' | '«' | '»' => {
                "a literal stands in straight quotes: `'…'` or `\"…\"`".to_owned()
            }
            '\\' => "a line needs no mark to be continued".to_owned(),
            '$' => "metavariables belong into `.transform` files".to_owned(),
            _ if first.is_whitespace() => "write a blank".to_owned(),
            _ if !is_visible => "remove it".to_owned(),
            _ => quoted,
        };
        let message = match first {
            '`' => "a backtick has no meaning here".to_owned(),
            _ if !is_visible => format!("the character U+{:04X} has no meaning here", first as u32),
            _ => format!("`{written}` has no meaning here"),
        };
        self.invalid(self.mistake(start, self.at, message).help(help))
    }
}

/// Where a line of the text, but the first, begins like a declaration of a `.transform` file; else its end.
fn next_declaration(text: &str) -> usize {
    let begins = |line: &str| {
        Notation::Transform
            .directives()
            .iter()
            .any(|directive| line.strip_prefix(directive).is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r'])))
    };
    let mut line_ends = text.match_indices('\n').map(|(at, _)| at);
    line_ends.find(|&at| begins(&text[at + 1..])).unwrap_or(text.len())
}

/// Where the regex ends that begins `text`: the place of its slash. A slash ends it unless it is escaped or in a class; a line
/// end does unless the regex is verbose, in which case comments are passed over as well.
///
/// # Errors
/// It does not end; how many classes are open.
fn end_of_regex(text: &str) -> Result<usize, usize> {
    let verbose = is_verbose(text);
    let mut classes = Classes::default();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' | '\r' if !verbose => break,
            '\\' if text[at + 1..].starts_with(['\n', '\r']) && !verbose => break,
            '\\' => drop(chars.next()),
            '#' if verbose => drop(chars.find(|&(_, c)| c == '\n')),
            _ if classes.take(text, at, c) => {}
            '/' => return Ok(at),
            _ => {}
        }
    }
    Err(classes.depth)
}

/// The classes of a regex that are open at a place.
#[derive(Default)]
pub(super) struct Classes {
    depth: usize,
    /// Where the text of the innermost one begins.
    start: usize,
}

impl Classes {
    /// Whether the character, which is not escaped, belongs to a class: opens or ends one, or stands in one.
    pub(super) fn take(&mut self, text: &str, at: usize, c: char) -> bool {
        match c {
            '[' => {
                self.depth += 1;
                self.start = at + 1;
            }
            // As the first character of a class it stands for itself.
            ']' if self.depth > 0 && !matches!(&text[self.start..at], "" | "^") => self.depth -= 1,
            _ => return self.depth > 0,
        }
        true
    }
}

/// Behind a regex: the distance to the slash of the next operand, if ` & ` or ` & !` leads to one, and whether that is negated.
fn next_operand(text: &str) -> Option<(usize, bool)> {
    let blanks = [' ', '\t'];
    let rest = text.trim_start_matches(blanks).strip_prefix('&')?.trim_start_matches(blanks);
    let (rest, negated) = rest.strip_prefix('!').map_or((rest, false), |rest| (rest.trim_start_matches(blanks), true));
    rest.starts_with('/').then_some((text.len() - rest.len(), negated))
}

/// The operands of a pattern as the notation writes it, `a/ & !/b` being those of `/a/ & !/b/`: where each stands, and whether
/// it is negated. A pattern with no `/ & /` in it is its only operand.
pub(crate) fn operands(pattern: &str) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    let (mut start, mut negated) = (0, false);
    while let Ok(len) = end_of_regex(&pattern[start..])
        && let Some((skipped, next_negated)) = next_operand(&pattern[start + len + 1..])
    {
        found.push((start..start + len, negated));
        (start, negated) = (start + len + 1 + skipped + 1, next_negated);
    }
    found.push((start..pattern.len(), negated));
    found
}

/// Whether the pattern begins with flags among which is `x`: `(?x)`, `(?sx-u)`.
pub(super) fn is_verbose(pattern: &str) -> bool {
    let Some(rest) = pattern.strip_prefix("(?") else { return false };
    let flags = &rest[..rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())];
    let rest = rest[flags.len()..].trim_start_matches(|c: char| c == '-' || c.is_ascii_alphabetic());
    flags.contains('x') && rest.starts_with(')')
}
