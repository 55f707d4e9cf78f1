//! The whole program, tested from outside.
fn main() {}
