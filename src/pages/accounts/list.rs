//! 账号: lists user accounts and creates new ones with a first password.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::account::access::Role;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::pages::accounts::proposals::{self, Waiting};
use crate::pages::accounts::secrets::first_password;
use crate::pages::kit::form::{Fields, Form, FormErrors, with, with_numbers};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::store::accounts::users::UserFilter;
use crate::store::reference::units::UnitFilter;
use crate::usecases::accounts::grants;
use crate::usecases::accounts::password_check::PasswordCheck;
use crate::usecases::accounts::user_view::{UserInput, UserView};
use crate::usecases::accounts::users;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{KeepAccounts, Permission, ReadReference};
use crate::usecases::reference::areas::{self, AreaView};
use crate::usecases::reference::units::{self, UnitView};
use crate::usecases::refusal::Refusal;
use crate::usecases::waiting::Saved;

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    let page = web::resource("/accounts");
    config.service(page.route(web::get().to(show)).route(web::post().to(create)));
}

/// Units and areas that an account can be assigned to.
pub(crate) struct Affiliation {
    /// All units, by name.
    pub units: Vec<UnitView>,
    /// All areas, in register order.
    pub areas: Vec<AreaView>,
    /// Id of the selected unit; empty for none.
    pub unit: String,
    /// Id of the selected area; empty for none.
    pub area: String,
}

impl Affiliation {
    /// Loads all units and areas, with none selected.
    ///
    /// # Errors
    /// Those of the use cases.
    pub(crate) fn find(ask: &mut Ask<'_>) -> Result<Self, Refusal> {
        ask.caller.must_be_able_to(ReadReference::ACTIONS)?;
        let page = PageRequest::whole();
        let units = units::list(ask, &UnitFilter::default(), &page)?.items;
        let areas = areas::list(ask)?;
        Ok(Self { units, areas, unit: String::new(), area: String::new() })
    }

    /// The same choices with the unit or area of `user` selected.
    #[must_use]
    pub(crate) fn of(self, user: &UserView) -> Self {
        let unit = user.unit_id.map(|id| id.to_string()).unwrap_or_default();
        let area = user.area_id.map(|id| id.to_string()).unwrap_or_default();
        Self { unit, area, ..self }
    }

    /// Name of the unit or area the user acts for.
    pub(crate) fn name(&self, user: &UserView) -> String {
        let unit = user.unit_id.and_then(|id| self.units.iter().find(|u| u.id == id));
        let area = user.area_id.and_then(|id| self.areas.iter().find(|a| a.id == id));
        unit.map(|u| u.name.clone()).or(area.map(|a| a.name.clone())).unwrap_or_default()
    }
}

/// Filters of the account list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccountsQuery {
    /// Role filter.
    #[param(nullable = false)]
    pub role: Option<Role>,
    /// True: disabled accounts only; false: enabled only.
    #[param(nullable = false)]
    pub disabled: Option<bool>,
    /// Substring of the login name or display name.
    #[param(nullable = false, max_length = 100)]
    pub q: Option<String>,
    /// Pagination cursor.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// A newly generated password; shown only in this response.
pub(crate) struct NewPassword {
    /// Login name of the account.
    pub username: String,
    /// Password in plain text.
    pub password: String,
    /// True if the account waits for a second administrator.
    pub waits: bool,
}

#[derive(Template)]
#[template(path = "pages/accounts.html")]
struct AccountsPage {
    shell: Shell,
    asked: AccountsQuery,
    users: PageView<UserView>,
    affiliation: Affiliation,
    rejected: RejectedForm,
    made: Option<NewPassword>,
    waiting: Vec<Waiting>,
}

impl AccountsPage {
    /// Code of the role filter; empty for none.
    fn role(&self) -> &'static str {
        self.asked.role.map(Role::as_str).unwrap_or_default()
    }

    fn disabled(&self, is: bool) -> bool {
        self.asked.disabled == Some(is)
    }
}

/// What the page reads, in one snapshot.
struct Loaded {
    users: PageView<UserView>,
    affiliation: Affiliation,
    waiting: Vec<Waiting>,
}

async fn page(
    visit: &Visit<KeepAccounts>,
    rejected: RejectedForm,
    made: Option<NewPassword>,
) -> Result<AccountsPage, Problem> {
    let asked = visit.query_params::<AccountsQuery>()?;
    let filter = UserFilter {
        roles: asked.role.into_iter().collect(),
        disabled: asked.disabled,
        q: asked.q.clone(),
    };
    let page = PageRequest::new(50, asked.cursor.clone());
    let question = visit.ask(move |ask| {
        let users = users::list(ask, &filter, &page)?;
        let waiting = proposals::waiting(ask)?;
        Ok(Loaded { users, affiliation: Affiliation::find(ask)?, waiting })
    });
    let Loaded { users, affiliation, waiting } = question.await?;
    let shell = Shell::for_visit(visit, NavItem::ACCOUNTS)?;
    Ok(AccountsPage { shell, asked, users, affiliation, rejected, made, waiting })
}

async fn show(visit: Visit<KeepAccounts>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, RejectedForm::default(), None).await?))
}

async fn create(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Form(fields) = form;
    match try_to_create(&visit, &fields).await {
        // No redirect: the password is shown only in this response and not stored in plain text.
        Ok(made) => {
            let view = page(&visit, RejectedForm::default(), Some(made)).await?;
            Ok(Page::of(view).respond_to(&request))
        }
        Err(problem) => {
            let errors = FormErrors::from_problem(problem, visit.language)?;
            let rejected = RejectedForm::new("create", errors.clone(), fields);
            let view = page(&visit, rejected, None).await?;
            Ok(Page::with_form(view, &errors).respond_to(&request))
        }
    }
}

async fn try_to_create(
    visit: &Visit<KeepAccounts>,
    fields: &Fields,
) -> Result<NewPassword, Problem> {
    let body = fields.body(&["username", "display_name", "role", "unit_id", "area_id"]);
    let password = first_password()?;
    let body = with(with_numbers(body, &["unit_id", "area_id"]), "password", password.clone());
    let input = checked::<UserInput>(body)?;
    let effort = visit.app.config.password_effort();
    let check = visit.who.ask(|ask| PasswordCheck::load(ask, None)).await?;
    let new = visit.who.hash(move || users::prepare(&input, &check, effort)).await?;
    let username = new.username.clone();
    let saved = visit.change(move |ask| grants::decide_creation(ask, &new), grants::create).await?;
    Ok(NewPassword { username, password, waits: matches!(saved, Saved::Waits(_)) })
}
