//! The command as its users run it, a module for each subcommand or matter; and what the pages show of it.

mod check;
mod compare;
mod completion;
mod cover;
mod docs;
mod files;
mod flaws;
mod generate;
mod inherit;
mod morphism;
mod own_langlets;
mod parse;
mod roundtrip;
mod routes;
mod show;
mod texts;
mod traces;
mod translate;
mod usage;

use std::path::{Path, PathBuf};
use std::process::Command;

use langlet_test_support::command::{self, Folder, Run};

/// The command.
const LANGLET: &str = env!("CARGO_BIN_EXE_langlet");

/// A folder with files of these names and texts, in which the command is run.
fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(LANGLET, files)
}

/// Runs the command in an empty folder.
fn run(arguments: &str) -> Run {
    folder(&[]).run(arguments)
}

/// The standard output of a run in an empty folder that ends with the code and reports nothing.
#[track_caller]
fn out(arguments: &str, code: i32) -> String {
    run(arguments).ends_with(code).says_nothing().text().to_owned()
}

/// The standard error of a run in an empty folder that could not be done.
#[track_caller]
fn error(arguments: &str) -> String {
    run(arguments).error()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The command in the folder of the project.
fn at_root(arguments: &str) -> Command {
    command::command(LANGLET, root(), arguments)
}

/// An example, which `cargo test` builds beside the command, and `cargo test --test command` does not.
fn example(name: &str) -> PathBuf {
    let path = Path::new(LANGLET).parent().expect("the command is in a folder").join("examples").join(name);
    assert!(path.is_file(), "{} is not built: cargo build --examples", path.display());
    path
}

/// Arguments of a translation of Python 2.7.
fn translate(arguments: &str) -> String {
    format!("translate --from python27 --to python38 {arguments}")
}
