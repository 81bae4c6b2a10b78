"""An OpenAPI description as a person reads it: calls, what they take, what they answer."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
_SHAPES = "#/components/schemas/"


@dataclass(frozen=True)
class Field:
    """One value: its name, what it may be, and the shape behind it if that has its own entry."""

    name: str
    kind: str
    shape: str
    is_required: bool
    says: str


@dataclass(frozen=True)
class Answer:
    """One status: what it means, and an example of its body."""

    status: str
    says: str
    shape: str
    example: str

    @property
    def is_refusal(self) -> bool:
        return self.status >= "400"


@dataclass(frozen=True)
class Call:
    """One operation. `anchor` is what a link to it ends with."""

    name: str
    anchor: str
    method: str
    path: str
    title: str
    says: str
    parameters: list[Field]
    body: str
    example: str
    answers: list[Answer]


@dataclass(frozen=True)
class Shape:
    """One object or list of words that calls exchange."""

    name: str
    says: str
    fields: list[Field]
    words: list[str]


def read_calls(description: Json) -> list[Call]:
    """Return the operations in the order of their paths."""
    return [
        _call(operation, method, path)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def read_shapes(description: Json) -> list[Shape]:
    """Return what the operations exchange, by name."""
    return [
        Shape(name, shape.get("description", ""), list(_fields(shape)), shape.get("enum", []))
        for name, shape in description["components"]["schemas"].items()
    ]


def _call(operation: Json, method: str, path: str) -> Call:
    title, _, rest = operation["description"].partition("\n\n")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = operation["operationId"]
    return Call(
        name=name,
        anchor=f"operations-{operation['tags'][0]}-{name}",
        method=method.upper(),
        path=path,
        title=title,
        says=rest,
        parameters=[_parameter(one) for one in operation.get("parameters", [])],
        body=_referred(body.get("schema", {})),
        example=_example(body),
        answers=[_answer(*answer) for answer in operation["responses"].items()],
    )


def _parameter(parameter: Json) -> Field:
    return Field(
        name=parameter["name"],
        kind=f"{parameter['in']}, {_kind(parameter['schema'])}",
        shape="",
        is_required=parameter.get("required", False),
        says=parameter.get("description", ""),
    )


def _answer(status: str, answer: Json) -> Answer:
    content: Json = next(iter(answer.get("content", {}).values()), {})
    schema = content.get("schema", {})
    return Answer(status, answer["description"], _referred(schema), _example(content))


def _example(content: Json) -> str:
    for example in content.get("examples", {}).values():
        return json.dumps(example["value"], indent=2, ensure_ascii=False)
    return ""


def _fields(shape: Json) -> Iterator[Field]:
    required = shape.get("required", [])
    for name, schema in shape.get("properties", {}).items():
        yield Field(
            name=name,
            kind=_kind(schema),
            shape=_referred(schema),
            is_required=name in required,
            says=schema.get("description", ""),
        )


def _kind(schema: Json) -> str:
    """Say in a few words what a value may be: "list of Line, at most 500"."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_SHAPES)
    if choices := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(_kind(choice) for choice in choices)
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {_kind(schema['items'])}{most}"
    kinds = schema.get("type", "any")
    words = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return f"{words} ({schema['format']})" if "format" in schema else words


def _referred(schema: Json) -> str:
    """Return the name of the shape that a value, or its items, is made of."""
    inner = [schema, schema.get("items", {}), *schema.get("oneOf", []), *schema.get("allOf", [])]
    named = (one["$ref"].removeprefix(_SHAPES) for one in inner if "$ref" in one)
    return next(named, "")
