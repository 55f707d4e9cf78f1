//! 历史: the event history, latest first; first page of the auditor.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::api::events::history::{HistoryPage, HistoryQuery};
use crate::domain::account::access::{Action, Role};
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::http::query::QueryPair;
use crate::pages::events::event_text::{EventText, describe};
use crate::pages::events::event_words;
use crate::pages::kit::filters::{Chip, Filter, ListAddress};
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::events::history;
use crate::usecases::permission::ReadHistory;
use crate::usecases::reference::names::Names;

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/history").route(web::get().to(show)));
}

#[derive(Template)]
#[template(path = "pages/history.html")]
struct HistoryTemplate {
    shell: Shell,
    history: Vec<EventText>,
    total: i64,
    next_cursor: Option<String>,
    filters: Vec<Filter>,
    chips: Vec<Chip>,
    actor: String,
    project: String,
    carried: Vec<(String, String)>,
    unfiltered: String,
    files: [String; 2],
    later: bool,
}

/// Parameters that the filter form has fields for.
const FORM_PARAMETERS: [&str; 3] = ["kind", "actor", "project"];

async fn show(visit: Visit<ReadHistory>) -> Result<impl Responder, Problem> {
    let QueryPair(query, page): QueryPair<HistoryQuery, HistoryPage> = visit.query_params()?;
    let shell = Shell::for_visit(&visit, NavItem::HISTORY)?;
    let later = page.cursor.is_some();
    let actor = query.actor.clone().unwrap_or_default();
    let project = query.project.map(|id| id.to_string()).unwrap_or_default();
    let read = move |ask: &mut Ask<'_>| {
        Ok((history::list(ask, query.into(), &page.into())?, Names::read(ask)?))
    };
    let (found, names) = visit.ask(read).await?;
    let address = ListAddress::of(&shell);
    let filters = filters(&address, visit.who.role(), &shell);
    let mut chips = address.chips(&filters);
    if !project.is_empty() {
        let label = format!("{} #{project}", shell.t("项目", "Project"));
        chips.push(Chip { label, href: address.without_any(&["project"]) });
    }
    if !actor.is_empty() {
        let label = format!("{}：{actor}", shell.t("操作人", "By"));
        chips.push(Chip { label, href: address.without_any(&["actor"]) });
    }
    Ok(Page::of(HistoryTemplate {
        carried: address.other_params(&FORM_PARAMETERS),
        unfiltered: address.without_any(&FORM_PARAMETERS),
        total: found.total,
        next_cursor: found.next_cursor,
        history: found.items.into_iter().map(|event| describe(event, &names)).collect(),
        files: address.files("/files/history", ""),
        later,
        shell,
        filters,
        chips,
        actor,
        project,
    }))
}

/// Filters of the page, with the event kinds visible to `role`.
fn filters(address: &ListAddress, role: Role, shell: &Shell) -> Vec<Filter> {
    let option = |code: &&'static str| {
        let words = event_words::kind(code).map(|(zh, en)| match shell.language {
            Language::Chinese => zh,
            Language::English => en,
        });
        ((*code).to_owned(), words.unwrap_or_default())
    };
    let business = event_words::COMMON_KINDS.iter().map(option);
    let mut filters = vec![address.filter("kind", shell.t("业务操作", "Project data"), business)];
    if role == Role::Auditor {
        let accounts = event_words::ACCOUNT_KINDS.iter().map(option);
        filters.push(address.filter("kind", shell.t("账号操作", "Accounts"), accounts));
    }
    filters
}
