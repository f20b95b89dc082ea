"""The kinds of what is sensitive."""

from enum import StrEnum


class SensitiveKind(StrEnum):
    """What a find is; of two that are alike in length and sureness, the one named first stands."""

    PRIVATE_KEY = "private_key"
    JWT = "jwt"
    AWS_KEY = "aws_key"
    GITHUB_TOKEN = "github_token"  # noqa: S105 - the name of a kind
    SLACK_TOKEN = "slack_token"  # noqa: S105 - the name of a kind
    API_KEY = "api_key"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    CREDIT_CARD = "credit_card"
    IBAN = "iban"
    CRYPTO_ADDRESS = "crypto_address"
    US_SSN = "us_ssn"
    UK_NINO = "uk_nino"
    UK_NHS = "uk_nhs"
    DE_TAX_ID = "de_tax_id"
    FR_NIR = "fr_nir"
    ES_DNI = "es_dni"
    IT_FISCAL_CODE = "it_fiscal_code"
    NL_BSN = "nl_bsn"
    BE_NRN = "be_nrn"
    PL_PESEL = "pl_pesel"
    FI_HETU = "fi_hetu"
    SE_PERSONNUMMER = "se_personnummer"
    CH_AHV = "ch_ahv"
    CA_SIN = "ca_sin"
    BR_CPF = "br_cpf"
    IN_AADHAAR = "in_aadhaar"
    CN_RESIDENT_ID = "cn_resident_id"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    DATE_OF_BIRTH = "date_of_birth"
    EMAIL = "email"
    PHONE = "phone"
    IP_ADDRESS = "ip_address"
    MAC_ADDRESS = "mac_address"

    @property
    def personal(self) -> bool:
        """Whether it is about a person; the others open doors."""
        return self not in SECRETS


SECRETS = frozenset(
    {
        SensitiveKind.PRIVATE_KEY,
        SensitiveKind.JWT,
        SensitiveKind.AWS_KEY,
        SensitiveKind.GITHUB_TOKEN,
        SensitiveKind.SLACK_TOKEN,
        SensitiveKind.API_KEY,
        SensitiveKind.PASSWORD,
    }
)
"""What opens doors."""
