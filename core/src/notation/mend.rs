//! The mends of mistakes in `.transform` files: from the words around a token that does not fit, what was probably meant.
//!
//! They are advice, read after the parser has refused the declaration; so they may guess where the parser may not.

use super::lexer::{Lexeme, Token};
use crate::diagnostic::did_you_mean;

/// The declaration that a token does not fit into, and the place of the token in it; behind the last one if it ends too early.
pub(super) struct Misfit<'l, 'a> {
    pub(super) lexemes: &'l [Lexeme<'a>],
    pub(super) index: usize,
}

impl<'l, 'a> Misfit<'l, 'a> {
    /// What to write instead, in a declaration that begins with `directive`.
    pub(super) fn mend(&self, directive: &str) -> String {
        let usage = match directive {
            "transform" => "the header is `transform SOURCE -> TARGET`",
            "phase" => return self.phase(),
            "example" => match (self.token(), self.before(1)) {
                (Some(Token::Word(_) | Token::Literal(_)), _) => {
                    "an example is a whole text and has no symbol: `example [| before |] => [| after |]`"
                }
                (None, Some(Token::Quotation(..))) => {
                    "write `example [| before |] => [| after |]`; a text that is not to change is `unchanged [| text |]`, one \
                     that has no translation `refused [| text |]`"
                }
                _ => "write `example [| before |] => [| after |]`",
            },
            "unchanged" => match self.token() {
                Some(Token::Operator("=>")) => "a text that changes is written `example [| before |] => [| after |]`",
                _ => "write `unchanged [| text |]`",
            },
            "refused" => "write `refused [| text |]`, or with a part of the reason `refused [| text |] \"reason\"`",
            "reversible" => "write `reversible FROM -> TO`, with the two langlets of the header",
            _ => return self.rule(directive == "rule"),
        };
        usage.to_owned()
    }

    /// The token that does not fit.
    fn token(&self) -> Option<&'l Token<'a>> {
        self.lexemes.get(self.index).map(|lexeme| &lexeme.token)
    }

    /// The token `n` places before it.
    fn before(&self, n: usize) -> Option<&'l Token<'a>> {
        self.index.checked_sub(n).and_then(|index| self.lexemes.get(index)).map(|lexeme| &lexeme.token)
    }

    /// Where the token stands last before the one that does not fit.
    fn last(&self, token: &Token<'_>) -> Option<usize> {
        self.lexemes[..self.index].iter().rposition(|lexeme| lexeme.token == *token)
    }

    /// A word of the notation that the token, or the word before it, is a slip of.
    fn misspelled(&self, words: &[&str], words_before: &[&str]) -> Option<String> {
        let slip = |token: Option<&Token<'a>>, words: &[&str]| {
            let word = word(token)?;
            did_you_mean(word, words.iter().copied()).filter(|&meant| meant != word).map(str::to_owned)
        };
        let meant = slip(self.token(), words).or_else(|| slip(self.before(1), words_before))?;
        Some(format!("did you mean `{meant}`?"))
    }

    fn phase(&self) -> String {
        let strategy = self.lexemes.get(2).map(|lexeme| &lexeme.token);
        match (self.index, word(strategy), self.token()) {
            (3.., Some("top" | "bottom"), Some(Token::Word("at"))) => "only `innermost` has a bound".to_owned(),
            (3.., Some("innermost"), _) => "write `innermost`, or with a bound `innermost at most 100`".to_owned(),
            _ => self.misspelled(&["top", "top down", "down", "bottom", "bottom up", "up", "innermost"], &[]).unwrap_or(
                "write `phase NAME top down`, `phase NAME bottom up`, `phase NAME innermost` or `phase NAME innermost at most \
                 100`"
                    .to_owned(),
            ),
        }
    }

    /// In a rewriting rule or a named pattern.
    fn rule(&self, is_rule: bool) -> String {
        let arrow = self.last(&Token::Operator("=>"));
        let clause = self.last(&Token::Word("where"));
        match (arrow, clause) {
            (Some(arrow), Some(clause)) if clause == arrow + 1 => {
                "a result is missing between `=>` and `where`".to_owned()
            }
            (_, Some(clause)) if clause > arrow.unwrap_or(1) => self.condition(clause),
            (Some(arrow), _) => self.result(arrow),
            (None, _) => self.pattern(is_rule),
        }
    }

    fn pattern(&self, is_rule: bool) -> String {
        let is_complete = matches!(self.before(1), Some(Token::Quotation(..) | Token::Regex(_)));
        let usage = match self.token() {
            Some(Token::Word("where")) if is_rule => {
                "conditions stand behind a result: `rule NAME pattern => result where …`"
            }
            Some(Token::Operator("=>")) if !is_rule && self.index > 2 => {
                "a named pattern has no result; a rule is written `rule NAME pattern => result`"
            }
            Some(Token::Operator("->" | "=" | ":")) if is_rule => "pattern and result are joined by `=>`",
            Some(Token::Operator("->" | "=" | ":")) => "the pattern follows its name: `pattern NAME rule [| … |]`",
            Some(Token::Operator(",") | Token::Word("or")) => "alternatives are joined by `|`",
            Some(Token::Variable(_)) => "a metavariable stands in a quotation: `rule [| … $x … |]`",
            None if is_complete && is_rule => return format!("the rule has no result; {RESULTS}"),
            Some(_) if is_complete && is_rule => "pattern and result are joined by `=>`, alternatives by `|`",
            Some(_) if is_complete => "alternatives are joined by `|`; conditions stand behind `where`",
            _ if is_rule => {
                "a rule is written `rule NAME pattern => result`; a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`"
            }
            _ => "a named pattern is written `pattern NAME rule [| … |]`; more than one are joined by `|`",
        };
        usage.to_owned()
    }

    /// In a result; `arrow` is the place of its `=>`.
    fn result(&self, arrow: usize) -> String {
        let then = self.last(&Token::Word("then")).filter(|&then| then > arrow + 1);
        let usage = match (self.token(), self.before(1)) {
            (Some(Token::Word("if" | "when" | "unless")), _) => "conditions stand behind `where`",
            (_, Some(Token::Word("delete"))) if self.index == arrow + 2 => {
                "`delete` stands alone; a rule named like it needs a quotation: `delete [| … |]`"
            }
            (Some(Token::Word("then")), _) => "only quotations are joined by `then`: `rule [| … |] then rule [| … |]`",
            _ if then.is_some_and(|then| self.index <= then + 2) => {
                "behind `then` stands another quotation: `rule [| … |] then rule [| … |]`"
            }
            (Some(Token::Operator(",")), _) => "several nodes in the place of one are joined by `then`",
            (Some(Token::Operator("|")), _) => {
                "each further result has an arrow of its own: `=> result where … => result where …`"
            }
            (Some(Token::Variable(_)), _) => "a metavariable stands in a quotation: `rule [| $x |]`",
            _ => {
                let slip = self.misspelled(&["where", "then"], &["compute", "refuse", "delete"]);
                return slip.unwrap_or(RESULTS.to_owned());
            }
        };
        usage.to_owned()
    }

    /// In a condition; `clause` is the place of `where`.
    fn condition(&self, clause: usize) -> String {
        let open = self.last(&Token::Operator("("));
        let is_open = open > self.last(&Token::Operator(")")).max(Some(clause));
        let usage = match (self.before(2), self.before(1), self.token()) {
            _ if is_open => PREDICATE,
            (_, _, Some(Token::Operator(","))) => "conditions are joined by `and`",
            (_, _, Some(Token::Word("or"))) => {
                "there is no `or`; write another result, `=> result where …`, or a named pattern with `|`"
            }
            (_, _, Some(Token::Operator("|"))) => "alternatives need a name: `pattern NAME a | b`, and `$x is NAME`",
            (_, _, Some(Token::Word("where"))) => "`where` stands once; more conditions are joined by `and`",
            (_, Some(Token::Word("inside" | "follows" | "precedes")), Some(Token::Word("not"))) => {
                "`not` stands in front: `not inside rule [| … |]`"
            }
            // `x is y`: the word was taken for a predicate.
            (
                Some(Token::Word("where" | "and" | "not")),
                Some(Token::Word(name)),
                Some(Token::Word("is" | "has" | "matches" | "not")),
            ) => {
                return format!("a metavariable is written `${name}`");
            }
            (Some(Token::Word("is")), Some(Token::Word("no")), _) => "it is `$x is not rule`",
            (Some(Token::Word("has")), Some(Token::Word("not")), _) => "it is `$x has no rule`",
            (_, Some(Token::Word("not")), Some(Token::Variable(_))) => {
                "`not` stands behind the metavariable: `$x is not rule`, `$x not matches /…/`, `$x has no rule`"
            }
            (_, Some(Token::Variable(_)), Some(Token::Word("inside" | "follows" | "precedes"))) => {
                "the matched node is meant, without a metavariable: `inside rule [| … |]`"
            }
            (_, Some(Token::Word("not")), Some(Token::Operator("("))) => {
                "brackets group nothing; each condition is negated alone: `$x is not rule`, `not inside rule`"
            }
            (Some(Token::Word("where" | "and")), Some(Token::Word("and")), _) => "a condition is missing before `and`",
            (_, Some(Token::Word("is")), Some(Token::Variable(_))) => {
                "a name that a pattern binds twice stands for equal text: `rule [| $x + $x |]`"
            }
            (_, Some(Token::Word("is" | "has" | "no" | "inside" | "follows" | "precedes")), _)
            | (Some(Token::Word("is")), Some(Token::Word("not")), _) => {
                "a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`"
            }
            (_, Some(Token::Word("matches")), _) => "a regex stands between slashes: `$x matches /…/`",
            (_, Some(Token::Word("trailing")), _) => "the separator is a literal: `$xs* has trailing ','`",
            _ => {
                let words = ["and", "has", "no", "trailing", "is", "not", "matches", "inside", "follows", "precedes"];
                let slip = self.misspelled(&words, &["inside", "follows", "precedes", "not"]);
                let is_predicate = matches!(
                    (self.before(2), self.before(1)),
                    (Some(Token::Word("where" | "and" | "not")), Some(Token::Word(_)))
                );
                return slip.unwrap_or(if is_predicate { PREDICATE } else { CONDITIONS }.to_owned());
            }
        };
        usage.to_owned()
    }
}

/// All forms of a result.
const RESULTS: &str = "a result is `rule [| … |]`, `\"text\"`, `compute name`, `refuse \"reason\"` or `delete`";

/// What a predicate looks like.
const PREDICATE: &str = "a predicate is asked about metavariables: `name($x)`, `name($x, $y)`";

/// All forms of a condition.
const CONDITIONS: &str = "conditions are `$x is pattern`, `$x is new 'text'`, `$x has pattern`, `$x matches /…/`, \
                          `$xs* has trailing ','`, `inside pattern`, `follows pattern`, `precedes pattern` and `predicate($x)`; with `not` or `no` \
                          they are negated";

/// The word that the token is.
fn word<'a>(token: Option<&Token<'a>>) -> Option<&'a str> {
    match token {
        Some(Token::Word(word)) => Some(word),
        _ => None,
    }
}
