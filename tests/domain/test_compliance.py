import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain.compliance import (
    RETENTION_DAYS_MOST,
    Classification,
    ComplianceInvalid,
    ComplianceSettings,
    Regime,
)
from aether.domain.errors import Invalid

SETTINGS = st.builds(
    ComplianceSettings,
    regimes=st.frozensets(st.sampled_from(Regime)),
    classification=st.sampled_from(Classification),
    retention_days=st.none() | st.integers(-5, 40_000),
    scan_for_personal_data=st.booleans(),
    redact_personal_data=st.booleans(),
    legal_hold=st.booleans(),
)


@given(settings=SETTINGS)
def test_what_is_told_is_what_is_kept(settings: ComplianceSettings) -> None:
    assert ComplianceSettings.kept(settings.told()) == settings


@given(settings=SETTINGS)
def test_settings_pass_if_they_can_be_observed_together(settings: ComplianceSettings) -> None:
    observable = (
        (settings.retention_days is None or 1 <= settings.retention_days <= RETENTION_DAYS_MOST)
        and (settings.scan_for_personal_data or not settings.redact_personal_data)
        and not (settings.classification is Classification.PUBLIC and Regime.HIPAA in settings.regimes)
    )
    if observable:
        assert settings.checked() is settings
    else:
        with pytest.raises(Invalid):
            settings.checked()


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (
            ComplianceSettings(scan_for_personal_data=False, redact_personal_data=True),
            "compliance.redact_personal_data",
        ),
        (
            ComplianceSettings(regimes=frozenset({Regime.HIPAA}), classification=Classification.PUBLIC),
            "compliance.classification",
        ),
    ],
)
def test_a_contradiction_names_its_field(settings: ComplianceSettings, field: str) -> None:
    with pytest.raises(ComplianceInvalid) as refusal:
        settings.checked()

    assert (refusal.value.code, refusal.value.field) == ("COMPLIANCE_INVALID", field)


def test_the_strictest_thing_is_not_the_default() -> None:
    assert ComplianceSettings().checked() == ComplianceSettings()
    assert not ComplianceSettings().legal_hold
