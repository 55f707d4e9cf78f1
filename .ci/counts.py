#!/usr/bin/env python3
"""Counts what makes the sources easy or hard to live in, and prints one line per count.

With --check it fails when a count is above its limit. Tests at the end of a file are left out;
circles follow the rules of tests/api/modules.rs.
"""

import argparse
import re
import statistics
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Words that stand where a term of the field should.
RIDDLES = [
    "whoever", "whatever", "what came of", "as far as", "may know of", "the first first", "in sight",
]

# Largest allowed count, by name.
LIMITS = {
    "functions with tuple arguments": 5,
    "lets of tuples": 20,
    "circles between folders": 0,
    "files in the largest circle": 3,
    "riddle words in comments": 0,
    "riddle words in the document": 0,
}

OPEN, CLOSE = "([{<", ")]}>"


def without_tests(text):
    return text.split("#[cfg(test)]")[0]


def without_comments(text):
    return "\n".join(line.split("//")[0] for line in text.splitlines())


def closing(code, start):
    """Index of the bracket that closes the one at `start`; an arrow closes nothing."""
    depth = 0
    for at in range(start, len(code)):
        if code[at] in OPEN:
            depth += 1
        elif code[at] in CLOSE and code[at - 1] not in "-=":
            depth -= 1
            if depth == 0:
                return at
    return len(code)


def split_outside(text, mark):
    """Splits at `mark`, but not inside brackets."""
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] in OPEN:
            at = closing(text, at)
        elif text[at] == mark:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    parts.append(text[start:])
    return parts


def functions(code):
    """Name, arguments and number of lines of each function."""
    for found in re.finditer(r"\bfn\s+(\w+)", code):
        at = found.end()
        if code[at:at + 1] == "<":
            at = closing(code, at) + 1
        if code[at:at + 1] != "(":
            continue
        end = closing(code, at)
        body = re.compile(r"[{;]").search(code, end)
        lines = 1
        if body and body.group() == "{":
            # Bodies are formatted: the closing brace stands under the first letter.
            line = code.rfind("\n", 0, found.start()) + 1
            indent = re.match(r"\s*", code[line:]).group().split("\n")[-1]
            last = code.find(f"\n{indent}}}", body.start())
            one_line = "\n" not in code[body.start():closing_brace(code, body.start())]
            if not one_line and last > 0:
                lines = code.count("\n", found.start(), last + 1) + 1
        yield found.group(1), split_outside(code[at + 1:end], ","), lines


def closing_brace(code, start):
    depth = 0
    for at in range(start, len(code)):
        if code[at] == "{":
            depth += 1
        elif code[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(code)


def is_tuple(argument):
    """Whether an argument's type is a tuple or a reference to one."""
    kind = split_outside(argument.replace("::", "  "), ":")[1:]
    kind = re.sub(r"^(&\s*('\w+\s+)?(mut\s+)?)+", "", kind[0].strip()) if kind else ""
    return kind.startswith("(") and not kind.startswith("()")


def read_modules():
    texts = {}
    for path in sorted((ROOT / "src").rglob("*.rs")):
        parts = list(path.relative_to(ROOT / "src").with_suffix("").parts)
        if parts[-1] == "mod":
            parts.pop()
        texts["::".join(parts)] = path.read_text(encoding="utf-8")
    return texts


def flatten(prefix, tree, paths):
    """`a::{b, c::{d}}` becomes `a::b`, `a::c::d`."""
    tree = tree.strip()
    head, brace, body = tree.partition("{")
    if not brace:
        paths.append(prefix + tree)
        return
    for part in split_outside(body.rpartition("}")[0], ","):
        if part.strip():
            flatten(prefix + head, part, paths)


def resolve(module, path, known):
    segments = [part.strip() for part in path.split(" as ")[0].strip().split("::")]
    base = module.split("::")
    if segments[0] == "crate":
        base, segments = [], segments[1:]
    while segments and segments[0] in ("self", "super"):
        if segments.pop(0) == "super" and base:
            base.pop()
    base += segments
    for length in range(len(base), 0, -1):
        if "::".join(base[:length]) in known:
            return "::".join(base[:length])
    return None


def graph_of(texts):
    """Which module names which."""
    graph = {}
    for module, text in texts.items():
        code = without_comments(without_tests(text))
        code = re.sub(r"^[ \t]*(pub(\([^)]*\))? )?", "", code, flags=re.MULTILINE)
        paths = []
        for index, part in enumerate(f"\n{code}".split("\nuse ")):
            tree, semicolon, rest = part.partition(";")
            if index > 0 and semicolon:
                flatten("", tree, paths)
                part = rest
            paths += re.findall(r"(?:crate|super)::[\w:]*", part)
        graph[module] = {resolve(module, path, texts) for path in paths} - {None, module}
    return graph


def folders_of(graph):
    def folder(module):
        return "::".join(module.split("::")[:2])

    folders = defaultdict(set)
    for module, named in graph.items():
        folders[folder(module)] |= {folder(name) for name in named} - {folder(module)}
    return folders


def circles(graph):
    """Groups of nodes that reach each other."""
    reach = {}
    for node in graph:
        reached, waiting = set(), list(graph[node])
        while waiting:
            following = waiting.pop()
            if following not in reached:
                reached.add(following)
                waiting += graph[following]
        reach[node] = reached
    found = {frozenset(other for other in reach[node] if node in reach[other]) for node in reach if node in reach[node]}
    return sorted(sorted(circle) for circle in found if len(circle) > 1)


def riddles_in(where, lines):
    for number, line in lines:
        for word in RIDDLES:
            if re.search(rf"\b{word}\b", line, re.IGNORECASE):
                yield f"{where}:{number}: {word}"


def count():
    texts = read_modules()
    graph = graph_of(texts)
    tuples, lets, comments, long_functions, public = [], [], [], [], 0
    for module, text in texts.items():
        tested = without_tests(text)
        code = without_comments(tested)
        for name, arguments, lines in functions(code):
            if any(is_tuple(argument) for argument in arguments):
                tuples.append(f"{module}::{name}")
            if lines > 40:
                long_functions.append(f"{module}::{name}: {lines} lines")
        for found in re.finditer(r"\blet \([^=;]*\)\s*(?::[^=]*)?=\s*\(", code):
            lets.append(f"{module}: {' '.join(found.group().split())}")
        public += len(re.findall(r"^\s*pub (?=\w)", code, re.MULTILINE))
        remarks = [(n, line[line.index("//"):]) for n, line in enumerate(text.splitlines(), 1) if "//" in line]
        comments += riddles_in(module, remarks)
    document = (ROOT / "openapi/openapi.json").read_text(encoding="utf-8")
    lengths = {module: text.count("\n") for module, text in texts.items()}
    folders = circles(folders_of(graph))
    files = circles(graph)
    return {
        "files": (len(texts), []),
        "lines": (sum(lengths.values()), []),
        "lines of the median file": (int(statistics.median(lengths.values())), []),
        "files over 300 lines": listed(f"{m}: {n} lines" for m, n in lengths.items() if n > 300),
        "functions over 40 lines": listed(long_functions),
        "functions with tuple arguments": listed(tuples),
        "lets of tuples": listed(lets),
        "circles between folders": listed(", ".join(circle) for circle in folders),
        "circles of files": listed(", ".join(circle) for circle in files),
        "files in the largest circle": (max(map(len, files), default=0), []),
        "riddle words in comments": listed(comments),
        "riddle words in the document": listed(riddles_in("openapi.json", enumerate(document.splitlines(), 1))),
        "public items and fields": (public, []),
    }


def listed(found):
    found = list(found)
    return len(found), found


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="fail when a count is above its limit")
    arguments.add_argument("--list", action="store_true", help="name each place that is counted")
    options = arguments.parse_args()
    failed = False
    for name, (number, places) in count().items():
        limit = LIMITS.get(name)
        above = limit is not None and number > limit
        failed |= above
        bound = "" if limit is None else f"  (limit {limit}{', ABOVE IT' if above else ''})"
        print(f"{number:7}  {name}{bound}")
        if options.list or (options.check and above):
            for place in places:
                print(f"           {place}")
    return 1 if options.check and failed else 0


if __name__ == "__main__":
    sys.exit(main())
