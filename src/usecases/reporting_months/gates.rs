//! What the state of a reporting month allows: filing, reviewing, changes that take effect in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::account::access::Role;
use crate::domain::id::{ProjectId, ReportingMonthId, UnitId};
use crate::domain::month::Month;
use crate::domain::project::Project;
use crate::domain::report::{ReportState, may_file_when_terminated, may_report};
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::reporting_month::{Leave, ReportingMonth};
use crate::store::reporting_months::grants;
use crate::store::{Conn, reporting_months};
use crate::usecases::ask::Ask;
use crate::usecases::caller::Caller;
use crate::usecases::refusal::Refusal;

/// A report that is to be filed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filing<'a> {
    /// The project.
    pub project: &'a Project,
    /// The month.
    pub month: Month,
    /// The report's state; `None` when there is none yet.
    pub state: Option<ReportState>,
}

/// Reporting months with the units that may file late in them.
#[derive(Default)]
pub(in crate::usecases) struct FilingMonths {
    opened: BTreeMap<Month, ReportingMonth>,
    granted: BTreeSet<(ReportingMonthId, UnitId)>,
}

impl FilingMonths {
    /// Loads `months` and their late grants.
    ///
    /// # Errors
    /// Database errors only.
    pub(in crate::usecases) fn load(
        ask: &mut Ask<'_>,
        months: &BTreeSet<Month>,
    ) -> Result<Self, Refusal> {
        let opened = reporting_months::of_months(ask.conn, months)?;
        let ids = opened.iter().map(|month| month.id).collect();
        let granted = grants::active(ask.conn, &ids, ask.now.instant)?.into_iter().collect();
        Ok(Self { opened: opened.into_iter().map(|month| (month.month, month)).collect(), granted })
    }

    /// Adds other months.
    pub(in crate::usecases) fn extend(&mut self, others: Self) {
        self.opened.extend(others.opened);
        self.granted.extend(others.granted);
    }

    /// The reporting month.
    ///
    /// # Errors
    /// `month-not-open` if it was never opened.
    fn opened(&self, month: Month) -> Result<&ReportingMonth, Refusal> {
        let refusal = || MonthRefusal::NotOpen { month, opens_on: None }.into();
        self.opened.get(&month).ok_or_else(refusal)
    }

    /// Refuses unless `caller` may file the report on `today`; `units` have a role in its project.
    ///
    /// # Errors
    /// Those of [`may_report`]; `project-terminated`; `month-not-open`, `month-overdue`,
    /// `month-closed`.
    pub(in crate::usecases) fn must_take(
        &self,
        filing: Filing<'_>,
        units: &[UnitId],
        caller: &Caller,
        today: NaiveDate,
    ) -> Result<(), Refusal> {
        may_report(filing.project, filing.month, today)?;
        let month = self.opened(filing.month)?;
        let may = |unit: &UnitId| self.granted.contains(&(month.id, *unit));
        let granted = match &caller.user.unit_id {
            Some(own) => may(own),
            None => units.iter().any(may),
        };
        may_file_when_terminated(filing.project, filing.state, granted)?;
        let leave = Leave {
            commission: caller.user.role == Role::Commission,
            granted,
            returned: filing.state == Some(ReportState::Returned),
        };
        Ok(month.may_file(today, leave)?)
    }

    /// Refuses when the month is closed.
    ///
    /// # Errors
    /// `month-not-open`, `month-closed`.
    pub(in crate::usecases) fn must_be_reviewable(&self, month: Month) -> Result<(), Refusal> {
        Ok(self.opened(month)?.must_not_be_closed()?)
    }

    /// Keeps the month open until the transaction ends.
    ///
    /// # Errors
    /// Stale if it changed since it was loaded.
    pub(in crate::usecases) fn hold(&self, conn: &mut Conn, month: Month) -> Result<(), Refusal> {
        match self.opened.get(&month) {
            Some(month) => Ok(reporting_months::hold(conn, month)?),
            None => Ok(()),
        }
    }
}

/// True if the caller's unit has an active late grant in the month; for a caller without unit, any
/// unit of the project.
pub(super) fn is_granted(
    ask: &mut Ask<'_>,
    month: &ReportingMonth,
    project: ProjectId,
) -> Result<bool, Refusal> {
    let unit = ask.caller.user.unit_id;
    Ok(grants::is_granted(ask.conn, month.id, project, unit, ask.now.instant)?)
}

/// Keeps the month in which a change takes effect open until the transaction ends. A month that
/// was never opened is accepted.
///
/// # Errors
/// `month-closed`.
pub(crate) fn must_not_be_closed(conn: &mut Conn, month: Month) -> Result<(), Refusal> {
    if let Some(month) = reporting_months::find(conn, month)? {
        month.must_not_be_closed()?;
        reporting_months::hold(conn, &month)?;
    }
    Ok(())
}
