use std::ops::Range;

use model_digest::Digest;

use crate::Tensor;

/// A tensor as a check of whole models is told of it, whatever file it comes from.
#[derive(Clone, Debug)]
pub struct Listed<'t> {
    name: &'t str,
    shape: &'t [u64],
    dtype: Option<&'t str>,
    digest: Option<Digest>,
    storage: Option<u64>,
    bytes: Range<u64>,
}

impl<'t> Listed<'t> {
    /// Lists a tensor of which no more is known than its name and shape.
    #[must_use]
    pub const fn new(name: &'t str, shape: &'t [u64]) -> Self {
        Self {
            name,
            shape,
            dtype: None,
            digest: None,
            storage: None,
            bytes: 0..0,
        }
    }

    /// Lists a tensor of a safetensors file: all but its digest. It lies where its entry is in the header.
    #[must_use]
    pub fn of(tensor: Tensor<'t>) -> Self {
        Self {
            dtype: Some(tensor.dtype().as_str()),
            bytes: tensor.entry(),
            ..Self::new(tensor.name(), tensor.shape())
        }
    }

    /// Sets the dtype, by the name that safetensors has for it or, if it has none, any other.
    #[must_use]
    pub const fn with_dtype(mut self, dtype: &'t str) -> Self {
        self.dtype = Some(dtype);
        self
    }

    /// Sets the digest of its elements, one behind the other, little-endian.
    #[must_use]
    pub const fn with_digest(mut self, digest: Digest) -> Self {
        self.digest = Some(digest);
        self
    }

    /// Sets a number that tensors have in common that share all their bytes in the file.
    #[must_use]
    pub const fn with_storage(mut self, storage: u64) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Sets where a finding on the tensor points, in bytes of its file.
    #[must_use]
    pub const fn with_bytes(mut self, bytes: Range<u64>) -> Self {
        self.bytes = bytes;
        self
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &'t str {
        self.name
    }

    /// Returns the dimensions.
    #[must_use]
    pub const fn shape(&self) -> &'t [u64] {
        self.shape
    }

    /// Returns the name of the dtype, if it is known.
    #[must_use]
    pub const fn dtype(&self) -> Option<&'t str> {
        self.dtype
    }

    /// Returns the digest of the elements, if it is known.
    #[must_use]
    pub const fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Returns what it shares with the tensors that have the same bytes in the file, if that is known.
    #[must_use]
    pub const fn storage(&self) -> Option<u64> {
        self.storage
    }

    /// Returns where a finding on the tensor points.
    #[must_use]
    pub fn bytes(&self) -> Range<u64> {
        self.bytes.clone()
    }
}

/// Says whether models compute a buffer from their configuration, so that some writers store it and others do not:
/// positions, masks, rotary frequencies, indexes of relative positions.
pub(crate) fn is_derived(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_gpt2_mask = name.ends_with(".attn.bias") || name.ends_with(".attention.bias");
    is_gpt2_mask
        || name == "attn.bias"
        || matches!(
            last,
            "position_ids"
                | "token_type_ids"
                | "inv_freq"
                | "original_inv_freq"
                | "cos_cached"
                | "sin_cached"
                | "masked_bias"
                | "causal_mask"
                | "attn_mask"
                | "relative_position_index"
                | "relative_coords_table"
                | "num_batches_tracked"
        )
}

/// Writes a shape as messages show it: `[2, 3]`, cut behind eight dimensions.
pub(crate) fn shown(shape: &[u64]) -> String {
    const SHOWN: usize = 8;
    let mut dimensions: Vec<String> = shape.iter().take(SHOWN).map(u64::to_string).collect();
    if shape.len() > SHOWN {
        dimensions.push("...".to_owned());
    }
    format!("[{}]", dimensions.join(", "))
}
