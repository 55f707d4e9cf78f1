//! Pieces of SQL that Diesel does not have, said the same way on both databases.

use diesel::expression::functions::define_sql_function;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

define_sql_function! {
    /// Lower case; on SQLite of ASCII alone, which is all a search is promised to fold.
    fn lower(text: Text) -> Text;
}

/// Functions that share a name in SQL and differ in types here.
pub(in crate::store) mod coalesce {
    use super::{BigInt, Date, Nullable, Text, define_sql_function};

    define_sql_function! {
        /// The day, or `instead` where there is none.
        #[sql_name = "coalesce"]
        fn date_or(day: Nullable<Date>, instead: Date) -> Date;
    }
    define_sql_function! {
        /// The text, or `instead` where there is none.
        #[sql_name = "coalesce"]
        fn text_or(text: Nullable<Text>, instead: Text) -> Text;
    }
    define_sql_function! {
        /// The number, or `instead` where there is none.
        #[sql_name = "coalesce"]
        fn number_or(number: Nullable<BigInt>, instead: BigInt) -> BigInt;
    }
}

/// A pattern that finds `text` anywhere, whatever it contains; use with `escape('\\')`.
pub(in crate::store) fn anywhere(text: &str) -> String {
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
