//! `langlet compare`: two grammars in; verdict and exit code out.

use langlet_test_support::command::Folder;

use crate::folder;

/// The standard output of a run that ends with the code.
#[track_caller]
fn out(folder: &Folder, arguments: &str, code: i32) -> String {
    folder.run(&format!("compare {arguments}")).ends_with(code).text().to_owned()
}

/// The standard error of a run that could not be done.
#[track_caller]
fn error(folder: &Folder, arguments: &str) -> String {
    folder.run(&format!("compare {arguments}")).error()
}

#[test]
fn a_refactoring_is_proved_equal() {
    let delta = "langlet factored : python27\naddop: '+' | '-'\narith_expr := term (addop term)*\n\
                 drop sliceop\nsubscript := '.' '.' '.' | test | [test] ':' [test] [':' [test]]\n";
    let folder = folder(&[("factored.langlet", delta)]);
    let text = out(&folder, "python27 ./factored.langlet", 0);
    let (changes, rest) = text.split_once("\n\n").unwrap();
    assert_eq!(changes, "inlined sliceop into subscript\nextracted addop out of arith_expr");
    let (stages, verdict) = rest.rsplit_once("\n\n").unwrap();
    assert_eq!(verdict, "python27 and factored: equal (proved): the same normal form\n");
    // Each reads all listings of the other, and where the trees differ is said: at a use of `addop`.
    assert_eq!(stages.lines().count(), 9, "{stages}");
    for (number, line) in stages.lines().take(8).enumerate() {
        let [own, other] = if number % 2 == 0 { ["python27", "factored"] } else { ["factored", "python27"] };
        let end = format!(" tokens: {other} reads it, with other selections");
        assert!(line.starts_with(own) && line.ends_with(&end), "{line}");
    }
    assert!(stages.contains("\nselections first part at token ") && stages.ends_with("against addop.1"), "{stages}");
}

#[test]
fn a_mistake_has_a_shortest_program() {
    let folder = folder(&[("slip.langlet", "langlet slip : python27\nlambdef := 'lambda' varargslist ':' test\n")]);
    assert_eq!(
        out(&folder, "python27 ./slip.langlet --brief", 1),
        "changed lambdef\n  - 'lambda' [varargslist] ':' test\n  + 'lambda' varargslist ':' test\n\n\
         python27 and slip: different\n  lambda: a\n\
         is a program of python27 alone: 6 tokens, none with fewer tells them apart\n\
         slip stops at 1:7: expected NAME, '**', '*' or '(', found ':'\n\
         each program of slip is one of python27\n"
    );
    assert_eq!(
        out(&folder, "./slip.langlet python27 --brief --json", 1),
        "{\"left\":\"slip\",\"right\":\"python27\",\"verdict\":\"different\",\"only\":{\"of\":\"python27\",\"program\":{\"text\":\
         \"lambda: a\\n\",\"tokens\":6,\"shortest\":true},\"place\":\"stops at 1:7: expected NAME, '**', '*' or '(', found ':'\"},\
         \"changes\":[\"changed lambdef\\n  - 'lambda' varargslist ':' test\\n  + 'lambda' [varargslist] ':' test\"],\"lexers\":null,\
         \"listings\":[]}\n"
    );
}

#[test]
fn other_rules_than_the_start_can_be_compared() {
    let folder = folder(&[]);
    let text = out(&folder, "python26 python27 --start arglist --brief", 1);
    assert!(text.contains("python26 and python27: different\n  {a}\nis a program of python27 alone"), "{text}");
    let text = out(&folder, "python26 python27 --start dotted_name", 0);
    assert!(text.ends_with("python26 and python27: equal (proved): rule by rule the same productions\n"), "{text}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let endless = ("endless.langlet", "langlet endless\nstart a\na: 'x' a\nskip B = / /\n");
    let empty = ("empty.langlet", "langlet empty\nstart a\n");
    let folder = folder(&[endless, empty]);
    assert!(error(&folder, "json ./endless.langlet").contains("`a` never ends"));
    let no_rules = error(&folder, "./empty.langlet json");
    assert!(no_rules.contains("`a`") || no_rules.contains("no rules"), "{no_rules}");
    assert!(error(&folder, "json nothing").contains("nothing"));
    assert!(error(&folder, "json python27 --start value").contains("`value`"));
    assert!(error(&folder, "json json5 --start STRING").contains("a token of json, not a rule"));
}

#[test]
fn mutants_are_counted() {
    let folder = folder(&[]);
    let text = out(&folder, "json --mutants 30 --seed 2", 0);
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("json: 30 mutants, ") && last.contains("told apart (100.00 %)"), "{text}");
    assert_eq!(text, out(&folder, "json --mutants 30 --seed 2", 0));
    let lines = out(&folder, "json --mutants 30 --seed 2 --json", 0);
    assert!(lines.lines().last().unwrap().starts_with("{\"langlet\":\"json\",\"mutants\":30,\"equal\":"), "{lines}");
    assert!(error(&folder, "json json5 --mutants 3").contains("cannot be used with"));
    assert!(error(&folder, "json").contains("required"));
}

/// Tokens that no text has, and grammars of nothing.
#[test]
fn grammars_without_texts() {
    let hidden = "langlet hidden\nstart a\na: 'let' NAME | 'b'\ntoken NAME = /let/\nskip BLANK = /[ ]+/\n";
    let nothing = "langlet nothing\nstart a\na: ()\nskip BLANK = /[ ]+/\n";
    let no_regex = "langlet no_regex\nstart a\na: N*\ntoken N = //\n";
    let folder = folder(&[("hidden.langlet", hidden), ("nothing.langlet", nothing), ("no_regex.langlet", no_regex)]);
    let text = out(&folder, "./hidden.langlet ./nothing.langlet", 1);
    assert!(text.contains("hidden, occurrences: no text is read as the token NAME"), "{text}");
    assert!(text.contains("hidden and nothing: different\n  \"\"\nis a program of nothing alone: 0 tokens"), "{text}");
    assert!(out(&folder, "./nothing.langlet ./nothing.langlet --brief", 0).contains("equal (proved)"));
    assert!(error(&folder, "./no_regex.langlet json").contains("the regex is empty"));
}
