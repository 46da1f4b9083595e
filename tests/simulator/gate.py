import os
import select
from pathlib import Path


class Gate:
    """A place where handlers wait, in their own processes, until the test lets them on.

    Two named pipes: one in which they announce themselves, one from which each takes a pass.
    """

    _MOST_SECONDS = 30
    """A guard only: a test that would hang fails instead."""

    def __init__(self, folder: Path) -> None:
        self._arrivals, self._passes = (folder / name for name in ("arrivals", "passes"))
        for pipe in (self._arrivals, self._passes):
            os.mkfifo(pipe)
        # Held open at both ends, so that nobody waits for the other just to open them.
        self._arrived = os.open(self._arrivals, os.O_RDWR)
        self._pass = os.open(self._passes, os.O_RDWR)

    @property
    def source(self) -> str:
        """Python that defines `wait_at_gate()` for a handler's module."""
        return (
            "def wait_at_gate():\n"
            f"    with open({str(self._arrivals)!r}, 'wb', buffering=0) as arrivals:\n"
            "        arrivals.write(b'.')\n"
            f"    with open({str(self._passes)!r}, 'rb', buffering=0) as passes:\n"
            "        passes.read(1)\n"
        )

    def until_arrived(self, handlers: int) -> None:
        for _ in range(handlers):
            ready, _, _ = select.select([self._arrived], [], [], self._MOST_SECONDS)
            assert ready, "Nobody came to the gate."
            os.read(self._arrived, 1)

    def let_on(self, handlers: int) -> None:
        os.write(self._pass, b"." * handlers)

    def close(self) -> None:
        os.close(self._arrived)
        os.close(self._pass)
