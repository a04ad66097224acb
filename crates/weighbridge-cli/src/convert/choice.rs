use weighbridge::scan::convert::{self, Checkpoint, Optimizer, Options, Refusals, Ties};

use super::arguments::{Complex, Convert, Quantised, Sparse};
use crate::failure::Failure;

/// Longest key that is repeated, in characters.
const SHOWN: usize = 200;

/// Turns what the command line says into what the library is told.
pub(super) fn options(
    arguments: &Convert,
    checkpoints: &[Checkpoint<'_>],
) -> Result<Options, Failure> {
    let choice = &arguments.choice;
    let root = match &choice.key {
        None => None,
        Some(key) => Some(root(key, checkpoints)?),
    };
    let mut options = Options::default()
        .with_root(root)
        .with_ties(if choice.duplicate_tied {
            Ties::Duplicate
        } else {
            Ties::Keep
        })
        .with_quantised(match choice.quantised {
            Quantised::Refuse => convert::Quantised::Refuse,
            Quantised::Dequantise => convert::Quantised::Dequantise,
            Quantised::Parts => convert::Quantised::Parts,
        })
        .with_sparse(match choice.sparse {
            Sparse::Refuse => convert::Sparse::Refuse,
            Sparse::Dense => convert::Sparse::Dense,
            Sparse::Parts => convert::Sparse::Parts,
        })
        .with_complex(match choice.complex {
            Complex::Refuse => convert::Complex::Refuse,
            Complex::Real => convert::Complex::Real,
        })
        .with_optimizer(if choice.include_optimizer {
            Optimizer::Include
        } else {
            Optimizer::LeaveOut
        })
        .with_refusals(if choice.leave_out_refused {
            Refusals::LeaveOut
        } else {
            Refusals::Fail
        });
    if arguments.allow_dangerous {
        options.dangerous().allow_findings();
    }
    Ok(options)
}

/// Finds the steps whose texts, joined by dots, are the key: keys may have dots themselves.
fn root(key: &str, checkpoints: &[Checkpoint<'_>]) -> Result<Vec<String>, Failure> {
    for tensor in checkpoints.iter().flat_map(Checkpoint::tensors) {
        let mut rest = key;
        let mut steps = Vec::new();
        for step in &tensor.path {
            let step = step.text();
            let Some(behind) = rest.strip_prefix(&*step) else {
                break;
            };
            steps.push(step.into_owned());
            if behind.is_empty() {
                return Ok(steps);
            }
            let Some(behind) = behind.strip_prefix('.') else {
                break;
            };
            rest = behind;
        }
    }
    Err(Failure::usage(format!(
        "no tensor lies below `{}`",
        weighbridge::findings::escape_shortened(key, SHOWN)
    )))
}
