//! Units of amounts in files.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Unit of the amounts of a file.
    AmountUnit {
        /// 元.
        Yuan = "yuan" "元",
        /// 千元.
        ThousandYuan = "thousand_yuan" "千元",
        /// 万元, the unit of the register.
        Wan = "wan" "万元",
        /// 百万元.
        MillionYuan = "million_yuan" "百万元",
        /// 亿元.
        Yi = "yi" "亿元",
    }
}

impl AmountUnit {
    /// Number of 分 in one.
    pub(crate) const fn fen(self) -> i64 {
        match self {
            Self::Yuan => 100,
            Self::ThousandYuan => 100_000,
            Self::Wan => 1_000_000,
            Self::MillionYuan => 100_000_000,
            Self::Yi => 10_000_000_000,
        }
    }

    /// How many 万元 one is.
    pub(crate) const fn in_wan(self) -> &'static str {
        match self {
            Self::Yuan => "0.0001",
            Self::ThousandYuan => "0.1",
            Self::Wan => "1",
            Self::MillionYuan => "100",
            Self::Yi => "10000",
        }
    }

    /// The unit with this name, such as `亿元`; half-width, without spaces.
    pub(crate) fn called(name: &str) -> Option<Self> {
        let name = name.strip_prefix("人民币").unwrap_or(name);
        match name {
            "元" | "元人民币" | "yuan" | "CNY" | "RMB" => Some(Self::Yuan),
            "千元" => Some(Self::ThousandYuan),
            "万" | "万元" | "万元人民币" | "wan" => Some(Self::Wan),
            "百万" | "百万元" => Some(Self::MillionYuan),
            "亿" | "亿元" | "亿元人民币" | "yi" => Some(Self::Yi),
            _ => None,
        }
    }
}
