"""Runs the generated Python client against a server: log in, list, sum, and read a problem."""

import json
import sys

from major_projects_client import AuthenticatedClient, Client
from major_projects_client.api.projects import get_project, list_projects
from major_projects_client.api.sessions import create_session
from major_projects_client.api.summaries import get_commitments
from major_projects_client.models import Credentials, Problem

base, accounts = sys.argv[1], json.load(open(sys.argv[2]))
account = next(a for a in accounts if a["role"] == "commission")
body = Credentials(username=account["username"], password=account["password"])
session = create_session.sync(client=Client(base_url=base), body=body)
client = AuthenticatedClient(base_url=base, token=session.access_token)

page = list_projects.sync(client=client, year=2021, limit=5)
assert page.total == 152 and len(page.items) == 5, page
one = get_project.sync(client=client, project_id=page.items[0].id)
assert one.name == page.items[0].name
table = get_commitments.sync(client=client, year=2021, through="2021-05")
assert table.total.registered.total_investment_wan == "14456800.00", table.total
assert isinstance(get_project.sync(client=client, project_id=987654321), Problem)
print("python: ok")
