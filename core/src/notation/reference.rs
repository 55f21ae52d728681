//! References in regexes: `{digit}` stands for the regex of the part `digit`.
//!
//! A name in braces is no repetition, which has numbers, and no escape such as `\p{Lu}`; in classes and comments a brace is
//! none. So where the references are is told from the characters alone, as with the slash that ends a regex.

use std::ops::Range;

use super::lexer::{Classes, begins_word, is_verbose, operands, word_len};

/// A reference and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// The name of the part.
    pub(crate) name: &'a str,
    /// Its place in the pattern, braces included.
    pub(crate) range: Range<usize>,
}

/// The references of a pattern, in their order.
pub(crate) fn references(pattern: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    for (range, _) in operands(pattern) {
        in_operand(&pattern[range.clone()], range.start, &mut found);
    }
    found
}

fn in_operand<'a>(text: &'a str, start: usize, found: &mut Vec<Reference<'a>>) {
    let verbose = is_verbose(text);
    let mut classes = Classes::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
                // `\p{Lu}`: these braces belong to the escape.
                let has_braces = text[at + 1..].starts_with(['p', 'P', 'x', 'u', 'U', 'b']);
                if has_braces && chars.peek().is_some_and(|&(_, c)| c == '{') {
                    chars.find(|&(_, c)| c == '}');
                }
            }
            '#' if verbose => drop(chars.find(|&(_, c)| c == '\n')),
            _ if classes.take(text, at, c) => {}
            '{' => {
                let rest = &text[at + 1..];
                let name = &rest[..word_len(rest)];
                if name.starts_with(begins_word) && rest[name.len()..].starts_with('}') {
                    let range = start + at..start + at + name.len() + 2;
                    found.push(Reference { name, range });
                }
            }
            _ => {}
        }
    }
}

/// The pattern with `text` of each reference in its place.
pub(crate) fn replace_references(pattern: &str, mut text: impl FnMut(&Reference<'_>) -> String) -> String {
    let mut replaced = String::with_capacity(pattern.len());
    let mut at = 0;
    for reference in references(pattern) {
        replaced.push_str(&pattern[at..reference.range.start]);
        replaced.push_str(&text(&reference));
        at = reference.range.end;
    }
    replaced.push_str(&pattern[at..]);
    replaced
}

/// What stands for a part of this pattern inside another: a group that has the flags of the part alone.
pub(crate) fn as_group(pattern: &str) -> String {
    // The last line may end with a comment.
    let end = if is_verbose(pattern) { "\n" } else { "" };
    format!("(?u-imsUxR:{pattern}{end})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pattern: &str) -> Vec<&str> {
        let found = references(pattern);
        assert!(found.iter().all(|it| pattern[it.range.clone()] == format!("{{{}}}", it.name)));
        found.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn references_are_told_from_repetitions_and_escapes() {
        assert_eq!(names("{a}x{b_1}*{2,3}{λ}"), ["a", "b_1", "λ"]);
        assert_eq!(names(r"\p{Lu}\P{Greek}\x{41}\u{41}\U{41}a{2}a{2,}a{,2}"), [""; 0]);
        assert_eq!(names(r"\{a}\\{b}\d{c}[{d}][^]{e}]{f}[[{g}]{h}]"), ["b", "c", "f"]);
        assert_eq!(names("{ a}{a }{1a}{}{a-b}{a"), [""; 0]);
        assert_eq!(names("(?x) {a} # {b} [\n {c} / & !/#{d}"), ["a", "c", "d"]);
    }

    #[test]
    fn groups_keep_flags_apart() {
        let expand = |pattern: &str, part: &str| replace_references(pattern, |_| as_group(part));
        let parse = |pattern: &str| regex_syntax::Parser::new().parse(pattern).unwrap();
        let same = |left: String, right: &str| assert_eq!(parse(&left), parse(right), "{left}");
        same(expand("(?ix) a {p} b", "c d"), "[aA]c d[bB]");
        same(expand("{p}+ x", "(?x) a | b # c"), "[ab]+ x");
        same(expand("(?s).{p}.", "."), r"(?s:.)[^\n](?s:.)");
        same(expand("{p}{2}", "a|bc"), "(?:a|bc){2}");
    }
}
