//! Somebody who looks at pages and sends forms, without scripts.

use reqwest::Method;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use super::app::{PASSWORD, TestApp};

/// A browser that is logged in.
pub struct Browser {
    client: reqwest::Client,
    base: String,
    cookie: String,
    proof: String,
}

/// What a form was answered with.
pub struct Sent {
    /// The status.
    pub status: u16,
    /// Where it leads; empty when it leads nowhere.
    pub location: String,
    /// The page.
    pub html: String,
}

impl Sent {
    /// This answer, which must have this status.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {}", self.location, words(&self.html));
        self
    }
}

impl Browser {
    /// Logs in as a person would.
    pub async fn log_in(app: &TestApp, username: &str) -> Self {
        Self::log_in_with(app, username, PASSWORD).await
    }

    /// The same with another password.
    pub async fn log_in_with(app: &TestApp, username: &str, password: &str) -> Self {
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.build().unwrap();
        let mut browser =
            Self { client, base: app.root(""), cookie: String::new(), proof: String::new() };
        let fields = [("username", username), ("password", password), ("next", "/")];
        let request = browser.request(Method::POST, "/log-in").form(&fields);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 303, "{username} could not log in");
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        let (_, html) = browser.get("/password").await;
        browser.proof = hidden(&html, "proof");
        browser
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.client.request(method, url).header("Accept", "text/html").header(COOKIE, &self.cookie)
    }

    async fn send(request: reqwest::RequestBuilder) -> Sent {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let location = answer.headers().get(LOCATION).map(|l| l.to_str().unwrap().to_owned());
        let (location, html) = (location.unwrap_or_default(), answer.text().await.unwrap());
        Sent { status, location, html }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let sent = Self::send(self.request(Method::GET, path)).await;
        (sent.status, sent.html)
    }

    /// Opens a page that must be there.
    pub async fn open(&self, path: &str) -> String {
        Self::send(self.request(Method::GET, path)).await.expect(200).html
    }

    /// Where an address leads; empty when it is a page itself.
    pub async fn leads(&self, path: &str) -> String {
        Self::send(self.request(Method::GET, path)).await.location
    }

    /// Sends a form of a page of ours.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Sent {
        let mut fields = fields.to_vec();
        fields.push(("proof", &self.proof));
        Self::send(self.request(Method::POST, path).form(&fields)).await
    }

    /// Sends a form that shows no page of ours made it.
    pub async fn forge_form(&self, path: &str, fields: &[(&str, &str)]) -> Sent {
        Self::send(self.request(Method::POST, path).form(fields)).await
    }
}

/// What stands in a hidden field of a page.
pub fn hidden(html: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let rest = html.split(field.as_str()).nth(1).unwrap_or_else(|| panic!("no {name} in {html}"));
    rest.split('"').next().unwrap().to_owned()
}

/// What a person reads of a page: its words, without its marks.
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
