"""Could it have happened? A checker of histories of stock.

A history is linearizable when each call can be given a moment between its beginning and its answer so that, one after the
other in that order, every answer is the one that was given (Herlihy and Wing, "Linearizability", 1990). For one item at one
place the object is a counter of free units: what is asked off it is given only if it is there, what is refused is not.
The search is Wing and Gong's with the memory of Lowe ("Testing for linearizability", 2017): since effects are added up, the
state follows from which calls have happened, so a set of calls that led nowhere is not tried again.
"""

from collections.abc import Sequence

import msgspec


class Call(msgspec.Struct, frozen=True):
    """One call as its caller saw it, in seconds of one clock.

    `delta` is what it adds to the free units: as asked if refused, as done if granted. `told` is how many free units a
    refusal spoke of, or None. `up_to`: it asked for so many, and was given `-delta`, as many as there were.
    """

    began: float
    ended: float
    delta: int
    granted: bool
    told: int | None = None
    up_to: int | None = None
    note: str = ""


def explains(calls: Sequence[Call], *, free: int) -> list[int] | None:
    """An order of the calls, by their index, in which every answer is right, beginning with `free` units; None if none is."""
    order = sorted(range(len(calls)), key=lambda i: (calls[i].began, calls[i].ended))
    everybody = (1 << len(calls)) - 1
    tried: set[int] = set()
    path: list[int] = []
    choices = [_possible(calls, order, 0, free)]
    done, state = 0, free
    while True:
        if done == everybody:
            return path
        if not choices[-1]:
            choices.pop()
            if not path:
                return None
            undone = path.pop()
            done &= ~(1 << undone)
            state -= _effect(calls[undone])
            continue
        chosen = choices[-1].pop()
        after = done | 1 << chosen
        if after in tried:
            continue
        tried.add(after)
        path.append(chosen)
        done, state = after, state + _effect(calls[chosen])
        choices.append(_possible(calls, order, done, state))


def _effect(call: Call) -> int:
    return call.delta if call.granted else 0


def _possible(calls: Sequence[Call], order: Sequence[int], done: int, state: int) -> list[int]:
    """Who may be next: those that began before any of the rest had its answer, and whose answer fits; the latest first."""
    first_answer = min((calls[i].ended for i in order if not done >> i & 1), default=0.0)
    found = []
    for i in order:
        if calls[i].began > first_answer:
            break
        if not done >> i & 1 and _fits(calls[i], state):
            found.append(i)
    return found[::-1]


def _fits(call: Call, state: int) -> bool:
    if call.up_to is not None:
        return -call.delta == min(call.up_to, max(0, state))
    if call.granted:
        return state + call.delta >= 0
    if call.told is not None and call.told != max(0, state):
        return False
    return state + call.delta < 0
