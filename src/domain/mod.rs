//! Pure rules and value objects.
