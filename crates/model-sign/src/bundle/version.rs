/// The versions of the bundle format that are read.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Version {
    /// Version 0.1.
    V0_1,
    /// Version 0.2, where log entries have an inclusion proof.
    V0_2,
    /// Version 0.3, where a certificate of Fulcio stands alone.
    V0_3,
}

impl Version {
    /// Returns the media type that names this version.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::V0_1 => "application/vnd.dev.sigstore.bundle+json;version=0.1",
            Self::V0_2 => "application/vnd.dev.sigstore.bundle+json;version=0.2",
            Self::V0_3 => "application/vnd.dev.sigstore.bundle.v0.3+json",
        }
    }

    /// Reads a media type: the three above, and the older spelling of version 0.3.
    #[must_use]
    pub fn from_media_type(text: &str) -> Option<Self> {
        if text == "application/vnd.dev.sigstore.bundle+json;version=0.3" {
            return Some(Self::V0_3);
        }
        [Self::V0_1, Self::V0_2, Self::V0_3]
            .into_iter()
            .find(|version| version.media_type() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn every_version_is_read_back() {
        for version in [Version::V0_1, Version::V0_2, Version::V0_3] {
            assert_eq!(
                Version::from_media_type(version.media_type()),
                Some(version)
            );
        }
        for other in [
            "",
            "application/json",
            "application/vnd.dev.sigstore.bundle",
            "application/vnd.dev.sigstore.bundle.v0.4+json",
            "application/vnd.dev.sigstore.bundle+json;version=99.9",
            "application/vnd.dev.sigstore.bundle.v0.3+json ",
            "Application/vnd.dev.sigstore.bundle.v0.3+json",
        ] {
            assert_eq!(Version::from_media_type(other), None, "{other}");
        }
    }
}
