"""Compliance: what must be observed for the documents of a notebook."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from aether.domain import checks
from aether.domain.errors import Invalid

RETENTION_DAYS_MOST = 36_500
"""The longest retention: a hundred years."""


class Regime(StrEnum):
    """A body of rules that documents may fall under."""

    GDPR = "gdpr"
    HIPAA = "hipaa"
    SOC2 = "soc2"


class Classification(StrEnum):
    """How far a document may travel."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class ComplianceInvalid(Invalid):
    """The compliance settings contradict themselves or break a limit."""

    code = "COMPLIANCE_INVALID"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceSettings:
    """What must be observed for the documents of one notebook.

    Attributes:
        regimes: The bodies of rules that apply.
        retention_days: Days after which documents are to be deleted; none to keep them.
        scan_for_personal_data: Whether documents are searched for personal data.
        redact_personal_data: Whether what is found is hidden from those without clearance.
        legal_hold: Whether nothing may be deleted, whatever the retention says.
    """

    regimes: frozenset[Regime] = frozenset()
    classification: Classification = Classification.INTERNAL
    retention_days: int | None = None
    scan_for_personal_data: bool = True
    redact_personal_data: bool = False
    legal_hold: bool = False

    def checked(self) -> "ComplianceSettings":
        """These settings, if they can be observed together.

        Raises:
            ComplianceInvalid: A limit is broken, or one setting contradicts another.
        """
        if self.retention_days is not None:
            checks.number(
                self.retention_days, field="compliance.retention_days", least=1, most=RETENTION_DAYS_MOST
            )
        if self.redact_personal_data and not self.scan_for_personal_data:
            raise ComplianceInvalid(
                "Personal data can only be redacted where documents are scanned for it.",
                field="compliance.redact_personal_data",
            )
        if self.classification is Classification.PUBLIC and Regime.HIPAA in self.regimes:
            raise ComplianceInvalid(
                "Documents under HIPAA cannot be classified as public.", field="compliance.classification"
            )
        return self

    def told(self) -> dict[str, Any]:
        """These settings as JSON values, to be kept."""
        return {**asdict(self), "regimes": sorted(self.regimes)}

    @classmethod
    def kept(cls, told: Mapping[str, Any]) -> "ComplianceSettings":
        """The settings that `told` gave."""
        return cls(
            **{
                **told,
                "regimes": frozenset(map(Regime, told["regimes"])),
                "classification": Classification(told["classification"]),
            }
        )
