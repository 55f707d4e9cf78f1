"""Runs the generated Python client against a server: the typical first steps of an integrator."""

import json
import sys

from major_projects_client import AuthenticatedClient, Client
from major_projects_client.api.clients import create_client, create_token
from major_projects_client.api.events import list_events
from major_projects_client.api.projects import create_project, get_project, list_projects, update_project
from major_projects_client.api.sessions import create_session
from major_projects_client.api.summaries import get_commitments
from major_projects_client.models import (ClientInput, ClientScope, CreateTokenTokenRequest,
                                          CreateTokenTokenRequestGrantType, Credentials, Problem, ProjectInput,
                                          ProjectPatch, Role)

base, accounts = sys.argv[1], json.load(open(sys.argv[2]))


def log_in(role):
    account = next(a for a in accounts if a["role"] == role)
    body = Credentials(username=account["username"], password=account["password"])
    session = create_session.sync(client=Client(base_url=base), body=body)
    return AuthenticatedClient(base_url=base, token=session.access_token)


client = log_in("commission")
table = get_commitments.sync(client=client, year=2021, through="2021-05")
assert table.total.registered.total_investment_wan == "14456800.00", table.total

# Read all pages; each project occurs once.
seen, cursor = [], {}
while True:
    page = list_projects.sync(client=client, year=2021, limit=50, **cursor)
    seen += [project.id for project in page.items]
    if not page.next_cursor:
        break
    cursor = {"cursor": page.next_cursor}
assert page.total == 152 and len(seen) == len(set(seen)) == 152, (page.total, len(seen))

# Create twice with one idempotency key; read; change with If-Match; get a 412.
body = ProjectInput.from_dict({
    "name": "客户端项目示例", "industry": "next_gen_it", "area": "hekou", "stage": "reserve",
    "nature": "expansion", "total_investment_wan": "1200.50"})
made = [create_project.sync(client=client, body=body, idempotency_key="python-1") for _ in range(2)]
assert made[0].id == made[1].id, made
read = get_project.sync_detailed(made[0].id, client=client)
assert read.parsed.total_investment_wan == "1200.50", read.parsed
patch = ProjectPatch.from_dict({"content": "由 Python 客户端修改"})
changed = update_project.sync(made[0].id, client=client, body=patch, if_match=read.headers["ETag"])
assert changed.content == "由 Python 客户端修改" and changed.version == 2, changed
stale = update_project.sync_detailed(made[0].id, client=client, body=patch, if_match=read.headers["ETag"])
assert stale.status_code == 412 and stale.parsed.code == "stale", stale
missing = get_project.sync(client=client, project_id=987654321)
assert isinstance(missing, Problem) and missing.code == "not-found", missing

# A machine client gets a token by client credentials and reads the feed up to the last write.
made_client = create_client.sync(client=log_in("admin"), body=ClientInput(
    name="Python 平台", role=Role.ROLE_VIEWER, scopes=[ClientScope.CLIENT_SCOPE_PROJECTS_READ]))
token = create_token.sync(client=Client(base_url=base), body=CreateTokenTokenRequest(
    grant_type=CreateTokenTokenRequestGrantType.CLIENT_CREDENTIALS, client_id=made_client.client_id,
    client_secret=made_client.client_secret))
assert list_projects.sync(client=AuthenticatedClient(base_url=base, token=token.access_token), limit=1).total > 100
after, kinds, last = 0, [], None
while kinds.count("project.updated") < 1:
    feed = list_events.sync(client=client, after=after, limit=1000, wait=2)
    assert feed.items, "the feed ended before the change"
    assert [event.sequence for event in feed.items] == sorted(event.sequence for event in feed.items)
    kinds += [event.kind for event in feed.items if event.project_id == made[0].id]
    after = feed.next_after
assert kinds == ["project.created", "project.updated"], kinds
print("python: ok")
