"""mutmut, without its timers: how busy a machine is has no say in what a unit test notices.

A timer ends a mutant's run so many seconds after its start, and the mutant counts as noticed, also
if the run had only been kept waiting. Worse, it sends its signal to a process id, though the run
may long have ended and the id be another's. A mutant that goes round for ever is ended by its limit
of CPU time, which the kernel watches.
"""

from unittest.mock import patch

from mutmut.__main__ import cli

with patch("mutmut.workers.isolation.register_timeout"):
    cli()
