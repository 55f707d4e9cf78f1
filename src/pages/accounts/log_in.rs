//! Log-in, log-out and language choice.

use actix_web::http::header::{CLEAR_SITE_DATA, HeaderValue};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde_json::json;

use crate::api::accounts::{open_sessions, sessions};
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::attempts::AttemptLimit;
use crate::http::body::checked;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::pages::kit::cookies;
use crate::pages::kit::form::{Fields, Form, FormErrors, OpenForm, with};
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::Shell;
use crate::usecases::accounts::sessions::{Credentials, Origin};
use crate::usecases::permission::LoggedIn;

/// Mounts the pages of this file.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/log-in").route(web::get().to(show)).route(web::post().to(log_in)))
        .service(web::resource("/log-out").route(web::post().to(log_out)))
        .service(web::resource("/language").route(web::post().to(choose_language)));
}

#[derive(Template)]
#[template(path = "pages/log_in.html")]
struct LogInPage {
    shell: Shell,
    username: String,
    next: String,
    errors: FormErrors,
}

/// Validates the redirect target after log-in: only a path of this site, to prevent open redirects.
fn next_of(given: Option<&str>) -> String {
    // Browsers drop tabs and convert back-slashes before parsing an address.
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let ours =
        |path: &&str| path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain);
    given.filter(ours).unwrap_or("/").to_owned()
}

async fn show(request: HttpRequest, language: Language) -> Result<impl Responder, Problem> {
    let asked = Fields::parse(request.query_string().as_bytes())?;
    let shell = Shell::without_visit(&request, language);
    let next = next_of(asked.get("next"));
    let errors = FormErrors::default();
    Ok(Page::of(LogInPage { shell, username: String::new(), next, errors }))
}

async fn log_in(
    app: Data<App>,
    request: HttpRequest,
    language: Language,
    from: Origin,
    limit: AttemptLimit,
    OpenForm(fields): OpenForm,
) -> Result<HttpResponse, Problem> {
    let next = next_of(fields.get("next"));
    let username = fields.get("username").unwrap_or_default().to_owned();
    let shown = json!({"username": username, "password": fields.exact("password")});
    let shown = match fields.get("code") {
        Some(code) => with(shown, "code", code),
        None => shown,
    };
    let opened = match checked::<Credentials>(shown) {
        Ok(shown) => sessions::open_page(&app, &from, &limit, shown).await,
        Err(refusal) => Err(refusal.into()),
    };
    match opened {
        Ok(token) => {
            // The browser's former session would stay open, and nobody would end it.
            if let Ok(former) = Permit::<LoggedIn>::extract(&request).await {
                open_sessions::end_session(former).await?;
            }
            let mut answer = see_other(&next);
            answer.add_cookie(&cookies::log_in(&app, &request, token)).map_err(Problem::broken)?;
            Ok(answer)
        }
        Err(problem) => {
            let shell = Shell::without_visit(&request, language);
            let of_form = FormErrors::of_form(&problem.detail, language);
            let later = problem.retry_after_seconds.is_some();
            let errors = match problem.status.as_u16() {
                401 => of_form,
                _ if later => of_form,
                _ => FormErrors::from_problem(problem.clone(), language)?,
            };
            let view = LogInPage { shell, username, next, errors: errors.clone() };
            let page =
                if later { Page::to_retry(view, &problem) } else { Page::with_form(view, &errors) };
            Ok(page.respond_to(&request))
        }
    }
}

async fn log_out(
    app: Data<App>,
    request: HttpRequest,
    who: Permit<LoggedIn>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let gone = cookies::log_out(&app, &request);
    open_sessions::end_session(who).await?;
    let mut answer = see_other("/log-in");
    let cleared = HeaderValue::from_static("\"cache\", \"storage\"");
    answer.headers_mut().insert(CLEAR_SITE_DATA, cleared);
    answer.add_cookie(&gone).map_err(Problem::broken)?;
    Ok(answer)
}

async fn choose_language(
    app: Data<App>,
    request: HttpRequest,
    form: OpenForm,
) -> Result<HttpResponse, Problem> {
    let language = match form.0.get("language") {
        Some("en") => Language::English,
        Some(_) | None => Language::Chinese,
    };
    let mut answer = see_other(&next_of(form.0.get("next")));
    let chosen = cookies::choose(&app, &request, language);
    answer.add_cookie(&chosen).map_err(Problem::broken)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::next_of;

    #[test]
    fn a_redirect_target_must_be_a_path_of_this_site() {
        assert_eq!(next_of(Some("/projects?year=2021")), "/projects?year=2021");
        for elsewhere in [
            "https://example.org/",
            "//example.org",
            "/\\example.org",
            "",
            "x",
            "/a\r\nb",
            "/\t/example.org",
            "/项目",
        ] {
            assert_eq!(next_of(Some(elsewhere)), "/", "{elsewhere:?}");
        }
        assert_eq!(next_of(None), "/");
    }
}
