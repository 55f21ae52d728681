//! `langlet prefix`: what can a text still become?

use langlet_core::complete::{Prefix, PushError, Recognizer, Status};
use serde_json::json;

use super::Text;
use crate::Outcome;
use crate::files::Input;
use crate::output::{Output, Problem};

/// Arguments of `prefix`.
#[derive(clap::Args)]
#[command(
    after_help = "Prints `complete` if the text is a program, `completable` if some continuation makes it one, or
`dead at byte N`: N is the offset, from 0, of the first byte behind which no continuation is a program.
The bytes are taken as they are; a langlet reads UTF-8.

Exit codes: 0 complete or completable; 1 dead; 2 something could not be done."
)]
pub(crate) struct Args {
    #[command(flatten)]
    text: Text,
    /// Also print what can come next, one token per line with the rules it is read in, and the bytes that must.
    #[arg(long)]
    expected: bool,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let (langlet, start) = args.text.langlet(output)?;
    let input = Input::from_argument(&args.text.file);
    let bytes = input.read()?;
    let recognizer = Recognizer::new(&langlet, start);
    // What is dead has a living beginning, for which one may ask what could have come.
    let mut prefix = recognizer.prefix();
    let dead = match push_all(&mut prefix, &bytes) {
        Ok(()) => None,
        Err(PushError::Dead { at }) => Some(at),
        Err(error @ PushError::Exhausted { .. }) => return Err(Problem::file(input.name(), error).into()),
    };
    let is_complete = dead.is_none() && prefix.status() == Status::Complete;
    let status = if is_complete { "complete" } else { "completable" };
    let expected = if args.expected { prefix.expected(&langlet) } else { Vec::new() };
    let forced = if args.expected && dead.is_none() { prefix.forced() } else { Vec::new() };
    let symbols = &langlet.grammar().symbols;
    if args.json {
        let expected: Vec<_> = expected
            .iter()
            .map(|one| {
                let rules: Vec<&str> = one.rules.iter().map(|&rule| symbols.name(rule)).collect();
                json!({ "token": one.name, "typed": one.typed, "rules": rules })
            })
            .collect();
        let mut answer = json!({ "status": if dead.is_some() { "dead" } else { status } });
        if let Some(at) = dead {
            let (line, column) = line_column(&bytes, at);
            answer["byte"] = at.into();
            answer["line"] = line.into();
            answer["column"] = column.into();
        }
        if args.expected {
            answer["expected"] = expected.into();
            answer["forced"] = String::from_utf8_lossy(&forced).into();
        }
        output.line(answer)?;
    } else {
        match dead {
            None => output.line(status)?,
            Some(at) => {
                let (line, column) = line_column(&bytes, at);
                output.line(format_args!("dead at byte {at} (line {line}, column {})", column + 1))?;
            }
        }
        for one in &expected {
            let rules: Vec<&str> = one.rules.iter().map(|&rule| symbols.name(rule)).collect();
            match one.typed {
                0 => output.line(format_args!("  {}  {}", one.name, rules.join(" ")))?,
                typed => output.line(format_args!("  {}  being typed, {typed} bytes so far", one.name))?,
            }
        }
        if !forced.is_empty() {
            output.line(format_args!("  must go on with {:?}", String::from_utf8_lossy(&forced)))?;
        }
    }
    Ok(if dead.is_some() { Outcome::Findings } else { Outcome::Fine })
}

/// Pushes up to the first byte that cannot come.
pub(super) fn push_all(prefix: &mut Prefix, bytes: &[u8]) -> Result<(), PushError> {
    bytes.chunks(1 << 8).try_for_each(|chunk| match prefix.push(chunk) {
        Err(PushError::Dead { at }) => {
            let alive = at - prefix.len();
            prefix.push(&chunk[..alive])?;
            Err(PushError::Dead { at })
        }
        other => other,
    })
}

/// The line, from 1, and the column in bytes, from 0.
pub(super) fn line_column(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    (line, at - line_start)
}
