//! What is promised of models on disk.

#![cfg(test)]
#![cfg(unix)]

mod model;
