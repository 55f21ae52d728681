//! A translation called from a program: Python 2 to Python 3, with the rules that were applied and where.

use langlet_core::rewrite::Options;
use langlet_core::span::LineIndex;
use langlet_python2_to_python3::PYTHON2_TO_PYTHON3;

const PROGRAM: &str = "\
# Counts words.
counts = {}
for word in text.split():
    if not counts.has_key(word): counts[word] = 0  # new
    counts[word] += 1
print counts, `text`
";

fn main() {
    let transform = &*PYTHON2_TO_PYTHON3;
    match transform.translate(transform.source(), PROGRAM, &Options::default()) {
        Ok(translation) => {
            print!("{}", translation.text);
            let lines = LineIndex::new(PROGRAM);
            for applied in &translation.applied {
                println!("# line {}: {}", lines.line_column(applied.span.start).line, applied.rule);
            }
        }
        Err(error) => eprintln!("{error}"),
    }
}
