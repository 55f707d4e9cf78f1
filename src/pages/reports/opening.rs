//! The form of the review page that opens a reporting month.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::month::Month;
use crate::domain::words::Words;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::pages::kit::form::{Fields, Form, FormErrors};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::see_other;
use crate::pages::kit::visit::Visit;
use crate::pages::reports::review;
use crate::usecases::permission::{KeepMonths, ReturnReports};
use crate::usecases::precondition::Precondition;
use crate::usecases::reporting_months::write::{self, ReportingMonthInput};

/// Mounts the form.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(
        web::resource("/months")
            .route(web::get().to(redirect_to_review))
            .route(web::post().to(open)),
    );
}

/// GET of the form's address: redirects to the review page, which shows the months.
async fn redirect_to_review(asked: HttpRequest) -> HttpResponse {
    see_other(&format!("/review?{}#months", asked.query_string()))
}

async fn open(
    request: HttpRequest,
    visit: Visit<ReturnReports>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let errors = match fields.get("month").and_then(|month| month.parse::<Month>().ok()) {
        None => {
            visit.permit::<KeepMonths>()?;
            FormErrors::of_field("month", &no_month_chosen(), visit.language)
        }
        Some(month) => match open_month(&visit, &fields, month).await {
            Ok(()) => {
                let period = visit.choice.to_query();
                return Ok(see_other(&format!("/review?{period}&said=month-opened#months")));
            }
            Err(problem) => FormErrors::from_problem(problem, visit.language)?,
        },
    };
    review::redisplay(&request, &visit, RejectedForm::new("open", errors, fields)).await
}

async fn open_month(
    visit: &Visit<ReturnReports>,
    fields: &Fields,
    month: Month,
) -> Result<(), Problem> {
    let who = visit.permit::<KeepMonths>()?;
    let input = checked::<ReportingMonthInput>(fields.body(&["opens_on", "due_on"]))?;
    who.change(
        move |ask| write::decide_dates(ask, month, Precondition::Absent, input),
        write::save,
    )
    .await?;
    Ok(())
}

fn no_month_chosen() -> Words {
    Words::new("请选择月份。", "Choose a month.")
}
