//! What the user sees: results on the standard output, problems on the standard error, colors where they are wanted.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use langlet_core::Diagnostic;
use langlet_core::span::LineColumn;

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    fn on(self, is_terminal: bool) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                is_terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

/// Why something could not be done.
#[derive(Debug)]
pub(crate) enum Problem {
    /// It concerns a file as a whole, or a place in a file that is no text.
    File {
        /// The path, or another name of the input.
        name: String,
        /// The place; the column in bytes from 0.
        place: Option<LineColumn>,
        /// The sentence: lower case, without full stop.
        message: String,
        /// The mend, if one can be named.
        help: Option<String>,
    },
    /// It concerns places in texts.
    Text(Vec<Diagnostic>),
}

impl Problem {
    /// A problem with the file as a whole.
    pub(crate) fn file(name: impl fmt::Display, message: impl fmt::Display) -> Problem {
        Problem::File { name: name.to_string(), place: None, message: message.to_string(), help: None }
    }

    /// The same with its mend.
    #[must_use]
    pub(crate) fn help(mut self, text: impl Into<String>) -> Problem {
        if let Problem::File { help, .. } = &mut self {
            *help = Some(text.into());
        }
        self
    }
}

/// One line per problem, as compilers print them.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::File { name, place: Some(place), message, .. } => {
                write!(f, "{name}:{}:{}: {message}", place.line, place.column + 1)
            }
            Problem::File { name, place: None, message, .. } => write!(f, "{name}: {message}"),
            Problem::Text(diagnostics) => {
                for (index, diagnostic) in diagnostics.iter().enumerate() {
                    write!(f, "{}{diagnostic}", if index == 0 { "" } else { "\n" })?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Problem {}

/// The two output streams.
pub(crate) struct Output {
    out: BufWriter<io::StdoutLock<'static>>,
    color_out: bool,
    color_err: bool,
    bar: Option<ProgressBar>,
}

impl Output {
    /// The streams of the process.
    pub(crate) fn new(color: ColorChoice) -> Output {
        Output {
            out: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
            color_out: color.on(io::stdout().is_terminal()),
            color_err: color.on(io::stderr().is_terminal()),
            bar: None,
        }
    }

    /// Whether results are colored.
    pub(crate) fn colors(&self) -> bool {
        self.color_out
    }

    /// Writes results.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Writes a line of results.
    pub(crate) fn line(&mut self, text: impl fmt::Display) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// Writes out what is held back.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Reports a problem in full: with its snippet, if it has a place in a text.
    pub(crate) fn problem(&self, problem: &Problem) {
        match problem {
            Problem::File { help, .. } => {
                self.error(&problem.to_string());
                if let Some(help) = help {
                    self.note(&format!("  help: {help}"));
                }
            }
            Problem::Text(diagnostics) => diagnostics.iter().for_each(|diagnostic| self.diagnostic(diagnostic)),
        }
    }

    /// Reports an error or a warning with its snippet.
    pub(crate) fn diagnostic(&self, diagnostic: &Diagnostic) {
        self.note(diagnostic.render(self.color_err).trim_end_matches('\n'));
    }

    /// Reports an error that has no place.
    pub(crate) fn error(&self, message: &str) {
        let (start, end) = if self.color_err { ("\x1b[31;1m", "\x1b[0m") } else { ("", "") };
        self.note(&format!("{start}error:{end} {message}"));
    }

    /// Writes a line to the standard error. If nobody can read it, there is nobody to tell.
    pub(crate) fn note(&self, text: &str) {
        let write = || {
            let _ = writeln!(io::stderr().lock(), "{text}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Shows a progress bar from now on, if the standard error is a terminal.
    pub(crate) fn start_progress(&mut self, n_steps: usize) {
        if n_steps > 1 && io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(n_steps as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.bar = Some(bar);
        }
    }

    /// One file more is done.
    pub(crate) fn advance(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// Takes the progress bar away.
    pub(crate) fn end_progress(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
