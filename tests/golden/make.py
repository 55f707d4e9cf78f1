#!/usr/bin/env python3
"""Writes golden files: what a released binary stored and published, as text.

    python3 tests/golden/make.py <major-projects binary> <folder>

    cargo build --release        # at the commit of the release
    python3 tests/golden/make.py target/release/major-projects tests/golden/0.1.0

It starts the binary on loopback on a fresh SQLite database, plays over HTTP every kind of event that 0.1.0 records, two
bulletins, and every POST that takes an `Idempotency-Key`, and then writes into the folder:

    about.json            when it was made, the business day, the passwords and the key that `tests/api/golden/` needs
    kinds.txt             every kind of event, one a line
    migrations.txt        the migrations that the release ran
    tables/<table>.jsonl  every row, in the order of its primary key; numbered, so that references come after their target
    ids.json              the last id that each table gave out
    once.jsonl            every POST with an Idempotency-Key, the reply, and the reply when it was sent again
    answers.jsonl         what the release answered at the end: histories, feed, issues, bulletins, summaries

Golden files of a release are never made again after it: instants, request ids and hashes would differ. The key, the
passwords and the clients' secrets in them are those of this register alone, which is thrown away; no other server has
ever had them. Needs Python 3.9 and nothing else.
"""

import http.client
import io
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ET
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

# The key of the servers inside the tests (`Secret::for_tests`): public, and of no other server.
KEY = "a key for tests, of thirty-two bytes and more"
FIRST_PASSWORD = "window ladder orchid 93"
PASSWORD = "river lantern copper 47"
# Who is logged in when the rows are written down, and asks for the answers.
ANSWERED = ("commission", "auditor", "dongying", "viewer", "owner", "admin")
LAST_DAY = "2022-01-10"
YEAR = 2021


# --- A server, and who asks it -------------------------------------------------------------------

class Server:
    """The binary on a free loopback port; it is started anew for every business day."""

    def __init__(self, binary, folder, hosts):
        self.binary, self.folder, self.process = binary, Path(folder), None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        key = self.folder / "key"
        key.write_text(KEY)
        self.environment = {
            "PATH": os.environ["PATH"], "DATA_DIR": str(self.folder), "JWT_KEY_FILE": str(key), "RUST_LOG": "warn",
            "LISTEN": f"127.0.0.1:{self.port}", "PASSWORD_MEMORY_KIB": "8", "WEBHOOK_HOSTS": hosts,
            "LOGINS_PER_MINUTE": "1000", "ACCESS_TOKEN_SECONDS": "7200",
        }

    def run(self, *arguments):
        done = subprocess.run([self.binary, *arguments], env=self.command_environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def command_environment(self):
        return {name: self.environment[name] for name in ("PATH", "DATA_DIR", "RUST_LOG")}

    def day(self, today):
        """Serves with this business day."""
        self.stop()
        environment = {**self.environment, "TODAY": today}
        self.process = subprocess.Popen([self.binary, "serve"], env=environment)
        for _ in range(200):
            try:
                if self.send("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()

    def send(self, method, path, body=None, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, response.headers, data


class Actor:
    """Somebody who is logged in, or a machine client with its token."""

    def __init__(self, server, name, token):
        self.server, self.name, self.token = server, name, token

    @staticmethod
    def log_in(server, name, password=PASSWORD):
        body = json.dumps({"username": name, "password": password})
        status, _, data = server.send("POST", "/api/v1/sessions", body, [("Content-Type", "application/json")])
        assert status == 201, data
        actor = Actor(server, name, json.loads(data)["access_token"])
        actor.refresh_token = json.loads(data)["refresh_token"]
        return actor

    def ask(self, method, path, body=None, headers=()):
        """Sends a request and returns its status, headers and body."""
        headers = [("Authorization", f"Bearer {self.token}"), *headers]
        return self.server.send(method, "/api/v1" + path, body, headers)

    def do(self, method, path, body=None, version=None, status=None):
        """Sends JSON and returns the JSON of the answer, which must be a good one."""
        headers = []
        if body is not None:
            headers.append(("Content-Type", "application/json"))
        if version == "new":
            headers.append(("If-None-Match", "*"))
        elif version is not None:
            headers.append(("If-Match", f'"{version}"'))
        text = None if body is None else json.dumps(body, ensure_ascii=False)
        got, _, data = self.ask(method, path, text and text.encode(), headers)
        assert got in ([status] if status else [200, 201, 204]), (method, path, body, got, data.decode())
        return json.loads(data) if data else None

    def get(self, path):
        return self.do("GET", path)

    def put(self, path, body, version=None):
        return self.do("PUT", path, body, version)

    def patch(self, path, body):
        version = self.get(path)["version"]
        return self.do("PATCH", path, body, version)


ONCE = []


def once(actor, path, body=None, version=None, kind="application/json"):
    """POSTs with a key, twice, and keeps the request with both replies."""
    key = f"golden-{len(ONCE) + 1:03}"
    text = body if body is None or isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    headers = {"Idempotency-Key": key}
    if text is not None:
        headers["Content-Type"] = kind
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    kept = {"who": actor.name, "path": path, "headers": headers, "body": text}
    for name in ("reply", "again"):
        status, answered, data = actor.ask("POST", path, text and text.encode(), headers.items())
        assert status in (200, 201), (path, text, status, data.decode())
        kept[name] = {"status": status}
        for header in ("Location", "ETag", "Idempotency-Replayed"):
            if answered[header] is not None:
                kept[name][header] = answered[header]
        kept[name]["body"] = json.loads(data)
    done = dict(kept["reply"]["body"])
    if done.get("secret"):
        # A webhook's secret follows from the key and a stored salt; it need not stand here.
        kept["reply"]["body"]["secret"] = done["secret"][:10] + "…"
    if kept["again"]["body"] == kept["reply"]["body"]:
        kept["again"]["body"] = "the same"
    ONCE.append(kept)
    return done


# --- A receiver of webhooks ----------------------------------------------------------------------

class Receiver(BaseHTTPRequestHandler):
    """Answers 204, or the status that the path ends with."""

    seen = []

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.seen.append(self.path)
        self.send_response(int(self.path.rsplit("/", 1)[1]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def wait_until(what, condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"waited in vain: {what}")


# --- What is played ------------------------------------------------------------------------------

def accounts(server):
    """The accounts and machine clients, with everything that is recorded of them."""
    first = server.folder / "first-password"
    first.write_text(FIRST_PASSWORD)
    server.run("user", "add", "admin", "--role", "admin", "--password-file", str(first))
    server.day("2021-03-10")
    begin = Actor.log_in(server, "admin", FIRST_PASSWORD)
    begin.put("/me/password", {"current_password": FIRST_PASSWORD, "new_password": PASSWORD})
    admin = Actor.log_in(server, "admin")
    area = {a["code"]: a["id"] for a in admin.get("/areas")["items"]}
    people = [
        ("commission", "发改委 王调度", {"role": "commission"}), ("auditor", "审计 孙核", {"role": "auditor"}),
        ("viewer", "市府办 刘阅", {"role": "viewer"}),
        ("dongying", "东营区 赵属地", {"role": "area", "area_id": area["dongying"]}),
        ("leaver", "将离任者", {"role": "viewer"}),
    ]
    for name, display, where in people:
        add_user(admin, name, display, where)
    leaver = next(u for u in admin.get("/users?limit=200")["items"] if u["username"] == "leaver")
    admin.patch(f"/users/{leaver['id']}", {"display_name": "已离任者"})
    admin.put(f"/users/{leaver['id']}/password", {"password": "another garden violin 58"})
    server.run("user", "disable", "leaver")
    clients(server, admin)
    sessions(server)
    return admin


def add_user(admin, name, display, where):
    once(admin, "/users", {"username": name, "display_name": display, "password": FIRST_PASSWORD, **where})
    new = Actor.log_in(admin.server, name, FIRST_PASSWORD)
    new.put("/me/password", {"current_password": FIRST_PASSWORD, "new_password": PASSWORD})


def clients(server, admin):
    scopes = ["projects:read", "summaries:read", "events:read"]
    made = once(admin, "/clients", {"name": "审批平台", "role": "commission", "scopes": scopes})
    path = f"/clients/{made['id']}"
    once(admin, f"{path}/secrets")
    old = admin.get(path)["secrets"][0]["id"]
    admin.do("DELETE", f"{path}/secrets/{old}")
    admin.patch(path, {"scopes": [*scopes, "projects:write"], "expires_at": "2099-12-31T00:00:00Z"})
    stale = once(admin, "/clients", {"name": "旧平台", "role": "viewer", "scopes": ["projects:read"]})
    server.run("client", "disable", stale["client_id"])


def sessions(server):
    """One log-out, and one refresh token that is used twice."""
    Actor.log_in(server, "viewer").do("DELETE", "/sessions/current")
    thief = Actor.log_in(server, "viewer")
    for status in (200, 401):
        body = json.dumps({"refresh_token": thief.refresh_token})
        headers = [("Content-Type", "application/json")]
        assert server.send("POST", "/api/v1/sessions/refresh", body, headers)[0] == status


def client_token(server):
    """The machine client's token, by the secret it was given last."""
    made = [kept for kept in ONCE if kept["path"].endswith("/secrets") and kept["path"].startswith("/clients/")][0]
    form = {"grant_type": "client_credentials", "client_id": made["reply"]["body"]["client_id"],
            "client_secret": made["reply"]["body"]["client_secret"]}
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    status, _, data = server.send("POST", "/api/v1/oauth/token", urllib.parse.urlencode(form), headers)
    assert status == 200, data
    return Actor(server, "审批平台", json.loads(data)["access_token"])


def reference(commission, admin):
    """Industries, areas, units, plans and rules; returns the units by a short name."""
    once(commission, "/industries", {"code": "low_altitude", "name": "低空", "group": "emerging"})
    commission.patch("/industries/low_altitude", {"name": "低空经济", "name_en": "Low-altitude economy"})
    once(commission, "/areas", {"code": "xcq", "name": "新城", "kind": "zone"})
    commission.patch("/areas/xcq", {"name": "新城区", "note": "2021 年设立"})
    kenli = commission.get("/areas/kenli")["id"]
    units = {}
    for short, name, kind in (("a", "甲科技有限公司", "enterprise"), ("b", "乙化工有限公司", "enterprise"),
                              ("land", "市自然资源局（示例）", "government")):
        body = {"name": name, "kind": kind, "credit_code_reason": "示例"}
        units[short] = once(commission, "/units", body)["id"]
    commission.patch(f"/units/{units['b']}", {"name": "乙新材料有限公司", "area_id": kenli})
    add_user(admin, "owner", "甲公司 钱填报", {"role": "unit", "unit_id": units["a"]})
    plans(commission)
    rules = {"effective_month": "2021-04", "green_from_points": "-3.00", "yellow_from_points": "-8.00",
             "start_yellow_months": 1, "start_red_months": 2, "milestone_yellow_days": 10, "milestone_red_days": 40,
             "reporting_yellow_missing": 1, "reporting_red_missing": 2, "reason": "二季度起收紧"}
    once(commission, f"/rules/{YEAR}/versions", rules)
    return units


def plans(commission):
    """A new plan of 2022, and the seeded one changed to what these projects can keep."""
    def envelope(industry, count, total, annual):
        return {"industry": industry, "project_count": count, "total_investment_wan": total,
                "annual_investment_wan": annual}
    lines = [envelope("next_gen_it", 3, "60000.00", "9000.00"), envelope("new_materials", 2, "40000.00", "6000.00"),
             envelope("high_end_chemicals", 2, "80000.00", "12000.00")]
    body = {"title": "2021年重点产业攻坚方案（示例）", "issuer": "东营市", "issued_on": "2021-02-28", "envelopes": lines,
            "industry_targets": [{"industry": "next_gen_it", "value_added_wan": "100000.00",
                                  "growth_min_percent": "8.50", "note": "示例"}]}
    commission.put(f"/plans/{YEAR}", body, commission.get(f"/plans/{YEAR}")["version"])
    body = {"title": "2022年重点产业攻坚方案（示例）", "issuer": "东营市", "issued_on": "2021-03-09",
            "document_number": "东政发〔2021〕9号", "envelopes": lines[:1]}
    commission.put("/plans/2022", body, "new")


PROJECTS = [
    # short name, name, industry, area, owner, total, planned start, actual start, a month's plan, visibility
    ("chips", "芯片封装示例项目", "next_gen_it", "dongying", "a", "20000.00", "2021-01-15", "2021-01-20", 250, "open"),
    ("cloud", "数据中心示例项目", "next_gen_it", "dongying", "a", "30000.00", "2021-02-01", "2021-02-05", 300, "open"),
    ("film", "光学膜示例项目", "new_materials", "kenli", "b", "15000.00", "2021-03-01", None, 200, "open"),
    ("resin", "树脂示例项目", "high_end_chemicals", "hekou", "b", "40000.00", "2020-11-01", "2020-11-11", 500, "open"),
    ("lab", "保密试验线示例项目", "new_materials", "kenli", None, "9000.00", "2021-01-01", "2021-01-05", 100, "restricted"),
    ("idle", "停建示例项目", "high_end_chemicals", "dongying", "b", "5000.00", "2021-05-01", None, 40, "open"),
]


def register(commission, client, units):
    """The projects with their units, plans and milestones; one by a machine, one by a file."""
    ids = {}
    for short, name, industry, area, owner, total, start, started, monthly, visibility in PROJECTS:
        body = {"name": name, "industry": industry, "area": area, "nature": "new_construction",
                "code_reason": "示例项目无代码", "total_investment_wan": total, "planned_start": start,
                "planned_finish": "2022-10-31", "stage": "construction" if started else "reserve",
                "actual_start": started, "registered_year": YEAR, "visibility": visibility}
        ids[short] = once(client if short == "resin" else commission, "/projects", body)["id"]
        path = f"/projects/{ids[short]}"
        items = [{"unit_id": units["land"], "role": "lead"}]
        if owner:
            items.append({"unit_id": units[owner], "role": "owner", "contact": "周工", "phone": "0546-0000000"})
        commission.put(f"{path}/units", {"items": items}, commission.get(path)["version"])
        plan = {"annual_investment_wan": f"{monthly * 12}.00", "months": [f"{monthly}.00"] * 12, "goal": "按计划推进"}
        commission.put(f"{path}/year-plans/{YEAR}", plan)
    row = {"name": "导入的示例项目", "industry": "next_gen_it", "area": "xcq", "nature": "new_construction",
           "total_investment_wan": "1000", "code_reason": "示例项目无代码", "planned_start": "2021-06-01"}
    file = f"{','.join(row)}\n{','.join(row.values())}\n"
    once(commission, "/imports?kind=projects", file, kind="text/csv")
    milestones(commission, ids)
    commission.patch(f"/projects/{ids['chips']}", {"leader": "李副市长", "content": "新建封装线两条"})
    return ids


def milestones(commission, ids):
    path = f"/projects/{ids['chips']}/milestones"
    first = once(commission, path, {"code": "land_use", "name": "用地批复", "class": "procedure",
                                    "baseline_date": "2021-03-20"})
    once(commission, path, {"code": "topping_out", "name": "主体封顶", "class": "construction",
                            "baseline_date": "2021-04-15", "weight": 3})
    commission.patch(f"{path}/{first['id']}", {"forecast_date": "2021-03-30", "reason": "材料补正"})
    body = {"code": "first_pour", "name": "首罐浇筑", "class": "construction", "baseline_date": "2021-02-10"}
    once(commission, f"/projects/{ids['resin']}/milestones", body)


def report(actor, project, month, completed, **other):
    path = f"/projects/{project}/reports/{month}"
    actor.put(path, {"completed_wan": completed, **other}, "new")
    return path


def filed(commission, project, month, completed, **other):
    """A report of the commission's own, submitted and confirmed."""
    path = report(commission, project, month, completed, **other)
    once(commission, f"{path}/submission")
    once(commission, f"{path}/confirmation")


def open_month(commission, month, opens, due):
    commission.put(f"/reporting-months/{month}", {"opens_on": opens, "due_on": due}, "new")


def raise_issue(actor, project, title, due, **other):
    body = {"title": title, "category": "land", "level": "county", "asked": f"请协调：{title}", "due_on": due, **other}
    return once(actor, f"/projects/{project}/issues", body)["id"]


def march(server, commission, owner, ids, units):
    server.day("2021-04-02")
    open_month(commission, "2021-03", "2021-03-25", "2021-04-04")
    commission.put("/reporting-months/2021-03", {"opens_on": "2021-03-25", "due_on": "2021-04-05"}, 1)
    # The owner's report is returned, put right and confirmed.
    path = report(owner, ids["chips"], "2021-03", "800.00", physical_percent="12.50", progress="基础完工")
    once(owner, f"{path}/submission")
    once(commission, f"{path}/return", {"reason": "与支付凭证不符，请核对"})
    version = owner.get(path)["version"]
    owner.put(path, {"completed_wan": "750.00", "physical_percent": "12.00", "funds_received_wan": "600.00"}, version)
    once(owner, f"{path}/submission")
    once(commission, f"{path}/confirmation")
    filed(commission, ids["cloud"], "2021-03", "0.00", zero_reason="等待设备到货", full_year_forecast_wan="3000.00")
    filed(commission, ids["resin"], "2021-03", "1700.50")
    filed(commission, ids["lab"], "2021-03", "300.00")
    milestone = commission.get(f"/projects/{ids['chips']}/milestones")["items"][0]
    commission.patch(f"/projects/{ids['chips']}/milestones/{milestone['id']}",
                     {"actual_date": "2021-03-28", "evidence": "东自然资〔2021〕12号"})
    body = {"light": "yellow", "reason": "设备已签约，集中结算", "from_month": "2021-03", "expires_on": "2021-05-31"}
    once(commission, f"/projects/{ids['cloud']}/light-overrides", body)
    body["light"], body["reason"] = "red", "误录，待撤回"
    word = once(commission, f"/projects/{ids['chips']}/light-overrides", body)
    once(commission, f"/projects/{ids['chips']}/light-overrides/{word['id']}/withdrawal")
    raise_issue(commission, ids["film"], "环评批复滞后", "2021-04-20", category="environment")
    server.day("2021-04-06")
    grant = {"unit_id": units["b"], "until": "2099-12-31T00:00:00Z", "reason": "经办人变更，申请延期"}
    once(commission, "/reporting-months/2021-03/grants", grant)
    filed(commission, ids["film"], "2021-03", "80.00", progress="迟报")
    once(commission, "/reporting-months/2021-03/closing")
    once(commission, "/reporting-months/2021-03/publication")


def issues(commission, owner, ids, units):
    """Every step an issue can take, in four issues that end in four states."""
    def step(name, issue, words, **other):
        project, number = issue
        return once(commission, f"/projects/{project}/issues/{number}/{name}", {"words": words, **other})

    lead = {"lead_unit_id": units["land"]}
    whole = (ids["chips"], raise_issue(owner, ids["chips"], "用地指标不足", "2021-05-10"))
    path = f"/projects/{whole[0]}/issues/{whole[1]}"
    old = owner.get(path)
    body = {name: old[name] for name in ("title", "category", "level", "asked", "due_on")}
    owner.put(path, {**body, "asked": "请协调 35 亩用地指标"}, old["version"])
    step("return", whole, "请补充地块坐标")
    once(owner, f"{path}/raising", {"words": "坐标已补充"})
    step("assignment", whole, "请牵头会商", **lead, unit_ids=[units["b"]], due_on="2021-05-15")
    step("work", whole, "指标已列入本月计划")
    step("proposal", whole, "指标已下达")
    step("clearance", whole, "同意销号")
    raised = (ids["resin"], raise_issue(commission, ids["resin"], "蒸汽管线接入", "2021-06-30", category="energy"))
    step("escalation", raised, "需市级统筹")
    worked = (ids["film"], commission.get(f"/projects/{ids['film']}/issues")["items"][0]["id"])
    step("assignment", worked, "请尽快办理", **lead)
    step("work", worked, "已受理")
    returned = (ids["lab"], raise_issue(commission, ids["lab"], "保密审查", "2021-05-31", level="city"))
    step("return", returned, "材料不全")
    return whole, raised, worked


def april(server, commission, owner, ids, units):
    server.day("2021-05-02")
    open_month(commission, "2021-04", "2021-04-25", "2021-05-05")
    body = {"amount_wan": "-50.00", "reason": "审计核减", "approver": "投资科"}
    once(commission, f"/projects/{ids['chips']}/reports/2021-03/restatements", body)
    whole, raised, worked = issues(commission, owner, ids, units)
    path = report(owner, ids["chips"], "2021-04", "260.25", issue_ids=[whole[1]], progress="一层结构")
    once(owner, f"{path}/submission")
    once(commission, f"{path}/confirmation")
    filed(commission, ids["resin"], "2021-04", "510.00", issue_ids=[raised[1]])
    filed(commission, ids["film"], "2021-04", "20.00", issue_ids=[worked[1]])
    months = ["500.00"] * 4 + ["400.00"] * 8
    plan = {"kind": "adjustment", "effective_month": "2021-05", "annual_investment_wan": "5200.00", "months": months,
            "document_number": "示例〔2021〕1号", "reason": "年中调整"}
    once(commission, f"/projects/{ids['resin']}/year-plans/{YEAR}/adjustments", plan)
    once(commission, f"/projects/{ids['film']}/transitions", {"stage": "construction", "on": "2021-04-28"})
    once(commission, f"/projects/{ids['idle']}/transitions",
         {"stage": "terminated", "on": "2021-05-02", "reason": "投资方退出"})
    server.day("2021-05-06")
    once(commission, "/reporting-months/2021-04/closing")
    once(commission, "/reporting-months/2021-04/publication")


def later(server, commission, ids):
    """May is closed and not yet published; June is open, with a draft."""
    server.day("2021-06-02")
    open_month(commission, "2021-05", "2021-05-25", "2021-06-05")
    for short, amount in (("chips", "240.00"), ("cloud", "900.00"), ("resin", "420.00"), ("film", "210.00")):
        filed(commission, ids[short], "2021-05", amount)
    body = {"amount_wan": "35.50", "reason": "漏报设备款", "approver": "投资科"}
    once(commission, f"/projects/{ids['cloud']}/reports/2021-04/restatements", body)
    server.day("2021-06-06")
    once(commission, "/reporting-months/2021-05/closing")
    server.day("2021-07-01")
    open_month(commission, "2021-06", "2021-06-25", "2021-07-05")
    report(commission, ids["chips"], "2021-06", "99.00")
    once(commission, f"{report(commission, ids['resin'], '2021-06', '380.00')}/submission")


def webhooks(commission, base):
    """One that works, one whose receiver fails, one whose receiver is gone, one that is deleted."""
    works = once(commission, "/webhooks", {"url": f"{base}/works/204", "kinds": ["roll_over.confirmed"]})
    path = f"/webhooks/{works['id']}"
    once(commission, f"{path}/test")
    wait_until("a message is delivered", lambda: states(commission, path) == ["delivered"])
    delivery = commission.get(f"{path}/deliveries")["items"][0]["id"]
    once(commission, f"{path}/deliveries/{delivery}/retry")
    wait_until("it is delivered again", lambda: states(commission, path) == ["delivered"] and len(Receiver.seen) == 2)
    once(commission, f"{path}/secrets")
    old = commission.get(path)["secrets"][0]["id"]
    commission.do("DELETE", f"{path}/secrets/{old}")
    commission.patch(path, {"kinds": ["roll_over.confirmed", "year_plan.entered"]})
    once(commission, "/webhooks", {"url": f"{base}/fails/503", "kinds": ["roll_over.confirmed"]})
    gone = once(commission, "/webhooks", {"url": f"{base}/gone/410", "kinds": ["roll_over.proposed"]})
    once(commission, f"/webhooks/{gone['id']}/test")
    wait_until("it is disabled", lambda: commission.get(f"/webhooks/{gone['id']}")["disabled_at"])
    short = once(commission, "/webhooks", {"url": f"{base}/deleted/204", "kinds": ["project.created"]})
    commission.do("DELETE", f"/webhooks/{short['id']}", version=short["version"])


def states(commission, path):
    return [d["state"] for d in commission.get(f"{path}/deliveries")["items"]]


def roll_over(commission, ids):
    once(commission, "/roll-overs/2022/proposal")
    commission.do("PATCH", f"/roll-overs/2022/lines/{ids['lab']}", {"included": False, "note": "缓建"}, 1)
    version = commission.get("/roll-overs/2022")["version"]
    once(commission, "/roll-overs/2022/confirmation", {"document_number": "示例〔2022〕3号"}, version)


def play(server, base):
    admin = accounts(server)
    commission = Actor.log_in(server, "commission")
    units = reference(commission, admin)
    owner = Actor.log_in(server, "owner")
    ids = register(commission, client_token(server), units)
    march(server, commission, owner, ids, units)
    april(server, commission, owner, ids, units)
    later(server, commission, ids)
    server.day(LAST_DAY)
    webhooks(commission, base)
    roll_over(commission, ids)
    hooks = [f"/webhooks/{h['id']}" for h in commission.get("/webhooks")["items"]]
    wait_until("what was queued was tried", lambda: all(
        d["attempts"] > 0 for h in hooks for d in commission.get(f"{h}/deliveries")["items"]))
    return ids


def head(actor):
    """The last sequence that was given."""
    return actor.get("/events?limit=1")["head"]


def count(server, table):
    with sqlite3.connect(server.folder / "major-projects.db") as database:
        return database.execute(f"select count(*) from {table}").fetchone()[0]


# --- What is written down ------------------------------------------------------------------------

def write_lines(file, values):
    text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def ordered(database):
    """The tables, each after those that it references."""
    names = [r[0] for r in database.execute("select name from sqlite_master where type = 'table' order by name")]
    names = [n for n in names if not n.startswith(("sqlite_", "__"))]
    needs = {n: {r[2] for r in database.execute(f"pragma foreign_key_list({n})")} - {n} for n in names}
    done = []
    while len(done) < len(names):
        done += [n for n in names if n not in done and needs[n] <= set(done)]
    return done


def dump(file, out):
    database = sqlite3.connect(file)
    database.row_factory = sqlite3.Row
    for number, table in enumerate(ordered(database), 1):
        rows = [dict(r) for r in database.execute(f"select * from {table} order by id")]
        write_lines(out / "tables" / f"{number:02}-{table}.jsonl", rows)
    ids = {r["name"]: r["seq"] for r in database.execute("select name, seq from sqlite_sequence order by name")}
    (out / "ids.json").write_text(json.dumps(ids, indent=1) + "\n")
    kinds = [r[0] for r in database.execute("select distinct kind from events order by kind")]
    (out / "kinds.txt").write_text("".join(f"{k}\n" for k in kinds))
    ran = [r[0] for r in database.execute("select version from __diesel_schema_migrations order by version")]
    (out / "migrations.txt").write_text("".join(f"{v}\n" for v in ran))
    database.close()


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(file):
    """Every sheet of a workbook as rows of text, numbers and null."""
    book = zipfile.ZipFile(io.BytesIO(file))
    shared = []
    if "xl/sharedStrings.xml" in book.namelist():
        for item in ET.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}si"):
            shared.append("".join(text.text or "" for text in item.iter(f"{SHEET}t")))
    sheets = []
    for number, sheet in enumerate(ET.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet"), 1):
        rows = []
        for cell in ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{SHEET}c"):
            letters, row = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.get("r")).groups()
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - 64
            value = cell.find(f"{SHEET}v")
            if value is None:
                continue
            value = shared[int(value.text)] if cell.get("t") == "s" else float(value.text)
            rows += [[] for _ in range(int(row) - len(rows))]
            rows[int(row) - 1] += [None] * (column - len(rows[int(row) - 1]))
            rows[int(row) - 1][column - 1] = value
        sheets.append({"name": sheet.get("name"), "rows": rows})
    return sheets


def answers(actors, ids, events):
    """What is asked at the end, by whom."""
    commission, asked = actors["commission"], []

    def ask(actor, path, headers=()):
        status, answered, data = actor.ask("GET", path, None, headers)
        assert status == 200, (actor.name, path, data)
        kept = {"who": actor.name, "path": path}
        if answered["ETag"]:
            kept["ETag"] = answered["ETag"]
        # The content of a bulletin is kept to the byte: its hash is over it.
        if "json" in answered["Content-Type"] and not path.endswith("/content"):
            kept["json"] = json.loads(data)
        elif answered["Content-Type"].endswith("spreadsheetml.sheet"):
            kept["sheets"] = cells(data)
        else:
            kept["text"] = data.decode("utf-8")
        asked.append(kept)
        return kept.get("json")

    ask(actors["auditor"], f"/events?after=0&limit={events}")
    ask(commission, f"/events?after=0&limit={events}&kind=issue.raised&format=cloudevents")
    bulletins = [b["month"] for b in ask(commission, "/bulletins")["items"]]
    for month in bulletins:
        path = f"/bulletins/{month}"
        for query in ("", "/content", "?format=html", "?format=xlsx", "/comparison"):
            ask(commission, path + query)
        for name in ("dongying", "viewer", "owner"):
            ask(actors[name], path)
    published(commission, ask, bulletins)
    for issue in commission.get("/issues?limit=200")["items"]:
        ask(commission, f"/projects/{issue['project_id']}/issues/{issue['id']}")
        ask(commission, f"/projects/{issue['project_id']}/issues/{issue['id']}/steps")
    projects = [p["id"] for p in ask(commission, "/projects?limit=200&sort=id")["items"]]
    for project in projects:
        ask(commission, f"/projects/{project}/history?limit=200")
        for part in ("", "/units", "/milestones", "/reports?limit=200", "/light-overrides"):
            ask(commission, f"/projects/{project}{part}")
    for project in (p for short, p in ids.items()):
        ask(commission, f"/projects/{project}/year-plans/{YEAR}")
    ask(commission, f"/projects/{ids['chips']}/reports/2021-03/restatements")
    for path in ("/plans/2021", "/plans/2022", "/rules/2021", "/roll-overs/2022", "/roll-overs/2022/lines",
                 "/reporting-months/2021-03/grants", "/webhooks", f"/digests?year={YEAR}", "/industries", "/areas"):
        ask(commission, path)
    for hook in commission.get("/webhooks")["items"]:
        ask(commission, f"/webhooks/{hook['id']}/deliveries")
    for path in ("/users?limit=200", "/clients?limit=200"):
        ask(actors["admin"], path)
    return asked


def published(commission, ask, bulletins):
    """Every summary as it was published, and some of them as a file."""
    paths = [
        "/summaries/commitments?year=2021", "/summaries/investment?year=2021&by=area&by=industry",
        "/summaries/investment?year=2021&by=unit&area=dongying", "/summaries/trend?year=2021&stage=construction",
        "/summaries/milestones?year=2021&by=area", "/summaries/lights?year=2021&by=industry",
        "/summaries/lights/projects?year=2021&light=yellow&light=red", "/summaries/rankings?year=2021&by=area",
        "/summaries/projects?year=2021&sort=-completed_wan",
    ]
    for month in bulletins:
        for path in paths:
            ask(commission, f"{path}&through={month}&as_of=published")
        ask(commission, f"/summaries/issues?by=category&month={month}&as_of=published")
    for path in paths[:2] + paths[5:6] + paths[8:]:
        ask(commission, f"{path}&as_of=published&format=csv")


def main():
    binary, out = os.path.abspath(sys.argv[1]), Path(sys.argv[2])
    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{receiver.server_port}"
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder, host)
        server.run("migrate")
        server.run("seed")
        try:
            ids = play(server, f"http://{host}")
            actors = {name: Actor.log_in(server, name) for name in ANSWERED}
            wait_until("everything is sealed", lambda: head(actors["auditor"]) == count(server, "events"))
            server.stop()
            server.run("verify")
            dump(server.folder / "major-projects.db", out)
            # Nothing is sent while this is asked, so that the answers are about what was dumped.
            server.environment["WEBHOOK_HOSTS"] = ""
            server.day(LAST_DAY)
            made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            asked = answers(actors, ids, count(server, "events"))
        finally:
            server.stop()
    write_lines(out / "once.jsonl", ONCE)
    write_lines(out / "answers.jsonl", asked)
    about = {"release": server_version(binary), "made_at": made_at, "today": LAST_DAY, "password": PASSWORD, "key": KEY}
    (out / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def server_version(binary):
    return subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]


if __name__ == "__main__":
    main()
