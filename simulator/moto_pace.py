"""Spare moto what it does again and again, and AWS does not.

Without this a search of a full pool of 10,000 PINs takes longer than the agent's click can wait,
and the engine spends on its own bookkeeping more than an execution takes besides. None of it
changes what is answered.
"""

import os
import sys
from functools import cache
from typing import Any

import jsonpath_ng.ext
from moto import backends
from moto.core.serialize import AttributePicker
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils import boto_client, json_path

_pick_slowly = AttributePicker.__call__
_parse: Any = AmazonStateLanguageParser.parse
_make_client = boto_client.boto_client_for


def quicken() -> None:
    if AttributePicker.__call__ is _pick:
        return
    AttributePicker.__call__ = _pick  # type: ignore[method-assign] # what this module is for
    AmazonStateLanguageParser.parse = staticmethod(_read_definition)  # type: ignore[method-assign]
    for user in (jsonpath_ng.ext, json_path, result_path):
        user.parse = cache(user.parse)  # type: ignore[attr-defined]
    backends.list_of_moto_modules = cache(lambda: list(_modules()))
    for module in list(sys.modules.values()):
        if getattr(module, "boto_client_for", None) is _make_client:
            module.boto_client_for = _client  # type: ignore[attr-defined]


_modules = backends.list_of_moto_modules


def _pick(self: AttributePicker, context: Any) -> Any:
    """Look once for a member of an attribute's value, which is spelled as DynamoDB spells it.

    moto looks for ten members under several spellings each.
    """
    of = getattr(context.shape, "parent", None)
    if of is not None and of.name == "AttributeValue" and isinstance(context.obj, dict):
        return context.obj.get(context.key)
    return _pick_slowly(self, context)


def _read_definition(definition: str) -> tuple[Any, Any]:
    """Read each definition once; what an execution works with is made anew for each."""
    tree = _tree(definition)
    return Preprocessor().visit(tree), tree


@cache
def _tree(definition: str) -> Any:
    return _parse(definition)[1]


def _client(region: str, service: str, state_credentials: Any = None) -> Any:  # noqa: ARG001
    """Make one SDK client for all calls of the states to a service, not one for each call."""
    return _client_of(os.environ["MOTO_PORT"], region, service)


@cache
def _client_of(_port: str, region: str, service: str) -> Any:
    client = _make_client(region, service)
    # A connection that is kept is closed by the server in the end, which counts as a fault.
    client.meta.events.register("before-send", _close_afterwards)
    return client


def _close_afterwards(request: Any, **_: Any) -> None:
    request.headers["Connection"] = "close"
