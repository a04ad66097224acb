//! What `openssl verify` says of the same chains. Where we are stricter on purpose, the row says so.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};
use model_sign::certificate::{Certificate, CertificateError, ChainLimits, TrustAnchors};

use crate::forge::{
    CODE_SIGNING, Draft, Hash, Key, SERVER, Scheme, authority, authority_key, constraints,
    critical, extension, key_usage, name, names, now, purposes, seq, subject_key,
};

/// How the two verdicts relate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wanted {
    BothAccept,
    BothRefuse,
    /// OpenSSL accepts what we refuse.
    Stricter,
    /// OpenSSL refuses what we accept.
    Looser,
}

struct Case {
    name: &'static str,
    root: Vec<u8>,
    chain: Vec<Vec<u8>>,
    wanted: Wanted,
}

pub(crate) fn trials() -> Vec<Trial> {
    let found = Command::new("openssl")
        .arg("version")
        .stdout(Stdio::null())
        .status();
    let is_absent = !found.is_ok_and(|status| status.success());
    let mut trials: Vec<Trial> = cases()
        .into_iter()
        .map(|case| Trial::test(format!("openssl_{}", case.name), move || compare(&case)))
        .collect();
    trials.push(Trial::test("openssl_writes_subjects_alike", subjects));
    let ignored = |trial: Trial| trial.with_ignored_flag(is_absent);
    trials.into_iter().map(ignored).collect()
}

#[expect(clippy::too_many_lines, reason = "one row after the other")]
fn cases() -> Vec<Case> {
    use Wanted::{BothAccept, BothRefuse, Looser, Stricter};
    let (root, middle, signer) = (Key::p384("root"), Key::p256("middle"), Key::p256("signer"));
    let root_draft = Draft::authority("root", "root", &root).with(subject_key(b"root"));
    let middle_draft = Draft::authority("root", "middle", &middle);
    let signer_draft = Draft::signer("middle", "signer", &signer);
    let mut cases = Vec::new();
    let mut add = |name, root: Vec<u8>, chain: Vec<Vec<u8>>, wanted| {
        cases.push(Case {
            name,
            root,
            chain,
            wanted,
        });
    };
    let trusted = root_draft.sign(&root);
    let of = |middle_draft: &Draft, signer_draft: &Draft| {
        vec![signer_draft.sign(&middle), middle_draft.sign(&root)]
    };
    add(
        "a_plain_chain",
        trusted.clone(),
        of(&middle_draft, &signer_draft),
        BothAccept,
    );

    // Algorithms.
    for (name, key) in [
        ("p256", Key::p256("k")),
        ("p384", Key::p384("k")),
        ("p521", Key::p521("k")),
    ] {
        for hash in Hash::ALL {
            let own = Draft::authority("k", "k", &key).sign(&key);
            let leaf = Draft::signer("k", "signer", &signer).sign_with(&key, Scheme::Ecdsa(hash));
            add(name, own, vec![leaf], BothAccept);
        }
    }
    let edwards = Key::ed25519("k");
    let own = Draft::authority("k", "k", &edwards).sign(&edwards);
    add(
        "ed25519",
        own,
        vec![Draft::signer("k", "signer", &signer).sign(&edwards)],
        BothAccept,
    );
    let rsa = Key::rsa("k", 2048);
    let own = Draft::authority("k", "k", &rsa).sign(&rsa);
    for hash in Hash::ALL {
        for scheme in [Scheme::Pkcs1(hash), Scheme::Pss(hash)] {
            let leaf = Draft::signer("k", "signer", &signer).sign_with(&rsa, scheme);
            add("rsa", own.clone(), vec![leaf], BothAccept);
        }
    }
    let small = Key::rsa("small", 1024);
    let own = Draft::authority("k", "k", &small).sign(&small);
    let leaf = Draft::signer("k", "signer", &signer).sign(&small);
    // OpenSSL's command asks for no strength unless told to.
    add("rsa_of_1024_bits", own, vec![leaf], Stricter);

    // Times.
    let mut late = signer_draft.clone();
    late.not_before = "260101000001Z";
    add(
        "a_signer_not_yet_valid",
        trusted.clone(),
        of(&middle_draft, &late),
        BothRefuse,
    );
    let mut early = middle_draft.clone();
    early.not_after = "251231235959Z";
    add(
        "an_expired_intermediate",
        trusted.clone(),
        of(&early, &signer_draft),
        BothRefuse,
    );
    let mut old = root_draft.clone();
    old.not_after = "251231235959Z";
    add(
        "an_expired_root",
        old.sign(&root),
        of(&middle_draft, &signer_draft),
        BothRefuse,
    );

    // Authorities.
    let bare = Draft::new("root", "middle", &middle);
    add(
        "no_basic_constraints",
        trusted.clone(),
        of(&bare, &signer_draft),
        BothRefuse,
    );
    let not = bare.clone().with(extension("2.5.29.19", &seq(&[])));
    add(
        "not_an_authority",
        trusted.clone(),
        of(&not, &signer_draft),
        BothRefuse,
    );
    let unusable = bare.clone().with(authority(None)).with(key_usage(0x82));
    add(
        "no_certificate_signing",
        trusted.clone(),
        of(&unusable, &signer_draft),
        BothRefuse,
    );
    let short = Draft::new("root", "root", &root)
        .with(authority(Some(0)))
        .with(key_usage(0x04));
    add(
        "a_path_too_long",
        short.sign(&root),
        of(&middle_draft, &signer_draft),
        BothRefuse,
    );
    let server = middle_draft.clone().with(purposes(&[SERVER]));
    add(
        "an_authority_for_servers",
        trusted.clone(),
        of(&server, &signer_draft),
        Stricter,
    );
    let chain = vec![signer_draft.sign(&middle)];
    add(
        "a_missing_intermediate",
        trusted.clone(),
        chain.clone(),
        BothRefuse,
    );
    add(
        "an_intermediate_as_anchor",
        middle_draft.sign(&root),
        chain,
        BothRefuse,
    );

    // Signers.
    let plain = Draft::new("middle", "signer", &signer);
    add(
        "a_signer_without_usage",
        trusted.clone(),
        of(&middle_draft, &plain),
        Stricter,
    );
    let server = plain
        .clone()
        .with(key_usage(0x80))
        .with(purposes(&[SERVER]));
    add(
        "a_server",
        trusted.clone(),
        of(&middle_draft, &server),
        Stricter,
    );
    let encrypts = plain
        .clone()
        .with(key_usage(0x20))
        .with(purposes(&[CODE_SIGNING]));
    add(
        "a_key_for_encryption",
        trusted.clone(),
        of(&middle_draft, &encrypts),
        Stricter,
    );

    // Extensions and names.
    let unknown = signer_draft.clone().with(critical("1.2.3.4", &[5, 0]));
    add(
        "an_unknown_critical_extension",
        trusted.clone(),
        of(&middle_draft, &unknown),
        BothRefuse,
    );
    let twice = signer_draft.clone().with(key_usage(0x80));
    add(
        "an_extension_twice",
        trusted.clone(),
        of(&middle_draft, &twice),
        BothRefuse,
    );
    let mut cased = signer_draft.clone();
    cased.issuer = name("MIDDLE");
    add(
        "an_issuer_in_other_case",
        trusted.clone(),
        of(&middle_draft, &cased),
        Stricter,
    );
    let misled = signer_draft.clone().with(authority_key(b"other"));
    let known = middle_draft.clone().with(subject_key(b"middle"));
    let led = signer_draft.clone().with(authority_key(b"middle"));
    add(
        "an_identifier_that_fits",
        trusted.clone(),
        of(&known, &led),
        BothAccept,
    );
    // An identifier is a hint to us; the signature decides.
    add(
        "an_identifier_that_does_not",
        trusted.clone(),
        of(&known, &misled),
        Looser,
    );
    for (name, tree, address, wanted) in [
        (
            "a_permitted_address",
            "example.com",
            "a@example.com",
            BothAccept,
        ),
        (
            "an_address_not_permitted",
            "example.com",
            "a@example.org",
            BothRefuse,
        ),
        (
            "an_address_below",
            ".example.com",
            "a@b.example.com",
            BothAccept,
        ),
        (
            "an_address_above",
            ".example.com",
            "a@example.com",
            BothRefuse,
        ),
    ] {
        let middle_draft = middle_draft
            .clone()
            .with(constraints(&[(0x81, tree.as_bytes())], &[]));
        let signer_draft = signer_draft
            .clone()
            .with(names(&[(0x81, address.as_bytes())]));
        add(
            name,
            trusted.clone(),
            of(&middle_draft, &signer_draft),
            wanted,
        );
    }
    for (name, tag, tree, found, wanted) in [
        (
            "an_excluded_host",
            0x82,
            &b"example.com"[..],
            &b"a.example.com"[..],
            BothRefuse,
        ),
        (
            "another_host",
            0x82,
            b"example.com",
            b"badexample.com",
            BothAccept,
        ),
        (
            "an_excluded_uri",
            0x86,
            b"example.com",
            b"https://example.com/x",
            BothRefuse,
        ),
        (
            "another_uri",
            0x86,
            b"example.com",
            b"https://example.org/x",
            BothAccept,
        ),
        (
            "an_excluded_network",
            0x87,
            &[10, 0, 0, 0, 255, 0, 0, 0],
            &[10, 1, 2, 3],
            BothRefuse,
        ),
        (
            "another_network",
            0x87,
            &[10, 0, 0, 0, 255, 0, 0, 0],
            &[11, 1, 2, 3],
            BothAccept,
        ),
    ] {
        let middle_draft = middle_draft.clone().with(constraints(&[], &[(tag, tree)]));
        let signer_draft = signer_draft.clone().with(names(&[(tag, found)]));
        add(
            name,
            trusted.clone(),
            of(&middle_draft, &signer_draft),
            wanted,
        );
    }

    // Anchors and signatures.
    let own = Draft::signer("own", "own", &signer).sign(&signer);
    add("a_self_signed_signer", own.clone(), vec![own], BothAccept);
    let other = Key::p384("other");
    let other = Draft::authority("root", "root", &other).sign(&other);
    add(
        "another_root_of_the_name",
        other,
        of(&middle_draft, &signer_draft),
        BothRefuse,
    );
    let mut bent = of(&middle_draft, &signer_draft);
    if let Some(last) = bent[0].last_mut() {
        *last ^= 1;
    }
    add("a_bent_signature", trusted, bent, BothRefuse);
    cases
}

fn compare(case: &Case) -> Result<(), Failed> {
    let limits = ChainLimits::default();
    let ours = judge(case, &limits);
    let theirs = openssl(case)?;
    let found = (ours.is_ok(), theirs.is_ok());
    let wanted = match case.wanted {
        Wanted::BothAccept => (true, true),
        Wanted::BothRefuse => (false, false),
        Wanted::Stricter => (false, true),
        Wanted::Looser => (true, false),
    };
    if found == wanted {
        Ok(())
    } else {
        Err(format!(
            "wanted {:?}, we: {ours:?}, openssl: {theirs:?}",
            case.wanted
        )
        .into())
    }
}

fn judge(case: &Case, limits: &ChainLimits) -> Result<(), CertificateError> {
    let anchors = TrustAnchors::new(vec![Certificate::from_der(&case.root, limits)?])?;
    let chain: Vec<&[u8]> = case.chain.iter().map(Vec::as_slice).collect();
    anchors.verify(&chain, now(), limits).map(drop)
}

/// Asks `openssl verify`; its text where it refuses.
fn openssl(case: &Case) -> Result<Result<(), String>, Failed> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, certificates: &[Vec<u8>]| {
        let path = folder.path().join(name);
        // Their reader is not ours: one that we refuse goes there all the same.
        let texts = certificates.iter().map(|der| pem(der));
        fs::write(&path, texts.collect::<String>()).map(|()| path)
    };
    let root = write("root.pem", std::slice::from_ref(&case.root))?;
    let leaf = write("leaf.pem", case.chain.get(..1).unwrap_or_default())?;
    let rest = write("rest.pem", case.chain.get(1..).unwrap_or_default())?;
    let mut command = Command::new("openssl");
    command.args([
        "verify",
        "-attime",
        "1767225600",
        "-no-CApath",
        "-no-CAstore",
        "-auth_level",
        "0",
    ]);
    command.arg("-CAfile").arg(root);
    if case.chain.len() > 1 {
        command.arg("-untrusted").arg(rest);
    }
    let output = command.arg(leaf).output()?;
    Ok(if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    })
}

fn pem(der: &[u8]) -> String {
    use base64ct::Encoding as _;

    let base64 = base64ct::Base64::encode_string(der);
    let lines = base64.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}

fn subjects() -> Result<(), Failed> {
    let key = Key::p256("k");
    let folder = tempfile::tempdir()?;
    for subject in ["plain", "a, b", "#x", " y ", "a+b=c;<d>\"\\", "0"] {
        let der = Draft::signer("k", subject, &key).sign(&key);
        let path = folder.path().join("certificate.pem");
        fs::write(&path, pem(&der))?;
        let theirs = show(&path)?;
        let ours = Certificate::from_der(&der, &ChainLimits::default())?
            .subject()
            .to_string();
        if theirs != ours {
            return Err(format!("we: {ours}, openssl: {theirs}").into());
        }
    }
    Ok(())
}

fn show(path: &Path) -> Result<String, Failed> {
    let output = Command::new("openssl")
        .args(["x509", "-noout", "-subject", "-nameopt", "RFC2253", "-in"])
        .arg(path)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let text = text.trim_end_matches('\n').trim_start_matches("subject=");
    Ok(text.to_owned())
}
