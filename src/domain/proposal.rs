//! Proposals: requests that wait for a second person.

use crate::domain::clock::Timestamp;
use crate::domain::id::UserId;
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;

/// Hours after which one person alone may approve its own proposal, if the setting allows it.
const ALONE_AFTER_HOURS: i64 = 24;

text_enum! {
    /// What a proposal asks for.
    ProposalKind {
        /// A new account with the role commission, auditor or administrator.
        UserCreation = "user_creation" "新建账号",
        /// An account gets the role commission, auditor or administrator, or can log in with it again.
        UserChange = "user_change" "授予角色",
        /// A new machine client with the role commission or auditor.
        ClientCreation = "client_creation" "新建接口客户端",
        /// A machine client with one of these roles gets more scopes, or can get tokens again.
        ClientChange = "client_change" "扩大接口客户端权限",
        /// The data of a person is erased.
        PersonalDataErasure = "personal_data_erasure" "删除个人信息",
    }
}

text_enum! {
    /// State of a proposal. All but `open` are final.
    ProposalState {
        /// Waits for a second person.
        Open = "open" "待批",
        /// Approved and carried out.
        Approved = "approved" "已批准",
        /// Refused by a second person.
        Refused = "refused" "未批准",
        /// Withdrawn by the person who proposed it.
        Withdrawn = "withdrawn" "已撤回",
        /// What it is about has changed, so that it can no longer be carried out.
        Stale = "stale" "已失效",
    }
}

text_enum! {
    /// Who may approve when one person is alone.
    SecondPerson {
        /// Always a second person.
        Strict = "strict" "须第二人批准",
        /// The person who proposed, after 24 hours, while nobody else may approve.
        Delayed = "delayed" "仅一人时满24小时可自批",
    }
}

/// Somebody who proposes or decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    /// The account.
    pub account: UserId,
    /// The person: the display name, folded. Two accounts of one name are taken for one person.
    pub person: String,
}

impl Party {
    /// True if both are, or may be, the same person.
    fn is_same_person(&self, other: &Self) -> bool {
        self.account == other.account || self.person == other.person
    }
}

/// A decision that somebody wants to take.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// State of the proposal.
    pub state: ProposalState,
    /// Who proposed.
    pub proposer: Party,
    /// When.
    pub proposed_at: Timestamp,
    /// The account it gives something to.
    pub beneficiary: Option<UserId>,
    /// Who decides.
    pub decider: Party,
    /// True if an administrator set the decider's password within the last 24 hours.
    pub password_is_new: bool,
    /// True if nobody else may decide.
    pub is_alone: bool,
    /// The instant.
    pub now: Timestamp,
}

/// Why a decision is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalRefusal {
    /// The proposal was decided before.
    Decided(ProposalState),
    /// The person who proposed, or who gets something, cannot approve.
    SamePerson,
    /// An administrator set the password of the approver within the last 24 hours, and may know it.
    PasswordIsNew,
    /// Only the person who proposed withdraws.
    NotProposer,
    /// What it is about has changed.
    Stale,
}

impl Decision {
    /// Checks that the decider may approve.
    ///
    /// # Errors
    /// [`ProposalRefusal`]
    pub(crate) fn approve(&self, setting: SecondPerson) -> Result<(), ProposalRefusal> {
        self.must_be_open()?;
        let waited = self.proposed_at.plus_hours(ALONE_AFTER_HOURS) <= self.now;
        let alone = setting == SecondPerson::Delayed && self.is_alone && waited;
        let gains = self.beneficiary == Some(self.decider.account);
        if gains || self.proposer.is_same_person(&self.decider) && !alone {
            return Err(ProposalRefusal::SamePerson);
        }
        if self.password_is_new { Err(ProposalRefusal::PasswordIsNew) } else { Ok(()) }
    }

    /// Checks that the decider may refuse. The person who proposed withdraws instead.
    ///
    /// # Errors
    /// [`ProposalRefusal`]
    pub(crate) fn refuse(&self) -> Result<(), ProposalRefusal> {
        self.must_be_open()?;
        let own = self.proposer.account == self.decider.account;
        if own { Err(ProposalRefusal::SamePerson) } else { Ok(()) }
    }

    /// Checks that the decider may withdraw.
    ///
    /// # Errors
    /// [`ProposalRefusal`]
    pub(crate) fn withdraw(&self) -> Result<(), ProposalRefusal> {
        self.must_be_open()?;
        let own = self.proposer.account == self.decider.account;
        if own { Ok(()) } else { Err(ProposalRefusal::NotProposer) }
    }

    fn must_be_open(&self) -> Result<(), ProposalRefusal> {
        if self.state == ProposalState::Open {
            Ok(())
        } else {
            Err(ProposalRefusal::Decided(self.state))
        }
    }
}

impl ProposalRefusal {
    /// Stable error code; part of the public API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Decided(_) => "proposal-decided",
            Self::SamePerson => "second-person-needed",
            Self::PasswordIsNew => "password-set-by-another",
            Self::NotProposer => "not-proposer",
            Self::Stale => "proposal-stale",
        }
    }

    /// Message in both languages; says what to do instead.
    pub fn words(self) -> Words {
        match self {
            Self::Decided(state) => Words::new(
                format!("该申请{}，不能再办理；如仍需要，请重新提出。", state.zh()),
                format!("The proposal is {state} already. Propose it again if it is still needed."),
            ),
            Self::SamePerson => Words::new(
                "须由另一人批准：提出人（含同名账号）和被授予人不能批准。",
                "A second person must decide: not the one who proposed it (or an account of the same name), nor the one it is for.",
            ),
            Self::PasswordIsNew => Words::new(
                "您的密码在 24 小时内由管理员设置，暂不能批准；请稍后再办，或请另一人批准。",
                "An administrator set your password within the last 24 hours. Approve later, or ask somebody else.",
            ),
            Self::NotProposer => Words::new(
                "只有提出人可以撤回；不同意请选择不批准。",
                "Only the one who proposed it can withdraw it. Refuse it instead.",
            ),
            Self::Stale => Words::new(
                "申请提出后相关内容已有变化，该申请已失效；请核对后重新提出。",
                "What the proposal is about has changed since. Read it again and propose anew.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(proposer: (i64, &str), decider: (i64, &str)) -> Decision {
        let party =
            |(id, name): (i64, &str)| Party { account: UserId(id), person: name.to_owned() };
        let at = Timestamp::from_unix_seconds(1_625_104_800).unwrap();
        Decision {
            state: ProposalState::Open,
            proposer: party(proposer),
            proposed_at: at,
            beneficiary: Some(UserId(7)),
            decider: party(decider),
            password_is_new: false,
            is_alone: false,
            now: at,
        }
    }

    #[test]
    fn another_person_approves_and_not_only_another_account() {
        let strict = SecondPerson::Strict;
        assert_eq!(decision((1, "li"), (2, "wang")).approve(strict), Ok(()));
        for (decider, why) in
            [((1, "li"), "the same"), ((2, "li"), "same name"), ((7, "x"), "gains")]
        {
            let refused = decision((1, "li"), decider).approve(strict);
            assert_eq!(refused, Err(ProposalRefusal::SamePerson), "{why}");
        }
        let new = Decision { password_is_new: true, ..decision((1, "li"), (2, "wang")) };
        assert_eq!(new.approve(strict), Err(ProposalRefusal::PasswordIsNew));
    }

    #[test]
    fn one_person_alone_approves_after_a_day_if_the_setting_says_so() {
        let own = decision((1, "li"), (1, "li"));
        let later = Decision { is_alone: true, now: own.now.plus_hours(24), ..own.clone() };
        let sooner = Decision { now: own.now.plus_seconds(86_399), ..later.clone() };
        let not_alone = Decision { is_alone: false, ..later.clone() };
        let gains = Decision { beneficiary: Some(UserId(1)), ..later.clone() };

        assert_eq!(later.approve(SecondPerson::Delayed), Ok(()));
        for (refused, setting) in [
            (&later, SecondPerson::Strict),
            (&sooner, SecondPerson::Delayed),
            (&not_alone, SecondPerson::Delayed),
            (&gains, SecondPerson::Delayed),
        ] {
            assert_eq!(refused.approve(setting), Err(ProposalRefusal::SamePerson));
        }
    }

    #[test]
    fn what_was_decided_stays() {
        for state in ProposalState::ALL.iter().filter(|state| **state != ProposalState::Open) {
            let decided = Decision { state: *state, ..decision((1, "li"), (2, "wang")) };
            let refused = Err(ProposalRefusal::Decided(*state));
            assert_eq!(decided.approve(SecondPerson::Strict), refused);
            assert_eq!((decided.refuse(), decided.withdraw()), (refused, refused));
        }
        assert_eq!(decision((1, "li"), (1, "li")).withdraw(), Ok(()));
        assert_eq!(decision((1, "li"), (2, "x")).withdraw(), Err(ProposalRefusal::NotProposer));
        assert_eq!(decision((1, "li"), (1, "li")).refuse(), Err(ProposalRefusal::SamePerson));
    }
}
