"""A boto3 client that notes what it is asked for, and answers what it is told to."""

from typing import Any

from botocore.exceptions import ClientError

Call = tuple[str, dict[str, Any]]


class NotingClient:
    """Each call takes the next of the answers; an exception among them is raised."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[Call] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**asked: Any) -> dict[str, Any]:
            self.asked.append((operation, asked))
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "0027 is not for the log."}}, "Call")


NOT_WRITTEN = refused("ConditionalCheckFailedException")
THROTTLED = refused("ThrottlingException")
