"""Validates an OC4IDS package offline with the standard's own checker: check.py <package.json> [<folder>]

Fails on a validation error, an unknown field, a code outside a closed codelist, a project id without a registered form
of prefix, an empty value, an amount without a currency, or a reference to a missing party. Then introduces each of
these errors and fails unless it is found. With a folder that holds the published schema and codelists, does all of it
with those as well; with --published, validates with the schema at the publishers' site and fails if it is unreachable.
"""

import copy
import http.server
import json
import pathlib
import sys
import tempfile
import threading

import standard
from libcoveoc4ids.api import oc4ids_json_output
from libcoveoc4ids.config import LibCoveOC4IDSConfig


class Files(http.server.BaseHTTPRequestHandler):
    files: dict = {}

    def do_GET(self):
        text = self.files.get(self.path.lstrip("/"))
        self.send_response(200 if text is not None else 404)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *_):
        pass


def findings(package, config):
    """Findings of the checker that must not occur."""
    with tempfile.TemporaryDirectory() as folder:
        said = oc4ids_json_output(folder, json_data=package, lib_cove_oc4ids_config=config)
    found = [f"{json.loads(what)['message']}: {where[0]['path']}" for what, where in said["validation_errors"]]
    found += [f"unknown field: {path}" for path in said["additional_fields"]]
    found += [f"not in the closed codelist: {path} {what['values']}"
              for path, what in said["additional_closed_codelist_values"].items()]
    for check in said["conformance_checks"] + said["additional_checks"]:
        found.append(f"{check['check_id']}: {(check.get('paths') or check.get('path_values'))[0]}")
    found += [f"deprecated: {what}" for what in said["deprecated_fields"]]
    own = [f"{path}: {', '.join(what['values'])}" for path, what in said["additional_open_codelist_values"].items()]
    return found, own


def first(projects, field):
    return next(p for p in projects if p.get(field))


SPOILS = {
    "no publisher": lambda d: d.pop("publisher"),
    "no version": lambda d: d.pop("version"),
    "a date without time": lambda d: d.update(publishedDate="2021-07-01"),
    "no projects": lambda d: d.update(projects=[]),
    "a project twice": lambda d: d["projects"].append(d["projects"][0]),
    "no id": lambda d: d["projects"][0].pop("id"),
    "an unregistered prefix": lambda d: d["projects"][0].update(id="1"),
    "an unknown field": lambda d: d["projects"][0].update(leader="x"),
    "an unknown status": lambda d: d["projects"][0].update(status="construction"),
    "an unknown type": lambda d: d["projects"][0].update(type="new_construction"),
    "an empty text": lambda d: d["projects"][0].update(title=""),
    "a blank text": lambda d: d["projects"][0].update(title=" "),
    "an empty list": lambda d: d["projects"][0].update(sector=[]),
    "an amount as text": lambda d: d["projects"][0]["budget"]["amount"].update(amount="1.00"),
    "an amount without currency": lambda d: d["projects"][0]["budget"]["amount"].pop("currency"),
    "an unknown currency": lambda d: d["projects"][0]["budget"]["amount"].update(currency="RMB"),
    "a party that is not there": lambda d: first(d["projects"], "publicAuthority")["publicAuthority"].update(id="x"),
    "a milestone status": lambda d: first(d["projects"], "milestones")["milestones"][0].update(status="late"),
    "an observation without id": lambda d: first(d["projects"], "metrics")["metrics"][0]["observations"][0].pop("id"),
    "an impossible day": lambda d: first(d["projects"], "period")["period"].update(startDate="2021-02-30T00:00:00Z"),
}


def check(package, files, name):
    """Validates a package with these files of the standard, and spoilt ones."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    host = f"http://127.0.0.1:{server.server_port}/"
    Files.files = files(host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = LibCoveOC4IDSConfig({"schema_host": host, "schema_codelists": {"0.9": host}})

    found, own = findings(package, config)
    for what in sorted(set(found))[:20]:
        print("oc4ids:", what)
    if found:
        sys.exit(f"oc4ids: {len(found)} findings in {len(package['projects'])} projects")
    few = {**package, "projects": package["projects"][:3]}
    for field in ("publicAuthority", "milestones", "metrics", "period"):
        one = first(package["projects"], field)
        few["projects"] += [] if one in few["projects"] else [one]
    for what, spoil in SPOILS.items():
        spoilt = copy.deepcopy(few)
        spoil(spoilt)
        if not findings(spoilt, config)[0]:
            sys.exit(f"oc4ids: the check did not find {what}")
    server.shutdown()
    print(f"oc4ids, by the {name}: {len(package['projects'])} projects are valid; "
          f"{len(SPOILS)} spoilt packages were found out")
    print("oc4ids: codes of our own in open codelists:", "; ".join(own) or "none")


def main():
    package = json.load(open(sys.argv[1]))
    check(package, standard.files, "transcription")
    folders = [pathlib.Path(name) for name in sys.argv[2:] if not name.startswith("--")]
    for folder in folders:
        check(package, lambda host, folder=folder: standard.published(folder, host), "published schema")
    if "--published" in sys.argv:
        found, own = findings(package, LibCoveOC4IDSConfig())
        if found:
            sys.exit("oc4ids, by the schema at the site: " + "; ".join(found[:20]))


if __name__ == "__main__":
    main()
