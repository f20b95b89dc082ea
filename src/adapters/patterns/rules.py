"""Rules: what each kind looks like, to RE2, in a text of one byte a character.

A pattern matches words as they are written in Latin letters; `led` makes one that takes a word
before it. None repeats without end what could begin anew within itself, so that no
text makes a window be looked through more than a few times.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aether.adapters.patterns import judges
from aether.adapters.patterns.judges import Judge, grouped, proving
from aether.domain.sensitive import SensitiveKind, numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one kind is found.

    Attributes:
        pattern: What it looks like, in RE2's syntax and Latin-1; its group, if it has one, is the value.
        judge: How sure a match is.
        cut: Takes off the end of a match what does not belong to it.
        again: Whether a match that is not believed may hide one that begins within it.
    """

    kind: SensitiveKind
    pattern: str
    judge: Judge
    cut: Callable[[str], str] | None = None
    again: bool = False

    @property
    def spoken(self) -> bool:
        """Whether a word before the value belongs to the pattern."""
        return "(?P<value>" in self.pattern


_JOINT = r"""(?i:[\s.:=#"'()|*-]|number|nummer|num[ée]ro|n[°º]|no|nr|num|id|is|ist|est|es|my|code){0,10}"""
"""What stands between a word and the number that it announces."""


def led(words: str, value: str) -> str:
    """The pattern of a *value* after one of *words*, whatever small stands between them."""
    return rf"(?i:\b(?:{words})){_JOINT}\b(?P<value>{value})\b"


_CALLING = (
    "phone|telephone|tel|telefon|fon|mobile|mobil|cell|handy|fax|call|ring|whatsapp|t[ée]l[ée]phone|t[ée]l"
    "|portable|tel[ée]fono|m[óo]vil|telefono|cellulare|telefoon|rufnummer|telefonnummer"
)
_MONTH = r"(?i:jan|feb|mar|m\x{e4}r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]{0,6}\.?"
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    rf"|\d{{1,2}}(?i:st|nd|rd|th)?\.? {_MONTH} \d{{4}}|{_MONTH} \d{{1,2}}(?i:st|nd|rd|th)?,? \d{{4}})"
)

_BREAK = r"(?:[ \t]*\n[ \t]*|[ \t]|(?:\\[nr]){1,2})"
"""What parts the lines of a key, in JSON too."""

_SECRETS = (
    Rule(
        kind=SensitiveKind.PRIVATE_KEY,
        pattern=(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:\n[A-Z][\w-]{1,30}: [^\n]{0,200})+\n)?"
            rf"(?:{_BREAK}[A-Za-z0-9+/=]{{17,}})+"
            rf"(?:(?:{_BREAK}[A-Za-z0-9+/=]{{1,16}})?{_BREAK}"
            r"-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?"
        ),
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.JWT,
        pattern=r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?",
        judge=judges.jwt,
    ),
    Rule(
        kind=SensitiveKind.AWS_KEY,
        pattern=r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.AWS_KEY,
        pattern=(
            r"(?i:aws[\w .-]{0,16}(?:secret|key)[\w .-]{0,16}['\" :=]{1,5})"
            r"(?P<value>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"
        ),
        judge=judges.password,
    ),
    Rule(
        kind=SensitiveKind.GITHUB_TOKEN,
        pattern=r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b",
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.SLACK_TOKEN,
        pattern=r"\bxox[abeprs]-[A-Za-z0-9-]{10,255}",
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.API_KEY,
        pattern=(
            r"\b(?:AIza[\w-]{35}|[sr]k_live_[A-Za-z0-9]{16,200}|glpat-[\w-]{20,64}|aek_[\w-]{20,100})(?:[^\w-]|$)"
        ),
        judge=judges.surely,
        cut=lambda value: value if value[-1].isalnum() or value[-1] in "_-" else value[:-1],
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=(
            r"(?i:\b(?:password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contrase\x{f1}a"
            r"|api[_-]?key|secret[_-]?key|access[_-]?token))['\"]?\s{0,3}(?:=|:|(?i:is)\s)\s{0,3}['\"]?"
            r"(?P<value>[^\s\"'<>,;]{6,128})"
        ),
        judge=judges.password,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,64}:(?P<value>[^\s/@]{3,128})@",
        judge=judges.at_a_server,
    ),
)

_MONEY = (
    Rule(
        kind=SensitiveKind.CREDIT_CARD,
        pattern=(
            r"\b(?:\d{4} \d{4} \d{4} \d{4}|\d{4}-\d{4}-\d{4}-\d{4}|\d{4} \d{6} \d{5}|\d{4}-\d{6}-\d{5}"
            r"|\d{4} \d{6} \d{4}|\d{4}-\d{6}-\d{4}|\d{13,19})\b"
        ),
        judge=judges.card,
        again=True,
    ),
    Rule(
        kind=SensitiveKind.CREDIT_CARD,
        pattern=led(
            "card|visa|mastercard|amex|kreditkarte|kreditkartennummer|carte|tarjeta|carta",
            r"\d(?:[ -]?\d){12,18}",
        ),
        judge=judges.card,
    ),
    Rule(
        kind=SensitiveKind.IBAN,
        pattern=r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
        judge=judges.iban,
        cut=judges.iban_of,
        again=True,
    ),
    Rule(
        kind=SensitiveKind.CRYPTO_ADDRESS,
        pattern=r"\b[13DLM][1-9A-HJ-NP-Za-km-z]{25,34}\b",
        judge=judges.coin,
    ),
    Rule(
        kind=SensitiveKind.CRYPTO_ADDRESS,
        pattern=r"\b(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,71}\b",
        judge=judges.segwit,
    ),
)

_STATES = (
    Rule(
        kind=SensitiveKind.US_SSN,
        pattern=r"\b\d{3}-\d{2}-\d{4}\b",
        judge=proving(numbers.ssn, judges.SHAPED),
    ),
    Rule(
        kind=SensitiveKind.US_SSN,
        pattern=led("ssn|social security", r"\d{3}[ -]?\d{2}[ -]?\d{4}"),
        judge=proving(numbers.ssn),
    ),
    Rule(
        kind=SensitiveKind.UK_NINO,
        pattern=r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
        judge=grouped(numbers.nino, compact=judges.LIKELY),
    ),
    Rule(
        kind=SensitiveKind.UK_NHS,
        pattern=led("nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}"),
        judge=proving(numbers.nhs),
    ),
    Rule(
        kind=SensitiveKind.DE_TAX_ID,
        pattern=r"\b\d{2} \d{3} \d{3} \d{3}\b",
        judge=proving(numbers.tax_id_de, judges.SHAPED),
        again=True,
    ),
    Rule(
        kind=SensitiveKind.DE_TAX_ID,
        pattern=led(
            "steuer-?id|steuer-?identifikationsnummer|steuerliche identifikationsnummer|steuer-?idnr"
            "|steuernummer|idnr|tax id|tin",
            r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
        ),
        judge=proving(numbers.tax_id_de),
    ),
    Rule(
        kind=SensitiveKind.FR_NIR,
        pattern=r"\b[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\b",
        judge=grouped(numbers.nir, compact=judges.SHAPED),
    ),
    Rule(
        kind=SensitiveKind.ES_DNI,
        pattern=r"\b(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z]\b",
        judge=proving(numbers.dni, judges.LIKELY),
    ),
    Rule(
        kind=SensitiveKind.IT_FISCAL_CODE,
        pattern=r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b",
        judge=proving(numbers.fiscal_code),
    ),
    Rule(
        kind=SensitiveKind.NL_BSN,
        pattern=led("bsn|burgerservicenummer|sofinummer", r"\d{9}|\d{4}\.\d{2}\.\d{3}|\d{3} \d{3} \d{3}"),
        judge=proving(numbers.bsn),
    ),
    Rule(
        kind=SensitiveKind.BE_NRN,
        pattern=r"\b\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}\b",
        judge=proving(numbers.nrn),
    ),
    Rule(
        kind=SensitiveKind.PL_PESEL,
        pattern=led("pesel", r"\d{11}"),
        judge=proving(numbers.pesel),
    ),
    Rule(
        kind=SensitiveKind.FI_HETU,
        pattern=r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]\b",
        judge=proving(numbers.hetu, judges.SHAPED),
    ),
    Rule(
        kind=SensitiveKind.SE_PERSONNUMMER,
        pattern=led("personnummer|personnr", r"(?:19|20)?\d{6}[-+]?\d{4}"),
        judge=proving(lambda digits: numbers.personnummer(digits[-10:])),
    ),
    Rule(
        kind=SensitiveKind.CH_AHV,
        pattern=r"\b756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}\b",
        judge=grouped(numbers.ahv, compact=judges.SHAPED),
    ),
    Rule(
        kind=SensitiveKind.CA_SIN,
        pattern=led("sin|social insurance|nas", r"\d{3}[ -]?\d{3}[ -]?\d{3}"),
        judge=proving(numbers.sin),
    ),
    Rule(
        kind=SensitiveKind.BR_CPF,
        pattern=r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b",
        judge=proving(numbers.cpf),
    ),
    Rule(
        kind=SensitiveKind.BR_CPF,
        pattern=led("cpf", r"\d{11}"),
        judge=proving(numbers.cpf),
    ),
    Rule(
        kind=SensitiveKind.IN_AADHAAR,
        pattern=led("aadhaar|aadhar|uidai|uid", r"\d{4}[ -]?\d{4}[ -]?\d{4}"),
        judge=proving(numbers.aadhaar),
    ),
    Rule(
        kind=SensitiveKind.CN_RESIDENT_ID,
        pattern=r"\b[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]\b",
        judge=proving(numbers.resident_id, judges.TOLD),
    ),
    Rule(
        kind=SensitiveKind.PASSPORT,
        pattern=led(
            "passport|passeport|reisepass|pasaporte|passaporto|paspoort",
            r"[A-Z0-9]{1,3} ?\d{6,8}|[A-Z0-9]{8,9}",
        ),
        judge=judges.numbered,
    ),
    Rule(
        kind=SensitiveKind.DRIVING_LICENCE,
        pattern=led(
            r"driver'?s'? licen[cs]e|driving licen[cs]e|f\x{fc}hrerschein|permis de conduire|patente di guida"
            r"|permiso de conducir",
            r"[A-Z0-9]{5,18}|[A-Z]\d{3}(?:-\d{3,4}){2,4}",
        ),
        judge=judges.numbered,
    ),
)

_PEOPLE = (
    Rule(
        kind=SensitiveKind.DATE_OF_BIRTH,
        pattern=(
            r"(?i:\b(?:date of birth|birth ?date|birthday|d\.?o\.?b\.?|born(?: on)?|geburtsdatum|geb\."
            r"|geboren(?: am)?|n\x{e9}e? le|date de naissance|fecha de nacimiento|data di nascita))"
            r"[\s:=|(-]{0,5}"
            rf"(?P<value>{_DAY})\b"
        ),
        judge=judges.birth,
    ),
    Rule(
        kind=SensitiveKind.EMAIL,
        pattern=r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,24}\b",
        judge=judges.email,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=r"\+\d{1,3}(?:[ ./-]?\(?\d{1,8}\)?){1,8}",
        judge=judges.international,
        cut=judges.phone_of,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=(r"(?:\b1[ .-])?(?:\([2-9]\d{2}\) ?\d{3}[ .-]|\b[2-9]\d{2}(?:-\d{3}-|\.\d{3}\.))\d{4}\b"),
        judge=judges.american,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=(
            r"\b0[1-9](?: \d{2}){4}\b|\b0[1-9](?:\.\d{2}){4}\b|\b0\d{4} \d{6}\b|\b0\d{3} \d{3} \d{4}\b"
            r"|\b02\d \d{4} \d{4}\b|\b01[5-7]\d[ /-]\d{7,8}\b"
        ),
        judge=judges.national,
        again=True,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=rf"(?i:\b(?:{_CALLING})\b){_JOINT}(?P<value>\(?\+?\d(?:[ ./()-]{{0,2}}\d){{6,16}})\b",
        judge=judges.spoken_phone,
        cut=judges.phone_of,
    ),
    Rule(
        kind=SensitiveKind.IP_ADDRESS,
        pattern=r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
        judge=judges.ip4,
    ),
    Rule(
        kind=SensitiveKind.IP_ADDRESS,
        pattern=r"\b[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{3,34}[0-9A-Fa-f]\b",
        judge=judges.ip6,
    ),
    Rule(
        kind=SensitiveKind.MAC_ADDRESS,
        pattern=(
            r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}\b"
            r"|\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b"
        ),
        judge=judges.mac,
    ),
)

RULES: tuple[Rule, ...] = (*_SECRETS, *_MONEY, *_STATES, *_PEOPLE)
"""Every rule there is."""
