"""Secure transfer: the Lambda functions that Amazon Connect and the state machine invoke.

`add_agent`, `get_agent`, `agent_joined` and `find_free_pin` are the handlers. What they decide is
in `domain`, which knows no AWS; how it is stored, sent and timed is in `adapters`.
"""
