//! Somebody who looks at pages: keeps cookies, follows nothing by itself, sends forms a page showed.

use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, SET_COOKIE};

use super::app::{PASSWORD, TestApp};

/// A browser with its cookies.
pub struct Browser {
    client: reqwest::Client,
    root: String,
    cookies: BTreeMap<String, String>,
}

/// What came back.
pub struct Shown {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The page.
    pub html: String,
}

impl Shown {
    /// This, which must have this status.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.html);
        self
    }

    /// Whether the page says this.
    pub fn says(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    /// The value of a hidden field: of the page itself, or else of the bar above it.
    pub fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let (bar, page) = self.html.split_once("<main").unwrap_or(("", &self.html));
        let rest = [page, bar].into_iter().find_map(|part| part.split_once(&field));
        rest.and_then(|(_, rest)| rest.split('"').next()).unwrap_or("").to_owned()
    }
}

impl Browser {
    /// A browser that has been nowhere.
    pub fn new(app: &TestApp) -> Self {
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let cookies = BTreeMap::new();
        Self { client: client.build().unwrap(), root: app.root(""), cookies }
    }

    /// A browser in which this account, which is there, is logged in.
    pub async fn log_in(app: &TestApp, username: &str) -> Self {
        let mut browser = Self::new(app);
        let fields = [("username", username), ("password", PASSWORD)];
        browser.send("/log-in", &fields).await.expect(303);
        browser
    }

    /// GET
    pub async fn get(&mut self, path: &str) -> Shown {
        let request = self.request(Method::GET, path);
        self.take(request).await
    }

    /// POST of exactly these fields.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self.request(Method::POST, path).form(fields);
        self.take(request).await
    }

    /// POST of these fields as a form of the page `from` sends them.
    pub async fn submit(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Shown {
        let proof = self.get(from).await.hidden("proof");
        let mut all = vec![("proof", proof.as_str())];
        all.extend(fields);
        self.send(path, &all).await
    }

    /// A request that can still be changed.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let cookies: Vec<_> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        self.client
            .request(method, format!("{}{path}", self.root))
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(COOKIE, cookies.join("; "))
    }

    /// Sends a request and keeps the cookies it is answered with.
    pub async fn take(&mut self, request: reqwest::RequestBuilder) -> Shown {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Shown { status, headers, html: response.text().await.unwrap() }
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> &str {
        self.cookies.get(name).map_or("", String::as_str)
    }
}
