"""The control plane's end of the wire: requests of botocore's shapes in, answers out.

Where an operation is (method and path), what it takes and what it answers is botocore's service
model; moto's router, parser and serialiser read it. What an operation does is a function of its
name in the modules below.
"""

import inspect
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from botocore import xform_name
from botocore.validate import ParamValidator
from moto.core.parse import RestJSONParser
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.serialize import RestJSONSerializer
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from simulator.connect_api import (
    flows,
    instances,
    phone_numbers,
    queues,
    quick_connects,
    routing_profiles,
    users,
)
from simulator.connect_api.errors import ApiError
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.limits import over_the_limits
from simulator.connect_api.paging import page
from simulator.connect_api.store import Account
from simulator.errors import SimulatorError

Operation = Callable[[Account, Given], Answer]

_MODULES = (flows, instances, phone_numbers, queues, quick_connects, routing_profiles, users)
_READING = ("List", "Describe", "Search", "Get", "BatchGet")
_OF_NO_SHAPE = {"NotImplementedException": 501, "UnknownOperationException": 404}


def _operations(module: ModuleType) -> Iterator[tuple[str, Operation]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield name, function


# By botocore's name in Python for each: a function that is written is one that is served.
OPERATIONS: dict[str, Operation] = dict(
    operation for module in _MODULES for operation in _operations(module)
)


@dataclass(slots=True)
class ApiRequest:
    """One request: the operation, what it was given, and the error that it came to, if any."""

    operation: str
    given: Answer = field(repr=False)  # numbers are among it
    error: str = ""

    @property
    def writes(self) -> bool:
        return not self.operation.startswith(_READING)


@dataclass(slots=True)
class Refusal:
    """An error on order. `times`: how often still; None: always."""

    operation: str
    code: str
    times: int | None


class Wire:
    """A WSGI application. `requests`: all that have come, in order."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.requests: list[ApiRequest] = []
        self.refusals: list[Refusal] = []
        self._lock = threading.Lock()
        self._router = get_service_router("connect")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.respond(Request(environ))(environ, start_response)

    def respond(self, request: Request) -> Response:
        try:
            operation, in_path = self._router.match(request)
        except NotFound:
            what = f"Connect has nothing at {request.method} {request.path}."
            return _error(ApiError("UnknownOperationException", what))
        given = _given(operation, request, in_path)
        asked = ApiRequest(operation.name, given)
        with self._lock:
            self.requests.append(asked)
            try:
                answer = self._answer(operation, given)
            except ApiError as error:
                asked.error = error.code
                return _error(error)
            # Within the lock: what is answered may be what the next request changes.
            return _response(operation, answer)

    def _answer(self, operation: Any, given: Answer) -> Answer:
        self._refuse(operation.name)
        do = OPERATIONS.get(xform_name(operation.name))
        if do is None:
            raise ApiError(
                "NotImplementedException",
                f"The simulator's Connect does not know {operation.name} yet: add it to "
                "simulator/connect_api.",
            )
        wrong = _wrong(operation, given)
        if wrong:
            raise ApiError(_code_of_wrong_input(operation), wrong)
        return page(operation, given, do(self.account, given))

    def _refuse(self, operation: str) -> None:
        for refusal in self.refusals:
            if refusal.operation == operation and refusal.times != 0:
                if refusal.times is not None:
                    refusal.times -= 1
                raise ApiError(refusal.code, f"{operation} is refused on order.")


def operation_of(environ: dict[str, Any]) -> str:
    """Return the operation that a request asks for; its path, if Connect has none there."""
    request = Request(environ)
    try:
        operation, _ = get_service_router("connect").match(request)
    except NotFound:
        return str(request.path)
    return str(operation.name)


def _given(operation: Any, request: Request, in_path: dict[str, Any]) -> Answer:
    parsed: Answer = RestJSONParser(operation).parse(
        {
            "body": request.get_data(),
            "headers": request.headers,
            "method": request.method,
            "url_params": in_path,
            "url_path": request.path,
            "values": request.values,
        }
    )
    members = operation.input_shape.members
    in_query = {
        name for name in members if members[name].serialization.get("location") == "querystring"
    }
    # The parser gives an empty list for a list in the query string that is not there.
    return {key: value for key, value in parsed.items() if value != [] or key not in in_query}


def _wrong(operation: Any, given: Given) -> str:
    """Say what the service model forbids of what was given; nothing if all is well."""
    report = ParamValidator().validate(given, operation.input_shape)
    told = [report.generate_report()] if report.has_errors() else []
    return "; ".join([*told, *over_the_limits(operation.input_shape, given)])


def _code_of_wrong_input(operation: Any) -> str:
    declared = {shape.name for shape in operation.error_shapes}
    usual = "InvalidParameterException"
    return usual if usual in declared else "InvalidRequestException"


def _response(operation: Any, answer: Answer) -> Response:
    said = RestJSONSerializer(operation).serialize(answer)
    return Response(said["body"], said["status_code"], said["headers"])


def status_of(code: str) -> int:
    """Return the HTTP status of an error. Raises `SimulatorError` for one that there is not."""
    if code in _OF_NO_SHAPE:
        return _OF_NO_SHAPE[code]
    shapes = get_service_model("connect").error_shapes
    shape = next((one for one in shapes if one.name == code), None)
    if shape is None:
        raise SimulatorError(f"botocore's Connect has no error {code}.")
    return int(shape.metadata["error"]["httpStatusCode"])


def _error(error: ApiError) -> Response:
    problems = {"problems": [{"message": one} for one in error.problems]}
    body = problems if error.problems else {"Message": error.message}
    headers = {"X-Amzn-ErrorType": error.code}
    return Response(
        json.dumps(body), status_of(error.code), headers, content_type="application/json"
    )
