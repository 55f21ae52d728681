//! `langlet prefix`, `complete` and `mask`: a text that has begun in; what may come out.

use langlet_test_support::command::pipe;

use crate::at_root;

/// Exit code, standard output and standard error.
fn printed(arguments: &str, input: &[u8]) -> (i32, String, String) {
    let (out, err, code) = pipe(&mut at_root(arguments), input).parts();
    (code, out, err)
}

#[test]
fn prefixes() {
    let status = |langlet: &str, input: &[u8]| {
        let (code, out, err) = printed(&format!("prefix -l {langlet} -"), input);
        assert_eq!(err, "");
        (code, out.trim_end().to_owned())
    };
    assert_eq!(status("json", b"[1]"), (0, "complete".to_owned()));
    assert_eq!(status("json", b""), (0, "completable".to_owned()));
    assert_eq!(status("json", b"[1,\n ]"), (1, "dead at byte 5 (line 2, column 2)".to_owned()));
    assert_eq!(status("json", b"[\"\xff"), (1, "dead at byte 2 (line 1, column 3)".to_owned()));
    assert_eq!(status("json", b"[\0"), (1, "dead at byte 1 (line 1, column 2)".to_owned()));
    assert_eq!(status("python38", b"if a:\n  b\n c"), (1, "dead at byte 11 (line 3, column 2)".to_owned()));
    assert_eq!(status("python38", b""), (0, "complete".to_owned()));
    assert_eq!(status("python38", b"\xef\xbb\xbf  a"), (1, "dead at byte 5 (line 1, column 6)".to_owned()));
}

#[test]
fn a_rule_may_be_named() {
    let status = |input: &[u8]| printed("prefix -l python27 --start expr_stmt -", input).1;
    assert_eq!(status(b"a = b\n"), "complete\n");
    assert_eq!(status(b"a = "), "completable\n");
    assert_eq!(status(b"a\nb"), "dead at byte 2 (line 2, column 1)\n");
    let (code, _, err) = printed("prefix -l python27 --start NAME -", b"");
    assert_eq!(code, 2);
    assert!(err.contains("a token of python27, not a rule"), "{err}");
}

#[test]
fn answers_as_json() {
    let (code, out, _) = printed("prefix -l json --json --expected -", b"tru");
    assert_eq!(code, 0);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["status"], "completable");
    assert_eq!(answer["forced"], "e");
    assert_eq!(answer["expected"][0]["typed"], 3);
    let (_, out, _) = printed("complete -l json --json -n 2 -", b"[");
    assert_eq!(out, "{\"completions\":[\"]\",\"0]\"]}\n");
}

#[test]
fn completions_of_what_is_dead() {
    let (code, out, err) = printed("complete -l json -", b"[1,\n ]");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("<stdin>:2:2") && err.contains("langlet prefix --expected"), "{err}");
    assert_eq!(printed("complete -l json --whole -", b"{\"a\": [").1, "{\"a\": []}");
}

#[test]
fn masks() {
    let words = "examples/inputs/words.tiktoken";
    let (code, out, _) = printed(&format!("mask -l json --vocab {words} --json {{"), b"");
    assert_eq!(code, 0);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    // The last is a quote, a colon and a blank: a name that begins so.
    assert_eq!(answer["ids"], serde_json::json!([1, 6, 7, 8, 20, 24]));
    let (code, out, _) = printed(&format!("mask -l json --vocab {words} --bench -"), b"[1, {\"name\": true}]");
    assert_eq!(code, 0);
    assert!(out.contains("later passes"), "{out}");
    for (arguments, message) in [
        ("missing.tiktoken", "missing.tiktoken"),
        ("README.md", "README.md"),
        (&format!("{words} ]"), "no continuation of the text is a program"),
    ] {
        let (code, out, err) = printed(&format!("mask -l json --vocab {arguments}"), b"");
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(message), "{err}");
    }
    let (code, _, err) = printed(&format!("mask -l json --vocab {words} --bench -"), b"[1,]");
    assert_eq!(code, 2);
    assert!(err.contains("cannot come here"), "{err}");
}
