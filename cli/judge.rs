//! An outside judge: a command that is given a file and says by its exit code whether the program in it is right.
//!
//! The command is run without a shell; `{}` in it stands for the path of the file. Each run has a folder of its own, which is
//! removed afterwards with all that the judge has written beside the file.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::files;
use crate::output::Problem;

/// The command, and how long it may take.
#[derive(Debug)]
pub(crate) struct Judge {
    words: Vec<String>,
    time_limit: Duration,
    /// How the file of a program ends.
    ending: &'static str,
}

/// What the judge says of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Exit code 0.
    Accepted,
    /// Another exit code; the line of its output that tells the reason.
    Rejected(String),
    /// Something killed it.
    Crashed(String),
    /// It did not end in time.
    TimedOut,
}

impl Judge {
    /// A judge from the text of its command.
    ///
    /// # Errors
    /// There is no command, a quote is open, or `{}` is missing.
    pub(crate) fn new(command: &str, time_limit: Duration, ending: &'static str) -> Result<Judge, Problem> {
        let problem = |message: &str| Problem::file("--judge", message);
        let words = words(command).ok_or_else(|| problem("a quote is not closed"))?;
        if words.is_empty() {
            return Err(problem("there is no command").help("such as `--judge 'python2.7 -m py_compile {}'`"));
        }
        if !words[1..].iter().any(|word| word.contains("{}")) {
            let help = format!("write `{{}}` where the file stands: `--judge '{command} {{}}'`");
            return Err(problem("the command does not say where the file is named").help(help));
        }
        Ok(Judge { words, time_limit, ending })
    }

    /// Asks about a program.
    ///
    /// # Errors
    /// The command cannot be started, or the file not be written.
    pub(crate) fn ask(&self, program: &str) -> Result<Verdict, Problem> {
        let not_written = |error: io::Error| Problem::file("temporary files", files::reason(&error));
        let folder = tempfile::Builder::new().prefix("langlet-judge").tempdir().map_err(not_written)?;
        let path = folder.path().join(format!("program{}", self.ending));
        fs::write(&path, program).map_err(not_written)?;
        let open = |name: &str| File::create_new(folder.path().join(name)).map_err(not_written);
        let (out, err) = (open("judge.out")?, open("judge.err")?);
        let words = self.words.iter().map(|word| word.replace("{}", &path.to_string_lossy()));
        let words: Vec<String> = words.collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::null()).stdout(out).stderr(err);
        let mut child = command.spawn().map_err(|error| self.not_started(&error))?;
        let status = wait(&mut child, self.time_limit).map_err(|error| self.not_started(&error))?;
        Ok(match status {
            None => Verdict::TimedOut,
            Some(status) if status.success() => Verdict::Accepted,
            Some(status) if status.code().is_none() => Verdict::Crashed(status.to_string()),
            Some(status) => Verdict::Rejected(reason(folder.path(), status)),
        })
    }

    fn not_started(&self, error: &io::Error) -> Problem {
        let problem = Problem::file(format!("the judge `{}`", self.words[0]), files::reason(error));
        match error.kind() {
            ErrorKind::NotFound => problem.help("give its path, or see whether it is installed"),
            _ => problem,
        }
    }
}

/// Waits for the end of a process, and ends it itself when the time is over; `None` then.
fn wait(child: &mut Child, time_limit: Duration) -> io::Result<Option<ExitStatus>> {
    let started = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() >= time_limit {
            // It may have ended just now.
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// The line of the judge's output that tells why: the last with the word `error`, else the first. Paths are without the folder.
fn reason(folder: &Path, status: ExitStatus) -> String {
    let text = |name: &str| String::from_utf8_lossy(&fs::read(folder.join(name)).unwrap_or_default()).into_owned();
    let (errors, results) = (text("judge.err"), text("judge.out"));
    let shown = if errors.trim().is_empty() { results } else { errors };
    let shown = shown.replace(&format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR), "");
    let mut lines = shown.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.clone().rfind(|line| line.to_lowercase().contains("error")).or_else(|| lines.next());
    line.map_or_else(|| status.to_string(), str::to_owned)
}

/// A command as words: blanks part them, quotes keep them together. In double quotes and outside of quotes a backslash stands for
/// the character behind it. `None` if a quote is not closed.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), character) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().push(characters.next()?),
            (None, character) if character.is_whitespace() => words.extend(word.take()),
            (_, character) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_divided_into_words() {
        let is = |command: &str, expected: &[&str]| {
            assert_eq!(words(command).unwrap(), expected, "{command}");
        };
        is("python -m py_compile {}", &["python", "-m", "py_compile", "{}"]);
        is("  a\t'b c'  \"d 'e'\" ", &["a", "b c", "d 'e'"]);
        is(r#"a\ b "c\"d" 'e\' '' f"#, &["a b", "c\"d", "e\\", "", "f"]);
        is("", &[]);
        for open in ["'a", "a \"b", "a\\"] {
            assert_eq!(words(open), None, "{open}");
        }
    }

    #[test]
    fn what_is_no_judge() {
        let error = |command: &str| Judge::new(command, Duration::from_secs(1), "").unwrap_err().to_string();
        assert_eq!(error("  "), "--judge: there is no command");
        assert_eq!(error("python 'x {}"), "--judge: a quote is not closed");
        assert_eq!(error("python"), "--judge: the command does not say where the file is named");
    }
}
