//! Who an event names.

use crate::domain::id::{ClientId, UserId};

/// Actor of an event, with the request it made.
#[derive(Clone, Debug)]
pub struct Author {
    pub(super) kind: &'static str,
    pub(super) id: Option<i64>,
    account: Option<UserId>,
    pub(super) name: String,
    pub(super) request_id: String,
    pub(super) origin: String,
}

impl Author {
    /// Account that made a request from a network address.
    pub fn user(id: UserId, name: &str, request_id: String, origin: String) -> Self {
        let account = Some(id);
        Self { kind: "user", id: Some(id.0), account, name: name.to_owned(), request_id, origin }
    }

    /// Turns the author into a machine client that acts through its account, for the same request.
    #[must_use]
    pub fn as_client(self, id: ClientId, name: &str) -> Self {
        Self { kind: "client", id: Some(id.0), name: name.to_owned(), ..self }
    }

    /// The program itself, for example when it seeds data.
    pub fn system(name: &str) -> Self {
        let request_id = String::new();
        let origin = String::new();
        let name = name.to_owned();
        Self { kind: "system", id: None, account: None, name, request_id, origin }
    }

    /// Network address of the request; empty for the program itself.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Id of the request; empty for the program itself.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Machine client that acts; `None` for a person and the program itself.
    pub fn client_id(&self) -> Option<ClientId> {
        self.id.filter(|_| self.kind == "client").map(ClientId)
    }

    /// Account of the author: a client's account, or `None` for the program itself.
    pub fn user_id(&self) -> Option<UserId> {
        self.account
    }
}
