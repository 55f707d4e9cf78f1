//! Page shell: navigation bar, choice of year, month and basis, banner.

use actix_web::HttpRequest;
use chrono::NaiveDate;

use crate::domain::account::access::{Action, Role};
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::words::Language;
use crate::http::caller::caller;
use crate::http::free_text::PARAMETER;
use crate::http::problem::Problem;
use crate::pages::kit::assets;
use crate::pages::kit::choice::Choice;
use crate::pages::kit::notice;
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::Permission;

/// An item of the navigation bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NavItem {
    /// Path of the page.
    pub path: &'static str,
    zh: &'static str,
    en: &'static str,
    /// Permission needed to see the item.
    needs: Action,
}

macro_rules! nav_items {
    ($($(#[doc = $doc:literal])+ $name:ident = $path:literal $zh:literal $en:literal $needs:ident,)+) => {
        impl NavItem {
            $( $(#[doc = $doc])+ pub(crate) const $name: Self =
                Self { path: $path, zh: $zh, en: $en, needs: Action::$needs }; )+
            /// All items, in the order of the bar.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}
nav_items! {
    /// Summary figures.
    OVERVIEW = "/" "总览" "Overview" ReadSummaries,
    /// Promise table of the plan document.
    PROMISES = "/promises" "兑现表" "Promises" ReadSummaries,
    /// Project register.
    PROJECTS = "/projects" "项目" "Projects" ReadProjects,
    /// Reports to file.
    FILING = "/filing" "填报" "Filing" FileReports,
    /// Review queue and reporting months.
    REVIEW = "/review" "审核" "Review" ReturnReports,
    /// Issues to be coordinated.
    ISSUES = "/issues" "协调事项" "Issues" ReadProjects,
    /// Published bulletins.
    BULLETINS = "/bulletins" "通报" "Bulletins" ReadSummaries,
    /// Event history.
    HISTORY = "/history" "历史" "History" ReadHistory,
    /// Access log.
    ACCESS_LOG = "/access-log" "访问记录" "Access log" ReadAccessLog,
    /// Accounts.
    ACCOUNTS = "/accounts" "账号" "Accounts" KeepAccounts,
}

impl NavItem {
    /// The first page that `role` has access to.
    pub(crate) fn first(role: Role) -> Option<&'static Self> {
        Self::ALL.iter().find(|item| role.may(item.needs))
    }
}

/// The logged-in user.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// Display name.
    pub name: String,
    /// Role, which decides the items of the bar.
    pub role: Role,
    /// CSRF token for forms.
    pub proof: String,
}

/// Data of the page shell.
pub(crate) struct Shell {
    /// Page language.
    pub language: Language,
    /// The logged-in user; `None` on the log-in page.
    pub visitor: Option<Visitor>,
    /// Current item of the bar.
    pub here: Option<NavItem>,
    /// Year, month and basis of the figures.
    pub choice: Choice,
    /// Business day.
    pub today: NaiveDate,
    /// True if the projects of the year are synthetic (demonstration data).
    pub synthetic: bool,
    /// Notice about the last action.
    pub notice: Option<String>,
    /// Requested path with query.
    pub path: String,
    query: String,
}

impl Shell {
    /// The shell of a page in the bar.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn for_visit<P: Permission>(
        visit: &Visit<P>,
        here: NavItem,
    ) -> Result<Self, Problem> {
        let caller = &visit.who.caller;
        let proof = visit.app.tokens.form_proof(caller.session).map_err(Problem::broken)?;
        let visitor =
            Visitor { name: caller.user.display_name.clone(), role: caller.user.role, proof };
        Ok(Self {
            language: visit.language,
            visitor: Some(visitor),
            here: Some(here),
            choice: visit.choice,
            today: visit.now.today,
            synthetic: visit.choice.synthetic,
            notice: notice::from_query(&visit.query, visit.language),
            path: visit.path.clone(),
            query: visit.query.clone(),
        })
    }

    /// The shell of a page outside the bar: log-in, error page.
    pub(crate) fn without_visit(request: &HttpRequest, language: Language) -> Self {
        let app = request.app_data::<actix_web::web::Data<crate::http::app::App>>();
        let today = app.map_or_else(NaiveDate::default, |app| app.now().today);
        let visitor = caller(request).zip(app).and_then(|(caller, app)| {
            let proof = app.tokens.form_proof(caller.session).ok()?;
            Some(Visitor { name: caller.user.display_name, role: caller.user.role, proof })
        });
        Self {
            language,
            visitor,
            here: None,
            choice: Choice::read(request.query_string(), today),
            today,
            synthetic: false,
            notice: None,
            path: request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            query: request.query_string().to_owned(),
        }
    }

    /// Page language, for templates.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// The text in the page language.
    pub(crate) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => zh,
            Language::English => en,
        }
    }

    /// Language tag for HTML.
    pub(crate) fn tag(&self) -> &'static str {
        match self.language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// Path of an asset.
    #[expect(clippy::unused_self, reason = "templates call it on the shell")]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// Items of the bar that the visitor has access to.
    pub(crate) fn nav_items(&self) -> Vec<&'static NavItem> {
        let role = self.visitor.as_ref().map(|v| v.role);
        let open = |item: &&'static NavItem| role.is_some_and(|role| role.may(item.needs));
        NavItem::ALL.iter().filter(open).collect()
    }

    /// Name of an item.
    pub(crate) fn name(&self, item: &NavItem) -> &'static str {
        self.t(item.zh, item.en)
    }

    /// True if `item` is the current item.
    pub(crate) fn is_current(&self, item: &NavItem) -> bool {
        self.here == Some(*item)
    }

    /// True if the visitor's role permits `action`, so that the page offers it.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.visitor.as_ref().is_some_and(|v| v.role.may(action))
    }

    /// `path` with year, month and basis; more parameters can follow after `&`.
    pub(crate) fn to(&self, path: &str) -> String {
        format!("{path}?{}", self.choice.to_query())
    }

    /// Address of the current page with one parameter changed, or removed if `value` is empty.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, old) in form_urlencoded::parse(self.query.as_bytes()) {
            let is_once = ["cursor", "said", PARAMETER].contains(&key.as_ref());
            if key != name && !is_once && !old.is_empty() {
                query.append_pair(&key, &old);
            }
        }
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        let path = self.path.split('?').next().unwrap_or("/");
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Parameters other than year, month and basis, for hidden fields of the form at the page head.
    pub(crate) fn others(&self) -> Vec<(String, String)> {
        let chosen = ["year", "through", "basis", "cursor", "said", PARAMETER];
        let pairs = form_urlencoded::parse(self.query.as_bytes()).into_owned();
        pairs
            .filter(|(name, value)| !chosen.contains(&name.as_str()) && !value.is_empty())
            .collect()
    }

    /// Years to choose from.
    pub(crate) fn years(&self) -> Vec<Year> {
        self.choice.years(self.today)
    }

    /// Months to choose from.
    pub(crate) fn months(&self) -> Vec<Month> {
        self.choice.year.months().collect()
    }

    /// Bases to choose from.
    #[expect(clippy::unused_self, reason = "templates call it on the shell")]
    pub(crate) fn bases(&self) -> Vec<Basis> {
        Basis::ALL.to_vec()
    }
}
