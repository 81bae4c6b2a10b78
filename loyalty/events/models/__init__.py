from loyalty.events.models.happenings import Change, OutboxEvent
from loyalty.events.models.jobs import JobRun, JobState
from loyalty.events.models.messages import Message, MessageKind, MessageReason, MessageState

__all__ = [
    "Change",
    "JobRun",
    "JobState",
    "Message",
    "MessageKind",
    "MessageReason",
    "MessageState",
    "OutboxEvent",
]
