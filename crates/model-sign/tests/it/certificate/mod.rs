pub(crate) mod forge;
mod hostile;
mod rules;
mod signatures;

use std::time::SystemTime;

use model_sign::certificate::{
    Certificate, CertificateError, ChainLimits, TrustAnchors, VerifiedLeaf,
};

use forge::{Draft, Key, now};

/// A company: a root, an intermediate and a signer, each with a key of its own.
struct Company {
    root: Key,
    intermediate: Key,
    signer: Key,
}

impl Company {
    fn new() -> Self {
        Self {
            root: Key::p384("root"),
            intermediate: Key::p256("intermediate"),
            signer: Key::p256("signer"),
        }
    }

    fn root(&self) -> Draft {
        Draft::authority("root", "root", &self.root)
    }

    fn intermediate(&self) -> Draft {
        Draft::authority("root", "intermediate", &self.intermediate)
    }

    fn signer(&self) -> Draft {
        Draft::signer("intermediate", "signer", &self.signer)
    }

    /// Verifies the chain of these three.
    fn verify(
        &self,
        root: &Draft,
        intermediate: &Draft,
        signer: &Draft,
    ) -> Result<VerifiedLeaf, CertificateError> {
        let chain = [
            signer.sign(&self.intermediate),
            intermediate.sign(&self.root),
        ];
        verify(&[root.sign(&self.root)], &chain, now())
    }

    fn with_signer(&self, signer: &Draft) -> Result<VerifiedLeaf, CertificateError> {
        self.verify(&self.root(), &self.intermediate(), signer)
    }

    fn with_intermediate(&self, intermediate: &Draft) -> Result<VerifiedLeaf, CertificateError> {
        self.verify(&self.root(), intermediate, &self.signer())
    }

    fn with_root(&self, root: &Draft) -> Result<VerifiedLeaf, CertificateError> {
        self.verify(root, &self.intermediate(), &self.signer())
    }
}

fn read(der: &[u8]) -> Result<Certificate, CertificateError> {
    Certificate::from_der(der, &ChainLimits::default())
}

fn anchors(ders: &[Vec<u8>]) -> Result<TrustAnchors, CertificateError> {
    TrustAnchors::new(ders.iter().map(|der| read(der).unwrap()).collect())
}

fn verify(
    trusted: &[Vec<u8>],
    chain: &[Vec<u8>],
    at: SystemTime,
) -> Result<VerifiedLeaf, CertificateError> {
    verify_within(trusted, chain, at, &ChainLimits::default())
}

fn verify_within(
    trusted: &[Vec<u8>],
    chain: &[Vec<u8>],
    at: SystemTime,
    limits: &ChainLimits,
) -> Result<VerifiedLeaf, CertificateError> {
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    anchors(trusted)?.verify(&chain, at, limits)
}
