//! Reporting months of a year, and the form that opens the next one.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Days, NaiveDate};

use crate::api::reporting_months::filing_summary::{
    FilingYearQuery, MonthFilings, list_month_filings,
};
use crate::api::reporting_months::handlers::{MonthPath, ReportingMonthInput, put_reporting_month};
use crate::domain::month::Month;
use crate::domain::words::Words;
use crate::http::body::{Body, judge};
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::pages::kit::form::{Form, FormErrors};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::see_other;
use crate::pages::kit::shell::Shell;
use crate::pages::kit::visit::Visit;
use crate::pages::reports::review;
use crate::usecases::permission::{KeepMonths, Permission, ReadProjects, ReturnReports};
use crate::usecases::precondition::Precondition;

/// Mounts the form.
pub fn mount(config: &mut ServiceConfig) {
    config.service(
        web::resource("/months")
            .route(web::get().to(redirect_to_review))
            .route(web::post().to(open)),
    );
}

/// The months of the chosen year, earliest first.
///
/// # Errors
/// Those of the use cases.
pub async fn months_of<P: Permission>(visit: &Visit<P>) -> Result<Vec<MonthFilings>, Problem> {
    let (app, who) = (visit.app.clone(), visit.permit::<ReadProjects>()?);
    let asked = Query(FilingYearQuery { year: visit.choice.year });
    Ok(list_month_filings(app, who, asked).await?.0.items)
}

/// Form that opens a month, with defaults.
pub struct Opening {
    /// Months that can be opened.
    pub months: Vec<Month>,
    /// Default month.
    pub next: Month,
    /// Default opening day.
    pub opens_on: NaiveDate,
    /// Default due date.
    pub due_on: NaiveDate,
}

impl Opening {
    /// The form, or `None` if all months of the year are opened. The default is the month after the
    /// latest opened one.
    pub fn next(shell: &Shell, opened: &[MonthFilings]) -> Option<Self> {
        let known = |month: &Month| opened.iter().any(|row| row.month.month == *month);
        let months: Vec<Month> = shell.choice.year.months().filter(|m| !known(m)).collect();
        let last = opened.last().map(|row| row.month.month);
        let after = months.iter().find(|m| last.is_none_or(|last| **m > last));
        let next = *after.or(months.first())?;
        let opens_on = next.next().first_day();
        Some(Self { months, next, opens_on, due_on: opens_on + Days::new(4) })
    }
}

/// GET of the form's address: redirects to the review page, which shows the months.
async fn redirect_to_review(asked: HttpRequest) -> HttpResponse {
    see_other(&format!("/review?{}#months", asked.query_string()))
}

async fn open(
    request: HttpRequest,
    visit: Visit<ReturnReports>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Form(fields), who) = (form, visit.permit::<KeepMonths>()?);
    let opened = match fields.get("month").and_then(|month| month.parse::<Month>().ok()) {
        None => Err(FormErrors::of_field("month", &which_month(), visit.language)),
        Some(month) => {
            let opened = async {
                let days = judge::<ReportingMonthInput>(fields.body(&["opens_on", "due_on"]))?;
                let at = Path(MonthPath { month });
                put_reporting_month(visit.app.clone(), who, at, Precondition::Absent, Body(days))
                    .await
            };
            match opened.await {
                Ok(_) => Ok(()),
                Err(problem) => Err(FormErrors::from_problem(problem, visit.language)?),
            }
        }
    };
    match opened {
        Ok(()) => {
            Ok(see_other(&format!("/review?{}&said=month-opened#months", visit.choice.to_query())))
        }
        Err(errors) => {
            review::redisplay(&request, &visit, RejectedForm::new("open", errors, fields)).await
        }
    }
}

fn which_month() -> Words {
    Words::new("请选择月份。", "Choose a month.")
}
