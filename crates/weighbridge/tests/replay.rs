//! Replays the seeds and regressions of the fuzz targets on stable.
#![cfg(test)]
#![cfg(all(feature = "scan", feature = "sign"))]

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/src/lib.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the oracles are a crate of their own in the fuzz package"
)]
mod oracles;

fn replay(folder: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut count = 0;
    for (target, oracle) in oracles::ORACLES {
        let Ok(files) = fs::read_dir(root.join(folder).join(target)) else {
            continue;
        };
        for file in files {
            let path = file.unwrap().path();
            #[expect(clippy::disallowed_methods, reason = "seeds are ours and small")]
            let bytes = fs::read(&path).unwrap();
            oracle(&bytes);
            count += 1;
        }
    }
    count
}

#[test]
fn every_seed_keeps_every_promise() {
    assert!(replay("seeds") > 0, "seeds are checked in");
}

#[test]
fn what_once_broke_a_promise_keeps_it_now() {
    replay("regressions");
}
