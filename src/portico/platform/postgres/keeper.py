"""Starting, adopting, watching and stopping the server of a data directory."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import asyncpg

from portico.platform.postgres import cluster, processes
from portico.platform.postgres.account import entrance, give, launch
from portico.platform.postgres.binaries import Binaries, Choice, find_binaries, find_matching
from portico.platform.postgres.cluster import Home
from portico.platform.postgres.locks import Lock
from portico.platform.postgres.processes import Process
from portico.platform.postgres.reach import reachable
from portico.platform.postgres.refusals import LockedByOther, NotOurs, PostgresRefused, StartFailed
from portico.platform.postgres.server import Log, Server
from portico.platform.postgres.wire import address, ask_version

# A second `portico serve` waits this long for the first to end: restarts overlap by a moment.
SERVING_SECONDS_MAX = 2.0
# Recovery after a crash replays at most max_wal_size: a second as a rule, minutes on a slow disk.
START_SECONDS_MAX = 300.0
STRAY_SECONDS_MAX = 5.0
POLL_SECONDS = 0.01
WATCH_SECONDS = 0.25
LOG_BYTES_MAX = 8_000_000
RESTARTS_PER_MINUTE_MAX = 5

# Fast: sessions are cut off and rolled back. Immediate: as after a crash, the next start recovers. Killed: only if deaf.
STOP_STEPS = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
# A session whose server has died takes SIGINT for "cancel the query"; it has nothing left to finish.
STRAY_STEPS = STOP_STEPS[1:]


@contextlib.contextmanager
def keeping(*, data_dir: Path, choice: Choice, join: bool, log: Log) -> Iterator[Server]:
    """The embedded half of `server.running`, which says what it promises."""
    home = cluster.open_home(data_dir)
    with contextlib.ExitStack() as stack:
        if not join:
            stack.enter_context(serving(home))
        keeper = Keeper(home, choice, log)
        stack.callback(keeper.leave)
        yield keeper.enter()


@contextlib.contextmanager
def serving(home: Home) -> Iterator[None]:
    """Be the one that serves from this data directory, or be refused with `LockedByOther`."""
    lock = Lock(home, "serving")
    try:
        if not lock.take(seconds_max=SERVING_SECONDS_MAX):
            raise LockedByOther(home=home.root, pid=lock.signature())
        lock.sign()
        yield
    finally:
        lock.close()


@contextlib.contextmanager
def starting(home: Home) -> Iterator[None]:
    """Be the one that starts or stops the server, or be refused with `LockedByOther` after the longest start."""
    lock = Lock(home, "starting")
    try:
        if not lock.take(seconds_max=START_SECONDS_MAX):
            raise LockedByOther(home=home.root, pid=lock.signature(), doing="is still starting or stopping in")
        lock.sign()
        yield
    finally:
        lock.close()


class Keeper:
    """One process's part in the server of a data directory: enters, watches over it, leaves."""

    def __init__(self, home: Home, choice: Choice, log: Log) -> None:
        self.home, self.choice, self.log = home, choice, log
        self._using = Lock(home, "using")
        self._entered = self._served = False
        self._postmaster: Process | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._socket_directory = home.data
        self._leaving = threading.Event()
        self._watch = threading.Thread(target=self._watch_over, name="portico-postgres", daemon=True)

    def enter(self) -> Server:
        """Start the server, or adopt the one that runs. Both under the starting lock."""
        with starting(self.home):
            # Only a process that leaves takes it alone, and that one would hold the starting lock.
            self._entered = self._using.take(shared=True, seconds_max=SERVING_SECONDS_MAX)
            if not self._entered:
                raise LockedByOther(home=self.home.root, pid=None)
            server = self._up()
            self._served = True
        self._watch.start()
        return server

    def leave(self) -> None:
        """Stop the server if nobody else uses it. Safe to call whatever happened before."""
        self._leaving.set()
        try:
            if self._entered:
                with starting(self.home):
                    self._using.close()
                    alone = Lock(self.home, "using")
                    try:
                        # One that refused us, or that we refused, is not ours to stop.
                        if self._served and alone.take():
                            self._down()
                    finally:
                        alone.close()
        finally:
            self._using.close()

    # ------------------------------------------------------------------ up

    def _up(self) -> Server:
        home = self.home
        cluster.sweep(home)
        binaries = self._binaries()
        if cluster.major_of(home) is None:
            self.log(f"making a PostgreSQL {binaries.version} cluster in {home.data}")
            cluster.create(home, binaries)
        password = cluster.password_of(home)
        version = self._adopt(password)
        started = version is None
        if version is None:
            cluster.clear_traces(home)
            version = self._start(binaries, password)
        dsn = address(self._socket_directory, password)
        return Server(dsn=dsn, source=binaries.source, version=version, data_dir=home.data, started=started)

    def _binaries(self) -> Binaries:
        home, major = self.home, cluster.major_of(self.home)
        if major is None:
            found = find_binaries(self.choice)
        else:
            found = find_matching(self.choice, major=major, home=home.root, data=home.data)
        return reachable(found, choice=self.choice, home=home)

    def _adopt(self, password: str) -> str | None:
        """The version of the server that already works in the data directory, once it answers; None when none is left.

        It may belong to another Portico, or to one that was killed. It is used rather than restarted: others may be in the
        middle of a transaction, and a server that answers to our password in our directory is as good as a new one.
        One that runs without answering is ended, and so are processes whose server has died.
        """
        home, until = self.home, time.monotonic() + START_SECONDS_MAX
        strays_until = time.monotonic() + STRAY_SECONDS_MAX
        while found := processes.working_in(home.data):
            claim = cluster.read_pid_file(home)
            postmaster = next((each for each in found if claim and each.pid == claim.pid), None)
            if claim and postmaster and claim.ready:
                directory = cluster.socket_directory(home, claim)
                if version := self._answers(directory, password):
                    self._socket_directory, self._postmaster = directory, postmaster
                    self.log(f"using the PostgreSQL that already runs in {home.data} (process {postmaster.pid})")
                    return version
            if time.monotonic() > (until if postmaster else strays_until):
                self.log(f"ending PostgreSQL processes that were left behind in {home.data}")
                if not self._end(found, STOP_STEPS if postmaster else STRAY_STEPS):
                    what = (
                        f"PostgreSQL (process {found[0].pid}) runs in {home.data}, does not answer and cannot be ended"
                    )
                    raise StartFailed(what=what, log=home.log, tail="")
            time.sleep(POLL_SECONDS)
        return None

    def _answers(self, directory: Path, password: str) -> str | None:
        try:
            return ask_version(directory, password)
        except asyncpg.PostgresError as error:
            reason = f"is served by a PostgreSQL that refuses Portico's login ({error})"
            raise NotOurs(where=self.home.data, reason=reason) from None

    def _start(self, binaries: Binaries, password: str) -> str:
        home = self.home
        self._socket_directory = cluster.configure(home)
        with cluster.explaining(home.root):
            turn_log(home.log)
            output = os.open(home.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            give(home.log, account=home.account)
        said_before = os.fstat(output).st_size
        try:
            with entrance(home.data, account=home.account, major=binaries.major) as way:
                argv: list[str | Path] = [binaries.program("postgres"), "-D", way.name]
                self._child = launch(argv, account=home.account, way=way, output=output)
        finally:
            os.close(output)
        self._postmaster = processes.identify(self._child.pid)
        try:
            return self._await_ready(password, said_before)
        except BaseException:
            self._down()
            raise

    def _await_ready(self, password: str, said_before: int) -> str:
        home, child = self.home, self._child
        assert child is not None
        began = told = time.monotonic()
        while True:
            if child.poll() is not None:
                what = f"PostgreSQL ended with status {child.returncode} while starting"
                raise cluster.diagnose(self._said(said_before), where=home.root, what=what, log=home.log)
            claim = cluster.read_pid_file(home)
            ready = claim is not None and claim.pid == child.pid and claim.ready
            if ready and (version := self._answers(self._socket_directory, password)):
                return version
            now = time.monotonic()
            if now - began > START_SECONDS_MAX:
                what = f"PostgreSQL did not answer within {START_SECONDS_MAX:.0f} s"
                raise StartFailed(what=what, log=home.log, tail=self._said(said_before)[-2000:])
            if now - told > 5:
                told = now
                self.log(f"PostgreSQL is still starting after {now - began:.0f} s (recovering, as a rule)")
            time.sleep(POLL_SECONDS)

    def _said(self, since: int) -> str:
        with self.home.log.open("rb") as file:
            file.seek(since)
            return file.read(1_000_000).decode(errors="replace")

    # ------------------------------------------------------------------ meanwhile

    def _watch_over(self) -> None:
        """Bring the server back when it dies, and keep its log short. Runs in a thread of its own until we leave."""
        restarts: list[float] = []
        while not self._leaving.wait(WATCH_SECONDS):
            turn_log(self.home.log)
            if self._child is not None:
                self._child.poll()
            if self._postmaster and processes.alive(self._postmaster):
                continue
            now = time.monotonic()
            restarts = [each for each in restarts if now - each < 60]
            if len(restarts) >= RESTARTS_PER_MINUTE_MAX:
                continue
            restarts.append(now)
            self.log("PostgreSQL has died; starting it again")
            try:
                with starting(self.home):
                    if self._leaving.is_set():
                        return
                    self._up()
            except (PostgresRefused, OSError, subprocess.SubprocessError) as error:
                # The next round tries again; meanwhile the app reports what it meets.
                self.log(f"PostgreSQL could not be started again: {error}")

    # ------------------------------------------------------------------ down

    def _down(self) -> None:
        """End the server, whichever process started it last."""
        claim = cluster.read_pid_file(self.home)
        pids = {claim.pid if claim else 0, self._child.pid if self._child else 0}
        found = [each for each in processes.working_in(self.home.data) if each.pid in pids]
        if self._postmaster and self._postmaster not in found:
            found.append(self._postmaster)
        if found and not self._end(found, STOP_STEPS):
            self.log(f"PostgreSQL (process {found[0].pid}) could not be ended")
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=1)
        if self._socket_directory != self.home.data:
            cluster.drop_socket_directory(self._socket_directory)
        self._postmaster = self._child = None

    def _end(self, found: Sequence[Process], steps: Sequence[tuple[signal.Signals, float]]) -> bool:
        """End processes that are proven to work in our data directory: politely, then firmly, each step bounded."""
        gone = interrupted = False
        for signum, seconds_max in steps:
            try:
                for process in found:
                    processes.send(process, signum, directory=self.home.data)
                if gone := processes.wait_gone(found, seconds_max=seconds_max):
                    break
            except KeyboardInterrupt:
                # Impatience is a reason to be quicker, not to leave the server running.
                interrupted = True
        if interrupted:
            raise KeyboardInterrupt
        return gone


def turn_log(log: Path) -> None:
    """Keep the log and one predecessor below a size. The server goes on writing to the same file, opened for appending."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_BYTES_MAX:
            older = log.with_name(log.name + ".1")
            with log.open("rb") as source, older.open("wb") as target:
                os.fchmod(target.fileno(), 0o600)
                while piece := source.read(1 << 20):
                    target.write(piece)
            os.truncate(log, 0)
