use std::process::Command;

use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

use crate::tool::{EVIL, HONEST, is_there, judge, run, scan};

/// Programs that compress one file, with the options that change what they write. `model.pkl` is the input.
const TOOLS: &[(&str, &[&str], &str)] = &[
    ("gzip", &["-k", "-1"], "model.pkl.gz"),
    ("gzip", &["-k", "-n", "-9"], "model.pkl.gz"),
    ("bzip2", &["-k", "-1"], "model.pkl.bz2"),
    ("bzip2", &["-k", "-9"], "model.pkl.bz2"),
    ("xz", &["-k", "-0"], "model.pkl.xz"),
    ("xz", &["-k", "-9e"], "model.pkl.xz"),
    ("xz", &["-k", "--check=none"], "model.pkl.xz"),
    ("xz", &["-k", "--check=crc32"], "model.pkl.xz"),
    ("xz", &["-k", "--check=sha256"], "model.pkl.xz"),
    ("xz", &["-k", "--block-size=65536", "-T2"], "model.pkl.xz"),
    ("xz", &["-k", "--x86", "--lzma2=preset=1"], "model.pkl.xz"),
    ("xz", &["-k", "--arm64", "--lzma2=preset=1"], "model.pkl.xz"),
    (
        "xz",
        &["-k", "--delta=dist=4", "--lzma2=preset=1"],
        "model.pkl.xz",
    ),
    ("xz", &["-k", "--lzma2=lc=0,lp=4,pb=0"], "model.pkl.xz"),
    ("xz", &["-k", "--format=lzma"], "model.pkl.lzma"),
    (
        "xz",
        &["-k", "--format=lzma", "--lzma1=lc=1,lp=2,pb=1"],
        "model.pkl.lzma",
    ),
    ("lz4", &["-k", "-q", "-1"], "model.pkl.lz4"),
    ("lz4", &["-k", "-q", "-9", "-B4", "-BD"], "model.pkl.lz4"),
    (
        "lz4",
        &["-k", "-q", "-BX", "--content-size"],
        "model.pkl.lz4",
    ),
    (
        "lz4",
        &["-k", "-q", "--no-frame-crc", "-B5"],
        "model.pkl.lz4",
    ),
    ("lz4", &["-k", "-q", "-l"], "model.pkl.lz4"),
    ("zstd", &["-k", "-q", "-1"], "model.pkl.zst"),
    ("zstd", &["-k", "-q", "-19", "--no-check"], "model.pkl.zst"),
    ("zstd", &["-k", "-q", "--ultra", "-22"], "model.pkl.zst"),
    (
        "zstd",
        &["-k", "-q", "--no-content-size", "--long=27"],
        "model.pkl.zst",
    ),
    ("zstd", &["-k", "-q", "--fast=5"], "model.pkl.zst"),
];

/// Python's own modules: the expression gives the compressed form of `data`.
const MODULES: &[(&str, &str)] = &[
    ("gzip", "gzip.compress(data)"),
    ("gzip", "gzip.compress(data[:9]) + gzip.compress(data[9:])"),
    ("bz2", "bz2.compress(data, 1)"),
    ("bz2", "bz2.compress(data[:9]) + bz2.compress(data[9:])"),
    ("lzma", "lzma.compress(data)"),
    (
        "lzma",
        "lzma.compress(data[:9]) + bytes(8) + lzma.compress(data[9:])",
    ),
    ("lzma", "lzma.compress(data, check=lzma.CHECK_SHA256)"),
    ("lzma", "lzma.compress(data, format=lzma.FORMAT_ALONE)"),
    ("zlib", "zlib.compress(data, 0)"),
    ("zlib", "zlib.compress(data, 9)"),
    (
        "zlib",
        "b'ZF' + hex(len(data)).encode().ljust(19) + zlib.compress(data)",
    ),
    (
        "zlib",
        "b'ZF' + hex(len(data)).encode().ljust(20) + zlib.compress(data)",
    ),
    (
        "lz4.frame",
        "lz4.frame.compress(data, block_linked=False, content_checksum=True)",
    ),
    (
        "lz4.frame",
        "lz4.frame.compress(data, block_size=4, block_checksum=True)",
    ),
    (
        "zstandard",
        "zstandard.ZstdCompressor(write_checksum=True).compress(data)",
    ),
];

/// Members of a zip archive, as `zipfile` writes them; the pickle is packed by the method that is named.
const ZIPFILE: &str = "
import sys, zipfile
with zipfile.ZipFile('model.zip', 'w', getattr(zipfile, sys.argv[1])) as archive:
    archive.write('model.pkl', 'archive/data.pkl')
";

/// A dump of joblib with arrays, compressed and plain, and one with a call.
const JOBLIB: &str = "
import os, sys, joblib, numpy
class Call:
    def __reduce__(self):
        return os.system, ('exit 0',)
value = {'w': numpy.arange(5000.0), 'n': [numpy.ones((3, 4), 'f4'), 'text'], 'e': numpy.zeros(0)}
if sys.argv[1] == 'evil':
    value['c'] = Call()
compress = (sys.argv[2], int(sys.argv[3])) if len(sys.argv) > 2 else 0
joblib.dump(value, 'model.joblib', compress=compress)
";

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for &(tool, options, out) in TOOLS {
        let name = format!("{tool}{}", options.join(" ").replace("-k", ""));
        let trial = Trial::test(name, move || {
            each(out, &|folder| {
                let mut arguments = [options, &["model.pkl"]].concat();
                // Without a terminal it writes to its output.
                arguments.extend((tool == "lz4").then_some(out));
                run(folder.path(), tool, &arguments)
            })
        });
        trials.push(trial.with_ignored_flag(!is_there(tool)));
    }
    for &(module, expression) in MODULES {
        let script = format!(
            "import {module}\ndata = open('model.pkl', 'rb').read()\nopen('out', 'wb').write({expression})"
        );
        let trial = Trial::test(format!("python {expression}"), move || {
            each("out", &|folder| {
                run(folder.path(), "python3", &["-c", &script])
            })
        });
        trials.push(trial.with_ignored_flag(!imports(module)));
    }
    for method in ["ZIP_BZIP2", "ZIP_LZMA", "ZIP_DEFLATED"] {
        let trial = Trial::test(format!("python zipfile {method}"), move || {
            each("model.zip", &|folder| {
                run(folder.path(), "python3", &["-c", ZIPFILE, method])
            })
        });
        trials.push(trial.with_ignored_flag(!imports("zipfile")));
    }
    let absent = !imports("joblib, numpy");
    for compressor in ["", "zlib", "gzip", "bz2", "lzma", "xz", "lz4"] {
        for level in ["1", "9"] {
            let absent = absent || compressor == "lz4" && !imports("lz4.frame");
            let trial = Trial::test(format!("joblib {compressor} {level}"), move || {
                dumped(compressor, level)
            });
            trials.push(trial.with_ignored_flag(absent));
        }
    }
    trials
}

fn imports(modules: &str) -> bool {
    Command::new("python3")
        .args(["-c", &format!("import {modules}")])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// An honest and an evil pickle, short and long, each packed by the program and judged.
fn each(out: &str, pack: &dyn Fn(&TempDir) -> Result<(), Failed>) -> Result<(), Failed> {
    for length in [0, 120_000] {
        for pickle in [HONEST, EVIL] {
            let folder = TempDir::new()?;
            std::fs::write(folder.path().join("model.pkl"), lengthened(pickle, length)?)?;
            pack(&folder)?;
            judge(&scan(&folder.path().join(out))?, pickle)?;
        }
    }
    Ok(())
}

/// The same pickle with so many bytes in it that pack to about half.
fn lengthened(pickle: &[u8], length: u32) -> Result<Vec<u8>, Failed> {
    let (stop, before) = pickle.split_last().ok_or("empty")?;
    let mut bytes = before.to_vec();
    bytes.extend(b"0B");
    bytes.extend(length.to_le_bytes());
    let mut state: u32 = 7;
    bytes.extend((0..length).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0] & 0x0f
    }));
    bytes.push(*stop);
    Ok(bytes)
}

fn dumped(compressor: &str, level: &str) -> Result<(), Failed> {
    for (kind, pickle) in [("honest", HONEST), ("evil", EVIL)] {
        let folder = TempDir::new()?;
        let mut arguments = vec!["-c", JOBLIB, kind];
        if !compressor.is_empty() {
            arguments.extend([compressor, level]);
        }
        run(folder.path(), "python3", &arguments)?;
        judge(&scan(&folder.path().join("model.joblib"))?, pickle)?;
    }
    Ok(())
}
