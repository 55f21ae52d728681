//! Formats of strings by regexes, in the notation of schemas.
//!
//! A regex cannot know leap years, nor resolve a name: `date` takes the 29th of February of every year, and `uri` says what
//! RFC 3986 says of characters and little of their order.

/// The names that are known.
pub(crate) const NAMES: [&str; 12] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uuid",
];

const DATE: &str =
    r"\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))";
const TIME: &str = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)";
const CLOCK: &str = r"T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)";
const LABEL: &str = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const ATOM: &str = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const OCTET: &str = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";
const URI_CHARACTER: &str = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})";

/// The pattern of a format, anchored; `None` if the name is not known.
pub(crate) fn pattern(name: &str) -> Option<String> {
    Some(match name {
        "date" => format!("^{DATE}$"),
        "time" => format!("^{TIME}$"),
        "date-time" => format!("^{DATE}[Tt]{TIME}$"),
        "duration" => {
            let days = r"\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D";
            format!(r"^P(?:\d+W|(?:{days})(?:{CLOCK})?|{CLOCK})$")
        }
        "email" => format!(r"^{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})*$"),
        "hostname" => format!(r"^{LABEL}(?:\.{LABEL})*$"),
        "ipv4" => format!(r"^{OCTET}(?:\.{OCTET}){{3}}$"),
        "ipv6" => format!("^(?:{})$", ipv6()),
        "uri" => format!("^[A-Za-z][A-Za-z0-9+.-]*:{URI_CHARACTER}*$"),
        "uri-reference" => format!("^{URI_CHARACTER}*$"),
        "uuid" => "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$".to_owned(),
        "json-pointer" => "^(?:/(?:[^~/]|~[01])*)*$".to_owned(),
        _ => return None,
    })
}

/// Eight groups, the last two perhaps as an IPv4 address, and one run of them perhaps left out (RFC 4291, section 2.2).
fn ipv6() -> String {
    let group = "[0-9A-Fa-f]{1,4}";
    let last = format!("(?:{group}:{group}|{OCTET}(?:\\.{OCTET}){{3}})");
    let mut forms = vec![format!("(?:{group}:){{6}}{last}")];
    // `n` groups before the gap; behind it, as many that at least one is left out.
    for n in 0..=7 {
        let before = match n {
            0 => String::new(),
            1 => group.to_owned(),
            _ => format!("{group}(?::{group}){{{}}}", n - 1),
        };
        let room = 7 - n;
        let behind = match room {
            0 => String::new(),
            1 => format!("(?:{group})?"),
            2 => format!("(?:{group}|{last})?"),
            _ => format!("(?:{group}|(?:{group}:){{0,{}}}{last})?", room - 2),
        };
        forms.push(format!("{before}::{behind}"));
    }
    forms.join("|")
}

#[cfg(test)]
mod tests {
    use langlet_core::regex::Terms;

    use super::*;
    use crate::pattern::{encode, encoded};

    #[test]
    fn what_is_in_and_what_is_not() {
        let cases = [
            ("date", "2024-02-29 1999-12-31", "2024-02-30 2024-13-01 2024-04-31 24-01-01 2024-1-1"),
            ("time", "23:59:60Z 00:00:00.123+01:30", "24:00:00Z 12:00Z 12:00:00"),
            ("date-time", "2024-02-29T12:00:00Z 1999-01-01t00:00:00.5-08:00", "2024-02-29 2024-02-29T12:00:00"),
            ("duration", "P1W P1Y2M3D P1DT2H P1YT1S PT36H PT1M30S", "P P1 1D PT P1S P1Y1D"),
            ("email", "a@b.co x.y+z@sub.example-one.org o'neil@x", "a@ @b a..b@c a@-b.c a@b."),
            ("hostname", "localhost a-b.example.com 1.x", "-a.b a_.b a..b a."),
            ("ipv4", "0.0.0.0 255.249.199.99 10.1.2.3", "256.1.1.1 1.2.3 01.2.3.4"),
            (
                "ipv6",
                ":: ::1 1:: 1:2:3:4:5:6:7:8 fe80::1:2 ::ffff:1.2.3.4 1:2:3:4:5:6:1.2.3.4 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 1::3:4:5:6:7:8",
                "1 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1::2::3 12345:: ::1.2.3 1:2:3:4:5:6:7::8",
            ),
            ("uri", "https://a.b/c?d=e#f urn:isbn:1 mailto:a@b.c a+b:%20", "/a //a :a a:% a:%2g"),
            ("uri-reference", "/a a?b #c", "a<b %z"),
            (
                "uuid",
                "123e4567-e89b-12d3-a456-426614174000",
                "123e4567e89b12d3a456426614174000 123e4567-e89b-12d3-a456-42661417400g",
            ),
            ("json-pointer", "/a/b~1c /~0", "a /~2"),
        ];
        assert_eq!(cases.len(), NAMES.len());
        for (name, good, bad) in cases {
            let mut terms = Terms::new();
            let term = terms.parse(&encoded(&pattern(name).unwrap()).unwrap()).unwrap();
            for (texts, expected) in [(good, true), (bad, false)] {
                for text in texts.split(' ') {
                    let rest = encode(text).bytes().fold(term, |rest, byte| terms.derivative(rest, byte));
                    assert_eq!(terms.nullable(rest), expected, "{name} {text}");
                }
            }
        }
        assert!(NAMES.iter().all(|name| pattern(name).is_some()) && pattern("phone").is_none());
    }
}
