//! `langlet translate`: files from one langlet to another.

use std::num::NonZero;
use std::path::PathBuf;

use langlet_core::cst::show::write_json_string;
use langlet_core::diagnostic::did_you_mean;
use langlet_core::rewrite::{Options, stands_for};
use langlet_core::span::{LineColumn, LineIndex};

use super::langlet_of;
use crate::diff::{self, Line};
use crate::encoding::Encoding;
use crate::files::{self, Input, WalkOptions};
use crate::jobs::in_order;
use crate::output::{Output, Problem};
use crate::registry::{self, Chosen, Translator, read_as};
use crate::{Outcome, usage_error};

/// Arguments of `translate`.
#[derive(clap::Args)]
#[command(after_help = "\
Without a mode, the translation of a single file goes to the standard output; for several files or a directory nothing is
written and the differences are shown, as with --diff.

The exit code is 0 if all is done, 1 if changes are pending (--diff, --check, --json without --write), and 2 if a file could
not be translated; it is left as it is, and the others are done.")]
pub(crate) struct Args {
    /// The langlet that the files are in, by name or path.
    #[arg(long, value_name = "LANGLET")]
    from: String,
    /// The langlet to translate to.
    #[arg(long, value_name = "LANGLET")]
    to: String,
    #[command(flatten)]
    mode: ModeArgs,
    /// Print a JSON object per file and line: path, changed, applied (rule, line, column) and errors. Lines are counted from
    /// 1, columns in bytes from 0.
    #[arg(long, conflicts_with_all = ["stdout", "diff"])]
    json: bool,
    /// Apply these rules alone, separated by commas. A name also stands for the rules that begin with it and `_`.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    only: Vec<String>,
    /// Do not apply these rules.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    except: Vec<String>,
    /// Leave out comments that the target has no notation for, instead of refusing the file.
    #[arg(long)]
    drop_comments: bool,
    /// How many threads work; by default as many as there are processors.
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    #[command(flatten)]
    walk: WalkOptions,
    /// Files, and directories in which the files of the langlet are translated; `-` is the standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// What to do with translations.
#[derive(clap::Args)]
#[group(multiple = false)]
struct ModeArgs {
    /// Print the translations.
    #[arg(long)]
    stdout: bool,
    /// Print what would change, as a unified diff in the encoding of the file.
    #[arg(long)]
    diff: bool,
    /// Replace the files. Links are kept, and the files that they lead to replaced.
    #[arg(long)]
    write: bool,
    /// Print the names of the files that would change.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Stdout,
    Diff,
    Write,
    Check,
}

impl Args {
    fn mode(&self) -> Mode {
        let ModeArgs { stdout, diff, write, check } = self.mode;
        let is_single = self.paths.len() == 1 && !self.paths[0].is_dir();
        match () {
            () if stdout => Mode::Stdout,
            () if diff => Mode::Diff,
            () if write => Mode::Write,
            () if check || self.json => Mode::Check,
            () if is_single => Mode::Stdout,
            () => Mode::Diff,
        }
    }
}

/// A file that was translated.
struct Done {
    /// The texts, if they differ.
    change: Option<(String, String)>,
    /// The names of the rules that were applied, and where.
    applied: Vec<(String, LineColumn)>,
    encoding: Encoding,
    /// The translation in the encoding of the file.
    bytes: Vec<u8>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let mode = args.mode();
    if mode == Mode::Write && args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(usage_error("translate", "the standard input cannot be written to: leave out `--write` or `-`"));
    }
    let chosen = langlet_of(Some(&args.from), &[], output)?;
    let target = langlet_of(Some(&args.to), &[], output)?.langlet;
    let translator = registry::translator(&chosen.langlet, &target)?;
    for name in args.only.iter().chain(&args.except) {
        verify_rule(name, translator)?;
    }
    let (only, except, drop_comments) = (args.only.clone(), args.except.clone(), args.drop_comments);
    let options = Options { only, except, drop_comments, explain: false };
    let (inputs, problems) = files::find(&args.paths, &chosen.endings, args.walk);
    problems.iter().for_each(|problem| output.problem(problem));
    let mut outcome = if problems.is_empty() { Outcome::Fine } else { Outcome::Failed };
    let mut counts = Counts { failed: problems.len(), ..Counts::default() };
    if mode != Mode::Stdout {
        output.start_progress(inputs.len());
    }
    let work = |input: &Input| {
        let done = translate(input, &chosen, translator, &options)?;
        match (mode, input) {
            (Mode::Write, Input::File(path)) if done.change.is_some() => files::replace(path, &done.bytes)?,
            _ => {}
        }
        Ok(done)
    };
    in_order(args.jobs, &inputs, work, |input, result: Result<Done, Problem>| {
        output.advance();
        if args.json {
            output.line(json(input, &result))?;
        }
        match result {
            Err(problem) => {
                counts.failed += 1;
                outcome = Outcome::Failed;
                if !args.json {
                    output.problem(&problem);
                }
            }
            Ok(done) => {
                if done.change.is_some() {
                    counts.changed += 1;
                    if matches!(mode, Mode::Diff | Mode::Check) {
                        outcome = outcome.max(Outcome::Findings);
                    }
                } else {
                    counts.unchanged += 1;
                }
                if !args.json {
                    print(mode, input, &done, output)?;
                }
            }
        }
        Ok(())
    })?;
    output.end_progress();
    if matches!(mode, Mode::Write | Mode::Check) && !args.json {
        output.flush()?;
        output.note(&counts.summary(mode));
    }
    Ok(outcome)
}

#[derive(Default)]
struct Counts {
    changed: usize,
    unchanged: usize,
    failed: usize,
}

impl Counts {
    fn summary(&self, mode: Mode) -> String {
        let changed = if mode == Mode::Write { "changed" } else { "would change" };
        format!("{} {changed}, {} unchanged, {} failed", self.changed, self.unchanged, self.failed)
    }
}

fn translate(input: &Input, chosen: &Chosen, translator: &Translator, options: &Options) -> Result<Done, Problem> {
    let text = input.read_text(chosen.coding_cookie)?;
    let source = &text.source;
    let langlet = read_as(&chosen.langlet, source)?;
    let translation = translator
        .transform()
        .translate(&langlet, &source.text, options)
        .map_err(|error| Problem::Text(error.diagnostics(source)))?;
    let bytes = text.encoding.encode_file(&source.name, &translation.text)?;
    let lines = LineIndex::new(&source.text);
    let applied = translation.applied.into_iter().map(|one| (one.rule, lines.line_column(one.span.start))).collect();
    let change = (translation.text != source.text).then(|| (source.text.clone(), translation.text));
    Ok(Done { change, applied, encoding: text.encoding, bytes })
}

fn print(mode: Mode, input: &Input, done: &Done, output: &mut Output) -> anyhow::Result<()> {
    match (mode, &done.change) {
        (Mode::Stdout, _) => output.write(&done.bytes)?,
        (Mode::Diff, Some((old, new))) => print_diff(input, old, new, done.encoding, output)?,
        (Mode::Check, Some(_)) => output.line(input.name())?,
        (Mode::Diff | Mode::Check, None) | (Mode::Write, _) => {}
    }
    Ok(())
}

fn print_diff(input: &Input, old: &str, new: &str, encoding: Encoding, output: &mut Output) -> anyhow::Result<()> {
    let color = |code: &'static str| if output.colors() { code } else { "" };
    let (bold, cyan, red, green, end) =
        (color("\x1b[1m"), color("\x1b[36m"), color("\x1b[31m"), color("\x1b[32m"), color("\x1b[0m"));
    let name = input.name();
    output.line(format_args!("{bold}--- {name}{end}\n{bold}+++ {name}{end}"))?;
    for line in diff::unified(old, new) {
        let (start, sign, text) = match line {
            Line::Hunk(header) => {
                output.line(format_args!("{cyan}{header}{end}"))?;
                continue;
            }
            Line::Old(text) => (red, "-", text),
            Line::New(text) => (green, "+", text),
            Line::Both(text) => ("", " ", text),
        };
        let (body, newline) = match text.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (text, "\n\\ No newline at end of file\n"),
        };
        output.write(format!("{start}{sign}").as_bytes())?;
        // A line can be encoded, for its text could.
        output.write(&encoding.encode(body).unwrap_or_else(|_| body.into()))?;
        output.write(if start.is_empty() { newline.to_owned() } else { format!("{end}{newline}") }.as_bytes())?;
    }
    Ok(())
}

/// One line of `--json`.
fn json(input: &Input, result: &Result<Done, Problem>) -> String {
    let mut out = String::from("{\"path\": ");
    write_json_string(&mut out, &if *input == Input::Stdin { "-".to_owned() } else { input.name() });
    let is_changed = result.as_ref().is_ok_and(|done| done.change.is_some());
    out.push_str(&format!(", \"changed\": {is_changed}, \"applied\": ["));
    let applied = result.as_ref().map_or(&[][..], |done| &done.applied);
    for (index, (rule, place)) in applied.iter().enumerate() {
        out.push_str(if index == 0 { "{\"rule\": " } else { ", {\"rule\": " });
        write_json_string(&mut out, rule);
        out.push_str(&format!(", \"line\": {}, \"column\": {}}}", place.line, place.column));
    }
    out.push_str("], \"errors\": [");
    for (index, (place, message)) in
        result.as_ref().err().map(|problem| places(input, problem)).unwrap_or_default().iter().enumerate()
    {
        out.push_str(if index == 0 { "{" } else { ", {" });
        if let Some(place) = place {
            out.push_str(&format!("\"line\": {}, \"column\": {}, ", place.line, place.column));
        }
        out.push_str("\"message\": ");
        write_json_string(&mut out, message);
        out.push('}');
    }
    out.push_str("]}");
    out
}

/// The places in the file and the messages of a problem.
fn places(input: &Input, problem: &Problem) -> Vec<(Option<LineColumn>, String)> {
    match problem {
        Problem::File { place, message, .. } => vec![(*place, message.clone())],
        Problem::Text(diagnostics) => diagnostics
            .iter()
            .map(|diagnostic| {
                if diagnostic.source.name != input.name() {
                    return (None, diagnostic.to_string());
                }
                let lines = LineIndex::new(&diagnostic.source.text);
                let place = diagnostic.labels.first().map(|label| lines.line_column(label.span.start));
                (place, diagnostic.message.clone())
            })
            .collect(),
    }
}

fn verify_rule(name: &str, translator: &Translator) -> anyhow::Result<()> {
    let rules: Vec<&str> = translator.transform().rules().collect();
    if rules.iter().any(|rule| stands_for(name, rule)) {
        return Ok(());
    }
    // The groups that a part of a name stands for are names, too.
    let groups = rules.iter().flat_map(|rule| rule.match_indices('_').map(|(end, _)| &rule[..end]));
    let near = did_you_mean(name, rules.iter().copied().chain(groups));
    let mend = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`langlet list --rules` shows which there are".to_owned(),
    };
    let pair = format!("{} -> {}", translator.source, translator.target);
    Err(usage_error("translate", format!("the translation {pair} has no rule `{name}`; {mend}")))
}
