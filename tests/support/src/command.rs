//! The command as its users run it: arguments, files and standard input in; output, exit code and files out.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

/// What a run of the command gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The standard output: bytes, for a file is written in its own encoding.
    pub out: Vec<u8>,
    /// The standard error.
    pub err: String,
    /// The exit code.
    pub code: i32,
}

impl Run {
    /// The standard output as text.
    ///
    /// # Panics
    /// If it is not in UTF-8; so do those below that return it.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.out).expect("the output is UTF-8")
    }

    /// Asserts the exit code, and that there was no panic.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}\n{}", String::from_utf8_lossy(&self.out), self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Asserts that a part is in what it reports.
    #[track_caller]
    pub fn says(self, part: &str) -> Run {
        assert!(self.err.contains(part), "no `{part}` in:\n{}", self.err);
        self
    }

    /// Asserts that it reports nothing.
    #[track_caller]
    pub fn says_nothing(self) -> Run {
        assert_eq!(self.err, "");
        self
    }

    /// The standard error of a run that could not be done: its exit code is 2, and it prints nothing.
    #[track_caller]
    pub fn error(self) -> String {
        let run = self.ends_with(2);
        assert_eq!(run.text(), "", "{}", run.err);
        run.err
    }

    /// Standard output, standard error and exit code.
    pub fn parts(self) -> (String, String, i32) {
        (self.text().to_owned(), self.err, self.code)
    }
}

/// The command in a folder, without a standard input and with its output kept; `program` is `env!("CARGO_BIN_EXE_langlet")`,
/// which the tests of the root package have. Arguments are separated by blanks; single quotes keep those between them.
pub fn command(program: &str, folder: &Path, arguments: &str) -> Command {
    let parts = arguments.split('\'').enumerate();
    let words =
        parts.flat_map(|(at, part)| if at % 2 == 1 { vec![part] } else { part.split_whitespace().collect::<Vec<_>>() });
    let mut command = Command::new(program);
    command.current_dir(folder).args(words).env_remove("NO_COLOR");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
///
/// # Panics
/// If it cannot be run, or was ended by a signal.
pub fn run(command: &mut Command) -> Run {
    run_of(command.output().expect("the command can be run"))
}

/// As [`run`], with a text on its standard input.
///
/// # Panics
/// As [`run`].
pub fn pipe(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the command can be run");
    let mut stdin = child.stdin.take().expect("it has a standard input");
    let output = thread::scope(|scope| {
        scope.spawn(move || {
            // The command may end before it has read all.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().expect("the command ends")
    });
    run_of(output)
}

fn run_of(output: Output) -> Run {
    Run {
        out: output.stdout,
        err: String::from_utf8(output.stderr).expect("reports are UTF-8"),
        code: output.status.code().expect("the command ended by itself"),
    }
}

/// A folder with files, in which the command is run; gone when it is dropped.
pub struct Folder {
    folder: TempDir,
    program: &'static str,
}

impl Folder {
    /// A folder with files of these names and texts; `program` as for [`command`].
    ///
    /// # Panics
    /// If files cannot be written or read; so do all below.
    pub fn new(program: &'static str, files: &[(&str, &str)]) -> Folder {
        let folder = Folder { folder: TempDir::new().expect("there is a place for temporary files"), program };
        files.iter().for_each(|(name, text)| folder.write(name, text.as_bytes()));
        folder
    }

    /// The path of a file, or of the folder for the empty name.
    pub fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.folder.path().to_owned() } else { self.folder.path().join(name) }
    }

    /// Writes a file, and the folders that it is in.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("folders can be made");
        fs::write(path, bytes).expect("files can be written");
    }

    /// The bytes of a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Number of the files and folders in a folder of it.
    pub fn n_files(&self, name: &str) -> usize {
        fs::read_dir(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}")).count()
    }

    /// The command in this folder, as [`command`].
    pub fn command(&self, arguments: &str) -> Command {
        command(self.program, self.folder.path(), arguments)
    }

    /// Runs the command in this folder, as [`run`].
    pub fn run(&self, arguments: &str) -> Run {
        run(&mut self.command(arguments))
    }

    /// Runs the command in this folder, as [`pipe`].
    pub fn pipe(&self, arguments: &str, input: &[u8]) -> Run {
        pipe(&mut self.command(arguments), input)
    }
}
