//! Selection traces: what they say, that they can be written down and read back, and how two of them are compared.

use insta::assert_snapshot;
use langlet_core::Langlet;
use langlet_core::automata::{Position, RuleAutomaton};
use langlet_core::cst::{Node, Tree};
use langlet_core::grammar::Symbol;
use langlet_core::trace::{Event, SelectionTrace, Strictness, compare, each_selection};
use langlet_test_support::strategy;
use proptest::prelude::*;

use super::laws::run;
use super::{langlet, load};

const LISTS: &str = "start list\nlist: '[' [item (',' item)*] ']'\nitem: list | NUMBER\n\
                     token NUMBER = /[0-9]+/\nskip BLANK = /[ \\n]+/\n";

fn lists(rules: &str) -> Langlet {
    load("lists", &format!("langlet lists\n{rules}"), None).unwrap()
}

fn trace(langlet: &Langlet, text: &str) -> SelectionTrace {
    SelectionTrace::of(&langlet.parse(text).unwrap()).unwrap()
}

/// The outcome of a comparison on one line.
fn compared(left: &SelectionTrace, right: &SelectionTrace, strictness: Strictness) -> String {
    match compare(left, right, strictness) {
        Ok(renaming) => {
            let changed = renaming.changed().map(|(left, right)| format!("{left} is {right}"));
            format!("the same: {}", changed.collect::<Vec<_>>().join(", "))
        }
        Err(difference) => format!("token {}: {difference}", difference.token),
    }
}

// ---- what a trace says -----------------------------------------------------------------------------------------------

#[test]
fn each_token_has_the_positions_that_lead_to_it() {
    assert_snapshot!(trace(&lists(LISTS), "[1, [2]]"), @r"
    selections of lists from list
    '[': list.1
    NUMBER '1': list.2 item.2
    ',': ^1 list.3
    '[': list.4 item.1 list.1
    NUMBER '2': list.2 item.2
    ']': ^1 list.5
    ']': ^2 list.5
    end: ^1
    ");
}

#[test]
fn empty_rules_begin_and_end_at_once() {
    let langlet = load("empty", "langlet empty\na: 'x' b 'y' b\nb: ['z']\nskip BLANK = / +/\n", None).unwrap();
    assert_snapshot!(trace(&langlet, "x y"), @r"
    selections of empty from a
    'x': a.1
    'y': a.2 ^1 a.3
    end: a.4 ^2
    ");
}

/// `x` is read as the first alternative while that leads on, although the position cannot be told from the next tokens.
#[test]
fn of_several_traces_the_first_is_meant() {
    let langlet =
        load("twice", "langlet twice\na: 'x' 'y' 'x' | 'x' 'y' 'z' | ('x' ['y'])* 'x'\nskip BLANK = / +/\n", None);
    let langlet = langlet.unwrap();
    let positions = |text: &str| {
        let trace = trace(&langlet, text).to_string();
        let steps = trace.lines().filter_map(|line| line.split_once(": a.")).map(|(_, position)| position.to_owned());
        steps.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(positions("x y x"), "1 2 3");
    assert_eq!(positions("x y z"), "4 5 6");
    assert_eq!(positions("x y x x"), "7 8 7 9");
}

#[test]
fn a_statement_of_python() {
    assert_snapshot!(trace(&langlet("python27"), "if a: b()\n"), @r"
    selections of python27 from file_input
    'if': file_input.2 stmt.2 compound_stmt.1 if_stmt.1
    NAME 'a': if_stmt.2 test.1 or_test.1 and_test.1 not_test.3 comparison.1 expr.1 xor_expr.1 and_expr.1 shift_expr.1 arith_expr.1 term.1 factor.5 power.1 atom.11
    ':': ^14 if_stmt.3
    NAME 'b': if_stmt.4 suite.1 simple_stmt.1 small_stmt.1 expr_stmt.1 testlist.1 test.1 or_test.1 and_test.1 not_test.3 comparison.1 expr.1 xor_expr.1 and_expr.1 shift_expr.1 arith_expr.1 term.1 factor.5 power.1 atom.11
    '(': ^1 power.2 trailer.1
    ')': trailer.3
    NEWLINE '\n': ^17 simple_stmt.5
    NEWLINE '': ^5 file_input.1
    ENDMARKER '': file_input.3
    end: ^1
    ");
}

/// Walks through the automata by the events alone.
struct Walk<'a> {
    tree: &'a Tree,
    /// Rules that have begun, where each is, and what it has read.
    open: Vec<(Symbol, RuleAutomaton, Position)>,
    nodes: Vec<Node>,
}

impl Walk<'_> {
    fn begin(&mut self, rule: Symbol) {
        let rhs = self.tree.langlet().grammar().rhs(rule).unwrap();
        self.open.push((rule, RuleAutomaton::new(rhs), Position::START));
    }

    fn event(&mut self, event: Event) {
        let (open, automaton, at) = self.open.last_mut().unwrap();
        match event {
            Event::End => {
                assert!(automaton.follow(*at).contains(&Position::EXIT));
                self.open.pop();
            }
            Event::Select { rule, position, node } => {
                assert_eq!(rule, *open);
                assert!(automaton.follow(*at).contains(&position));
                let symbol = automaton.symbol(position);
                *at = position;
                assert_eq!(symbol, Some(self.tree.symbol(node)));
                self.nodes.push(node);
                if !self.tree.is_token(node) {
                    self.begin(self.tree.symbol(node));
                }
            }
        }
    }
}

/// The selections are a walk through the automata that comes by every node of the tree, in pre-order, and ends.
#[test]
fn selections_are_a_walk_through_the_automata() {
    run(24, strategy::choices(160), |langlet, programs, choices| {
        let tree = langlet.parse(&*programs.program(&choices)).unwrap();
        let mut walk = Walk { tree: &tree, open: Vec::new(), nodes: vec![tree.root()] };
        walk.begin(tree.symbol(tree.root()));
        each_selection(&tree, |event| walk.event(event)).unwrap();
        prop_assert!(walk.open.is_empty());
        prop_assert_eq!(walk.nodes, tree.preorder(tree.root()).collect::<Vec<_>>());
        Ok(())
    });
}

// ---- text ------------------------------------------------------------------------------------------------------------

/// parse(print(trace)) = trace
#[test]
fn traces_are_read_back() {
    run(24, strategy::choices(160), |langlet, programs, choices| {
        let tree = langlet.parse(&*programs.program(&choices)).unwrap();
        let trace = SelectionTrace::of(&tree).unwrap();
        let text = trace.to_string();
        let read: SelectionTrace = text.parse().unwrap();
        prop_assert_eq!(read.to_string(), text);
        prop_assert!(compare(&trace, &read, Strictness::Names).is_ok());
        Ok(())
    });
}

#[test]
fn kinds_and_texts_may_contain_what_the_format_uses() {
    let text =
        "langlet odd\na: NAME /'[^']*: '/ NAME ': ' \"'\" \"\\\\\"\ntoken NAME = /[^ ' \\\\]+/\nskip BLANK = /[ ]/\n";
    let langlet = load("odd", text, None).unwrap();
    let trace = trace(&langlet, "a: 'x\n: ' :^1 :  '\\");
    assert_snapshot!(trace, @r"
    selections of odd from a
    NAME 'a:': a.1
    /'[^']*: '/ '\'x\n: \'': a.2
    NAME ':^1': a.3
    ': ': a.4
    '\'': a.5
    '\\': a.6
    end: ^1
    ");
    let read: SelectionTrace = trace.to_string().parse().unwrap();
    assert_eq!(read.to_string(), trace.to_string());
    assert_eq!(compared(&trace, &read, Strictness::Names), "the same: ");
}

#[test]
fn what_is_no_trace_is_an_error_with_its_line() {
    let error = |text: &str| text.parse::<SelectionTrace>().unwrap_err().to_string();
    let shown = [
        "",
        "a program\n",
        "selections of a from b\n",
        "selections of a from b\n'x' a.1\n",
        "selections of a from b\n'x': a\n",
        "selections of a from b\n'x': a.0\n",
        "selections of a from b\n'x': a.99999999999\n",
        "selections of a from b\n'x': ^0\n",
        "selections of a from b\nNAME: a.1\n",
        "selections of a from b\nNAME x': a.1\n",
        "selections of a from b\n'x': a.1\nend: ^1\n'y': a.2\n",
    ]
    .map(error);
    assert_snapshot!(shown.join("\n"), @r"
    line 1 is no line of a selection trace: found nothing, expected `selections of LANGLET from RULE`; make the file anew with `langlet trace`
    line 1 is no line of a selection trace: found `a program`, expected `selections of LANGLET from RULE`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found nothing, expected `end:`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found `'x' a.1`, expected `TOKEN: STEPS`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found `a`, expected `RULE.POSITION` or `^N`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found `a.0`, expected `RULE.POSITION` or `^N`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found `a.99999999999`, expected `RULE.POSITION` or `^N`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found `^0`, expected `RULE.POSITION` or `^N`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found `NAME`, expected `'LITERAL'` or `KIND 'TEXT'`; make the file anew with `langlet trace`
    line 2 is no line of a selection trace: found `NAME x'`, expected `'LITERAL'` or `KIND 'TEXT'`; make the file anew with `langlet trace`
    line 4 is no line of a selection trace: found `'y': a.2`, expected nothing behind `end:`; make the file anew with `langlet trace`
    ");
}

// ---- comparing -------------------------------------------------------------------------------------------------------

#[test]
fn rules_and_tokens_may_have_other_names() {
    let renamed = lists(&LISTS.replace("item", "element").replace("NUMBER", "DIGITS"));
    let (left, right) = (trace(&lists(LISTS), "[1, [2]]"), trace(&renamed, "[1, [2]]"));
    assert_eq!(compared(&left, &right, Strictness::Names), "the same: item is element, NUMBER is DIGITS");
}

#[test]
fn a_rule_stands_for_one_rule() {
    let two = "start list\nlist: '[' [item (',' item)*] ']'\nitem: list | NUMBER\nlast: list | NUMBER\n\
               token NUMBER = /[0-9]+/\nskip BLANK = /[ \\n]+/\n";
    let split = lists(&two.replace("(',' item)*", "(',' last)*"));
    let (left, right) = (trace(&lists(LISTS), "[1, 2]"), trace(&split, "[1, 2]"));
    let found = compared(&left, &right, Strictness::Names);
    assert_eq!(found, "token 3: item.2 against last.2, though before item stood for item");
    assert_eq!(
        compared(&right, &left, Strictness::Names),
        "token 3: last.2 against item.2, though before item stood for item"
    );
}

#[test]
fn positions_have_the_same_numbers_unless_the_order_does_not_count() {
    let reordered = lists(&LISTS.replace("item: list | NUMBER", "item: NUMBER | list"));
    let (left, right) = (trace(&lists(LISTS), "[1, [2]]"), trace(&reordered, "[1, [2]]"));
    assert_eq!(compared(&left, &right, Strictness::Names), "token 1: item.2 against item.1");
    assert_eq!(compared(&left, &right, Strictness::NamesAndNumbers), "the same: ");
    // One for one all the same: two positions cannot stand for one.
    let split = lists(&LISTS.replace("item: list | NUMBER", "item: list | NUMBER | '+' NUMBER"));
    let both = "[1, [2]]";
    assert_eq!(compared(&trace(&split, both), &left, Strictness::NamesAndNumbers), "the same: ");
    let merged = lists(&LISTS.replace("item: list | NUMBER", "item: ['+'] (list | NUMBER)"));
    assert_eq!(compared(&trace(&split, both), &trace(&merged, both), Strictness::NamesAndNumbers), "the same: ");
    assert_eq!(
        compared(&trace(&split, "[1, +2]"), &trace(&merged, "[1, +2]"), Strictness::NamesAndNumbers),
        "token 4: item.4 against item.3, though before item.2 stood for item.3"
    );
}

#[test]
fn the_first_difference_is_named() {
    let lists = lists(LISTS);
    let compare = |left: &str, right: &str| compared(&trace(&lists, left), &trace(&lists, right), Strictness::Names);
    let shown = [
        compare("[1, 2]", "[1, 3]"),
        compare("[1, 2]", "[1]"),
        compare("[1]", "[1, 2]"),
        compare("[[1], 2]", "[[1, 2]]"),
    ];
    assert_snapshot!(shown.join("\n"), @r"
    token 3: the token NUMBER '2' against the token NUMBER '3'
    token 2: the token ',' against the token ']'
    token 2: the token ']' against the token ','
    token 3: the token ']' against the token ','
    ");
    let nested = |text: &str| text.parse::<SelectionTrace>().unwrap();
    let left = nested("selections of a from b\n'x': a.1 b.1\n'y': ^1 a.2\nend: ^2\n");
    let right = nested("selections of a from b\n'x': a.1 b.1\n'y': b.2\nend: ^2\n");
    assert_eq!(compared(&left, &right, Strictness::Names), "token 1: the end of a rule against b.2");
    let shorter = nested("selections of a from b\n'x': a.1 b.1\n'y': ^1 a.2\nend: ^1\n");
    assert_eq!(compared(&left, &shorter, Strictness::Names), "token 2: the end of 2 rules against the end of a rule");
    let token = nested("selections of a from b\n'x': a.1\n'y': ^1 a.2\nend: ^1\n");
    assert_eq!(compared(&left, &token, Strictness::Names), "token 0: b.1 against the token itself");
}

/// A trace is the same as itself, and a child that changes nothing traces as its parent does.
#[test]
fn an_empty_delta_changes_no_selection() {
    run(16, strategy::choices(160), |langlet, programs, choices| {
        let child = load("child", &format!("langlet child : {}\n", langlet.name()), Some(langlet)).unwrap();
        let text = programs.program(&choices);
        let (left, right) = (trace(langlet, &text), trace(&child, &text));
        let renaming = compare(&left, &right, Strictness::Names);
        prop_assert!(renaming.is_ok_and(|renaming| renaming.changed().next().is_none()));
        Ok(())
    });
}

#[test]
fn deep_nesting_does_not_recurse() {
    let langlet = lists(LISTS);
    let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let work = move || {
        let trace = trace(&langlet, &text);
        assert_eq!(trace.tokens.len(), 200_000);
        let read: SelectionTrace = trace.to_string().parse().unwrap();
        assert!(compare(&trace, &read, Strictness::Names).is_ok());
    };
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
}
