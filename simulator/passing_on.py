"""Hand a request on to a server that answers it, as a proxy does."""

from collections.abc import Mapping

import urllib3
from werkzeug.wrappers import Request, Response

# What concerns one connection only, and must not be passed on.
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}


def pass_on(
    pool: urllib3.PoolManager, request: Request, url: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return what that URL answers. `headers` take the place of those that were sent."""
    sent = {name: value for name, value in request.headers if name.lower() != "host"}
    answer = pool.request(
        request.method,
        url,
        body=request.get_data(),
        headers={**sent, **(headers or {})},
        retries=False,
    )
    kept = [
        (name, value) for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP
    ]
    return Response(answer.data, answer.status, kept)
