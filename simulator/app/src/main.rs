//! The `anpr-sim` binary.
fn main() {}
