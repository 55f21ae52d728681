//! Quoted texts: `[| … |]` of a file of rules as its lines mean it, and the metavariables in it.
//!
//! What stands between the marks may be indented as a whole. So a quotation that begins with a line end is read without the
//! indentation that its lines have in common; places in it lead back to the file.
//!
//! ```text
//! rule r if_stmt [|          if $c:
//!     if $c:           is        $b+
//!         $b+
//! |]
//! ```

use std::sync::Arc;

use super::metavariable::Repeat;
use crate::diagnostic::{Diagnostic, SourceText};
use crate::span::Span;
/// Where the lines of a trimmed text stand in the file.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// Start of each line in the text, and its place in the file.
    lines: Vec<(u32, u32)>,
}

impl Places {
    pub(super) fn of(&self, offset: u32) -> u32 {
        let line = self.lines.partition_point(|&(start, _)| start <= offset).max(1) - 1;
        let (start, place) = self.lines[line];
        place + offset.saturating_sub(start)
    }

    pub(super) fn shift(&self, diagnostic: &mut Diagnostic, source: &Arc<SourceText>) {
        let len = source.text.len() as u32;
        for label in &mut diagnostic.labels {
            let (start, end) = (self.of(label.span.start).min(len), self.of(label.span.end).min(len));
            label.span = Span::new(start, end.max(start));
        }
        diagnostic.source = source.clone();
    }
}

/// The text without the blanks around it; if it begins with a line end, its lines without their common indentation.
pub(super) fn trimmed(text: &str, offset: u32) -> (String, Places) {
    let is_blank = |c: char| c == ' ' || c == '\t';
    let Some(lines) = quoted_lines(text) else {
        let start = text.len() - text.trim_start_matches(is_blank).len();
        let end = text.trim_end_matches(is_blank).len().max(start);
        return (text[start..end].to_owned(), Places { lines: vec![(0, offset + start as u32)] });
    };
    let (mut out, mut places) = (String::new(), Vec::new());
    for (at, line) in lines {
        places.push((out.len() as u32, offset + at as u32));
        out.push_str(line);
    }
    if places.is_empty() {
        places.push((0, offset + text.len() as u32));
    }
    (out, Places { lines: places })
}

/// The lines of a quotation that begins with a line end, each with its offset: those behind the line end, without their
/// common indentation, and without the last one if it has only the blanks before the closing mark. `None` for another.
pub(crate) fn quoted_lines<'a>(text: &'a str) -> Option<Vec<(usize, &'a str)>> {
    let is_blank = |c: char| c == ' ' || c == '\t';
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let newline = ["\r\n", "\n", "\r"].into_iter().find(|newline| text[start..].starts_with(newline))?;
    let mut lines: Vec<(usize, &'a str)> = Vec::new();
    let mut at = start + newline.len();
    // Progress: a line is not empty.
    while at < text.len() {
        let rest = &text[at..];
        let len = match rest.find(['\n', '\r']) {
            Some(end) if rest[end..].starts_with("\r\n") => end + 2,
            Some(end) => end + 1,
            None => rest.len(),
        };
        lines.push((at, &rest[..len]));
        at += len;
    }
    lines.pop_if(|(_, last)| last.chars().all(is_blank));
    let indentation = |line: &str| line.len() - line.trim_start_matches(is_blank).len();
    let filled = lines.iter().filter(|(_, line)| !line.trim().is_empty());
    // Byte for byte, so that a tab is not taken for blanks.
    let common = filled.map(|&(_, line)| &line[..indentation(line)]).reduce(|common, one| {
        let len = common.bytes().zip(one.bytes()).take_while(|(a, b)| a == b).count();
        &common[..len]
    });
    let common = common.unwrap_or_default();
    let without = |(at, line): (usize, &'a str)| {
        let len = if line.starts_with(common) { common.len() } else { indentation(line) };
        (at + len, &line[len..])
    };
    Some(lines.iter().map(|&line| without(line)).collect())
}

/// A metavariable in a text.
pub(super) struct Mark<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) name: &'a str,
    pub(super) kind: Option<&'a str>,
    pub(super) repeat: Repeat,
}

/// Each `$name`, `$name:kind`, perhaps with `*`, `+` or `?` behind it.
pub(super) fn marks(text: &str) -> Vec<Mark<'_>> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let word = |at: usize| {
        let rest = &text[at..];
        let end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        let is_word = rest.starts_with(|c: char| is_letter(c) && !c.is_numeric());
        is_word.then(|| &rest[..end])
    };
    let mark = |(start, _): (usize, &str)| {
        let name = word(start + 1)?;
        let mut end = start + 1 + name.len();
        let kind = text[end..].strip_prefix(':').and_then(|_| word(end + 1));
        end += kind.map_or(0, |kind| kind.len() + 1);
        let repeat = match text.as_bytes().get(end) {
            Some(b'*') => Repeat::Star,
            Some(b'+') => Repeat::Plus,
            Some(b'?') => Repeat::Optional,
            _ => Repeat::One,
        };
        end += usize::from(repeat != Repeat::One);
        Some(Mark { start, end, name, kind, repeat })
    };
    text.match_indices('$').filter_map(mark).collect()
}
