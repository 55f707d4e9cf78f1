//! From the answers of the summaries to what a bulletin stores of them.
//!
//! Each answer is taken apart without `..`: a field that is added to it does not compile until
//! someone decides whether bulletins store it.

mod lights;
mod rankings;
pub(super) mod rows;
mod sums;
