//! The caller of a use case and its rights.

use crate::domain::account::access::{Action, Sight};
use crate::domain::account::scope::ClientScope;
use crate::domain::id::SessionId;
use crate::domain::words::Words;
use crate::store::accounts::users::User;
use crate::store::events::Author;
use crate::usecases::refusal::{Refusal, RefusalKind};

/// An account with the session it calls through.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The account, as currently stored.
    pub user: User,
    /// The session its token belongs to.
    pub session: SessionId,
    /// The author of this request's events.
    pub author: Author,
    /// The scopes of a machine client's token; `None` for a person.
    pub scopes: Option<Vec<ClientScope>>,
    /// True if the account must confirm a second factor before anything else.
    pub lacks_second_factor: bool,
}

impl Caller {
    /// The projects the caller may see.
    pub(crate) fn sees(&self) -> Sight {
        Sight::of(self.user.role, self.user.unit_id, self.user.area_id)
    }

    /// Checks that role and scopes allow at least one of `actions`. An empty list allows every
    /// account that is logged in.
    ///
    /// # Errors
    /// `password-change-required`, `second-factor-required`, `forbidden`, `scope-missing`.
    pub(crate) fn must_be_able_to(&self, actions: &[Action]) -> Result<(), Refusal> {
        if actions.is_empty() {
            return Ok(());
        }
        if self.user.must_change_password {
            let words = Words::new(
                "请先修改初始密码：PUT /api/v1/me/password。",
                "Change your first password before anything else: PUT /api/v1/me/password.",
            );
            return Err(Refusal::new(RefusalKind::Forbidden, "password-change-required", words));
        }
        if self.lacks_second_factor && !actions.contains(&Action::UseSecondFactor) {
            return Err(second_factor_required());
        }
        let role = self.user.role;
        let allowed: Vec<Action> = actions.iter().copied().filter(|a| role.may(*a)).collect();
        let first = *allowed.first().ok_or_else(Refusal::forbidden)?;
        if let Some(scopes) = &self.scopes {
            let granted = |a: &Action| ClientScope::of(*a).is_some_and(|s| scopes.contains(&s));
            if !allowed.iter().any(granted) {
                return Err(scope_missing(ClientScope::of(first).ok_or_else(for_people)?));
            }
        }
        Ok(())
    }
}

fn second_factor_required() -> Refusal {
    let words = Words::new(
        "本单位要求该角色启用动态码：请先获取密钥（PUT /api/v1/me/totp）并确认（PUT /api/v1/me/totp/confirmation），或在“我的账号”页面办理。",
        "Your role needs a second factor here. Get a secret (PUT /api/v1/me/totp) and confirm it (PUT /api/v1/me/totp/confirmation), or use the page of your account.",
    );
    Refusal::new(RefusalKind::Forbidden, "second-factor-required", words)
}

fn for_people() -> Refusal {
    let words = Words::new(
        "此操作须由工作人员登录后办理，接口客户端不能执行。",
        "People do this, logged in; a machine client may not.",
    );
    Refusal { words, ..Refusal::forbidden() }
}

fn scope_missing(needed: ClientScope) -> Refusal {
    let words = Words::new(
        format!("令牌缺少权限范围 {needed}：请在 /oauth/token 申请，或请管理员授予该客户端。"),
        format!(
            "The token lacks the scope {needed}: ask for it at /oauth/token, or have the administrator grant it to the client."
        ),
    );
    Refusal::new(RefusalKind::Forbidden, "scope-missing", words)
}
