//! Settings of the OC4IDS open-data export.

use clap::Args;

/// Settings of the OC4IDS open-data export.
#[derive(Args, Clone, Debug)]
pub struct Oc4idsConfig {
    /// Prefix of project ids in OC4IDS packages: `oc4ids-` and six lower-case letters or digits;
    /// register one before publishing
    #[arg(long, env = "OC4IDS_PREFIX", default_value = "oc4ids-000000", value_parser = prefix)]
    pub oc4ids_prefix: String,

    /// Name of the publisher in OC4IDS packages
    #[arg(long, env = "OC4IDS_PUBLISHER", default_value = "Major Projects", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub oc4ids_publisher: String,

    /// Licence of OC4IDS packages, as an http(s) URI; omitted from the packages if not set
    #[arg(long, env = "OC4IDS_LICENSE", value_parser = license)]
    pub oc4ids_license: Option<String>,
}

impl Oc4idsConfig {
    pub(super) fn for_tests() -> Self {
        Self {
            oc4ids_prefix: "oc4ids-0t3st0".to_owned(),
            oc4ids_publisher: "某市发展和改革委员会".to_owned(),
            oc4ids_license: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
        }
    }
}

fn prefix(text: &str) -> Result<String, String> {
    let six = text.strip_prefix("oc4ids-").filter(|six| six.len() == 6);
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    six.filter(|six| six.bytes().all(plain)).map(|_| text.to_owned()).ok_or_else(|| {
        "must be `oc4ids-` and six lower-case letters or digits, as registered".to_owned()
    })
}

fn license(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-._~/?#&=:+".contains(&c);
    rest.filter(|rest| !rest.is_empty() && rest.bytes().all(plain))
        .map(|_| text.to_owned())
        .ok_or_else(|| "must be the licence's http(s) URI".to_owned())
}
