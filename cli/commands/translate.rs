//! `langlet translate`: files from one langlet to another.

use std::num::NonZero;
use std::path::PathBuf;

use langlet_core::cst::show::write_json_string;
use langlet_core::diagnostic::did_you_mean;
use langlet_core::rewrite::{Applied, Hop, Options, Route, stands_for};
use langlet_core::span::{LineColumn, LineIndex};

use super::{langlet_of, trace};
use crate::diff::{self, Line};
use crate::encoding::Encoding;
use crate::files::{self, Input, WalkOptions};
use crate::jobs::in_order;
use crate::output::{Output, Problem};
use crate::registry::{self, Chosen, Rules, read_as};
use crate::{Outcome, usage_error};

/// Arguments of `translate`.
#[derive(clap::Args)]
#[command(after_help = "\
Without a mode, the translation of a single file goes to the standard output; for several files or a directory nothing is
written and the differences are shown, as with --diff.

The exit code is 0 if all is done, 1 if changes are pending (--diff, --check; --json and --explain without --write), and 2 if
a file could not be translated; it is left as it is, and the others are done. With --trace it is 1 if the rule applies nowhere
on the line.")]
pub(crate) struct Args {
    /// The langlet that the files are in, by name or path; with --rules, by default what the first of them reads.
    #[arg(long, value_name = "LANGLET", required_unless_present = "rules")]
    from: Option<String>,
    /// The langlet to translate to; with --rules, by default what the last of them writes.
    #[arg(long, value_name = "LANGLET", required_unless_present = "rules")]
    to: Option<String>,
    /// Translate to this langlet on the way; may be given several times. Without it the shortest route is taken. With
    /// --rules these are applied first, and --to says where the way ends.
    #[arg(long, value_name = "LANGLET")]
    via: Vec<String>,
    /// Translate by this .transform file. Its header names its langlets, built-in ones or files beside it. May be given
    /// several times; the files are applied one after the other.
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    mode: ModeArgs,
    /// Print a JSON object per file and line: path, changed, applied (rule, line, column) and errors. Lines are counted from
    /// 1, columns in bytes from 0.
    #[arg(long, conflicts_with_all = ["stdout", "diff"])]
    json: bool,
    /// List each change: place, rule, the text before and after; with --json as the fields `before` and `after`.
    #[arg(long, conflicts_with_all = ["stdout", "diff"])]
    explain: bool,
    /// Translate nothing; tell for a line of a file why the rule applies there or does not.
    #[arg(long, num_args = 2, value_names = ["RULE", "FILE:LINE"],
          conflicts_with_all = ["json", "explain", "stdout", "diff", "write", "check", "only", "except", "paths"])]
    trace: Vec<String>,
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
    #[arg(required_unless_present = "trace")]
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
            () if check || self.json || self.explain => Mode::Check,
            () if is_single => Mode::Stdout,
            () => Mode::Diff,
        }
    }
}

/// A file that was translated.
struct Done {
    /// The texts, if they differ.
    change: Option<(String, String)>,
    /// The rules that were applied, and where.
    applied: Vec<(Applied, LineColumn)>,
    encoding: Encoding,
    /// The translation in the encoding of the file.
    bytes: Vec<u8>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let mode = args.mode();
    if mode == Mode::Write && args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(usage_error("translate", "the standard input cannot be written to: leave out `--write` or `-`"));
    }
    let own: Vec<Rules> = args.rules.iter().map(|path| registry::load_rules(path)).collect::<Result<_, Problem>>()?;
    let (chosen, route) = way(args, &own, output)?;
    if let [rule, place] = &args.trace[..] {
        return trace::run(rule, place, &chosen, &route, output);
    }
    for name in args.only.iter().chain(&args.except) {
        verify_rule(name, &route)?;
    }
    let options = Options {
        only: args.only.clone(),
        except: args.except.clone(),
        drop_comments: args.drop_comments,
        explain: args.explain,
    };
    let (inputs, problems) = files::find(&args.paths, &chosen.endings, args.walk);
    problems.iter().for_each(|problem| output.problem(problem));
    let mut outcome = if problems.is_empty() { Outcome::Fine } else { Outcome::Failed };
    let mut counts = Counts { failed: problems.len(), ..Counts::default() };
    if mode != Mode::Stdout {
        output.start_progress(inputs.len());
    }
    let work = |input: &Input| {
        let done = translate(input, &chosen, &route, &options)?;
        match (mode, input) {
            (Mode::Write, Input::File(path)) if done.change.is_some() => files::replace(path, &done.bytes)?,
            _ => {}
        }
        Ok(done)
    };
    in_order(args.jobs, &inputs, work, |input, result: Result<Done, Problem>| {
        output.advance();
        if args.json {
            output.line(json(input, &result, args.explain))?;
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
                if args.explain && !args.json {
                    explain(input, &done, output)?;
                } else if !args.json {
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

/// What the files are in, and the route from there: through the langlets of `--via`, or the transformations of `--rules`.
fn way<'a>(args: &Args, own: &'a [Rules], output: &Output) -> anyhow::Result<(Chosen, Route<'a>)> {
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        let (Some(from), Some(to)) = (&args.from, &args.to) else { unreachable!("clap asks for both") };
        let chosen = langlet_of(Some(from), &[], output)?;
        let mut langlets = vec![chosen.langlet.clone()];
        for name in args.via.iter().chain([to]) {
            langlets.push(langlet_of(Some(name), &[], output)?.langlet);
        }
        let route = registry::route_along(&langlets.iter().collect::<Vec<_>>())?;
        return Ok((chosen, route));
    };
    let chosen = match &args.from {
        Some(from) => langlet_of(Some(from), &[], output)?,
        None => first.source.clone(),
    };
    if !args.via.is_empty() && args.to.is_none() {
        return Err(usage_error("translate", "say with `--to` where the way through `--via` ends"));
    }
    let target = match &args.to {
        Some(to) => langlet_of(Some(to), &[], output)?.langlet,
        None => last.target.langlet.clone(),
    };
    let mut at = chosen.langlet.clone();
    let mut route: Option<Route<'a>> = None;
    let join = |route: Option<Route<'a>>, next: Route<'a>| match route {
        Some(route) => route.then(next),
        None => next,
    };
    for rules in own {
        // Rules hold for descendants of their source, too.
        if !registry::lineage(&at).any(|one| *one == rules.source.langlet) {
            route = Some(join(route, registry::route(&at, &rules.source.langlet)?));
        }
        route = Some(join(route, Route::of(vec![Hop::Rules(0)], |_| &rules.transform)));
        at = rules.target.langlet.clone();
    }
    let mut langlets = vec![at.clone()];
    for name in &args.via {
        langlets.push(langlet_of(Some(name), &[], output)?.langlet);
    }
    if langlets.last() != Some(&target) {
        langlets.push(target);
    }
    langlets.dedup();
    if langlets.len() > 1 {
        route = Some(join(route, registry::route_along(&langlets.iter().collect::<Vec<_>>())?));
    }
    Ok((chosen, route.expect("there is a first file")))
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

fn translate(input: &Input, chosen: &Chosen, route: &Route, options: &Options) -> Result<Done, Problem> {
    let text = input.read_text(chosen.coding_cookie)?;
    let source = &text.source;
    let langlet = read_as(&chosen.langlet, source)?;
    let translation =
        route.translate(&langlet, &source.text, options).map_err(|error| Problem::Text(error.diagnostics(source)))?;
    let bytes = text.encoding.encode_file(&source.name, &translation.text)?;
    let lines = LineIndex::new(&source.text);
    let applied = translation.applied.into_iter().map(|one| {
        let place = lines.line_column(one.span.start);
        (one, place)
    });
    let applied = applied.collect();
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

/// Each change: where, by which rule, the lines before and afterwards.
fn explain(input: &Input, done: &Done, output: &mut Output) -> anyhow::Result<()> {
    let color = |code: &'static str| if output.colors() { code } else { "" };
    let (bold, red, green, end) = (color("\x1b[1m"), color("\x1b[31m"), color("\x1b[32m"), color("\x1b[0m"));
    for (applied, place) in &done.applied {
        output.line(format_args!(
            "{bold}{}:{}:{}: {}{end}",
            input.name(),
            place.line,
            place.column + 1,
            applied.rule
        ))?;
        for (start, sign, text) in [(red, '-', &applied.before), (green, '+', &applied.after)] {
            for line in text.lines() {
                output.line(format_args!("  {start}{sign} {line}{end}"))?;
            }
        }
    }
    Ok(())
}

/// One line of `--json`.
fn json(input: &Input, result: &Result<Done, Problem>, explain: bool) -> String {
    let mut out = String::from("{\"path\": ");
    write_json_string(&mut out, &if *input == Input::Stdin { "-".to_owned() } else { input.name() });
    let is_changed = result.as_ref().is_ok_and(|done| done.change.is_some());
    out.push_str(&format!(", \"changed\": {is_changed}, \"applied\": ["));
    let applied = result.as_ref().map_or(&[][..], |done| &done.applied);
    for (index, (applied, place)) in applied.iter().enumerate() {
        out.push_str(if index == 0 { "{\"rule\": " } else { ", {\"rule\": " });
        write_json_string(&mut out, &applied.rule);
        out.push_str(&format!(", \"line\": {}, \"column\": {}", place.line, place.column));
        if explain {
            out.push_str(", \"before\": ");
            write_json_string(&mut out, &applied.before);
            out.push_str(", \"after\": ");
            write_json_string(&mut out, &applied.after);
        }
        out.push('}');
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

fn verify_rule(name: &str, route: &Route) -> anyhow::Result<()> {
    let rules: Vec<&str> = route.rules().collect();
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
    Err(usage_error("translate", format!("the translation {route} has no rule `{name}`; {mend}")))
}
