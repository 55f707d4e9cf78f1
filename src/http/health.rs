//! Operational endpoints: liveness, readiness and metrics.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::caller::bearer;
use crate::http::problem::Problem;
use crate::telemetry;

/// Mounts the operational endpoints at the root.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .route("/livez", get().to(livez))
        .route("/readyz", get().to(readyz))
        .route("/metrics", get().to(metrics));
}

async fn livez() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("alive\n")
}

async fn readyz(app: Data<App>) -> Result<impl Responder, Problem> {
    app.db.is_ready().await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}

async fn metrics(app: Data<App>, request: HttpRequest) -> Result<impl Responder, Problem> {
    if !app.config.metrics {
        return Err(Problem::not_found());
    }
    if let Some(token) = &app.metrics_token
        && bearer(request.headers()).is_none_or(|shown| !token.is(&shown))
    {
        let words = Words::new(
            "请在 Authorization: Bearer 中给出运维人员配置的令牌。",
            "Send the token that the operator set as Authorization: Bearer.",
        );
        return Err(Problem::unauthenticated("metrics-token", words));
    }
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(media_type).body(telemetry::render()))
}
