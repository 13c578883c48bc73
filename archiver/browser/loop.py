"""The event loop on which Playwright runs, and what it does for the processes started on it."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archiver.browser.processes import Group

__all__ = ["DriverLoop"]


class DriverLoop(asyncio.SelectorEventLoop):
    """The event loop of an engine: it starts the driver in its own process group.

    So Ctrl-C in a terminal does not end the driver before us. The driver's temporary
    folder is ours, and where `setpriv` exists the driver is killed with this process
    (prctl(2), PR_SET_PDEATHSIG); elsewhere it ends when its standard input does.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.groups: list[Group] = []
        self.drivers: list[asyncio.SubprocessTransport] = []
        self._folder = folder

    async def subprocess_exec(
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], *args: Any, **kwargs: Any
    ) -> Any:
        """As the loop's own, which Playwright calls to start its driver; the rest is as it asks."""
        environ = {**(kwargs.pop("env", None) or os.environ), "TMPDIR": str(self._folder)}
        setpriv = shutil.which("setpriv")
        command = (setpriv, "--pdeathsig", "KILL", "--", *args) if setpriv else args
        started = await super().subprocess_exec(
            protocol_factory, *command, env=environ, start_new_session=True, **kwargs
        )
        self.drivers.append(started[0])
        self.groups.append(Group.led_by(started[0].get_pid()))
        return started

    async def drivers_ended(self, limit_s: float) -> None:
        """Wait until the system has reported the drivers' ends, so that nothing stays open."""
        deadline = self.time() + limit_s
        while self.driver_runs() and self.time() < deadline:  # noqa: ASYNC110  # a transport offers no event
            await asyncio.sleep(0.01)
        for driver in self.drivers:
            driver.close()
        await asyncio.sleep(0)

    def driver_runs(self) -> bool:
        """Whether a driver is there to talk to."""
        return any(driver.get_returncode() is None for driver in self.drivers)
