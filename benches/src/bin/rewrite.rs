//! Throughput of rewriting: `cargo run --release --bin rewrite -- [FOLDER…]`.
//!
//! Fifty rules over the library of Python 2.7: those that translate it to Python 3.8, and as many more as are missing. Each
//! text is parsed, rewritten, unparsed, and verified: read again as the target. In the same rounds: parsing and unparsing alone,
//! the fifty rules with fifty more that never match, and reading the results, which is what verification adds.

use std::path::PathBuf;

use anyhow::Result;
use cpu_time::ThreadTime;
use langlet_benches::corpus::{Corpus, corpora};
use langlet_benches::engine::Target;
use langlet_benches::median;
use langlet_core::Transform;
use langlet_core::rewrite::{Functions, Options};
use langlet_python27::{PYTHON27, PYTHON27_PRINT_FUNCTION};
use langlet_python38::PYTHON38;

const ROUNDS: usize = 11;

/// The rules of the translation.
const RULES: &str = include_str!("../../../transforms/python2-to-python3/python27-to-python38.transform");

/// Rules on what is frequent: names, calls, comparisons, blocks.
fn more_rules(n: usize, name: &str) -> String {
    let rule = |index: usize| match index % 5 {
        0 => format!("rule {name}{index} power [| os.path.{name}{index}($x, $y*) |] => power [| {name}($y*, $x) |]\n"),
        1 => format!(
            "rule {name}{index} comparison [| $x == None |] => comparison [| $x is None |] where $x matches /{name}{index}/\n"
        ),
        2 => format!(
            "rule {name}{index} power [| $f.{name}{index}($x*) |] => power [| $f.new($x*) |] where not inside lambdef\n"
        ),
        3 => format!(
            "rule {name}{index} not_test [| not $x in $y |] => comparison [| $x not in $y |] where $y matches /{name}{index}/\n"
        ),
        _ => format!(
            "rule {name}{index} return_stmt [| return $x, $y+ |] => return_stmt [| return ($x, $y+) |] where $x matches /{name}{index}/\n"
        ),
    };
    (0..n).map(rule).collect()
}

/// Rules that need a literal that is in no text.
fn rules_without_match(n: usize) -> String {
    (0..n)
        .map(|index| format!("rule never{index} power [| never_there_{index}($x*) |] => power [| g($x*) |]\n"))
        .collect()
}

fn main() -> Result<()> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let corpora: Vec<Corpus> = corpora(&folders, Some(Target::Python27), None)?;
    let texts: Vec<&str> = corpora.iter().flat_map(|corpus| &corpus.files).map(|file| &*file.text).collect();
    let load = |more: &str| Transform::built_in(&format!("{RULES}\n{more}"), &PYTHON27, &PYTHON38, Functions::NONE);
    let n_own = load("").rules().count();
    let fifty = more_rules(50_usize.saturating_sub(n_own), "r");
    let transforms = [load(&fifty), load(&format!("{fifty}{}", rules_without_match(50)))];
    let options = Options::default();
    // Files that cannot be translated would be measured in part.
    let translated = |text: &&str| transforms[0].translate(&PYTHON27, text, &options).ok().map(|result| result.text);
    let texts = texts.into_iter().filter(|text| !PYTHON27_PRINT_FUNCTION.claims(text));
    let (texts, results): (Vec<&str>, Vec<String>) = texts.filter_map(|text| Some((text, translated(&text)?))).unzip();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    println!("{} files, {:.1} MB, {} rules", texts.len(), bytes as f64 / 1e6, transforms[0].rules().count());
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let start = ThreadTime::now();
        let n: usize =
            texts.iter().map(|text| PYTHON27.parse(*text).expect("it was read before").unparse().len()).sum();
        assert_eq!(n, bytes);
        times[0].push(start.elapsed().as_secs_f64());
        for (transform, times) in transforms.iter().zip(&mut times[1..3]) {
            let start = ThreadTime::now();
            for text in &texts {
                transform.translate(&PYTHON27, text, &options).expect("it was translated before");
            }
            times.push(start.elapsed().as_secs_f64());
        }
        let start = ThreadTime::now();
        for text in &results {
            let tokens = PYTHON38.tokens(text).expect("it was verified");
            PYTHON38.parse_tokens(PYTHON38.start(), text.clone(), &tokens).expect("it was verified");
        }
        times[3].push(start.elapsed().as_secs_f64());
    }
    let [plain, rewritten, never, read] = times.map(median);
    let rate = |time: f64| bytes as f64 / 1e6 / time;
    println!("parsing and unparsing     {:6.1} MB/s", rate(plain));
    println!("with 50 rules, verified   {:6.1} MB/s", rate(rewritten));
    println!("  without verification    {:6.1} MB/s", rate(rewritten - read));
    println!(
        "with 50 more that never match: {:+.2} %, {:+.3} % each",
        (never / rewritten - 1.0) * 100.0,
        (never / rewritten - 1.0) * 2.0
    );
    Ok(())
}
