"""What others may ask of returns."""

from portico.returns import labels
from portico.returns.finding import (
    PAGE_MAX,
    Before,
    by_link,
    check_policies,
    find,
    listed,
    policies,
    policy_set,
    put_policies,
)
from portico.returns.judging import eligible
from portico.returns.rules import buyer_may
from portico.returns.taking import foresee, request, take
from portico.returns.working import GradeLine, approve, grade, receive, step, step_own

__all__ = [
    "PAGE_MAX", "Before", "GradeLine", "approve", "buyer_may", "by_link", "check_policies", "eligible", "find", "foresee", "grade", "labels",
    "listed", "policies", "policy_set", "put_policies", "receive", "request", "step", "step_own", "take",
]  # fmt: skip
