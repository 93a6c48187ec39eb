"""A checker for the few words of JSON Schema that schema.json uses, and two of our own.

    type, enum, pattern, required, properties, items, minItems, anyOf      as in JSON Schema
    values    a schema for every value of an object (additionalProperties, for all)
    $ref      the name of a definition in $defs
"""

import json
import pathlib
import re

KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
         "null": type(None)}


def is_kind(value, kind):
    return isinstance(value, KINDS[kind]) and not (kind == "integer" and isinstance(value, bool))


class Schema:
    def __init__(self, path):
        self.top = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))

    def mistakes(self, value, schema=None, at="$"):
        """Lines that say where the value is not as the schema has it."""
        schema = self.top if schema is None else schema
        if "$ref" in schema:
            yield from self.mistakes(value, self.top["$defs"][schema["$ref"]], at)
        if "anyOf" in schema and all(any(self.mistakes(value, each, at)) for each in schema["anyOf"]):
            yield f"{at}: fits none of {len(schema['anyOf'])} schemas"
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(is_kind(value, kind) for kind in kinds):
            yield f"{at}: {type(value).__name__} instead of {kinds}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at}: {value!r} is none of {schema['enum']}"
        if "pattern" in schema and not (isinstance(value, str) and re.search(schema["pattern"], value)):
            yield f"{at}: {value!r} does not match {schema['pattern']}"
        if isinstance(value, dict):
            yield from self._object(value, schema, at)
        elif isinstance(value, list):
            yield from self._array(value, schema, at)

    def _object(self, value, schema, at):
        for key in schema.get("required", []):
            if key not in value:
                yield f"{at}: no {key}"
        for key, member in value.items():
            if key in schema.get("properties", {}):
                yield from self.mistakes(member, schema["properties"][key], f"{at}.{key}")
            if "values" in schema:
                yield from self.mistakes(member, schema["values"], f"{at}.{key}")

    def _array(self, value, schema, at):
        if len(value) < schema.get("minItems", 0):
            yield f"{at}: only {len(value)} items"
        for i, item in enumerate(value):
            if "items" in schema:
                yield from self.mistakes(item, schema["items"], f"{at}[{i}]")
