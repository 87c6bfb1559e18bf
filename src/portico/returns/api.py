"""What others may ask of returns."""

from portico.returns.finding import PAGE_MAX, Before, check_policies, find, listed, policies, policy_set, put_policies
from portico.returns.judging import eligible
from portico.returns.taking import request, take
from portico.returns.working import GradeLine, approve, grade, receive, step

__all__ = [
    "PAGE_MAX", "Before", "GradeLine", "approve", "check_policies", "eligible", "find", "grade", "listed", "policies", "policy_set",
    "put_policies", "receive", "request", "step", "take",
]  # fmt: skip
