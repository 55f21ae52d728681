//! `langlet schema`: a langlet that reads what a JSON Schema admits.

use std::path::{Path, PathBuf};

use langlet_json_schema_to_langlet::langlet_text;

use crate::Outcome;
use crate::files::Input;
use crate::output::{Output, Problem};

/// Arguments of `schema`.
#[derive(clap::Args)]
#[command(after_help = "\
The langlet inherits from json. Properties come in the order of the schema, those that it does not name behind them. What no grammar
can say is refused with its place; --ignore leaves a keyword out instead, so that more is admitted. The exit code is 2 if the schema
is refused.")]
pub(crate) struct Args {
    /// The name of the langlet; by default that of the file.
    #[arg(short, long)]
    name: Option<String>,
    /// A keyword that is passed over, such as uniqueItems; may be given several times.
    #[arg(long, value_name = "KEYWORD")]
    ignore: Vec<String>,
    /// The schema; `-` is the standard input.
    file: PathBuf,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let text = Input::from_argument(&args.file).read_text(false)?;
    let name = args.name.clone().unwrap_or_else(|| stem(&args.file));
    let langlet = langlet_text(&text.source, &name, &args.ignore).map_err(|error| Problem::Text(vec![error]))?;
    output.write(langlet.as_bytes())?;
    Ok(Outcome::Fine)
}

/// The name of a file up to its first dot: `person` of `person.schema.json`.
fn stem(path: &Path) -> String {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    match name.split('.').next() {
        Some(stem) if !stem.is_empty() && stem != "-" => stem.to_owned(),
        _ => "schema".to_owned(),
    }
}
