use std::collections::HashMap;
use std::io;
use std::ops::Range;

use model_digest::{Algorithm, Digest, Watch};
use safetensors_check::{Header, Listed};

use crate::convert::{self, Checkpoint, Outcome, Plan, Proof, Refusals, Ties};
use crate::inspection::length;
use crate::scanner::Scanner;

/// The tensors of one file of weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Weights {
    pub(super) tensors: Vec<Weight>,
    /// Names that are not stored, and those under which their bytes are.
    pub(super) ties: Vec<(String, String)>,
}

/// A tensor of a file of weights.
#[derive(Clone, Debug)]
pub(super) struct Weight {
    pub(super) name: String,
    dtype: Option<String>,
    shape: Vec<u64>,
    /// Bytes of its elements.
    pub(super) size: u64,
    /// Where it stands in the header, if it has one there.
    entry: Range<u64>,
    /// A number that it has in common with tensors of the same bytes.
    storage: Option<u64>,
    digest: Option<Digest>,
}

impl Weight {
    pub(super) fn listed(&self) -> Listed<'_> {
        let mut listed = Listed::new(&self.name, &self.shape);
        if let Some(dtype) = &self.dtype {
            listed = listed.with_dtype(dtype);
        }
        if let Some(storage) = self.storage {
            listed = listed.with_storage(storage);
        }
        if let Some(digest) = &self.digest {
            listed = listed.with_digest(*digest);
        }
        listed.with_bytes(self.entry.clone())
    }

    /// Says that the tensor stands in another file than the one that findings are about.
    pub(super) fn elsewhere(mut self, number: u64) -> Self {
        self.entry = 0..0;
        // What is shared in one file is not what is shared in the next.
        self.storage = self
            .storage
            .map(|storage| number.wrapping_shl(32) ^ storage);
        self
    }
}

impl Weights {
    /// Reads a safetensors file; `None` if it is not valid, or there was no time.
    pub(super) fn of_safetensors(
        bytes: &[u8],
        scanner: &Scanner,
        proof: Proof,
        watch: &dyn Watch,
    ) -> Option<Self> {
        let limits = &scanner.options().limits.safetensors;
        let header = Header::read(bytes, length(bytes.len()), limits).ok()?;
        let mut weights = Self::default();
        for tensor in header.tensors() {
            if watch.is_cancelled() {
                return None;
            }
            let range = tensor.bytes();
            let digest = (proof == Proof::Digests).then(|| {
                let place = |at| usize::try_from(at).unwrap_or(usize::MAX);
                let data = bytes.get(place(range.start)..place(range.end));
                Digest::of(Algorithm::Sha256, data.unwrap_or_default())
            });
            weights.tensors.push(Weight {
                name: tensor.name().to_owned(),
                dtype: Some(tensor.dtype().as_str().to_owned()),
                shape: tensor.shape().to_vec(),
                size: range.end.saturating_sub(range.start),
                entry: tensor.entry(),
                storage: None,
                digest,
            });
        }
        for pair in header.metadata().unwrap_or_default() {
            let tie = (pair.key().to_owned(), pair.value().to_owned());
            weights.ties.push(tie);
        }
        Some(weights)
    }

    /// Reads a checkpoint without executing anything; `None` if its tensors cannot be told, or there was no
    /// time.
    pub(super) fn of_checkpoint(
        name: &str,
        bytes: &[u8],
        scanner: &Scanner,
        proof: Proof,
        watch: &dyn Watch,
    ) -> Option<Self> {
        let limits = convert::Limits::default();
        let checkpoint = Checkpoint::read_with(name, bytes, &limits, scanner).ok()?;
        // Digests tell what is the same; without them the storages do.
        let ties = match proof {
            Proof::Digests => Ties::Duplicate,
            Proof::None => Ties::Keep,
        };
        let mut options = convert::Options::default()
            .with_ties(ties)
            .with_refusals(Refusals::LeaveOut);
        // Whatever the file would do, its tensors are only compared.
        options.dangerous().allow_findings();
        let plan = Plan::new(&checkpoint, &options);
        // Where something was not walked there may be tensors that nobody sees.
        let layout = plan.layout().ok()?;
        let mut sizes = HashMap::new();
        for placement in layout.tensors() {
            let range = placement.data_offsets();
            sizes.insert(placement.input(), range.end.saturating_sub(range.start));
        }
        let digests = match proof {
            Proof::Digests => {
                let written = plan.write(&mut io::sink(), proof, watch).ok()?;
                written.tensors
            }
            Proof::None => Vec::new(),
        };
        let mut weights = Self::default();
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for (number, (_, entry)) in plan.tensors().enumerate() {
            if let (Some(name), Outcome::Converted(_)) = (&entry.name, &entry.outcome) {
                numbers.insert(name, number);
            }
        }
        for (number, (tensor, entry)) in plan.tensors().enumerate() {
            let Some(name) = &entry.name else { continue };
            let (shared, output) = match &entry.outcome {
                Outcome::Converted(output) => (number, output.clone().next()),
                Outcome::Tied { kept } => (*numbers.get(kept.as_str())?, None),
                _ => (number, None),
            };
            let written = output.and_then(|output| plan.written(output));
            weights.tensors.push(Weight {
                name: name.clone(),
                dtype: match (written, tensor.dtype) {
                    (Some((_, dtype, _)), _) => Some(dtype.as_str().to_owned()),
                    // The one that it is tied to says it.
                    (None, _) if shared != number => None,
                    (None, dtype) => dtype.map(|dtype| dtype.name().to_owned()),
                },
                shape: written.map_or_else(|| tensor.shape.clone(), |(_, _, shape)| shape.to_vec()),
                size: output
                    .and_then(|output| sizes.get(&output))
                    .copied()
                    .unwrap_or(0),
                entry: 0..0,
                storage: (proof == Proof::None).then(|| length(shared)),
                digest: output.and_then(|output| digests.get(output)).copied(),
            });
        }
        Some(weights)
    }
}
