//! Unified diffs, in the form that `diff -u` prints and `patch` reads.

use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Where a hunk stands.
    Hunk(String),
    /// A line that only the old text has, with its line end.
    Old(&'a str),
    /// A line that only the new text has.
    New(&'a str),
    /// A line of both texts.
    Both(&'a str),
}

/// The hunks of the difference of two texts. Linear in the texts if they have equally many lines.
pub(crate) fn unified<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    // Only `\n` ends a line for `patch`.
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let mut lines = Vec::new();
    for group in group_diff_ops(operations(&old, &new), CONTEXT) {
        lines.push(Line::Hunk(UnifiedHunkHeader::new(&group).to_string()));
        for operation in &group {
            if operation.tag() == DiffTag::Equal {
                lines.extend(old[operation.old_range()].iter().map(|line| Line::Both(line)));
            } else {
                lines.extend(old[operation.old_range()].iter().map(|line| Line::Old(line)));
                lines.extend(new[operation.new_range()].iter().map(|line| Line::New(line)));
            }
        }
    }
    lines
}

/// A translation rarely changes how many lines there are; then lines of the same number are compared, which is linear where
/// a shortest edit script would be quadratic in the number of changes.
fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    if old.len() != new.len() {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let mut operations = Vec::new();
    let mut start = 0;
    // Progress: each turn takes at least the line at `start`.
    while start < old.len() {
        let is_equal = old[start] == new[start];
        let rest = old[start..].iter().zip(&new[start..]);
        let len = rest.take_while(|(old, new)| (old == new) == is_equal).count();
        operations.push(match is_equal {
            true => DiffOp::Equal { old_index: start, new_index: start, len },
            false => DiffOp::Replace { old_index: start, old_len: len, new_index: start, new_len: len },
        });
        start += len;
    }
    operations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let line = |line: &Line| match line {
            Line::Hunk(header) => format!("{header}\n"),
            Line::Old(text) => format!("-{text}"),
            Line::New(text) => format!("+{text}"),
            Line::Both(text) => format!(" {text}"),
        };
        unified(old, new).iter().map(line).collect()
    }

    #[test]
    fn equally_many_lines() {
        let text = |seven: &str| format!("1\n2\n3\n4\n5\n6\n{seven}\n8\n");
        assert_eq!(shown(&text("7"), &text("x")), "@@ -4,5 +4,5 @@\n 4\n 5\n 6\n-7\n+x\n 8\n");
        assert_eq!(shown("a\n", "a\n"), "");
    }

    #[test]
    fn a_line_less_and_other_line_ends() {
        assert_eq!(shown("a\nb\r\nc\rd\n", "a\nc\rd\n"), "@@ -1,3 +1,2 @@\n a\n-b\r\n c\rd\n");
        assert_eq!(shown("", "a"), "@@ -0,0 +1 @@\n+a");
    }
}
