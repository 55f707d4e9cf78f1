//! New migrations are embedded: a new folder makes Cargo look again.
fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
