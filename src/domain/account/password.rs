//! Cost of a password hash.

/// Cost parameters of argon2id.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Number of passes over the memory.
    pub passes: u32,
}

/// OWASP's recommended parameters for argon2id: m = 19 MiB, t = 2, p = 1.
pub(crate) const OWASP: Effort = Effort { memory_kib: 19_456, passes: 2 };
