//! `langlet complete`: ends a text that is not finished.

use langlet_core::complete::Recognizer;
use serde_json::json;

use super::Text;
use super::prefix::{line_column, push_all};
use crate::Outcome;
use crate::files::Input;
use crate::output::{Output, Problem};

/// Arguments of `complete`.
#[derive(clap::Args)]
#[command(
    after_help = "Prints what to add to the text to make it a program, the shortest in bytes first, each as a string in
quotes; with --whole, the text and the shortest completion as they are. Completions differ in their tokens, not only in names."
)]
pub(crate) struct Args {
    #[command(flatten)]
    text: Text,
    /// How many completions.
    #[arg(short, default_value_t = 1, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    n: u16,
    /// Print the whole program.
    #[arg(long, conflicts_with_all = ["n", "json"])]
    whole: bool,
    /// Print the completions as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let (langlet, start) = args.text.langlet(output)?;
    let input = Input::from_argument(&args.text.file);
    let bytes = input.read()?;
    let recognizer = Recognizer::new(&langlet, start);
    let mut prefix = recognizer.prefix();
    if let Err(error) = push_all(&mut prefix, &bytes) {
        let (line, column) = line_column(&bytes, prefix.len());
        let place = format!("{}:{line}:{}", input.name(), column + 1);
        return Err(Problem::file(place, error).help("`langlet prefix --expected` shows what could have come").into());
    }
    let found = recognizer.completions(&langlet).of(&prefix, usize::from(args.n));
    if found.is_empty() {
        let message = "there is a completion, but none was found within the bounds of the search";
        return Err(Problem::file(input.name(), message).into());
    }
    if args.whole {
        output.write(&bytes)?;
        output.write(&found[0])?;
        return Ok(Outcome::Fine);
    }
    let texts: Vec<String> = found.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    if args.json {
        output.line(json!({ "completions": texts }))?;
    } else {
        texts.iter().try_for_each(|text| output.line(format_args!("{text:?}")))?;
    }
    Ok(Outcome::Fine)
}
