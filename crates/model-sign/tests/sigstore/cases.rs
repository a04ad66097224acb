use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use model_sign::key::{KeyError, PublicKey};
use model_sign::keyed::Artifact;
use model_sign::sigstore::{
    Identity, Issuer, KeylessVerifier, LoggedKeyVerifier, SigstoreError, TrustRoot, TrustRootError,
    VerifiedBundle,
};

/// The vectors of sigstore-conformance, and the table that says how each has to come out.
pub(crate) struct Corpus {
    /// The folder that holds the suites.
    pub(crate) corpora: PathBuf,
    folder: PathBuf,
}

/// One bundle with what it is verified with.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bundle: Vec<u8>,
    pub(crate) signer: Signer,
    pub(crate) root: Vec<u8>,
    pub(crate) artifact: Vec<u8>,
    pub(crate) expected: Expected,
}

/// Who is to have signed.
pub(crate) enum Signer {
    Identity(String, String),
    /// A key in PEM.
    Key(Vec<u8>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    Valid,
    Invalid,
}

pub(crate) fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    bytes
}

/// A day after the last of the bundles was made.
pub(crate) fn at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

impl Corpus {
    pub(crate) fn find() -> Option<Self> {
        let corpora = PathBuf::from(std::env::var_os("WEIGHBRIDGE_CORPORA")?);
        let folder = corpora.join("sigstore");
        folder
            .join("labels.tsv")
            .is_file()
            .then_some(Self { corpora, folder })
    }

    pub(crate) fn cases(&self) -> Vec<Case> {
        let labels = String::from_utf8(read(&self.folder.join("labels.tsv"))).unwrap();
        labels.lines().skip(1).map(|line| self.case(line)).collect()
    }

    fn case(&self, line: &str) -> Case {
        let columns: Vec<&str> = line.split('\t').collect();
        let [path, _, signer, root, artifact, expected, ..] = columns[..] else {
            panic!("{line}");
        };
        let read = |path: &Path| read(&self.folder.join(path));
        let folder = Path::new(path);
        let signer = match signer.split_once(' ') {
            Some((identity, issuer)) => Signer::Identity(identity.to_owned(), issuer.to_owned()),
            None => Signer::Key(read(&folder.join(signer))),
        };
        Case {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            bundle: read(&folder.join("bundle.sigstore.json")),
            signer,
            root: read(Path::new(root)),
            artifact: read(Path::new(artifact)),
            expected: match expected {
                "valid" => Expected::Valid,
                "invalid" => Expected::Invalid,
                other => panic!("{other}"),
            },
        }
    }
}

impl Case {
    /// Builds what verifies the case.
    pub(crate) fn verifier(&self) -> Result<Verifier, Box<dyn Error>> {
        let root = TrustRoot::from_json(&self.root)?;
        Ok(match &self.signer {
            Signer::Identity(identity, issuer) => {
                let (identity, issuer) = (Identity::exact(identity)?, Issuer::exact(issuer)?);
                Verifier::Keyless(KeylessVerifier::new(root, identity, issuer))
            }
            Signer::Key(pem) => {
                Verifier::Key(LoggedKeyVerifier::new(root, PublicKey::from_pem(pem)?))
            }
        })
    }

    pub(crate) fn verify(&self, artifact: Artifact<'_>) -> Result<VerifiedBundle, Box<dyn Error>> {
        Ok(self.verifier()?.verify(&self.bundle, artifact)?)
    }
}

/// What verifies a bundle.
pub(crate) enum Verifier {
    Keyless(KeylessVerifier),
    Key(LoggedKeyVerifier),
}

impl Verifier {
    pub(crate) fn verify(
        &self,
        bundle: &[u8],
        artifact: Artifact<'_>,
    ) -> Result<VerifiedBundle, SigstoreError> {
        match self {
            Self::Keyless(verifier) => verifier.verify_artifact(bundle, artifact, at()),
            Self::Key(verifier) => verifier.verify_artifact(bundle, artifact, at()),
        }
    }
}

/// Writes an error with everything that it comes from.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// Returns the stable word of an error.
pub(crate) fn code(error: &(dyn Error + 'static)) -> &'static str {
    if let Some(error) = error.downcast_ref::<SigstoreError>() {
        error.code()
    } else if error.is::<TrustRootError>() {
        "trust-root"
    } else if error.is::<KeyError>() {
        "key"
    } else {
        "unknown"
    }
}
