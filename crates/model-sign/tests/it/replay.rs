//! Replays the seeds and regressions of the fuzz target `signatures` on stable.

use std::fs;
use std::path::Path;

#[path = "../../../../fuzz/src/sign.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the oracles are part of the fuzz package"
)]
mod oracles;

fn replay(folder: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz")
        .join(folder);
    let targets = oracles::ORACLES
        .into_iter()
        .chain([("signatures", oracles::signatures as fn(&[u8]))]);
    let mut count = 0;
    for (target, oracle) in targets {
        let Ok(files) = fs::read_dir(root.join(target)) else {
            continue;
        };
        for file in files {
            #[expect(clippy::disallowed_methods, reason = "seeds are ours and small")]
            let bytes = fs::read(file.unwrap().path()).unwrap();
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
