//! Fixtures: text files that a designer of languages can read and write.
//!
//! A fixture opens with a sentence that says what it shows. Sections follow, each headed `=== name words…`:
//!
//! ```text
//! An INDENT stands directly behind the line end before it.
//! === input
//! if x:
//!     y
//! === tokens
//! if x : NEWLINE INDENT y NEWLINE DEDENT NEWLINE ENDMARKER
//! ```
//!
//! A section headed `=== escaped …` is one line in which `\n`, `\r`, `\t`, `\f`, `\0`, `\\` and `\u{H…}` stand for what
//! cannot be seen; its text ends without a line end.

use std::fs;
use std::path::{Path, PathBuf};

/// A fixture that has been read.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The name of its file, without folder and ending.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// Its sections in order.
    pub sections: Vec<Section>,
}

/// A section of a fixture.
#[derive(Clone, Debug)]
pub struct Section {
    /// The first word of its header.
    pub name: String,
    /// The other words of its header.
    pub words: Vec<String>,
    /// Its lines, the last line end included.
    pub text: String,
}

impl Fixture {
    /// Divides a text into sections.
    ///
    /// # Panics
    /// If it does not begin with a sentence, or has no section.
    pub fn parse(name: &str, text: &str) -> Fixture {
        let mut about = String::new();
        let mut sections: Vec<Section> = Vec::new();
        for line in text.split_inclusive('\n') {
            match (line.strip_prefix("=== "), sections.last_mut()) {
                (Some(header), _) => {
                    let mut words = header.split_whitespace().map(str::to_owned);
                    let name = words.next().unwrap_or_else(|| panic!("a section without a name"));
                    sections.push(Section { name, words: words.collect(), text: String::new() });
                }
                (None, Some(section)) => section.text.push_str(line),
                (None, None) => about.push_str(line),
            }
        }
        let about = about.trim().to_owned();
        assert!(about.ends_with(['.', ':', '?']), "{name} opens with a sentence that says what it shows");
        assert!(!sections.is_empty(), "{name} has no section");
        for section in sections.iter_mut().filter(|section| section.name == "escaped") {
            section.text = unescape(section.text.trim_end_matches('\n'));
        }
        Fixture { name: name.to_owned(), about, sections }
    }

    /// The text of the first section of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.sections.iter().find(|section| section.name == name).map(|section| &*section.text)
    }

    /// The sections that hold an input, as it stands or escaped.
    pub fn inputs(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| ["input", "escaped"].contains(&&*section.name))
    }
}

/// A folder named from the root of the workspace.
pub fn workspace(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)
}

/// The fixtures of `folder` (a path from the root of the workspace) in the order of their names.
///
/// # Panics
/// If there is none.
pub fn fixtures(folder: &str) -> Vec<Fixture> {
    let entries = fs::read_dir(workspace(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(!paths.is_empty(), "no fixtures in {folder}");
    let read = |path: &PathBuf| {
        Fixture::parse(path.file_stem().unwrap().to_str().unwrap(), &fs::read_to_string(path).unwrap())
    };
    paths.iter().map(read).collect()
}

/// Runs `check` on each fixture of `folder`; its snapshots carry the name of the fixture and what it shows.
pub fn each_fixture(folder: &str, check: impl Fn(&Fixture)) {
    for fixture in fixtures(folder) {
        let settings = || {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_suffix(&fixture.name);
            settings.set_description(&fixture.about);
            settings.set_omit_expression(true);
            settings
        };
        settings().bind(|| check(&fixture));
    }
}

/// The text that an escaped line stands for.
///
/// # Panics
/// On an escape that there is not.
pub fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('f') => out.push('\x0C'),
            Some('0') => out.push('\0'),
            Some('\\') => out.push('\\'),
            Some('u') => {
                let digits: String = chars.by_ref().skip(1).take_while(|&c| c != '}').collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                out.push(code.unwrap_or_else(|| panic!("\\u{{{digits}}} is no character")));
            }
            other => panic!("there is no escape \\{other:?}"),
        }
    }
    out
}
