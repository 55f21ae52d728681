//! The workloads: a grammar, texts of its language, and where these come from.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use langlet_core::Langlet;
use langlet_core::diagnostic::SourceText;
use langlet_core::generate::{Chance, RandomPrograms, Wishes};
use langlet_json::JSON;
use langlet_json_schema_to_langlet::langlet_text;
use langlet_python38::PYTHON38;

use crate::engine::{Grammar, PeerGrammar};

/// A grammar and texts of its language.
pub struct Workload {
    /// For the table.
    pub name: String,
    /// What is constrained.
    pub grammar: Grammar,
    /// All of them are in the language.
    pub texts: Vec<String>,
}

/// Words of identifiers, so that entries of vocabularies are met as in programs that people write.
const WORDS: [&str; 24] = [
    "index",
    "count",
    "buffer_size",
    "result",
    "i",
    "n",
    "nextNode",
    "config",
    "value",
    "left",
    "right",
    "parse_header",
    "user_id",
    "tmp",
    "maxLength",
    "offset",
    "is_valid",
    "node",
    "x",
    "y",
    "total_amount",
    "handler",
    "ctx",
    "length",
];

/// The workload of a name, `w1` to `w6` or `spelling`; several for the last two. `None` if its texts cannot be found here.
pub fn workloads(name: &str, options: &Sources) -> Result<Vec<Workload>> {
    let one = |name: &str, langlet: Langlet, texts: Vec<String>| {
        let texts: Vec<String> = texts.into_iter().filter(|text| langlet.parse(text.as_str()).is_ok()).collect();
        vec![Workload { name: name.to_owned(), grammar: Grammar::of(langlet), texts }]
    };
    Ok(match name {
        "w1" => one("W1 bip", own("bip")?, sentences()),
        "w2" => one("W2 json", JSON.clone(), packages(&options.json)?),
        "w3" => {
            let langlet = own("c_like")?;
            let texts = c_programs(&langlet)?;
            one("W3 C-like", langlet, texts)
        }
        "w4" => one("W4 expressions", own("expressions")?, expressions(options)?),
        "w5" => {
            let grammar = Grammar { langlet: PYTHON38.clone(), peer: None };
            let texts = libraries(options)?.into_iter().filter(|text| PYTHON38.parse(text.as_str()).is_ok());
            vec![Workload { name: "W5 Python".to_owned(), grammar, texts: texts.collect() }]
        }
        "w6" => schemas(&options.schemas)?,
        "spelling" => spellings(&packages(&options.json)?)?,
        _ => return Err(anyhow!("there is no workload `{name}`; there are w1 to w6 and spelling")),
    })
}

/// Where texts come from.
#[derive(clap::Args)]
pub struct Sources {
    /// A folder in which package.json files are looked for (W2, spelling)
    #[arg(long, default_value = "/usr")]
    pub json: PathBuf,
    /// An interpreter whose standard library gives expressions (W4) and modules (W5)
    #[arg(long, default_value = "python3.8")]
    pub python: String,
    /// A folder of fixtures with schemas (W6)
    #[arg(long, default_value = "../tests/fixtures/schemas")]
    pub schemas: PathBuf,
}

fn own(name: &str) -> Result<Langlet> {
    let text = match name {
        "bip" => include_str!("../grammars/bip.langlet"),
        "c_like" => include_str!("../grammars/c_like.langlet"),
        _ => include_str!("../grammars/expressions.langlet"),
    };
    load(name, text)
}

fn load(name: &str, text: &str) -> Result<Langlet> {
    let source = SourceText::new(name, text);
    let json = |parent: &str| (parent == "json").then(|| JSON.clone());
    Langlet::load(&source, json)
        .map_err(|errors| anyhow!("{}", errors.iter().map(|error| error.render(false)).collect::<String>()))
}

fn sentences() -> Vec<String> {
    let mut chance = Chance::new(1);
    let mut word = || ["bup", "bop", "bip"][chance.below(3) as usize];
    (0..100)
        .map(|n| {
            let words: Vec<&str> = (0..=n % 9).map(|_| word()).collect();
            format!("{} at bap", words.join(" and "))
        })
        .collect()
}

fn packages(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && entry.file_name() == "package.json" {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    let texts: Vec<String> = found.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    if texts.is_empty() { Err(anyhow!("no package.json below {}", folder.display())) } else { Ok(texts) }
}

/// Random programs, with names, numbers and comments as people write them, a statement on each line.
fn c_programs(langlet: &Langlet) -> Result<Vec<String>> {
    let wishes = Wishes { budget: 250, weights: Vec::new() };
    let programs = RandomPrograms::new(langlet, langlet.start(), &wishes, 3)?;
    let mut chance = Chance::new(7);
    let mut texts = Vec::new();
    for _ in 0..40 {
        let text = programs.program(&mut chance);
        let mut out = String::new();
        let mut depth = 0;
        for token in langlet.tokens(&text)? {
            let kind = langlet
                .tables()
                .terminals
                .symbol(token.kind)
                .map(|symbol| langlet.grammar().symbols.name(symbol).to_owned());
            let written = &text[token.start as usize..token.end as usize];
            match kind.as_deref() {
                Some("NAME") => out.push_str(WORDS[chance.below(WORDS.len() as u32) as usize]),
                Some("NUMBER") => out.push_str(&chance.below(2000).to_string()),
                Some("STRING") => {
                    out.push_str(&format!("\"{} %d\\n\"", WORDS[chance.below(WORDS.len() as u32) as usize]))
                }
                _ => out.push_str(written),
            }
            if written == "{" {
                depth += 1;
            } else if written == "}" {
                depth -= 1;
            }
            match written {
                ";" | "{" | "}" => {
                    match chance.below(12) {
                        0 => out.push_str("  // check the bounds first"),
                        1 => out.push_str(" /* see above */"),
                        _ => {}
                    }
                    out.push_str(&format!("\n{}", "    ".repeat(depth)));
                }
                "(" | "." | "->" => {}
                _ => out.push(' '),
            }
        }
        texts.push(out);
    }
    Ok(texts)
}

/// Expressions on one line, as the interpreter writes those of its standard library.
fn expressions(options: &Sources) -> Result<Vec<String>> {
    const PROGRAM: &str = "
import ast, glob, os
seen = set()
for path in sorted(glob.glob(os.path.dirname(os.__file__) + '/*.py')):
    try: tree = ast.parse(open(path, encoding='utf-8').read())
    except Exception: continue
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.Return, ast.Expr)) and node.value is not None:
            text = ast.unparse(node.value)
            if '\\n' not in text and 15 < len(text) < 90 and text not in seen:
                seen.add(text)
                print(text)
";
    // `ast.unparse` came with 3.9.
    let texts = run_python("python3", PROGRAM).or_else(|_| run_python(&options.python, PROGRAM))?;
    let lines: Vec<&str> = texts.lines().collect();
    let step = (lines.len() / 450).max(1);
    Ok(lines.into_iter().step_by(step).take(450).map(str::to_owned).collect())
}

fn libraries(options: &Sources) -> Result<Vec<String>> {
    let folder = run_python(&options.python, "import os; print(os.path.dirname(os.__file__))")?;
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.trim())?.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    Ok(paths.iter().filter_map(|path| fs::read_to_string(path).ok()).filter(|text| text.len() < 12_000).collect())
}

fn run_python(interpreter: &str, program: &str) -> Result<String> {
    let output = Command::new(interpreter).args(["-c", program]).stderr(Stdio::null()).output();
    let output = output.with_context(|| format!("{interpreter} does not run"))?;
    if output.status.success() { Ok(String::from_utf8(output.stdout)?) } else { Err(anyhow!("{interpreter} failed")) }
}

/// Each schema with its valid instances and random ones.
fn schemas(folder: &Path) -> Result<Vec<Workload>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let fixture = fs::read_to_string(&path)?;
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let sections: Vec<(&str, &str)> =
            fixture.split("\n=== ").skip(1).filter_map(|section| section.split_once('\n')).collect();
        let schema = sections.iter().find(|(name, _)| *name == "schema").context("a section `schema`")?.1;
        let text =
            langlet_text(&SourceText::new(name.as_str(), schema), &name, &[]).map_err(|error| anyhow!("{error}"))?;
        let langlet = load(&name, &text)?;
        let mut texts: Vec<String> =
            sections.iter().filter(|(name, _)| *name == "valid").map(|(_, text)| text.trim_end().to_owned()).collect();
        let wishes = Wishes { budget: 120, weights: Vec::new() };
        let programs = RandomPrograms::new(&langlet, langlet.start(), &wishes, 3)?;
        let mut chance = Chance::new(7);
        texts.extend((0..20).map(|_| programs.program(&mut chance)));
        let peer = Some(PeerGrammar::Schema(serde_json::from_str(schema)?));
        found.push(Workload { name: format!("W6 {name}"), grammar: Grammar { langlet, peer }, texts });
    }
    Ok(found)
}

/// JSON, its rules and its strings written in several ways.
fn spellings(texts: &[String]) -> Result<Vec<Workload>> {
    let variants = [
        ("repetition", ""),
        (
            "right recursion",
            "array := '[' ']' | '[' values ']'\nvalues: value | value ',' values\nobject := '{' '}' | '{' members '}'\nmembers: member | member ',' members",
        ),
        (
            "left recursion",
            "array := '[' ']' | '[' values ']'\nvalues: value | values ',' value\nobject := '{' '}' | '{' members '}'\nmembers: member | members ',' member",
        ),
        (
            "unfactored",
            "array := '[' ']' | '[' value ']' | '[' value (',' value)+ ']'\nobject := '{' '}' | '{' member '}' | '{' member (',' member)+ '}'",
        ),
        ("(A|B)*", "token STRING := /\"([^\"\\\\\\x00-\\x1F]*(\\\\([\"\\\\\\/bfnrt]|u[0-9A-Fa-f]{4}))?)*\"/"),
    ];
    let mut found = Vec::new();
    for (name, rules) in variants {
        match load("spelling", &format!("langlet spelling : json\nstart json\n{rules}\n")) {
            Ok(langlet) => found.push(Workload {
                name: format!("JSON, {name}"),
                grammar: Grammar::of(langlet),
                texts: texts.to_vec(),
            }),
            Err(error) => eprintln!("JSON, {name}: {error}"),
        }
    }
    Ok(found)
}

/// The entries of a text as the models of the vocabulary divide it, if the vocabulary is a known one; else the longest that fit.
pub fn divided(vocabulary: &Arc<langlet_core::complete::Vocabulary>, texts: &[String]) -> Result<Vec<Vec<u32>>> {
    let encoder = match vocabulary.entries().count() {
        100_256 => Some(tiktoken_rs::cl100k_base()?),
        199_998 => Some(tiktoken_rs::o200k_base()?),
        _ => None,
    };
    let mut seen = HashSet::new();
    let texts = texts.iter().filter(|text| seen.insert(text.as_str()));
    texts
        .map(|text| match &encoder {
            Some(encoder) => Ok(encoder.encode_ordinary(text)),
            None => vocabulary.tokenize(text.as_bytes()).context("an entry for each byte"),
        })
        .collect()
}
