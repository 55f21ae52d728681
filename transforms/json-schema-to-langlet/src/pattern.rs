//! Patterns of strings as regexes over their JSON encoding.
//!
//! A pattern of a schema is an ECMA-262 regex that is searched for in the characters of a string. A token of the langlet has
//! the encoded string, quotes and escapes included. So the pattern is read, and written anew with each character as JSON
//! writes it: as itself, but `"` and `\` behind a backslash, and control characters by their short escapes or `\u00XX`.
//!
//! ```text
//! ^a"?\d+        "a(?:\\")?[0-9]+(?:any character of a JSON string)*"
//! ```
//!
//! A character that the pattern names is taken in this one spelling; where the pattern says nothing, before and behind it,
//! every spelling is taken. Of ECMA-262, what `regex-syntax` has too is understood: `\d` and `\w` are ASCII, `.` is no line end;
//! anchors may stand at the beginning and the end. Look-around and back-references are refused.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look};

/// One character in a JSON string, in any spelling; half a surrogate pair counts, too.
const ANY: &str = r#"(?:[^"\\\x00-\x1F]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))"#;

/// One character, a surrogate pair being one, and half of one none.
const CHARACTER: &str = concat!(
    r#"(?:[^"\\\x00-\x1F]|\\(?:["\\\/bfnrt]|u(?:[0-9A-CE-Fa-ce-f][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2}"#,
    r#"|[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2})))"#
);

/// Groups inside each other beyond which a pattern is refused.
const NEST_LIMIT: u32 = 50;

/// Bytes of an encoded pattern beyond which it is refused.
const SIZE_LIMIT: usize = 60_000;

/// The regex of the encoded strings of `min` to `max` characters.
pub(crate) fn length(min: u32, max: Option<u32>) -> String {
    let repeated = match (min, max) {
        (min, Some(max)) if min == max => format!("{{{min}}}"),
        (0, None) => "*".to_owned(),
        (1, None) => "+".to_owned(),
        (min, None) => format!("{{{min},}}"),
        (min, Some(max)) => format!("{{{min},{max}}}"),
    };
    format!("\"{CHARACTER}{repeated}\"")
}

/// A string in its shortest JSON encoding, quotes included.
pub(crate) fn encode(text: &str) -> String {
    format!("\"{}\"", text.chars().map(spelling).collect::<String>())
}

/// A character in a JSON string.
fn spelling(c: char) -> String {
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{C}' => "\\f".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\0'..='\x1F' => format!("\\u{:04x}", u32::from(c)),
        _ => c.to_string(),
    }
}

/// The regex of the encoded strings in which the pattern of a schema is found.
///
/// # Errors
/// What cannot be said by a regular language, or is written differently in Rust's regexes.
pub(crate) fn encoded(pattern: &str) -> Result<String, String> {
    let pattern = to_rust(pattern);
    let parsed = regex_syntax::ParserBuilder::new().nest_limit(NEST_LIMIT).build().parse(&pattern);
    let hir = parsed.map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        error => error.to_string(),
    })?;
    let mut out = String::from("\"(?:");
    let mut rest = &hir;
    while let HirKind::Capture(capture) = rest.kind() {
        rest = &capture.sub;
    }
    let branches = match rest.kind() {
        HirKind::Alternation(branches) => branches.as_slice(),
        _ => std::slice::from_ref(rest),
    };
    for (index, branch) in branches.iter().enumerate() {
        if index > 0 {
            out.push('|');
        }
        let mut parts = match branch.kind() {
            HirKind::Concat(parts) => parts.as_slice(),
            _ => std::slice::from_ref(branch),
        };
        let is = |part: Option<&Hir>, look| part.is_some_and(|part| *part.kind() == HirKind::Look(look));
        let mut anchored = [false; 2];
        while is(parts.first(), Look::Start) {
            (parts, anchored[0]) = (&parts[1..], true);
        }
        while is(parts.last(), Look::End) {
            (parts, anchored[1]) = (&parts[..parts.len() - 1], true);
        }
        if !anchored[0] {
            out.push_str(ANY_RUN);
        }
        for part in parts {
            write(part, &mut out)?;
        }
        if !anchored[1] {
            out.push_str(ANY_RUN);
        }
    }
    out.push_str(")\"");
    Ok(out.replace(ANY_RUN, &format!("{ANY}*")))
}

/// Stands for any run of characters while a pattern is written; no regex contains it, since NUL is written as an escape.
const ANY_RUN: &str = "\0";

/// The pattern in the syntax of Rust: ASCII classes, and characters that mean something only there.
fn to_rust(pattern: &str) -> String {
    let mut out = String::new();
    let mut in_class = false;
    let mut chars = pattern.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                // White space of ECMA-262.
                Some('s') => out.push_str(r"[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"),
                Some('S') => out.push_str(r"[^\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"),
                Some('0') => out.push_str(r"\x00"),
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // There, `[]` has nothing and `[^]` everything.
                if chars.next_if_eq(&']').is_some() {
                    in_class = false;
                    out.truncate(out.rfind('[').expect("just written"));
                    out.push_str(if before == '^' { r"[\s\S]" } else { r"[^\s\S]" });
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Operators of classes, if doubled.
            '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && chars.next_if_eq(&'-').is_some() => out.push_str("-\\-"),
            '.' if !in_class => out.push_str(r"[^\n\r\u2028\u2029]"),
            _ => out.push(c),
        }
        before = c;
    }
    out
}

/// Recursive; the depth is bounded by `NEST_LIMIT`.
fn write(hir: &Hir, out: &mut String) -> Result<(), String> {
    if out.len() > SIZE_LIMIT {
        return Err("the pattern is too large".to_owned());
    }
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| "the pattern matches bytes that are no text")?;
            text.chars().for_each(|c| out.push_str(&escaped(&spelling(c))));
        }
        HirKind::Class(Class::Unicode(class)) => write_class(class, out),
        HirKind::Class(Class::Bytes(class)) => {
            let class = class.to_unicode_class().ok_or("the pattern matches bytes that are no text")?;
            write_class(&class, out);
        }
        HirKind::Look(_) => return Err("an anchor or word boundary stands inside the pattern".to_owned()),
        HirKind::Repetition(repetition) => {
            out.push_str("(?:");
            write(&repetition.sub, out)?;
            out.push_str(&match (repetition.min, repetition.max) {
                (0, None) => ")*".to_owned(),
                (1, None) => ")+".to_owned(),
                (0, Some(1)) => ")?".to_owned(),
                (min, None) => format!("){{{min},}}"),
                (min, Some(max)) if min == max => format!("){{{min}}}"),
                (min, Some(max)) => format!("){{{min},{max}}}"),
            });
        }
        HirKind::Capture(capture) => write(&capture.sub, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write_grouped(part, out)?;
            }
        }
        HirKind::Alternation(_) => write_grouped(hir, out)?,
    }
    Ok(())
}

fn write_grouped(hir: &Hir, out: &mut String) -> Result<(), String> {
    let HirKind::Alternation(branches) = hir.kind() else { return write(hir, out) };
    out.push_str("(?:");
    for (index, branch) in branches.iter().enumerate() {
        if index > 0 {
            out.push('|');
        }
        write(branch, out)?;
    }
    out.push(')');
    Ok(())
}

/// One character of a class, in its spelling.
fn write_class(class: &ClassUnicode, out: &mut String) {
    let mut itself = String::new();
    let mut spelled: Vec<String> = Vec::new();
    for range in class.iter() {
        let (start, end) = (range.start(), range.end());
        // What needs a spelling of its own is ASCII.
        let special = (start..=end.min('\x7F')).filter(|&c| spelling(c).len() > c.len_utf8());
        spelled.extend(special.map(|c| escaped(&spelling(c))));
        for (first, last) in [(' ', '!'), ('#', '['), (']', char::MAX)] {
            let (first, last) = (first.max(start), last.min(end));
            if first <= last {
                itself.push_str(&class_character(first));
                if first < last {
                    itself.push_str(&format!("-{}", class_character(last)));
                }
            }
        }
    }
    match (itself.is_empty(), spelled.as_slice()) {
        (false, []) => out.push_str(&format!("[{itself}]")),
        (true, []) => out.push_str(r"[^\x00-\x{10FFFF}]"),
        (true, spelled) => out.push_str(&format!("(?:{})", spelled.join("|"))),
        (false, spelled) => out.push_str(&format!("(?:[{itself}]|{})", spelled.join("|"))),
    }
}

fn class_character(c: char) -> String {
    match c {
        _ if c.is_ascii_alphanumeric() || c == '_' => c.to_string(),
        ' '..='~' => format!("\\x{:02X}", u32::from(c)),
        _ => format!("\\x{{{:X}}}", u32::from(c)),
    }
}

/// A text as a regex for a `.langlet` file, in which a slash needs a backslash, too.
fn escaped(text: &str) -> String {
    regex_syntax::escape(text).replace('/', "\\/")
}

#[cfg(test)]
mod tests {
    use langlet_core::regex::Terms;

    use super::*;

    /// Whether the encoding of a text is in the encoded pattern, by derivatives.
    fn matches(pattern: &str, text: &str) -> bool {
        accepts(&encoded(pattern).unwrap(), &encode(text))
    }

    fn accepts(regex: &str, text: &str) -> bool {
        let mut terms = Terms::new();
        let term = terms.parse(regex).unwrap();
        let rest = text.bytes().fold(term, |rest, byte| terms.derivative(rest, byte));
        terms.nullable(rest)
    }

    #[test]
    fn a_pattern_is_searched_for() {
        assert!(matches("b+", "abbc") && matches("^b", "ba") && !matches("^b", "ab") && matches("b$", "ab"));
        assert!(matches("^a|b$", "ac") && matches("^a|b$", "cb") && !matches("^a|b$", "ca"));
        assert!(matches("^(a|bc)$", "bc") && !matches("^(a|bc)$", "a|bc") && matches("", "x") && matches("^$", ""));
        assert!(matches("^(a|b)c$", "bc") && !matches("^(a|b)c$", "a") && matches("^(?:ab){2}$", "abab"));
    }

    #[test]
    fn characters_have_their_spelling() {
        let all = "\" \\ / \u{8}\u{c}\n\r\t\0\u{1f}\u{7f} é 😀";
        let pattern: String =
            all.chars().map(|c| format!("[{}]", if c == '\\' { "\\\\".into() } else { c.to_string() })).collect();
        assert!(matches(&format!("^{pattern}$"), all));
        assert!(matches(r#"^"\\\/\n\u0000$"#, "\"\\/\n\0"));
        assert!(matches(r"^[^a]{3}$", "\"\\\n") && !matches("^[^a]$", "a"));
        // What the pattern does not name has any spelling, what it names only the usual one.
        assert!(accepts(&encoded("b").unwrap(), r#""\u0061b\/""#) && !accepts(&encoded("b").unwrap(), r#""\u0062""#));
    }

    #[test]
    fn as_the_standard_has_it() {
        assert!(
            matches(r"^\d\w\s$", "1_\u{a0}")
                && !matches(r"^\d$", "٣")
                && !matches(r"^\w$", "é")
                && matches(r"^\W\D\S$", "éé1")
        );
        assert!(
            matches("^.$", "x") && !matches("^.$", "\n") && !matches("^.$", "\u{2028}") && matches(r"^[\s\S]$", "\n")
        );
        assert!(
            matches("^[[]$", "[")
                && matches("^[a&&b]+$", "&ab")
                && matches("^[^]$", "x")
                && matches(r"^[\w.-]+$", "a.-")
        );
        assert!(matches(r"^\p{Lu}$", "É") && matches(r"^[+--]$", ","));
        let refused = |pattern: &str| encoded(pattern).unwrap_err();
        assert_eq!(refused("(?=a)b"), "look-around, including look-ahead and look-behind, is not supported");
        assert_eq!(refused(r"(a)\1"), "backreferences are not supported");
        assert_eq!(refused("a^b"), "an anchor or word boundary stands inside the pattern");
        assert_eq!(refused(r"\bword"), "an anchor or word boundary stands inside the pattern");
        assert!(refused(&"(".repeat(1000)).contains("unclosed"));
    }

    #[test]
    fn lengths_are_of_characters() {
        let two = length(2, Some(2));
        assert!([r#""ab""#, r#""\"é""#, r#""😀\ud83d\ude00""#, r#""\u0041\/""#].iter().all(|text| accepts(&two, text)));
        assert!(
            [r#""a""#, r#""\ud83d\ude00""#, r#""abc""#, r#""\ud83da""#, "\"a\n\""]
                .iter()
                .all(|text| !accepts(&two, text))
        );
        assert!(
            accepts(&length(0, None), r#""""#)
                && !accepts(&length(1, None), r#""""#)
                && accepts(&length(1, None), r#""ab""#)
        );
    }
}
