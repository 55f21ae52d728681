//! JSON Schemas as langlets: what they read, what they do not, and what of schemas is refused.
//!
//! A fixture has a section `schema`, sections `valid` and `invalid` with an instance each, and `reordered` with what the schema
//! admits but for the order of properties or the spelling, which the langlet does not read.

use langlet_core::Langlet;
use langlet_core::diagnostic::SourceText;
use langlet_core::generate::{Chance, RandomPrograms, Wishes};
use langlet_json_schema_to_langlet::langlet_text;
use langlet_test_support::Fixture;
use langlet_test_support::fixture::{each_fixture, fixtures};
use proptest::prelude::*;

use super::load;

const FOLDER: &str = "tests/fixtures/schemas";

fn text_of(fixture: &Fixture) -> String {
    let source = SourceText::new("schema.json", fixture.get("schema").expect("a section `schema`"));
    langlet_text(&source, &fixture.name, &[]).unwrap_or_else(|error| panic!("{}: {error}", fixture.name))
}

fn langlet_of(fixture: &Fixture) -> Langlet {
    let text = text_of(fixture);
    load(&fixture.name, &text, None).unwrap_or_else(|errors| panic!("{text}\n{}", super::rendered(&errors)))
}

#[test]
fn schemas_as_langlets() {
    each_fixture(FOLDER, |fixture| {
        let text = text_of(fixture);
        assert_eq!(text, text_of(fixture), "the same every time");
        insta::assert_snapshot!("schema_cases", text);
    });
}

#[test]
fn langlets_read_what_is_valid() {
    for fixture in fixtures(FOLDER) {
        let langlet = langlet_of(&fixture);
        let warnings = langlet.warnings();
        assert!(warnings.is_empty(), "{}: {}", fixture.name, super::rendered(&warnings));
        let mut counts = [0; 2];
        for section in &fixture.sections {
            let found = langlet.parse(section.text.trim_end());
            match section.name.as_str() {
                "valid" => {
                    counts[0] += 1;
                    if let Err(error) = found {
                        panic!("{}: {}\n{error}", fixture.name, section.text);
                    }
                }
                "invalid" | "reordered" => {
                    counts[1] += 1;
                    assert!(found.is_err(), "{} reads {}", fixture.name, section.text);
                }
                _ => {}
            }
        }
        assert!(counts[0] >= 2 && counts[1] >= 2, "{} has instances", fixture.name);
    }
}

/// Whatever is read is JSON.
#[test]
fn random_instances_are_json() {
    for fixture in fixtures(FOLDER) {
        let langlet = langlet_of(&fixture);
        let wishes = Wishes { budget: 90, weights: Vec::new() };
        let programs = RandomPrograms::new(&langlet, langlet.start(), &wishes, 1).unwrap();
        let mut chance = Chance::new(2);
        for _ in 0..20 {
            let text = programs.program(&mut chance);
            langlet_json::JSON.parse(text.as_str()).unwrap_or_else(|error| panic!("{}: {text}: {error}", fixture.name));
            langlet.parse(text.as_str()).unwrap_or_else(|error| panic!("{}: {text}: {error}", fixture.name));
        }
    }
}

#[test]
fn what_is_refused() {
    let refused = |schema: &str| {
        let source = SourceText::new("s", schema);
        let error = langlet_text(&source, "s", &[]).expect_err(schema);
        format!("{schema}\n  {error}\n      {}\n", error.help.as_deref().unwrap_or_default())
    };
    let schemas = [
        r#"{"type": "object", "properties": {"a": {"not": {"type": "string"}}}}"#,
        r#"{"uniqueItems": true}"#,
        r#"{"patternProperties": {"^x": {}}}"#,
        r#"{"if": {}, "then": {}}"#,
        r#"{"minProperties": 1}"#,
        r#"{"unevaluatedProperties": false}"#,
        r#"{"requird": ["a"]}"#,
        r#"{"frobnicate": 1}"#,
        r#"{"type": "text"}"#,
        r#"{"type": "string", "format": "phone"}"#,
        r#"{"pattern": "(?=a)b"}"#,
        r#"{"pattern": "[^\\s\\S]"}"#,
        r#"{"multipleOf": 3}"#,
        r#"{"maxLength": 100000}"#,
        r#"{"minLength": 1.5}"#,
        r#"{"maximum": 1e500}"#,
        r##"{"$ref": "other.json#/a"}"##,
        r##"{"$ref": "#/$defs/a"}"##,
        r##"{"$ref": "#"}"##,
        r##"{"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{"$ref": "#"}]}}}"##,
        r#"{"oneOf": [{"type": "string"}, {"minLength": 2}]}"#,
        r#"{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}"#,
        r#"{"type": "string", "enum": [1, 2]}"#,
        r##"{"required": ["a"], "properties": {"a": {"$ref": "#"}}, "type": "object"}"##,
        r#"{"minimum": 2, "maximum": 1, "type": "number"}"#,
        r#"{"properties": []}"#,
        r#"{"required": "a"}"#,
        r#"[1]"#,
        r#"{"a": 1, "a": 2}"#,
        r#"{"a": }"#,
    ];
    insta::assert_snapshot!(schemas.map(refused).join(""));
}

#[test]
fn keywords_can_be_ignored() {
    let source = SourceText::new("s", r#"{"type": "array", "items": {"type": "integer"}, "uniqueItems": true}"#);
    let text = langlet_text(&source, "My List", &["uniqueItems".to_owned()]).unwrap();
    assert!(text.starts_with("langlet my_list : json\n"), "{text}");
    assert!(load("s", &text, None).unwrap().parse("[1, 1]").is_ok());
}

/// A value as JSON.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1".to_owned()),
        Just("-2.5".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"a\\\"b\\\\\"".to_owned()),
        Just("\"/'\\u00e9\"".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let key = prop::sample::select(vec!["a", "b", "c d", "type"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map(key, inner, 0..3).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                format!("{{{}}}", members.join(", "))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A constant admits itself alone, a choice each of its values, and the schema of anything all of them.
    #[test]
    fn constants_admit_themselves(a in value(), b in value()) {
        let langlet = |schema: String| {
            let text = langlet_text(&SourceText::new("s", schema), "s", &[]).unwrap();
            load("s", &text, None).unwrap()
        };
        let constant = langlet(format!(r#"{{"const": {a}}}"#));
        let plain = |text: &str| text.replace("\\u00e9", "é");
        prop_assert!(constant.parse(plain(&a)).is_ok());
        prop_assert_eq!(constant.parse(plain(&b)).is_ok(), a == b);
        let choice = langlet(format!(r#"{{"enum": [{a}, {b}]}}"#));
        prop_assert!(choice.parse(plain(&a)).is_ok() && choice.parse(plain(&b)).is_ok());
        let beside = langlet(format!(r#"{{"type": "array", "prefixItems": [{{"const": {a}}}], "items": true}}"#));
        let text = format!("[{}, {}]", plain(&a), plain(&b));
        prop_assert!(beside.parse(text).is_ok());
    }

    /// Whatever the text, a schema is made or refused.
    #[test]
    fn any_text_is_made_or_refused(text in "[\\[\\]{}\":,a-z0-9$#/ ]{0,60}", value in value()) {
        for schema in [text.clone(), format!(r#"{{"type": {value}, "enum": {value}, "items": {value}, "required": {value}, "minLength": {value}, "pattern": {value}, "$ref": {value}}}"#)] {
            let _ = langlet_text(&SourceText::new("s", schema), &text, &[]);
        }
    }
}
