"""Which clocks a place in the United States goes by, from its state and, where a line runs through the state, its
coordinates.

The lines follow county borders; here they are straight, drawn so that every city of size lies on its right side.
Checked against the borders in 49 CFR 71; a village within some twenty kilometres of a line may be an hour wrong.
"""

from collections.abc import Callable

_EAST, _CENTRAL, _MOUNTAIN, _PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)

_BY_CLOCKS = {
    _EAST: ("CT", "DC", "DE", "GA", "MA", "MD", "ME", "NC", "NH", "NJ", "NY", "OH", "PA", "RI", "SC", "VA", "VT", "WV"),
    _CENTRAL: ("AL", "AR", "IA", "IL", "LA", "MN", "MO", "MS", "OK", "WI"),
    _MOUNTAIN: ("CO", "MT", "NM", "UT", "WY"),
    _PACIFIC: ("CA", "WA"),
}
_WHOLE = {
    **{state: zone for zone, states in _BY_CLOCKS.items() for state in states},
    "AK": "America/Anchorage",
    "AZ": "America/Phoenix",
    "HI": "Pacific/Honolulu",
    "PR": "America/Puerto_Rico",
    "VI": "America/St_Thomas",
    "GU": "Pacific/Guam",
}
_SPLIT: dict[str, Callable[[float, float], str]] = {
    "FL": lambda lat, lon: _CENTRAL if lat > 29.5 and lon < -85.0 else _EAST,  # the panhandle
    "ID": lambda lat, lon: _PACIFIC if lat > 45.5 else "America/Boise",
    "IN": lambda lat, lon: _CENTRAL if lon < -86.7 and not 38.5 <= lat <= 40.9 else "America/Indiana/Indianapolis",
    "KS": lambda lat, lon: _MOUNTAIN if lon < -101.5 else _CENTRAL,
    "KY": lambda lat, lon: _CENTRAL if lon < -86.2 else "America/Kentucky/Louisville",
    "MI": lambda lat, lon: _CENTRAL if lat > 45.0 and lon < -87.7 else "America/Detroit",
    "ND": lambda lat, lon: _MOUNTAIN if lat < 47.5 and lon < -101.5 else _CENTRAL,
    "NE": lambda lat, lon: _MOUNTAIN if lon < -101.3 else _CENTRAL,
    "NV": lambda lat, lon: _MOUNTAIN if lat > 40.5 and lon > -114.2 else _PACIFIC,  # West Wendover
    "OR": lambda lat, lon: "America/Boise" if lat < 44.5 and lon > -117.5 else _PACIFIC,  # Malheur county
    "SD": lambda lat, lon: _MOUNTAIN if lon < -100.7 else _CENTRAL,
    "TN": lambda lat, lon: _CENTRAL if lon < -85.45 else _EAST,
    "TX": lambda lat, lon: _MOUNTAIN if lon < -104.9 else _CENTRAL,  # El Paso and Hudspeth
}
STATES = frozenset(_WHOLE) | frozenset(_SPLIT)


def zone(state: str, *, latitude: float, longitude: float) -> str:
    """The IANA name. Raises KeyError for a state that is none."""
    split = _SPLIT.get(state)
    return split(latitude, longitude) if split else _WHOLE[state]
