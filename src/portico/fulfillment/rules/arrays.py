"""numpy and the arrays that sourcing reckons with. numpy is imported by whoever reckons first: that takes longer than anything
else a process waits for when it starts.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Rows = NDArray[np.intp]
else:

    class _Later:
        """A module that is imported when something of it is asked for; by several threads at once, once."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, attribute: str) -> Any:
            found = getattr(import_module(self._name), attribute)
            setattr(self, attribute, found)
            return found

    np = _Later("numpy")
    Ints = Floats = Bools = Rows = Any


def load_arrays() -> None:
    """Import numpy now, so that nobody's promise waits for it."""
    import_module("numpy")


__all__ = ["Bools", "Floats", "Ints", "Rows", "load_arrays", "np"]
