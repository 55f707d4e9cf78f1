//! Macro for enumerations with one spelling in the API, the database and files.

/// Error for a text that is not a value of the enumeration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not one of {known}")]
pub struct UnknownText {
    /// Text given.
    pub given: String,
    /// Allowed values, comma-separated.
    pub known: String,
}

/// Defines an enumeration with its text values, Chinese names, serde and OpenAPI schema.
macro_rules! text_enum {
    (
        $(#[doc = $doc:literal])+
        $name:ident {
            $( $(#[doc = $variant_doc:literal])+ $variant:ident = $text:literal $zh:literal, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
        #[allow(unreachable_pub, reason = "the tests use some of the enumerations")]
        pub enum $name {
            $( $(#[doc = $variant_doc])+ #[schema(rename = $text)] $variant, )+
        }

        #[allow(dead_code, unreachable_pub, reason = "each enumeration has all of them")]
        impl $name {
            /// All values, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Text value used in the API, the database and files.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Chinese name, for display.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }

            /// What the value means, in English.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => concat!($($variant_doc),+).trim_ascii_start(),)+ }
            }

            /// Name in `language`, for display.
            pub fn say(self, language: $crate::domain::words::Language) -> String {
                match language {
                    $crate::domain::words::Language::Chinese => self.zh().to_owned(),
                    $crate::domain::words::Language::English => self.as_str().replace('_', " "),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::text_enum::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::domain::text_enum::UnknownText {
                        given: text.to_owned(),
                        known: [$($text),+].join(", "),
                    }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_enum;
