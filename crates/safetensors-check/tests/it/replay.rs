//! Replays the seeds and regressions of the fuzz target `safetensors_header` on stable.

use std::fs;
use std::path::Path;

use crate::oracle;

fn replay(folder: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz")
        .join(folder);
    let Ok(files) = fs::read_dir(root.join("safetensors_header")) else {
        return 0;
    };
    let mut count = 0;
    for file in files {
        #[expect(clippy::disallowed_methods, reason = "seeds are ours and small")]
        let bytes = fs::read(file.unwrap().path()).unwrap();
        oracle::safetensors_header(&bytes);
        count += 1;
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
