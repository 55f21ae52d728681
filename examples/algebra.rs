//! The algebra of trees on Python: builders, quotations, blocks, splits and embeddings, none of which knows Python.

use std::error::Error;

use langlet_core::algebra::{join, map, normalize, split};
use langlet_python27::PYTHON27;

fn main() -> Result<(), Box<dyn Error>> {
    // Builders exist for every rule. Missing constants are added, arguments are made to fit.
    let python = &*PYTHON27;
    assert_eq!(python.build("or_test", ["x", "y", "0"])?.unparse(), "x or y or 0");
    assert_eq!(python.build("term", ["a + b", "*", "c"])?.unparse(), "(a + b) * c");
    // Where two results are as short, nothing is guessed: `a + b` or `a - b`?
    assert!(python.build("arith_expr", ["a", "b"]).is_err());

    // A quotation is read once and filled by name.
    let statement = python.fragment("expr_stmt", "$x = f($y)", &[("x", "a".into()), ("y", "b or c".into())])?;
    assert_eq!(statement.unparse(), "a = f(b or c)");

    // Blocks in one form, so that statements can be added; comments stay.
    let mut program = python.parse("if x: y # why\nz\n")?;
    normalize(&mut program)?;
    assert_eq!(program.unparse(), "if x:\n    y # why\nz\n");

    // A program as one tree for each statement, and back, byte for byte.
    let parts = split(&program, program.root())?;
    assert_eq!(parts[1].unparse(), "z\n");
    assert_eq!(join(&parts)?.unparse(), program.unparse());

    // An `exprlist` as a `testlist`: an embedding that is found, not written.
    let mut tree = python.parse("for a, b in c: pass\n")?;
    let list = tree.find(tree.root(), python.symbol("exprlist")?).expect("the loop has one");
    let image = map(&mut tree, list, python.symbol("testlist")?)?;
    assert_eq!(tree.text_of(image), "a, b");
    println!("{} parts", parts.len());
    Ok(())
}
