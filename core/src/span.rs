//! Places in a text: half-open byte ranges, and line and column for display.

/// The half-open byte range `start..end` of one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: u32, end: u32) -> Span {
        debug_assert!(start <= end, "span {start}..{end} ends before it starts");
        Span { start, end }
    }

    /// Number of bytes.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// The smallest span that contains both.
    #[must_use]
    pub fn cover(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The same range as an index into the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Line and column of a byte offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Counted from 1.
    pub line: u32,
    /// In bytes, counted from 0.
    pub column: u32,
}

/// Where the lines of a text begin. A line ends with `\n`, `\r\n` or a lone `\r`.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// `starts[line - 1]`: offset of the first byte of the line.
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`; linear in its length.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at as u32 + 1);
            }
        }
        LineIndex { starts }
    }

    /// Line and column of `offset`; an offset behind the text counts from the last line. Logarithmic in the lines.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.starts.partition_point(|&start| start <= offset);
        LineColumn { line: line as u32, column: offset - self.starts[line - 1] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_of_line_end() {
        let index = LineIndex::new("a\nb\r\nc\rd");
        let at = |offset| {
            let place = index.line_column(offset);
            (place.line, place.column)
        };
        assert_eq!(
            [at(0), at(1), at(2), at(4), at(5), at(7), at(8)],
            [(1, 0), (1, 1), (2, 0), (2, 2), (3, 0), (4, 0), (4, 1)]
        );
    }
}
