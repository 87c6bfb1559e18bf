"""HTTP: how requests come in, who they come from, how answers and refusals go out."""

from portico.platform.http.answers import Answered, json_bytes
from portico.platform.http.asked import IDS_MAX, parse_ids
from portico.platform.http.door import Door, Doorway, Hot, Platform, Step
from portico.platform.http.policies import policy

__all__ = ["IDS_MAX", "Answered", "Door", "Doorway", "Hot", "Platform", "Step", "json_bytes", "parse_ids", "policy"]
