//! Edits and what they keep: the grammar, the other nodes, the text around.

use langlet_core::Langlet;
use langlet_core::cst::{EditError, Node, Tree};

use super::{langlet, load};

/// Lists, calls, chains and blocks in a few rules.
fn small() -> Langlet {
    let text = r#"
        langlet small
        start file
        token NAME = /[a-z]+/
        token NUMBER = /[0-9]+/
        skip BLANK = /[ \t]+/
        skip COMMENT = /#[^\n]*/
        layout newline NEWLINE = /\n/
        layout indent INDENT DEDENT tab 8
        layout end END
        constant NEWLINE "\n"
        constant INDENT "    "
        constant DEDENT ""
        constant END ""
        tight before ',' ')' ';' call NEWLINE
        tight after '('
        file: statement* END
        statement: line | block
        line: sum (';' sum)* NEWLINE
        block: 'do' NEWLINE INDENT statement+ DEDENT
        sum: product (('+' | 'or') product)*
        product: atom ('*' atom)*
        atom: NAME [call] | NUMBER | list
        call: '(' [arguments] ')'
        arguments: sum (',' sum)* [',']
        list: '[' [arguments] ']'
    "#;
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    load("small", &lines.join("\n"), None).unwrap()
}

/// The first node of the rule whose text this is.
fn find(tree: &Tree, rule: &str, text: &str) -> Node {
    let symbol = tree.langlet().symbol(rule).unwrap();
    let mut nodes = tree.find_all(tree.root(), symbol);
    nodes.find(|&node| tree.text_of(node) == text).unwrap_or_else(|| panic!("no {rule} {text:?}"))
}

/// A detached copy of the last node of the rule in another program.
fn new(tree: &mut Tree, rule: &str, program: &str) -> Node {
    let langlet = tree.langlet().clone();
    let other = langlet.parse(program).unwrap();
    let node = other.find_all(other.root(), langlet.symbol(rule).unwrap()).last().unwrap();
    tree.graft(&other, node).unwrap()
}

/// The tree follows its grammar, and its text reads as the same tree.
fn sound(tree: &Tree) -> String {
    tree.check().unwrap();
    let text = tree.unparse();
    let again = tree.langlet().parse(&*text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(tree.listing(), again.listing(), "{text:?} reads as the same tree");
    assert_eq!(tree.n_nodes(), again.n_nodes());
    text
}

#[test]
fn a_node_is_replaced() {
    let mut tree = small().parse("f(a, b) # c\n").unwrap();
    let place = find(&tree, "sum", "b");
    let sum = new(&mut tree, "sum", "f( 1 + x)\n");
    let there = tree.replace(place, sum).unwrap();
    assert_eq!(tree.text_of(there), "1 + x");
    assert_eq!(tree.name(tree.parent(there).unwrap()), "arguments");
    assert!(!tree.contains(place));
    assert_eq!(sound(&tree), "f(a, 1 + x) # c\n");
}

#[test]
fn a_node_is_replaced_only_by_what_fits() {
    let mut tree = small().parse("f(a)\n").unwrap();
    let before = tree.listing();
    let place = find(&tree, "call", "(a)");
    let list = new(&mut tree, "list", "[a]\n");
    let error = tree.replace(place, list).unwrap_err();
    assert_eq!(error.to_string(), "`atom` does not admit the children NAME list");
    assert_eq!(tree.listing(), before);
    let sum = find(&tree, "sum", "a");
    assert_eq!(tree.replace(sum, sum), Err(EditError::NotDetached));
    let missing = tree.splice(sum, 3, 4, &[]).unwrap_err();
    assert_eq!(missing.to_string(), "children 3..4 of 1");
    assert_eq!(sound(&tree), "f(a)\n");
}

#[test]
fn separators_come_and_go_with_the_elements() {
    let insert = |text: &str, index: usize| {
        let mut tree = small().parse(text).unwrap();
        let list = tree.find(tree.root(), tree.langlet().symbol("arguments").unwrap()).unwrap();
        let sum = new(&mut tree, "sum", "x\n");
        let list = tree.insert(list, index, sum).unwrap();
        assert_eq!(tree.name(list), "arguments");
        sound(&tree)
    };
    assert_eq!(insert("f(a)\n", 0), "f(x, a)\n");
    assert_eq!(insert("f(a)\n", 1), "f(a, x)\n");
    assert_eq!(insert("f(a, b)\n", 2), "f(a, x, b)\n");
    assert_eq!(insert("f(a, b,)\n", 4), "f(a, b, x,)\n");
    let remove = |text: &str, index: usize| {
        let mut tree = small().parse(text).unwrap();
        let list = tree.find(tree.root(), tree.langlet().symbol("arguments").unwrap()).unwrap();
        tree.remove(list, index).unwrap();
        sound(&tree)
    };
    assert_eq!(remove("f( a, b, c)\n", 0), "f( b, c)\n");
    assert_eq!(remove("f( a, b, c)\n", 2), "f( a, c)\n");
    assert_eq!(remove("f( a, b, c)\n", 4), "f( a, b)\n");
    assert_eq!(remove("f( a, b, c,)\n", 5), "f( a, b, c)\n");
}

/// Words do not grow together, whatever is put beside them.
#[test]
fn new_tokens_keep_words_apart() {
    let mut tree = small().parse("[a]or[b]or c\n").unwrap();
    let [first, second] = ["[a]", "[b]"].map(|text| find(&tree, "atom", text));
    for (place, text) in [(first, "x\n"), (second, "y\n")] {
        let atom = new(&mut tree, "atom", text);
        tree.replace(place, atom).unwrap();
    }
    assert_eq!(sound(&tree), "x or y or c\n");
}

#[test]
fn new_separators_keep_words_apart() {
    let mut tree = small().parse("a or b\n").unwrap();
    let sum = find(&tree, "sum", "a or b");
    let product = new(&mut tree, "product", "c\n");
    tree.insert(sum, 3, product).unwrap();
    assert_eq!(sound(&tree), "a or b or c\n");
}

#[test]
fn a_child_that_the_rule_needs_stays() {
    let mut tree = small().parse("do\n    a\n").unwrap();
    let block = find(&tree, "block", "do\n    a\n");
    let error = tree.remove(block, 3).unwrap_err();
    assert_eq!(error.to_string(), "`block` does not admit the children 'do' NEWLINE INDENT DEDENT");
    assert_eq!(sound(&tree), "do\n    a\n");
}

#[test]
fn all_children_are_exchanged_at_once() {
    let mut tree = small().parse("f(a, b)\n").unwrap();
    let call = find(&tree, "call", "(a, b)");
    let call = tree.splice(call, 1, 2, &[]).unwrap();
    assert_eq!(tree.children(call).count(), 2);
    assert_eq!(sound(&tree), "f()\n");
    let arguments = new(&mut tree, "arguments", "f(1, 2)\n");
    tree.splice(call, 1, 1, &[arguments]).unwrap();
    assert_eq!(sound(&tree), "f(1, 2)\n");
}

/// A node that gets a second child leaves its chain, and joins it again when the child goes.
#[test]
fn chains_are_split_and_merged() {
    let mut tree = small().parse("a\n").unwrap();
    let stored = tree.n_stored();
    let (product, sum) = (find(&tree, "product", "a"), find(&tree, "sum", "a"));
    assert_eq!((product.id(), tree.chain(product).len()), (sum.id(), 4), "one stored node: sum product atom NAME");
    let atom = new(&mut tree, "atom", "b\n");
    let product = tree.insert(product, 1, atom).unwrap();
    assert_eq!(sound(&tree), "a * b\n");
    assert_eq!(tree.n_stored(), stored + 3, "product, '*' and b are stored on their own");
    assert_eq!(tree.chain(product).len(), 2, "sum product");
    tree.remove(product, 2).unwrap();
    assert_eq!(sound(&tree), "a\n");
    assert_eq!(tree.n_stored(), stored, "one stored node again");
    assert!(!tree.contains(product) || tree.name(product) == "product");
}

#[test]
fn the_root_can_be_split_and_merged() {
    let json = langlet("json");
    let mut tree = json.parse("1").unwrap();
    assert_eq!(tree.n_stored(), 1);
    let value = tree.first_child(tree.root()).unwrap();
    let array = new(&mut tree, "array", " [ 2 ] ");
    let number = tree.first_child(value).unwrap();
    tree.replace(number, array).unwrap();
    assert_eq!(sound(&tree), " [ 2 ]");
    let array = find(&tree, "array", "[ 2 ]");
    tree.remove(array, 1).unwrap();
    assert_eq!(sound(&tree), " [ ]");
}

#[test]
fn handles_to_removed_nodes_are_none() {
    let mut tree = small().parse("f(a, b)\ng\n").unwrap();
    let inside: Vec<Node> = tree.preorder(find(&tree, "call", "(a, b)")).collect();
    let (g, f) = (find(&tree, "line", "g\n"), find(&tree, "line", "f(a, b)\n"));
    let first = tree.parent(f).unwrap();
    tree.remove(tree.root(), 0).unwrap();
    assert!(inside.iter().all(|&node| !tree.contains(node)));
    assert!(!tree.contains(first) && tree.contains(g));
    // New nodes take the places of removed ones in memory and are others.
    for _ in 0..20 {
        new(&mut tree, "sum", "x + y\n");
    }
    assert!(inside.iter().all(|&node| !tree.contains(node)));
    assert_eq!(sound(&tree), "g\n");
}

#[test]
fn a_node_can_be_put_in_one_place_only() {
    let mut tree = small().parse("f(a, b)\n").unwrap();
    let list = find(&tree, "arguments", "a, b");
    let sum = new(&mut tree, "sum", "x\n");
    let comma = tree.langlet().symbol(",").unwrap();
    let comma = tree.token(comma, ",").unwrap();
    assert_eq!(tree.splice(list, 0, 1, &[sum, comma, sum]), Err(EditError::NotDetached), "twice in one edit");
    assert_eq!(sound(&tree), "f(a, b)\n");
    let list = tree.splice(list, 0, 1, &[sum]).unwrap();
    assert_eq!(tree.splice(list, 0, 1, &[sum]), Err(EditError::NotDetached), "it is in the tree already");
    assert_eq!(sound(&tree), "f(x, b)\n");
}

#[test]
fn copies_are_nodes_of_their_own() {
    let mut tree = small().parse("f(a,  b)\n").unwrap();
    let list = find(&tree, "arguments", "a,  b");
    let copy = tree.copy(list);
    assert_eq!(tree.text_of(copy), "a,  b");
    assert_eq!(tree.parent(copy), None);
    let inner = find(&tree, "sum", "a");
    let call = new(&mut tree, "call", "f()\n");
    let call = tree.splice(call, 1, 1, &[copy]).unwrap();
    let name = tree.langlet().symbol("NAME").unwrap();
    let name = tree.token(name, "g").unwrap();
    let atom = tree.langlet().symbol("atom").unwrap();
    let mut outer = tree.inner(atom, &[name, call]).unwrap();
    for rule in ["product", "sum"] {
        let rule = tree.langlet().symbol(rule).unwrap();
        outer = tree.inner(rule, &[outer]).unwrap();
    }
    tree.replace(inner, outer).unwrap();
    assert_eq!(sound(&tree), "f(g(a,  b),  b)\n");
}

#[test]
fn inner_nodes_are_built_only_as_the_rule_says() {
    let mut tree = small().parse("a\n").unwrap();
    let (name, atom) = (tree.langlet().symbol("NAME").unwrap(), tree.langlet().symbol("atom").unwrap());
    let tokens = [tree.token(name, "a").unwrap(), tree.token(name, "b").unwrap()];
    let error = tree.inner(atom, &tokens).unwrap_err();
    assert_eq!(error.to_string(), "`atom` does not admit the children NAME NAME");
    let root = tree.root();
    assert_eq!(
        tree.inner(tree.langlet().symbol("file").unwrap(), &[root]).unwrap_err().to_string(),
        "`file` does not admit the children file"
    );
}

#[test]
fn texts_and_trivia_are_exchanged() {
    let mut tree = small().parse("a + b # c\n").unwrap();
    let b = find(&tree, "NAME", "b");
    tree.set_text(b, "long").unwrap();
    assert_eq!(tree.unparse(), "a + long # c\n");
    tree.set_trivia(find(&tree, "product", "long"), "  ").unwrap();
    assert_eq!(sound(&tree), "a +  long # c\n");
    assert_eq!(tree.source(), "a + b # c\n", "what was parsed stays");
    assert_eq!(tree.span(b), None, "a changed token has no place in what was parsed");
}

/// New text: one blank between two tokens, none where the langlet says so, and always one where the tokens would grow
/// together.
#[test]
fn new_text_is_spaced() {
    let space = |text: &str, indentation: &str| {
        let mut tree = small().parse(text).unwrap();
        tree.space(tree.root(), indentation).unwrap();
        let spaced = sound(&tree);
        let mut again = tree.langlet().parse(&*spaced).unwrap();
        again.space(again.root(), indentation).unwrap();
        assert_eq!(again.unparse(), spaced, "a second time changes nothing");
        spaced
    };
    assert_eq!(space("f  (a,b  ,[ c+1 ] )\n", ""), "f(a, b, [ c + 1 ])\n");
    assert_eq!(space("a or  b;c\n", ""), "a or b; c\n");
    assert_eq!(space("do\n  a\n  do\n   b\nc\n", ""), "do\n    a\n    do\n        b\nc\n");
}

/// Text for a block at a place: its lines are indented from there.
#[test]
fn new_lines_are_indented_from_their_place() {
    let mut tree = small().parse("do\n  a\n  b\n").unwrap();
    let b = find(&tree, "statement", "b\n");
    assert_eq!(tree.indentation(b), "  ");
    assert_eq!(tree.indentation(find(&tree, "block", "do\n  a\n  b\n")), "");
    let block = new(&mut tree, "block", "do\n c\n");
    tree.space(block, "  ").unwrap();
    assert_eq!(tree.text_of(block), "do\n      c\n");
    let statement = tree.langlet().symbol("statement").unwrap();
    let statement = tree.inner(statement, &[block]).unwrap();
    tree.set_trivia(statement, "  ").unwrap();
    tree.replace(b, statement).unwrap();
    assert_eq!(sound(&tree), "do\n  a\n  do\n      c\n");
}

/// The empty program has a tree: a rule without children.
#[test]
fn rules_without_children() {
    let langlet = load("e", "langlet e\nstart a\na: b b\nb: 'x'*\nskip BLANK = /[ ]+/\n", None).unwrap();
    let mut tree = langlet.parse("  ").unwrap();
    langlet_test_support::check_tree(&tree, "  ");
    assert_eq!(tree.n_nodes(), 3);
    let b = tree.last_child(tree.root()).unwrap();
    assert_eq!((tree.span(b), tree.trivia(b), tree.text_of(b)), (None, "", String::new()));
    let x = langlet.symbol("x").unwrap();
    for n in 0..3 {
        let token = tree.token(x, "x").unwrap();
        let b = tree.last_child(tree.root()).unwrap();
        tree.insert(b, n, token).unwrap();
        tree.check().unwrap();
        assert_eq!(tree.unparse().trim_end(), ["x"; 3][..=n].join(" "));
    }
    for _ in 0..3 {
        let b = tree.last_child(tree.root()).unwrap();
        tree.remove(b, 0).unwrap();
        tree.check().unwrap();
    }
    assert_eq!(tree.n_nodes(), 3);
}

/// A broken tree is found out, and the message says what is wrong.
#[test]
fn trees_of_other_rules_do_not_check() {
    let old = load("old", "langlet old\na: 'x' b\nb: 'y' | 'z'\n", None).unwrap();
    let new = load("new", "langlet new : old\na := 'x'\nc: b\nstart a c\n", Some(&old)).unwrap();
    let tree = old.parse("xy").unwrap();
    assert!(tree.check().is_ok());
    assert!(new.parse("xy").is_err());
    assert_eq!(tree.langlet(), &old);
}

/// A cursor that goes on as long as it can sees the nodes of the full view in pre-order, and finds its way back.
#[test]
fn a_cursor_sees_the_full_view() {
    let tree = langlet("python27").parse("if a: b(c, d)\nelse: e = f\n").unwrap();
    let mut cursor = tree.cursor(tree.root());
    let mut seen = vec![cursor.node()];
    while cursor.go_next() {
        seen.push(cursor.node());
    }
    assert_eq!(seen, tree.preorder(tree.root()).collect::<Vec<_>>());
    assert!(!cursor.go_next_sibling() && cursor.go_prev_sibling() && cursor.go_next_sibling());
    while cursor.go_parent() {}
    assert_eq!(cursor.node(), tree.root());
    assert!(cursor.go_last_child() && tree.name(cursor.node()) == "ENDMARKER" && !cursor.go_first_child());
}
