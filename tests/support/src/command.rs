//! The command as its users run it: arguments in; standard output, standard error and exit code out.

use std::path::Path;
use std::process::Command;

/// What a run of the command gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The standard output.
    pub out: String,
    /// The standard error.
    pub err: String,
    /// The exit code.
    pub code: i32,
}

/// Runs the command in a folder; `program` is `env!("CARGO_BIN_EXE_langlet")`, which the tests of the root package have.
/// Arguments are separated by blanks.
///
/// # Panics
/// If it cannot be run, or was ended by a signal.
pub fn run_in(program: &str, folder: &Path, arguments: &str) -> Run {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments.split_whitespace()).env_remove("NO_COLOR");
    let output = command.output().expect("the command can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
    Run { out: text(output.stdout), err: text(output.stderr), code: output.status.code().expect("it ends by itself") }
}

/// As [`run_in`], in the folder of the caller.
pub fn run(program: &str, arguments: &str) -> Run {
    run_in(program, Path::new("."), arguments)
}

impl Run {
    /// The standard output of a run that ends with the code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}", self.err);
        self.out
    }

    /// As [`Run::ends_with`], of a run that reports nothing.
    #[track_caller]
    pub fn quietly_ends_with(self, code: i32) -> String {
        assert_eq!((self.code, &*self.err), (code, ""));
        self.out
    }

    /// The standard error of a run that could not be done.
    #[track_caller]
    pub fn error(self) -> String {
        assert_eq!((self.code, &*self.out), (2, ""), "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}
