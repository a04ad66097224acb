//! What must hold for every input: ordinary functions that panic when a promise is broken. The fuzz targets
//! are one line of glue each, and a plain `cargo test` replays seeds and regressions through the same
//! functions.

// Replayed by the tests of model-sign, not by those of the facade, which take this file into themselves.
#[cfg(not(test))]
pub mod sign;
// Replayed by the tests of safetensors-check.
#[cfg(not(test))]
pub mod tensors;

use model_formats::npy;
use model_scan::convert::{self, Checkpoint, TensorKind};
use model_scan::unpack::{self, Budget};
use model_scan::zip::{self, Archive};
use model_scan::{Options, Scanner, Verdict, seven_zip, tar};
use model_sign::certificate::{Certificate, ChainLimits, TrustAnchors};
use model_sign::key::{PrivateKey, PublicKey};
use pickle_vm::{
    Decoder, Disassembly, Effect, EffectSink, Limits, Lists, Machine, Style, View, decompile,
};
use strict_json::{Kind, Value};

/// An oracle and the name of its target.
pub type Oracle = (&'static str, fn(&[u8]));

/// Every oracle, in the order in which the target `parsers` chooses by its first byte.
pub const ORACLES: [Oracle; 16] = [
    ("pickle_never_panics", pickle_never_panics),
    ("pickle_limits_hold", pickle_limits_hold),
    (
        "pickle_garbage_changes_nothing",
        pickle_garbage_changes_nothing,
    ),
    ("zip_never_panics", zip_never_panics),
    ("npy_never_panics", npy_never_panics),
    ("scan_never_panics", scan_never_panics),
    ("decompile_never_panics", decompile_never_panics),
    ("stream_never_panics", stream_never_panics),
    ("disasm_never_panics", disasm_never_panics),
    ("tar_never_panics", tar_never_panics),
    ("seven_zip_never_panics", seven_zip_never_panics),
    ("certificate_never_panics", certificate_never_panics),
    ("key_never_panics", key_never_panics),
    ("json_never_panics", json_never_panics),
    ("safetensors_index", safetensors_index),
    ("convert_never_panics", convert_never_panics),
];

/// Chooses an oracle by the first byte.
pub fn parsers(data: &[u8]) {
    if let Some((first, rest)) = data.split_first() {
        ORACLES[usize::from(*first) % ORACLES.len()].1(rest);
    }
}

/// Looks at where every effect is, in a stream of so many bytes.
struct Look(u64);

impl EffectSink for Look {
    fn effect(&mut self, effect: &Effect<'_>) {
        assert!(effect.range.start <= effect.range.end);
        assert!(effect.range.end <= self.0);
    }
}

/// The decoder is total, the machine ends, and what it says lies within the input.
pub fn pickle_never_panics(data: &[u8]) {
    let mut at = 0;
    for op in Decoder::new(data).flatten() {
        assert_eq!(op.range().start, at, "opcodes follow each other");
        at = op.range().end;
        assert!(op.argument().len() < op.range().len().max(1));
    }
    let limits = Limits::default().with_memory(64 << 20);
    let mut machine = Machine::new(data, 0, &Lists::built_in(), &limits).keep_all();
    machine.run(&mut Look(len(data)));
    let (graph, value) = machine.into_graph();
    if let Some(value) = value
        && let View::Tuple(items) | View::List(items) | View::Dict(items) = graph.view(value)
    {
        for item in items.take(1000) {
            let _ = graph.view(item);
        }
    }
    let scan = pickle_vm::scan(data, 0, &limits);
    assert!(scan.outcome.end <= len(data));
    for finding in &scan.report.findings {
        assert!(finding.location.byte_start <= finding.location.byte_end);
        assert!(finding.location.byte_end <= len(data) || finding.location.file_byte_end.is_none());
        assert!(!finding.message.chars().any(char::is_control));
    }
    for array in &scan.report.arrays {
        assert!(array.start <= array.end && array.end <= len(data));
    }
}

/// Small ceilings are kept, and reaching one never loses what was found before.
pub fn pickle_limits_hold(data: &[u8]) {
    let wide = pickle_vm::scan(data, 0, &Limits::default());
    let narrow = Limits::default()
        .with_memory(1 << 16)
        .with_findings(5)
        .with_readings(0);
    let scan = pickle_vm::scan(data, 0, &narrow);
    // Five of each severity, and those about the stream itself; payloads are told of once each.
    assert!(scan.report.findings.len() <= 5 * 5 + 2 + scan.report.payloads.len());
    if !wide.report.findings.is_empty() {
        assert!(
            scan.outcome.error.is_some() || !scan.report.findings.is_empty() || {
                // What only another reading shows is not followed here.
                wide.report.findings.iter().all(|finding| {
                    finding.reached.is_some() || finding.location.file_byte_end.is_none()
                })
            }
        );
    }
}

/// Every stream gives source; its statements follow each other, end with a comment, and stay below the
/// ceiling.
pub fn decompile_never_panics(data: &[u8]) {
    let limits = Limits::default().with_memory(64 << 20).with_source(4 << 20);
    let found = decompile(data, 0, &limits);
    assert!(found.source.len() <= (4 << 20) + 200);
    let mut at = 0;
    for span in &found.spans {
        assert_eq!(span.text.start, at, "statements follow each other");
        at = span.text.end + 1;
        assert!(span.bytes.start <= span.bytes.end && span.bytes.end <= len(data));
    }
    assert_eq!(at, found.source.len());
    assert!(!found.source.contains(|c: char| c.is_control() && c != '\n'));
    let last = found.source.lines().last().unwrap();
    assert!(last.starts_with("# The "), "{last}");
    assert_eq!(
        found.end.outcome.end,
        pickle_vm::scan(data, 0, &limits).outcome.end
    );
}

/// What follows a pickle's STOP changes nothing about it.
pub fn pickle_garbage_changes_nothing(data: &[u8]) {
    let limits = Limits::default();
    let scan = pickle_vm::scan(data, 0, &limits);
    if scan.outcome.error.is_some() {
        return;
    }
    let end = usize::try_from(scan.outcome.end).unwrap();
    let alone = pickle_vm::scan(&data[..end], 0, &limits);
    assert_eq!(alone.outcome, scan.outcome);
    // Other readings of the bytes may run on into what follows.
    if scan
        .report
        .findings
        .iter()
        .all(|finding| finding.rule.code() != "PKL009")
    {
        assert_eq!(alone.report.findings, scan.report.findings);
    }
}

/// Archives are read whole or refused; parts add up to the file.
pub fn zip_never_panics(data: &[u8]) {
    let Ok(archive) = Archive::read(data, &zip::Limits::default().with_members(1000)) else {
        return;
    };
    let limits = unpack::Limits::default()
        .with_inflated_member(1 << 20)
        .with_inflated_total(8 << 20);
    let mut at = 0;
    for part in archive.structure() {
        assert_eq!(part.range.start, at, "parts follow each other");
        at = part.range.end;
    }
    assert_eq!(at, len(data), "parts are the whole file");
    let budget = Budget::new(len(data), &limits);
    for member in archive.members() {
        for reading in member.readings() {
            let contents = archive.open(reading, &limits, &budget);
            let _ = contents.checksum();
        }
    }
    for divergence in archive.divergences() {
        let finding = divergence.finding(&archive);
        assert!(!finding.message.chars().any(char::is_control));
    }
}

/// Archives are read whole or refused; parts add up to the file; no reading gives more than is allowed.
pub fn tar_never_panics(data: &[u8]) {
    let limits = tar::Limits::default()
        .with_members(1000)
        .with_filled(1 << 20);
    let Ok(archive) = tar::Archive::read(data, &limits) else {
        return;
    };
    let mut at = 0;
    for part in archive.structure() {
        assert_eq!(part.range.start, at, "parts follow each other");
        at = part.range.end;
    }
    assert_eq!(at, len(data), "parts are the whole file");
    for member in archive.members() {
        assert!(member.header().end <= len(data));
        for reading in member.readings() {
            let contents = archive.open(reading, &limits);
            assert!(len(contents.bytes()) <= len(data).max(1 << 20));
        }
    }
    for divergence in archive.divergences() {
        let finding = divergence.finding(&archive);
        assert!(!finding.message.chars().any(char::is_control));
    }
}

/// Archives are read whole or refused; parts add up to the file; nothing unpacks beyond its limit. Checksums
/// are made to hold, so that what they protect is reached.
pub fn seven_zip_never_panics(data: &[u8]) {
    let mut repaired = data.to_vec();
    if let Some(crc) = data.get(12..32).map(crc32) {
        repaired[8..12].copy_from_slice(&crc.to_le_bytes());
    }
    let unpacking = unpack::Limits::default()
        .with_inflated_member(1 << 20)
        .with_inflated_total(8 << 20)
        .with_memory(1 << 20);
    let limits = seven_zip::Limits::default()
        .with_members(1000)
        .with_header(1 << 20);
    for data in [data, &repaired] {
        let budget = Budget::new(len(data), &unpacking);
        let Ok(archive) = seven_zip::Archive::read(data, &limits, &unpacking, &budget) else {
            continue;
        };
        let mut at = 0;
        for part in archive.structure() {
            assert_eq!(part.range.start, at, "parts follow each other");
            at = part.range.end;
        }
        assert_eq!(at, len(data), "parts are the whole file");
        for folder in 0..archive.folders().min(100) {
            let contents = archive.open(folder, &unpacking, &budget);
            assert!(len(contents.bytes()) <= len(data).max(1 << 20));
            for member in archive.members() {
                if member.folder() == Some(folder) {
                    let _ = contents.of(member);
                }
            }
        }
        for divergence in archive.divergences() {
            let finding = divergence.finding(&archive);
            assert!(!finding.message.chars().any(char::is_control));
        }
    }
}

/// CRC-32, bit by bit: what is checked here is short.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// Headers are read whole or refused, and what is said lies within the file.
pub fn npy_never_panics(data: &[u8]) {
    let checked = npy::check(data, &npy::Limits::default());
    assert_eq!(checked.coverage.bytes(), len(data));
    assert!(checked.coverage.accounted() <= len(data));
}

/// Any bytes get an answer, and *clean* is only said of what was read to the last byte.
pub fn scan_never_panics(data: &[u8]) {
    let limits = model_scan::Limits::default().with_inflated_bytes(8 << 20);
    let scanner = Scanner::new(Options::default().with_limits(limits));
    for name in ["model.bin", "model.pkl"] {
        let target = scanner.scan_bytes(name, data);
        if target.verdict == Verdict::Clean {
            assert!(target.complete && target.coverage.is_complete());
        }
        assert!(target.coverage.accounted() <= target.size);
    }
}

/// Every tensor of a checkpoint that is not refused lies inside its storage, and every storage inside the file
/// or unpacked within its limit.
pub fn convert_never_panics(data: &[u8]) {
    let limits = convert::Limits::default()
        .with_visits(100_000)
        .with_unpack(unpack::Limits::default().with_inflated_member(1 << 20));
    let checkpoint = match Checkpoint::read("model.pt", data, &limits) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return assert!(!error.to_string().contains(char::is_control)),
    };
    let lengths: Vec<Option<u64>> = checkpoint
        .storages()
        .iter()
        .map(|storage| {
            let _ = storage.check();
            if let Some(range) = storage.file_range() {
                assert!(range.end <= len(data));
            }
            let bytes = storage.bytes().ok()?;
            assert_eq!(len(&bytes), storage.byte_length());
            Some(len(&bytes))
        })
        .collect();
    for tensor in checkpoint.tensors() {
        assert!(!convert::path_text(&tensor.path).contains(char::is_control));
        if let Some(refusal) = &tensor.refusal {
            assert!(!refusal.to_string().contains(char::is_control));
        } else if matches!(
            tensor.kind,
            TensorKind::Strided | TensorKind::Storage | TensorKind::Quantised(_)
        ) {
            let place = checkpoint
                .storages()
                .iter()
                .position(|storage| {
                    std::ptr::eq(
                        storage,
                        checkpoint.storage(tensor.storage.unwrap()).unwrap(),
                    )
                })
                .unwrap();
            let range = tensor.byte_range().unwrap();
            assert!(range.start <= range.end);
            // What cannot be unpacked is told when it is asked for.
            if let Some(length) = lengths[place] {
                assert!(range.is_empty() || range.end <= length);
            }
        }
    }
    for gap in checkpoint.gaps() {
        assert!(!gap.to_string().contains(char::is_control));
    }
}

/// Compressed streams of every format, alone and as a member of a zip archive, get an answer under small
/// ceilings; *clean* under them is *clean* under wider ones, and only said of what was read.
pub fn stream_never_panics(data: &[u8]) {
    let scanner = |bytes: u64| {
        let mut limits = model_scan::Limits::default()
            .with_inflated_bytes(bytes)
            .with_nesting(3);
        limits.unpack.inflated_member = bytes;
        limits.unpack.memory = 8 << 20;
        Scanner::new(Options::default().with_limits(limits))
    };
    let narrow = scanner(64 << 10).scan_bytes("model.joblib", data);
    let wide = scanner(4 << 20).scan_bytes("model.joblib", data);
    for target in [&narrow, &wide] {
        if target.verdict == Verdict::Clean {
            assert!(target.complete && target.coverage.is_complete());
        }
        for finding in &target.findings {
            assert!(!finding.message.chars().any(char::is_control));
        }
    }
    if narrow.verdict == Verdict::Clean {
        assert_eq!(wide.verdict, Verdict::Clean);
    }
    if let Some((method, packed)) = data.split_first() {
        let method = [8, 12, 14, 93, 95][usize::from(*method) % 5];
        let _ = scanner(64 << 10).scan_bytes("model.zip", &member(method, packed));
    }
}

/// A zip archive without a directory that holds one member, packed by a method.
fn member(method: u16, packed: &[u8]) -> Vec<u8> {
    let size = u32::try_from(packed.len()).unwrap().to_le_bytes();
    let mut zip = b"PK\x03\x04\x14\0\0\0".to_vec();
    zip.extend(method.to_le_bytes());
    zip.extend([0; 8]);
    zip.extend(size);
    zip.extend([0xff, 0, 0, 0, 1, 0, 0, 0, b'm']);
    zip.extend(packed);
    zip
}

/// Lines follow each other up to where the disassembly ends, the text has as many, and none of them can act on
/// a terminal.
pub fn disasm_never_panics(data: &[u8]) {
    let limits = Limits::default().with_disassembly(1 << 20);
    let mut at = 0;
    let mut lines = 0;
    for line in Disassembly::new(data, 0, &limits).map_while(Result::ok) {
        assert_eq!(line.range.start, at, "lines follow each other");
        at = line.range.end;
        lines += 1;
    }
    let ending = Disassembly::new(data, 0, &limits).finish();
    assert_eq!(
        (ending.end, ending.opcodes),
        (u64::try_from(at).unwrap(), lines)
    );
    assert!(ending.stopped || ending.error.is_some());
    let written = |style| {
        let mut text = String::new();
        let mut disassembly = Disassembly::new(data, 0, &limits);
        disassembly.write(style, &mut text).unwrap();
        let closing = u64::from(ending.stopped) + u64::from(ending.begun.is_some());
        if disassembly.finish() == ending {
            assert_eq!(
                u64::try_from(text.lines().count()).unwrap(),
                lines + closing
            );
        }
        text
    };
    written(Style::Exact);
    let short = written(Style::Short);
    assert!(!short.chars().any(|c| c.is_control() && c != '\n'));
}

/// What is accepted serde_json accepts too and understands in the same way; what only serde_json accepts is
/// refused for a reason that it has none of.
///
/// The events of the reader follow each other, and only a key that stands twice lets the tree refuse more.
pub fn json_never_panics(data: &[u8]) {
    let limits = strict_json::Limits::default();
    let theirs: Result<serde_json::Value, _> = serde_json::from_slice(data);
    let tree = strict_json::read(data, &limits);
    let events = json_events(data, &limits);
    match (&tree, events) {
        (Err(tree), events) => assert!(
            events == Err(*tree)
                || matches!(tree.kind(), strict_json::ErrorKind::DuplicateKey { .. })
        ),
        (Ok(_), events) => assert_eq!(events, Ok(())),
    }
    match (tree, theirs) {
        (Ok(ours), Ok(theirs)) => assert!(is_same(&ours, &theirs)),
        (Ok(_), Err(error)) => {
            // Its numbers have an end.
            assert!(error.to_string().contains("number out of range"), "{error}");
        }
        (Err(error), Ok(_)) => assert!(
            matches!(
                error.kind(),
                strict_json::ErrorKind::DuplicateKey { .. }
                    | strict_json::ErrorKind::TooDeep { .. }
                    | strict_json::ErrorKind::TooManyValues { .. }
            ),
            "{error}"
        ),
        (Err(error), Err(_)) => assert!(error.offset() <= len(data)),
    }
}

fn json_events(data: &[u8], limits: &strict_json::Limits) -> Result<(), strict_json::Error> {
    let mut reader = strict_json::Reader::new(data, limits)?;
    let mut at = 0;
    while let Some(event) = reader.read()? {
        assert!(at <= event.start && event.start < event.end && event.end <= data.len());
        at = event.end;
    }
    Ok(())
}

fn is_same(ours: &Value<'_>, theirs: &serde_json::Value) -> bool {
    match (ours.kind(), theirs) {
        (Kind::Null, serde_json::Value::Null) => true,
        (Kind::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Kind::String(ours), serde_json::Value::String(theirs)) => ours == theirs,
        (Kind::Number(ours), serde_json::Value::Number(theirs)) => {
            match (ours.as_u64(), theirs.as_u64()) {
                (Some(ours), Some(theirs)) => ours == theirs,
                // Floating point is rounded on reading: serde_json by default to one of the two nearest.
                _ => match (ours.as_str().parse::<f64>(), theirs.as_f64()) {
                    (Ok(ours), Some(theirs)) => (ours - theirs).abs() <= ours.abs() * 1e-15,
                    _ => false,
                },
            }
        }
        (Kind::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| is_same(a, b))
        }
        (Kind::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.members().len() == theirs.len()
                && ours.members().iter().all(|member| {
                    theirs
                        .get(member.key())
                        .is_some_and(|value| is_same(member.value(), value))
                })
        }
        _ => false,
    }
}

/// An index that can be followed names nothing outside its folder, is read as serde_json reads it, and fits the
/// shards that it describes. The same bytes are no harm as the configuration of an adapter or of a model.
pub fn safetensors_index(data: &[u8]) {
    use safetensors_check::index::{Folder, Format, Index, check};
    use safetensors_check::{adapter, architecture::Architecture};

    let limits = safetensors_check::Limits::default();
    let say = |findings: &[findings::Finding]| {
        for finding in findings {
            assert!(finding.location.byte_start <= finding.location.byte_end);
            assert!(finding.location.byte_end <= len(data));
            assert!(!finding.message.contains(char::is_control));
        }
    };
    for format in [Format::Safetensors, Format::Pickle] {
        let report = check(data, format, &limits);
        say(report.findings());
        let index = report.index();
        let mut folder = Folder::new().with_names(index.shards());
        for (shard, name) in index.shards().enumerate() {
            let entries = index.entries().iter();
            let held = entries.filter(|entry| entry.shard() == shard);
            let held: Vec<_> = held.map(|entry| (entry.name(), 1)).collect();
            folder = folder.with_shard(name, held);
        }
        let joined = report.join(&folder);
        say(joined.findings());
        assert!(joined.unread().is_empty());
        match Index::read(data, &limits) {
            Ok(read) => {
                assert!(read.weight_map().eq(index.weight_map()));
                for name in read.shards() {
                    // Dots at the beginning of a longer name lead nowhere.
                    assert!(!name.contains(['/', '\\']) && name != "..");
                }
                for finding in joined.findings() {
                    // A size that is wrong, and a name without the number of the others.
                    assert!(["STF070", "STF071"].contains(&finding.rule.code()));
                }
                if let Ok(theirs) = serde_json::from_slice::<serde_json::Value>(data) {
                    let theirs = theirs["weight_map"].as_object().unwrap();
                    assert_eq!(theirs.len(), read.entries().len());
                    for (name, shard) in read.weight_map() {
                        assert_eq!(theirs[name].as_str(), Some(shard));
                    }
                }
            }
            Err(error) => {
                assert!(error.bytes().end <= len(data));
                assert!(!report.findings().is_empty());
            }
        }
    }
    let report = adapter::check(data, &limits);
    say(report.findings());
    let shape = [4, 4];
    let tensors = [
        "base_model.model.q.lora_A.weight",
        "base_model.model.q.weight",
    ]
    .map(|name| safetensors_check::Listed::new(name, &shape));
    say(report.join(&tensors, Some(&tensors)).findings());
    if let Ok(Some(architecture)) = Architecture::read(data, &limits) {
        say(&architecture.check(&tensors, 0..len(data)));
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}

/// Certificates are read and judged as a chain below themselves; what is read keeps its bytes. The pieces follow
/// each other, each after its length in two bytes, the signer's last.
pub fn certificate_never_panics(data: &[u8]) {
    let limits = ChainLimits::default();
    let _ = Certificate::from_pem(data, &limits);
    let mut pieces = Vec::new();
    let mut rest = data;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (piece, after) = after.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    let mut certificates = Vec::new();
    for piece in &pieces {
        if let Ok(certificate) = Certificate::from_der(piece, &limits) {
            assert_eq!(certificate.der(), *piece);
            let again = Certificate::from_pem(certificate.to_pem().as_bytes(), &limits);
            assert!(again.is_ok_and(|again| again == [certificate.clone()]));
            let _ = certificate.subject().to_string();
            certificates.push(certificate);
        }
    }
    pieces.reverse();
    if let Ok(anchors) = TrustAnchors::new(certificates) {
        // 2027-06-01.
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_811_808_000);
        if let Ok(leaf) = anchors.verify(&pieces, at, &limits) {
            assert!(leaf.validity().not_before() <= at && at <= leaf.validity().not_after());
        }
    }
}

/// The public keys that [`key_never_panics`] verifies with: of Ed25519 (RFC 8410 section 10.1), and on P-256.
const KEYS: [&str; 2] = [
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n",
];

/// The input is a public key in either form, a private key, and a signature; what is read is written as it was.
/// No passphrase is given, so that what a file asks for is read and not done.
pub fn key_never_panics(data: &[u8]) {
    for key in [PublicKey::from_pem(data), PublicKey::from_spki_der(data)] {
        match key {
            Ok(key) => {
                assert!(
                    PublicKey::from_pem(key.to_pem().as_bytes()).is_ok_and(|again| again == key)
                );
                assert!(key.verify(b"message", data).is_err());
            }
            Err(error) => assert!(!error.to_string().contains(char::is_control)),
        }
    }
    if let Ok(key) = PublicKey::from_spki_der(data) {
        assert_eq!(key.to_spki_der(), data, "a key has one form");
    }
    match PrivateKey::from_pem(data, None) {
        Ok(key) => {
            let signature = key.sign(b"message").unwrap();
            assert!(key.public_key().verify(b"message", &signature).is_ok());
            let text = key.to_pem(None).unwrap();
            let again = PrivateKey::from_pem(text.as_str().as_bytes(), None).unwrap();
            assert_eq!(again.public_key(), key.public_key());
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
    for key in KEYS {
        let key = PublicKey::from_pem(key.as_bytes()).unwrap();
        let error = key.verify(b"message", data).unwrap_err();
        assert!(!error.to_string().contains(char::is_control));
    }
}
