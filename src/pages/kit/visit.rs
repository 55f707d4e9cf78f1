//! Extractor of page handlers: visitor, language, period and permission.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::domain::account::access::Action;
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{QueryPair, parse};
use crate::pages::kit::choice::{Choice, ChoiceQuery};
use crate::store::Conn;
use crate::usecases::ask::{Ask, Now};
use crate::usecases::permission::Permission;
use crate::usecases::refusal::Refusal;

/// A request to a page by a visitor with permission `P`.
pub(crate) struct Visit<P> {
    /// The permit.
    pub who: Permit<P>,
    /// Application state.
    pub app: Data<App>,
    /// Page language.
    pub language: Language,
    /// Instant and business day.
    pub now: Now,
    /// Year, month and basis of the figures.
    pub choice: Choice,
    /// Path and query as requested.
    pub path: String,
    /// Query as requested.
    pub query: String,
}

impl<P: Permission> Visit<P> {
    /// True if the visitor's role permits `action`, so that the page offers it.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.who.role().may(action)
    }

    /// Asks the register in one snapshot.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Ask<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        self.who.ask(question).await
    }

    /// Decides on a change and saves it in one transaction.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn change<C, T: Send + 'static>(
        &self,
        decide: impl FnMut(&mut Ask<'_>) -> Result<C, Refusal> + Send + 'static,
        save: impl FnMut(&mut Conn, C) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        self.who.change(decide, save).await
    }

    /// The permit for something else this page shows or does.
    ///
    /// # Errors
    /// 403
    pub(crate) fn permit<Q: Permission>(&self) -> Result<Permit<Q>, Problem> {
        self.who.to()
    }

    /// The same visit with another permit.
    ///
    /// # Errors
    /// 403
    pub(crate) fn with_permit<Q: Permission>(self) -> Result<Visit<Q>, Problem> {
        let who = self.permit()?;
        let Self { app, language, now, choice, path, query, .. } = self;
        Ok(Visit { who, app, language, now, choice, path, query })
    }

    /// Parses the page's own query parameters as strictly as the API does; empty ones count as
    /// absent.
    ///
    /// # Errors
    /// 400 naming every invalid parameter.
    pub(crate) fn query_params<T: DeserializeOwned + IntoParams + 'static>(
        &self,
    ) -> Result<T, Problem> {
        let QueryPair(own, _) =
            parse::<QueryPair<T, ChoiceQuery>>(&without_empty(&self.query), false)?;
        Ok(own)
    }
}

/// The query without empty parameters.
pub(crate) fn without_empty(query: &str) -> String {
    let mut filtered = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !value.is_empty() {
            filtered.append_pair(&name, &value);
        }
    }
    filtered.finish()
}

impl<P: Permission> FromRequest for Visit<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let who = Permit::<P>::from_request(request, payload).into_inner();
        let app = request.app_data::<Data<App>>().cloned();
        let language = request.extensions().get::<Language>().copied();
        let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let query = request.query_string().to_owned();
        Box::pin(async move {
            let who = who?;
            let language = language.unwrap_or(Language::Chinese);
            let app = app.ok_or_else(|| Problem::broken("no App is mounted"))?;
            let now = app.now();
            let choice = Choice::find(&app, &query, now.today).await?;
            Ok(Self { who, app, language, now, choice, path, query })
        })
    }
}
