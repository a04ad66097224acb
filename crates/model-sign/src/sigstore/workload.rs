use sigstore_verify::crypto::FulcioCiClaims;

/// What a certificate says about the CI job that signed (Fulcio's extensions below 1.3.6.1.4.1.57264.1).
///
/// Each is there if the issuer of the job's token states it; a person's certificate has none. They come from a
/// certificate: escape them before they are shown.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Workload {
    /// The repository that was built, as a URL (12).
    pub source_repository: Option<String>,
    /// The commit that was built (13).
    pub source_commit: Option<String>,
    /// The branch or tag that was built, such as `refs/heads/main` (14).
    pub source_ref: Option<String>,
    /// The provider's number of the repository, which outlives its name (15).
    pub source_repository_id: Option<String>,
    /// Who owns the repository, as a URL (16).
    pub source_owner: Option<String>,
    /// Who could see the repository at that time: `public`, `private`, `internal` (22).
    pub source_visibility: Option<String>,
    /// The workflow that signed, with its ref (9).
    pub signer_workflow: Option<String>,
    /// The workflow that was started, with its ref (18).
    pub workflow: Option<String>,
    /// What started it, such as `push` (20).
    pub trigger: Option<String>,
    /// The run, as a URL (21).
    pub run: Option<String>,
    /// Whose machine ran it: `github-hosted`, `self-hosted` (11).
    pub runner: Option<String>,
    /// The environment that it was deployed to (23).
    pub environment: Option<String>,
}

impl Workload {
    pub(super) fn from_claims(claims: &FulcioCiClaims) -> Self {
        let older = &claims.deprecated_github;
        let or = |newer: &Option<String>, older: &Option<String>| newer.clone().or(older.clone());
        Self {
            source_repository: claims.source_repository_uri.clone(),
            source_commit: or(&claims.source_repository_digest, &older.workflow_sha),
            source_ref: or(&claims.source_repository_ref, &older.workflow_ref),
            source_repository_id: claims.source_repository_identifier.clone(),
            source_owner: claims.source_repository_owner_uri.clone(),
            source_visibility: claims.source_repository_visibility_at_signing.clone(),
            signer_workflow: claims.build_signer_uri.clone(),
            workflow: claims.build_config_uri.clone(),
            trigger: or(&claims.build_trigger, &older.workflow_trigger),
            run: claims.run_invocation_uri.clone(),
            runner: claims.runner_environment.clone(),
            environment: claims.deployment_environment.clone(),
        }
    }

    /// Returns what is stated, each with its word, in the order of the fields.
    #[must_use]
    pub fn stated(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("source-repository", &self.source_repository),
            ("source-commit", &self.source_commit),
            ("source-ref", &self.source_ref),
            ("source-repository-id", &self.source_repository_id),
            ("source-owner", &self.source_owner),
            ("source-visibility", &self.source_visibility),
            ("signer-workflow", &self.signer_workflow),
            ("workflow", &self.workflow),
            ("trigger", &self.trigger),
            ("run", &self.run),
            ("runner", &self.runner),
            ("environment", &self.environment),
        ];
        all.into_iter()
            .filter_map(|(word, value)| Some((word, value.as_deref()?)))
            .collect()
    }
}
