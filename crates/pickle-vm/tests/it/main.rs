//! The public behaviour of `pickle-vm`.
