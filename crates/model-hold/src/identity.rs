use std::fmt;

/// Which file it is, however it is called: device and inode number.
///
/// Two paths with the same identity at the same time lead to one file. A number may be given to another
/// file after the last name and the last holder of the first are gone.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(crate) const fn new(device: u64, inode: u64) -> Self {
        Self { device, inode }
    }

    /// Returns the number of the device; 0 on systems other than Unix.
    #[must_use]
    pub const fn device(&self) -> u64 {
        self.device
    }

    /// Returns the number of the inode; on systems other than Unix a number made from the canonical path,
    /// different in every process.
    #[must_use]
    pub const fn inode(&self) -> u64 {
        self.inode
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.device, self.inode)
    }
}
