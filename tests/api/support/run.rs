//! Runs the tests on each database, and reports a missing one.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};

use super::app::TestApp;
use super::database::{Kind, Templates};

/// How long a test waits for what must come. Nothing is measured by it: it only ends a test that
/// would wait for ever, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// A test of its own future.
pub type Running = Pin<Box<dyn Future<Output = ()>>>;

/// Tests without a database, by name.
pub type Once = &'static [(&'static str, fn())];
/// Tests of one server with an empty register, by name; run once per database.
pub type OnEach = &'static [(&'static str, fn(TestApp) -> Running)];
/// Tests that compare SQLite (first) with PostgreSQL, by name.
pub type OnBoth = &'static [(&'static str, fn(TestApp, TestApp) -> Running)];

/// Declares the tests of a file as [`OnEach`] or another list.
#[macro_export]
macro_rules! tests {
    ($kind:ty; $($name:ident),+ $(,)?) => {
        /// Tests of this file.
        pub const ALL: $kind = &[
            $( (concat!(module_path!(), "::", stringify!($name)), |app| -> $crate::support::run::Running { Box::pin($name(app)) }) ),+
        ];
    };
}

/// The tests to run.
pub struct Suite {
    templates: Arc<Templates>,
    trials: Vec<Trial>,
    times: Times,
}

/// How long each test that has run took, with its name and database.
#[derive(Clone, Default)]
struct Times(Arc<Mutex<Vec<(Duration, String)>>>);

impl Times {
    /// Runs a test and notes its time when it holds.
    fn measure(&self, name: String, test: impl FnOnce()) {
        let started = Instant::now();
        test();
        self.0.lock().unwrap().push((started.elapsed(), name));
    }

    /// Prints the slowest tests when many have run.
    fn print_slowest(&self) {
        const SHOWN: usize = 20;
        let mut times = self.0.lock().unwrap();
        if times.len() <= 5 * SHOWN {
            return;
        }
        times.sort_by(|a, b| b.cmp(a));
        println!("slowest tests, in seconds:");
        for (time, name) in times.iter().take(SHOWN) {
            println!("{:8.1}  {name}", time.as_secs_f64());
        }
        println!();
    }
}

impl Suite {
    /// Detects the databases; creates them for the first test that needs one.
    pub fn open() -> Self {
        Self { templates: Arc::new(Templates::find()), trials: Vec::new(), times: Times::default() }
    }

    /// Adds tests without a database.
    pub fn once(&mut self, tests: Once) {
        for (name, test) in tests {
            let test = *test;
            self.trials.push(Trial::test(short(name), move || {
                test();
                Ok(())
            }));
        }
    }

    /// Adds tests, once per database.
    pub fn on_each(&mut self, tests: OnEach) {
        for kind in self.templates.kinds() {
            for (name, test) in tests {
                let (templates, test) = (Arc::clone(&self.templates), *test);
                let (times, label) =
                    (self.times.clone(), format!("{} [{}]", short(name), kind.name()));
                let trial = Trial::test(short(name), move || {
                    times.measure(label, || {
                        in_system(async move {
                            test(TestApp::start(templates.make(kind)).await).await;
                        });
                    });
                    Ok(())
                });
                self.trials.push(trial.with_kind(kind.name()));
            }
        }
    }

    /// Adds tests that compare both databases; skipped when only one is available.
    pub fn on_both(&mut self, tests: OnBoth) {
        if self.templates.kinds().len() < 2 {
            return;
        }
        for (name, test) in tests {
            let (templates, test) = (Arc::clone(&self.templates), *test);
            let (times, label) = (self.times.clone(), format!("{} [both]", short(name)));
            let trial = Trial::test(short(name), move || {
                times.measure(label, || {
                    in_system(async move {
                        let sqlite = TestApp::start(templates.make(Kind::Sqlite)).await;
                        let postgres = TestApp::start(templates.make(Kind::Postgres)).await;
                        test(sqlite, postgres).await;
                    });
                });
                Ok(())
            });
            self.trials.push(trial.with_kind("both"));
        }
    }

    /// Runs the tests. Fails when PostgreSQL is required but missing.
    pub fn run(self, arguments: &Arguments) -> ExitCode {
        let listing = arguments.list;
        let required = std::env::var("REQUIRE_POSTGRES").is_ok_and(|v| !v.is_empty() && v != "0");
        let conclusion = libtest_mimic::run(arguments, self.trials);
        let missing = self.templates.missing().filter(|_| !listing).map(str::to_owned);
        self.templates.close();
        self.times.print_slowest();
        if let Some(why) = &missing {
            println!("NOT TESTED ON POSTGRESQL: {why}.");
            println!("Install the PostgreSQL server (initdb, pg_ctl) or set TEST_DATABASE_URL.\n");
        }
        if conclusion.has_failed() || (missing.is_some() && required) {
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }
}

fn short(name: &str) -> String {
    name.trim_start_matches("api::").to_owned()
}

fn in_system(test: impl Future<Output = ()>) {
    actix_web::rt::System::new().block_on(test);
}
