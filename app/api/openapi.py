"""The API's description, made of the models that check its requests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.questions import Health, Items, Neighbours, Newcomer, NewItem, Problem, Question, Recommend

_REF = "#/components/schemas/{model}"


@dataclass(frozen=True)
class Route:
    """One thing that can be asked.

    Attributes:
        question: None: nothing is sent.
        methods: GET takes the question's fields as parameters, POST as JSON.
    """

    path: str
    summary: str
    question: type[Question] | None
    answer: type[BaseModel] | None
    methods: tuple[str, ...] = ("GET", "POST")


ROUTES = (
    Route("/recommend", "Items for a user or a history.", Recommend, Items),
    Route("/neighbours", "Items that are alike.", Neighbours, Items),
    Route("/new-item", "What a new item is taken for, and who would see it.", NewItem, Newcomer, ("POST",)),
    Route("/health", "Whether the server answers.", None, Health, ("GET",)),
    Route("/metrics", "Counters, as Prometheus reads them.", None, None, ("GET",)),
    Route("/openapi.json", "This description.", None, None, ("GET",)),
)
STATUSES = {
    "400": "The question cannot be answered as it was asked.",
    "401": "A token is asked for.",
    "403": "Asked under another name, or from another site.",
    "404": "No such dataset or Run.",
    "408": "The body did not come.",
    "413": "The request is too large.",
    "415": "Not JSON.",
    "503": "Too many questions wait already.",
}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    models = [one for route in ROUTES for one in (route.question, route.answer) if one] + [Problem]
    _, schemas = models_json_schema([(one, "validation") for one in dict.fromkeys(models)], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "LEARN Explorer", "version": _version(), "description": "Recommendations, as JSON."},
        "servers": [{"url": "/api"}],
        "paths": {
            route.path: {method.lower(): _operation(route, method, schemas["$defs"]) for method in route.methods}
            for route in ROUTES
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(route: Route, method: str, schemas: dict[str, Any]) -> dict[str, Any]:
    kind = "text/plain" if route.path == "/metrics" else "application/json"
    schema = _reference(route.answer) if route.answer else {"type": "string" if kind == "text/plain" else "object"}
    failed = {"content": {"application/json": {"schema": _reference(Problem)}}}
    found: dict[str, Any] = {
        "operationId": f"{method.lower()}_{route.path.strip('/').replace('-', '_').replace('.', '_')}",
        "summary": route.summary,
        "responses": {
            "200": {"description": "The answer.", "content": {kind: {"schema": schema}}},
            **{status: {"description": words, **failed} for status, words in STATUSES.items()},
        },
    }
    if route.question is not None and method == "POST":
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(route.question)}},
        }
    elif route.question is not None:
        fields = schemas[route.question.__name__]
        found["parameters"] = [
            {"name": name, "in": "query", "required": name in fields.get("required", ()), "schema": schema}
            for name, schema in fields["properties"].items()
        ]
    return found


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _version() -> str:
    try:
        return version("learn-explorer")
    except PackageNotFoundError:  # a clone that was not installed
        return "0"
