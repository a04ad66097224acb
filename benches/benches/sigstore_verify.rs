//! How fast a bundle of Sigstore is verified: certificate chain, logs, timestamps and the signature.

use std::fs::File;
use std::hint::black_box;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use criterion::{Criterion, criterion_group, criterion_main};
use model_digest::{Algorithm, Digest};
use model_sign::keyed::Artifact;
use model_sign::sigstore::{Identity, Issuer, KeylessVerifier, TrustRoot};

/// Bundles of sigstore-conformance: Rekor version 1 with a bare signature and with a statement, and version 2 with
/// a timestamp.
const BUNDLES: [&str; 3] = [
    "happy-path-v0.3",
    "happy-path-intoto-in-dsse-v3",
    "rekor2-happy-path",
];
const SIGNER: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

#[expect(
    clippy::print_stderr,
    reason = "a bench that measures nothing says why"
)]
fn sigstore_verify(criterion: &mut Criterion) {
    let Some(corpora) = std::env::var_os("WEIGHBRIDGE_CORPORA") else {
        eprintln!("sigstore_verify: skipped, WEIGHBRIDGE_CORPORA names no folder with bundles");
        return;
    };
    let folder = PathBuf::from(corpora).join("sigstore");
    let artifact = read(&folder.join("bundle-verify/a.txt"));
    let digest = Digest::of(Algorithm::Sha256, &artifact);
    let at = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let mut group = criterion.benchmark_group("sigstore_verify");
    for name in BUNDLES {
        let case = folder.join("bundle-verify").join(name);
        let own = case.join("trusted_root.json");
        let root = if own.is_file() {
            own
        } else {
            folder.join("production_trusted_root.json")
        };
        let bundle = read(&case.join("bundle.sigstore.json"));
        let (Ok(root), Ok(identity), Ok(issuer)) = (
            TrustRoot::from_json(&read(&root)),
            Identity::exact(SIGNER),
            Issuer::exact("https://token.actions.githubusercontent.com"),
        ) else {
            continue;
        };
        let verifier = KeylessVerifier::new(root, identity, issuer);
        let verified = verifier.verify_artifact(&bundle, Artifact::Digest(&digest), at);
        assert!(verified.is_ok(), "{name}: {verified:?}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                verifier.verify_artifact(black_box(&bundle), Artifact::Digest(&digest), at)
            });
        });
    }
    group.finish();
    criterion.bench_function("sigstore_trust_root", |bencher| {
        bencher.iter(TrustRoot::public_good);
    });
}

fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut file| file.read_to_end(&mut bytes));
    assert!(read.is_ok(), "{}: {read:?}", path.display());
    bytes
}

criterion_group!(benches, sigstore_verify);
criterion_main!(benches);
