"""A small app that uses the embedded server, to be started, ended and killed by tests.

    python serving_app.py DATA_DIR CHOICE [join]

Says one JSON line, what it was given or why it was refused, and stays until its standard input is closed.
"""

import json
import sys
from pathlib import Path

from portico.platform.postgres import Choice, PostgresRefused, running


def main() -> None:
    data_dir, choice, *rest = sys.argv[1:]
    try:
        with running(data_dir=Path(data_dir), choice=Choice(choice), join="join" in rest) as server:
            print(json.dumps({"dsn": server.dsn, "started": server.started, "version": server.version}), flush=True)
            sys.stdin.read()
    except PostgresRefused as refused:
        print(json.dumps({"refused": refused.code, "message": str(refused)}), flush=True)


if __name__ == "__main__":
    main()
