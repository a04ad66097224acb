//! The public behaviour of `model-formats`.

mod npy;
