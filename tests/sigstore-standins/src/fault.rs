/// The services that there are stand-ins for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Standin {
    /// The endpoint where a CI job gets its identity token.
    Tokens,
    /// The certificate authority.
    Fulcio,
    /// The log, of either generation.
    Rekor,
    /// The timestamp authority.
    Timestamps,
}

/// How a stand-in misbehaves.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// It answers with this status and text.
    Status(u16, String),
    /// It answers with success and these bytes.
    Says(Vec<u8>),
    /// It answers with success and goes on sending.
    Endless,
    /// It takes the request and says nothing.
    Silent,
    /// It closes the connection in the middle of its answer.
    Hangup,
    /// It sends on to this URL.
    Redirect(String),
    /// Fulcio certifies another key.
    OtherKey,
    /// Fulcio certifies this identity, an e-mail address.
    OtherIdentity(String),
    /// Fulcio names this issuer.
    OtherIssuer(String),
    /// Fulcio names this subject of the token.
    OtherSubject(String),
    /// Fulcio gives a certificate that was over an hour ago.
    OldCertificate,
    /// Fulcio gives the SCT beside the certificate.
    DetachedSct,
    /// Rekor gives the entry of another signature.
    OtherSignature,
    /// Rekor gives the entry of other content.
    OtherHash,
    /// Rekor leaves out the inclusion proof.
    NoProof,
    /// Rekor leaves out the signed entry timestamp.
    NoPromise,
    /// The timestamp authority stamps something else.
    OtherImprint,
    /// The timestamp authority answers with this status of RFC 3161.
    Rejected(u8),
}
