//! Writes that take long, such as imports: decided on a rehearsal while others write, then applied in
//! one short transaction.

use std::collections::BTreeSet;

use crate::domain::id::ProjectId;
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::problem::Problem;
use crate::store::rehearsal::{RehearsalPlan, Rehearsed};
use crate::store::{Conn, StoreError};
use crate::usecases::ask::{Ask, Now};
use crate::usecases::caller::Caller;
use crate::usecases::refusal::Refusal;
use crate::usecases::relied_on::{Changed, ReliedOn};

/// How often the work is rehearsed before it is done inside the writer.
const REHEARSALS: usize = 3;
/// Most parts that are decided again inside the writer, before the last rehearsal.
const MOST_AGAIN: usize = 300;

/// Work that consists of many parts, each about one project.
pub(crate) trait LongWork: Clone + Send + 'static {
    /// What was decided; its rows are written already, in the open transaction.
    type Decided: Send + 'static;
    /// The result.
    type Done: Send + 'static;

    /// What a rehearsal copies.
    fn plan(&self) -> RehearsalPlan;

    /// Decides on every part and writes its rows.
    ///
    /// # Errors
    /// Those of the rules.
    fn decide(&self, ask: &mut Ask<'_>) -> Result<Self::Decided, Refusal>;

    /// What the decision relied on.
    fn relied_on(decided: &Self::Decided) -> &ReliedOn;

    /// Number of parts about these projects.
    fn parts(decided: &Self::Decided, projects: &BTreeSet<ProjectId>) -> usize;

    /// Decides again on the parts about these projects, whose rows were not applied.
    ///
    /// # Errors
    /// As [`LongWork::decide`].
    fn decide_again(
        &self,
        ask: &mut Ask<'_>,
        decided: Self::Decided,
        projects: &BTreeSet<ProjectId>,
    ) -> Result<Self::Decided, Refusal>;

    /// Makes the result, and stores it where that is asked for, in the same transaction.
    ///
    /// # Errors
    /// Those of the decision as a whole.
    fn finish(&self, ask: &mut Ask<'_>, decided: Self::Decided) -> Result<Self::Done, Refusal>;
}

/// Who does long work, and when.
#[derive(Clone)]
pub(crate) struct LongCaller {
    /// The caller.
    pub caller: Caller,
    /// The language of the result.
    pub language: Language,
    /// The instant and the business day.
    pub now: Now,
}

impl LongCaller {
    fn ask<'a>(&'a self, conn: &'a mut Conn) -> Ask<'a> {
        Ask::new(conn, &self.caller, self.now, self.language)
    }
}

/// Why rehearsed work was not applied.
enum NotApplied {
    /// What it relied on changed too much.
    Changed,
    Refused(Refusal),
}

impl From<StoreError> for NotApplied {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(_) => Self::Changed,
            StoreError::NotFound
            | StoreError::Stale
            | StoreError::BadCursor
            | StoreError::Busy
            | StoreError::Full(_)
            | StoreError::ReadOnly
            | StoreError::OutcomeUnknown(_)
            | StoreError::Unreachable(_)
            | StoreError::NewerSchema(_)
            | StoreError::Broken(_) => Self::Refused(error.into()),
        }
    }
}

impl App {
    /// Does `work`, completely or not at all.
    ///
    /// # Errors
    /// Those of the work.
    pub(crate) async fn do_long<W: LongWork>(
        &self,
        who: &LongCaller,
        work: &W,
    ) -> Result<W::Done, Problem> {
        for nth in 1..=REHEARSALS {
            let Some((decided, rehearsed)) = self.rehearse(who, work).await? else {
                break;
            };
            let most = if nth == REHEARSALS { usize::MAX } else { MOST_AGAIN };
            let apply = Apply { who: who.clone(), work: work.clone(), most };
            let mut decided = Some(decided);
            let done = self
                .db
                .write_rehearsed(rehearsed, move |conn, rehearsed| {
                    apply.run(conn, rehearsed, decided.take())
                })
                .await;
            match done {
                Ok(done) => return Ok(done),
                Err(NotApplied::Refused(refusal)) => return Err(refusal.into()),
                Err(NotApplied::Changed) => tracing::info!("what an import relied on changed"),
            }
        }
        let who = who.clone();
        let work = work.clone();
        let done = self.db.write_long(move |conn| -> Result<_, Refusal> {
            let mut ask = who.ask(conn);
            let decided = work.decide(&mut ask)?;
            work.finish(&mut ask, decided)
        });
        Ok(done.await?)
    }

    /// The result of `work`, of which nothing is saved.
    ///
    /// # Errors
    /// Those of the work.
    pub(crate) async fn try_long<W: LongWork>(
        &self,
        who: &LongCaller,
        work: &W,
    ) -> Result<W::Done, Problem> {
        let both = |who: LongCaller, work: W| {
            move |conn: &mut Conn| -> Result<_, Refusal> {
                let mut ask = who.ask(conn);
                let decided = work.decide(&mut ask)?;
                work.finish(&mut ask, decided)
            }
        };
        let plan = RehearsalPlan { rows: 0, ..work.plan() };
        let tried = self.db.rehearse(plan, both(who.clone(), work.clone())).await?;
        if let Some((done, _)) = tried {
            return Ok(done);
        }
        let run = both(who.clone(), work.clone());
        let done = self.db.write_long(move |conn| conn.attempt(&run, |_| false));
        Ok(done.await?)
    }

    async fn rehearse<W: LongWork>(
        &self,
        who: &LongCaller,
        work: &W,
    ) -> Result<Option<(W::Decided, Rehearsed)>, Problem> {
        let who = who.clone();
        let work = work.clone();
        let plan = work.plan();
        let decide = move |conn: &mut Conn| work.decide(&mut who.ask(conn));
        Ok(self.db.rehearse::<_, Refusal>(plan, decide).await?)
    }
}

/// What is applied in the short transaction.
struct Apply<W> {
    who: LongCaller,
    work: W,
    /// Most parts to decide again.
    most: usize,
}

impl<W: LongWork> Apply<W> {
    fn run(
        &self,
        conn: &mut Conn,
        rehearsed: &Rehearsed,
        decided: Option<W::Decided>,
    ) -> Result<W::Done, NotApplied> {
        let decided = decided.ok_or(NotApplied::Changed)?;
        let changed = W::relied_on(&decided).changed_since(conn, rehearsed.position)?;
        let Changed::Projects(projects) = changed else {
            return Err(NotApplied::Changed);
        };
        if W::parts(&decided, &projects) > self.most {
            return Err(NotApplied::Changed);
        }
        rehearsed.apply(conn, &projects)?;
        let mut ask = self.who.ask(conn);
        let decided = if projects.is_empty() {
            decided
        } else {
            let again = self.work.decide_again(&mut ask, decided, &projects);
            again.map_err(NotApplied::Refused)?
        };
        self.work.finish(&mut ask, decided).map_err(NotApplied::Refused)
    }
}
