"""What runs inside a function's sandbox: imports the handler, then takes one event at a time.

Started by `lambda_service` with the environment that the template gives the function. Events come
as JSON lines on standard input; replies go to the file descriptor in argv. What the handler
prints is its log.

An event brings the time with it: what it is for the handler, whatever it is on the machine. It
ticks on from there. `time.monotonic` is the machine's, and so are time-outs.
"""

import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any

import time_machine


@dataclass(frozen=True)
class Context:
    """The part of Lambda's context object that Powertools and the handlers use."""

    aws_request_id: str
    deadline: float
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    memory_limit_in_mb: int = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"))
    invoked_function_arn: str = os.environ.get("SIMULATOR_FUNCTION_ARN", "")

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


def main() -> None:
    handler_path, reply_descriptor = sys.argv[1], int(sys.argv[2])
    module, _, name = handler_path.rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    with os.fdopen(reply_descriptor, "w") as replies:
        replies.write("ready\n")
        replies.flush()
        for line in sys.stdin:
            request = json.loads(line)
            context = Context(request["requestId"], time.monotonic() + request["timeoutSeconds"])
            with time_machine.travel(request.get("now", time.time())):
                time.time()  # it ticks only from the first look on, which must be one thread's
                reply = _run(handler, request["event"], context)
            sys.stdout.flush()  # whoever has the answer may look at the log
            replies.write(json.dumps(reply) + "\n")
            replies.flush()


def _run(handler: Any, event: Any, context: Context) -> dict[str, Any]:
    try:
        return {"payload": json.dumps(handler(event, context))}
    except Exception as error:  # noqa: BLE001 - as in Lambda, every exception is the answer
        return {
            "error": {
                "errorMessage": str(error),
                "errorType": type(error).__name__,
                "stackTrace": traceback.format_tb(error.__traceback__),
            }
        }


if __name__ == "__main__":
    main()
