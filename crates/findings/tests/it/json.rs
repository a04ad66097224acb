use findings::{Finding, Location, RuleId, Severity, WrittenName};

#[test]
fn a_finding_survives_json() {
    let finding = Finding::new(
        RuleId::new("PKL001/unsafe-global"),
        Severity::Critical,
        "imports `os.system`".to_owned(),
        Location::bytes(1..9).with_opcode(2).with_stream(0),
    )
    .with_subject("os.system")
    .with_written(WrittenName::new("posix".to_owned(), "system".to_owned()));
    let text = serde_json::to_string(&finding).unwrap();
    assert!(text.contains(r#""severity":"critical""#), "{text}");
    assert_eq!(serde_json::from_str::<Finding>(&text).unwrap(), finding);
}
