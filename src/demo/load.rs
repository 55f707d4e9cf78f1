//! Loads the synthetic portfolio, one transaction per project, so that an interrupted start can
//! resume.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::demo::months;
use crate::demo::portfolio::{Sketch, portfolio};
use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::id::{IndustryId, MilestoneId, ProjectId, ReportId, UnitId};
use crate::domain::milestone::{Milestone, TEMPLATES};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::plan::Plan;
use crate::domain::plan::new_version::{CheckedAmounts, VersionWords};
use crate::domain::project::external_id::ExternalId;
use crate::domain::project::facts::ProjectFacts;
use crate::domain::project::{Project, Visibility};
use crate::domain::reference::area::Area;
use crate::domain::reference::industry::Industry;
use crate::domain::reference::unit::{ProjectUnit, Unit, UnitKind, UnitRole};
use crate::domain::report::warning::warnings;
use crate::domain::report::{Report, ReportState, Step};
use crate::store::events;
use crate::store::events::{Author, Event, FieldChange};
use crate::store::plans::year_plans;
use crate::store::projects::{external_ids, units as project_units};
use crate::store::reference::{areas, industries, units};
use crate::store::{
    Conn, Db, Result, StoreError, milestones, plans, projects, reporting_months, reports,
};
use crate::usecases::reports::context::compared_with;

/// Themes of synthetic project names, by industry code.
const THEMES: [(&str, [&str; 4]); 10] = [
    ("next_gen_it", ["集成电路封测", "工业互联网平台", "光通信器件", "大数据中心"]),
    ("high_end_equipment", ["石油装备制造", "汽车零部件", "智能机器人", "轨道交通装备"]),
    ("new_energy", ["海上风电", "光伏发电", "氢能利用", "储能电站"]),
    ("new_materials", ["高性能纤维", "铜基新材料", "稀土催化材料", "电子化学品"]),
    ("modern_marine", ["海洋牧场", "海水淡化", "海洋生物", "港口物流"]),
    ("medical_wellness", ["生物医药", "医疗器械", "康养社区", "中药提取"]),
    ("high_end_chemicals", ["丙烯下游", "芳烃联合装置", "特种橡胶", "精细化工"]),
    ("modern_agriculture", ["盐碱地农业", "智慧大棚", "农产品加工", "水产育苗"]),
    ("cultural_creative", ["文化产业园", "数字影视", "非遗工坊", "创意设计"]),
    ("quality_tourism", ["黄河文化旅游", "湿地生态旅游", "温泉度假", "滨海旅游"]),
];

/// Regulating department by industry code, from the plan document.
const REGULATORS: [(&str, &str); 4] = [
    ("modern_agriculture", "市农业农村局"),
    ("medical_wellness", "市卫生健康委"),
    ("quality_tourism", "市商务局"),
    ("cultural_creative", "市投资促进局"),
];
const USUAL_REGULATOR: &str = "市工业和信息化局";
const LEAD: &str = "市发展改革委";

/// Number of projects that share one synthetic owner.
const PROJECTS_PER_OWNER: usize = 3;

/// Reference data the loader needs.
struct Reference {
    industries: BTreeMap<IndustryId, Industry>,
    areas: Vec<Area>,
}

/// Loads missing projects of the portfolio; calls `progress(loaded, total)` after each.
///
/// # Errors
/// [`StoreError::Broken`] when the database contains projects that are not synthetic, or no plan.
pub async fn load(
    db: &Db,
    year: Year,
    today: NaiveDate,
    now: Timestamp,
    mut progress: impl FnMut(usize, usize),
) -> Result<usize> {
    let known = db.read(move |conn| Known::read(conn, year)).await?;
    db.write(move |conn| months::open(conn, year, today, now)).await?;
    let sketches = portfolio(year, &known.envelopes);
    let total = sketches.len();
    if known.loaded {
        // Loaded completely before; later changes are the users' and stay.
        progress(total, total);
        return Ok(total);
    }
    for sketch in sketches {
        let number = sketch.number;
        let name = known.reference.name(&sketch);
        let names = &known.names;
        if !names.contains(&name) {
            let reference = known.reference.clone();
            db.write(move |conn| load_one(conn, &reference, &sketch, year, today, now)).await?;
        }
        progress(number, total);
    }
    db.write(move |conn| {
        let plan = plans::get(conn, year)?;
        let id = plan.id.0;
        plans::save(conn, &Plan { synthetic: true, ..plan })?;
        let marked =
            FieldChange { field: "synthetic".to_owned(), before: false.into(), after: true.into() };
        let event = Event::of("plan.changed", "plan", id, vec![marked]);
        events::record(conn, &Author::system("demo"), now, &event)?;
        months::publish(conn, year, today, now)
    })
    .await?;
    Ok(total)
}

/// State of the database before loading.
struct Known {
    /// True if the plan is marked synthetic, which is done after the last project.
    loaded: bool,
    reference: std::sync::Arc<Reference>,
    envelopes: Vec<crate::domain::plan::Envelope>,
    names: BTreeSet<String>,
}

impl Known {
    fn read(conn: &mut Conn, year: Year) -> Result<Self> {
        let plan = plans::get(conn, year)?;
        let envelopes = plans::envelopes(conn, plan.id)?;
        if !plan.synthetic && projects::any_real(conn)? {
            return Err(StoreError::Broken(
                "this database holds real projects; give the demonstration a database of its own"
                    .to_owned(),
            ));
        }
        let industries = industries::all(conn)?.into_iter().map(|i| (i.id, i)).collect();
        let reference = Reference { industries, areas: areas::all(conn)? };
        Ok(Self {
            loaded: plan.synthetic,
            reference: std::sync::Arc::new(reference),
            envelopes,
            names: projects::names(conn)?,
        })
    }
}

impl Reference {
    fn industry(&self, sketch: &Sketch) -> (&str, &str) {
        let industry = self.industries.get(&sketch.envelope.industry);
        industry.map_or(("", ""), |i| (i.code.as_str(), i.name.as_str()))
    }

    fn area(&self, sketch: &Sketch) -> Option<&Area> {
        let count = self.areas.len().max(1);
        self.areas.get(usize::try_from(sketch.area).unwrap_or(0) % count)
    }

    /// Project name: area, theme, serial number and the suffix 示例.
    fn name(&self, sketch: &Sketch) -> String {
        let (code, industry) = self.industry(sketch);
        let themes = THEMES.iter().find(|(c, _)| *c == code).map(|(_, themes)| themes);
        let theme = themes.and_then(|t| t.get(sketch.in_envelope % t.len())).copied();
        let area = self.area(sketch).map_or("", |a| a.name.as_str());
        format!("{area}{}项目{:03}示例", theme.unwrap_or(industry), sketch.number)
    }

    fn owner_name(&self, sketch: &Sketch) -> String {
        let (_, industry) = self.industry(sketch);
        let number = sketch.in_envelope / PROJECTS_PER_OWNER + 1;
        format!("{industry}第{number}公司示例")
    }
}

fn load_one(
    conn: &mut Conn,
    reference: &Reference,
    sketch: &Sketch,
    year: Year,
    today: NaiveDate,
    now: Timestamp,
) -> Result<()> {
    let id = projects::insert(conn, &project(reference, sketch, year, now)?)?;
    record(conn, now, "project.created", "project", id.0, id)?;
    assign_units(conn, reference, sketch, id)?;
    give_external_id(conn, sketch, id)?;
    let amounts = CheckedAmounts { annual: sketch.annual, months: sketch.months };
    let first = amounts.first(year.january(), VersionWords::default(), now, None);
    let plan = year_plans::insert(conn, id, year, &first)?;
    record(conn, now, "year_plan.entered", "year_plan", plan.0, id)?;
    add_milestones(conn, sketch, id, now)?;
    file_reports(conn, sketch, id, today, now)
}

fn record(
    conn: &mut Conn,
    now: Timestamp,
    kind: &'static str,
    subject: &'static str,
    subject_id: i64,
    project: ProjectId,
) -> Result<()> {
    let event = Event::of_project(kind, subject, subject_id, project, Vec::new());
    events::record(conn, &Author::system("demo"), now, &event)
}

fn project(reference: &Reference, sketch: &Sketch, year: Year, now: Timestamp) -> Result<Project> {
    let area = reference.area(sketch).ok_or_else(|| StoreError::broken("there are no areas"))?;
    Ok(Project {
        id: ProjectId(0),
        facts: ProjectFacts {
            // A made-up code could belong to a real project.
            code_reason: "示例项目，不编国家代码".to_owned(),
            content: "合成的示例数据，不对应任何真实项目。".to_owned(),
            nature: sketch.nature,
            location: format!("{}示例路{}号", area.name, sketch.number),
            contractor: sketch
                .actual_start
                .map(|_| format!("第{}建设公司示例", sketch.number % 9 + 1))
                .unwrap_or_default(),
            contract_sum: sketch.actual_start.map(|_| contract_sum(sketch.total)),
            phase: if sketch.number.is_multiple_of(6) {
                "一期".to_owned()
            } else {
                String::new()
            },
            package: if sketch.number.is_multiple_of(19) {
                "园区配套打捆项目示例".to_owned()
            } else {
                String::new()
            },
            invested_before: sketch.invested_before,
            planned_start: Some(sketch.planned_start),
            planned_finish: Some(sketch.planned_finish),
            actual_start: sketch.actual_start,
            actual_finish: sketch.actual_finish,
            visibility: if sketch.number.is_multiple_of(25) {
                Visibility::Restricted
            } else {
                Visibility::Open
            },
            ..ProjectFacts::new(
                reference.name(sketch),
                sketch.envelope.industry,
                area.id,
                sketch.total,
            )
        },
        stage: sketch.stage,
        registered_year: year,
        ended_on: sketch.actual_finish,
        synthetic: true,
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

/// Three fifths of the total, in whole 万元.
fn contract_sum(total: Fen) -> Fen {
    const WAN: i64 = 1_000_000;
    Fen::new((total.get() / 5 * 3 / WAN).max(1) * WAN)
}

/// Every third project has an id in another system.
fn give_external_id(conn: &mut Conn, sketch: &Sketch, id: ProjectId) -> Result<()> {
    if !sketch.number.is_multiple_of(3) {
        return Ok(());
    }
    let system = "省级平台示例".to_owned();
    let value = format!("SL-{:04}", sketch.number);
    external_ids::replace(conn, id, &[ExternalId { system, value }])
}

fn assign_units(
    conn: &mut Conn,
    reference: &Reference,
    sketch: &Sketch,
    id: ProjectId,
) -> Result<()> {
    let (code, _) = reference.industry(sketch);
    let regulator =
        REGULATORS.iter().find(|(c, _)| *c == code).map_or(USUAL_REGULATOR, |(_, name)| name);
    let owner = reference.owner_name(sketch);
    let mut assigned = Vec::new();
    for (name, role) in [
        (owner.as_str(), UnitRole::Owner),
        (LEAD, UnitRole::Lead),
        (regulator, UnitRole::Regulator),
    ] {
        let unit_id = unit(conn, name)?;
        let contact = String::new();
        let phone = String::new();
        assigned.push(ProjectUnit { unit_id, unit: name.to_owned(), role, contact, phone });
    }
    project_units::replace(conn, id, &assigned)
}

fn unit(conn: &mut Conn, name: &str) -> Result<UnitId> {
    if let Some(unit) = units::find_by_name(conn, name)? {
        return Ok(unit.id);
    }
    let unit = Unit::named(name, UnitKind::Enterprise);
    Ok(units::insert(conn, &unit)?.id)
}

fn add_milestones(conn: &mut Conn, sketch: &Sketch, id: ProjectId, now: Timestamp) -> Result<()> {
    for ((template, made), position) in TEMPLATES.iter().zip(&sketch.milestones).zip(1..) {
        let milestone = Milestone {
            id: MilestoneId(0),
            project_id: id,
            code: template.code.to_owned(),
            name: template.name.to_owned(),
            class: template.class,
            position,
            baseline: made.baseline,
            forecast: made.forecast,
            forecast_reason: made.forecast.map_or("", |_| "前期手续办理晚于预期").to_owned(),
            actual: made.actual,
            weight: 1,
            document_number: String::new(),
            evidence: String::new(),
            version: 1,
        };
        let milestone = milestones::insert(conn, &milestone)?;
        record(conn, now, "milestone.added", "milestone", milestone.0, id)?;
    }
    Ok(())
}

fn file_reports(
    conn: &mut Conn,
    sketch: &Sketch,
    id: ProjectId,
    today: NaiveDate,
    now: Timestamp,
) -> Result<()> {
    let project = projects::get(conn, id, Sight::All)?;
    for (month, figures) in &sketch.reports {
        let due_on = reporting_months::get(conn, *month)?.due_on;
        let warned = warnings(figures, &compared_with(conn, &project, *month, today)?);
        let step = Some(Step { by: None, at: now });
        let report = Report {
            id: ReportId(0),
            project_id: id,
            month: *month,
            state: ReportState::Confirmed,
            figures: figures.clone(),
            warnings: warned,
            return_reason: String::new(),
            submitted: step,
            first_submitted_on: Some(months::submitted_on(due_on, id, today)),
            confirmed: step,
            version: 1,
        };
        reports::insert(conn, &report)?;
        let filed = reports::get(conn, id, *month)?;
        record(conn, now, "report.confirmed", "report", filed.id.0, id)?;
    }
    Ok(())
}
