"""The files that Vite has built: from an entry's name to the tags that load it."""

from functools import cache
from pathlib import Path

import msgspec

DIST = Path(__file__).parents[2] / "static" / "dist"


class Chunk(msgspec.Struct, frozen=True):
    file: str
    css: list[str] = []
    imports: list[str] = []


@cache
def _manifest(stamp: int) -> dict[str, Chunk]:
    raw = (DIST / ".vite" / "manifest.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, Chunk])


def manifest() -> dict[str, Chunk]:
    """What was built; empty where nothing was (the API then works without faces)."""
    path = DIST / ".vite" / "manifest.json"
    return _manifest(path.stat().st_mtime_ns) if path.exists() else {}


def tags(entry: str) -> str:
    """`<link>` and `<script>` tags of one entry, its imports preloaded."""
    chunks = manifest()
    if entry not in chunks:
        return f"<!-- {entry} is not built -->"
    seen, css, scripts = set[str](), dict[str, None](), dict[str, None]()

    def visit(name: str) -> None:
        if name in seen or name not in chunks:
            return
        seen.add(name)
        for other in chunks[name].imports:
            visit(other)
            if other in chunks:
                scripts[chunks[other].file] = None
        css.update(dict.fromkeys(chunks[name].css))

    visit(entry)
    lines = [f'<link rel="stylesheet" href="/static/{one}">' for one in css]
    lines += [f'<link rel="modulepreload" href="/static/{one}">' for one in scripts]
    lines.append(f'<script type="module" src="/static/{chunks[entry].file}"></script>')
    return "\n".join(lines)
