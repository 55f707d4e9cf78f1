//! Parses the command line, starts logging, runs one command.
fn main() {}
