//! Merges the lists under `data/` into sorted tables that are searched in place at run time.
#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::expect_used,
    reason = "a build script reads the crate's own data, talks to cargo through stdout and fails loudly"
)]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// A table under construction: key (`module<TAB>name`) to the rest of the line.
type Table = BTreeMap<String, String>;

fn main() {
    println!("cargo::rerun-if-changed=data");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let data = Path::new("data");

    let mut capable = Table::new();
    read(&data.join("capable.list"), &mut capable, 4);
    let mut aliases = Table::new();
    read(&data.join("aliases.list"), &mut aliases, 3);

    let mut inert = Table::new();
    for file in files(&data.join("functions")) {
        read(&file, &mut inert, 5);
    }
    let mut classes = Table::new();
    for file in files(&data.join("classes")) {
        read(&file, &mut classes, 5);
    }
    // What was listed by hand as a function outranks what the generator read as a class; what was listed
    // by hand as capable outranks it too, unless the class was looked at by hand.
    for (key, rest) in classes {
        let by_hand = rest
            .rsplit('\t')
            .next()
            .is_some_and(|reason| reason.starts_with("hand:"));
        if !inert.contains_key(&key) && (by_hand || !is_capable(&capable, &key)) {
            inert.insert(key, rest);
        }
    }
    for key in capable.keys() {
        assert!(
            !inert.contains_key(key),
            "listed as inert and as capable: {key:?}"
        );
    }

    let mut hash = Fnv::new();
    for (name, table) in [
        ("inert.list", &inert),
        ("capable.list", &capable),
        ("aliases.list", &aliases),
    ] {
        let text = write(table);
        hash.update(text.as_bytes());
        fs::write(out.join(name), text).expect("OUT_DIR can be written");
    }
    println!("cargo::rustc-env=PICKLE_VM_RULESET={:016x}", hash.0);
}

/// Says whether a whole module, or the very name, is capable.
fn is_capable(capable: &Table, key: &str) -> bool {
    let (module, _) = key.split_once('\t').expect("a key has two fields");
    if capable.contains_key(key) {
        return true;
    }
    let mut module = module;
    loop {
        if capable.contains_key(&format!("{module}\t*")) {
            return true;
        }
        match module.rsplit_once('.') {
            Some((parent, _)) => module = parent,
            None => return false,
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "list")
        })
        .collect();
    files.sort();
    files
}

fn read(path: &Path, table: &mut Table, fields: usize) {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let place = format!("{}:{}", path.display(), number + 1);
        let mut parts = line.splitn(3, '\t');
        let (Some(module), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next())
        else {
            panic!("{place}: fewer than three fields");
        };
        assert!(
            rest.split('\t').count() + 2 >= fields,
            "{place}: fewer than {fields} fields"
        );
        let key = format!("{module}\t{name}");
        table.entry(key).or_insert_with(|| rest.to_owned());
    }
}

fn write(table: &Table) -> String {
    let mut lines: Vec<String> = table
        .iter()
        .map(|(key, rest)| format!("{key}\t{rest}\n"))
        .collect();
    lines.sort_unstable();
    lines.concat()
}

/// FNV-1a, to tell one state of the lists from another.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
