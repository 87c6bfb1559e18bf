"""Whose rights the server runs with.

PostgreSQL refuses to run as root. Started as root, Portico therefore hands the server to an account that already exists:
the owner of the data, or `nobody`. It never creates an account and never loosens a directory so that the account can enter:
the server is handed an open data directory instead (see `entrance`).
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from portico.platform.postgres.refusals import CannotDropPrivileges

# A child that neither answers nor ends must not hold up a start for ever.
PROBE_SECONDS_MAX = 10.0


class Account(msgspec.Struct, frozen=True):
    """An unprivileged account, to which a root process hands the server."""

    uid: int
    gid: int
    name: str


def choose(data: Path, root: Path) -> Account | None:
    """The account for the server: None if this process is not root, else the owner of existing data, else of the
    directory above it, unless that is root; else `nobody`. Refuses with `CannotDropPrivileges` if the machine does not let us.
    """
    if os.geteuid() != 0:
        return None
    import pwd  # Unix only, as is everything after this line

    if data.exists() and (status := data.stat()).st_uid != 0:
        return _proven(Account(status.st_uid, status.st_gid, f"uid {status.st_uid}"))
    if root.exists() and (status := root.stat()).st_uid != 0:
        # A uid that has no account here, as on a volume from elsewhere, can serve data but not make it: initdb wants a name.
        with contextlib.suppress(KeyError):
            return _proven(Account(status.st_uid, status.st_gid, pwd.getpwuid(status.st_uid).pw_name))
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotDropPrivileges(reason="there is no account `nobody`") from None
    return _proven(Account(entry.pw_uid, entry.pw_gid, entry.pw_name))


def _proven(account: Account) -> Account:
    try:
        run(["/bin/sh", "-c", ":"], account=account)
    except (OSError, subprocess.SubprocessError) as error:
        # A container may map only one uid: then setuid fails, however privileged "root" looks.
        raise CannotDropPrivileges(reason=f"changing to {account.name} failed ({error})") from None
    return account


class Entrance(msgspec.Struct, frozen=True):
    """How a program is let into a directory: the name to give it, where to start it, and the handles to leave open."""

    name: str
    cwd: Path
    handles: tuple[int, ...] = ()


ANYWHERE = Entrance("/", Path("/"))


def launch(
    argv: Sequence[str | Path],
    *,
    account: Account | None,
    way: Entrance = ANYWHERE,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start a program with the account's rights, no supplementary groups and a session of its own, so that Ctrl-C in
    the terminal does not reach it. The working directory is entered before the rights are dropped."""
    return subprocess.Popen(
        [str(part) for part in argv],
        cwd=way.cwd,
        pass_fds=way.handles,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=clean_environment() | dict(environment or {}),
        start_new_session=True,
        umask=0o077,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def run(
    argv: Sequence[str | Path],
    *,
    account: Account | None,
    way: Entrance = ANYWHERE,
    seconds_max: float = PROBE_SECONDS_MAX,
) -> tuple[int, str]:
    """Run to the end; return the exit status and everything it printed. Raises `TimeoutExpired` after ending it."""
    with launch(argv, account=account, way=way) as process:
        try:
            output, _ = process.communicate(timeout=seconds_max)
        except BaseException:
            # Not yet waited for, hence still the leader of the session that we gave it: its children go with it.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output.decode(errors="replace")


def clean_environment() -> dict[str, str]:
    """What a server should inherit: no PG* variable of the caller, no locale, no home."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}


def can_enter(directory: Path, *, account: Account | None) -> bool:
    """Whether the account can reach the directory by its path: tried, not computed, for ACLs and mounts have a say."""
    status, _ = run(["/bin/sh", "-c", 'cd -- "$1"', "sh", directory], account=account)
    return status == 0


def give(path: Path, *, account: Account | None) -> None:
    """Make the account the owner of something that we have just created ourselves."""
    if account:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


@contextlib.contextmanager
def entrance(directory: Path, *, account: Account | None, major: int) -> Iterator[Entrance]:
    """A way into the directory for a program with the account's rights.

    Its own path, unless a parent is closed to the account, as /root or a private temporary directory are. Then, on Linux,
    an open handle on it: /proc/self/fd/N leads there without passing through the parents. Opening the parents to
    everybody, or leaving the server the right to ignore permissions, would be worse. Elsewhere: `CannotDropPrivileges`.
    """
    if account is None or can_enter(directory, account=account):
        yield Entrance(str(directory), directory)
        return
    if not os.path.isdir("/proc/self/fd"):
        raise CannotDropPrivileges(
            reason=f"{account.name} cannot enter {directory}, for a directory above it is closed"
        )
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Before 16, finding its own program makes PostgreSQL leave its working directory and come back to it by name.
        yield Entrance(f"/proc/self/fd/{handle}", directory if major >= 16 else Path("/"), (handle,))
    finally:
        os.close(handle)
