//! `langlet prefix`, `complete` and `mask` as a user runs them.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn langlet(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_langlet"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that ends early closes its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn printed(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let output = langlet(arguments, input);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn prefixes() {
    let status = |langlet: &str, input: &[u8]| {
        let (code, out, err) = printed(&["prefix", "-l", langlet, "-"], input);
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
    let status = |input: &[u8]| printed(&["prefix", "-l", "python27", "--start", "expr_stmt", "-"], input).1;
    assert_eq!(status(b"a = b\n"), "complete\n");
    assert_eq!(status(b"a = "), "completable\n");
    assert_eq!(status(b"a\nb"), "dead at byte 2 (line 2, column 1)\n");
    let (code, _, err) = printed(&["prefix", "-l", "python27", "--start", "NAME", "-"], b"");
    assert_eq!(code, 2);
    assert!(err.contains("a token of python27, not a rule"), "{err}");
}

#[test]
fn answers_as_json() {
    let (code, out, _) = printed(&["prefix", "-l", "json", "--json", "--expected", "-"], b"tru");
    assert_eq!(code, 0);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["status"], "completable");
    assert_eq!(answer["forced"], "e");
    assert_eq!(answer["expected"][0]["typed"], 3);
    let (_, out, _) = printed(&["complete", "-l", "json", "--json", "-n", "2", "-"], b"[");
    assert_eq!(out, "{\"completions\":[\"]\",\"0]\"]}\n");
}

#[test]
fn completions_of_what_is_dead() {
    let (code, out, err) = printed(&["complete", "-l", "json", "-"], b"[1,\n ]");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("<stdin>:2:2") && err.contains("langlet prefix --expected"), "{err}");
    assert_eq!(printed(&["complete", "-l", "json", "--whole", "-"], b"{\"a\": [").1, "{\"a\": []}");
}

#[test]
fn masks() {
    let words = "examples/inputs/words.tiktoken";
    let (code, out, _) = printed(&["mask", "-l", "json", "--vocab", words, "--json", "{"], b"");
    assert_eq!(code, 0);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    // The last is a quote, a colon and a blank: a name that begins so.
    assert_eq!(answer["ids"], serde_json::json!([1, 6, 7, 8, 20, 24]));
    let (code, out, _) = printed(&["mask", "-l", "json", "--vocab", words, "--bench", "-"], b"[1, {\"name\": true}]");
    assert_eq!(code, 0);
    assert!(out.contains("later passes"), "{out}");
    for (arguments, message) in [
        (&["mask", "-l", "json", "--vocab", "missing.tiktoken"][..], "missing.tiktoken"),
        (&["mask", "-l", "json", "--vocab", "README.md"], "README.md"),
        (&["mask", "-l", "json", "--vocab", words, "]"], "no continuation of the text is a program"),
    ] {
        let (code, out, err) = printed(arguments, b"");
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(message), "{err}");
    }
    let (code, _, err) = printed(&["mask", "-l", "json", "--vocab", words, "--bench", "-"], b"[1,]");
    assert_eq!(code, 2);
    assert!(err.contains("cannot come here"), "{err}");
}
