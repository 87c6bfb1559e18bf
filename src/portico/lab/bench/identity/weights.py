"""The weights that come with Portico: learnt from people who were made up, so that they are nobody's."""

import tempfile
from pathlib import Path

import msgspec

from portico.identity.matching import blocking, model
from portico.identity.matching.frames import Frame
from portico.identity.matching.scoring import weights_of
from portico.identity.types import COMPARED
from portico.lab.bench.identity import people, reading

RECORDS = 60_000


def write(path: Path, *, records: int = RECORDS, seed: int) -> None:
    """Learn from so many generated records, and write what was learnt."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "people.csv"
        people.write(file, records=records, seed=seed)
        read = reading.read([file], truth="person").frame
    by_kind = {one.kind: one for one in read.columns}
    columns = tuple(msgspec.structs.replace(by_kind[kind], name=told.value) for told, kind in COMPARED.items())
    frame = Frame(read.rows, columns)
    left, right = blocking.candidates(frame)
    trained = model.train(frame, left, right, seed=seed)
    found = weights_of(trained.model, trained.frame, f"{records} generated records, seed {seed}")
    # How common names are among people who were made up says nothing of real ones: only how likeness is worth is taken.
    found = msgspec.structs.replace(found, common={name: {} for name in found.common})
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
