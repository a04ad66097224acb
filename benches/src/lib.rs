//! The benches of Weighbridge lie in `benches/`, one per operation; nothing is here.
