#!/usr/bin/env python3
"""Validates pipeline files against the JSON Schema that `videocraft schema` prints.

Usage: validate-pipelines.py SCHEMA FILE...

Prints one line of JSON per file: {"file": ..., "errors": [...]}; ends with 1 when there are errors.

PyYAML reads YAML 1.1, where `no` is a boolean, `12:30` is a number in base 60 and `0123` is octal. Pipeline files are
read by the declared type of each field, and editors (yaml-language-server) hand the schema what the core schema of
YAML 1.2 makes of a scalar (https://yaml.org/spec/1.2.2/#103-core-schema). So that is what is read here: null, true and
false, integers and numbers; everything else is text. The schema therefore allows a number or a boolean wherever text
is declared, as an unquoted 42 is text for VideoCraft and a number for an editor.
"""
import json
import re
import sys

import jsonschema
import yaml


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2 core schema."""

    yaml_implicit_resolvers = {}


def integer(loader, node):
    text = node.value
    for prefix, base in (("0o", 8), ("0x", 16)):
        if text.startswith(prefix):
            return int(text[2:], base)
    return int(text, 10)


def number(loader, node):
    text = node.value.lower()
    if text.endswith(".inf"):
        return float(text.replace(".inf", "inf"))
    return float("nan") if text == ".nan" else float(text)


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", list("~nN") + [""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN",
        list("-+.0123456789"),
    ),
):
    CoreLoader.add_implicit_resolver(
        "tag:yaml.org,2002:" + tag, re.compile("^(?:" + pattern + ")$"), first
    )
CoreLoader.add_constructor("tag:yaml.org,2002:int", integer)
CoreLoader.add_constructor("tag:yaml.org,2002:float", number)


def main(schema_path, *paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = False
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = yaml.load(file, Loader=CoreLoader)
        errors = [
            "/".join(str(step) for step in error.absolute_path) + ": " + error.message[:200]
            for error in validator.iter_errors(document)
        ]
        failed = failed or bool(errors)
        print(json.dumps({"file": path, "errors": errors}))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("Usage: validate-pipelines.py SCHEMA FILE...")
    sys.exit(main(*sys.argv[1:]))
