"""Answers in pages. botocore's paginators tell which list of an answer is cut."""

import base64
import binascii
import functools
import hashlib
import json
from typing import Any

import botocore.session

from simulator.connect_api.errors import ApiError
from simulator.connect_api.given import Answer, Given

_USUAL_SIZE = 100
"""Where an operation does not document another, or allows less."""


def page(operation: Any, given: Given, answer: Answer) -> Answer:
    """Return the page that was asked for of an answer that has everything."""
    paginator = _paginators().get(operation.name)
    if paginator is None or paginator["result_key"] not in answer:
        return answer
    most = operation.input_shape.members[paginator["limit_key"]].metadata["max"]
    size = given.get(paginator["limit_key"], min(_USUAL_SIZE, most))
    everything = answer[paginator["result_key"]]
    start = _start(operation, given, len(everything))
    following = start + size
    more = {"NextToken": _token(operation, given, following)} if following < len(everything) else {}
    return {**answer, paginator["result_key"]: everything[start:following], **more}


def _start(operation: Any, given: Given, length: int) -> int:
    """Return where the token's page begins. Raises `ApiError` for one that was not given out."""
    token = given.get("NextToken")
    if token is None:
        return 0
    try:
        start, digest = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error):
        start, digest = -1, ""
    if digest != _digest(operation, given) or not 0 <= start <= length:
        declared = {shape.name for shape in operation.error_shapes}
        code = "InvalidParameterException"
        raise ApiError(
            code if code in declared else "InvalidRequestException",
            "NextToken is not one that this operation gave for these parameters.",
        )
    return int(start)


def _token(operation: Any, given: Given, start: int) -> str:
    position = json.dumps([start, _digest(operation, given)])
    return base64.urlsafe_b64encode(position.encode()).decode()


def _digest(operation: Any, given: Given) -> str:
    asked = {key: value for key, value in given.items() if key not in ("NextToken", "MaxResults")}
    text = json.dumps([operation.name, asked], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@functools.cache
def _paginators() -> dict[str, dict[str, Any]]:
    loader = botocore.session.get_session().get_component("data_loader")
    pagination: dict[str, dict[str, Any]] = loader.load_service_model("connect", "paginators-1")[
        "pagination"
    ]
    return pagination
