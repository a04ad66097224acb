use std::fmt::Write as _;

use proptest::prelude::*;
use strict_json::{ErrorKind, EventKind, Kind, Limits, Reader, Value, read};

/// What serde_json makes of the same document.
fn same(ours: &Value<'_>, theirs: &serde_json::Value) -> bool {
    match (ours.kind(), theirs) {
        (Kind::Null, serde_json::Value::Null) => true,
        (Kind::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Kind::String(ours), serde_json::Value::String(theirs)) => ours == theirs,
        (Kind::Number(ours), serde_json::Value::Number(theirs)) => {
            match (ours.as_str().parse::<f64>(), theirs.as_f64()) {
                // serde_json rounds to one of the two nearest unless it is told to be exact.
                (Ok(ours), Some(theirs)) => (ours - theirs).abs() <= ours.abs() * 1e-15,
                _ => false,
            }
        }
        (Kind::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Kind::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.members().len() == theirs.len()
                && ours.members().iter().all(|member| {
                    theirs
                        .get(member.key())
                        .is_some_and(|theirs| same(member.value(), theirs))
                })
        }
        _ => false,
    }
}

fn agrees(text: &[u8]) -> Result<(), TestCaseError> {
    let theirs: Result<serde_json::Value, _> = serde_json::from_slice(text);
    match (read(text, &Limits::default()), theirs) {
        (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, &theirs), "{ours:?} {theirs:?}"),
        (Ok(_), Err(theirs)) => {
            prop_assert!(theirs.to_string().contains("out of range"), "{theirs}")
        }
        (Err(ours), Ok(_)) => prop_assert!(
            matches!(
                ours.kind(),
                ErrorKind::DuplicateKey { .. } | ErrorKind::TooDeep { .. }
            ),
            "{ours}"
        ),
        (Err(ours), Err(_)) => prop_assert!(ours.offset() <= text.len() as u64, "{ours}"),
    }
    events_agree(text)
}

/// The pull layer accepts what the tree accepts, and also keys that stand twice; its events follow each other.
fn events_agree(text: &[u8]) -> Result<(), TestCaseError> {
    let tree = read(text, &Limits::default()).err();
    let end = (|| {
        let mut reader = Reader::new(text, &Limits::default())?;
        let (mut at, mut open) = (0, Vec::new());
        while let Some(event) = reader.read()? {
            assert!(at <= event.start && event.start < event.end && event.end <= reader.offset());
            at = event.end;
            match event.kind {
                EventKind::BeginObject | EventKind::BeginArray => open.push(event.kind),
                EventKind::EndObject => assert_eq!(open.pop(), Some(EventKind::BeginObject)),
                EventKind::EndArray => assert_eq!(open.pop(), Some(EventKind::BeginArray)),
                EventKind::Key(_) => assert_eq!(open.last(), Some(&EventKind::BeginObject)),
                _ => {}
            }
        }
        assert!(open.is_empty());
        Ok(())
    })();
    let mut skipping = Reader::new(text, &Limits::default());
    let skipped = skipping
        .as_mut()
        .map_err(|error| *error)
        .and_then(|reader| {
            reader.skip_value()?;
            reader.read()
        });
    prop_assert_eq!(skipped.err(), end.err());
    match (tree, end) {
        (Some(tree), Ok(())) => {
            prop_assert!(
                matches!(tree.kind(), ErrorKind::DuplicateKey { .. }),
                "{tree}"
            );
        }
        (Some(tree), Err(end)) => prop_assert!(
            tree == end || matches!(tree.kind(), ErrorKind::DuplicateKey { .. }),
            "{tree} {end}"
        ),
        (None, end) => prop_assert_eq!(end, Ok(())),
    }
    Ok(())
}

fn document() -> impl Strategy<Value = String> {
    let string = prop_oneof![
        "[a-c]{0,2}".prop_map(|text| format!("\"{text}\"")),
        "\\PC{0,3}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        r#""(\\["\\/bfnrtu]|[0-9a-fA-Fd]|\\ud83d\\ude00|\\u00e9){0,4}""#,
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,4})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        string.clone(),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        let space = prop::sample::select(vec!["", " ", "\n\t", "\r"]);
        prop_oneof![
            (space.clone(), prop::collection::vec(inner.clone(), 0..6)).prop_map(
                |(space, items)| {
                    format!("[{space}{}{space}]", items.join(&format!("{space},")))
                }
            ),
            (space, prop::collection::vec((string.clone(), inner), 0..10)).prop_map(
                |(space, members)| {
                    let mut out = String::from("{");
                    for (at, (key, value)) in members.iter().enumerate() {
                        let comma = if at == 0 { "" } else { "," };
                        write!(out, "{comma}{space}{key}{space}:{value}").unwrap();
                    }
                    out.push('}');
                    out
                }
            ),
        ]
    })
}

proptest! {
    #[test]
    fn documents_are_read_as_serde_json_reads_them(text in document()) {
        agrees(text.as_bytes())?;
    }

    #[test]
    fn changed_documents_are_judged_as_serde_json_judges_them(
        text in document(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        agrees(&bytes)?;
    }

    #[test]
    fn any_bytes_are_judged_as_serde_json_judges_them(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        agrees(&bytes)?;
    }
}
