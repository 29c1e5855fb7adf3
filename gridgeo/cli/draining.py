"""A server that says when it answers, and that it is about to stop before it does: what is under way is finished."""

from __future__ import annotations

import http.client
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.mp import MPServer

from gridgeo.settings import Settings

APPLICATION = "gridgeo_api.main:served_app"
GRACE_S = 5
ASK_AGAIN_AFTER_S = 0.05
ANSWERS_WITHIN_S = 5.0
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what stands for all is asked for at loopback


class DrainingServer(MPServer):
    """Granian that, told to stop, first leaves a file that has /ready answer 503, and stops some seconds later.

    A load balancer then sends no more requests here. Being told twice stops at once.
    """

    answering: Callable[[], None] | None = None
    """Called once, when the port answers: the worker listens some seconds after the server has begun."""

    def __init__(self, application: str, drain_file: Path, drain_s: float, **options: Any) -> None:  # noqa: ANN401
        super().__init__(application, **options)
        self._drain_file = drain_file
        self._drain_s = drain_s

    def startup(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - granian's hook
        """Start the worker, and wait for its first answer beside it."""
        super().startup(*args, **more)  # type: ignore[no-untyped-call]
        threading.Thread(target=self._tell_when_answering, daemon=True).start()

    def _tell_when_answering(self) -> None:
        host = EVERY_ADDRESS.get(self.bind_addr, self.bind_addr)
        while not _answers(host, self.bind_port):
            if self.main_loop_interrupt.wait(ASK_AGAIN_AFTER_S) and self.interrupt_signal:
                return
        if self.answering:
            self.answering()

    def signal_handler_interrupt(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - granian's hook
        """Begin to stop."""
        again = self._drain_file.exists()
        self._drain_file.touch()
        if again or self._drain_s <= 0:
            super().signal_handler_interrupt(*args, **more)  # type: ignore[no-untyped-call]
            return
        timer = threading.Timer(self._drain_s, super().signal_handler_interrupt)
        timer.daemon = True
        timer.start()


def _answers(host: str, port: int) -> bool:
    """Tell whether anything is answered there, a refusal too."""
    asking = http.client.HTTPConnection(host, port, timeout=ANSWERS_WITHIN_S)
    with suppress(OSError, http.client.HTTPException), closing(asking) as connection:
        connection.request("GET", "/health")
        return connection.getresponse().status > 0
    return False


@contextmanager
def draining_server(settings: Settings, host: str, port: int, log_enabled: bool) -> Iterator[DrainingServer]:
    """Yield a server that is ready to serve; in embedded mode it stops at once, since nobody waits for it."""
    with tempfile.TemporaryDirectory(prefix="gridgeo-serve-") as folder:
        file = Path(folder) / "draining"
        # The workers are processes of their own and read their settings from the environment.
        os.environ["GRIDGEO_DRAIN_FILE"] = str(file)
        yield DrainingServer(
            APPLICATION,
            file,
            settings.drain_s if settings.is_server else 0.0,
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            factory=True,
            workers=1,
            # Whoever sends its request for ever is not waited for.
            workers_kill_timeout=round(settings.request_timeout_s) + GRACE_S,
            log_access=False,
            log_enabled=log_enabled,
        )
