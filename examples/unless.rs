//! A language with a statement of its own, defined and translated in a few lines of Rust.
//!
//! `unless c: …` is added to Python 2.7 by a delta of three lines; one rule translates it back. The condition gets
//! parentheses exactly where the grammar needs them: `not` binds closer than `or`, so `a or b` needs them and `a` does not.

use langlet_core::diagnostic::SourceText;
use langlet_core::rewrite::{Functions, Options};
use langlet_core::{Langlet, Transform};
use langlet_python27::PYTHON27;

const UNLESS: &str = "
langlet unless : python27

compound_stmt |= unless_stmt
unless_stmt: 'unless' test ':' suite
";

const TO_PYTHON27: &str = "
transform unless -> python27

rule unless unless_stmt [| unless $condition: $block |] => if_stmt [| if not $condition: $block |]
";

const PROGRAM: &str = "\
unless ready:           # a name
    wait()
unless done or failed:  # an expression that binds less than `not`
    unless quiet: log('still at it')
    go_on()
";

fn main() {
    let unless = Langlet::child_of(&PYTHON27, UNLESS);
    let rules = SourceText::new("unless.transform", TO_PYTHON27);
    let transform = match Transform::load(&rules, &unless, &PYTHON27, Functions::NONE) {
        Ok(transform) => transform,
        Err(errors) => return errors.iter().for_each(|error| eprintln!("{}", error.render(false))),
    };
    match transform.translate(&unless, PROGRAM, &Options::default()) {
        Ok(translation) => print!("{}", translation.text),
        Err(error) => eprintln!("{error}"),
    }
}
