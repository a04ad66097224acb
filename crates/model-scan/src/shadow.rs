use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use findings::{Finding, Location, escape, escape_shortened};
use model_hold::{Item, Root, WalkLimits};

use crate::report::path_text;
use crate::rules::SHADOWED_MODULE;

/// The files that Python would import from the folder that is scanned.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModuleFiles {
    /// By the folder they lie in, the top-level modules that they are.
    modules: BTreeSet<(PathBuf, String)>,
}

/// Endings of files that Python imports; `.cpython-311-x86_64-linux-gnu` may stand before the last two.
const ENDINGS: [&str; 4] = ["py", "pyc", "so", "pyd"];

impl ModuleFiles {
    /// Modules and packages below a folder.
    pub(crate) fn below(root: &Root, limits: &WalkLimits, enters: &dyn Fn(&Path) -> bool) -> Self {
        let mut files = Self::default();
        for item in root.walk(limits).entering(enters) {
            if let Item::File(entry) = item {
                files.note(&entry.path);
            }
        }
        files
    }

    fn note(&mut self, file: &Path) {
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
            return;
        };
        let Some((_, ending)) = name.rsplit_once('.') else {
            return;
        };
        if !ENDINGS.contains(&ending) {
            return;
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        if let Some((module, _)) = name.split_once('.') {
            self.modules.insert((folder.to_owned(), module.to_owned()));
        }
        // A folder with Python files in it is a package, with `__init__.py` or without.
        if let (Some(package), Some(parent)) = (
            folder.file_name().and_then(|name| name.to_str()),
            folder.parent(),
        ) {
            self.modules.insert((parent.to_owned(), package.to_owned()));
        }
    }

    /// Says whether a module that the pickles of `file` import lies beside it, or in the folder scanned.
    pub(crate) fn shadowing(&self, file: &Path, imported: &[String]) -> Option<Finding> {
        if self.modules.is_empty() {
            return None;
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        for module in imported {
            let first = module.split('.').next().unwrap_or_default();
            for place in [folder, Path::new("")] {
                if self.modules.contains(&(place.to_owned(), first.to_owned())) {
                    let place = match path_text(place).0.as_str() {
                        "" => "the folder that is scanned".to_owned(),
                        place => format!("`{}`", escape(place)),
                    };
                    return Some(
                        Finding::new(
                            SHADOWED_MODULE.rule_id(),
                            SHADOWED_MODULE.severity,
                            format!(
                                "imports `{}`, which {place} holds a file for",
                                escape_shortened(module, 200)
                            ),
                            Location::bytes(0..0),
                        )
                        .with_subject(escape_shortened(module, 200)),
                    );
                }
            }
        }
        None
    }
}
