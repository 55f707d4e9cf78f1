//! Typed ids, so that the id of one kind of record cannot be used for another.

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident)+) => { $(
        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = i64)]
        #[allow(unreachable_pub, reason = "the tests use some of the ids")]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+ };
}

ids! {
    /// The id of an industry.
    IndustryId
    /// The id of an area.
    AreaId
    /// The id of a responsible unit.
    UnitId
    /// The id of a plan document.
    PlanId
    /// The id of a project.
    ProjectId
    /// The id of a project's year plan.
    YearPlanId
    /// The id of a milestone.
    MilestoneId
    /// The id of a monthly report.
    ReportId
    /// The id of a reporting month.
    ReportingMonthId
    /// The id of a grant to file late.
    LateGrantId
    /// The id of a restatement.
    RestatementId
    /// The id of an issue to be coordinated.
    IssueId
    /// The id of a roll-over.
    RollOverId
    /// The id of a bulletin.
    BulletinId
    /// The id of a light override.
    LightOverrideId
    /// The id of an account.
    UserId
    /// The id of a session.
    SessionId
    /// The id of a machine client.
    ClientId
    /// The id of a machine client's secret.
    ClientSecretId
    /// The id of a webhook.
    WebhookId
    /// The id of a webhook's secret.
    WebhookSecretId
    /// The id of a delivery.
    DeliveryId
    /// The id of an event.
    EventId
    /// The id of a proposal.
    ProposalId
    /// The id of a line of the access log.
    AccessLineId
    /// The id of a job.
    JobId
}
