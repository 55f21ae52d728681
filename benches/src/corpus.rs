//! The files that are read: those of a folder given by the user, or the standard libraries of the interpreters found.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::engine::Target;

/// Interpreters to ask for their library, and the langlet that reads it.
const INTERPRETERS: [(&str, Target); 3] =
    [("python2.7", Target::Python27), ("python3.8", Target::Python38), ("python3.13", Target::Python38)];

/// Python files, all in memory.
pub struct Corpus {
    /// What to call it: the interpreter, or the folder.
    pub name: String,
    /// The langlet that reads it.
    pub target: Target,
    /// In order of their paths.
    pub files: Vec<File>,
    /// Number of files left out because they are not in UTF-8.
    pub n_not_utf8: usize,
}

/// One file.
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

impl Corpus {
    /// The files below a folder, or the single file.
    ///
    /// # Errors
    /// Something cannot be read.
    pub fn read(name: String, root: &Path, target: Target) -> Result<Corpus> {
        let mut paths = Vec::new();
        collect(root, &mut paths)?;
        paths.sort();
        let mut corpus = Corpus { name, target, files: Vec::new(), n_not_utf8: 0 };
        for path in paths {
            match String::from_utf8(fs::read(&path).with_context(|| path.display().to_string())?) {
                Ok(text) => corpus.files.push(File { path, text }),
                Err(_) => corpus.n_not_utf8 += 1,
            }
        }
        Ok(corpus)
    }

    /// Bytes of all files.
    pub fn n_bytes(&self) -> usize {
        self.files.iter().map(|file| file.text.len()).sum()
    }
}

/// The corpora that the arguments mean: the given folders, or what the interpreters on the path have.
///
/// # Errors
/// A folder cannot be read, or no interpreter is found.
pub fn corpora(folders: &[PathBuf], target: Option<Target>, only_files: Option<usize>) -> Result<Vec<Corpus>> {
    let mut corpora = Vec::new();
    for folder in folders {
        corpora.push(Corpus::read(folder.display().to_string(), folder, target.unwrap_or(Target::Python38))?);
    }
    if folders.is_empty() {
        for (interpreter, its_target) in INTERPRETERS {
            if target.is_none_or(|target| target == its_target)
                && let Some(library) = library_of(interpreter)
            {
                corpora.push(Corpus::read(format!("library of {interpreter}"), &library, its_target)?);
            }
        }
        if corpora.is_empty() {
            let names = INTERPRETERS.map(|(name, _)| name).join(", ");
            bail!("none of {names} is on the path; give a folder of Python files");
        }
    }
    for corpus in &mut corpora {
        corpus.files.truncate(only_files.unwrap_or(usize::MAX));
    }
    Ok(corpora)
}

/// Where the interpreter has its standard library; `None` if it does not run.
fn library_of(interpreter: &str) -> Option<PathBuf> {
    let program = "import os; print(os.path.dirname(os.__file__))";
    let output = Command::new(interpreter).args(["-c", program]).stderr(Stdio::null()).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (output.status.success() && path.is_dir()).then_some(path)
}

/// The Python files below `path`, without installed packages and without lib2to3's files that are wrong on purpose.
fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        if path.ends_with("site-packages") || path.ends_with("lib2to3/tests/data") {
            return Ok(());
        }
        for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
            let entry = entry?.path();
            if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "py") {
                collect(&entry, found)?;
            }
        }
    } else {
        found.push(path.to_owned());
    }
    Ok(())
}
