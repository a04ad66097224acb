use std::collections::BTreeSet;
use std::ops::Range;

use strict_json::{Error, Kind, Object, Value};

use super::pattern::Pattern;
use super::target::Targets;

/// What a configuration says of the tensors.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) kind: AdapterKind,
    pub(super) rank: Option<u64>,
    /// Ranks of modules that have another one.
    pub(super) ranks: Vec<RankPattern>,
    pub(super) targets: Targets,
    /// Whether parameters, not modules, are named beside the targets.
    pub(super) targets_parameters: bool,
    pub(super) saved: BTreeSet<String>,
    pub(super) biases: Biases,
    pub(super) trains_tokens: bool,
    pub(super) is_transposed: bool,
    /// Where the rank and the targets stand.
    pub(super) rank_bytes: Range<u64>,
    pub(super) targets_bytes: Range<u64>,
}

/// Which kind of adapter it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AdapterKind {
    Lora,
    /// As LoRA, but each module may have its own rank.
    AdaLora,
    /// Prompts, scales, other decompositions: their tensors are not held against anything.
    Other,
}

/// Which biases are stored as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Biases {
    None,
    OfTargets,
    All,
}

/// An expression for the ends of modules, and their rank.
#[derive(Clone, Debug)]
pub(super) struct RankPattern {
    /// `None` if it is not understood.
    pub(super) modules: Option<Pattern>,
    pub(super) rank: u64,
}

/// Something that is not as loaders want it, and where.
pub(super) type Fault = Error;

impl Config {
    /// Reads what is understood. Keys that are missing have the defaults of the library that writes them.
    pub(super) fn read(object: &Object<'_>, faults: &mut Vec<Fault>) -> Self {
        let mut keep = |result: Result<(), Fault>| faults.extend(result.err());
        let kind = match object.get_set("peft_type").map(Value::as_str) {
            None | Some(Ok("LORA")) => AdapterKind::Lora,
            Some(Ok("ADALORA")) => AdapterKind::AdaLora,
            Some(Ok(_)) => AdapterKind::Other,
            Some(Err(fault)) => {
                keep(Err(fault));
                AdapterKind::Other
            }
        };
        let mut config = Self {
            kind,
            rank: None,
            ranks: Vec::new(),
            targets: Targets::Default,
            targets_parameters: false,
            saved: BTreeSet::new(),
            biases: Biases::None,
            trains_tokens: object.get_set("trainable_token_indices").is_some(),
            is_transposed: false,
            rank_bytes: start_of(object),
            targets_bytes: start_of(object),
        };
        if kind == AdapterKind::Other {
            return config;
        }
        if let Some(rank) = object.get_set("r") {
            config.rank_bytes = place(rank);
            keep(rank.as_u64().map(|rank| config.rank = Some(rank)));
        }
        if kind == AdapterKind::Lora
            && let Some(patterns) = object.get_set("rank_pattern")
        {
            keep(config.read_ranks(patterns));
        }
        if let Some(targets) = object.get_set("target_modules") {
            config.targets_bytes = place(targets);
            keep(config.read_targets(targets));
        }
        if let Some(parameters) = object.get_set("target_parameters") {
            let named = parameters.as_array().map(|items| !items.is_empty());
            config.targets_parameters = named.unwrap_or(true);
        }
        if let Some(saved) = object.get_set("modules_to_save") {
            keep(strings(saved).map(|saved| config.saved = saved));
        }
        if let Some(task) = object
            .get_set("task_type")
            .and_then(|task| task.as_str().ok())
        {
            // These are saved for the task whether they are listed or not.
            let heads: &[&str] = match task {
                "SEQ_CLS" | "TOKEN_CLS" => &["classifier", "score"],
                "QUESTION_ANS" => &["qa_outputs"],
                _ => &[],
            };
            config
                .saved
                .extend(heads.iter().map(|&head| head.to_owned()));
        }
        if let Some(biases) = object.get_set("bias") {
            keep(biases.as_str().map(|biases| {
                config.biases = match biases {
                    "all" => Biases::All,
                    "lora_only" => Biases::OfTargets,
                    _ => Biases::None,
                };
            }));
        }
        if let Some(is_transposed) = object.get_set("fan_in_fan_out") {
            keep(
                is_transposed
                    .as_bool()
                    .map(|value| config.is_transposed = value),
            );
        }
        config
    }

    fn read_ranks(&mut self, patterns: &Value<'_>) -> Result<(), Fault> {
        for member in patterns.as_object()?.members() {
            let rank = member.value().as_u64()?;
            let modules = Pattern::read(&format!("(?:.*\\.)?(?:{})", member.key()));
            self.ranks.push(RankPattern { modules, rank });
        }
        Ok(())
    }

    fn read_targets(&mut self, targets: &Value<'_>) -> Result<(), Fault> {
        self.targets = match targets.kind() {
            Kind::String(pattern) => Targets::of_pattern(pattern),
            _ => Targets::Ends(strings(targets)?),
        };
        Ok(())
    }

    /// Returns the rank of a module; `None` if it is not known.
    pub(super) fn rank_of(&self, module: &str) -> Option<u64> {
        if self.kind == AdapterKind::AdaLora {
            return None;
        }
        for pattern in &self.ranks {
            if pattern.modules.as_ref()?.matches(module)? {
                return Some(pattern.rank);
            }
        }
        self.rank
    }
}

fn strings(value: &Value<'_>) -> Result<BTreeSet<String>, Fault> {
    let items = value.as_array()?.iter();
    items.map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Where a value begins: its first byte.
pub(super) fn place(value: &Value<'_>) -> Range<u64> {
    value.offset()..value.offset().saturating_add(1)
}

fn start_of(object: &Object<'_>) -> Range<u64> {
    object.offset()..object.offset().saturating_add(1)
}
