//! The names and shapes that a model's `config.json` promises, held against its tensors.
//!
//! Known are the families of llama (with mistral and qwen2), bert, gpt2 and vit. Nothing is said of other
//! architectures, of quantised models, of models with code of their own, and of files whose names are another
//! library's.
//!
//! ```
//! use safetensors_check::{Limits, Listed, architecture::Architecture};
//!
//! let config = br#"{"architectures": ["GPT2Model"], "model_type": "gpt2",
//!     "n_embd": 4, "n_layer": 0, "n_positions": 8, "vocab_size": 16}"#;
//! let Some(architecture) = Architecture::read(config, &Limits::default())? else {
//!     return Err("an architecture that we do not know".into());
//! };
//! let tensors = [
//!     Listed::new("wte.weight", &[16, 4]),
//!     Listed::new("wpe.weight", &[8, 5]),
//!     Listed::new("ln_f.weight", &[4]),
//! ];
//! let found = architecture.check(&tensors, 0..8);
//! let messages: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
//! assert_eq!(messages, [
//!     "tensor `ln_f.bias` is missing",
//!     "tensor `wpe.weight` has shape [8, 5], expected [8, 4]",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod config;
pub(crate) mod rules;
mod template;

pub use config::Architecture;
