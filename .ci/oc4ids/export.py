"""Exports a register as an OC4IDS package: export.py <api> <accounts> <package.json>

First registers a project of every stage and nature with all optional data, so that the package contains every field
of the export.
"""

import json
import sys
import urllib.request

api, accounts, target = sys.argv[1:]


def ask(method, path, body=None, **headers):
    request = urllib.request.Request(api + path, json.dumps(body).encode() if body is not None else None,
                                     {"Content-Type": "application/json", **headers}, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


account = next(a for a in json.load(open(accounts)) if a["role"] == "commission")
session = json.loads(ask("POST", "/sessions", {k: account[k] for k in ("username", "password")}))
bearer = {"Authorization": f"Bearer {session['access_token']}"}


def do(method, path, body=None, **headers):
    return json.loads(ask(method, path, body, **bearer, **headers))


authority = do("POST", "/units", {"name": "某市水务局", "kind": "government"})["id"]
firm = do("POST", "/units", {"name": "某公司", "kind": "enterprise", "credit_code": "91350100M000100Y43"})["id"]
CODES = ["2111-522323-04-01-342068", "2411-130202-89-01-637015", "2602-411102-04-04-398932", "2020-370502-26-03-123456"]
for number, (stage, nature, steps) in enumerate([
    ("planned", "new_construction", []), ("reserve", "expansion", []), ("construction", "renovation", []),
    ("construction", "relocation", ["completed"]), ("construction", "restoration", ["completed", "operating"]),
    ("construction", "purchase", ["terminated"]), ("planned", "continuation", []),
    ("reserve", "alteration_and_expansion", []),
]):
    started = stage == "construction"
    project = do("POST", "/projects", {
        "name": f"合规检查项目{number}示例", "industry": "modern_marine", "area": "dyg_edz", "stage": stage,
        "nature": nature, "registered_year": 2021,
        "total_investment_wan": None if nature == "continuation" else "999999999.999999",
        "location": "某路 1 号", "contractor": "某建设公司", "contract_sum_wan": "1.00", "phase": "一期", "remarks": "备注",
        "code": CODES[number] if number < len(CODES) else None, "code_reason": "" if number < len(CODES) else "示例",
        "content": "堤防\n\"加固\"", "longitude": "118.674700", "latitude": "-0.000001", "leader": "某领导",
        **({"planned_start": "2021-01-10", "planned_finish": "2021-12-31", "actual_start": "2021-01-12",
            "planned_operation": "2022-01-01"} if started else {})})
    path = f"/projects/{project['id']}"
    units = [{"unit_id": authority, "role": "owner", "contact": "某人", "phone": "0546-8888888"}]
    units += [{"unit_id": firm, "role": role} for role in ("owner", "lead", "support", "territory", "regulator")]
    project = do("PUT", path + "/units", {"items": units}, **{"If-Match": f'"{project["version"]}"'})
    ids = [{"system": "省级平台", "value": f"SL-{number}"}]
    do("PUT", path + "/external-ids", {"items": ids}, **{"If-Match": f'"{project["version"]}"'})
    for place, code in enumerate(["project_approval", "tender", "start", "completion_acceptance", "own_step"]):
        do("POST", path + "/milestones", {"code": code, "name": code, "class": "construction" if place > 1 else "procedure",
                                          "baseline_date": f"2021-0{place + 4}-01"})
    for step in steps:
        do("POST", path + "/transitions", {"stage": step, "on": "2021-06-30", "reason": "示例"})
    if started:
        body = {"amount_wan": "12.345678", "reason": "审计核增", "approver": "某科"}
        do("POST", path + "/reports/2021-03/restatements", body)

package = ask("GET", "/exports/oc4ids?year=2021", **bearer)
open(target, "wb").write(package)
text = package.decode()
assert '"amount":9999999999999.99,' in text, "an amount lost digits"
assert not [word for word in ("某领导", "某人", "0546-8888888") if word in text], "a person is in it"
statuses = {project["status"] for project in json.loads(text)["projects"]}
assert len(statuses) == 6, statuses
print(f"export: {len(json.loads(text)['projects'])} projects, {len(package)} bytes")
