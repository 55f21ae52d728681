//! Numbers: exact decimals, their bounds, and the regexes of what lies within.
//!
//! Bounds, and the number of digits behind the point, are facts about digits; with an exponent they are not. So a number
//! with any of these constraints is written without an exponent.

use std::cmp::Ordering;

/// Digits of a number beyond which a bound is refused.
const MOST_DIGITS: usize = 400;

/// An exact decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Digits before the point, without leading zeros; empty for 0.
    whole: String,
    /// Digits behind the point, without trailing zeros.
    fraction: String,
}

impl Decimal {
    /// A number as JSON writes it; `None` if written out it has too many digits.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.bytes().all(|digit| digit == b'0') {
            return Some(Decimal { negative: false, whole: String::new(), fraction: String::new() });
        }
        let exponent: i32 = exponent.parse().ok()?;
        let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
        if point.unsigned_abs() as usize > MOST_DIGITS || digits.len() > MOST_DIGITS {
            return None;
        }
        let (whole, fraction) = if point <= 0 {
            (String::new(), "0".repeat(point.unsigned_abs() as usize) + &digits)
        } else if point as usize >= digits.len() {
            (format!("{digits:0<width$}", width = point as usize), String::new())
        } else {
            (digits[..point as usize].to_owned(), digits[point as usize..].to_owned())
        };
        let (whole, fraction) = (whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned());
        Some(Decimal { negative, whole, fraction })
    }

    /// Digits behind the point.
    pub(crate) fn decimals(&self) -> u32 {
        self.fraction.len() as u32
    }

    /// If it is 1, 0.1, 0.01, …: how many digits behind the point its multiples have at most.
    pub(crate) fn as_step(&self) -> Option<u32> {
        let is_one = self.whole == "1" && self.fraction.is_empty();
        let is_tenth = self.whole.is_empty() && self.fraction.trim_start_matches('0') == "1";
        (!self.negative && (is_one || is_tenth)).then(|| self.decimals())
    }

    /// If it is a whole number, and not a large one: this number.
    pub(crate) fn as_count(&self) -> Option<u32> {
        if self.whole.is_empty() { Some(0) } else { self.whole.parse().ok() }
    }

    #[cfg(test)]
    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    fn magnitude(&self) -> Decimal {
        Decimal { negative: false, ..self.clone() }
    }

    fn compare_magnitude(&self, other: &Decimal) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(&other.whole));
        whole.then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// An end of an interval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bound {
    pub(crate) at: Decimal,
    /// Whether the end itself is left out.
    pub(crate) exclusive: bool,
}

impl Bound {
    /// Whether, as a lower bound, it leaves out all that `other` leaves out.
    pub(crate) fn is_above(&self, other: &Bound) -> bool {
        (&self.at, self.exclusive) > (&other.at, other.exclusive)
    }

    /// Whether, as an upper bound, it leaves out all that `other` leaves out.
    pub(crate) fn is_below(&self, other: &Bound) -> bool {
        (&self.at, !self.exclusive) < (&other.at, !other.exclusive)
    }

    /// Whether a number is within it as a lower bound.
    pub(crate) fn admits_from(&self, number: &Decimal) -> bool {
        if self.exclusive { *number > self.at } else { *number >= self.at }
    }

    /// Whether a number is within it as an upper bound.
    pub(crate) fn admits_up_to(&self, number: &Decimal) -> bool {
        if self.exclusive { *number < self.at } else { *number <= self.at }
    }
}

/// The regex of the numbers between two bounds with at most `decimals` digits behind the point, written without an exponent;
/// `None` if there is none. Zero is written without a sign.
pub(crate) fn interval(min: Option<&Bound>, max: Option<&Bound>, decimals: Option<u32>) -> Option<String> {
    // What is not negative lies between two magnitudes, and what is negative too, the bounds changing places.
    let zero = Bound { at: Decimal::parse("0").expect("a number"), exclusive: false };
    let above_zero = Bound { exclusive: true, ..zero.clone() };
    let mut parts = Vec::new();
    let positive_max = max.filter(|max| !max.at.negative);
    if max.is_none() || positive_max.is_some() {
        let positive_min = min.filter(|min| !min.at.negative).unwrap_or(&zero);
        parts.extend(magnitudes(positive_min, positive_max, decimals));
    }
    let flipped = |bound: &Bound| Bound { at: bound.at.magnitude(), exclusive: bound.exclusive };
    let negative_min = min.map(flipped).filter(|_| min.is_some_and(|min| min.at.negative));
    if min.is_none() || negative_min.is_some() {
        let negative_max = max.filter(|max| max.at.negative).map_or(above_zero, flipped);
        parts.extend(magnitudes(&negative_max, negative_min.as_ref(), decimals).map(|part| format!("-(?:{part})")));
    }
    (!parts.is_empty()).then(|| parts.join("|"))
}

/// The regex of the numbers from `low` to `high`, both not negative.
fn magnitudes(low: &Bound, high: Option<&Bound>, decimals: Option<u32>) -> Option<String> {
    if high.is_some_and(|high| high.at < low.at || (high.at == low.at && (high.exclusive || low.exclusive))) {
        return None;
    }
    let fraction = |bounds: Fraction<'_>| fraction(bounds, decimals);
    let low_whole = &low.at.whole;
    let mut parts = Vec::new();
    let mut add = |whole: String, fraction: Option<String>| {
        if let Some(fraction) = fraction {
            parts.push(format!("{whole}{fraction}"));
        }
    };
    let shown = |whole: &str| if whole.is_empty() { "0".to_owned() } else { whole.to_owned() };
    let from = Some((low.at.fraction.as_str(), low.exclusive));
    match high {
        Some(high) if high.at.whole == *low_whole => {
            let up_to = Some((high.at.fraction.as_str(), high.exclusive));
            add(shown(low_whole), fraction((from, up_to)));
        }
        _ => {
            add(shown(low_whole), fraction((from, None)));
            let any = fraction((None, None));
            let next = successor(low_whole);
            match high {
                None => wholes_from(&next).into_iter().for_each(|whole| add(whole, any.clone())),
                Some(high) => {
                    if !high.at.whole.is_empty() {
                        let last = predecessor(&high.at.whole);
                        wholes(&next, &last).into_iter().for_each(|whole| add(whole, any.clone()));
                    }
                    let up_to = Some((high.at.fraction.as_str(), high.exclusive));
                    add(shown(&high.at.whole), fraction((None, up_to)));
                }
            }
        }
    }
    (!parts.is_empty()).then(|| parts.join("|"))
}

/// Bounds of the digits behind a point: each the digits and whether they are left out.
type Fraction<'a> = (Option<(&'a str, bool)>, Option<(&'a str, bool)>);

/// The regex of the point and the digits behind it, optional where no digit may follow; `None` if nothing fits.
fn fraction((from, up_to): Fraction<'_>, decimals: Option<u32>) -> Option<String> {
    let room = decimals.map(|decimals| decimals as usize);
    // Without digits, the fraction is zero.
    let allows_none = from.is_none_or(|(digits, exclusive)| digits.is_empty() && !exclusive)
        && up_to.is_none_or(|(digits, exclusive)| !(digits.is_empty() && exclusive));
    let digits = if room == Some(0) { None } else { digits(from, up_to, room) };
    match (digits, allows_none) {
        (Some(digits), true) => Some(format!("(?:\\.(?:{digits}))?")),
        (Some(digits), false) => Some(format!("\\.(?:{digits})")),
        (None, true) => Some(String::new()),
        (None, false) => None,
    }
}

/// The regex of the digit strings, one digit or more and at most `room`, that lie between two others as fractions; `None` if
/// there is none.
fn digits(from: Option<(&str, bool)>, up_to: Option<(&str, bool)>, room: Option<usize>) -> Option<String> {
    let longest = from.map_or(0, |from| from.0.len()).max(up_to.map_or(0, |up_to| up_to.0.len()));
    let digit = |digits: &str, at: usize| digits.as_bytes().get(at).map_or(0, |digit| digit - b'0');
    // At most as many digits as there is room for behind `n`.
    let some = |n: usize, class: &str, least: usize| match room {
        None if least == 0 => format!("{class}*"),
        None => format!("{class}+"),
        Some(room) => format!("{class}{{{least},{}}}", room - n),
    };
    let mut parts = Vec::new();
    // Paths along the digits of the bounds: how many are read, and which of the bounds they are equal to so far.
    let mut paths = vec![(String::new(), from, up_to)];
    while let Some((read, low, high)) = paths.pop() {
        let n = read.len();
        let low_ends = low.is_none_or(|(digits, exclusive)| digits.len() <= n && !exclusive);
        let high_ends = high.is_none_or(|(digits, exclusive)| digits.len() > n || !exclusive);
        if n > 0 && low_ends && high_ends {
            parts.push(read.clone());
        }
        if room.is_some_and(|room| n >= room) {
            continue;
        }
        if n >= longest {
            // The digits of the bounds are read; what is left of them are zeros.
            match (low, high) {
                (None | Some((_, false)), None) => parts.push(read + &some(n, "[0-9]", 1)),
                (Some((_, true)), None) => match room {
                    None => parts.push(read + "0*[1-9][0-9]*"),
                    Some(room) => parts.extend((n..room).map(|at| {
                        let zeros = "0".repeat(at - n);
                        format!("{read}{zeros}[1-9]{}", some(at + 1, "[0-9]", 0))
                    })),
                },
                (None | Some((_, false)), Some((_, false))) => parts.push(read + &some(n, "0", 1)),
                (_, Some(_)) => {}
            }
            continue;
        }
        let first = low.map_or(0, |(digits, _)| digit(digits, n));
        let last = high.map_or(9, |(digits, _)| digit(digits, n));
        if low.is_some() && high.is_some() && first == last {
            paths.push((format!("{read}{first}"), low, high));
            continue;
        }
        let (inner_first, inner_last) = (first + u8::from(low.is_some()), last + 1 - u8::from(high.is_some()));
        if inner_first < inner_last {
            parts.push(format!("{read}[{inner_first}-{}]{}", inner_last - 1, some(n + 1, "[0-9]", 0)));
        }
        if low.is_some() && first <= last {
            paths.push((format!("{read}{first}"), low, None));
        }
        if high.is_some() && first <= last {
            paths.push((format!("{read}{last}"), None, high));
        }
    }
    (!parts.is_empty()).then(|| parts.join("|"))
}

/// The next whole number; numbers have no leading zeros, and 0 is empty.
fn successor(whole: &str) -> String {
    let kept = whole.trim_end_matches('9');
    let zeros = "0".repeat(whole.len() - kept.len());
    match kept.as_bytes().last() {
        None => format!("1{zeros}"),
        Some(digit) => format!("{}{}{zeros}", &kept[..kept.len() - 1], char::from(digit + 1)),
    }
}

/// The whole number before one that is not 0.
fn predecessor(whole: &str) -> String {
    let kept = whole.trim_end_matches('0');
    let nines = "9".repeat(whole.len() - kept.len());
    let digit = kept.as_bytes().last().expect("it is not 0");
    format!("{}{}{nines}", &kept[..kept.len() - 1], char::from(digit - 1)).trim_start_matches('0').to_owned()
}

/// Regexes of the whole numbers from one that is not 0 on.
fn wholes_from(low: &str) -> Vec<String> {
    let nines = "9".repeat(low.len());
    let mut parts = wholes(low, &nines);
    parts.push(format!("[1-9][0-9]{{{},}}", low.len()));
    parts
}

/// Regexes of the whole numbers between two that are not 0.
fn wholes(low: &str, high: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for len in low.len()..=high.len() {
        let (least, most) = (format!("1{}", "0".repeat(len - 1)), "9".repeat(len));
        let low = if len == low.len() { low } else { &least };
        let high = if len == high.len() { high } else { &most };
        if low <= high {
            same_length(low, high, &mut parts);
        }
    }
    parts
}

/// Regexes of the digit strings between two of the same length, as few as there are digits at which the ends differ.
fn same_length(low: &str, high: &str, parts: &mut Vec<String>) {
    let n_common = low.bytes().zip(high.bytes()).take_while(|(a, b)| a == b).count();
    let (common, len) = (&low[..n_common], low.len());
    if n_common == len {
        parts.push(low.to_owned());
        return;
    }
    let class = |low: u8, high: u8| match low.cmp(&high) {
        Ordering::Less => format!("[{}-{}]", char::from(low), char::from(high)),
        Ordering::Equal => char::from(low).to_string(),
        Ordering::Greater => String::new(),
    };
    let any = |n: usize| match n {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        _ => format!("[0-9]{{{n}}}"),
    };
    let (first, last) = (low.as_bytes()[n_common], high.as_bytes()[n_common]);
    let low_is_least = low[n_common + 1..].bytes().all(|digit| digit == b'0');
    let high_is_most = high[n_common + 1..].bytes().all(|digit| digit == b'9');
    let (inner_first, inner_last) = (first + u8::from(!low_is_least), last - u8::from(!high_is_most));
    if !low_is_least {
        // From `low` up: at each digit behind, a larger one and then anything.
        for at in (n_common + 1..len).rev() {
            if low.as_bytes()[at] < b'9' {
                parts.push(format!("{}{}{}", &low[..at], class(low.as_bytes()[at] + 1, b'9'), any(len - at - 1)));
            }
        }
        parts.push(low.to_owned());
    }
    if inner_first <= inner_last {
        parts.push(format!("{common}{}{}", class(inner_first, inner_last), any(len - n_common - 1)));
    }
    if !high_is_most {
        for at in n_common + 1..len {
            if high.as_bytes()[at] > b'0' {
                parts.push(format!("{}{}{}", &high[..at], class(b'0', high.as_bytes()[at] - 1), any(len - at - 1)));
            }
        }
        parts.push(high.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use langlet_core::regex::{Term, Terms};

    use super::*;

    fn accepts(terms: &mut Terms, term: Term, text: &str) -> bool {
        let rest = text.bytes().fold(term, |rest, byte| terms.derivative(rest, byte));
        terms.nullable(rest)
    }

    #[test]
    fn decimals_are_exact() {
        let parse = |text: &str| Decimal::parse(text).unwrap();
        assert_eq!(parse("1.50"), parse("15e-1"));
        assert_eq!(parse("-0.0e7"), parse("0"));
        assert_eq!((parse("1200e-4"), parse("5e2")), (parse("0.12"), parse("500")));
        assert!(parse("-2") < parse("-1.5") && parse("-1.5") < parse("0") && parse("9.99") < parse("10"));
        assert_eq!(
            ["1", "0.01", "1e-3", "0.02", "10", "-1"].map(|text| parse(text).as_step()),
            [Some(0), Some(2), Some(3), None, None, None]
        );
        assert_eq!((Decimal::parse("1e999"), Decimal::parse("1e99999999999")), (None, None));
    }

    /// Each pair of bounds, each number of digits behind the point, each number: it is in the regex exactly if it is between
    /// the bounds.
    #[test]
    fn intervals_are_those_of_the_numbers() {
        let ends = [
            "-101.5", "-20", "-3.07", "-1", "-0.25", "0", "0.5", "0.75", "1", "3", "9.99", "10", "19", "250",
            "1000.001",
        ];
        let wholes = [
            "0", "1", "2", "3", "7", "9", "10", "11", "19", "20", "99", "100", "101", "249", "250", "251", "999",
            "1000", "1001", "5000",
        ];
        let fractions = [
            "", ".0", ".07", ".069", ".071", ".2", ".25", ".250", ".2501", ".5", ".49", ".7500", ".751", ".99", ".990",
            ".001", ".0011", ".5000",
        ];
        let mut numbers: Vec<String> =
            wholes.iter().flat_map(|whole| fractions.map(|fraction| format!("{whole}{fraction}"))).collect();
        numbers.extend(numbers.clone().iter().map(|number| format!("-{number}")));
        let mut bounds: Vec<Option<Bound>> = vec![None];
        for end in ends {
            bounds.extend([false, true].map(|exclusive| Some(Bound { at: Decimal::parse(end).unwrap(), exclusive })));
        }
        for (index, min) in bounds.iter().enumerate() {
            for max in bounds.iter().skip(index % 3).step_by(3) {
                for decimals in [None, Some(0), Some(1), Some(3)] {
                    let mut terms = Terms::new();
                    let pattern = interval(min.as_ref(), max.as_ref(), decimals);
                    let term = pattern.as_ref().map_or(Term::EMPTY, |pattern| terms.parse(pattern).unwrap());
                    for text in &numbers {
                        let number = Decimal::parse(text).unwrap();
                        let n_digits = text.split_once('.').map_or(0, |(_, digits)| digits.len() as u32);
                        let expected = min.as_ref().is_none_or(|min| min.admits_from(&number))
                            && max.as_ref().is_none_or(|max| max.admits_up_to(&number))
                            && decimals.is_none_or(|decimals| n_digits <= decimals)
                            && !(text.starts_with('-') && number.is_zero());
                        let found = accepts(&mut terms, term, text);
                        assert_eq!(found, expected, "{text} in {min:?} {max:?} {decimals:?}: {pattern:?}");
                    }
                }
            }
        }
    }
}
