"""Callbacks: programs that are told when the processing of documents is over.

A callback tells one address of one document, or of all documents in a notebook and below, for as
long as its owner may read them. What is told are ids, states and counts, never what a document
says, signed as webhooks are. A delivery is written with the event that it tells of, and tried until
it is taken or was tried often enough; whoever dies meanwhile, the next goes on.
"""

from aether.domain.callbacks.addresses import AddressRefused, Rules, UrlInvalid, target
from aether.domain.callbacks.entity import (
    Callback,
    CallbackId,
    CallbackMissing,
    Delivery,
    DeliveryId,
    DeliveryMissing,
    DeliveryPending,
    DeliveryStatus,
    Outcome,
    TooManyCallbacks,
)
from aether.domain.callbacks.keeping import (
    claim,
    create,
    deliveries_of,
    due,
    forget,
    of_viewer,
    remove,
    resend,
    settle,
    tell,
)
from aether.domain.callbacks.ports import Callbacks, Deliveries, Due, Sender, Work

__all__ = [
    "AddressRefused",
    "Callback",
    "CallbackId",
    "CallbackMissing",
    "Callbacks",
    "Deliveries",
    "Delivery",
    "DeliveryId",
    "DeliveryMissing",
    "DeliveryPending",
    "DeliveryStatus",
    "Due",
    "Outcome",
    "Rules",
    "Sender",
    "TooManyCallbacks",
    "UrlInvalid",
    "Work",
    "claim",
    "create",
    "deliveries_of",
    "due",
    "forget",
    "of_viewer",
    "remove",
    "resend",
    "settle",
    "target",
    "tell",
]
