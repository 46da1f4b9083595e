import io
import json
import os
import sys
from pathlib import Path

import pytest

from simulator import lambda_runtime


def test_the_log_is_written_by_the_time_the_answer_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the answer may look at the log; and after a time-out the sandbox is killed."""
    (tmp_path / "talkative.py").write_text("def handler(event, context):\n    print('a line')\n")
    answers, answer = os.pipe()
    os.set_blocking(answers, False)
    told = io.BytesIO()
    answered_before_flush = []

    class Output(io.StringIO):
        def flush(self) -> None:
            told.write(_what_is_there(answers))
            answered_before_flush.append(b"payload" in told.getvalue())

    request = json.dumps({"requestId": "1", "timeoutSeconds": 7, "event": {}})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "argv", ["lambda_runtime", "talkative.handler", str(answer)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(request + "\n"))
    monkeypatch.setattr(sys, "stdout", Output())

    lambda_runtime.main()  # closes its end of the pipe

    told.write(_what_is_there(answers))
    os.close(answers)
    assert json.loads(told.getvalue().splitlines()[-1]) == {"payload": "null"}
    assert answered_before_flush[0] is False


def _what_is_there(pipe: int) -> bytes:
    try:
        return os.read(pipe, 65_536)
    except BlockingIOError:
        return b""
