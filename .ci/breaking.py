"""Finds changes that break clients of the last release: breaking.py <released.json> <current.json>

`openapi-diff`, which CI runs as well, ignores parameters, enumeration values, statuses, media types, operation ids and
security. This script compares them too, and treats request and response schemas differently. Additions are allowed:
paths, operations, optional parameters and fields, response fields, enumeration values, statuses.

breaking.py --self-check <current.json> applies many breaking changes and fails unless each is found; then applies
many additions and fails if one is reported as breaking.
"""

import copy
import json
import sys

METHODS = ("get", "put", "post", "delete", "patch")
# Input constraints must not become stricter: (keyword, whether a smaller number is stricter).
BOUNDS = (("maxLength", True), ("maximum", True), ("maxItems", True),
          ("minLength", False), ("minimum", False), ("minItems", False))


# Breaks that were decided on, each with its reason.
ACCEPTED = {
    # An unknown kind matched no event: a reader who misspelt one followed an empty feed for ever.
    "GET /events query kind[]: only some codes are taken now",
    "GET /history query kind[]: only some codes are taken now",
    # A total may be unknown until construction; a budget of zero would be published as a fact.
    "GET /exports/oc4ids 200.projects[]: the field budget may be absent now",
    "GET /exports/oc4ids 200.projects[].budget: the field amount may be absent now",
}

# Besides one strong tag it takes weak tags, lists and `*`.
WIDER = " header If-Match: another pattern"


class Gate:
    def __init__(self, old, new):
        self.documents, self.found, self.seen = (old, new), [], set()

    def say(self, at, what):
        self.found.append(f"{at}: {what}")

    def resolve(self, side, value):
        while isinstance(value, dict) and "$ref" in value:
            target = self.documents[side]
            for part in value["$ref"].lstrip("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            value = target
        return value

    def flat(self, side, schema):
        """The schema with its `allOf` parts merged."""
        schema = self.resolve(side, schema)
        if "allOf" not in schema:
            return schema
        whole = {"properties": {}, "required": [], **{k: v for k, v in schema.items() if k != "allOf"}}
        for part in schema["allOf"]:
            part = self.flat(side, part)
            for key, value in part.items():
                if key == "properties":
                    whole["properties"] = {**whole["properties"], **value}
                elif key == "required":
                    whole["required"] = whole["required"] + value
                else:
                    whole.setdefault(key, value)
        return whole

    def schema(self, at, old, new, is_input):
        key = (json.dumps(old, sort_keys=True)[:400], json.dumps(new, sort_keys=True)[:400], is_input)
        if "$ref" in old:
            if key in self.seen:
                return
            self.seen.add(key)
        old, new = self.flat(0, old), self.flat(1, new)
        if old.get("type") != new.get("type"):
            return self.say(at, f"type {old.get('type')} became {new.get('type')}")
        if old.get("format") != new.get("format"):
            self.say(at, f"format {old.get('format')} became {new.get('format')}")
        narrower, wider = (old, new) if is_input else (new, old)
        if narrower.get("nullable") and not wider.get("nullable"):
            self.say(at, "null is not taken any more" if is_input else "may be null now")
        if is_input:
            self.narrowed(at, old, new)
        self.fields(at, old, new, is_input)
        if "items" in old:
            self.schema(f"{at}[]", old["items"], new.get("items", {}), is_input)
        for word in ("oneOf", "anyOf"):
            kinds = [json.dumps(kind, sort_keys=True) for kind in new.get(word, [])]
            for kind in old.get(word, []):
                if json.dumps(kind, sort_keys=True) not in kinds:
                    self.say(at, f"a choice of {word} is gone or another")

    def narrowed(self, at, old, new):
        for code in old.get("enum", []):
            if "enum" in new and code not in new["enum"]:
                self.say(at, f"the code {code} is not taken any more")
        if "enum" in new and "enum" not in old:
            self.say(at, "only some codes are taken now")
        if new.get("pattern") not in (None, old.get("pattern")):
            self.say(at, "another pattern")
        for word, smaller in BOUNDS:
            before, after = old.get(word), new.get(word)
            if after is not None and (before is None or (after < before if smaller else after > before)):
                self.say(at, f"{word} {before} became {after}")
        if old.get("additionalProperties") is not False and new.get("additionalProperties") is False:
            self.say(at, "unknown fields are refused now")

    def fields(self, at, old, new, is_input):
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name not in after:
                self.say(at, f"the field {name} is gone")
            else:
                self.schema(f"{at}.{name}", schema, after[name], is_input)
        was, now = set(old.get("required", [])), set(new.get("required", []))
        for name in sorted(now - was if is_input else was - now):
            self.say(at, f"the field {name} is required now" if is_input else f"the field {name} may be absent now")

    def parameters(self, at, path, operations):
        def all_of(side, path_item, operation):
            both = path_item.get("parameters", []) + operation.get("parameters", [])
            found = [self.resolve(side, parameter) for parameter in both]
            return {(one["in"], one["name"]): one for one in found}
        before, after = (all_of(side, path[side], operations[side]) for side in (0, 1))
        for key, old in before.items():
            name = f"{at} {key[0]} {key[1]}"
            if key not in after:
                self.say(name, "the parameter is gone")
                continue
            if after[key].get("required") and not old.get("required"):
                self.say(name, "the parameter is required now")
            self.schema(name, old.get("schema", {}), after[key].get("schema", {}), True)
        for key, new in after.items():
            if key not in before and new.get("required"):
                self.say(f"{at} {key[0]} {key[1]}", "a new parameter is required")

    def body(self, at, old, new):
        old, new = self.resolve(0, old or {}), self.resolve(1, new or {})
        if new.get("required") and not old.get("required"):
            self.say(at, "a body is required now")
        self.content(f"{at} body", old, new, True)

    def content(self, at, old, new, is_input):
        for kind, media in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                self.say(at, f"{kind} is gone")
            elif "schema" in media:
                self.schema(at, media["schema"], new["content"][kind].get("schema", {}), is_input)

    def operation(self, at, path, operations):
        old, new = operations
        if old.get("operationId") != new.get("operationId"):
            self.say(at, f"operation id {old.get('operationId')} became {new.get('operationId')}")
        security = [one.get("security", self.documents[side].get("security", [])) for side, one in enumerate(operations)]
        # What let a caller in must still do so; another way in is an addition.
        if security[1] and {} not in security[1] and (
                not security[0] or any(scheme not in security[1] for scheme in security[0])):
            self.say(at, "another security")
        self.parameters(at, path, operations)
        self.body(at, old.get("requestBody"), new.get("requestBody"))
        for status, response in old["responses"].items():
            here = f"{at} {status}"
            if status not in new["responses"]:
                if status.startswith("2"):
                    self.say(here, "the answer is gone")
                continue
            before, after = self.resolve(0, response), self.resolve(1, new["responses"][status])
            for header in before.get("headers", {}):
                if header not in after.get("headers", {}):
                    self.say(here, f"the header {header} is gone")
            self.content(here, before, after, False)

    def run(self):
        before, after = (document["paths"] for document in self.documents)
        for path, item in before.items():
            for method in METHODS:
                if method in item:
                    at, there = f"{method.upper()} {path}", after.get(path, {})
                    if method not in there:
                        self.say(at, "the operation is gone")
                    else:
                        self.operation(at, (item, there), (item[method], there[method]))
        return self.found


def parameter(document, name):
    return next(p for p in document["paths"]["/projects"]["get"]["parameters"] if p["name"] == name)


def breaks(document):
    """Breaking changes for the self-check: name and mutation."""
    paths, schemas = document["paths"], document["components"]["schemas"]
    listing, making = paths["/projects"]["get"], paths["/projects"]["post"]
    project, given = schemas["Project"], schemas["ProjectInput"]
    any_new = {"name": "x", "in": "query", "required": True, "schema": {"type": "string"}}
    return {
        "a path": lambda: paths.pop("/projects"),
        "an operation": lambda: paths["/projects"].pop("post"),
        "an operation id": lambda: listing.update(operationId="list_all"),
        "a parameter": lambda: listing["parameters"].remove(parameter(document, "q")),
        "a parameter required": lambda: parameter(document, "q").update(required=True),
        "a new required parameter": lambda: listing["parameters"].append(any_new),
        "a parameter's type": lambda: parameter(document, "limit")["schema"].update(type="string"),
        "a parameter's bound": lambda: parameter(document, "limit")["schema"].update(maximum=10),
        "a field of an answer": lambda: project["properties"].pop("name"),
        "a field of an answer optional": lambda: project["required"].remove("name"),
        "a field of an answer null": lambda: project["properties"]["name"].update(nullable=True),
        "a field's type": lambda: project["properties"]["name"].update(type="integer"),
        "a field taken": lambda: given["properties"].pop("content"),
        "a field demanded": lambda: given["required"].append("content"),
        "a new field demanded": lambda: (given["properties"].update(x={"type": "string"}), given["required"].append("x")),
        "a shorter text": lambda: given["properties"]["name"].update(maxLength=10),
        "another pattern": lambda: schemas["ReportInput"]["properties"]["completed_wan"].update(pattern="^[0-9]+$"),
        "a code taken": lambda: schemas["Stage"]["enum"].remove("reserve"),
        "a success": lambda: making["responses"].pop("201"),
        "a media type": lambda: listing["responses"]["200"]["content"].pop("text/csv"),
        "a header": lambda: making["responses"]["201"]["headers"].pop("ETag"),
        "security": lambda: paths["/sessions"]["post"].update(security=[{"bearer": []}]),
        "a way in taken": lambda: paths["/projects"]["get"].update(security=[{"x": []}]),
        "a page's item": lambda: schemas["ProjectPage"]["properties"]["items"].update(items={"type": "string"}),
    }


def additions(document):
    """Permitted additions for the self-check."""
    paths, schemas = document["paths"], document["components"]["schemas"]
    any_new = {"name": "x", "in": "query", "required": False, "schema": {"type": "string"}}
    return {
        "a path": lambda: paths.update({"/x": copy.deepcopy(paths["/projects"])}),
        "an optional parameter": lambda: paths["/projects"]["get"]["parameters"].append(any_new),
        "a field of an answer": lambda: schemas["Project"]["properties"].update(x={"type": "string"}),
        "a field always there": lambda: schemas["Project"]["required"].append("x"),
        "an optional field taken": lambda: schemas["ProjectInput"]["properties"].update(x={"type": "string"}),
        "a field not demanded any more": lambda: schemas["ProjectInput"]["required"].remove("name"),
        "a longer text": lambda: schemas["ProjectInput"]["properties"]["name"].update(maxLength=10_000),
        "a code": lambda: schemas["Stage"]["enum"].append("x"),
        "a failure": lambda: paths["/projects"]["get"]["responses"].update({"418": {"description": "x"}}),
        "another way in": lambda: paths["/projects"]["get"]["security"].append({"x": []}),
        "words": lambda: paths["/projects"]["get"].update(description="x", summary="x"),
    }


def self_check(document):
    for changes, should_break in ((breaks, True), (additions, False)):
        for name in changes(document):
            changed = copy.deepcopy(document)
            changes(changed)[name]()
            found = Gate(document, changed).run()
            if bool(found) != should_break:
                sys.exit(f"breaking: {name} was {'not found' if should_break else f'found: {found}'}")
    if Gate(document, document).run():
        sys.exit("breaking: a document breaks itself")
    print(f"breaking: the gate finds {len(breaks(document))} kinds of breaks and lets {len(additions(document))} kinds of additions pass")


def main():
    if sys.argv[1] == "--self-check":
        return self_check(json.load(open(sys.argv[2])))
    old, new = (json.load(open(file)) for file in sys.argv[1:])
    found = [what for what in Gate(old, new).run() if what not in ACCEPTED and not what.endswith(WIDER)]
    for what in found:
        print("breaking:", what)
    if found:
        sys.exit(f"breaking: {len(found)} changes break clients of the last release")
    print(f"breaking: nothing of the {len(old['paths'])} released paths")


main()
