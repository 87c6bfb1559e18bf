"""What others may ask of insights."""

from portico.insights.telling import TOLD, UNTOLD
from portico.insights.timeline import ROWS_USUAL, Asked, Reader, reader, timeline

__all__ = ["ROWS_USUAL", "TOLD", "UNTOLD", "Asked", "Reader", "reader", "timeline"]
