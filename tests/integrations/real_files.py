"""Real files are too large to keep beside the code.

They are looked for where PORTICO_TEST_DATA says, or in a `data` folder of a neighbouring directory; the tests that need
them are skipped by name where there are none.
"""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def real_file(name: str) -> Path:
    """The file `name`, as in "stores/stores.json"; skips the test if it is nowhere."""
    given = os.environ.get("PORTICO_TEST_DATA")
    folders = [Path(given)] if given else sorted(REPOSITORY.parent.glob("*/data"))
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    pytest.skip(f"{name} is not here; PORTICO_TEST_DATA says where to look")
