//! Adapters of models: `adapter_config.json`, and the tensors of `adapter_model.safetensors` held against it.
//!
//! A LoRA adapter is small matrices beside weights of a base model. Its configuration says beside which, and of what
//! rank. Loaders put every tensor of the file into the model whose name they find there, so an adapter can also
//! replace weights of the base as a whole; and the configuration can name a library to import and a base to load.
//!
//! ```
//! use safetensors_check::{Limits, Listed, adapter};
//!
//! let config = br#"{"peft_type": "LORA", "r": 8, "target_modules": ["q_proj"]}"#;
//! let report = adapter::check(config, &Limits::default());
//! let tensors = [
//!     Listed::new("base_model.model.layers.0.q_proj.lora_A.weight", &[8, 64]),
//!     Listed::new("base_model.model.layers.0.q_proj.lora_B.weight", &[64, 4]),
//!     Listed::new("base_model.model.lm_head.weight", &[1000, 64]),
//! ];
//! let found = report.join(&tensors, None);
//! let rules: Vec<&str> = found.findings().iter().map(|finding| finding.rule.code()).collect();
//! assert_eq!(rules, ["STF080", "STF078"]);
//! ```

mod check;
mod config;
mod join;
mod module;
mod pattern;
pub(crate) mod rules;
mod target;

pub use check::{Report, check};
pub use join::Joined;
