use std::collections::BTreeMap;
use std::ops::Range;

use findings::{Finding, Severity, escape_shortened};

use super::check::SHOWN;
use super::config::{AdapterKind, Biases, Config};
use super::module::{Part, Role, bare};
use super::rules;
use super::target::is_within;
use crate::Listed;
use crate::listing::shown;
use crate::suspicions::Suspicions;

/// What an adapter's configuration, its tensors and its base say of each other.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    findings: Vec<Finding>,
    is_undecided: bool,
}

impl Joined {
    /// Returns what does not fit together.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the findings by value.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Says whether it could not be told which modules the adapter may change, because the configuration has an
    /// expression that we do not understand. That is also a finding.
    #[must_use]
    pub const fn is_undecided(&self) -> bool {
        self.is_undecided
    }
}

/// The tensors of one module, as far as each was found.
#[derive(Debug, Default)]
struct Module<'t> {
    a: Option<&'t [u64]>,
    b: Option<&'t [u64]>,
    embedding_a: Option<&'t [u64]>,
    embedding_b: Option<&'t [u64]>,
    magnitude: Option<&'t [u64]>,
}

/// Holds tensors against a configuration and against the base.
pub(super) fn join(
    config: &Config,
    tensors: &[Listed<'_>],
    base: Option<&[Listed<'_>]>,
    whole: Range<u64>,
) -> Joined {
    if config.kind == AdapterKind::Other {
        return Joined::default();
    }
    let mut modules: BTreeMap<&str, Module<'_>> = BTreeMap::new();
    let mut others = Vec::new();
    for tensor in tensors {
        let Some(part) = Part::of(tensor.name()) else {
            others.push(tensor);
            continue;
        };
        let shape = Some(tensor.shape());
        match part.role {
            Role::A => modules.entry(part.module).or_default().a = shape,
            Role::B => modules.entry(part.module).or_default().b = shape,
            Role::EmbeddingA => modules.entry(part.module).or_default().embedding_a = shape,
            Role::EmbeddingB => modules.entry(part.module).or_default().embedding_b = shape,
            Role::Magnitude => modules.entry(part.module).or_default().magnitude = shape,
            Role::Bias | Role::Singular => {}
            Role::TokenDelta if config.trains_tokens => {}
            Role::TokenDelta => others.push(tensor),
        }
    }
    let mut judge = Judge {
        config,
        base: base.map(Base::of),
        whole,
        all: Suspicions::default(),
        undecided: None,
    };
    for (name, module) in &modules {
        judge.pairs(name, module);
        judge.ranks(name, module);
        judge.target(name);
        judge.fit(name, module);
    }
    for tensor in others {
        judge.replaced(tensor, &modules);
    }
    judge.finish()
}

/// The weights of the base by their names.
struct Base<'l> {
    weights: BTreeMap<&'l str, &'l [u64]>,
}

impl<'l> Base<'l> {
    fn of(tensors: &'l [Listed<'_>]) -> Self {
        let weights = tensors
            .iter()
            .map(|tensor| (tensor.name(), tensor.shape()))
            .collect();
        Self { weights }
    }

    /// Returns the shape of a module's weight, whatever the base puts before its names.
    fn weight(&self, module: &str) -> Option<&'l [u64]> {
        self.named(&format!("{module}.weight"))
    }

    fn named(&self, name: &str) -> Option<&'l [u64]> {
        if let Some(shape) = self.weights.get(name) {
            return Some(shape);
        }
        // A headless model has its names without the first component, a model in a head with one more.
        if let Some((_, behind)) = name.split_once('.')
            && let Some(shape) = self.weights.get(behind)
        {
            return Some(shape);
        }
        const BODIES: [&str; 6] = [
            "model",
            "transformer",
            "bert",
            "roberta",
            "vit",
            "base_model",
        ];
        BODIES
            .iter()
            .find_map(|body| self.weights.get(&*format!("{body}.{name}")).copied())
    }

    /// Says whether the base has anything in a module, under a name of its own: quantised weights have.
    fn has_within(&self, module: &str) -> bool {
        let start = format!("{module}.");
        let short = start.split_once('.').map_or("", |(_, behind)| behind);
        [&*start, short]
            .iter()
            .filter(|start| !start.is_empty())
            .any(|start| {
                self.weights
                    .range(*start..)
                    .next()
                    .is_some_and(|(name, _)| name.starts_with(start))
            })
    }
}

struct Judge<'l, 'c> {
    config: &'c Config,
    base: Option<Base<'l>>,
    whole: Range<u64>,
    all: Suspicions,
    /// A module of which it cannot be told whether it is a target.
    undecided: Option<String>,
}

impl Judge<'_, '_> {
    /// Every matrix has its other half.
    fn pairs(&mut self, name: &str, module: &Module<'_>) {
        let pairs = [
            ("lora_A", module.a, "lora_B", module.b),
            (
                "lora_embedding_A",
                module.embedding_a,
                "lora_embedding_B",
                module.embedding_b,
            ),
        ];
        for (first, a, second, b) in pairs {
            let (found, wanted) = match (a, b) {
                (Some(_), None) => (first, second),
                (None, Some(_)) => (second, first),
                _ => continue,
            };
            let rule = &rules::UNPAIRED_MATRIX;
            self.all.say(rule, rule.severity, self.whole.clone(), || {
                let name = escape_shortened(name, SHOWN);
                format!("module `{name}` has `{found}` and no `{wanted}`")
            });
        }
        let has_matrix = module
            .a
            .or(module.b)
            .or(module.embedding_a)
            .or(module.embedding_b);
        if module.magnitude.is_some() && has_matrix.is_none() {
            let rule = &rules::UNPAIRED_MATRIX;
            self.all.say(rule, rule.severity, self.whole.clone(), || {
                let name = escape_shortened(name, SHOWN);
                format!("module `{name}` has `lora_magnitude_vector` and no matrices")
            });
        }
    }

    /// The inner dimensions are the rank.
    fn ranks(&mut self, name: &str, module: &Module<'_>) {
        let pairs = [
            (module.a, module.b),
            (module.embedding_a, module.embedding_b),
        ];
        for (a, b) in pairs {
            let inner_a = a.map(|a| a.first().copied().unwrap_or(0));
            let inner_b = b.map(|b| b.get(1).copied().unwrap_or(0));
            let wanted = self.config.rank_of(name);
            let fits = |inner: Option<u64>| match (inner, wanted) {
                (Some(inner), Some(wanted)) if self.config.targets_parameters => {
                    // A parameter of many experts has the matrices of all of them behind each other.
                    wanted != 0 && inner.checked_rem(wanted) == Some(0) && inner != 0
                }
                (Some(inner), Some(wanted)) => inner == wanted,
                _ => true,
            };
            let agree = match (inner_a, inner_b) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            };
            if agree && fits(inner_a) && fits(inner_b) {
                continue;
            }
            let rule = &rules::WRONG_RANK;
            let bytes = self.config.rank_bytes.clone();
            self.all.say(rule, rule.severity, bytes, || {
                let name = escape_shortened(name, SHOWN);
                let side = |shape: Option<&[u64]>| shape.map_or("none".to_owned(), shown);
                let (a, b) = (side(a), side(b));
                match wanted {
                    Some(rank) => {
                        format!("module `{name}` has matrices {a} and {b}, expected rank {rank}")
                    }
                    None => format!("module `{name}` has matrices {a} and {b} of different ranks"),
                }
            });
        }
    }

    /// The configuration names the module.
    fn target(&mut self, name: &str) {
        if self.config.targets_parameters {
            return;
        }
        match self.config.targets.has(name) {
            Some(true) => {}
            Some(false) => {
                let rule = &rules::UNTARGETED_MODULE;
                let bytes = self.config.targets_bytes.clone();
                self.all.say(rule, rule.severity, bytes, || {
                    let name = escape_shortened(name, SHOWN);
                    format!("module `{name}` is changed and not in `target_modules`")
                });
            }
            None => {
                self.undecided.get_or_insert_with(|| name.to_owned());
            }
        }
    }

    /// The outer dimensions are those of the base's weight.
    fn fit(&mut self, name: &str, module: &Module<'_>) {
        let Some(base) = &self.base else {
            return;
        };
        let rule = &rules::UNFIT_FOR_BASE;
        let Some(weight) = base.weight(name) else {
            // Parameters of experts are no modules; quantised weights have other names.
            if !self.config.targets_parameters && !base.has_within(name) {
                self.all.say(rule, rule.severity, self.whole.clone(), || {
                    let name = escape_shortened(name, SHOWN);
                    format!("module `{name}` is not in the base model")
                });
            }
            return;
        };
        // Four bits in a byte, one column: the shape says nothing of the matrix.
        if self.config.targets_parameters || weight.get(1) == Some(&1) && weight.len() == 2 {
            return;
        }
        let at = |shape: &[u64], place: usize| shape.get(place).copied();
        let (output, input) = match self.config.is_transposed {
            true => (at(weight, 1), at(weight, 0)),
            false => (at(weight, 0), at(weight, 1)),
        };
        let (rows, columns) = (at(weight, 0), at(weight, 1));
        let wrong = |found: Option<u64>, wanted: Option<u64>| found.is_some() && found != wanted;
        let is_unfit = wrong(module.a.and_then(|a| at(a, 1)), input)
            || wrong(module.b.and_then(|b| at(b, 0)), output)
            || wrong(module.embedding_a.and_then(|a| at(a, 1)), rows)
            || wrong(module.embedding_b.and_then(|b| at(b, 0)), columns);
        if is_unfit {
            let weight = shown(weight);
            self.all.say(rule, rule.severity, self.whole.clone(), || {
                let name = escape_shortened(name, SHOWN);
                let a = module
                    .a
                    .or(module.embedding_a)
                    .map_or("none".to_owned(), shown);
                let b = module
                    .b
                    .or(module.embedding_b)
                    .map_or("none".to_owned(), shown);
                format!("module `{name}` has matrices {a} and {b}, and weight {weight} in the base")
            });
        }
    }

    /// Nothing of the base is replaced unless the configuration says so.
    fn replaced(&mut self, tensor: &Listed<'_>, modules: &BTreeMap<&str, Module<'_>>) {
        let name = bare(tensor.name());
        let (module, last) = name.rsplit_once('.').unwrap_or(("", name));
        let is_wrapped = module.ends_with(".base_layer");
        let module = module.strip_suffix(".base_layer").unwrap_or(module);
        if is_within(&self.config.saved, name) {
            return;
        }
        let is_bias = last.contains("bias");
        let is_listed = match self.config.biases {
            Biases::All => is_bias,
            Biases::OfTargets => is_bias && modules.contains_key(module),
            Biases::None => false,
        };
        // An embedding that has matrices is stored beside them as a whole.
        let is_embedding = is_embedding(module);
        let is_beside = is_embedding && is_wrapped && modules.contains_key(module);
        if is_listed || is_beside {
            return;
        }
        // Embeddings of a vocabulary that was resized are stored although no configuration says so.
        let severity = match is_embedding {
            true => Severity::Medium,
            false => rules::REPLACED_WEIGHT.severity,
        };
        let rule = &rules::REPLACED_WEIGHT;
        self.all.say(rule, severity, self.whole.clone(), || {
            let name = escape_shortened(tensor.name(), SHOWN);
            format!("tensor `{name}` replaces one of the base model")
        });
    }

    fn finish(mut self) -> Joined {
        if let Some(module) = &self.undecided {
            let rule = &rules::UNDECIDED_TARGET;
            let bytes = self.config.targets_bytes.clone();
            self.all.say(rule, rule.severity, bytes, || {
                let module = escape_shortened(module, SHOWN);
                format!("cannot tell whether `target_modules` names module `{module}`")
            });
        }
        Joined {
            findings: self.all.finish(),
            is_undecided: self.undecided.is_some(),
        }
    }
}

/// Says whether a module is where words come in or go out.
fn is_embedding(module: &str) -> bool {
    const EMBEDDINGS: [&str; 12] = [
        "embed_tokens",
        "lm_head",
        "wte",
        "word_embeddings",
        "embed_in",
        "embed_out",
        "shared",
        "tok_embeddings",
        "output",
        "word_embedding",
        "decoder",
        "tokens_embed",
    ];
    let last = module.rsplit('.').next().unwrap_or_default();
    EMBEDDINGS.contains(&last)
}
