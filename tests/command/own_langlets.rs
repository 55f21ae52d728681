//! Langlets of the user's own, given as files.

use crate::folder;

const UNLESS: &str = "langlet unless : python27\nunless_stmt: 'unless' test ':' suite\ncompound_stmt |= unless_stmt\n";

#[test]
fn a_langlet_file_works_wherever_a_name_does() {
    let more = "langlet more : unless\nunless_stmt |= 'never' ':' suite\n";
    let folder = folder(&[("l/unless.langlet", UNLESS), ("l/more.langlet", more), ("a.py", "never:\n  print 1\n")]);
    folder.run("parse -l python27 a.py").ends_with(2);
    folder.run("parse -l l/unless.langlet a.py").ends_with(2);
    let tree = folder.run("parse -l l/more.langlet --collapsed a.py").ends_with(0);
    // What its ancestors may be warned of is not its concern; its own new keyword is.
    let warnings: Vec<&str> = tree.err.lines().filter(|line| line.contains('⚠')).collect();
    assert_eq!(warnings, ["  ⚠ `never` is a keyword in more and a NAME in unless"]);
    assert!(tree.text().contains("unless_stmt"), "{}", tree.text());
    assert!(folder.run("tokens -l l/more.langlet a.py").ends_with(0).text().starts_with("1:1 'never' 'never'\n"));
    // The endings are those of the built-in ancestor.
    assert!(folder.run("check -l l/more.langlet .").ends_with(0).text().starts_with("more: 1 file, "));
    assert_eq!(folder.run("show l/more.langlet --delta").ends_with(0).text(), more);
    // So is the translation; what it has no rule for is refused.
    folder.write("b.py", b"print 1\n");
    assert_eq!(folder.run("translate --from l/more.langlet --to python38 b.py").ends_with(0).text(), "print(1)\n");
    folder.run("translate --from l/more.langlet --to python38 a.py").ends_with(2).says("a.py:1:1");
}

#[test]
fn mistakes_in_a_langlet_file_are_shown_with_their_places() {
    let folder = folder(&[("unless.langlet", UNLESS), ("a.py", "a\n")]);
    for (text, messages) in [
        ("langlet bad\nstart a\na: b\nc: 'x' dd\n", ["bad.langlet:3:4", "bad.langlet:4:8"]),
        ("langlet bad : pyhton27\n", ["bad.langlet:1:15", "there is no langlet `pyhton27` to inherit from"]),
        ("langlet bad : bad\n", ["bad.langlet:1:15", "inheritance goes in a circle: bad -> bad"]),
        ("langlet bad\nstart a\na: ('x'\n", ["bad.langlet:3:", "error"]),
        ("langlet bad\nstart a\na: /[/\n", ["bad.langlet:3:", "/[/"]),
        ("langlet bad : unless\ndrop test\n", ["bad.langlet", "test"]),
        ("langlet bad : wrong\n", ["wrong.langlet:1:", "wrong"]),
        ("", ["bad.langlet", "langlet"]),
    ] {
        folder.write("wrong.langlet", b"langlet wrong :\n");
        folder.write("bad.langlet", text.as_bytes());
        for command in ["show ./bad.langlet", "parse -l bad.langlet a.py", "check -l ./bad.langlet a.py"] {
            let run = folder.run(command).ends_with(2).says(messages[0]);
            assert!(messages[1] == "error" || run.err.contains(messages[1]), "{}", run.err);
            assert_eq!(run.text(), "", "{command}");
        }
    }
    folder.write("bad.langlet", b"langlet \xFF\n");
    folder.run("show ./bad.langlet").ends_with(2).says("bad.langlet:1:9: the byte 0xFF is not UTF-8");
    folder.run("show ./none.langlet").ends_with(2).says("none.langlet: there is no such file");
}

#[test]
fn warnings_about_a_langlet_file_do_not_stop_it() {
    let folder = folder(&[("odd.langlet", "langlet odd\nstart a\na: 'x'\nb: 'y'\n"), ("a.odd", "x")]);
    let run = folder.run("check -l ./odd.langlet .").ends_with(0).says("the rule `b` cannot be reached");
    assert!(run.text().starts_with("odd: 1 file, 1 bytes, "), "the ending is the name of the langlet: {}", run.text());
}
