//! What is in files: encodings, bytes that are no text, nothing at all, and mistakes shown with a snippet.

use crate::{folder, translate};

#[test]
fn a_file_is_written_back_in_its_encoding() {
    let folder = folder(&[]);
    for (name, old, new) in [
        (
            "latin1.py",
            &b"# -*- coding: latin-1 -*-\nprint '\xE9\x80'\n"[..],
            &b"# -*- coding: latin-1 -*-\nprint('\xE9\x80')\n"[..],
        ),
        (
            "koi8.py",
            b"#!python\n#coding=koi8-r\nprint '\xC1' # \xC2\n",
            b"#!python\n#coding=koi8-r\nprint('\xC1') # \xC2\n",
        ),
        ("sjis.py", b"#coding:cp932\nprint '\x83\x5C'\n", b"#coding:cp932\nprint('\x83\x5C')\n"),
        ("mark.py", b"\xEF\xBB\xBFprint '\xC3\xA9'\n", b"\xEF\xBB\xBFprint('\xC3\xA9')\n"),
        ("crlf.py", b"if a:\r\n\tprint 1\r\n\r\n# c\r\n", b"if a:\r\n\tprint(1)\r\n\r\n# c\r\n"),
        ("mac.py", b"if a:\r\tprint 1\r", b"if a:\r\tprint(1)\r"),
        ("feed.py", b"\x0Cprint 1\n\x0C\nprint 2", b"\x0Cprint(1)\n\x0C\nprint(2)"),
    ] {
        folder.write(name, old);
        assert_eq!(
            folder.run(&translate(name)).ends_with(0).out.escape_ascii().to_string(),
            new.escape_ascii().to_string()
        );
        folder.run(&format!("check -l python27 {name}")).ends_with(0);
        folder.run(&translate(&format!("--write {name}"))).ends_with(0);
        assert_eq!(folder.read(name).escape_ascii().to_string(), new.escape_ascii().to_string());
    }
}

#[test]
fn a_diff_is_in_the_encoding_of_its_file() {
    let folder = folder(&[]);
    folder.write("a.py", b"#coding:latin-1\nprint '\xE9'\n");
    let run = folder.run(&translate("--diff a.py")).ends_with(1);
    let expected = b"--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n #coding:latin-1\n-print '\xE9'\n+print('\xE9')\n";
    assert_eq!(run.out.escape_ascii().to_string(), expected.escape_ascii().to_string());
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let folder = folder(&[("good.py", "print 1\n")]);
    for (bytes, messages) in [
        (&b"x = 1\ny = '\xE9'\n"[..], ["bad.py:2:6: the byte 0xE9 is not UTF-8", "declare the encoding"]),
        (b"# coding: utf-8\n'\xFF'\n", ["bad.py:2:2: the byte 0xFF is not UTF-8", "convert the file to UTF-8"]),
        (b"# coding: klingon\n", ["bad.py:1:11: the encoding `klingon` is not known", "coding cookie"]),
        (b"# coding: ascii\n#\xE9\n", ["bad.py:2:2: the byte 0xE9 is not ASCII", "error:"]),
        (b"x = 1\n\0\n", ["bad.py:2:1: there is a NUL byte", "binary file"]),
        (b"\x7FELF\x02\x01\0\0", ["bad.py:1:7: there is a NUL byte", "binary file"]),
        (b"\xFF\xFEx\0", ["this is UTF-16", "iconv"]),
        (b"\xEF\xBB\xBF# coding: latin-1\n", ["bad.py:1:14: the file begins with the mark of UTF-8", "ISO-8859-1"]),
    ] {
        folder.write("bad.py", bytes);
        folder.run("check -l python27 bad.py").ends_with(2).says(messages[0]).says(messages[1]);
        folder.write("good.py", b"print 1\n");
        folder.run(&translate("--write bad.py good.py")).ends_with(2).says(messages[0]);
        assert_eq!(folder.read("bad.py"), bytes, "left as it was");
        assert_eq!(folder.text("good.py"), "print(1)\n", "the others are done");
    }
}

#[test]
fn texts_with_nothing_in_them() {
    let folder = folder(&[("empty.py", ""), ("comment.py", "# only\n  # comments"), ("blank.py", "\n \t\n\x0C\n")]);
    for name in ["empty.py", "comment.py", "blank.py"] {
        folder.run(&format!("check -l python27 {name}")).ends_with(0);
        assert_eq!(folder.run(&translate(name)).ends_with(0).out, folder.read(name));
    }
    folder.write("empty.json", b"");
    folder.run("check empty.json").ends_with(1).says("empty.json:1:1").says("the end of the text");
}

#[test]
fn mistakes_in_the_text_are_shown_with_a_snippet() {
    let folder = folder(&[]);
    for (text, langlet, messages) in [
        ("x = '''abc\n", "python27", ["bad.py:1:5", "UNTERMINATED_STRING"]),
        ("x = 'abc\n", "python27", ["bad.py:1:5", "x = 'abc"]),
        ("if a:\n    b\n  c\n", "python27", ["bad.py:3:1", "indented"]),
        ("if a:\n        b\n\tc\n", "python38", ["bad.py:3:1", "tabs"]),
        ("f(1,\n", "python27", ["bad.py:", "found"]),
    ] {
        folder.write("bad.py", text.as_bytes());
        folder.run(&format!("check -l {langlet} bad.py")).ends_with(1).says(messages[0]).says(messages[1]);
    }
}
