//! Enumerations that are text outside: in the API, in the database and in files, with one spelling.

/// A text that is none of an enumeration's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not one of {known}")]
pub struct UnknownText {
    /// What was given.
    pub given: String,
    /// What would have been known, separated by commas.
    pub known: String,
}

/// Makes an enumeration with its text form, its Chinese name, serde and its schema.
macro_rules! text_enum {
    (
        $(#[doc = $doc:literal])+
        $name:ident {
            $( $(#[doc = $variant_doc:literal])+ $variant:ident = $text:literal $zh:literal, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
        pub enum $name {
            $( $(#[doc = $variant_doc])+ #[schema(rename = $text)] $variant, )+
        }

        impl $name {
            /// Every one there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its text outside.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Its name in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }

            /// Its name for people.
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
