"""The audit contract: the schemas in `events/`, and what is made of them.

`events/v1/` holds them as people edit them, `events/published/v1/` as they were published: each is
one file that refers to no other. `docs/events.md` and `events/stack.yaml` are made of those.
"""
