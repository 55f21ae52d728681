//! `langlet cover`: files in; what they use, programs, and a page out.

use langlet_test_support::command::Folder;

use crate::folder;

/// Standard output, standard error and exit code.
fn run(folder: &Folder, arguments: &str) -> (String, String, i32) {
    folder.run(&format!("cover {arguments}")).parts()
}

const WHAT_JSON_DOES_NOT_USE: &str = r#"not used: occurrence: value: STRING
    ""
not used: occurrence: object: ','
not used: occurrence: object: member (2 of 2)
    {"": "a", "b": "c"}
not used: transition: value: start -> STRING
not used: transition: value: STRING -> end
    ""
not used: transition: object: member (1 of 2) -> ','
not used: transition: object: ',' -> member (2 of 2)
    {"": "a", "b": "c"}
not used: transition: object: member (2 of 2) -> ','
    {"": "a", "b": "c", "d": "e"}
not used: transition: object: member (2 of 2) -> '}'
    {"": "a", "b": "c"}
not used: transition: array: '[' -> ']'
    []
not used: transition: array: value (1 of 2) -> ']'
    [""]
json: 2 files, 36 bytes, 0 failed
18 of 21 occurrences used (85.7 %)
30 of 38 transitions used (78.9 %)
"#;

#[test]
fn what_is_not_used_has_a_program() {
    let folder = folder(&[("a.json", "{\"a\": [1, 2, null]}"), ("sub/b.json", "[true, false, {}]")]);
    let (out, err, code) = run(&folder, "-l json . --cover occurrences,transitions");
    assert_eq!((err.as_str(), code), ("", 0));
    assert_eq!(out, WHAT_JSON_DOES_NOT_USE);
}

#[test]
fn uses_are_counted() {
    let folder = folder(&[("a.json", "[1, 2, [3]]"), ("b.json", "4")]);
    let (out, ..) = run(&folder, "-l json a.json b.json --all --cover occurrences");
    let used: Vec<&str> = out.lines().filter(|line| !line.starts_with(' ') || line.contains("occurrence: ")).collect();
    assert!(
        used.contains(&"        4 occurrence: value: NUMBER") && used.contains(&"        2 occurrence: array: '['"),
        "{out}"
    );
    let (objects, ..) = run(&folder, "-l json a.json b.json --json");
    assert_eq!(objects.lines().count(), 21 + 38 + 44);
    for line in objects.lines() {
        langlet_json::JSON.parse(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(!line.contains("\"count\": 0,"), line.ends_with("\"program\": null}"), "{line}");
    }
    assert!(objects.contains(r#"{"criterion": "pair", "rule": "array", "item": "array: value (1 of 2), as value: NUMBER", "count": 2, "program": null}"#), "{objects}");
}

/// What cannot be read is reported and left out, and the rest is counted.
#[test]
fn files_that_cannot_be_read_are_left_out() {
    let folder = folder(&[("good.json", "1"), ("bad.json", "[1"), ("sub/worse.json", "}")]);
    let (out, err, code) = run(&folder, "-l json . --cover occurrences");
    assert!(out.contains("json: 1 file, 1 bytes, 2 failed\n2 of 21 occurrences used (9.5 %)\n"), "{out}");
    assert!(err.contains("bad.json") && err.contains("worse.json") && code == 1, "{err}");
    folder.write("no_text.json", b"\"\xff\"");
    assert_eq!(run(&folder, "-l json .").2, 2);
    assert_eq!(run(&folder, "-l json missing.json").2, 2);
    let (_, err, code) = run(&folder, "-l json --start valeu good.json");
    assert!(err.contains("did you mean `value`?") && code == 2, "{err}");
    let (_, err, code) = run(&folder, "good.json --html no/such/folder.html");
    assert!(err.contains("there is no such file or directory") && code == 2, "{err}");
}

/// The order in which threads end changes nothing.
#[test]
fn threads_change_nothing() {
    let texts: Vec<String> =
        (0..60).map(|n| format!("[{n}, {{\"{n}\": [{}]}}]", "[], ".repeat(n % 7) + "null")).collect();
    let names: Vec<String> = (0..60).map(|n| format!("{n}.json")).collect();
    let files: Vec<(&str, &str)> = names.iter().zip(&texts).map(|(name, text)| (&name[..], &text[..])).collect();
    let folder = folder(&files);
    let page = |jobs: u32| {
        let (out, ..) = run(&folder, &format!("-l json . --all -j {jobs} --html page.html"));
        (out, folder.text("page.html"))
    };
    assert_eq!(page(1), page(4));
}

/// The page stands by itself: nothing is fetched, tags are closed, and each missing occurrence is red and has its program.
#[test]
fn the_page_shows_the_grammar() {
    let folder = folder(&[("a.py", "x = 1 < 2\nprint x\n")]);
    let (_, err, code) = run(&folder, "-l python27 a.py --html page.html");
    assert_eq!((err.as_str(), code), ("", 0));
    let page = folder.text("page.html");
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("src="));
    for tag in ["section", "div", "span", "code", "a", "p", "pre", "table", "tr", "td", "details", "ul", "li"] {
        let count = |text: &str| page.matches(text).count();
        let opened = count(&format!("<{tag}>")) + count(&format!("<{tag} "));
        assert_eq!(opened, count(&format!("</{tag}>")), "{tag}");
    }
    let shown = |class: &str| {
        page.matches(&format!("<a class=\"o {class}\"")).count()
            + page.matches(&format!("<span class=\"o {class}\"")).count()
    };
    let (report, ..) = run(&folder, "-l python27 a.py --cover occurrences");
    let n_missing = report.lines().filter(|line| line.starts_with("not used: ")).count();
    assert_eq!((shown("m"), shown("u1")), (n_missing, 422 - n_missing));
    let escaped = "<b>comp_op: '&lt;&gt;'</b>: never used</p><pre>a &lt;&gt; b</pre>";
    assert!(page.contains(escaped), "what has a meaning in HTML is written out");
}
