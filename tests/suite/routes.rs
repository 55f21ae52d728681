//! Routes: which way is taken between langlets, and translation along it.

use std::sync::LazyLock;

use langlet_core::rewrite::{Options, Route};
use langlet_core::{Langlet, Transform};
use langlet_json::JSON;
use langlet_json5::JSON5;
use langlet_json5_to_json::JSON5_TO_JSON;
use langlet_python2_to_python3::PYTHON2_TO_PYTHON3;
use langlet_python26::PYTHON26;
use langlet_python27::{PYTHON27, PYTHON27_PRINT_FUNCTION};
use langlet_python38::PYTHON38;

/// A later Python 3 of a user's own.
static MINE: LazyLock<Langlet> = LazyLock::new(|| {
    Langlet::child_of(
        &PYTHON38,
        "langlet mine : python38\ncompound_stmt |= unless_stmt\nunless_stmt: 'unless' test ':' suite\n",
    )
});

/// A Python 2 of a user's own.
static KID: LazyLock<Langlet> =
    LazyLock::new(|| Langlet::child_of(&PYTHON27, "langlet kid : python27\nflow_stmt |= 'stop' NUMBER\n"));

/// Rules between the two.
static KID_TO_PYTHON27: LazyLock<Transform> = LazyLock::new(|| {
    let rules = "transform kid -> python27\nrule stop flow_stmt [| stop $n:NUMBER |] => break_stmt [| break |]\n";
    Transform::built_in(rules, &KID, &PYTHON27, langlet_core::rewrite::Functions::NONE)
});

fn transforms() -> Vec<&'static Transform> {
    vec![&JSON5_TO_JSON, &PYTHON2_TO_PYTHON3, &KID_TO_PYTHON27]
}

fn route(source: &Langlet, target: &Langlet) -> Option<Route<'static>> {
    Route::find(source, target, &transforms())
}

fn shown(source: &Langlet, target: &Langlet) -> Option<String> {
    route(source, target).map(|route| route.to_string())
}

fn translate(source: &Langlet, target: &Langlet, text: &str) -> Result<String, String> {
    let route = route(source, target).expect("there is a route");
    let translation = route.translate(source, text, &Options::default());
    translation.map(|translation| translation.text).map_err(|error| error.to_string())
}

#[test]
fn the_fewest_transformations_then_the_fewest_steps() {
    let is = |source: &Langlet, target: &Langlet, route: &str| {
        assert_eq!(shown(source, target).as_deref(), Some(route));
    };
    is(&PYTHON27, &PYTHON38, "python27 -> python38");
    // What a transformation reads may be a descendant of its source: no step of its own.
    is(&PYTHON27_PRINT_FUNCTION, &PYTHON38, "python27 -> python38");
    is(&PYTHON26, &PYTHON38, "python26 = python27 -> python38");
    is(&PYTHON27, &MINE, "python27 -> python38 = mine");
    is(&PYTHON26, &MINE, "python26 = python27 -> python38 = mine");
    // The rules for `stop` are on no shorter way: the kid is a Python 2.7, and its own statements are refused.
    is(&KID, &PYTHON38, "python27 -> python38");
    is(&KID, &PYTHON27, "kid -> python27");
    is(&KID, &PYTHON26, "kid -> python27 = python26");
    is(&MINE, &PYTHON38, "mine = python38");
    is(&JSON5, &JSON, "json5 -> json");
    is(&JSON, &JSON5, "json = json5");
    assert_eq!(shown(&JSON, &PYTHON38), None);
    assert_eq!(shown(&PYTHON27, &PYTHON27), None);
}

#[test]
fn inheritance_holds_on_both_sides() {
    let old = "print `a`, 0777\n";
    let new = "print(repr(a), 0o777)\n";
    for source in [&*PYTHON26, &*PYTHON27, &*KID] {
        for target in [&*PYTHON38, &*MINE] {
            assert_eq!(translate(source, target, old).as_deref(), Ok(new), "{} -> {}", source.name(), target.name());
        }
    }
    // What the child has changed is still checked: `unless` is no name there.
    let error = translate(&PYTHON27, &MINE, "print unless\n").unwrap_err();
    assert!(error.contains("mine"), "{error}");
    // What is new in the source and has no rule is refused with its place and construct.
    let error = translate(&KID, &PYTHON38, "while 1:\n    stop 1\n").unwrap_err();
    assert!(error.contains("stop") || error.contains("flow_stmt"), "{error}");
}

/// Two transformations with rules, one after the other, and an identity between them: rules and places of both, in the
/// order of the source text.
#[test]
fn steps_are_composed() {
    let first = Route::find(&KID, &PYTHON27, &[&KID_TO_PYTHON27]).unwrap();
    let way = first.then(route(&PYTHON27, &MINE).unwrap());
    assert_eq!(way.to_string(), "kid -> python27 -> python38 = mine");
    let text = "while a <> b:   # c\n    print   1\n    stop 5 ;  print 2L\n";
    let translation = way.translate(&KID, text, &Options::default()).unwrap();
    assert_eq!(translation.text, "while a != b:   # c\n    print(1)\n    break ;  print(2)\n");
    let applied: Vec<(&str, &str)> =
        translation.applied.iter().map(|one| (one.rule.as_str(), &text[one.span.range()])).collect();
    let expected =
        [("ne", "<>"), ("print", "print   1"), ("stop", "stop 5"), ("print", "print 2L"), ("numliterals_long", "2L")];
    assert_eq!(applied, expected);
    // A refusal of a later step has its place in the first text, too.
    let error = way.translate(&KID, "stop 1\nf = lambda (a, (b, c)): (yield a)\n", &Options::default()).unwrap_err();
    let source = langlet_core::diagnostic::SourceText::new("a", "stop 1\nf = lambda (a, (b, c)): (yield a)\n");
    assert!(
        error.diagnostics(&source)[0].to_string().starts_with("a:2:5: "),
        "{:?}",
        error.diagnostics(&source)[0].to_string()
    );
}

/// Law 8: what both langlets have passes byte for byte.
#[test]
fn an_identity_step_is_the_identity_on_bytes() {
    let text = "x = [1,  2]  # c\nif x :\n\ty ( x )\n";
    for (source, target) in
        [(&*PYTHON26, &*PYTHON27), (&*PYTHON38, &*MINE), (&*MINE, &*PYTHON38), (&*PYTHON38, &*PYTHON26)]
    {
        let found = translate(source, target, text);
        assert_eq!(found.as_deref(), Ok(text), "{} = {}", source.name(), target.name());
    }
}
