//! The langlets and translations that the command knows, and those that users bring as files.
//!
//! Nothing is built before it is asked for: an entry says by itself what can be told without building its langlet.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use langlet_core::diagnostic::{SourceText, did_you_mean};
use langlet_core::notation::{self, syntax::Name};
use langlet_core::rewrite::route::hops;
use langlet_core::rewrite::{Functions, Route};
use langlet_core::{Diagnostic, Langlet, Transform};

use crate::files;
use crate::output::Problem;

/// A built-in langlet.
pub(crate) struct Entry {
    /// Its name.
    pub(crate) name: &'static str,
    /// The name of its parent.
    pub(crate) parent: Option<&'static str>,
    /// Whether it is a dialect of its parent: what the parent is given is read as it if the text says so.
    pub(crate) is_dialect: bool,
    /// How the names of its files end.
    pub(crate) endings: &'static [&'static str],
    /// Whether a comment in the first two lines can name the encoding (PEP 263).
    coding_cookie: bool,
    langlet: &'static LazyLock<Langlet>,
}

/// All built-in langlets, parents before children.
pub(crate) static LANGLETS: [Entry; 7] = [
    Entry {
        name: "json",
        parent: None,
        is_dialect: false,
        endings: &[".json"],
        coding_cookie: false,
        langlet: &langlet_json::JSON,
    },
    Entry {
        name: "json5",
        parent: Some("json"),
        is_dialect: false,
        endings: &[".json5"],
        coding_cookie: false,
        langlet: &langlet_json5::JSON5,
    },
    python("python26", None, false, &langlet_python26::PYTHON26),
    python("python27", Some("python26"), false, &langlet_python27::PYTHON27),
    python("python27_print_function", Some("python27"), true, &langlet_python27::PYTHON27_PRINT_FUNCTION),
    python("python38", Some("python27"), false, &langlet_python38::PYTHON38),
    python("python313", Some("python38"), false, &langlet_python313::PYTHON313),
];

const fn python(
    name: &'static str,
    parent: Option<&'static str>,
    is_dialect: bool,
    langlet: &'static LazyLock<Langlet>,
) -> Entry {
    Entry { name, parent, is_dialect, endings: &[".py"], coding_cookie: true, langlet }
}

/// A built-in transformation.
pub(crate) struct Translator {
    /// The name of the langlet that is read.
    pub(crate) source: &'static str,
    /// The name of the langlet that is written.
    pub(crate) target: &'static str,
    transform: &'static LazyLock<Transform>,
    /// The functions that its rules call.
    functions: Functions<'static>,
}

impl Translator {
    /// The transformation; built on first use.
    pub(crate) fn transform(&self) -> &'static Transform {
        self.transform
    }
}

/// All built-in transformations.
pub(crate) static TRANSLATORS: [Translator; 2] = [
    Translator {
        source: "json5",
        target: "json",
        transform: &langlet_json5_to_json::JSON5_TO_JSON,
        functions: langlet_json5_to_json::FUNCTIONS,
    },
    Translator {
        source: "python27",
        target: "python38",
        transform: &langlet_python2_to_python3::PYTHON2_TO_PYTHON3,
        functions: Functions::NONE,
    },
];

/// A langlet that the user chose, with what it has from its nearest built-in ancestor.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    /// The langlet.
    pub(crate) langlet: Langlet,
    /// How the names of its files end. Without a built-in ancestor: in the name of the langlet.
    pub(crate) endings: Vec<String>,
    /// Whether a comment in the first two lines can name the encoding.
    pub(crate) coding_cookie: bool,
    /// The file that it was loaded from, if it is not built in.
    file: Option<Arc<SourceText>>,
}

impl Chosen {
    fn new(langlet: Langlet, file: Option<Arc<SourceText>>) -> Chosen {
        let entry = lineage(&langlet).find_map(entry_of);
        match entry {
            Some(entry) => {
                let endings = entry.endings.iter().map(|&ending| ending.to_owned()).collect();
                Chosen { langlet, endings, coding_cookie: entry.coding_cookie, file }
            }
            None => Chosen { endings: vec![format!(".{}", langlet.name())], langlet, coding_cookie: false, file },
        }
    }

    /// What may not be meant in the file that the user brought; nothing for a built-in langlet, nor what is inherited.
    pub(crate) fn warnings(&self) -> Vec<Diagnostic> {
        let Some(file) = &self.file else { return Vec::new() };
        let inherited = self.langlet.parent().map(Langlet::warnings).unwrap_or_default();
        let is_own = |warning: &Diagnostic| {
            warning.source == *file && inherited.iter().all(|other| other.message != warning.message)
        };
        self.langlet.warnings().into_iter().filter(is_own).collect()
    }
}

/// The langlet and its ancestors.
pub(crate) fn lineage(langlet: &Langlet) -> impl Iterator<Item = &Langlet> {
    std::iter::successors(Some(langlet), |langlet| langlet.parent())
}

/// How the names of a langlet's files end: its first ending, or that of the nearest ancestor that has one.
pub(crate) fn ending(langlet: &Langlet) -> &'static str {
    let entries = lineage(langlet).filter_map(entry_of);
    entries.filter_map(|entry| entry.endings.first()).next().copied().unwrap_or(".txt")
}

fn entry_of(langlet: &Langlet) -> Option<&'static Entry> {
    // By name first: what has another name is not built.
    LANGLETS.iter().find(|entry| entry.name == langlet.name() && **entry.langlet == *langlet)
}

/// The langlet that an argument means: the name of a built-in one, or the path of a `.langlet` file.
///
/// # Errors
/// There is none of the name, or the file or one that it inherits from is wrong.
pub(crate) fn choose(argument: &str) -> Result<Chosen, Problem> {
    if argument.contains(std::path::is_separator) || argument.ends_with(".langlet") {
        return load(Path::new(argument));
    }
    match entry_named(argument) {
        Some(entry) => Ok(Chosen::new(Langlet::clone(entry.langlet), None)),
        None => {
            let names = LANGLETS.iter().map(|entry| entry.name);
            let help = match did_you_mean(argument, names.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "there are {}; for one of your own, give the path of its .langlet file",
                    names.collect::<Vec<_>>().join(", ")
                ),
            };
            Err(Problem::file(format!("`{argument}`"), "there is no such langlet").help(help))
        }
    }
}

/// The langlet that the endings of the files leave no doubt about.
///
/// # Errors
/// None or several langlets have files of that ending, or the files differ.
pub(crate) fn guess(paths: &[PathBuf]) -> Result<Chosen, Problem> {
    let mut guessed: Option<&str> = None;
    for path in paths {
        let has_ending = |entry: &&Entry| {
            let endings: Vec<String> = entry.endings.iter().map(|&ending| ending.to_owned()).collect();
            !entry.is_dialect && files::has_ending(path, &endings)
        };
        let fitting: Vec<&str> = LANGLETS.iter().filter(has_ending).map(|entry| entry.name).collect();
        match (fitting.as_slice(), guessed) {
            (&[name], None) => guessed = Some(name),
            (&[name], Some(other)) if name == other => {}
            (&[name], Some(other)) => {
                let message = format!("this file seems to be {name}, but one before it {other}");
                return Err(Problem::file(path.display(), message).help("name one langlet with `-l`"));
            }
            ([], _) => {
                return Err(Problem::file(path.display(), "the name does not tell which langlet this is")
                    .help("name it with `-l`; `langlet list` shows which there are"));
            }
            (several, _) => {
                let message = format!("this may be {}", several.join(", "));
                return Err(Problem::file(path.display(), message).help(format!("choose with `-l {}`", several[0])));
            }
        }
    }
    match guessed {
        Some(name) => choose(name),
        None => Err(Problem::file("-l", "name the langlet")),
    }
}

/// What a text that is given as `langlet` is to be read as: a built-in dialect of it that claims the text, or a dialect of
/// that one, and else itself.
///
/// # Errors
/// Two dialects claim the text.
pub(crate) fn read_as(langlet: &Langlet, source: &SourceText) -> Result<Langlet, Problem> {
    let mut langlet = langlet.clone();
    // Progress: a dialect stands below its parent, and the built-in langlets are finitely many.
    loop {
        let dialects = LANGLETS.iter().filter(|entry| entry.is_dialect && entry.parent == Some(langlet.name()));
        let claiming: Vec<&Langlet> = dialects
            .map(|entry| &**entry.langlet)
            .filter(|dialect| dialect.parent() == Some(&langlet) && dialect.claims(&source.text))
            .collect();
        match claiming[..] {
            [] => return Ok(langlet),
            [dialect] => langlet = dialect.clone(),
            [first, second, ..] => {
                let message = format!("this text is both {} and {}", first.name(), second.name());
                return Err(Problem::file(&source.name, message).help("name one of them as the langlet"));
            }
        }
    }
}

/// The best route between two langlets over the built-in transformations; see [`Route`].
///
/// # Errors
/// There is none; the help names the translations that there are.
pub(crate) fn route(source: &Langlet, target: &Langlet) -> Result<Route<'static>, Problem> {
    let pair = format!("{} -> {}", source.name(), target.name());
    if source == target {
        return Err(Problem::file(pair, "source and target are the same langlet"));
    }
    let built_in = |name: &str| entry_named(name).map(|entry| Langlet::clone(entry.langlet));
    let edges: Vec<(Langlet, Langlet)> = TRANSLATORS
        .iter()
        .map(|one| built_in(one.source).zip(built_in(one.target)).expect("translators name built-in langlets"))
        .collect();
    match hops(source, target, &edges) {
        Some(hops) => Ok(Route::of(hops, |index| TRANSLATORS[index].transform())),
        None => {
            let pairs: Vec<String> =
                TRANSLATORS.iter().map(|one| format!("{} -> {}", one.source, one.target)).collect();
            let help = match did_you_mean(&pair, pairs.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!(
                    "there are {}; and what two langlets have passes between one and its ancestors",
                    pairs.join(", ")
                ),
            };
            Err(Problem::file(pair, "there is no translation between these langlets").help(help))
        }
    }
}

/// The routes from one langlet to the next, one after the other.
///
/// # Errors
/// As [`route`].
pub(crate) fn route_along(langlets: &[&Langlet]) -> Result<Route<'static>, Problem> {
    let mut routes = langlets.windows(2).map(|pair| route(pair[0], pair[1]));
    let first = routes.next().expect("a way has two ends")?;
    routes.try_fold(first, |way, next| Ok(way.then(next?)))
}

/// A transformation that the user brought, with its langlets.
pub(crate) struct Rules {
    /// The transformation.
    pub(crate) transform: Transform,
    /// What its header reads.
    pub(crate) source: Chosen,
    /// What its header writes.
    pub(crate) target: Chosen,
}

/// Loads a `.transform` file. The langlets of its header are the files of that name beside it, or built in. Between
/// built-in langlets it may call the functions of the built-in transformation.
///
/// # Errors
/// The file or one of its langlets is wrong.
pub(crate) fn load_rules(path: &Path) -> Result<Rules, Problem> {
    let text = read(path)?;
    let file = notation::parse_transform(&text).map_err(Problem::Text)?;
    let chosen = |name: &Name| {
        let beside = path.with_file_name(format!("{}.langlet", name.text));
        if beside.is_file() {
            return load(&beside);
        }
        match entry_named(&name.text) {
            Some(entry) => Ok(Chosen::new(Langlet::clone(entry.langlet), None)),
            None => {
                let error = Diagnostic::error(&text, name.span, format!("there is no langlet `{}`", name.text));
                let near = did_you_mean(&name.text, LANGLETS.iter().map(|entry| entry.name));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its file may stand beside this one: {}", beside.display()),
                };
                Err(Problem::Text(vec![error.help(help)]))
            }
        }
    };
    let (source, target) = (chosen(&file.source)?, chosen(&file.target)?);
    let is_same = |one: &&Translator| one.source == source.langlet.name() && one.target == target.langlet.name();
    let functions = TRANSLATORS.iter().find(is_same).map_or(Functions::NONE, |one| one.functions);
    let transform = Transform::load(&text, &source.langlet, &target.langlet, functions).map_err(Problem::Text)?;
    Ok(Rules { transform, source, target })
}

fn entry_named(name: &str) -> Option<&'static Entry> {
    LANGLETS.iter().find(|entry| entry.name == name)
}

/// The langlets of files, so that two arguments that inherit from one file share a langlet.
static LOADED: Mutex<Vec<(PathBuf, Arc<SourceText>, Langlet)>> = Mutex::new(Vec::new());

/// Loads a `.langlet` file. Its parent is the file of that name beside it, or the built-in langlet.
fn load(path: &Path) -> Result<Chosen, Problem> {
    let mut files = vec![read(path)?];
    let mut seen = vec![fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())];
    let mut names: Vec<String> = Vec::new();
    // Progress: each turn adds a file that was not seen before.
    let root_parent = loop {
        let source = files.last().expect("there is a first file");
        let file = notation::parse_langlet(source).map_err(Problem::Text)?;
        if let Some(child_says) = names.last().filter(|&name| *name != file.name.text) {
            let message = format!("this file should be `{child_says}`, for that is its name");
            return Err(Problem::Text(vec![Diagnostic::error(source, file.name.span, message)]));
        }
        let Some(Name { text: parent, span }) = file.parent else { break None };
        let beside = path.with_file_name(format!("{parent}.langlet"));
        if !beside.is_file() {
            break Some(parent);
        }
        let identity = fs::canonicalize(&beside).unwrap_or_else(|_| beside.clone());
        if seen.contains(&identity) {
            names.insert(0, notation::parse_langlet(&files[0]).map_err(Problem::Text)?.name.text);
            let message = format!("inheritance goes in a circle: {} -> {parent}", names.join(" -> "));
            return Err(Problem::Text(vec![Diagnostic::error(source, span, message)]));
        }
        seen.push(identity);
        names.push(parent);
        files.push(read(&beside)?);
    };
    let built_in = root_parent.as_deref().and_then(|name| LANGLETS.iter().find(|entry| entry.name == name));
    let mut langlet: Option<Langlet> = built_in.map(|entry| Langlet::clone(entry.langlet));
    let mut loaded = LOADED.lock().expect("nothing panics while it holds the lock");
    for (source, identity) in files.iter().zip(&seen).rev() {
        let parent = langlet.take();
        let is_same = |(path, text, langlet): &&(PathBuf, Arc<SourceText>, Langlet)| {
            path == identity && text.text == source.text && langlet.parent() == parent.as_ref()
        };
        let known = loaded.iter().find(is_same).map(|(_, _, langlet)| langlet.clone());
        langlet = Some(match known {
            Some(known) => known,
            None => {
                let new = Langlet::load(source, |_| parent).map_err(Problem::Text)?;
                loaded.push((identity.clone(), source.clone(), new.clone()));
                new
            }
        });
    }
    Ok(Chosen::new(langlet.expect("there is a first file"), files.into_iter().next()))
}

fn read(path: &Path) -> Result<Arc<SourceText>, Problem> {
    Ok(files::Input::File(path.to_owned()).read_text(false)?.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Arc<SourceText> {
        SourceText::new("f.py", text)
    }

    #[test]
    fn entries_agree_with_their_langlets() {
        for entry in &LANGLETS {
            let langlet = &**entry.langlet;
            assert_eq!(langlet.name(), entry.name);
            assert_eq!(langlet.parent().map(Langlet::name), entry.parent, "{}", entry.name);
            assert_eq!(langlet.grammar().file.when.is_some(), entry.is_dialect, "{}", entry.name);
        }
        for translator in &TRANSLATORS {
            let names = [translator.transform().source().name(), translator.transform().target().name()];
            assert_eq!(names, [translator.source, translator.target]);
        }
    }

    #[test]
    fn names_and_slips_of_the_pen() {
        assert_eq!(choose("python27").unwrap().langlet.name(), "python27");
        let Problem::File { help, .. } = choose("pyhton27").unwrap_err() else { panic!("a problem without text") };
        assert_eq!(help.as_deref(), Some("did you mean `python27`?"));
        let Problem::File { help, .. } = choose("cobol").unwrap_err() else { panic!("a problem without text") };
        assert!(help.unwrap().contains("json, json5, python26"));
    }

    #[test]
    fn endings_tell_a_langlet_or_which_there_are() {
        let guess = |names: &[&str]| {
            let paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
            guess(&paths).map(|chosen| chosen.langlet.name().to_owned()).map_err(|problem| problem.to_string())
        };
        assert_eq!(guess(&["a.json", "b/c.json"]), Ok("json".to_owned()));
        assert_eq!(guess(&["a.json5"]), Ok("json5".to_owned()));
        assert_eq!(guess(&["a.py"]), Err("a.py: this may be python26, python27, python38, python313".to_owned()));
        assert_eq!(guess(&["-"]), Err("-: the name does not tell which langlet this is".to_owned()));
        let differ = "b.json5: this file seems to be json5, but one before it json";
        assert_eq!(guess(&["a.json", "b.json5"]), Err(differ.to_owned()));
    }

    #[test]
    fn a_dialect_is_read_where_the_text_says_so() {
        let name = |langlet: &Langlet, text: &str| read_as(langlet, &source(text)).unwrap().name().to_owned();
        let python27 = choose("python27").unwrap().langlet;
        assert_eq!(name(&python27, "from __future__ import print_function\n"), "python27_print_function");
        assert_eq!(name(&python27, "print 1\n"), "python27");
        let python26 = choose("python26").unwrap().langlet;
        assert_eq!(name(&python26, "from __future__ import print_function\n"), "python26", "not a dialect of this one");
    }

    #[test]
    fn routes_between_built_in_langlets() {
        let find = |source: &str, target: &str| {
            let [source, target] = [source, target].map(|name| choose(name).unwrap().langlet);
            route(&source, &target).map(|found| found.to_string()).map_err(|problem| problem.to_string())
        };
        let is = |source: &str, target: &str, shown: &str| assert_eq!(find(source, target).as_deref(), Ok(shown));
        is("python27", "python38", "python27 -> python38");
        is("python27_print_function", "python38", "python27 -> python38");
        is("python26", "python38", "python26 = python27 -> python38");
        is("json5", "json", "json5 -> json");
        is("json", "json5", "json = json5");
        is("python38", "python26", "python38 = python26");
        is("python27", "python313", "python27 -> python38 = python313");
        is("python38", "python313", "python38 = python313");
        assert!(find("json", "python38").is_err());
        assert!(find("python38", "python38").is_err());
    }

    /// A folder with a langlet file for each name and text.
    fn folder(langlets: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in langlets {
            fs::write(folder.path().join(format!("{name}.langlet")), text).unwrap();
        }
        folder
    }

    fn load_from(folder: &tempfile::TempDir, name: &str) -> Result<Chosen, String> {
        load(&folder.path().join(format!("{name}.langlet"))).map_err(|problem| problem.to_string())
    }

    #[test]
    fn parents_beside_a_file_come_before_built_in_ones() {
        let unless = "langlet unless : python27\nunless_stmt: 'unless' test ':' suite\ncompound_stmt |= unless_stmt\n";
        let folder = folder(&[
            ("unless", unless),
            ("more", "langlet more : unless\nunless_stmt |= 'never' test ':' suite\n"),
            ("root", "langlet root\nstart a\na: 'x'\n"),
        ]);
        let more = load_from(&folder, "more").unwrap();
        let names: Vec<&str> = lineage(&more.langlet).map(Langlet::name).collect();
        assert_eq!(names, ["more", "unless", "python27", "python26"]);
        assert!(more.coding_cookie && more.endings == [".py"], "inherited");
        let root = load_from(&folder, "root").unwrap();
        assert!(!root.coding_cookie && root.endings == [".root"]);
    }

    #[test]
    fn what_is_wrong_with_the_parents_of_a_file() {
        let folder = folder(&[
            ("a", "langlet a : b\n"),
            ("b", "langlet b : c\n"),
            ("c", "langlet c : a\n"),
            ("orphan", "langlet orphan : nowhere\n"),
            ("child", "langlet child : misnamed\n"),
            ("misnamed", "langlet other\nstart a\na: 'x'\n"),
        ]);
        let error = |name: &str| load_from(&folder, name).unwrap_err();
        assert!(error("a").contains("inheritance goes in a circle: a -> b -> c -> a"), "{}", error("a"));
        assert!(error("orphan").contains("there is no langlet `nowhere` to inherit from"), "{}", error("orphan"));
        assert!(error("child").contains("this file should be `misnamed`"), "{}", error("child"));
    }
}
