"""Real servers, real signals, real disks. `PORTICO_TEST_PG=system|wheel` chooses the binaries; unset, what `auto` finds."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

import portico
from portico.platform.postgres import Binaries, Choice, find_binaries
from portico.platform.postgres.processes import Process, alive, working_in

APP = Path(__file__).with_name("serving_app.py")
SOURCE = Path(portico.__file__).parents[1]
SECONDS_MAX = 120.0

Sql = Callable[..., Any]


class App:
    """A running `serving_app.py`."""

    def __init__(self, data_dir: Path, choice: Choice, *words: str, path: tuple[Path, ...] = ()) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(str(each) for each in (*path, SOURCE))}
        self.process = subprocess.Popen(
            [sys.executable, str(APP), str(data_dir), choice.value, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
            # Whoever runs the tests in the background has Ctrl-C ignored, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the app ended with status {self.process.wait()} and said nothing"
        said: dict[str, Any] = json.loads(line)
        return said

    def end(self) -> None:
        """Let it leave by itself."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        assert self.process.wait(timeout=SECONDS_MAX) == 0

    def kill(self) -> None:
        """kill -9, as the kernel does when memory runs out: no clean-up of any kind."""
        self.process.kill()
        self.process.wait(timeout=SECONDS_MAX)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(timeout=SECONDS_MAX)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


@pytest.fixture(scope="session")
def binaries() -> Binaries:
    return find_binaries(Choice(os.environ.get("PORTICO_TEST_PG") or "auto"))


@pytest.fixture(scope="session")
def choice(binaries: Binaries) -> Choice:
    return Choice(binaries.source)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def apps(home: Path, choice: Choice) -> Iterator[Callable[..., App]]:
    """Start an app: `apps()`, `apps("join")`, `apps(path=(directory,))`. All are ended after the test."""
    started: list[App] = []

    def start(*words: str, path: tuple[Path, ...] = (), home: Path = home) -> App:
        started.append(App(home, choice, *words, path=path))
        return started[-1]

    yield start
    for app in started:
        app.close()


@pytest.fixture(autouse=True)
def nothing_left_running(tmp_path: Path) -> Iterator[None]:
    """No PostgreSQL below the test's directory may outlive the test. What is found is ended, and the test fails."""
    yield
    left = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] in ("postgres", "initdb"):
            try:
                cwd = Path(process.cwd())
            except (psutil.Error, OSError):
                continue
            if cwd.is_relative_to(tmp_path):
                left.append(f"{process.pid} in {cwd}")
                process.send_signal(signal.SIGQUIT)
    assert not left, f"still running: {left}"


@pytest.fixture
def sql() -> Sql:
    """`sql(dsn, statement, *arguments)`: run it on a connection of its own; rows as lists."""

    async def once(dsn: str, statement: str, arguments: tuple[Any, ...]) -> list[list[Any]]:
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            return [list(row.values()) for row in await connection.fetch(statement, *arguments, timeout=120)]
        finally:
            await connection.close(timeout=5)

    def run(dsn: str, statement: str, *arguments: Any) -> list[list[Any]]:
        return asyncio.run(once(dsn, statement, arguments))

    return run


@pytest.fixture
def kill_server(home: Path) -> Callable[[], list[Process]]:
    """kill -9 of the whole server, the postmaster first, so that no part of it can tidy up after another."""

    def kill() -> list[Process]:
        claimed = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
        found = sorted(working_in(home / "postgres"), key=lambda each: each.pid != claimed)
        assert found and found[0].pid == claimed
        for process in found:
            if alive(process):
                os.kill(process.pid, signal.SIGKILL)
        return found

    return kill
