//! 历史: the event history, latest first; first page of the auditor.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::api::events::history::{HistoryFilter, HistoryQuery, list_all_history};
use crate::domain::account::access::{Action, Role};
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::sheet::Sheet;
use crate::pages::events::told::{Told, tell};
use crate::pages::events::told_words;
use crate::pages::kit::picks::{Asked, Chip, Pick};
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{Place, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::ReadHistory;
use crate::usecases::reference::names::Names;

/// Mounts the page.
pub fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/history").route(web::get().to(show)));
}

#[derive(Template)]
#[template(path = "pages/history.html")]
struct HistoryPage {
    shell: Shell,
    history: Vec<Told>,
    total: i64,
    next_cursor: Option<String>,
    picks: Vec<Pick>,
    chips: Vec<Chip>,
    actor: String,
    project: String,
    carried: Vec<(String, String)>,
    unfiltered: String,
    files: [String; 2],
    later: bool,
}

/// Parameters that the filter form has fields for.
const ASKED: [&str; 3] = ["kind", "actor", "project"];

async fn show(visit: Visit<ReadHistory>) -> Result<impl Responder, Problem> {
    let Both(filter, page): Both<HistoryFilter, HistoryQuery> = visit.asked()?;
    let shell = Shell::around(&visit, Place::HISTORY).await?;
    let (later, language) = (page.cursor.is_some(), visit.language);
    let actor = filter.actor.clone().unwrap_or_default();
    let project = filter.project.map(|id| id.to_string()).unwrap_or_default();
    let query = Query(Both(filter, page));
    let Sheet(found) = list_all_history(visit.app.clone(), visit.permit()?, query).await?;
    let names = visit.app.db.read(move |conn| Names::load(conn, language)).await?;
    let address = Asked::of(&shell);
    let picks = picks(&address, visit.who.role(), &shell);
    let mut chips = address.chips(&picks);
    if !project.is_empty() {
        let label = format!("{} #{project}", shell.t("项目", "Project"));
        chips.push(Chip { label, href: address.without_any(&["project"]) });
    }
    if !actor.is_empty() {
        let label = format!("{}：{actor}", shell.t("操作人", "By"));
        chips.push(Chip { label, href: address.without_any(&["actor"]) });
    }
    Ok(Page::of(HistoryPage {
        carried: address.beside(&ASKED),
        unfiltered: address.without_any(&ASKED),
        total: found.total,
        next_cursor: found.next_cursor,
        history: found.items.into_iter().map(|event| tell(event, &names)).collect(),
        files: address.files("/files/history", ""),
        later,
        shell,
        picks,
        chips,
        actor,
        project,
    }))
}

/// Filters of the page, with the event kinds visible to `role`.
fn picks(address: &Asked, role: Role, shell: &Shell) -> Vec<Pick> {
    let option = |code: &&'static str| {
        let words = told_words::kind(code).map(|(zh, en)| match shell.language {
            Language::Chinese => zh,
            Language::English => en,
        });
        ((*code).to_owned(), words.unwrap_or_default())
    };
    let business = told_words::USUAL.iter().map(option);
    let mut picks = vec![address.pick("kind", shell.t("业务操作", "Project data"), business)];
    if role == Role::Auditor {
        let accounts = told_words::ACCOUNTS.iter().map(option);
        picks.push(address.pick("kind", shell.t("账号操作", "Accounts"), accounts));
    }
    picks
}
