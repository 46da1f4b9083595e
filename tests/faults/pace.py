"""Spare the engine what it does again and again and AWS does not: a matrix starts many executions.

It reads the machine's definition for each execution and each path at each use, makes an SDK client
for each call of a state, and lists its own folders for each request. That costs more than all that
an execution does besides.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import jsonpath_ng.ext
from moto import backends
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils import boto_client, json_path


@contextmanager
def spared() -> Iterator[None]:
    with (
        _definitions_read_once(),
        _paths_read_once(),
        _clients_made_once(),
        _folders_listed_once(),
    ):
        yield


@contextmanager
def _definitions_read_once() -> Iterator[None]:
    parser: Any = AmazonStateLanguageParser
    parse_as_moto_does = parser.parse
    trees: dict[str, Any] = {}

    def parse(definition: str) -> tuple[Any, Any]:
        if definition not in trees:
            _, trees[definition] = parse_as_moto_does(definition)
        # What executions work with is made anew for each.
        return Preprocessor().visit(trees[definition]), trees[definition]

    parser.parse = staticmethod(parse)
    try:
        yield
    finally:
        parser.parse = staticmethod(parse_as_moto_does)


@contextmanager
def _paths_read_once() -> Iterator[None]:
    parse = jsonpath_ng.ext.parse
    jsonpath_ng.ext.parse = json_path.parse = cache(parse)
    try:
        yield
    finally:
        jsonpath_ng.ext.parse = json_path.parse = parse


@contextmanager
def _clients_made_once() -> Iterator[None]:
    make = boto_client.boto_client_for

    @cache
    def made(region: str, service: str) -> Any:
        client = make(region, service)
        # A connection that is kept is closed by the server in the end, which counts as a fault.
        client.meta.events.register("before-send", _close_afterwards)
        return client

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:  # noqa: ARG001
        return made(region, service)

    users = [module for module in list(sys.modules.values()) if _uses(module, make)]
    for module in users:
        module.boto_client_for = client_for  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in users:
            module.boto_client_for = make  # type: ignore[attr-defined]


@contextmanager
def _folders_listed_once() -> Iterator[None]:
    list_as_moto_does = backends.list_of_moto_modules
    listed = list(list_as_moto_does())
    backends.list_of_moto_modules = lambda: listed
    try:
        yield
    finally:
        backends.list_of_moto_modules = list_as_moto_does


def _uses(module: Any, make: Any) -> bool:
    return module.__name__.startswith("moto.stepfunctions") and (
        getattr(module, "boto_client_for", None) is make
    )


def _close_afterwards(request: Any, **_: Any) -> None:
    request.headers["Connection"] = "close"
