//! Bytes to text and back, byte for byte.
//!
//! Texts are UTF-8; a byte order mark stays in the text as U+FEFF. In a langlet of the Python family a comment in the first
//! two lines can name another encoding (PEP 263). A file is accepted only if encoding its text gives the same bytes, so what
//! a translation does not touch is written back as it was.

use std::fmt;
use std::sync::LazyLock;

use langlet_core::span::{LineColumn, LineIndex};
use regex::bytes::Regex;

use crate::output::Problem;

/// How the characters of a file are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8, also with a byte order mark.
    Utf8,
    /// The first 128 characters.
    Ascii,
    /// ISO 8859-1 proper: the first 256 characters. (On the web the name means windows-1252.)
    Latin1,
    /// Another one; never UTF-16, which `encoding_rs` does not write.
    Other(&'static encoding_rs::Encoding),
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Ascii => "ASCII",
            Encoding::Latin1 => "ISO-8859-1",
            Encoding::Other(encoding) => encoding.name(),
        })
    }
}

impl Encoding {
    /// The bytes of a text.
    ///
    /// # Errors
    /// The offset of the first character that the encoding lacks.
    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, usize> {
        let up_to = |limit: u32| {
            let byte = |(offset, c): (usize, char)| if (c as u32) < limit { Ok(c as u8) } else { Err(offset) };
            text.char_indices().map(byte).collect()
        };
        match self {
            Encoding::Utf8 => Ok(text.as_bytes().to_vec()),
            Encoding::Ascii => up_to(0x80),
            Encoding::Latin1 => up_to(0x100),
            Encoding::Other(encoding) => {
                let (bytes, _, has_unmappable) = encoding.encode(text);
                match has_unmappable {
                    false => Ok(bytes.into_owned()),
                    true => Err(text
                        .char_indices()
                        .find(|(_, c)| encoding.encode(c.encode_utf8(&mut [0; 4])).2)
                        .map_or(0, |(offset, _)| offset)),
                }
            }
        }
    }

    /// As [`Encoding::encode`]; the error names the character and its place in the file `name`.
    pub(crate) fn encode_file(self, name: &str, text: &str) -> Result<Vec<u8>, Problem> {
        self.encode(text).map_err(|offset| {
            let c = text[offset..].chars().next().unwrap_or_default();
            Problem::File {
                name: name.to_owned(),
                place: Some(LineIndex::new(text).line_column(offset as u32)),
                message: format!("the encoding {self} of this file lacks `{c}` (U+{:04X})", c as u32),
                help: Some("save the file as UTF-8, and let its coding cookie say so".to_owned()),
            }
        })
    }
}

/// The text of a file and how it is encoded. `coding_cookie`: whether a comment can name the encoding.
///
/// # Errors
/// The bytes are no text, or not one in the encoding that they should be in.
pub(crate) fn decode(name: &str, bytes: Vec<u8>, coding_cookie: bool) -> Result<(String, Encoding), Problem> {
    let at = |offset: usize, message: String, help: Option<&str>| Problem::File {
        name: name.to_owned(),
        place: Some(place_of(&bytes, offset)),
        message,
        help: help.map(str::to_owned),
    };
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(Problem::file(name, "this is UTF-16, which is not read")
            .help("convert the file to UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"));
    }
    if let Some(offset) = bytes.iter().position(|&byte| byte == 0) {
        let message = "there is a NUL byte; no text contains one, so this may be a binary file".to_owned();
        return Err(at(offset, message, None));
    }
    let has_mark = bytes.starts_with(b"\xEF\xBB\xBF");
    let cookie = if coding_cookie { find_cookie(&bytes) } else { None };
    let encoding = match cookie {
        None => Encoding::Utf8,
        Some((offset, label)) => match named(&label) {
            None => {
                let message = format!("the encoding `{}` is not known", label.escape_debug());
                return Err(at(offset, message, Some("convert the file to UTF-8 and change its coding cookie")));
            }
            Some(encoding) if has_mark && encoding != Encoding::Utf8 => {
                let message = format!("the file begins with the mark of UTF-8, but its coding cookie says {encoding}");
                return Err(at(offset, message, None));
            }
            Some(encoding) => encoding,
        },
    };
    match encoding {
        Encoding::Utf8 => {}
        Encoding::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
            None => {}
            Some(offset) => {
                return Err(at(offset, format!("the byte 0x{:02X} is not {encoding}", bytes[offset]), None));
            }
        },
        Encoding::Latin1 => return Ok((bytes.iter().map(|&byte| char::from(byte)).collect(), encoding)),
        Encoding::Other(other) => {
            let Some(text) = other.decode_without_bom_handling_and_without_replacement(&bytes) else {
                return Err(at(first_wrong(other, &bytes), format!("the bytes here are not {encoding}"), None));
            };
            if encoding.encode(&text).as_ref() != Ok(&bytes) {
                let again = encoding.encode(&text).unwrap_or_default();
                let offset = again.iter().zip(&bytes).take_while(|(again, byte)| again == byte).count();
                let message = format!("the bytes here are not the ones that {encoding} has for their characters");
                return Err(at(offset, message, Some("convert the file to UTF-8 and change its coding cookie")));
            }
            return Ok((text.into_owned(), encoding));
        }
    }
    String::from_utf8(bytes).map(|text| (text, encoding)).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let help = match coding_cookie && find_cookie(bytes).is_none() {
            true => "declare the encoding in the first line, for example `# -*- coding: latin-1 -*-`",
            false => "convert the file to UTF-8",
        };
        Problem::File {
            name: name.to_owned(),
            place: Some(place_of(bytes, offset)),
            message: format!("the byte 0x{:02X} is not UTF-8", bytes[offset]),
            help: Some(help.to_owned()),
        }
    })
}

/// The place of a byte, found without decoding.
fn place_of(bytes: &[u8], offset: usize) -> LineColumn {
    let mut line = 1;
    let mut start = 0;
    for (at, &byte) in bytes[..offset].iter().enumerate() {
        if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            line += 1;
            start = at + 1;
        }
    }
    LineColumn { line, column: (offset - start) as u32 }
}

/// The offset of the first byte sequence that the encoding does not have.
fn first_wrong(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let Some(len) = decoder.max_utf8_buffer_length_without_replacement(bytes.len()) else { return 0 };
    let mut text = String::with_capacity(len);
    let (result, n_read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        encoding_rs::DecoderResult::Malformed(n_wrong, n_behind) => {
            n_read.saturating_sub(usize::from(n_wrong) + usize::from(n_behind))
        }
        _ => n_read,
    }
}

/// The encoding that a comment in the first or second line names (PEP 263), and the offset of its name. The second line
/// counts only if the first is blank or a comment.
fn find_cookie(bytes: &[u8]) -> Option<(usize, String)> {
    static COOKIE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)^[ \t\x0C]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)").expect("a constant regex is right")
    });
    static BLANK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?-u)^[ \t\x0C]*(#[^\r\n]*)?(\r\n|[\r\n])").expect("a constant regex is right"));
    let mut start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    for _ in 0..2 {
        let rest = &bytes[start..];
        if let Some(label) = COOKIE.captures(rest).and_then(|found| found.get(1)) {
            return Some((start + label.start(), String::from_utf8_lossy(label.as_bytes()).into_owned()));
        }
        start += BLANK.find(rest)?.end();
    }
    None
}

/// The encoding that Python means by a name; `None` if it is none that is known here.
fn named(label: &str) -> Option<Encoding> {
    let name = label.to_ascii_lowercase().replace('_', "-");
    // As CPython does, so that Emacs may add `-unix`, `-dos` or `-mac`.
    let is = |known: &str| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    if is("utf-8") || ["utf8", "u8", "utf", "cp65001"].contains(&&*name) {
        return Some(Encoding::Utf8);
    }
    if ["latin-1", "iso-8859-1", "iso-latin-1", "iso8859-1", "latin1"].into_iter().any(is)
        || ["latin", "l1", "8859", "cp819", "819", "ibm819", "iso-ir-100", "csisolatin1"].contains(&&*name)
    {
        return Some(Encoding::Latin1);
    }
    if ["ascii", "us-ascii"].into_iter().any(is)
        || ["646", "us", "cp367", "367", "ibm367", "csascii", "iso646-us", "iso-ir-6"].contains(&&*name)
        || name.starts_with("ansi-x3.4")
        || name.starts_with("iso-646.irv")
    {
        return Some(Encoding::Ascii);
    }
    // Names of Python that the web does not have.
    let web = match &*name {
        "latin-2" => "latin2",
        "latin-3" => "latin3",
        "latin-4" => "latin4",
        "latin-5" => "latin5",
        "latin-6" => "latin6",
        "latin-7" | "latin7" | "l7" => "iso-8859-13",
        "latin-8" | "latin8" | "l8" => "iso-8859-14",
        "latin-9" | "latin9" => "iso-8859-15",
        "latin-10" | "latin10" | "l10" => "iso-8859-16",
        "mac-roman" | "macroman" => "macintosh",
        "mac-cyrillic" | "maccyrillic" => "x-mac-cyrillic",
        "932" | "cp932" | "ms-kanji" | "mskanji" | "s-jis" => "shift_jis",
        "ujis" | "u-jis" | "eucjp" => "euc-jp",
        "936" | "cp936" | "ms936" | "euc-cn" | "euccn" | "gb2312-80" => "gbk",
        "gb18030-2000" => "gb18030",
        "949" | "cp949" | "ms949" | "uhc" | "euckr" | "ksc5601" | "ks-c-5601" | "ks-x-1001" => "euc-kr",
        "950" | "cp950" | "ms950" | "big5-tw" | "big5hkscs" | "big5-hkscs" | "hkscs" => "big5",
        "874" | "cp874" | "tis620" => "tis-620",
        "1250" => "cp1250",
        "1251" => "cp1251",
        "1252" => "cp1252",
        "1253" => "cp1253",
        "1254" => "cp1254",
        "1255" => "cp1255",
        "1256" => "cp1256",
        "1257" => "cp1257",
        "1258" => "cp1258",
        "866" => "ibm866",
        other => other,
    };
    let found = encoding_rs::Encoding::for_label_no_replacement(web.as_bytes())?;
    let is_written = found.output_encoding() == found && found != encoding_rs::X_USER_DEFINED;
    (is_written && found != encoding_rs::UTF_8).then_some(Encoding::Other(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text and the encoding, or the message and the help.
    fn read(bytes: &[u8]) -> Result<(String, String), String> {
        match decode("f.py", bytes.to_vec(), true) {
            Ok((text, encoding)) => {
                assert_eq!(encoding.encode(&text).as_deref(), Ok(bytes), "not written back byte for byte");
                Ok((text, encoding.to_string()))
            }
            Err(problem) => Err(problem.to_string()),
        }
    }

    #[test]
    fn names_of_python_and_of_the_web() {
        let shown = |label: &str| named(label).map(|encoding| encoding.to_string());
        for (labels, expected) in [
            ("utf-8 UTF8 utf_8 utf-8-sig utf-8-unix U8", "UTF-8"),
            ("latin-1 latin_1 latin1 iso-8859-1 ISO_8859_1 iso8859-1 iso-latin-1-unix L1 cp819", "ISO-8859-1"),
            ("ascii us-ascii US_ASCII 646 ANSI_X3.4-1968", "ASCII"),
            ("iso-8859-15 iso8859_15 latin-9 latin9 l9", "ISO-8859-15"),
            ("iso-8859-2 latin2 latin-2 l2", "ISO-8859-2"),
            ("koi8-r KOI8_R", "KOI8-R"),
            ("cp1252 windows-1252 windows_1252 1252", "windows-1252"),
            ("euc_jp euc-jp ujis", "EUC-JP"),
            ("shift_jis sjis cp932 ms_kanji", "Shift_JIS"),
            ("big5 cp950", "Big5"),
            ("gbk cp936", "GBK"),
            ("mac_roman macintosh", "macintosh"),
        ] {
            for label in labels.split(' ') {
                assert_eq!(shown(label).as_deref(), Some(expected), "{label}");
            }
        }
        for unknown in ["utf-16", "utf_16_le", "rot13", "hex", "klingon", "x-user-defined", "hz", ""] {
            assert_eq!(shown(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn cookies_are_found_where_pep_263_says() {
        let label = |text: &str| find_cookie(text.as_bytes()).map(|(_, label)| label);
        let found = |name: &str| Some(name.to_owned());
        assert_eq!(label("# -*- coding: koi8-r -*-\n"), found("koi8-r"));
        assert_eq!(label("#!/usr/bin/python\r\n# vim: set fileencoding=cp1252 :\r\n"), found("cp1252"));
        assert_eq!(label("\x0C\n \t#coding=latin-1"), found("latin-1"));
        assert_eq!(label("\u{FEFF}# coding: utf-8\n"), found("utf-8"));
        assert_eq!(label("\r#coding:big5\r"), found("big5"));
        assert_eq!(label("\n\n# coding: latin-1\n"), None, "the third line");
        assert_eq!(label("x = 1\n# coding: latin-1\n"), None, "behind code");
        assert_eq!(label("x = 1 # coding: latin-1\n"), None, "code before it");
        assert_eq!(label("# coding : latin-1\n"), None, "a blank before the colon");
        assert_eq!(label("# no\ncoding: latin-1\n"), None, "no comment");
    }

    #[test]
    fn texts_and_their_encodings() {
        let ok = |text: &str, encoding: &str| Ok((text.to_owned(), encoding.to_owned()));
        assert_eq!(read(b""), ok("", "UTF-8"));
        assert_eq!(read("\u{FEFF}é\r\n".as_bytes()), ok("\u{FEFF}é\r\n", "UTF-8"));
        assert_eq!(read(b"#coding:latin-1\n\xE9\x80"), ok("#coding:latin-1\né\u{80}", "ISO-8859-1"));
        assert_eq!(read(b"#coding:cp1252\n\x80"), ok("#coding:cp1252\n€", "windows-1252"));
        assert_eq!(read(b"#coding:koi8-r\n\xC1"), ok("#coding:koi8-r\nа", "KOI8-R"));
        assert_eq!(read(b"#coding:euc_jp\n\xA4\xA2"), ok("#coding:euc_jp\nあ", "EUC-JP"));
        assert_eq!(read(b"#coding:us-ascii\nx"), ok("#coding:us-ascii\nx", "ASCII"));
    }

    #[test]
    fn bytes_that_are_no_text() {
        let error = |message: &str| Err(message.to_owned());
        assert_eq!(read(b"x\r\ny = '\xE9'"), error("f.py:2:6: the byte 0xE9 is not UTF-8"));
        assert_eq!(read(b"#coding:ascii\n\xC3\xA9"), error("f.py:2:1: the byte 0xC3 is not ASCII"));
        assert_eq!(read(b"#coding:klingon\n"), error("f.py:1:9: the encoding `klingon` is not known"));
        assert_eq!(
            read(b"a\nb\0c"),
            error("f.py:2:2: there is a NUL byte; no text contains one, so this may be a binary file")
        );
        assert_eq!(read(b"\xFF\xFEa\0"), error("f.py: this is UTF-16, which is not read"));
        assert_eq!(
            read(b"\xEF\xBB\xBF#coding:latin-1\n"),
            error("f.py:1:12: the file begins with the mark of UTF-8, but its coding cookie says ISO-8859-1")
        );
        assert_eq!(read(b"#coding:euc_jp\nab\xA4\n"), error("f.py:2:3: the bytes here are not EUC-JP"));
    }

    #[test]
    fn cookies_mean_nothing_outside_the_python_family() {
        let problem = decode("f.json", b"#coding:latin-1\n\xE9".to_vec(), false).unwrap_err();
        assert_eq!(problem.to_string(), "f.json:2:1: the byte 0xE9 is not UTF-8");
    }

    #[test]
    fn a_character_that_the_encoding_lacks() {
        assert_eq!(Encoding::Latin1.encode("aé€"), Err(3));
        assert_eq!(Encoding::Ascii.encode("aé"), Err(1));
        assert_eq!(Encoding::Other(encoding_rs::KOI8_R).encode("аé"), Err(2));
        let problem = Encoding::Latin1.encode_file("f.py", "x\ny€").unwrap_err();
        assert_eq!(problem.to_string(), "f.py:2:2: the encoding ISO-8859-1 of this file lacks `€` (U+20AC)");
    }
}
