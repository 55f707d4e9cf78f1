//! Middleware that sends large answers in pieces, so that those nobody reads can be given up.

use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};

use crate::http::answers::PIECE;
use crate::http::app::App;

/// Middleware inside of compression: sends large bodies in pieces.
pub(crate) async fn pace<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answers = request.app_data::<Data<App>>().map(|app| app.answers.clone());
    let response = next.call(request).await?.map_into_boxed_body();
    let size = response.response().body().size();
    let large = matches!(size, BodySize::Sized(n) if n > PIECE as u64);
    let Some(answers) = answers.filter(|_| large) else { return Ok(response) };
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(stream) => return Ok(ServiceResponse::new(request, head.set_body(stream))),
    };
    let response = match answers.take(body, Instant::now()) {
        Ok(paced) => head.set_body(BoxBody::new(paced)),
        Err(problem) => problem.error_response(),
    };
    Ok(ServiceResponse::new(request, response))
}
