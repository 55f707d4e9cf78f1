//! Other headings that lists of projects use for a column.

/// A column and its other headings.
struct Alias {
    /// Heading of the column, without unit.
    column: &'static str,
    headings: &'static [&'static str],
}

const ALIASES: &[Alias] = &[
    Alias {
        column: "项目名称",
        headings: &["项目", "工程名称", "项目（工程）名称", "建设项目名称", "重点项目名称"],
    },
    Alias {
        column: "国家项目代码",
        headings: &["项目代码", "投资项目代码", "统一代码", "项目统一代码", "在线平台项目代码"],
    },
    Alias {
        column: "建设内容及规模",
        headings: &[
            "建设内容",
            "建设内容规模",
            "建设内容和规模",
            "建设内容与规模",
            "建设规模及内容",
            "建设规模和内容",
            "建设规模与内容",
            "建设规模及主要内容",
            "建设规模及主要建设内容",
            "主要建设内容",
            "主要建设内容及规模",
            "主要建设内容和规模",
            "项目建设内容",
            "项目建设内容及规模",
        ],
    },
    Alias {
        column: "行业", headings: &["所属行业", "行业类别", "产业", "所属产业", "产业类别"]
    },
    Alias {
        column: "属地",
        headings: &[
            "县区",
            "区县",
            "所属县区",
            "所在县区",
            "所属区县",
            "所在区县",
            "所属区域",
            "属地县区",
        ],
    },
    Alias {
        column: "总投资",
        headings: &["项目总投资", "计划总投资", "投资总额", "总投资额", "投资规模"],
    },
    Alias {
        column: "以前完成投资",
        headings: &["以前年度完成投资", "以前年度累计完成投资", "入库前完成投资"],
    },
    Alias {
        column: "计划开工",
        headings: &["计划开工时间", "计划开工日期", "拟开工时间", "预计开工时间", "计划开工年月"],
    },
    Alias {
        column: "计划竣工",
        headings: &[
            "计划竣工时间",
            "计划竣工日期",
            "拟竣工时间",
            "预计竣工时间",
            "计划完工时间",
            "计划建成时间",
        ],
    },
    Alias {
        column: "计划投产", headings: &["计划投产时间", "计划投产日期", "预计投产时间"]
    },
    Alias {
        column: "实际开工",
        headings: &["实际开工时间", "实际开工日期", "开工时间", "开工日期"],
    },
    Alias {
        column: "实际竣工",
        headings: &["实际竣工时间", "实际竣工日期", "竣工时间", "竣工日期"],
    },
    Alias {
        column: "实际投产",
        headings: &["实际投产时间", "实际投产日期", "投产时间", "投产日期"],
    },
    Alias {
        column: "包保领导",
        headings: &[
            "市级包保领导",
            "包靠领导",
            "包抓领导",
            "分管领导",
            "责任领导",
            "包联领导",
            "包挂领导",
            "挂包领导",
            "市级领导",
            "联系领导",
        ],
    },
    Alias { column: "年份", headings: &["年度", "计划年份"] },
    Alias {
        column: "建设性质",
        headings: &["项目性质", "建设类型", "新建或续建", "新建/续建", "新续建"],
    },
    Alias {
        column: "建设地点",
        headings: &[
            "项目地点",
            "建设地址",
            "项目所在地",
            "所在地",
            "地点",
            "项目建设地点",
            "建设位置",
            "项目地址",
        ],
    },
    Alias {
        column: "建设起止年限",
        headings: &[
            "建设年限",
            "起止年限",
            "建设周期",
            "建设工期",
            "建设期限",
            "建设期",
            "建设时间",
            "建设起止时间",
            "建设起止年月",
            "起止时间",
            "起止年月",
            "开竣工时间",
        ],
    },
    Alias {
        column: "项目单位",
        headings: &[
            "建设单位",
            "业主单位",
            "项目业主",
            "实施单位",
            "投资主体",
            "项目法人",
            "建设主体",
            "项目建设单位",
            "项目法人单位",
            "申报单位",
        ],
    },
    Alias {
        column: "责任单位",
        headings: &[
            "牵头单位",
            "责任部门",
            "牵头部门",
            "责任主体",
            "市级责任单位",
            "牵头责任单位",
            "项目责任单位",
            "推进责任单位",
        ],
    },
    Alias {
        column: "配合单位", headings: &["协办单位", "配合部门", "责任配合单位"]
    },
    Alias {
        column: "属地单位", headings: &["属地政府", "属地责任单位", "属地责任主体"]
    },
    Alias {
        column: "行业主管部门", headings: &["主管部门", "行业主管单位", "主管单位"]
    },
    Alias { column: "联系人", headings: &["项目联系人", "联络员", "联系人姓名"] },
    Alias {
        column: "联系电话",
        headings: &["电话", "联系方式", "手机", "手机号码", "联系人电话", "电话号码"],
    },
    Alias {
        column: "施工单位",
        headings: &["承建单位", "承包单位", "施工总承包单位", "总承包单位", "中标单位"],
    },
    Alias {
        column: "合同金额", headings: &["合同价", "合同额", "合同总价", "中标价", "中标金额"]
    },
    Alias {
        column: "所属打捆项目", headings: &["打捆项目", "打包项目", "项目包", "所属项目包"]
    },
    Alias { column: "建设期次", headings: &["期次", "分期", "建设分期"] },
    Alias { column: "备注", headings: &["说明", "附注", "备注说明"] },
    Alias {
        column: "年度计划投资",
        headings: &[
            "年度计划",
            "年计划投资",
            "年度投资计划",
            "当年计划投资",
            "本年计划投资",
            "全年计划投资",
        ],
    },
    Alias {
        column: "年度目标", headings: &["年度工作目标", "年度建设目标", "年度形象进度目标"]
    },
    Alias {
        column: "月份", headings: &["报告期", "报送月份", "填报月份", "统计月份"]
    },
    Alias {
        column: "本月完成投资",
        headings: &["当月完成投资", "本月投资完成额", "当月投资完成额"],
    },
    Alias {
        column: "形象进度（%）",
        headings: &["形象进度%", "形象进度百分比", "形象进度（百分比）"],
    },
    Alias {
        column: "形象进度说明",
        headings: &["进展情况", "工程进展", "项目进展情况", "形象进度描述"],
    },
    Alias {
        column: "全年预计完成",
        headings: &["预计全年完成", "全年预计完成投资", "预计全年完成投资"],
    },
    Alias {
        column: "到位资金", headings: &["资金到位", "累计到位资金", "资金到位情况"]
    },
    Alias { column: "支付资金", headings: &["累计支付资金", "资金支付"] },
    Alias { column: "节点名称", headings: &["里程碑", "节点"] },
    Alias {
        column: "计划日期", headings: &["计划完成日期", "计划完成时间", "计划时间"]
    },
    Alias {
        column: "实际日期", headings: &["实际完成日期", "实际完成时间", "实际时间"]
    },
];

/// Other headings of the column with this heading, given without its unit.
pub(crate) fn aliases(column: &str) -> &'static [&'static str] {
    let found = ALIASES.iter().find(|alias| alias.column == column);
    found.map_or(&[], |alias| alias.headings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_stands_for_two_columns() {
        let mut all: Vec<&str> = ALIASES.iter().flat_map(|a| a.headings).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(ALIASES.iter().all(|a| !all.contains(&a.column)));
    }
}
