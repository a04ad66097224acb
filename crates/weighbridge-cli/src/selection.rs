use std::path::{Path, PathBuf};

use weighbridge::findings::escape_shortened;
use weighbridge::scan::Filter;

use crate::config::Config;
use crate::failure::Failure;
use crate::patterns::{Leads, Patterns, absolute};

/// Which files below the folders that are given are scanned: what the command line and the configuration say.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Of the command line; they count from the folder that is given.
    exclude: Patterns,
    include: Patterns,
    /// Of the configuration; they count from its folder.
    configured: Option<Configured>,
    /// The folders that are given, with the ways in which their paths can be written.
    roots: Vec<(PathBuf, Vec<PathBuf>)>,
}

#[derive(Debug)]
struct Configured {
    folder: PathBuf,
    exclude: Patterns,
    include: Patterns,
}

impl Selection {
    /// Puts together what the command line and the configuration say. What is included on the command line
    /// takes the place of what the configuration includes.
    pub(crate) fn new(
        exclude: &[String],
        include: &[String],
        config: Option<&Config>,
        roots: &[PathBuf],
    ) -> Result<Self, Failure> {
        let configured = config.map(|config| Configured {
            folder: config.folder.clone(),
            exclude: config.settings.exclude.clone(),
            include: if include.is_empty() {
                config.settings.include.clone()
            } else {
                Patterns::default()
            },
        });
        let is_told = |configured: &Configured| {
            !configured.exclude.is_empty() || !configured.include.is_empty()
        };
        let configured = configured.filter(is_told);
        let roots = match configured {
            Some(_) => roots
                .iter()
                .map(|root| (root.clone(), ways(root)))
                .collect(),
            None => Vec::new(),
        };
        Ok(Self {
            exclude: patterns("--exclude", exclude)?,
            include: patterns("--include", include)?,
            configured,
            roots,
        })
    }

    /// Says whether everything is scanned.
    pub(crate) const fn is_everything(&self) -> bool {
        self.exclude.is_empty() && self.include.is_empty() && self.configured.is_none()
    }

    /// Says whether a path in a folder that is given matches patterns of the configuration.
    fn is_configured(
        &self,
        root: &Path,
        below: &Path,
        leads: Leads,
        choose: impl Fn(&Configured) -> &Patterns,
    ) -> bool {
        let Some(configured) = &self.configured else {
            return false;
        };
        let patterns = choose(configured);
        let roots = self.roots.iter().filter(|(given, _)| given == root);
        let mut ways = roots.flat_map(|(_, ways)| ways);
        ways.any(|way| patterns.match_absolute(&configured.folder, &way.join(below), leads))
    }

    fn is_excluded(&self, root: &Path, below: &Path, leads: Leads) -> bool {
        self.exclude.match_below(below, leads)
            || self.is_configured(root, below, leads, |configured| &configured.exclude)
    }
}

/// A folder that is given is itself what its path leads to, so links in its last part are followed too.
fn ways(root: &Path) -> Vec<PathBuf> {
    let mut ways = absolute(root);
    if let Ok(real) = root.canonicalize()
        && !ways.contains(&real)
    {
        ways.push(real);
    }
    ways
}

fn patterns(option: &str, texts: &[String]) -> Result<Patterns, Failure> {
    let mut patterns = Patterns::default();
    for text in texts {
        patterns.add(text).map_err(|error| {
            let shown = escape_shortened(text, 80);
            Failure::usage(format!("`{option} {shown}`: {error}"))
        })?;
    }
    Ok(patterns)
}

impl Filter for Selection {
    fn takes(&self, root: &Path, below: &Path) -> bool {
        let leads = Leads::ToFile;
        if self.is_excluded(root, below, leads) {
            return false;
        }
        let configured = self
            .configured
            .as_ref()
            .is_some_and(|configured| !configured.include.is_empty());
        if self.include.is_empty() && !configured {
            return true;
        }
        self.include.match_below(below, leads)
            || self.is_configured(root, below, leads, |configured| &configured.include)
    }

    fn enters(&self, root: &Path, below: &Path) -> bool {
        !self.is_excluded(root, below, Leads::ToFolder)
    }
}
