/// Whose fault an error is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Culprit {
    /// The bundle cannot be read, or it cannot be verified with what is here.
    Bundle,
    /// The bundle was read and does not hold.
    Signature,
    /// The bundle holds, for somebody else or something else.
    Signer,
    /// The trust root.
    TrustRoot,
}
