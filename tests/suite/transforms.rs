//! Translations: the cases of each transformation crate, and what must hold for every translated text.

use langlet_core::diagnostic::SourceText;
use langlet_core::rewrite::{Functions, Options};
use langlet_core::span::LineIndex;
use langlet_core::{Langlet, Transform};
use langlet_json5_to_json::JSON5_TO_JSON;
use langlet_python2_to_python3::PYTHON2_TO_PYTHON3;
use langlet_python27::{PYTHON27, PYTHON27_PRINT_FUNCTION};
use langlet_test_support::fixture::fixtures;

/// Runs the cases of a folder: `input` gives `output`, or the messages of `refused`.
fn check_cases(folder: &str, transform: &Transform, dialects: &[&Langlet]) {
    for case in fixtures(folder) {
        let input = case.get("input").expect("a case has an input");
        let drop_comments = case.get("options").is_some_and(|options| options.trim() == "drop-comments");
        let options = Options { drop_comments, ..Options::default() };
        let langlet = dialects.iter().copied().find(|dialect| dialect.claims(input)).unwrap_or(transform.source());
        let outcome = transform.translate(langlet, input, &options);
        match (outcome, case.get("output"), case.get("refused")) {
            (Ok(translation), Some(output), None) => {
                assert_eq!(translation.text, output, "{folder}/{}", case.name);
                let starts: Vec<u32> = translation.applied.iter().map(|applied| applied.span.start).collect();
                assert!(starts.is_sorted(), "{folder}/{}: rules in the order of the text", case.name);
                let tree = transform.target().parse(output).expect("an output is a text of the target");
                tree.check().expect("what is parsed checks");
            }
            (Err(error), None, Some(refused)) => {
                let source = SourceText::new("case", input);
                let lines = LineIndex::new(input);
                let shown = error.diagnostics(&source).into_iter().map(|diagnostic| {
                    let place = lines.line_column(diagnostic.labels[0].span.start);
                    format!("{}:{}: {}\n", place.line, place.column + 1, diagnostic.message)
                });
                assert_eq!(shown.collect::<String>(), refused, "{folder}/{}", case.name);
            }
            (outcome, ..) => panic!("{folder}/{}: {outcome:?}", case.name),
        }
    }
}

#[test]
fn python2_to_python3() {
    check_cases("transforms/python2-to-python3/cases", &PYTHON2_TO_PYTHON3, &[&PYTHON27_PRINT_FUNCTION]);
}

#[test]
fn json5_to_json() {
    check_cases("transforms/json5-to-json/cases", &JSON5_TO_JSON, &[]);
}

/// The examples in the files of the transformations hold, and no rule is without one.
#[test]
fn examples_hold() {
    for (transform, dialect) in [(&*PYTHON2_TO_PYTHON3, Some(&*PYTHON27_PRINT_FUNCTION)), (&*JSON5_TO_JSON, None)] {
        let langlet = |text: &str| dialect.filter(|dialect| dialect.claims(text)).unwrap_or(transform.source()).clone();
        assert_eq!(transform.check_examples_as(langlet), []);
        for rule in transform.rules() {
            let is_about =
                |rule: &str| transform.examples().iter().any(|example| example.rule.as_deref() == Some(rule));
            assert!(is_about(rule), "`{rule}` has no example");
        }
    }
}

/// The rules of the transformations can give results, and none of them goes on without end.
#[test]
fn rules_are_sound() {
    for transform in [&*PYTHON2_TO_PYTHON3, &*JSON5_TO_JSON] {
        let errors: Vec<String> = transform.check().iter().map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

/// Every rule of a transformation is applied in some case.
#[test]
fn each_rule_has_a_case() {
    for (folder, transform, dialect) in [
        ("transforms/python2-to-python3/cases", &*PYTHON2_TO_PYTHON3, Some(&*PYTHON27_PRINT_FUNCTION)),
        ("transforms/json5-to-json/cases", &*JSON5_TO_JSON, None),
    ] {
        let mut seen: Vec<String> = Vec::new();
        for case in fixtures(folder) {
            let input = case.get("input").expect("a case has an input");
            let langlet = dialect.filter(|dialect| dialect.claims(input)).unwrap_or(transform.source());
            let options = Options { drop_comments: true, ..Options::default() };
            match transform.translate(langlet, input, &options) {
                Ok(translation) => seen.extend(translation.applied.into_iter().map(|applied| applied.rule)),
                // A rule that refuses is seen by its reason, which `check_cases` compares.
                Err(error) => seen.push(error.to_string()),
            }
        }
        let refuse = ["infinity", "nan", "tuple_parameter_more", "lambda_tuple_more"];
        for rule in transform.rules().filter(|rule| !refuse.contains(rule)) {
            assert!(seen.iter().any(|name| name == rule), "no case applies `{rule}`");
        }
    }
}

#[test]
fn what_no_rule_touches_stays() {
    let text = "\u{FEFF}# -*- coding: x -*-\r\nclass A :\r\n\tx = [ 1,\r\n # c\r\n2 ]  ;y=1\r\n\x0c\r\n  # d";
    let translation = PYTHON2_TO_PYTHON3.translate(&PYTHON27, text, &Options::default()).expect("it is Python 3 too");
    assert_eq!(translation.text, text);
    assert!(translation.applied.is_empty());
}

#[test]
fn rules_are_chosen_by_name_or_group() {
    let text = "print a\nexec b\nc <> d\n";
    let with = |only: &[&str], except: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        let options = Options { only: names(only), except: names(except), ..Options::default() };
        PYTHON2_TO_PYTHON3.translate(&PYTHON27, text, &options).map(|translation| translation.text)
    };
    assert_eq!(with(&[], &[]).unwrap(), "print(a)\nexec(b)\nc != d\n");
    // What is left has no place in Python 3, so nothing is given out.
    assert!(with(&["print", "ne"], &[]).unwrap_err().to_string().contains("exec_stmt"));
    assert!(with(&[], &["ne"]).unwrap_err().to_string().contains("`comp_op: '<>'`"));
}

/// Mistakes in a transformation are found when it is loaded, with their places in the patterns.
#[test]
fn mistakes_in_rules() {
    let file = "\
transform json5 -> json

rule a object [| { $m*, |] => object [| { $m* } |]
rule b array [| [$x] |] => array [| [$y] |]
rule c valu [| null |] => value [| null |]
rule d NUMBER => compute nothing
rule d value [| [$x*] |] => value [| [$x] |]
rule e object [| {} |] => object [| { 'a': 1 } |]
";
    let text = SourceText::new("rules.transform", file);
    let errors = Transform::load(&text, JSON5_TO_JSON.source(), JSON5_TO_JSON.target(), Functions::NONE)
        .err()
        .expect("all are wrong");
    let shown: Vec<String> = errors.iter().map(|error| error.to_string()).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

/// A result is placed by a level of its chain, else with the parentheses that the place needs and no others.
#[test]
fn parentheses_exactly_where_needed() {
    let rules = "
        transform python27 -> python27
        rule r power [| f($x:test) |] => or_test [| $x or None |]
    ";
    let transform = Transform::built_in(rules, &PYTHON27, &PYTHON27, Functions::NONE);
    let translate = |text: &str| transform.translate(&PYTHON27, text, &Options::default()).unwrap().text;
    assert_eq!(translate("f(a)\n"), "a or None\n");
    assert_eq!(translate("x = f(a), f(b)\n"), "x = a or None, b or None\n");
    assert_eq!(translate("x = f(a) and b\n"), "x = (a or None) and b\n");
    assert_eq!(translate("x = f(a and b)\n"), "x = a and b or None\n");
    assert_eq!(translate("x = f(lambda: 1)\n"), "x = (lambda: 1) or None\n");
    assert_eq!(translate("x = not f(f(a) + 1)\n"), "x = not ((a or None) + 1 or None)\n");
}

/// Brackets around a list are not taken off where its elements would become those of another one.
#[test]
fn a_list_in_brackets_is_one_element() {
    let rules = "
        transform python27 -> python38
        rule pair power [| f($x, $y) |] => atom [| [($x, $y)] |]
        rule each power [| g($x) |] => atom [| [(y for y in $x)] |]
        rule one  power [| h[$x] |] => atom [| [($x)] |]
    ";
    let transform = Transform::built_in(rules, &PYTHON27, PYTHON2_TO_PYTHON3.target(), Functions::NONE);
    let translate = |text: &str| transform.translate(&PYTHON27, text, &Options::default()).unwrap().text;
    assert_eq!(translate("x = f(a, b)\n"), "x = [(a, b)]\n");
    assert_eq!(translate("x = g(a)\n"), "x = [(y for y in a)]\n");
    assert_eq!(translate("x = h[a or b]\n"), "x = [a or b]\n");
}

/// What is new occurs nowhere in the text, and is new each time.
#[test]
fn new_names() {
    let rules = "
        transform python27 -> python38
        phase main innermost
        rule r power [| f($x:test) |] => lambdef [| lambda $n=$x: $n |] where $n is new \"item\"
    ";
    let transform = Transform::built_in(rules, &PYTHON27, PYTHON2_TO_PYTHON3.target(), Functions::NONE);
    let translate = |text: &str| transform.translate(&PYTHON27, text, &Options::default()).unwrap().text;
    assert_eq!(translate("x = f(a)\n"), "x = lambda item=a: item\n");
    assert_eq!(translate("x = f(f(item1)), 'item'\n"), "x = lambda item2=lambda item=item1: item: item2, 'item'\n");
    let wrong = [
        ("where $x is new \"item\"", "`$x` is bound already"),
        ("where $n is new \"a b\"", "is no token of python38"),
        ("where $n is new \"if\"", "is no token of python38"),
    ];
    for (condition, message) in wrong {
        let text = format!("transform python27 -> python38\nrule r power [| f($x) |] => atom [| $x |] {condition}\n");
        let text = SourceText::new("rules.transform", text);
        let errors = Transform::load(&text, &PYTHON27, PYTHON2_TO_PYTHON3.target(), Functions::NONE).err().unwrap();
        assert!(errors[0].to_string().contains(message), "{}", errors[0]);
    }
}
