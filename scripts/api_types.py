#!/usr/bin/env python3
"""Write the TypeScript types of the service's JSON out of its description; --check fails when they are stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "api")]
OUT = ROOT / "api/web/src/core/api-types.ts"
HEAD = "// The JSON of the service. Made by scripts/api_types.py out of its OpenAPI description: not to be edited.\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
Schema = dict[str, Any]


def main() -> int:
    """Write the file, or compare it."""
    from gridgeo.settings import Settings
    from gridgeo_api.main import create_app

    text = types_of(create_app(Settings(login_token=None)).openapi())
    if "--check" in sys.argv:
        if not OUT.is_file() or OUT.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{OUT.relative_to(ROOT)} is stale: run scripts/api_types.py\n")
            return 1
        return 0
    OUT.write_text(text, encoding="utf-8")
    return 0


def types_of(description: dict[str, Any]) -> str:
    """Return one type a model, and under Routes what every operation takes and answers."""
    models = description["components"]["schemas"]
    parts = [HEAD, *(_model(name, models[name]) for name in sorted(models)), _routes(description["paths"])]
    return "\n".join(parts)


def _model(name: str, schema: Schema) -> str:
    words = str(schema.get("description", "")).partition("\n")[0].replace("*/", "* /")
    comment = f"/** {words} */\n" if words else ""
    if schema.get("type") == "object" and "properties" in schema:
        return f"{comment}export interface {name} {_object(schema, 0)}\n"
    return f"{comment}export type {name} = {_type(schema, 0)};\n"


def _object(schema: Schema, depth: int) -> str:
    inside, end = "  " * (depth + 1), "  " * depth
    required = set(schema.get("required", ()))
    rows = [
        f"{inside}{_name(name)}{'' if name in required else '?'}: {_type(each, depth + 1)};"
        for name, each in schema["properties"].items()
    ]
    return "\n".join(["{", *rows, f"{end}}}"])


def _type(schema: Schema, depth: int) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several, joint in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if several in schema:
            return joint.join(dict.fromkeys(_type(each, depth) for each in schema[several]))
    if "const" in schema or "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type(schema | {"type": each}, depth) for each in kind)
    return _array(schema, depth) if kind == "array" else _record(schema, depth) if kind == "object" else _word(kind)


def _word(kind: object) -> str:
    return PLAIN.get(str(kind), "unknown")


def _array(schema: Schema, depth: int) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(each, depth) for each in schema['prefixItems'])}]"
    item = _type(schema.get("items", {}), depth)
    return f"({item})[]" if " " in item and not item.startswith(("{", "Record<")) else f"{item}[]"


def _record(schema: Schema, depth: int) -> str:
    if "properties" in schema:
        return _object(schema, depth)
    inner = schema.get("additionalProperties", True)
    return f"Record<string, {_type(inner, depth) if isinstance(inner, dict) else 'unknown'}>"


def _name(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def _routes(paths: dict[str, Any]) -> str:
    rows = []
    for path, methods in paths.items():
        for method, operation in methods.items():
            answers = [_json(operation["responses"].get(status)) for status in ("200", "201", "202")]
            answer = " | ".join(dict.fromkeys(each for each in answers if each)) or "unknown"
            body = _json(operation.get("requestBody")) or "never"
            asked = f'method: "{method.upper()}"; path: "{path}"; body: {body}; answer: {answer}'
            rows.append(f"  {operation['operationId']}: {{ {asked} }};")
    head = "/** What every operation takes and answers; unknown where it is not JSON. */"
    return "\n".join([head, "export interface Routes {", *sorted(rows), "}", ""])


def _json(part: Schema | None) -> str | None:
    """Return the type of the JSON of a body or an answer; None where there is none."""
    content = (part or {}).get("content", {})
    found = next((each for kind, each in content.items() if kind.endswith("json")), None)
    return None if found is None or "schema" not in found else _type(found["schema"], 1)


if __name__ == "__main__":
    sys.exit(main())
