use model_hold::Root;

use super::{Folder, Judgement, Scanned};
use crate::scanner::Scanner;

impl Scanner {
    /// Judges what the files of a folder say of each other: for each file with something to say, its number.
    pub(crate) fn judge_folder(
        &self,
        folder: &Folder,
        roots: &[Option<&Root>],
        scanned: &[Scanned],
    ) -> Vec<(usize, Judgement)> {
        let _ = (folder, roots, scanned);
        Vec::new()
    }
}
