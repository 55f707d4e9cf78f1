"""A mirror of the register, written from the OpenAPI document alone with the client generated from it.

While other clients write, a machine client follows the feed from the beginning and reads the resource of each event
again to keep a copy. At the end the copy is compared with the register by recomputed digests. An error in the copy must
change exactly the digest that covers it.
"""

import copy
import hashlib
import json
import random
import sys
import threading
import time
from collections import defaultdict
from decimal import Decimal

import httpx
from major_projects_client import AuthenticatedClient, Client
from major_projects_client.api.clients import create_client, create_client_secret, create_token, list_clients
from major_projects_client.api.events import get_digests, list_events
from major_projects_client.api.projects import (create_project, get_project, list_projects, move_project,
                                                update_project)
from major_projects_client.api.proposals import approve_proposal
from major_projects_client.api.reports import (confirm_report, create_restatement, list_all_reports, list_reports,
                                               list_restatements, put_report, return_report, submit_report)
from major_projects_client.api.sessions import create_session
from major_projects_client.models import (ClientInput, ClientScope, CreateTokenTokenRequest,
                                          CreateTokenTokenRequestGrantType, Credentials, ProjectInput, ProjectPatch,
                                          ProposalState, ReportInput, ReportState, RestatementInput, ReportReturn, Role, Stage, Transition)

BASE, ACCOUNTS = sys.argv[1], json.load(open(sys.argv[2]))
YEAR, OPEN_MONTH, CLOSED_MONTH = 2021, "2021-06", "2021-03"
# How long people write at least, and how much: what a busy machine does in that time may be too little to compare.
SECONDS = 20
ACTS = {"register": 60, "move": 30, "report": 20, "restate": 3, "confirm": 3, "return": 3}
WAIT = httpx.Timeout(40)


def log_in(account):
    body = Credentials(username=account["username"], password=account["password"])
    session = create_session.sync(client=Client(base_url=BASE, timeout=WAIT), body=body)
    return AuthenticatedClient(base_url=BASE, token=session.access_token, timeout=WAIT)


def account(role):
    return next(a for a in ACCOUNTS if a["role"] == role)


def machine():
    """A machine client that one administrator proposes and another approves, with a token by client credentials."""
    admin, second = [log_in(a) for a in ACCOUNTS if a["role"] == "admin"][:2]
    scopes = [ClientScope.CLIENT_SCOPE_PROJECTS_READ, ClientScope.CLIENT_SCOPE_EVENTS_READ]
    body = ClientInput(name="镜像", role=Role.ROLE_COMMISSION, scopes=scopes)
    proposed = create_client.sync(client=admin, body=body, idempotency_key="mirror")
    approved = approve_proposal.sync(proposed.id, client=second, if_match=f'"{proposed.version}"')
    assert approved.state == ProposalState.PROPOSAL_STATE_APPROVED, approved
    client = next(c for c in list_clients.sync(client=admin).items if c.name == body.name)
    made = create_client_secret.sync(client.id, client=admin)
    request = CreateTokenTokenRequest(
        grant_type=CreateTokenTokenRequestGrantType.CLIENT_CREDENTIALS, client_id=made.client_id,
        client_secret=made.client_secret)
    token = create_token.sync(client=Client(base_url=BASE, timeout=WAIT), body=request)
    return AuthenticatedClient(base_url=BASE, token=token.access_token, timeout=WAIT)


class Writers:
    """Concurrent writers: the commission and owners, one thread each."""

    def __init__(self):
        self.done, self.failed, self.count = threading.Event(), [], defaultdict(int)
        owners = [a for a in ACCOUNTS if a["role"] == "unit"][:2]
        work = [(self.register, account("commission"), 1), (self.register, account("commission"), 2),
                (self.review, account("commission"), 3)] + [(self.report, owner, 4) for owner in owners]
        self.threads = [threading.Thread(target=self.until_done, args=one) for one in work]
        for thread in self.threads:
            thread.start()

    def until_done(self, work, who, seed):
        try:
            work(log_in(who), random.Random(seed))
        except Exception as error:  # noqa: BLE001 - any error fails the run
            self.failed.append(repr(error))

    def did_enough(self):
        counted = defaultdict(int)
        for what, count in list(self.count.items()):
            action, status = what.split()
            counted[action] += count if status < "300" else 0
        return all(counted[what] >= least for what, least in ACTS.items())

    def did(self, what, answer, *expected):
        if answer.status_code not in expected:
            raise AssertionError(f"{what}: {answer.status_code} {answer.content.decode()[:300]}")
        self.count[f"{what} {int(answer.status_code)}"] += 1
        return answer.parsed

    def register(self, client, chance):
        """Registers projects, repeats requests, sends outdated versions, changes stages, restates."""
        lines = ["next_gen_it", "new_energy", "modern_marine"]
        number = 0
        while not self.done.is_set():
            number += 1
            key = f"mirror-{threading.get_ident()}-{number}"
            body = ProjectInput.from_dict({
                "name": f"镜像项目{number}示例", "industry": chance.choice(lines), "area": "hekou", "stage": "reserve",
                "nature": "expansion", "total_investment_wan": f"{chance.randrange(1, 10**6)}.{chance.randrange(100):02}",
                "code_reason": "示例"})
            made = self.did("register", create_project.sync_detailed(client=client, body=body, idempotency_key=key), 201)
            again = self.did("register", create_project.sync_detailed(client=client, body=body, idempotency_key=key), 201)
            assert made.id == again.id, "registered twice"
            version = chance.choice([1, 1, 7])
            patch = ProjectPatch.from_dict({"name": f"镜像项目{number}改示例", "industry": chance.choice(lines)})
            self.did("change", update_project.sync_detailed(made.id, client=client, body=patch, if_match=f'"{version}"'),
                     200 if version == 1 else 412)
            step = Transition(stage=chance.choice([Stage.STAGE_PLANNED, Stage.STAGE_CONSTRUCTION]), reason="安排调整")
            self.did("move", move_project.sync_detailed(made.id, client=client, body=step), 200)
            if number % 5 == 0:
                restatement = RestatementInput(amount_wan=f"{chance.randrange(1, 999)}.000001", reason="审计核增", approver="某科")
                answer = create_restatement.sync_detailed(chance.randrange(1, 150), CLOSED_MONTH, client=client, body=restatement)
                self.did("restate", answer, 201)

    def report(self, client, chance):
        """An owner edits and submits reports of the open month, and edits them again after a return."""
        projects = list_projects.sync(client=client, stage=[Stage.STAGE_CONSTRUCTION], limit=8).items
        while not self.done.is_set():
            project = chance.choice(projects)
            held = {one.month: one for one in list_reports.sync(project.id, client=client).items}.get(OPEN_MONTH)
            body = ReportInput(completed_wan=f"{chance.randrange(1, 500)}.{chance.randrange(10**6):06}", progress="推进中")
            condition = {"if_match": f'"{held.version}"'} if held else {"if_none_match": "*"}
            self.did("report", put_report.sync_detailed(project.id, OPEN_MONTH, client=client, body=body, **condition),
                     200, 201, 409, 412)
            self.did("submit", submit_report.sync_detailed(project.id, OPEN_MONTH, client=client), 200, 409)

    def review(self, client, chance):
        """The commission confirms and returns reports, and reverts confirmations."""
        while not self.done.is_set():
            states = [ReportState.REPORT_STATE_SUBMITTED, ReportState.REPORT_STATE_CONFIRMED]
            waiting = list_all_reports.sync(client=client, month=[OPEN_MONTH], state=states, limit=20).items
            for item in waiting:
                confirm = item.state == ReportState.REPORT_STATE_SUBMITTED and chance.random() < 0.7
                if confirm:
                    answer = confirm_report.sync_detailed(item.project_id, OPEN_MONTH, client=client)
                else:
                    answer = return_report.sync_detailed(item.project_id, OPEN_MONTH, client=client,
                                                         body=ReportReturn(reason="请核对"))
                self.did("confirm" if confirm else "return", answer, 200, 409)
            time.sleep(0.05)


class Mirror:
    """A copy of projects, reports and restatements, with the feed cursor."""

    def __init__(self, client):
        self.client, self.after, self.events = client, 0, 0
        self.projects, self.reports, self.restatements = {}, defaultdict(dict), defaultdict(dict)

    def piece(self, wait):
        """Reads the next part of the feed and the resources it names."""
        feed = list_events.sync(client=self.client, after=self.after, limit=500, wait=wait)
        places = [event.sequence for event in feed.items]
        assert places == sorted(set(places)) and all(self.after < place <= feed.next_after for place in places)
        named = defaultdict(set)
        for event in feed.items:
            if event.project_id is not None:
                named[event.project_id].add((event.subject_kind, self.month_of(event)))
        for project, subjects in named.items():
            self.read(project, subjects)
        self.after, self.events = feed.next_after, self.events + len(places)
        return feed

    @staticmethod
    def month_of(event):
        months = [change.after for change in event.changes if change.field == "month"]
        return months[0] if event.subject_kind == "restatement" else None

    def read(self, project, subjects):
        one = get_project.sync(project, client=self.client)
        self.projects[project] = (one.industry, one.version, one.total_investment_wan)
        kinds = {kind for kind, _ in subjects}
        if kinds & {"report", "restatement"}:
            for report in list_reports.sync(project, client=self.client).items:
                self.reports[report.month][project] = (report.version, report.state.value, report.completed_wan)
        for month in {month for _, month in subjects if month}:
            for restatement in list_restatements.sync(project, month, client=self.client).items:
                self.restatements[month][project, restatement.id] = restatement.amount_wan

    def digests(self):
        """Digests of the copy: count, sum and hash by industry, and by industry and month."""
        piles = defaultdict(list)
        for project, (industry, version, total) in sorted(self.projects.items()):
            piles[industry, None].append((f"project {project} {version} {total}", total))
        for month, reports in self.reports.items():
            for project, (version, state, completed) in sorted(reports.items()):
                counted = completed if state == "confirmed" else "0"
                piles[self.projects[project][0], month].append((f"report {project} {version} {state} {completed}", counted))
        for month, restatements in self.restatements.items():
            for (project, number), amount in sorted(restatements.items()):
                piles[self.projects[project][0], month].append((f"restatement {project} {number} {amount}", amount))
        taken = {}
        for at, lines in piles.items():
            text = "".join(line + "\n" for line, _ in lines)
            taken[at] = (len(lines), sum(Decimal(amount) for _, amount in lines), hashlib.sha256(text.encode()).hexdigest())
        return taken

    def differing(self):
        """Keys whose digests differ, and whether the register's digests are settled."""
        said = get_digests.sync(client=self.client, year=YEAR)
        register = {(one.industry, None): (one.count, Decimal(one.total_investment_wan), one.sha256)
                    for one in said.projects}
        register |= {(one.industry, one.month): (one.count, Decimal(one.completed_wan), one.sha256)
                     for one in said.months}
        mine = {at: digest for at, digest in self.digests().items() if at[1] is None or at[1].startswith(str(YEAR))}
        places = {at for at in register.keys() | mine.keys() if register.get(at) != mine.get(at)}
        return places, said.settled and said.last_event <= self.after, register


def main():
    mirror, writers = Mirror(machine()), Writers()
    ends, compared = time.monotonic() + SECONDS, 0
    while (time.monotonic() < ends or not writers.did_enough()) and not writers.failed:
        assert time.monotonic() < ends + 300, f"too little is written: {dict(writers.count)}"
        mirror.piece(wait=1)
        compared += 1
        mirror.differing()  # During writes the digests may differ; the request must not fail.
    writers.done.set()
    for thread in writers.threads:
        thread.join(60)
    assert not writers.failed, writers.failed

    # The last writes get their sequence numbers shortly after; continue until the mirror has seen all of them.
    places, comparable, register = {None}, False, {}
    deadline = time.monotonic() + 60
    while not comparable and time.monotonic() < deadline:
        while mirror.piece(wait=1).items:
            pass
        places, comparable, register = mirror.differing()
    assert comparable, "the feed did not settle"
    assert not places, f"the mirror differs in {sorted(map(str, places))}"

    altered = 0
    for spoil, where in spoilt(mirror):
        other = copy.copy(mirror)
        other.projects = copy.deepcopy(mirror.projects)
        other.reports, other.restatements = copy.deepcopy(mirror.reports), copy.deepcopy(mirror.restatements)
        spoil(other)
        found, _, _ = other.differing()
        assert found == where, f"expected {where}, found {found}"
        altered += 1
    acts = ", ".join(f"{what}: {count}" for what, count in sorted(writers.count.items()))
    print(f"mirror: {mirror.events} events, {len(mirror.projects)} projects, {len(register)} digests equal, "
          f"compared {compared} times meanwhile, {altered} alterations each found in their own digest ({acts})")


def spoilt(mirror):
    """Single errors, each with the digests that must differ."""
    project, (industry, version, total) = next(iter(mirror.projects.items()))
    (other, report), month = next(iter(mirror.reports[OPEN_MONTH].items())), OPEN_MONTH
    (restated, number), _ = next(iter(mirror.restatements[CLOSED_MONTH].items()))
    line = mirror.projects
    return [
        (lambda m: m.projects.update({project: (industry, version + 1, total)}), {(industry, None)}),
        (lambda m: m.projects.update({project: (industry, version, total + "1")}), {(industry, None)}),
        (lambda m: m.reports[month].update({other: (report[0], report[1], report[2] + "1")}), {(line[other][0], month)}),
        (lambda m: m.reports[month].pop(other), {(line[other][0], month)}),
        (lambda m: m.restatements[CLOSED_MONTH].pop((restated, number)), {(line[restated][0], CLOSED_MONTH)}),
    ]


main()
