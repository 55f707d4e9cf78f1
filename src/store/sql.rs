//! SQL functions that Diesel lacks, with the same behaviour on both databases.

use diesel::expression::functions::define_sql_function;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

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
