"""The event log: facts written in the transaction that made them true, and readers that miss none.

Commit order is not id order: a fact with a small id may become visible after one with a larger id. Every row
therefore keeps the transaction that wrote it (`xid`), and a place in the log is `(generation, xid, id)`:

- a durable `Reader` takes only facts of transactions older than every one still running
  (`pg_snapshot_xmin`), in that order, and moves its place in the transaction in which it acts on them;
- the live `Tail` wants each fact at once: it takes all it can see from its place on, and remembers
  which it has shown until the transactions that were running have ended.

`generation` counts clusters: transaction ids start anew in a restored database, so `open_generation` moves on.
"""

from portico.platform.events.facts import EventId, Fact, Hand, Recorded, about, announces, append
from portico.platform.events.people import LOOKED_AT_MAX, Stretch, of_people
from portico.platform.events.places import FACTS_AT_ONCE_MAX, Place, open_generation
from portico.platform.events.readers import ATTEMPTS_MAX, UNWRITTEN_MAX, Handler, ManyHandler, Reader
from portico.platform.events.tail import Tail

__all__ = [
    "ATTEMPTS_MAX", "FACTS_AT_ONCE_MAX", "LOOKED_AT_MAX", "UNWRITTEN_MAX", "EventId", "Fact", "Hand", "Handler", "ManyHandler", "Place", "Reader",
    "Recorded", "Stretch", "Tail", "about", "announces", "append", "of_people", "open_generation",
]  # fmt: skip
