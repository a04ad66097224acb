/// Ceilings on the work done for certificates. The defaults admit every company's chain that we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChainLimits {
    /// Bytes of one certificate; default 64 KiB. Certificates with many alternative names reach 20 KiB.
    pub certificate_bytes: usize,
    /// Certificates presented with a signature, the leaf included; default 32. Real chains have two to four,
    /// a bundle with cross-signed ones some more.
    pub presented: usize,
    /// Bytes of a file of anchors; default 8 MiB. A file of all roots of web browsers has 0.3 MiB.
    pub anchor_bytes: usize,
    /// Certificates in all files of anchors together; default 4096. Web browsers trust about 150 roots.
    pub anchors: usize,
    /// Certificates between the leaf and its anchor; default 8. Real chains have one or two.
    pub intermediates: usize,
    /// Signatures checked while a path is looked for; default 100, as rustls-webpki has it.
    pub signatures: u32,
    /// Issuers tried while a path is looked for, whether or not a signature is checked; default 10,000.
    pub steps: u32,
    /// Names compared with name constraints while a path is looked for; default 250,000, as rustls-webpki has it.
    /// A comparison of long names counts once more for each 128 bytes that the two have.
    pub comparisons: u32,
}

impl Default for ChainLimits {
    fn default() -> Self {
        Self {
            certificate_bytes: 64 << 10,
            presented: 32,
            anchor_bytes: 8 << 20,
            anchors: 4096,
            intermediates: 8,
            signatures: 100,
            steps: 10_000,
            comparisons: 250_000,
        }
    }
}

impl ChainLimits {
    /// Sets the ceiling on the bytes of one certificate.
    #[must_use]
    pub fn with_certificate_bytes(self, certificate_bytes: usize) -> Self {
        Self {
            certificate_bytes,
            ..self
        }
    }

    /// Sets the ceiling on the certificates presented with a signature.
    #[must_use]
    pub fn with_presented(self, presented: usize) -> Self {
        Self { presented, ..self }
    }

    /// Sets the ceiling on the bytes of a file of anchors.
    #[must_use]
    pub fn with_anchor_bytes(self, anchor_bytes: usize) -> Self {
        Self {
            anchor_bytes,
            ..self
        }
    }

    /// Sets the ceiling on the certificates in files of anchors.
    #[must_use]
    pub fn with_anchors(self, anchors: usize) -> Self {
        Self { anchors, ..self }
    }

    /// Sets the ceiling on the certificates between a leaf and its anchor.
    #[must_use]
    pub fn with_intermediates(self, intermediates: usize) -> Self {
        Self {
            intermediates,
            ..self
        }
    }

    /// Sets the ceiling on the signatures checked.
    #[must_use]
    pub fn with_signatures(self, signatures: u32) -> Self {
        Self { signatures, ..self }
    }

    /// Sets the ceiling on the issuers tried.
    #[must_use]
    pub fn with_steps(self, steps: u32) -> Self {
        Self { steps, ..self }
    }

    /// Sets the ceiling on the comparisons of names with constraints.
    #[must_use]
    pub fn with_comparisons(self, comparisons: u32) -> Self {
        Self {
            comparisons,
            ..self
        }
    }
}
