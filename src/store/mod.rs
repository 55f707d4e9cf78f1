//! The databases.
