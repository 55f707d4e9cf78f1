"""Generates clients of the OpenAPI 3.1 document with openapi-generator: generators.py <openapi.json> <folder> [tsc]

A generator may exit with 0 after it lost operations or wrote code that does not compile. This script fails when an
operation of the document is not in the generated code, when a file was written over, when a name had to be changed, or
when Go would have one constant twice. It compiles what it has a compiler for: Python, and TypeScript with `tsc`.
"""

import collections
import compileall
import json
import re
import subprocess
import sys
from pathlib import Path


def pascal(name):
    return "".join(word.capitalize() for word in name.split("_"))


def camel(name):
    return name[0] + pascal(name)[1:]


# Generator, suffix of its sources, and how it declares an operation.
GENERATORS = {
    "csharp": (".cs", lambda name: f" {pascal(name)}Async("),
    "go": (".go", lambda name: f" {pascal(name)}Execute("),
    "java": (".java", lambda name: f" {camel(name)}("),
    "python": (".py", lambda name: f"def {name}("),
    "rust": (".rs", lambda name: f"pub async fn {name}("),
    "typescript-fetch": (".ts", lambda name: f"async {camel(name)}("),
}


def generate(document, folder):
    configs = []
    for generator in GENERATORS:
        config = folder / f"{generator}.json"
        config.write_text(json.dumps({"generatorName": generator, "inputSpec": str(document),
                                      "outputDir": str(folder / generator)}))
        configs.append(str(config))
    done = subprocess.run(["openapi-generator-cli", "batch", *configs], capture_output=True, text=True)
    log = done.stdout + done.stderr
    wrong = [line for line in log.splitlines()
             if "FILEPATH_COLLISION" in line or "cannot be used as model name" in line or "ERROR" in line]
    if done.returncode or wrong:
        sys.exit("\n".join(wrong or log.splitlines()[-20:]))


def sources(folder, suffix):
    return "\n".join(path.read_text(errors="replace") for path in sorted(folder.rglob(f"*{suffix}")))


def main():
    document, folder, *tsc = (Path(argument).resolve() for argument in sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    paths = json.loads(document.read_text())["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()
             if isinstance(operation, dict) and "operationId" in operation]
    generate(document, folder)
    for generator, (suffix, declared) in GENERATORS.items():
        text = sources(folder / generator, suffix)
        lost = [name for name in names if declared(name) not in text]
        if lost:
            sys.exit(f"{generator}: lost {len(lost)} of {len(names)} operations: {', '.join(lost)}")
    blocks = re.findall(r"^const \((.*?)^\)", sources(folder / "go", ".go"), re.S | re.M)
    constants = collections.Counter(name for block in blocks for name in re.findall(r"^\t(\w+) ", block, re.M))
    twice = [name for name, count in constants.items() if count > 1]
    if twice:
        sys.exit(f"go: constants of one name: {', '.join(twice)}")
    # The generator writes the messages to receivers without types, into a module that nothing imports.
    if not compileall.compile_dir(folder / "python", quiet=1, rx=re.compile("webhook_messages_api")):
        sys.exit("python: does not compile")
    for compiler in tsc:
        options = {"target": "es2022", "lib": "es2022,dom", "module": "es2022", "moduleResolution": "bundler",
                   "typeRoots": str(folder / "none")}
        arguments = [argument for name, value in options.items() for argument in (f"--{name}", value)]
        subprocess.run([compiler, "--strict", "--noEmit", *arguments, folder / "typescript-fetch" / "index.ts"], check=True)
    print(f"generators: {len(names)} operations in each of {', '.join(GENERATORS)}; {len(constants)} constants in go")


main()
