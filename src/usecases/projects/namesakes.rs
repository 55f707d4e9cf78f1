//! Projects of the same name.

use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::store::projects;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// Warns of other projects with the name and area of `project` that the caller sees.
///
/// # Errors
/// Database errors only.
pub(super) fn warnings(ask: &mut Ask<'_>, project: &Project) -> Result<Vec<WarningView>, Refusal> {
    let sight = ask.sight();
    let named = projects::named(ask.conn, &project.facts.name, sight)?;
    let area = project.facts.area_id;
    let others = named.iter().filter(|p| p.id != project.id && p.facts.area_id == area);
    let ids: Vec<String> = others.map(|other| other.id.to_string()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let detail = already_named(&ids).say(ask.language);
    Ok(vec![WarningView { code: "same-name".to_owned(), detail, pointer: None }])
}

/// Projects with these ids have the name already.
pub(in crate::usecases) fn already_named(ids: &[String]) -> Words {
    let ids = ids.join(", ");
    Words::new(
        format!("已有同名项目（编号 {ids}）；请核对是否为同一项目。"),
        format!(
            "Projects with this name exist already (id {ids}); check that it is another project."
        ),
    )
}
