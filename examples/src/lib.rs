//! The examples of Weighbridge lie in `examples/`, one program each; nothing is here.
