//! Stages of a project and the moves between them.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Stage of a project (库别).
    Stage {
        /// 谋划: idea, not prepared yet.
        Planned = "planned" "谋划",
        /// 储备: in preparation; approvals under way.
        Reserve = "reserve" "储备",
        /// 建设: under construction.
        Construction = "construction" "建设",
        /// 竣工: construction finished.
        Completed = "completed" "竣工",
        /// 投产: in operation.
        Operating = "operating" "投产",
        /// 终止: abandoned.
        Terminated = "terminated" "终止",
    }
}

impl Stage {
    /// Stages to which a project in this stage may move.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::Reserve, Self::Construction, Self::Terminated],
            Self::Reserve => &[Self::Planned, Self::Construction, Self::Terminated],
            Self::Construction => &[Self::Completed, Self::Reserve, Self::Terminated],
            Self::Completed => &[Self::Operating, Self::Construction, Self::Terminated],
            Self::Operating => &[Self::Completed],
            Self::Terminated => &[Self::Planned],
        }
    }

    /// True if the move to `to` goes back or terminates the project; such a move requires a reason.
    pub(super) const fn needs_reason(self, to: Self) -> bool {
        matches!(
            (self, to),
            (_, Self::Terminated | Self::Planned)
                | (Self::Construction, Self::Reserve)
                | (Self::Completed, Self::Construction)
                | (Self::Operating, Self::Completed)
        )
    }

    /// True if construction is finished.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Operating)
    }

    /// True if construction has started.
    pub const fn has_started(self) -> bool {
        matches!(self, Self::Construction | Self::Completed | Self::Operating)
    }
}
