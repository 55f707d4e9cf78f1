//! Access tokens for machine clients: OAuth 2.0 client credentials (RFC 6749, 4.4).

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::api::accounts::sessions::note_attempt;
use crate::domain::account::scope::ClientScope;
use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::attempts::AttemptLimit;
use crate::http::body::{self, BodyLimits};
use crate::http::plain_text::{self, Pair, TextFlaw, pairs};
use crate::http::problem::Problem;
use crate::http::routes::Routes;
use crate::http::signature::{Argument, Entry, Reply};
use crate::http::tokens::Machine;
use crate::routes;
use crate::usecases::accounts::client_sessions::{self, ClientLogin, ClientSession, wrong_client};
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::ask::Anonymous;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["clients"; create_token]
}

/// Media type of the request body.
const FORM: &str = "application/x-www-form-urlencoded";
/// Maximum size of the request body, in bytes.
const LONGEST: usize = 8_192;

/// A token request: the form parameters and the HTTP Basic credentials, if any.
pub(crate) struct TokenRequest {
    form: BTreeMap<String, String>,
    basic: Option<(String, String)>,
}

impl Argument for TokenRequest {
    fn describe(entry: &mut Entry) {
        let text = |words: &str| json!({"type": "string", "description": words});
        let scope = "Requested scopes, separated by spaces; defaults to all scopes of the client.";
        let grant = json!({"type": "string", "enum": ["client_credentials"],
            "description": "Grant type; always `client_credentials`."});
        let schema = json!({
            "type": "object", "title": "TokenRequest", "required": ["grant_type"],
            "properties": {
                "grant_type": grant,
                "scope": text(scope),
                "client_id": text("Client id, unless sent by HTTP Basic."),
                "client_secret": text("Client secret, unless sent by HTTP Basic."),
            },
            "example": {"grant_type": "client_credentials", "client_id": "mp-3fQ0aZ7kLw2c",
                "client_secret": "mps_Hc81Tz_Zq4…", "scope": "projects:read events:read"},
        });
        entry.form(FORM, &schema);
        entry.fails(&[400, 408, 413]);
    }
}

impl FromRequest for TokenRequest {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = request.content_type().eq_ignore_ascii_case(FORM);
        let basic = basic(request);
        let limits = BodyLimits::of(request, |_| LONGEST);
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = body::bytes(&request, payload, limits?).await?;
            if !is_form {
                return Err(invalid_request());
            }
            let mut form = BTreeMap::new();
            for Pair { name, value } in pairs(&bytes, '/').map_err(not_text)? {
                // RFC 6749, 3.2: parameters must not be repeated; unknown parameters are ignored.
                if form.insert(name, value).is_some() {
                    return Err(invalid_request());
                }
            }
            Ok(Self { form, basic: basic? })
        })
    }
}

/// Client id and secret from `Authorization: Basic`, each form-decoded (RFC 6749, 2.3.1).
fn basic(request: &HttpRequest) -> Result<Option<(String, String)>, Problem> {
    let Some(header) = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok()) else {
        return Ok(None);
    };
    let Some((scheme, text)) = header.split_once(' ') else {
        return Err(wrong_client().into());
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let decoded = STANDARD.decode(text.trim()).map_err(|_| wrong_client())?;
    let flawed = |flaw: TextFlaw| not_text(vec![flaw.at(AUTHORIZATION.to_string())]);
    let decoded = plain_text::text(&decoded).map_err(flawed)?;
    let (name, secret) = decoded.split_once(':').ok_or_else(wrong_client)?;
    let plain = |text: &str| plain_text::form_text(text.as_bytes()).map_err(flawed);
    Ok(Some((plain(name)?, plain(secret)?)))
}

fn refused(code: &'static str, words: Words) -> Problem {
    Problem::unreadable(code, words)
}

fn invalid_request() -> Problem {
    let words = Words::new(
        "请以表单（application/x-www-form-urlencoded）提交 grant_type、client_id、client_secret，每项一次；或以 HTTP Basic 提交客户端和密钥，二者取其一。",
        "Send grant_type, client_id and client_secret as application/x-www-form-urlencoded, each once, or send the client id and secret by HTTP Basic, not both.",
    );
    refused("oauth-invalid-request", words)
}

/// `invalid_request` that names what is not UTF-8 or contains U+0000.
fn not_text(errors: Vec<FieldError>) -> Problem {
    Problem { errors, ..invalid_request() }
}

fn unsupported_grant() -> Problem {
    let words = Words::new(
        "grant_type 只支持 client_credentials。",
        "grant_type must be client_credentials.",
    );
    refused("oauth-unsupported-grant-type", words)
}

impl TokenRequest {
    /// Client id and secret, which must be given either in the form or by HTTP Basic, not both.
    fn credentials(&mut self) -> Result<(String, String), Problem> {
        let name = self.form.remove("client_id");
        let secret = self.form.remove("client_secret");
        match (self.basic.take(), name, secret) {
            (None, Some(name), Some(secret)) | (Some((name, secret)), None, None) => {
                Ok((name, secret))
            }
            // Some libraries send the client id in both places.
            (Some((name, secret)), Some(same), None) if name == same => Ok((name, secret)),
            (Some(_) | None, _, _) => Err(invalid_request()),
        }
    }
}

/// An access token response as defined by RFC 6749, 5.1.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessToken {
    /// Access token; send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Lifetime of the token in seconds. There is no refresh token: request a new token instead.
    #[schema(minimum = 1)]
    pub expires_in: i64,
    /// Granted scopes, separated by spaces.
    #[schema(example = "projects:read events:read")]
    pub scope: String,
}

/// A token response, sent with `Cache-Control: no-store`.
pub(crate) struct Issued(AccessToken);

impl Reply for Issued {
    fn describe(entry: &mut Entry) {
        entry.answers::<AccessToken>(200, "The access token.");
    }
}

impl Responder for Issued {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(self.0)
    }
}

/// Get an access token for a machine client
///
/// OAuth 2.0 client credentials grant (RFC 6749, 4.4), sent as a form. Client id and secret are
/// given either in the form or by HTTP Basic, not both. Errors are problem documents that also
/// contain OAuth's `error` member.
#[utoipa::path(
    post, path = "/oauth/token",
    responses(
        (status = 400, description = "`error` is `invalid_request`, `unsupported_grant_type` or `invalid_scope`."),
        (status = 401, description = "`error` is `invalid_client`: the client is unknown, disabled or expired, or the secret is wrong or revoked."),
    ),
)]
async fn create_token(
    app: Data<App>,
    from: Origin,
    limit: AttemptLimit,
    mut asked: TokenRequest,
) -> Result<Issued, Problem> {
    let (client_id, secret) = asked.credentials()?;
    let lifetime = app.tokens.lifetime_seconds;
    let scopes = asked.form.get("scope").cloned();
    let request = ClientLogin { client_id, secret, scopes, lifetime };
    let name = request.client_id.clone();
    let issued = issue(&app, &from, &limit, request, asked.form.get("grant_type")).await;
    issued.inspect_err(|problem| note_attempt(&app, &from, &name, "/oauth/token", problem))
}

/// The token of a client, if its secret is right.
async fn issue(
    app: &App,
    from: &Origin,
    limit: &AttemptLimit,
    request: ClientLogin,
    grant: Option<&String>,
) -> Result<Issued, Problem> {
    limit.take(&request.client_id, &from.address)?;
    match grant.map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(unsupported_grant()),
        None => return Err(invalid_request()),
    }
    let now = app.clock.now();
    let lifetime = request.lifetime;
    let shown = request.clone();
    app.ask_anonymously(move |asked| client_sessions::check(asked, &shown)).await?;
    let from = from.clone();
    let room = app.log_ins.clone();
    let open =
        move |asked: &mut Anonymous<'_>| client_sessions::open(asked, &request, &from, &room);
    let ClientSession { client, scopes, session } = app.write_anonymously(open).await?;
    let scope = ClientScope::join(&scopes);
    let machine = Some(Machine { client: client.id.0, scope: scope.clone() });
    let token = app.tokens.issue(client.user.id, session, machine, now);
    let access_token = token.map_err(Problem::broken)?;
    Ok(Issued(AccessToken { access_token, token_type: "Bearer", expires_in: lifetime, scope }))
}
