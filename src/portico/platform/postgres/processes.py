"""Which processes are ours, proven, and how they are ended.

A process id proves nothing: it may have been given to somebody else since it was written down. What proves that a
process serves a data directory is that the directory is its working directory (compared by device and inode, not by
name) and that its program is PostgreSQL. Signals go through a pidfd where the system has them, so that a process that ends
between the proof and the signal cannot be confused with its successor.
"""

import os
import signal
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import psutil

SERVER = frozenset({"postgres", "postmaster"})
POLL_SECONDS = 0.01


class Process(msgspec.Struct, frozen=True):
    """A process, told from a later one with the same id by when it began."""

    pid: int
    began: float


def working_in(directory: Path, *, programs: Collection[str] = SERVER) -> list[Process]:
    """Every live process that runs one of these programs with this directory as its working directory."""
    try:
        wanted = _identity(directory)
    except OSError:
        return []
    return [found for pid in psutil.pids() if (found := _prove(pid, wanted, programs))]


def _identity(directory: Path | str) -> tuple[int, int]:
    status = os.stat(directory)
    return status.st_dev, status.st_ino


def _prove(pid: int, directory: tuple[int, int], programs: Collection[str]) -> Process | None:
    try:
        process = psutil.Process(pid)
        began = process.create_time()
        # On Linux the link leads to the directory itself, even where its name could not be resolved from here.
        cwd = f"/proc/{pid}/cwd" if os.path.isdir(f"/proc/{os.getpid()}/cwd") else process.cwd()
        if not cwd or _identity(cwd) != directory or process.status() == psutil.STATUS_ZOMBIE:
            return None
        # " (deleted)" is what Linux appends when the package was upgraded under a running server.
        program = os.path.basename(process.exe().removesuffix(" (deleted)"))
        return Process(pid, began) if program in programs else None
    except (OSError, psutil.Error):
        # Gone meanwhile, or of a user who could not open our private directory anyway.
        return None


def alive(process: Process) -> bool:
    """Whether this very process still runs; one that only waits to be reaped does not."""
    try:
        found = psutil.Process(process.pid)
        return found.create_time() == process.began and found.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def send(process: Process, signum: signal.Signals, *, directory: Path, programs: Collection[str] = SERVER) -> bool:
    """Signal the process if, at this moment, it is proven to be the one that works in the directory."""
    try:
        handle = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else None
    except OSError:
        handle = None
    try:
        # The handle is opened first: what is proven after it is proven of the process that it holds.
        if _prove(process.pid, _identity(directory), programs) != process:
            return False
        if handle is None:
            os.kill(process.pid, signum)
        else:
            signal.pidfd_send_signal(handle, signum)
        return True
    except OSError:
        return False
    finally:
        if handle is not None:
            os.close(handle)


def wait_gone(processes: Sequence[Process], *, seconds_max: float) -> bool:
    """Wait until none of them runs; False if one still does after that time."""
    until = time.monotonic() + seconds_max
    while any(alive(process) for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(POLL_SECONDS)
    return True


def identify(pid: int) -> Process | None:
    """A child of ours that has not been waited for, and hence cannot have been replaced."""
    try:
        return Process(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None
