"""The PostgreSQL that Portico brings along: found, started, kept, shared and stopped. See README.md here."""

from portico.platform.postgres.backup import backup, restore
from portico.platform.postgres.binaries import Binaries, Choice, find_binaries
from portico.platform.postgres.refusals import (
    AlreadyThere,
    BackupFailed,
    CannotDropPrivileges,
    DiskFull,
    LockedByOther,
    NewerMajor,
    NotOurs,
    OlderMajor,
    PortTrouble,
    PostgresMissing,
    PostgresRefused,
    ReadOnly,
    StartFailed,
    Unreachable,
    Unsupported,
)
from portico.platform.postgres.server import Server, running
from portico.platform.postgres.wire import check_url

__all__ = [
    "AlreadyThere",
    "BackupFailed",
    "Binaries",
    "CannotDropPrivileges",
    "Choice",
    "DiskFull",
    "LockedByOther",
    "NewerMajor",
    "NotOurs",
    "OlderMajor",
    "PortTrouble",
    "PostgresMissing",
    "PostgresRefused",
    "ReadOnly",
    "Server",
    "StartFailed",
    "Unreachable",
    "Unsupported",
    "backup",
    "check_url",
    "find_binaries",
    "restore",
    "running",
]
