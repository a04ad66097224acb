use std::io::{self, Write};

use model_digest::{Algorithm, Digest};
use model_scan::convert::{Limits, Options, Outcome, Plan, Proof, Refused, WriteError};

use super::{converted, read};
use crate::forge::Entry;
use crate::forge_torch::{Torch, dict, tensor};

/// Three tensors, one of them transposed.
fn example() -> Vec<u8> {
    let mut torch = Torch::default();
    let one = torch.floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let two = torch.longs(&[7, 8, 9]);
    let root = dict(&[
        ("a", tensor(&one, 0, &[2, 3], &[3, 1])),
        ("b", tensor(&one, 0, &[3, 2], &[1, 3])),
        ("c", tensor(&two, 1, &[2], &[1])),
    ]);
    torch.zip(&root)
}

/// Takes so many bytes, and then fails.
struct Full {
    left: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_at_any_byte_fails_the_conversion() {
    let file = example();
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    let length = converted(&file, &Options::default()).len();
    for left in 0..length {
        for proof in [Proof::None, Proof::Digests] {
            let error = plan.write(&mut Full { left }, proof, &()).unwrap_err();
            assert!(
                matches!(&error, WriteError::Io(error) if error.kind() == io::ErrorKind::StorageFull),
                "{left}: {error}"
            );
        }
    }
    let written = plan.write(&mut Full { left: length }, Proof::None, &());
    assert_eq!(written.unwrap().bytes, u64::try_from(length).unwrap());
}

#[test]
fn two_runs_give_the_same_bytes() {
    let file = example();
    let first = converted(&file, &Options::default());
    for _ in 0..8 {
        assert_eq!(converted(&file, &Options::default()), first);
    }
}

#[test]
fn digests_are_those_of_the_file_and_of_each_tensor() {
    let file = example();
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    let mut out = Vec::new();
    let written = plan.write(&mut out, Proof::Digests, &()).unwrap();
    assert_eq!(written.digest, Some(Digest::of(Algorithm::Sha256, &out)));
    assert_eq!(written.tensors.len(), 3);
    for (number, digest) in written.tensors.iter().enumerate() {
        let (name, ..) = plan.written(number).unwrap();
        let data = super::tensor(&out, name).2;
        assert_eq!(*digest, Digest::of(Algorithm::Sha256, &data), "{name}");
    }
    // Side by side they are the same.
    let proven = plan.prove(&file, &out, &()).unwrap();
    assert_eq!(proven.source, Digest::of(Algorithm::Sha256, &file));
    assert_eq!(proven.written, written);
    out.push(0);
    assert!(plan.prove(&file, &out, &()).is_err());
}

#[test]
fn a_storage_whose_checksum_is_wrong_is_not_converted() {
    for packed in [Entry::stored, Entry::deflated] {
        let mut torch = Torch::default();
        let storage = torch.floats(&[1.0, 2.0]);
        let root = dict(&[("a", tensor(&storage, 0, &[2], &[1]))]);
        let member = |name: &str, data: &[u8]| {
            let mut entry = packed(name, data);
            entry.both(|fields| fields.crc ^= 1);
            entry
        };
        let file = [
            Entry::stored(
                "model/data.pkl",
                &[b"\x80\x02", root.as_slice(), b"."].concat(),
            ),
            member("model/data/0", &super::floats(&[1.0, 2.0])),
            Entry::stored("model/version", b"3\n"),
        ];
        let file = crate::forge::Zip::of(file).build();
        let checkpoint = read(&file);
        let plan = Plan::new(&checkpoint, &Options::default());
        let error = plan.write(&mut io::sink(), Proof::None, &()).unwrap_err();
        assert!(matches!(error, WriteError::Storage { .. }), "{error}");
    }
}

#[test]
fn what_is_expanded_beyond_all_bounds_is_refused() {
    let mut torch = Torch::default();
    let storage = torch.floats(&[1.0]);
    let root = dict(&[
        ("a", tensor(&storage, 0, &[1 << 40], &[0])),
        ("b", tensor(&storage, 0, &[1], &[1])),
    ]);
    let file = torch.zip(&root);
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    assert!(matches!(
        plan.entries()[0].outcome,
        Outcome::Refused(Refused::Expanded { held: 4, .. })
    ));
    assert!(plan.layout().is_err());
    // Many views of a large storage are counted together.
    let limits = Limits::default().with_expanded(8);
    let root = dict(&[
        ("a", tensor(&storage, 0, &[2, 1], &[0, 0])),
        ("b", tensor(&storage, 0, &[2, 1, 1], &[0, 0, 0])),
        ("c", tensor(&storage, 0, &[2], &[0])),
        ("d", tensor(&storage, 0, &[1, 1], &[0, 0])),
    ]);
    let file = torch.zip(&root);
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default().with_limits(limits));
    let outcomes: Vec<bool> = plan
        .entries()
        .iter()
        .map(|entry| matches!(entry.outcome, Outcome::Converted(_)))
        .collect();
    assert_eq!(outcomes, [true, true, true, false]);
}

#[test]
fn packed_storages_that_are_asked_for_in_turns_are_not_unpacked_without_end() {
    let mut torch = Torch::default();
    let storages = [torch.floats(&[0.0; 64]), torch.floats(&[1.0; 64])];
    let names: Vec<String> = (0..8).map(|at| format!("t{at}")).collect();
    let entries: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let offset = i64::try_from(at).unwrap();
            (name.as_str(), tensor(&storages[at % 2], offset, &[1], &[1]))
        })
        .collect();
    let file = torch.archive(&dict(&entries), "little", Entry::deflated);
    let checkpoint = read(&file);
    let write = |bytes| {
        let unpack = model_scan::unpack::Limits::default().with_inflated_total(bytes);
        let options = Options::default().with_limits(Limits::default().with_unpack(unpack));
        Plan::new(&checkpoint, &options).write(&mut io::sink(), Proof::None, &())
    };
    assert!(write(8 * 256).is_ok());
    assert!(matches!(
        write(8 * 256 - 1),
        Err(WriteError::Unpacked { limit: 2047 })
    ));
}
