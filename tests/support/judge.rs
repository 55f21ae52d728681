//! A judge for the tests of `langlet flaws`: `judge MODE FILE`, where each mode rejects, or fails, in its own way.

use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, thread};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let [_, mode, path] = &arguments[..] else {
        eprintln!("judge MODE FILE");
        return ExitCode::from(3);
    };
    let text = fs::read_to_string(path).expect("the file is there");
    let has = |word: &str| text.contains(word);
    match mode.as_str() {
        // Two reasons, in a file that is left beside the program as compilers do.
        "commas" => {
            fs::write(format!("{path}.out"), &text).expect("the folder can be written to");
            if text.matches(':').count() > 1 {
                eprintln!("{path}:{}: error: an object with two members", text.len());
                return ExitCode::FAILURE;
            }
            if has("[") && has("null") {
                println!("null in a list");
                return ExitCode::from(2);
            }
        }
        "rejects" => return ExitCode::FAILURE,
        "crashes" if has("null") => std::process::abort(),
        "hangs" if has("null") => thread::sleep(Duration::from_secs(600)),
        _ => {}
    }
    ExitCode::SUCCESS
}
