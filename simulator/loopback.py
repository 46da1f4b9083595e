"""A WSGI application on this machine's own address, served in a thread."""

import logging
import threading
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

HOST = "127.0.0.1"
_LOOK_SECONDS = 0.02  # how soon `stop` is noticed


class Server:
    """Listens from the beginning; answers from `start` to `stop`. `port` 0: any that is free."""

    def __init__(self, application: Any, host: str = HOST, port: int = 0) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request otherwise
        self._server = make_server(
            host, port, application, threaded=True, request_handler=MotoRequestHandler
        )
        self.port = self._server.server_port
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": _LOOK_SECONDS},
            daemon=True,
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
