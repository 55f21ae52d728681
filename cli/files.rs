//! Finding, reading and replacing files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use langlet_core::diagnostic::SourceText;

use crate::encoding::{self, Encoding};
use crate::output::Problem;

/// The most bytes that a text may have: places in it are 32-bit numbers.
const MOST_BYTES: u64 = u32::MAX as u64;

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Input {
    /// The standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// What an argument means: `-` is the standard input.
    pub(crate) fn from_argument(path: &Path) -> Input {
        if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.to_owned()) }
    }

    /// The name for messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Input::Stdin => "<stdin>".to_owned(),
            Input::File(path) => path.display().to_string(),
        }
    }

    /// All bytes.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Problem> {
        let problem = |error: io::Error| self.unreadable(&error);
        let too_large = |size: String| {
            Problem::file(self.name(), format!("the file has {size}; a text has at most {MOST_BYTES} bytes"))
        };
        let mut bytes = Vec::new();
        match self {
            Input::Stdin => {
                io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(problem)?;
            }
            Input::File(path) => {
                let mut file = File::open(path).map_err(problem)?;
                let metadata = file.metadata().map_err(problem)?;
                if metadata.is_dir() {
                    return Err(Problem::file(self.name(), "this is a directory; name a file"));
                }
                if metadata.len() > MOST_BYTES {
                    return Err(too_large(format!("{} bytes", metadata.len())));
                }
                bytes.reserve(metadata.len() as usize + 1);
                Read::by_ref(&mut file).take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(problem)?;
            }
        }
        if bytes.len() as u64 > MOST_BYTES {
            return Err(too_large("more than 4 GiB".to_owned()));
        }
        Ok(bytes)
    }

    fn unreadable(&self, error: &io::Error) -> Problem {
        let target = match self {
            Input::File(path) if error.kind() == io::ErrorKind::NotFound => fs::read_link(path).ok(),
            _ => None,
        };
        match target {
            Some(target) => {
                Problem::file(self.name(), format!("the link leads to {}, which is not there", target.display()))
            }
            None => Problem::file(self.name(), reason(error)),
        }
    }

    /// The text and its encoding; see [`encoding::decode`].
    pub(crate) fn read_text(&self, coding_cookie: bool) -> Result<Text, Problem> {
        let bytes = self.read()?;
        let n_bytes = bytes.len();
        let (text, encoding) = encoding::decode(&self.name(), bytes, coding_cookie)?;
        if text.len() as u64 > MOST_BYTES {
            return Err(Problem::file(self.name(), "the text has more than 4 GiB as UTF-8"));
        }
        Ok(Text { source: SourceText::new(self.name(), text), encoding, n_bytes })
    }
}

/// A text that was read.
#[derive(Debug)]
pub(crate) struct Text {
    /// The text, under the name of its file.
    pub(crate) source: Arc<SourceText>,
    /// How it is encoded.
    pub(crate) encoding: Encoding,
    /// The length of the file.
    pub(crate) n_bytes: usize,
}

/// How directories are searched.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct WalkOptions {
    /// In directories, also take files that .gitignore, .ignore and the like exclude.
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// In directories, also take files and directories whose names begin with a dot.
    #[arg(long)]
    pub(crate) hidden: bool,
}

/// The inputs that arguments name, in order and each once: files as they are, of directories the files with one of the
/// `endings`. Links that are met in a directory are not followed. Beside them what could not be searched.
pub(crate) fn find(paths: &[PathBuf], endings: &[String], options: WalkOptions) -> (Vec<Input>, Vec<Problem>) {
    let mut inputs = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" || !path.is_dir() {
            inputs.push(Input::from_argument(path));
            continue;
        }
        let use_ignore = !options.no_ignore;
        let walk = WalkBuilder::new(path)
            .hidden(!options.hidden)
            .ignore(use_ignore)
            .git_ignore(use_ignore)
            .git_global(use_ignore)
            .git_exclude(use_ignore)
            .parents(use_ignore)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => {
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if is_file && has_ending(entry.path(), endings) {
                        inputs.push(Input::File(entry.into_path()));
                    }
                }
                Err(error) => problems.push(walk_problem(path, &error)),
            }
        }
    }
    inputs.sort();
    inputs.dedup();
    if paths.len() > 1 {
        // The same file by two names would be written twice.
        let mut known = BTreeSet::new();
        inputs.retain(|input| match input {
            Input::File(path) => fs::canonicalize(path).map_or(true, |path| known.insert(path)),
            Input::Stdin => true,
        });
    }
    (inputs, problems)
}

/// Whether the name of a file ends in one of the endings, which include their dot.
pub(crate) fn has_ending(path: &Path, endings: &[String]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    endings.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending.as_str()))
}

fn walk_problem(root: &Path, error: &ignore::Error) -> Problem {
    // The path stands in a wrapper; what is left may repeat it.
    let mut inner = error;
    let mut name = root.display().to_string();
    loop {
        match inner {
            ignore::Error::WithPath { path, err } => {
                name = path.display().to_string();
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
            ignore::Error::Io(error) => return Problem::file(name, reason(error)),
            other => return Problem::file(name, other),
        }
    }
}

/// Why the file system refused something, in lower case and without the number of the error.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "a part of this path is a file, not a directory".to_owned(),
        io::ErrorKind::IsADirectory => "this is a directory; name a file".to_owned(),
        _ => error.to_string(),
    };
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

/// Replaces the contents of a file: at every moment the old or the new one is there in full. Keeps permissions, and the
/// owner where that is allowed. If the path is a link, the file that it leads to is replaced.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    try_replace(path, bytes).map_err(|error| Problem::file(path.display(), format!("not written: {}", reason(&error))))
}

fn try_replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    // A file that must not be written could still be renamed over.
    let metadata = File::options().write(true).open(&path)?.metadata()?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut new = tempfile::Builder::new().prefix(".langlet-").tempfile_in(folder)?;
    new.write_all(bytes)?;
    keep_owner(new.as_file(), &metadata);
    new.as_file().set_permissions(metadata.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let is_same = file.metadata().is_ok_and(|new| (new.uid(), new.gid()) == (old.uid(), old.gid()));
    if !is_same {
        // Only root may give files away; for others the file becomes theirs, as with an editor.
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(inputs: &[Input]) -> Vec<String> {
        inputs.iter().map(|input| input.name().rsplit('/').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn directories_are_searched_by_ending() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["b/y.py", "a.py", "b/x.txt", ".hidden.py", "skipped.py", ".py"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::write(folder.path().join(".ignore"), "skipped.py\n").unwrap();
        let root = folder.path().to_owned();
        let endings = [".py".to_owned()];
        let found = |paths: &[PathBuf], no_ignore, hidden| {
            let (inputs, problems) = find(paths, &endings, WalkOptions { no_ignore, hidden });
            assert!(problems.is_empty(), "{problems:?}");
            names(&inputs)
        };
        assert_eq!(found(std::slice::from_ref(&root), false, false), ["a.py", "y.py"]);
        assert_eq!(found(std::slice::from_ref(&root), true, true), [".hidden.py", "a.py", "y.py", "skipped.py"]);
        // A file by its name is taken whatever its ending is, and once.
        let text = root.join("b/x.txt");
        assert_eq!(found(&[text.clone(), root.join("a.py"), root.join("b/../a.py"), text], false, false).len(), 2);
        // What does not exist is found out when it is read.
        assert_eq!(found(&[root.join("missing.py")], false, false), ["missing.py"]);
    }

    #[test]
    fn a_file_is_replaced_or_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "old").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let problem = replace(&folder.path().join("missing"), b"new").unwrap_err();
        assert!(problem.to_string().ends_with("missing: not written: there is no such file or directory"), "{problem}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file is left");
    }
}
