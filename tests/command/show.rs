//! `langlet list` and `show`: what there is, and a grammar as text.

use crate::folder;

#[test]
fn list_has_one_line_for_each() {
    let folder = folder(&[]);
    let run = folder.run("list").ends_with(0);
    let line = |start: &str| run.text().lines().find(|line| line.starts_with(start)).map(str::to_owned);
    assert!(line("langlet      json5 : json").unwrap().ends_with(".json5"));
    assert!(line("langlet      python27_print_function").unwrap().contains("dialect of python27"));
    assert!(line("translation  python27 -> python38").is_some());
    let rules = folder.run("list --rules").ends_with(0);
    assert!(rules.text().contains("python27 -> python38  print_to\n") && !run.text().contains("print_to\n"));
}

#[test]
fn show_prints_the_whole_the_delta_and_the_history() {
    let folder = folder(&[]);
    let [whole, delta, why] =
        ["", "--delta", "--why"].map(|view| folder.run(&format!("show python27 {view}")).ends_with(0));
    assert!(whole.text().contains("\nwhile_stmt: ") && whole.text().contains("\nwith_item: "));
    assert!(!delta.text().contains("\nwhile_stmt: ") && delta.text().contains("\nwith_item: "));
    let history = why.text().lines().find(|line| line.starts_with("with_stmt ")).unwrap();
    assert!(history.ends_with("python26 defines it, python27 replaces it"), "{history}");
    // The whole grammar is a langlet again, with nothing to say against it.
    folder.write("again.langlet", folder.run("show json").out.as_slice());
    let again = folder.run("show ./again.langlet").ends_with(0);
    assert_eq!(again.text(), folder.run("show json").text());
}

#[test]
fn show_check_finds_what_may_not_be_meant() {
    let folder = folder(&[("odd.langlet", "langlet odd\nstart a\na: 'x'\nb: 'y'\n")]);
    assert_eq!(folder.run("show json --check").ends_with(0).text(), "json: 0 warnings, 0 conflicts\n");
    let odd = folder.run("show ./odd.langlet --check").ends_with(1);
    assert!(odd.text().contains("the rule `b` cannot be reached") && odd.text().contains("odd.langlet:4:1"));
    // `x` may be the first item of one `b` or of the next.
    folder.write("twice.langlet", b"langlet twice\nstart a\na: b*\nb: 'x' ['x']\n");
    let twice = folder.run("show ./twice.langlet --check").ends_with(1);
    assert!(
        twice.text().contains("in `b`, 'x' does not decide") && twice.text().contains("go on with 'x': x «here» x"),
        "{}",
        twice.text()
    );
    assert!(twice.text().ends_with("twice: 0 warnings, 1 conflict\n"));
    folder.run("show json --check --delta").ends_with(2).says("cannot be used with");
    folder.run("show jsno").ends_with(2).says("did you mean `json`?");
}
