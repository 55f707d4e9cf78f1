//! SQL functions and patterns that Diesel lacks, with the same behaviour on both databases.

use diesel::expression::functions::define_sql_function;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

define_sql_function! {
    /// Lower case. SQLite converts only ASCII, so searches ignore case only for ASCII letters.
    fn lower(text: Text) -> Text;
}

/// Variants of the SQL function `coalesce` for different types.
pub(super) mod coalesce {
    use super::{BigInt, Date, Nullable, Text, define_sql_function};

    define_sql_function! {
        /// `day`, or `instead` if it is null.
        #[sql_name = "coalesce"]
        fn date_or(day: Nullable<Date>, instead: Date) -> Date;
    }
    define_sql_function! {
        /// `text`, or `instead` if it is null.
        #[sql_name = "coalesce"]
        fn text_or(text: Nullable<Text>, instead: Text) -> Text;
    }
    define_sql_function! {
        /// `number`, or `instead` if it is null.
        #[sql_name = "coalesce"]
        fn number_or(number: Nullable<BigInt>, instead: BigInt) -> BigInt;
    }
}

/// `LIKE` pattern that finds `text` anywhere, with wildcards escaped; use with `escape('\\')`.
pub(super) fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::anywhere;

    #[test]
    fn wildcards_in_the_text_stand_for_themselves() {
        assert_eq!(anywhere(" 50%_A\\ "), "%50\\%\\_a\\\\%");
    }
}
