//! The pages `/problems/{code}`, to which the `type` of every problem points: what the code means
//! and what to do.

use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::http::problem_body::title;
use crate::http::problem_code_list::{CODES, ProblemCode};

/// Mounts the pages at the root.
pub(super) fn mount(config: &mut ServiceConfig) {
    config.route("/problems", get().to(list)).route("/problems/{code}", get().to(show));
}

async fn show(request: HttpRequest, asked: Path<String>) -> Result<HttpResponse, Problem> {
    let found = CODES.iter().find(|known| known.code == asked.as_str());
    let known = found.ok_or_else(Problem::not_found)?;
    Ok(page(language(&request), &[known]))
}

async fn list(request: HttpRequest) -> HttpResponse {
    page(language(&request), &CODES.iter().collect::<Vec<_>>())
}

fn language(request: &HttpRequest) -> Language {
    use actix_web::HttpMessage as _;
    request.extensions().get::<Language>().copied().unwrap_or(Language::Chinese)
}

/// A page about these codes. Every text is ours and needs no escaping but for the backquotes.
fn page(language: Language, codes: &[&ProblemCode]) -> HttpResponse {
    let (tag, heading) = match language {
        Language::Chinese => ("zh-CN", "问题代码"),
        Language::English => ("en", "Problem codes"),
    };
    let entry = |known: &&ProblemCode| {
        let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::BAD_REQUEST);
        let words = match language {
            Language::Chinese => known.zh,
            Language::English => known.en,
        };
        let title = title(status).say(language);
        let words = words.replace('`', "");
        format!(
            "<h2 id=\"{0}\"><code>{0}</code></h2>\n<p>{1} {title}</p>\n<p>{words}</p>\n",
            known.code, known.status
        )
    };
    let entries: String = codes.iter().map(entry).collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head><meta charset=\"utf-8\"><title>{heading}</title></head>\n\
         <body>\n<h1><a href=\"/problems\">{heading}</a></h1>\n{entries}</body>\n</html>\n"
    );
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::CODES;

    /// Literals that follow one of `marks` before the next `;` or `)`.
    fn literals(folder: &Path, marks: &[&str], found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                literals(&path, marks, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            for mark in marks {
                for rest in text.split(mark).skip(1) {
                    let inside = rest.split([';', ')']).next().unwrap_or_default();
                    found.extend(inside.split('"').nth(1).map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn every_code_of_a_problem_has_a_page() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let marks = [
            "Refusal::new(RefusalKind::",
            "Problem::new(StatusCode::",
            "Problem::new(status, ",
            "::conflict(",
            "::unauthenticated(",
            "::unreadable(",
            "Self::new(RefusalKind::",
        ];
        let mut used = BTreeSet::new();
        literals(&sources, &marks, &mut used);
        let is_code = |code: &&String| {
            code.contains('-') && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        let known: BTreeSet<&str> = CODES.iter().map(|known| known.code).collect();
        let missing: Vec<_> =
            used.iter().filter(is_code).filter(|code| !known.contains(code.as_str())).collect();

        assert!(missing.is_empty(), "describe {missing:?}");
        assert!(used.len() > 20, "{used:?}");
        assert_eq!(known.len(), CODES.len(), "a code stands twice");
    }
}
