"""What the control plane refuses, by the names that botocore's service model has for it."""

from collections.abc import Sequence


class ApiError(Exception):
    """An answer that is an error. `problems`: what is wrong with a flow, for that error alone."""

    def __init__(self, code: str, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.problems = list(problems)


def not_found(what: str, identifier: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"There is no {what} {identifier}.")


def duplicate(what: str, name: str) -> ApiError:
    return ApiError("DuplicateResourceException", f"There is a {what} called {name} already.")


def invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)


def invalid_flow(problems: Sequence[str]) -> ApiError:
    return ApiError("InvalidContactFlowException", "", problems)
