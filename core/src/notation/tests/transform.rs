//! The forms of `.transform` files: what they parse to, with exact places, and the words that they leave to langlets.

use super::*;

#[test]
fn spans_are_exact() {
    let text = section(TRANSFORM);
    let file = parse_transform(&source(text)).unwrap();
    let at = |span: Span| &text[span.range()];
    for rule in &file.rules {
        assert!(at(rule.span).starts_with("rule "));
        assert!(text[rule.span.end as usize..].starts_with('\n'), "{}", at(rule.span));
        assert_eq!(at(rule.name.span), rule.name.text);
        rule.patterns.iter().for_each(|pattern| check_pattern(text, pattern));
        for case in &rule.cases {
            assert!(
                at(case.span).starts_with("=>") && at(rule.span).ends_with(at(rule.cases[rule.cases.len() - 1].span))
            );
            if let Outcome::Trees(quotations) = &case.result {
                quotations.iter().for_each(|quotation| assert_eq!(at(quotation.text_span), quotation.text));
            }
            if let Outcome::Delete(span) = &case.result {
                assert_eq!(at(*span), "delete");
            }
            case.conditions.iter().for_each(|condition| check_condition(text, condition));
        }
    }
    for pattern in &file.patterns {
        assert!(at(pattern.span).starts_with("pattern ") && at(pattern.name.span) == pattern.name.text);
        pattern.patterns.iter().for_each(|pattern| check_pattern(text, pattern));
        pattern.conditions.iter().for_each(|condition| check_condition(text, condition));
    }
    for phase in &file.phases {
        assert!(at(phase.span).starts_with("phase ") && at(phase.name.span) == phase.name.text);
    }
    for example in &file.examples {
        assert_eq!(at(example.before.span), example.before.text);
        let first = match &example.expectation {
            Expectation::Becomes(after) => {
                assert_eq!(at(after.span), after.text);
                "example "
            }
            Expectation::Unchanged => "unchanged ",
            Expectation::Refused(reason) => {
                reason.iter().for_each(|reason| assert_eq!(at(reason.span), format!("{:?}", reason.text)));
                "refused "
            }
        };
        assert!(at(example.span).starts_with(first) && text[example.span.end as usize..].starts_with('\n'));
    }
}

/// The spans of a pattern are those of its texts.
fn check_pattern(text: &str, pattern: &Pattern) {
    match pattern {
        Pattern::Tree(quotation) => assert_eq!(text[quotation.text_span.range()], quotation.text),
        Pattern::Symbol { symbol, regex } => {
            if let SymbolName::Name(name) = symbol {
                assert_eq!(text[name.span.range()], name.text);
            }
            regex.iter().for_each(|regex| assert_eq!(text[regex.span.range()], format!("/{}/", regex.pattern)));
        }
    }
}

/// The spans of a condition are those of its texts; it ends where the next one, a result or a line begins.
fn check_condition(text: &str, condition: &Condition) {
    let name = |name: &Name| assert_eq!(text[name.span.range()], name.text);
    match condition {
        Condition::Trailing { variable, .. }
        | Condition::New { variable, .. }
        | Condition::Matches { variable, .. } => name(variable),
        Condition::Is { variable, pattern, .. } | Condition::Has { variable, pattern, .. } => {
            name(variable);
            check_pattern(text, pattern);
        }
        Condition::Around { pattern, .. } => check_pattern(text, pattern),
        Condition::Holds { predicate, arguments, .. } => std::iter::once(predicate).chain(arguments).for_each(name),
    }
    let words = &text[condition.span().range()];
    assert!(words.starts_with(['$', 'n', 'i', 'f', 'p', 's']) && words.trim() == words, "{words}");
    let rest = text[condition.span().end as usize..].trim_start_matches(' ');
    assert!(rest.starts_with(['\n', '#']) || rest.starts_with("and "), "{words}{rest}");
}

/// A symbol as it is written.
fn written(symbol: &SymbolName) -> String {
    match symbol {
        SymbolName::Name(name) => name.text.clone(),
        SymbolName::Literal(literal) => format!("{:?}", literal.text),
        SymbolName::Regex(regex) => format!("/{}/", regex.pattern),
    }
}

fn show_quotation(quotation: &Quotation) -> String {
    format!("{} [|{}|]", written(&quotation.symbol), quotation.text.escape_debug())
}

fn show_patterns(patterns: &[Pattern]) -> String {
    let show = |pattern: &Pattern| match pattern {
        Pattern::Tree(quotation) => show_quotation(quotation),
        Pattern::Symbol { symbol, regex: Some(regex) } => format!("{} /{}/", written(symbol), regex.pattern),
        Pattern::Symbol { symbol, regex: None } => written(symbol),
    };
    patterns.iter().map(show).collect::<Vec<_>>().join(" | ")
}

/// The conditions, one a line, as a reader would spell them out.
fn show_conditions(conditions: &[Condition]) -> String {
    let show = |condition: &Condition| {
        let (sign, text) = match condition {
            Condition::Trailing { variable, separator, present, .. } => {
                (present, format!("{} ends with {:?}", variable.text, separator.text))
            }
            Condition::Is { variable, pattern, positive, .. } => {
                (positive, format!("{} is {}", variable.text, show_patterns(std::slice::from_ref(pattern))))
            }
            Condition::New { variable, text, .. } => (&true, format!("{} is new, {:?}", variable.text, text.text)),
            Condition::Matches { variable, regex, positive, .. } => {
                (positive, format!("{} matches /{}/", variable.text, regex.pattern))
            }
            Condition::Has { variable, pattern, positive, .. } => {
                (positive, format!("{} has {}", variable.text, show_patterns(std::slice::from_ref(pattern))))
            }
            Condition::Around { relation, pattern, positive, .. } => {
                (positive, format!("{relation:?} {}", show_patterns(std::slice::from_ref(pattern))))
            }
            Condition::Holds { predicate, arguments, positive, .. } => {
                let arguments: Vec<_> = arguments.iter().map(|argument| argument.text.as_str()).collect();
                (positive, format!("{} of {}", predicate.text, arguments.join(" and ")))
            }
        };
        format!("    {} {text}\n", if *sign { "if" } else { "unless" })
    };
    conditions.iter().map(show).collect()
}

#[test]
fn transformations_have_all_forms() {
    let file = parse_transform(&source(section(TRANSFORM))).unwrap();
    let mut out = format!("{} to {}\n", file.source.text, file.target.text);
    for pattern in &file.patterns {
        out += &format!("pattern {}: {}\n", pattern.name.text, show_patterns(&pattern.patterns));
        out += &show_conditions(&pattern.conditions);
    }
    for phase in &file.phases {
        out += &format!("phase {}: {:?}\n", phase.name.text, phase.strategy);
    }
    for rule in &file.rules {
        let phase = rule.phase.map_or("", |phase| &file.phases[phase].name.text);
        out += &format!("rule {} [{phase}]: {}\n", rule.name.text, show_patterns(&rule.patterns));
        for case in &rule.cases {
            let result = match &case.result {
                Outcome::Trees(trees) => trees.iter().map(show_quotation).collect::<Vec<_>>().join(", then "),
                Outcome::Text(text) => format!("{:?}", text.text),
                Outcome::Compute(name) => format!("compute {}", name.text),
                Outcome::Refuse(reason) => format!("refuse {:?}", reason.text),
                Outcome::Delete(_) => "delete".to_owned(),
            };
            out += &format!("  {result}\n{}", show_conditions(&case.conditions));
        }
    }
    for example in &file.examples {
        let rule = example.rule.map_or("the file", |rule| &file.rules[rule].name.text);
        let expectation = match &example.expectation {
            Expectation::Becomes(after) => format!("becomes {:?}", after.text),
            Expectation::Unchanged => "is unchanged".to_owned(),
            Expectation::Refused(None) => "is refused".to_owned(),
            Expectation::Refused(Some(reason)) => format!("is refused: {:?}", reason.text),
        };
        out += &format!("example of {rule}: {:?} {expectation}\n", example.before.text);
    }
    insta::assert_snapshot!(out, @r###"
    python27 to python38
    pattern call: power [| $f($args*) |] | power [| $f($args*) for_ |]
        if f is NAME
    pattern number: NUMBER | "-" | NUMBER /0.*/
    phase cleanup: Innermost { bound: Some(100) }
    phase one: BottomUp
    phase two: TopDown
    phase three: Innermost { bound: None }
    rule has_key []: power [| $d+ .has_key($k) |]
      comparison [| $k in $d+ |]
    rule backquote []: atom [| `$x*` |]
      power [| repr($x*) |]
    rule print_to []: print_stmt [| print >>$f, $xs* |]
      expr_stmt [| print($xs*, file=$f) |]
        unless xs ends with ","
        unless f is lambdef
    rule nested []: stmt [| if $x:test:\n    $y = [| # not a comment of the notation |] |]
      stmt [| $y |]
        unless x matches /not .*/
        if y matches /[a-z/]+/
        if xs ends with ","
        if x is test
    rule ne []: "<>"
      "!=" [| != |]
    rule octal []: NUMBER /0([0-7]+)[lL]?/
      "0o$1"
    rule long []: NUMBER
      compute drop_suffix
    rule exec [cleanup]: exec_stmt [| exec $x |]
      refuse "exec is a function"
    rule calls [cleanup]: call | "-" | power [| $f() |]
      expr_stmt [| $f() |], then expr_stmt [| g() |], then expr_stmt [| h() |]
        if f is call
        unless f is power [| f($y) |]
        if f is NUMBER /0.*/
        if f is "x"
      delete
        if f has yield_expr
        unless f has "..."
        if f has NUMBER /0/
        unless f has call [| $g() |]
        if Inside funcdef [| def $n($p?): $body+ |]
        unless Inside classdef
        if Follows call
        unless Follows "-"
        if Precedes NAME /x/
        unless Precedes x
      refuse "too hard"
        if is_pure of f
        unless shadows of f and args
        if some_more of x
      "text"
    rule last [three]: NAME
      compute upper
    example of the file: " print 0777L " becomes " print(0o777) "
    example of the file: " a = b " is unchanged
    example of the file: " exec a " is refused
    example of the file: "\nexec a\nexec b\n" is refused: "a function"
    example of octal: " x = 0777 " becomes " x = 0o777 "
    example of octal: " x = 0x1F " is unchanged
    example of exec: " exec a " is refused: "a function"
    "###);
}

/// The words of the notation are no reserved words: each can name a rule of a langlet, a named pattern, a phase, a rewriting
/// rule, a function; where a word cannot, the reference says so.
#[test]
fn words_are_not_reserved() {
    let words = "transform pattern phase rule example unchanged refused where and then compute refuse delete has no trailing \
                 is not matches inside follows precedes top down bottom up innermost at most when new";
    for word in words.split(' ') {
        let is_special = ["no", "not", "trailing"].contains(&word);
        let forms = [
            (true, format!("pattern {word} {word} [| x |] | {word} /x/ | {word}")),
            (true, format!("phase {word} innermost at most 8")),
            (true, format!("rule {word} {word} [| x |] | {word} => {word} [| y |] then {word} [| y |]")),
            (true, format!("rule r a => compute {word}")),
            (true, format!("rule r a => delete where $x is not {word} and $x is not {word} [| x |]")),
            (word != "not", format!("rule r a => delete where $x is {word} and $x is {word} [| x |]")),
            (
                !["no", "trailing"].contains(&word),
                format!("rule r a => delete where $x has {word} and $x has no {word} [| x |]"),
            ),
            (
                word != "not",
                format!("rule r a => delete where inside {word} and not follows {word} and precedes {word} [| x |]"),
            ),
            (word != "not", format!("rule r a => delete where {word}($x, ${word}) and not {word}($x)")),
            (true, format!("rule r a => delete where ${word} is x and ${word}* has trailing ','")),
        ];
        for (can, form) in forms {
            let result = parse_transform(&source(&format!("transform a -> b\n{form}")));
            assert_eq!(result.is_ok(), can, "{form}: {:?}", result.err().map(|mistakes| mistakes[0].to_string()));
            assert!(can || is_special);
        }
    }
}

#[test]
fn a_quotation_does_not_nest() {
    assert!(parse_transform(&source(&"[|".repeat(100_000))).is_err());
}
