/// Which symbolic links below a root are followed.
///
/// The path that names the root itself is the caller's word, and links in it are always followed.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Links {
    /// None.
    Refuse,
    /// Those whose way stays inside the root. One that leaves it is refused, also if it would come back in.
    #[default]
    WithinRoot,
    /// Those whose way stays inside the root or, if the root is a snapshot in a Hugging Face cache
    /// (`models--*/snapshots/*` or a folder below it, and `datasets--*` and `spaces--*` likewise, with a
    /// folder `blobs` beside `snapshots`), inside that repository's folder.
    ///
    /// There a snapshot holds nothing but links to `../../blobs/*`, so that under
    /// [`WithinRoot`](Self::WithinRoot) the user who names it would get only refusals.
    WithinCache,
}

/// How a [`Root`](crate::Root) is opened.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Which links are followed; default [`Links::WithinRoot`].
    pub links: Links,
}

impl Options {
    /// Sets which links are followed.
    #[must_use]
    pub const fn with_links(mut self, links: Links) -> Self {
        self.links = links;
        self
    }
}
