//! The parsers that are compared, behind one function: text to tree, or nothing if the parser finds a mistake.

use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::ValueEnum;
use langlet_core::Langlet;
use langlet_python27::{PYTHON27, PYTHON27_PRINT_FUNCTION};
use langlet_python38::PYTHON38;
use rustpython_parser::Parse;

/// The langlet that reads the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Python 2.7, in the dialect that the file asks for.
    Python27,
    /// Python 3.8.
    Python38,
}

/// The parsers, ours first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Ours: a lossless tree.
    Langlet,
    /// `ruff_python_parser`: an AST and the tokens.
    Ruff,
    /// `rustpython-parser`: an AST.
    Rustpython,
    /// `tree-sitter` with `tree-sitter-python`: a tree of the tokens without the blanks.
    TreeSitter,
    /// `libcst`: a lossless tree.
    Libcst,
}

impl Engine {
    /// The peers: all but ours.
    pub const PEERS: [Engine; 4] = [Engine::Ruff, Engine::Rustpython, Engine::TreeSitter, Engine::Libcst];

    /// As the user writes it.
    pub fn name(self) -> String {
        self.to_possible_value().expect("no engine is hidden").get_name().to_owned()
    }
}

/// An engine that is ready to read, all its tables built.
pub enum Parser {
    /// A langlet, and its dialect if it has one.
    Langlet(Langlet, Option<Langlet>),
    /// Needs no state.
    Ruff,
    /// Needs no state.
    Rustpython,
    /// The state of the parser and its scanner.
    TreeSitter(Box<tree_sitter::Parser>),
    /// Needs no state.
    Libcst,
}

/// The tree of a text.
pub enum Tree<'a> {
    /// Has its own copy of the text.
    Langlet(Box<langlet_core::cst::Tree>),
    /// Points into the text by offsets.
    Ruff(Box<ruff_python_parser::Parsed<ruff_python_ast::ModModule>>),
    /// Points into the text by offsets.
    Rustpython(rustpython_parser::ast::Suite),
    /// Points into the text by offsets.
    TreeSitter(tree_sitter::Tree),
    /// Borrows the text.
    Libcst(Box<libcst_native::Module<'a>>),
}

impl Parser {
    /// The engine for files of that language; the peers read the newest Python they know.
    pub fn new(engine: Engine, target: Target) -> Parser {
        match engine {
            Engine::Langlet => match target {
                Target::Python27 => Parser::Langlet(PYTHON27.clone(), Some(PYTHON27_PRINT_FUNCTION.clone())),
                Target::Python38 => Parser::Langlet(PYTHON38.clone(), None),
            },
            Engine::Ruff => Parser::Ruff,
            Engine::Rustpython => Parser::Rustpython,
            Engine::TreeSitter => {
                let mut parser = tree_sitter::Parser::new();
                parser.set_language(&tree_sitter_python::LANGUAGE.into()).expect("the versions fit each other");
                Parser::TreeSitter(Box::new(parser))
            }
            Engine::Libcst => Parser::Libcst,
        }
    }

    /// The tree of the text; `None` if there is a mistake in it.
    pub fn parse<'a>(&mut self, text: &'a str) -> Option<Tree<'a>> {
        match self {
            Parser::Langlet(langlet, dialect) => {
                dialect_of(langlet, dialect.as_ref(), text).parse(text).ok().map(|tree| Tree::Langlet(Box::new(tree)))
            }
            Parser::Ruff => ruff_python_parser::parse_module(text).ok().map(|tree| Tree::Ruff(Box::new(tree))),
            Parser::Rustpython => rustpython_parser::ast::Suite::parse(text, "").ok().map(Tree::Rustpython),
            Parser::TreeSitter(parser) => {
                let tree = parser.parse(text, None)?;
                (!tree.root_node().has_error()).then_some(Tree::TreeSitter(tree))
            }
            Parser::Libcst => libcst_native::parse_module(text, None).ok().map(|tree| Tree::Libcst(Box::new(tree))),
        }
    }

    /// Whether the engine reads the text; a panic counts as no.
    pub fn accepts(&mut self, text: &str) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.parse(text).is_some())).unwrap_or(false)
    }
}

/// The langlet or its dialect, as the text says.
pub fn dialect_of<'a>(langlet: &'a Langlet, dialect: Option<&'a Langlet>, text: &str) -> &'a Langlet {
    dialect.filter(|dialect| dialect.claims(text)).unwrap_or(langlet)
}
