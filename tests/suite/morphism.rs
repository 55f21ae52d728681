//! Morphisms: the answers against an oracle that reads all short strings, and the maps against the parser of the
//! target.

use langlet_core::Langlet;
use langlet_core::algebra::morphism::{Answer, Bounds, Morphism, Morphisms};
use langlet_core::cst::{Node, Tree};
use langlet_core::grammar::Symbol;
use langlet_core::lexer::Token;
use langlet_test_support::{Programs, naive, strategy};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{BUILT_IN, langlet, load};

fn answer_within(source: &Langlet, target: &Langlet, from: &str, to: &str, bounds: Bounds) -> Answer {
    let (from, to) = (source.symbol(from).unwrap(), target.symbol(to).unwrap());
    Morphisms::new(source, target, bounds).answer(from, to)
}

fn answer(source: &Langlet, target: &Langlet, from: &str, to: &str) -> Answer {
    answer_within(source, target, from, to, Bounds::default())
}

#[track_caller]
fn found(source: &Langlet, target: &Langlet, from: &str, to: &str) -> Morphism {
    match answer(source, target, from, to) {
        Answer::Found(morphism) => morphism,
        other => panic!("{from} => {to}: {other:?}"),
    }
}

/// An answer in one line: what rules become, and what may be added; or the program; or how many tokens were tried.
fn shown(source: &Langlet, target: &Langlet, answer: &Answer) -> String {
    match answer {
        Answer::Found(morphism) => {
            let pair = |&(from, to): &(Symbol, Symbol)| {
                format!("{} => {}", source.grammar().symbols.name(from), target.grammar().symbols.name(to))
            };
            let pairs: Vec<String> = morphism.pairs().iter().map(pair).collect();
            let adds: Vec<String> = morphism.adds().iter().map(|&s| target.grammar().symbols.display(s)).collect();
            format!("{}{}{}", pairs.join(", "), if adds.is_empty() { "" } else { "; adds " }, adds.join(" "))
        }
        Answer::Refuted(refuted) => {
            let otherwise = refuted.otherwise.as_ref().map_or("", |_| ", else found");
            format!("refuted by {:?}{otherwise}", refuted.program)
        }
        Answer::Unknown(unknown) => format!("unknown, tokens {:?}, bounded {}", unknown.n_tokens, unknown.is_bounded),
    }
}

fn python(from: &str, to: &str) -> String {
    let python = langlet("python26");
    shown(&python, &python, &answer(&python, &python, from, to))
}

#[test]
fn the_rules_of_python() {
    insta::assert_snapshot!(python("varargslist", "arglist"), @"varargslist => arglist, fpdef => argument, fpdef => test, fpdef => atom, fplist => testlist_gexp");
    insta::assert_snapshot!(python("exprlist", "testlist"), @"exprlist => testlist, expr => test");
    insta::assert_snapshot!(python("fplist", "testlist_gexp"), @"fplist => testlist_gexp, fpdef => test, fpdef => atom");
    insta::assert_snapshot!(python("testlist_gexp", "listmaker"), @"testlist_gexp => listmaker, gen_for => list_for, or_test => testlist_safe, gen_iter => list_iter, gen_if => list_if");
    insta::assert_snapshot!(python("listmaker", "testlist_gexp"), @r#"refuted by "a for b in c, d""#);
    insta::assert_snapshot!(python("testlist", "exprlist"), @"testlist => exprlist, testlist => testlist_gexp; adds '(' ')'");
    insta::assert_snapshot!(python("arglist", "varargslist"), @r#"refuted by "0""#);
    // An indented block has its text only behind the line that it belongs to.
    insta::assert_snapshot!(python("suite", "stmt"), @r#"refuted by "\n    a\n""#);
    insta::assert_snapshot!(python("yield_stmt", "yield_expr"), @"yield_stmt => yield_expr");
    // Constants are added around the whole or between its parts, where the langlet declares it.
    insta::assert_snapshot!(python("small_stmt", "simple_stmt"), @"small_stmt => simple_stmt; adds NEWLINE");
    insta::assert_snapshot!(python("simple_stmt", "suite"), @"simple_stmt => suite");
    insta::assert_snapshot!(python("testlist", "atom"), @"testlist => atom, testlist => testlist_gexp; adds '(' ')'");
    insta::assert_snapshot!(python("testlist", "eval_input"), @"testlist => eval_input; adds ENDMARKER");
}

#[test]
fn between_two_langlets() {
    let between = |source: &str, target: &str, from: &str, to: &str| {
        let (source, target) = (langlet(source), langlet(target));
        shown(&source, &target, &answer(&source, &target, from, to))
    };
    insta::assert_snapshot!(between("json", "json5", "json", "json"), @"json => json, value => value, object => object, array => array, member => member");
    insta::assert_snapshot!(between("json5", "json", "json", "json"), @r#"refuted by "Infinity""#);
    insta::assert_snapshot!(between("python27", "python26", "atom", "atom"), @r#"refuted by "{a}""#);
    insta::assert_snapshot!(between("python27", "python38", "file_input", "file_input"), @r#"refuted by "print a\n""#);
    // A child that only adds something reads all that its parent reads.
    assert!(between("python26", "python27", "file_input", "file_input").starts_with("file_input => file_input"));
    // A name of the one that is a keyword of the other.
    insta::assert_snapshot!(between("python27", "python38", "dotted_name", "dotted_name"), @r#"refuted by "None", else found"#);
}

/// The map that is found where a token stands in the way is for all trees without it.
#[test]
fn exceptions_are_told_and_refused() {
    let (source, target) = (langlet("python27"), langlet("python38"));
    let Answer::Refuted(refuted) = answer(&source, &target, "dotted_name", "dotted_name") else {
        panic!("not refuted")
    };
    let morphism = refuted.otherwise.unwrap();
    let read = |text: &str| source.parse_as(source.symbol("dotted_name").unwrap(), text).unwrap();
    let map =
        |tree: &Tree| morphism.apply(tree, tree.root()).map(|tree| tree.unparse()).map_err(|error| error.to_string());
    assert_eq!(map(&read("a . b")), Ok("a . b".to_owned()));
    insta::assert_snapshot!(map(&read("a.nonlocal")).unwrap_err(), @"the target does not read `nonlocal` as NAME");
    assert_eq!(morphism.exceptions().len(), 1);
}

#[test]
fn what_a_morphism_is_not_for_is_an_error() {
    let (source, other) = (langlet("python26"), langlet("python27"));
    let morphism = found(&source, &source, "exprlist", "testlist");
    let error = |tree: &Tree| morphism.apply(tree, tree.root()).map(|_| ()).unwrap_err().to_string();
    let read = |langlet: &Langlet, rule: &str| langlet.parse_as(langlet.symbol(rule).unwrap(), "a").unwrap();
    insta::assert_snapshot!(error(&read(&source, "testlist")), @"the node is of `testlist`, the morphism of `exprlist`");
    insta::assert_snapshot!(error(&read(&other, "exprlist")), @"the tree is of the langlet python27, the morphism of python26");
}

#[test]
fn what_a_map_makes() {
    let python = langlet("python26");
    let map = |from: &str, to: &str, text: &str| {
        let tree = python.parse_as(python.symbol(from).unwrap(), text).unwrap();
        let mapped = found(&python, &python, from, to).apply(&tree, tree.root()).unwrap();
        mapped.check().unwrap();
        assert!(mapped.check_links());
        (mapped.unparse(), mapped.collapsed_listing())
    };
    let (text, listing) = map("varargslist", "arglist", "(a,b) = 1,  *c");
    assert_eq!(text, "(a,b) = 1,  *c");
    insta::assert_snapshot!(listing, @r"
    arglist
      argument
        test or_test and_test not_test comparison expr xor_expr and_expr shift_expr arith_expr term factor power atom
          '('
          testlist_gexp
            test or_test and_test not_test comparison expr xor_expr and_expr shift_expr arith_expr term factor power atom NAME 'a'
            ','
            test or_test and_test not_test comparison expr xor_expr and_expr shift_expr arith_expr term factor power atom NAME 'b'
          ')'
        '='
        test or_test and_test not_test comparison expr xor_expr and_expr shift_expr arith_expr term factor power atom NUMBER '1'
      ','
      '*'
      test or_test and_test not_test comparison expr xor_expr and_expr shift_expr arith_expr term factor power atom NAME 'c'
    ");
    let (text, listing) = map("test", "factor", "not a");
    assert_eq!(text, "(not a)");
    insta::assert_snapshot!(listing, @r"
    factor power atom
      '('
      testlist_gexp test or_test and_test not_test
        'not'
        not_test comparison expr xor_expr and_expr shift_expr arith_expr term factor power atom NAME 'a'
      ')'
    ");
}

/// A part of what the target asks for may be a rule of the source, and the other way round.
#[test]
fn letters_are_opened_and_entered() {
    let langlet = load(
        "parts",
        "langlet parts
         start s
         s: folded | flat | inner | outer | right | left
         flat: ('x' 'y')+
         folded: pair+
         pair: 'x' 'y'
         outer: 'x' ('y' 'x')* 'y'
         inner: 'x' (back* 'y')
         back: 'y' 'x'
         left: 'x' (',' 'x')*
         right: 'x' [',' right]",
        None,
    )
    .unwrap();
    let answer = |from: &str, to: &str| shown(&langlet, &langlet, &answer(&langlet, &langlet, from, to));
    insta::assert_snapshot!(answer("flat", "folded"), @"flat => folded");
    // `pair` has no answer in a rule that does not have it; its own right-hand side has.
    insta::assert_snapshot!(answer("folded", "flat"), @"folded => flat");
    insta::assert_snapshot!(answer("folded", "inner"), @"folded => inner");
    insta::assert_snapshot!(answer("inner", "folded"), @"inner => folded");
    insta::assert_snapshot!(answer("right", "left"), @"unknown, tokens Some(25), bounded false");
    // The stack of the target would have to grow with the list: no bound is enough, though both have the same strings.
    insta::assert_snapshot!(answer("left", "right"), @"unknown, tokens Some(25), bounded true");
}

/// A rule that goes on in itself has stacks without end; the bound holds although the state behind it is that of a chain, too.
#[test]
fn a_rule_within_itself_ends_the_search() {
    let source = load("one", "langlet one\nstart a\na: 'x' ('x'* | a | 'x')\n", None).unwrap();
    let target =
        load("other", "langlet other\nstart a\na: 'x' ('x'* | a | 'x') | b a | 'z'\nb: 'y' | 'z' | 'x'\n", None)
            .unwrap();
    assert_eq!(shown(&source, &target, &answer(&source, &target, "a", "a")), "a => a");
}

/// Nested so deep that anything that recursed on it would overflow.
#[test]
fn deep_trees_are_mapped() {
    let python = langlet("python26");
    let n = 50_000;
    let text = format!("{}a{}", "(".repeat(n), ")".repeat(n));
    let tree = python.parse_as(python.symbol("fplist").unwrap(), &*text).unwrap();
    let mapped = found(&python, &python, "fplist", "testlist_gexp").apply(&tree, tree.root()).unwrap();
    mapped.check().unwrap();
    assert_eq!(mapped.unparse(), text);
}

/// Everything that law 6 says of one node and its image.
fn check_map(morphism: &Morphism, tree: &Tree, node: Node) -> Result<(), TestCaseError> {
    let (target, adds) = (morphism.target(), morphism.adds());
    let mapped = match morphism.apply(tree, node) {
        Ok(mapped) => mapped,
        Err(error) => return Err(TestCaseError::fail(format!("{error} in {:?}", tree.text_of(node)))),
    };
    prop_assert_eq!(mapped.symbol(mapped.root()), morphism.to());
    if let Err(error) = mapped.check() {
        return Err(TestCaseError::fail(format!("{error} in {:?}", tree.text_of(node))));
    }
    prop_assert!(mapped.check_links());
    // The tokens that are not added are those of the node, with their trivia.
    let token = |tree: &Tree, leaf: Node| (tree.text(leaf).to_owned(), tree.trivia(leaf).to_owned());
    let before: Vec<_> = tree.leaves(node).map(|leaf| token(tree, leaf)).collect();
    let leaves: Vec<Node> = mapped.leaves(mapped.root()).collect();
    if adds.is_empty() {
        let after: Vec<_> = leaves.iter().map(|&leaf| token(&mapped, leaf)).collect();
        prop_assert_eq!(&after, &before);
    } else {
        let mut left = before.iter();
        let mut next = left.next();
        for &leaf in &leaves {
            let is_kept = next.is_some_and(|(text, _)| text == mapped.text(leaf));
            prop_assert!(is_kept || adds.contains(&mapped.symbol(leaf)), "{:?}", mapped.unparse());
            if is_kept {
                next = left.next();
            }
        }
        prop_assert_eq!(next, None);
    }
    // The parser of the target reads the same tokens as the rule.
    let terminals = &target.tables().terminals;
    let (mut text, mut tokens) = (String::new(), Vec::new());
    for &leaf in &leaves {
        text.push_str(mapped.trivia(leaf));
        let start = text.len() as u32;
        text.push_str(mapped.text(leaf));
        let kind = terminals.number(mapped.symbol(leaf)).expect("a leaf is a token");
        tokens.push(Token { start, end: text.len() as u32, kind });
    }
    prop_assert_eq!(&mapped.unparse()[..text.len()], &text);
    prop_assert!(target.parse_tokens(morphism.to(), text.clone(), &tokens).is_ok(), "{:?}", text);
    // And its lexer, where the text stands for itself: it is not a part of lines that are indented.
    let alone = tree.text_of(node);
    if adds.is_empty() && tree.langlet().parse_as(morphism.from(), &*alone).is_ok() {
        prop_assert!(target.parse_as(morphism.to(), &*alone).is_ok(), "{:?}", alone);
    }
    Ok(())
}

/// All maps that keep the token string between the rules of two langlets.
fn all_found(source: &Langlet, target: &Langlet) -> Vec<Morphism> {
    let mut morphisms = Morphisms::new(source, target, Bounds::default());
    let rules: Vec<Symbol> = target.grammar().rules.keys().copied().collect();
    let pairs = source.grammar().rules.keys().flat_map(|&from| rules.iter().map(move |&to| (from, to)));
    pairs.filter_map(|(from, to)| morphisms.found(from, to)).collect()
}

/// Random programs, with all the trivia that the langlet has between two tokens.
fn programs(name: &str) -> Programs {
    let programs = Programs::new(&langlet(name));
    match name {
        "json" => programs.with_trivia(&[" ", "\n", "\t \r\n"], &[]),
        "json5" => programs.with_trivia(&[" ", "/*c*/", " // c\n"], &[]),
        _ => programs.with_trivia(&[" ", "  ", "\t", " \\\n "], &["\n", "\r\n", " # c\n", "\n\n"]),
    }
}

fn maps_keep_the_law(source: &str, target: &str, cases: u32) {
    let (from, to) = (langlet(source), langlet(target));
    let (maps, programs) = (all_found(&from, &to), programs(source));
    assert!(!maps.is_empty(), "{source} => {target}");
    let mut runner = TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
    let law = |choices: Vec<u8>| {
        let tree = from.parse(programs.program(&choices)).expect("a program is read");
        // Of each rule a few nodes: what lies deep is part of what lies above.
        let mut n_seen = vec![0; from.grammar().symbols.len()];
        for node in tree.preorder(tree.root()) {
            let seen = &mut n_seen[tree.symbol(node).index()];
            *seen += 1;
            if *seen <= 2 {
                for map in maps.iter().filter(|map| map.from() == tree.symbol(node)) {
                    check_map(map, &tree, node)?;
                }
            }
        }
        Ok(())
    };
    if let Err(error) = runner.run(&strategy::choices(240), law) {
        panic!("{source} => {target}: {error}");
    }
}

/// Law 6: total on its rule, with the same tokens and trivia, a tree of the other rule, and read as such by the parser.
#[test]
fn maps_are_total_and_keep_the_tokens() {
    BUILT_IN.into_iter().for_each(|name| maps_keep_the_law(name, name, 12));
}

#[test]
fn maps_between_langlets_are_total_and_keep_the_tokens() {
    for (source, target) in [("json", "json5"), ("python26", "python27")] {
        maps_keep_the_law(source, target, 12);
    }
}

/// Maps that add constants, too.
#[test]
fn maps_with_added_constants_keep_the_law() {
    let (python, programs) = (langlet("python26"), programs("python26"));
    let pairs = [
        ("small_stmt", "simple_stmt"),
        ("expr_stmt", "suite"),
        ("testlist", "atom"),
        ("test", "factor"),
        ("stmt", "file_input"),
        ("testlist", "eval_input"),
        ("compound_stmt", "single_input"),
        ("yield_expr", "power"),
    ];
    let maps: Vec<Morphism> = pairs.iter().map(|(from, to)| found(&python, &python, from, to)).collect();
    let mut runner = TestRunner::new(ProptestConfig { cases: 32, ..ProptestConfig::default() });
    let law = |choices: Vec<u8>| {
        let tree = python.parse(programs.program(&choices)).expect("a program is read");
        for map in &maps {
            for node in tree.find_all(tree.root(), map.from()).take(4) {
                check_map(map, &tree, node)?;
            }
        }
        Ok(())
    };
    runner.run(&strategy::choices(160), law).unwrap();
}

/// X ⇒ Y and Y ⇒ Z make X ⇒ Z, and the search finds it.
#[test]
fn morphisms_compose() {
    for name in BUILT_IN {
        let langlet = langlet(name);
        let maps = all_found(&langlet, &langlet);
        let pairs: std::collections::BTreeSet<_> = maps.iter().map(|map| (map.from(), map.to())).collect();
        for &(x, y) in &pairs {
            for &(_, z) in pairs.iter().filter(|(from, _)| *from == y) {
                let symbols = &langlet.grammar().symbols;
                assert!(pairs.contains(&(x, z)), "{name}: {} {} {}", symbols.name(x), symbols.name(y), symbols.name(z));
            }
        }
    }
}

#[test]
fn the_order_of_the_rules() {
    let lattice = |name: &str| {
        let langlet = langlet(name);
        Morphisms::new(&langlet, &langlet, Bounds::default()).lattice()
    };
    let json5 = lattice("json5");
    insta::assert_snapshot!(json5.text(), @r"
    json = value
    object ⇒ json = value
    array ⇒ json = value
    name ⇒ key
    json5: 7 found, 35 refuted, 0 unknown
    ");
    insta::assert_snapshot!(json5.dot(), @r#"
    digraph "json5" {
      rankdir=BT;
      node [shape=box];
      n0 [label="json = value"];
      n1 [label="object"];
      n3 [label="array"];
      n4 [label="key"];
      n5 [label="name"];
      n1 -> n0;
      n3 -> n0;
      n5 -> n4;
    }
    "#);
    let python = lattice("python26").text();
    for line in
        ["varargslist ⇒ arglist", "exprlist ⇒ testlist", "yield_stmt = yield_expr ⇒ flow_stmt", "fpdef ⇒ fplist, atom"]
    {
        assert!(python.lines().any(|other| other == line), "no `{line}` in\n{python}");
    }
    assert!(python.ends_with(", 0 unknown\n"), "{python}");
}

/// The strings of up to `longest` tokens over `x`, `y`, `z` that a rule derives, the short ones first.
fn strings(langlet: &Langlet, rule: &str, longest: usize) -> Vec<String> {
    let grammar = langlet.grammar();
    let rule = langlet.symbol(rule).unwrap();
    let letters: Vec<Symbol> = ["x", "y", "z"].iter().filter_map(|text| grammar.symbols.literal(text)).collect();
    let is_string = |word: &Vec<Symbol>| naive::accepts(grammar, rule, word);
    let text =
        |word: Vec<Symbol>| word.iter().map(|&symbol| grammar.symbols.name(symbol)).collect::<Vec<_>>().join(" ");
    naive::words(&letters, longest).into_iter().filter(is_string).map(text).collect()
}

/// A string of the rule, told by the definition of the grammar.
fn is_string(langlet: &Langlet, rule: &str, text: &str) -> bool {
    let word: Option<Vec<Symbol>> =
        text.split_whitespace().map(|text| langlet.grammar().symbols.literal(text)).collect();
    word.is_some_and(|word| naive::accepts(langlet.grammar(), langlet.symbol(rule).unwrap(), &word))
}

/// The answer to (from, to) against all strings of up to `longest` tokens of both rules.
fn agrees_with_the_oracle(
    (source, from, of_from): (&Langlet, &str, &[String]),
    (target, to, of_to): (&Langlet, &str, &[String]),
    longest: usize,
) -> Result<(), TestCaseError> {
    let n_tokens = |text: &str| text.split_whitespace().count();
    let first = of_from.iter().find(|text| !of_to.contains(text));
    let bounds = Bounds { tokens: 12, states: 2_000, ..Bounds::default() };
    match answer_within(source, target, from, to, bounds) {
        Answer::Found(morphism) => {
            prop_assert_eq!(first, None, "{} => {}", from, to);
            prop_assert!(morphism.adds().is_empty());
            for text in of_from.iter().take(16) {
                let tree = source.parse_as(morphism.from(), &**text).expect("a string of the rule is read");
                check_map(&morphism, &tree, tree.root())?;
            }
        }
        Answer::Refuted(refuted) => {
            let program = &refuted.program;
            prop_assert_eq!(n_tokens(program), refuted.n_tokens);
            prop_assert!(is_string(source, from, program) && !is_string(target, to, program), "{:?}", program);
            match first {
                Some(first) => prop_assert_eq!(n_tokens(first), refuted.n_tokens, "{:?} is not shortest", program),
                None => prop_assert!(refuted.n_tokens > longest, "{:?}", program),
            }
        }
        Answer::Unknown(unknown) => {
            let tried = unknown.n_tokens.unwrap_or(usize::MAX);
            prop_assert!(first.is_none_or(|first| n_tokens(first) >= tried), "{:?} was missed", first);
        }
    }
    Ok(())
}

const LONGEST: usize = 4;

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn answers_agree_with_the_definition(text in strategy::grammar()) {
        let Ok(langlet) = load("random", &text, None) else { return Ok(()) };
        let all = ["a", "b", "c"].map(|rule| (rule, strings(&langlet, rule, LONGEST)));
        for (from, of_from) in &all {
            for (to, of_to) in &all {
                agrees_with_the_oracle((&langlet, from, of_from), (&langlet, to, of_to), LONGEST)?;
            }
        }
    }

    #[test]
    fn answers_between_langlets_agree_with_the_definition(one in strategy::grammar(), other in strategy::grammar()) {
        let other = other.replace("langlet random", "langlet other");
        let (Ok(source), Ok(target)) = (load("random", &one, None), load("other", &other, None)) else { return Ok(()) };
        let of_target = strings(&target, "a", LONGEST);
        for from in ["a", "c"] {
            let of_source = strings(&source, from, LONGEST);
            agrees_with_the_oracle((&source, from, &of_source), (&target, "a", &of_target), LONGEST)?;
        }
    }

    /// A langlet that only adds alternatives reads all that the other reads, and the search finds it.
    #[test]
    fn more_alternatives_are_a_morphism(text in strategy::grammar(), more in prop::collection::vec(strategy::rhs(&["a", "b", "c", "'x'", "'y'", "'z'"]), 3)) {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let n = lines.len();
        lines[n - 3..].iter_mut().zip(&more).for_each(|(line, more)| line.push_str(&format!(" | {more}")));
        let other = lines.join("\n").replace("langlet random", "langlet other") + "\n";
        let (Ok(source), Ok(target)) = (load("random", &text, None), load("other", &other, None)) else { return Ok(()) };
        // A left-recursive rule is read in another form, which one more alternative changes altogether.
        if !source.grammar().written.is_empty() || !target.grammar().written.is_empty() {
            return Ok(());
        }
        for rule in ["a", "b", "c"] {
            let answer = answer(&source, &target, rule, rule);
            prop_assert!(matches!(answer, Answer::Found(_)), "{}: {:?}", rule, answer);
            let (of_source, of_target) = (strings(&source, rule, LONGEST), strings(&target, rule, LONGEST));
            agrees_with_the_oracle((&source, rule, &of_source), (&target, rule, &of_target), LONGEST)?;
        }
    }
}
