//! Files that are two things: whatever stands behind the end of a format is judged as what it is.

use std::io::Write as _;

use findings::Severity;
use model_scan::sniff::{Kind, content_end};
use model_scan::{Target, Verdict};

use crate::forge::{self, Zip};
use crate::forge_seven::{Folder, Seven};
use crate::forge_tar::{Entry, tar};
use crate::pickles::{EVIL, HONEST, names_system, scan};

fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    out.extend(name);
    out.extend(data);
    out.extend([0; 4]);
    out
}

fn png() -> Vec<u8> {
    let chunks = [
        chunk(b"IHDR", &[0; 13]),
        chunk(b"tEXt", b"a\0b"),
        chunk(b"IDAT", &[7; 40]),
    ];
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &chunks.concat(),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

fn jpeg() -> Vec<u8> {
    let mut out = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    out.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0");
    out.extend(b"coded \xff\0 data \xff\xd0 more");
    out.extend(b"\xff\xd9");
    out
}

fn gif() -> Vec<u8> {
    let mut out = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    out.extend([0; 6]);
    out.extend(b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;");
    out
}

fn webp() -> Vec<u8> {
    b"RIFF\x0c\0\0\0WEBPVP8 \0\0\0\0".to_vec()
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n2 0 obj\nendobj\nstartxref\n9\n%%EOF\n".to_vec()
}

fn elf() -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x01\x01".to_vec();
    out.resize(64, 0);
    out[32] = 64;
    out[54..58].copy_from_slice(&[56, 0, 1, 0]);
    // One segment of 200 bytes from the start.
    let mut segment = vec![0; 56];
    segment[32] = 200;
    out.extend(segment);
    out.resize(200, 0x90);
    out
}

fn pe() -> Vec<u8> {
    let mut out = b"MZ".to_vec();
    out.resize(0x40, 0);
    out[0x3c] = 0x40;
    out.extend(b"PE\0\0\x64\x86\x01\0");
    out.resize(0x40 + 24, 0);
    out[0x40 + 20] = 0xf0;
    out.extend(b"\x0b\x02");
    out.resize(0x40 + 24 + 0xf0, 0);
    let mut section = b".text\0\0\0".to_vec();
    section.resize(40, 0);
    section[16..20].copy_from_slice(&0x200_u32.to_le_bytes());
    section[20..24].copy_from_slice(&0x200_u32.to_le_bytes());
    out.extend(section);
    out.resize(0x400, 0x90);
    out
}

/// Two tensors of four bytes, the second one listed first.
fn safetensors() -> Vec<u8> {
    let header = br#"{"__metadata__":{"format":"pt","data_offsets":"[0, 9]"},
        "b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]},
        "a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}   "#;
    let length = u64::try_from(header.len()).unwrap().to_le_bytes();
    [&length[..], header, &[0x3f; 8]].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Everything that some loader reads, with the same pickle in it.
fn tails(pickle: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("pickle", [b"\x80\x02", pickle].concat()),
        (
            "zip",
            Zip::of([forge::Entry::deflated("x.pkl", pickle)]).build(),
        ),
        ("tar", tar(&[Entry::file("x.pkl", pickle)])),
        ("gzip", gzip(pickle)),
        ("tar.gz", gzip(&tar(&[Entry::file("x.pkl", pickle)]))),
        (
            "7z",
            Seven::of(
                vec![Folder::of(&[4, 1, 8], forge::deflate, &[pickle])],
                &["x"],
            )
            .build(),
        ),
    ]
}

fn says_so(target: &Target) -> bool {
    target.findings.iter().any(|finding| {
        let behind = matches!(
            finding.rule.code(),
            "CON001" | "CON004" | "CON014" | "CON015" | "CON010" | "CON016" | "CON024"
        );
        behind && finding.severity >= Severity::Low
    })
}

#[test]
fn honest_files_end_where_their_format_says() {
    for (kind, name, bytes) in [
        (Kind::Png, "a.png", png()),
        (Kind::Jpeg, "a.jpg", jpeg()),
        (Kind::Jpeg, "two.jpg", [jpeg(), jpeg()].concat()),
        (Kind::Gif, "a.gif", gif()),
        (Kind::Webp, "a.webp", webp()),
        (Kind::Pdf, "a.pdf", pdf()),
        (Kind::Elf, "a.so", elf()),
        (Kind::Pe, "a.dll", pe()),
        (Kind::Text, "a.txt", b"some notes\n".repeat(7000)),
        (Kind::Safetensors, "a.safetensors", safetensors()),
    ] {
        assert_eq!(content_end(kind, &bytes), Some(bytes.len()), "{name}");
        let target = scan(name, &bytes);
        assert_eq!(target.findings, [], "{name}");
        let wanted = match kind {
            Kind::Safetensors => Verdict::Clean,
            kind if kind.is_code() => Verdict::Unsupported,
            _ => Verdict::Passive,
        };
        assert_eq!(target.verdict, wanted, "{name}");
        for end in 0..bytes.len().min(2000) {
            let _ = content_end(kind, &bytes[..end]);
        }
        // Zeros behind it are nothing, but in a format that has room for none.
        let padded = [&bytes[..], &[0; 700]].concat();
        let wanted = match kind {
            Kind::Safetensors => Verdict::Dangerous,
            _ => wanted,
        };
        assert_eq!(scan(name, &padded).verdict, wanted, "{name}");
    }
}

#[test]
fn no_host_hides_what_stands_behind_it() {
    let hosts = [
        ("a.png", png()),
        ("a.jpg", jpeg()),
        ("a.gif", gif()),
        ("a.webp", webp()),
        ("a.pdf", pdf()),
        ("a.so", elf()),
        ("a.dll", pe()),
        ("a.safetensors", safetensors()),
        // More than what is looked at to tell that it is text.
        ("a.txt", [b"some notes\n".repeat(7000), vec![0]].concat()),
        ("a.tar", tar(&[Entry::file("honest.pkl", HONEST)])),
        (
            "a.7z",
            Seven::of(vec![Folder::copied(&[HONEST])], &["honest.pkl"]).build(),
        ),
        (
            "a.zip",
            Zip::of([forge::Entry::stored("honest.pkl", HONEST)]).build(),
        ),
        ("a.pkl", HONEST.to_vec()),
        ("a.gz", gzip(HONEST)),
    ];
    for (name, host) in &hosts {
        for (kind, tail) in tails(EVIL) {
            for gap in [0, 16] {
                let bytes = [&host[..], &vec![0; gap], &tail].concat();
                let target = scan(name, &bytes);
                assert!(
                    names_system(&target),
                    "{kind} behind {name}, {gap}: {:#?}",
                    target.findings
                );
                assert!(says_so(&target) || kind == "pickle", "{kind} behind {name}");
            }
        }
        for (kind, tail) in tails(HONEST) {
            let target = scan(name, &[&host[..], &tail].concat());
            assert_ne!(target.verdict, Verdict::Passive, "{kind} behind {name}");
            // Nothing at all may stand behind the last tensor.
            let broken = *name == "a.safetensors";
            let is_dangerous = target.verdict == Verdict::Dangerous;
            assert_eq!(is_dangerous, broken, "{kind} behind {name}");
        }
    }
}

#[test]
fn a_safetensors_header_that_says_nothing_has_no_end() {
    for header in [
        r#"{"a":{"data_offsets":[0,1,2]}}"#,
        r#"{"a":{"data_offsets":[0,-1]}}"#,
        r#"{"a":{"data_offsets":[0,18446744073709551615]}}"#,
        r#"{"a":{"data_offsets":"0,4"}}"#,
        r#"{"a":{"data_offsets":["0","4"]}}"#,
        r#"{"a":4}"#,
        r#"{"a":{"data_offsets":[0,4]}"#,
        r#"{"a":{"data_offsets":[0,4]}} x"#,
    ] {
        let length = u64::try_from(header.len()).unwrap().to_le_bytes();
        let bytes = [&length[..], header.as_bytes(), &[0; 4]].concat();
        assert_eq!(content_end(Kind::Safetensors, &bytes), None, "{header}");
        let target = scan("a.safetensors", &bytes);
        assert_eq!(target.verdict, Verdict::Dangerous, "{header}");
    }
    let beyond = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    assert_eq!(content_end(Kind::Safetensors, &beyond), None);
    let empty = [&2_u64.to_le_bytes()[..], b"{}"].concat();
    assert_eq!(content_end(Kind::Safetensors, &empty), Some(10));
    // Tensors that the file ends within have nothing behind them.
    let cut = &safetensors()[..safetensors().len() - 3];
    assert_eq!(content_end(Kind::Safetensors, cut), Some(cut.len()));
}

#[test]
fn a_program_whose_end_is_unknown_does_not_hide_an_archive() {
    for stub in [
        [&b"MZ"[..], &[0; 126]].concat(),
        b"\x7fELF cut off".to_vec(),
    ] {
        for (pickle, is_evil) in [(EVIL, true), (HONEST, false)] {
            let folder = Folder::copied(&[pickle]);
            let seven = Seven::of(vec![folder], &["model.pkl"]).build();
            let target = scan("setup.exe", &[&stub[..], &seven].concat());
            assert_eq!(names_system(&target), is_evil, "{:#?}", target.findings);
            let member = |name: &str| name.ends_with("!model.pkl");
            assert!(target.members.iter().any(|found| member(&found.name)));
        }
    }
}

#[test]
fn bytes_of_no_format_behind_an_image_are_told_and_searched() {
    let target = scan("a.png", &[&png()[..], b"camera data of some kind"].concat());
    assert_eq!(target.verdict, Verdict::Passive);
    assert_eq!(target.findings[0].rule.code(), "CON010");
    let target = scan("a.png", &[&png()[..], b"\x01\x02 junk \xff", EVIL].concat());
    assert!(names_system(&target));
    // A program's own trailers are its own.
    assert_eq!(
        scan("a.so", &[&elf()[..], b"build id and such"].concat()).findings,
        []
    );
}

#[test]
fn an_installer_is_a_program_with_its_members() {
    let seven = Seven::of(vec![Folder::copied(&[HONEST])], &["model.pkl"]).build();
    let target = scan(
        "setup.exe",
        &[&pe()[..], b";!@Install@!UTF-8!\n", &seven].concat(),
    );
    assert_eq!(
        target.verdict,
        Verdict::Unsupported,
        "{:#?}",
        target.findings
    );
    assert!(
        target
            .members
            .iter()
            .any(|member| member.name.ends_with("!model.pkl"))
    );
}

#[test]
fn a_llamafile_is_a_program_with_its_members() {
    let mut gguf = b"GGUF\x03\0\0\0".to_vec();
    gguf.resize(64, 0);
    let zip = Zip {
        prefix: [&b"MZqFpD='\n"[..], &[0x90; 500]].concat(),
        ..Zip::of([
            forge::Entry::stored("model.gguf", &gguf),
            forge::Entry::stored(".args", b"-m\nmodel.gguf\n"),
        ])
    };
    let target = scan("model.llamafile", &zip.build());
    assert_eq!(
        target.verdict,
        Verdict::Unsupported,
        "{:#?}",
        target.findings
    );
    assert_eq!(target.members.len(), 2);
    let evil = Zip {
        entries: vec![forge::Entry::stored("x.pkl", EVIL)],
        ..zip
    };
    assert!(names_system(&scan("model.llamafile", &evil.build())));
}

#[test]
fn a_zip_archive_within_a_member_of_a_tar_is_the_members() {
    let inner = Zip::of([forge::Entry::stored("a.txt", b"text")]).build();
    let target = scan("a.tar", &tar(&[Entry::file("inner.zip", &inner)]));
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
    let seven = Seven::of(vec![Folder::copied(&[&inner])], &["inner.zip"]).build();
    let target = scan("a.7z", &seven);
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
}
