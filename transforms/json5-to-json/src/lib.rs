//! JSON5 to JSON: the rules are in `json5-to-json.transform`; what they compute is here.
//!
//! Values are kept exactly: a string denotes the same characters, a number the same number.

use std::sync::LazyLock;

use langlet_core::Transform;
use langlet_core::rewrite::Functions;
use langlet_json::JSON;
use langlet_json5::JSON5;

/// The transformation, built on first use.
pub static JSON5_TO_JSON: LazyLock<Transform> =
    LazyLock::new(|| Transform::built_in(include_str!("../json5-to-json.transform"), &JSON5, &JSON, FUNCTIONS));

/// The functions that its rules call.
pub const FUNCTIONS: Functions<'static> = Functions {
    computes: &[("quoted_name", quoted_name), ("quoted_string", quoted_string), ("decimal", decimal)],
    predicates: &[],
};

/// An identifier, its `\u` escapes kept, in quotes.
fn quoted_name(name: &str) -> Result<Option<String>, String> {
    Ok(Some(format!("\"{name}\"")))
}

/// A string in double quotes, with the escapes that JSON has. A string that JSON can read stays as it is.
fn quoted_string(text: &str) -> Result<Option<String>, String> {
    let inner = &text[1..text.len() - 1];
    let mut out = String::from("\"");
    let mut rest = inner.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => match rest.next() {
                // A line end behind a backslash is no part of the string.
                Some('\n' | '\u{2028}' | '\u{2029}') | None => {}
                Some('\r') => {
                    rest.next_if_eq(&'\n');
                }
                Some('v') => out.push_str("\\u000b"),
                Some('0') => out.push_str("\\u0000"),
                Some('x') => {
                    out.push_str("\\u00");
                    out.extend(rest.by_ref().take(2));
                }
                Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => out.extend(['\\', c]),
                Some(c) => push_character(&mut out, c),
            },
            c => push_character(&mut out, c),
        }
    }
    out.push('"');
    Ok((out != text).then_some(out))
}

/// Control characters must be escaped in JSON.
fn push_character(out: &mut String, c: char) {
    if c < ' ' { out.push_str(&format!("\\u{:04x}", c as u32)) } else { out.push(c) }
}

/// A number in decimal notation, with digits on both sides of the point and no plus sign.
fn decimal(text: &str) -> Result<Option<String>, String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(digits, "Infinity" | "NaN") {
        return Err(format!("JSON has no {digits}"));
    }
    let plain = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) => from_hexadecimal(hexadecimal),
        None => {
            let end = digits.find(['e', 'E']).unwrap_or(digits.len());
            let (mantissa, exponent) = digits.split_at(end);
            let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            let whole = if whole.is_empty() { "0" } else { whole };
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{whole}{point}{fraction}{exponent}")
        }
    };
    let new = format!("{sign}{plain}");
    Ok((new != text).then_some(new))
}

/// Any number of hexadecimal digits in decimal, exactly.
fn from_hexadecimal(digits: &str) -> String {
    // Decimal digits, the lowest first, nine to a word.
    let mut words: Vec<u64> = vec![0];
    for digit in digits.chars().filter_map(|c| c.to_digit(16)) {
        let mut carry = u64::from(digit);
        for word in &mut words {
            let value = *word * 16 + carry;
            *word = value % 1_000_000_000;
            carry = value / 1_000_000_000;
        }
        if carry > 0 {
            words.push(carry);
        }
    }
    let mut out = words.pop().unwrap_or(0).to_string();
    words.iter().rev().for_each(|word| out.push_str(&format!("{word:09}")));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_of_any_length() {
        assert_eq!(from_hexadecimal("ff"), "255");
        assert_eq!(from_hexadecimal("0"), "0");
        assert_eq!(from_hexadecimal("ffffffffffffffffffff"), "1208925819614629174706175");
    }
}
