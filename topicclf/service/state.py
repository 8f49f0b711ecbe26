"""What the routes of one process share."""

from dataclasses import dataclass

from topicclf.service.corrections import Corrections
from topicclf.service.metrics import Metrics
from topicclf.service.roster import Roster
from topicclf.service.settings import Settings

__all__ = ["State"]


@dataclass(frozen=True, eq=False)
class State:
    """What the routes of one process share.

    Attributes:
        settings: How the service is run.
        roster: The models.
        metrics: The counters.
        corrections: Where corrections are kept.
    """

    settings: Settings
    roster: Roster
    metrics: Metrics
    corrections: Corrections
