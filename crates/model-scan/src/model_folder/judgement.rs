use findings::{Attribution, Coverage, Finding};
use model_digest::Digest;

use crate::model_folder::Scanned;
use crate::report::Verdict;
use crate::scanner;

/// What the files of a folder say of one of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judgement {
    pub(crate) findings: Vec<Finding>,
    /// Whether something that should have been read was not.
    pub(crate) is_undecided: bool,
    /// Whether the file was held against what it speaks of.
    pub(crate) compared: bool,
    /// The digest of the bytes that were judged, if one is wanted of files with findings.
    pub(crate) digest: Option<Digest>,
}

impl Judgement {
    /// Adds to what was found in the file by itself.
    pub(crate) fn apply(self, scanned: &mut Scanned) {
        let target = &mut scanned.target;
        if self.compared {
            scanned.speaks_of = None;
            if target.floor == Verdict::Passive {
                // It is configuration that was judged.
                target.floor = Verdict::Clean;
                let bytes = target.coverage.bytes();
                target.coverage = Coverage::new(bytes);
                // All of it is one run that begins and ends with the file.
                let _ = target.coverage.attribute(0..bytes, Attribution::Container);
            }
        }
        if self.is_undecided {
            target.complete = false;
            target.floor = Verdict::Undecided;
        }
        target.findings.extend(self.findings);
        scanner::sort(&mut target.findings);
        if target.digest.is_none() && !target.findings.is_empty() {
            target.digest = self.digest;
        }
        target.settle();
    }
}
