//! `langlet roundtrip`: two langlets or a file of rules in; what does not hold, and counts out.

use crate::folder;

/// Standard output, standard error and exit code.
fn run(arguments: &str) -> (String, String, i32) {
    crate::run(&format!("roundtrip {arguments}")).parts()
}

/// The output for a file of rules from the langlet `s` to its child `t`, both of letters.
fn of_rules(rules: &str) -> (String, i32) {
    let root = "langlet s\nstart p\np: i*\ni: 'a' | 'b' | 'c' ['d']\nskip BLANK = / +/\n";
    let rules = format!("transform s -> t\n{rules}\n");
    let child = "langlet t : s\ni |= 'e'\n";
    let folder = folder(&[("s.langlet", root), ("t.langlet", child), ("s-to-t.transform", &rules)]);
    let (out, err, code) = folder.run("roundtrip --rules s-to-t.transform").parts();
    assert_eq!(err, "");
    (out, code)
}

#[test]
fn a_way_that_is_declared_leads_back() {
    let (out, err, code) = run("json json5");
    assert_eq!((err.as_str(), code), ("", 0));
    assert_eq!(
        out,
        "json = json5, and back json5 -> json: 9 programs, 9 translated and back, 0 without translation, 0 broken\n"
    );
    let (out, ..) = run("json5 json");
    assert!(out.starts_with("no translation: JSON has no Infinity\n     Infinity\n"), "{out}");
    assert!(out.ends_with("json5 -> json: 17 programs, 15 translated, 2 without translation, 0 broken\n"), "{out}");
}

#[test]
fn programs_and_their_translations_are_shown() {
    let (out, _, code) = run("python27 python38 --all --cover pairs");
    assert!(out.contains("translated\n     raise a, b, c\n  -> raise a(b).with_traceback(c)\n") && code == 0, "{out}");
    assert!(out.ends_with(", 0 broken\n"), "{out}");
    assert_eq!(run("python27 python38 -j1"), run("python27 python38 -j3"));
}

#[test]
fn files_of_rules_are_tried() {
    let (out, code) = of_rules("rule r i [| a |] => i [| b |]\nrule no i [| c d |] => refuse \"never\"");
    assert_eq!(
        out,
        "no translation: never\n     c d\ns -> t: 3 programs, 2 translated, 1 without translation, 0 broken\n"
    );
    assert_eq!(code, 0);
    let (out, code) = of_rules("reversible s -> t\nrule r i [| a |] => i [| b |]");
    assert_eq!(
        out,
        "broken: the way back ends at another tree\n     a\n  -> b\nback b\ns -> t, and back t = s: 3 programs, 2 translated and back, 0 without translation, 1 broken\n"
    );
    assert_eq!(code, 1);
}

#[test]
fn wrong_arguments_are_told() {
    let error = |arguments: &str| {
        let (out, err, code) = run(arguments);
        assert_eq!((out.as_str(), code), ("", 2), "{err}");
        err
    };
    assert!(error("json python38").contains("there is no translation between these langlets"));
    assert!(error("json json").contains("source and target are the same langlet"));
    assert!(error("json").contains("<TO>"));
    assert!(error("jsn json5").contains("did you mean `json`?"));
    assert!(error("--rules missing.transform").contains("there is no such file"));
}
