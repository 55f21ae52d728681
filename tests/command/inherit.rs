//! `langlet inherit`: a child in; findings and exit code out.

use langlet_test_support::command::Folder;

/// A folder with one child.
fn folder(delta: &str) -> Folder {
    crate::folder(&[("mine.langlet", delta)])
}

/// The standard output of a run that ends with the code.
#[track_caller]
fn out(folder: &Folder, arguments: &str, code: i32) -> String {
    folder.run(&format!("inherit {arguments}")).ends_with(code).text().to_owned()
}

/// The standard error of a run that could not be done.
#[track_caller]
fn error(folder: &Folder, arguments: &str) -> String {
    folder.run(&format!("inherit {arguments}")).error()
}

#[test]
fn a_new_statement_takes_its_keyword() {
    let folder =
        folder("langlet mine : python27\ncompound_stmt |= unless_stmt\nunless_stmt: 'unless' test ':' suite\n");
    let text = out(&folder, "./mine.langlet", 1);
    assert_eq!(
        text,
        "mine : python27\n\n\
         texts that mine reads as other tokens:\n  NAME `unless` is a keyword\n      unless\n\n\
         programs of mine alone:\n  compound_stmt\n      unless a: b\n  unless_stmt\n      unless a: b\n\n\
         lost by 0 rules and 1 text; 0 new conflicts\n"
    );
    assert_eq!(text, out(&folder, "./mine.langlet", 1));
}

#[test]
fn what_keeps_all_is_fine() {
    let folder = folder("langlet mine : json\nvalue |= 'undefined'\n");
    let text = out(&folder, "./mine.langlet", 0);
    assert!(text.ends_with("\nlost by 0 rules and 0 texts; 0 new conflicts\n"), "{text}");
}

#[test]
fn json_has_the_same() {
    let folder = folder("langlet mine : json\narray := '[' value ']'\n");
    assert_eq!(
        out(&folder, "./mine.langlet --json", 1),
        "{\"langlet\":\"mine\",\"parent\":\"json\",\"lost\":[{\"rule\":\"array\",\"program\":{\"text\":\"[]\",\"tokens\":2,\
         \"shortest\":true}}],\"taken\":[],\"gained\":[],\"conflicts\":[]}\n"
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = folder("langlet mine : json\narray := '['  array ']'\n");
    let roots = error(&folder, "json");
    assert!(roots.contains("json: json inherits from no langlet") && roots.contains("langlet compare"), "{roots}");
    let endless = error(&folder, "./mine.langlet");
    assert!(endless.contains("`array` never ends"), "{endless}");
    let missing = error(&folder, "./other.langlet");
    assert!(missing.contains("other.langlet"), "{missing}");
}
