//! A browser for tests: keeps cookies, follows no redirects, sends forms with their hidden fields.

use std::cell::RefCell;
use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, SET_COOKIE};

use super::app::{PASSWORD, TestApp};

/// A browser with its cookies.
pub struct Browser {
    client: reqwest::Client,
    root: String,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// A response.
pub struct Shown {
    /// Status code.
    pub status: u16,
    /// Redirect target; empty if there is none.
    pub location: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub html: String,
}

impl Shown {
    /// Returns the response if it has this status, else panics.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.html);
        self
    }

    /// True if the page contains `text`.
    pub fn says(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// Value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        hidden(&self.html, name)
    }
}

impl Browser {
    /// A browser without cookies.
    pub fn new(app: &TestApp) -> Self {
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let cookies = RefCell::default();
        Self { client: client.build().unwrap(), root: app.root(""), cookies }
    }

    /// A browser logged in to an existing account.
    pub async fn log_in(app: &TestApp, username: &str) -> Self {
        Self::log_in_with(app, username, PASSWORD).await
    }

    /// The same with another password.
    pub async fn log_in_with(app: &TestApp, username: &str, password: &str) -> Self {
        let browser = Self::new(app);
        let fields = [("username", username), ("password", password)];
        browser.send("/log-in", &fields).await.expect(303);
        browser
    }

    /// Opens a page that must answer 200, and returns its HTML.
    pub async fn open(&self, path: &str) -> String {
        self.get(path).await.expect(200).html
    }

    /// Redirect target of an address; empty if there is none.
    pub async fn leads(&self, path: &str) -> String {
        self.get(path).await.location
    }

    /// GET
    pub async fn get(&self, path: &str) -> Shown {
        let request = self.request(Method::GET, path);
        self.take(request).await
    }

    /// POST of exactly these fields
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self.request(Method::POST, path).form(fields);
        self.take(request).await
    }

    /// POST of these fields with the hidden fields of the page `from`
    pub async fn submit(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Shown {
        let proof = self.get(from).await.hidden("proof");
        let mut all = vec![("proof", proof.as_str())];
        all.extend(fields);
        self.send(path, &all).await
    }

    /// Builds a request that can be modified before [`Browser::take`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let cookies: Vec<_> =
            self.cookies.borrow().iter().map(|(n, v)| format!("{n}={v}")).collect();
        self.client
            .request(method, format!("{}{path}", self.root))
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(COOKIE, cookies.join("; "))
    }

    /// Sends a request and stores the cookies of the response.
    pub async fn take(&self, request: reqwest::RequestBuilder) -> Shown {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        let location = headers.get(LOCATION).map(|l| l.to_str().unwrap().to_owned());
        let location = location.unwrap_or_default();
        Shown { status, location, headers, html: response.text().await.unwrap() }
    }

    /// POST of these fields with the CSRF token of this session
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.submit("/password", path, fields).await
    }

    /// Value of a cookie.
    pub fn cookie(&self, name: &str) -> String {
        self.cookies.borrow().get(name).cloned().unwrap_or_default()
    }
}

/// Value of a hidden field in the page, else in the navigation bar.
pub fn hidden(html: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let (bar, page) = html.split_once("<main").unwrap_or(("", html));
    let rest = [page, bar].into_iter().find_map(|part| part.split_once(&field));
    let (_, rest) = rest.unwrap_or_else(|| panic!("no {name} in {html}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Text of a page without its markup.
pub fn words(html: &str) -> String {
    let (mut words, mut inside) = (String::new(), false);
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                words.push(' ');
            }
            _ if !inside => words.push(letter),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
