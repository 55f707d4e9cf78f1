//! What stands around every page: the bar, the choice of year, month and basis, the banner.

use actix_web::HttpRequest;
use chrono::NaiveDate;

use crate::api::figures::asked::synthetic;
use crate::domain::account::access::{Action, Role};
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::words::Language;
use crate::http::caller::caller;
use crate::http::problem::Problem;
use crate::pages::kit::assets;
use crate::pages::kit::choice::Choice;
use crate::pages::kit::notice;
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::Permission;

/// A page of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub path: &'static str,
    zh: &'static str,
    en: &'static str,
    /// What one must be allowed to find something there.
    needs: Action,
}

macro_rules! places {
    ($($(#[doc = $doc:literal])+ $name:ident = $path:literal $zh:literal $en:literal $needs:ident,)+) => {
        impl Place {
            $( $(#[doc = $doc])+ pub const $name: Self =
                Self { path: $path, zh: $zh, en: $en, needs: Action::$needs }; )+
            /// All of them, in the order of the bar.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}
places! {
    /// The figures at a glance.
    OVERVIEW = "/" "总览" "Overview" ReadSummaries,
    /// The promise table.
    PROMISES = "/promises" "兑现表" "Promises" ReadSummaries,
    /// The register.
    PROJECTS = "/projects" "项目" "Projects" ReadProjects,
    /// What is due, and filing it.
    FILING = "/filing" "填报" "Filing" FileReports,
    /// The reviewer's queue and the months.
    REVIEW = "/review" "审核" "Review" ReturnReports,
    /// Issues to be coordinated.
    ISSUES = "/issues" "协调事项" "Issues" ReadProjects,
    /// What was published.
    BULLETINS = "/bulletins" "通报" "Bulletins" ReadSummaries,
    /// Who changed what.
    HISTORY = "/history" "历史" "History" ReadHistory,
    /// Accounts.
    ACCOUNTS = "/accounts" "账号" "Accounts" KeepAccounts,
}

impl Place {
    /// The first place where `role` finds something.
    pub fn first(role: Role) -> Option<&'static Self> {
        Self::ALL.iter().find(|place| role.may(place.needs))
    }
}

/// Somebody who is logged in, as the bar shows them.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Shows that a form is theirs.
    pub proof: String,
}

/// Everything a page has around it.
pub struct Shell {
    /// The language it speaks.
    pub language: Language,
    /// Who looks; nobody on the page to log in.
    pub visitor: Option<Visitor>,
    /// The page of the bar one is on.
    pub here: Option<Place>,
    /// What is looked at.
    pub choice: Choice,
    /// The business day.
    pub today: NaiveDate,
    /// Whether the projects of the year are synthetic.
    pub synthetic: bool,
    /// What was done on the page before.
    pub notice: Option<String>,
    /// The path asked for, with its query.
    pub path: String,
    query: String,
}

impl Shell {
    /// Around a page of the bar.
    ///
    /// # Errors
    /// The database's.
    pub async fn around<P: Permission>(visit: &Visit<P>, here: Place) -> Result<Self, Problem> {
        let year = visit.choice.year;
        let synthetic = visit.app.db.read(move |conn| synthetic(conn, year)).await?;
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
            synthetic,
            notice: notice::said(&visit.query, visit.language),
            path: visit.path.clone(),
            query: visit.query.clone(),
        })
    }

    /// Around a page that belongs to nothing: the log-in, a failure.
    pub fn alone(request: &HttpRequest, language: Language) -> Self {
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

    /// The language it speaks, for what is said in a template.
    pub fn language(&self) -> Language {
        self.language
    }

    /// One of two texts.
    pub fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => zh,
            Language::English => en,
        }
    }

    /// The language as HTML names it.
    pub fn tag(&self) -> &'static str {
        match self.language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// Where an asset is.
    pub fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// The pages this visitor finds something on.
    pub fn places(&self) -> Vec<&'static Place> {
        let role = self.visitor.as_ref().map(|v| v.role);
        let open = |place: &&'static Place| role.is_some_and(|role| role.may(place.needs));
        Place::ALL.iter().filter(open).collect()
    }

    /// A place's name.
    pub fn name(&self, place: &Place) -> &'static str {
        self.t(place.zh, place.en)
    }

    /// Whether one is on `place`.
    pub fn on(&self, place: &Place) -> bool {
        self.here == Some(*place)
    }

    /// Whether the visitor's role may do something, so that a page offers it.
    pub fn may(&self, action: Action) -> bool {
        self.visitor.as_ref().is_some_and(|v| v.role.may(action))
    }

    /// `path` with what was chosen; more may follow after a `&`.
    pub fn to(&self, path: &str) -> String {
        format!("{path}?{}", self.choice.kept())
    }

    /// The page one is on, with one parameter changed, or taken out where it is empty.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, old) in form_urlencoded::parse(self.query.as_bytes()) {
            if key != name && key != "cursor" && key != "said" && !old.is_empty() {
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

    /// The parameters of the page that are not chosen at its head, to be kept when that changes.
    pub fn others(&self) -> Vec<(String, String)> {
        let chosen = ["year", "through", "basis", "cursor", "said"];
        let pairs = form_urlencoded::parse(self.query.as_bytes()).into_owned();
        pairs
            .filter(|(name, value)| !chosen.contains(&name.as_str()) && !value.is_empty())
            .collect()
    }

    /// The years one may choose.
    pub fn years(&self) -> Vec<Year> {
        self.choice.years(self.today)
    }

    /// The months one may choose.
    pub fn months(&self) -> Vec<Month> {
        self.choice.year.months().collect()
    }

    /// The bases one may choose.
    pub fn bases(&self) -> Vec<Basis> {
        Basis::ALL.to_vec()
    }
}
