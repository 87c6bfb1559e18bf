"""What day it is where something stands: around midnight not the same in every market."""

from datetime import date
from zoneinfo import ZoneInfo

from portico.business.types import Location
from portico.platform.db import Tx


def today_at(tx: Tx, place: Location) -> date:
    return tx.now.astimezone(ZoneInfo(place.time_zone)).date()
