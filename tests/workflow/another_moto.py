"""A second moto in a process of its own: a Step Functions endpoint that needs no Docker."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from simulator.loopback import HOST

_START_SECONDS = 60.0  # it takes two; a shared machine may need more
_LOOK_SECONDS = 0.02  # between two looks; nothing depends on its length
# It lives as long as our end of its standard input: however we end, it ends.
_AS_LONG_AS_WE_DO = '"$@" & cat > /dev/null; kill $!'


@contextmanager
def another_moto(calls_go_to: str) -> Iterator[str]:
    """Start it, and yield its URL. Its engine makes the states' calls to that host and port."""
    endpoint = f"http://{HOST}:{free_port()}"
    server = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", endpoint.rpartition(":")[2]]
    with subprocess.Popen(  # noqa: S603 - nothing from outside is in it
        ["/bin/sh", "-c", _AS_LONG_AS_WE_DO, "sh", *server],
        env={**os.environ, "MOTO_PORT": calls_go_to.rpartition(":")[2]},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ):  # at the end of which its standard input is closed, and its end waited for
        _execute_machines(endpoint)
        yield endpoint


def _execute_machines(endpoint: str) -> None:
    """Switch its engine on, as soon as it is there."""
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            requests.post(
                f"{endpoint}/moto-api/config",
                json={"stepfunctions": {"execute_state_machine": True}},
                timeout=10,
            ).raise_for_status()
        except requests.ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
