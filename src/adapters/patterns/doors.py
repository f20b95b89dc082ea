"""Doors: what the things look like that open them, from keys to passwords."""

from aether.adapters.patterns import judges
from aether.adapters.patterns.shapes import Rule
from aether.domain.sensitive import SensitiveKind

_PASSWORDS = (
    r"pass-?word|passwd|pass-?phrase|passwort|kennwort|mot de passe|contrase[ñn]a|wachtwoord|haslo|salasana"
    r"|l[öo]senord|senha|palavra-passe|heslo|adgangskode|passord|parola"
)
_SHORT = r"(?:\b|_)(?:pwd|pass|pw)"
_KEYS = (
    r"api[ _-]?(?:key|token|secret)|secret[ _-]?key|(?:access|auth|bearer|refresh)[ _-]?token"
    r"|client[ _-]?secret|private[ _-]?token"
)
_SET = r"""['"]?\s{0,3}(?:=>|:=|=|:)\s{0,3}['"]?"""
"""What gives a name its value, in any of the usual notations."""
_SAID = r"(?:(?:[ \t]+[a-zà-ÿ]+){0,5}[ \t]+(?:is|was|lautet|ist|est|es)\b:?[ \t]+['\"]?|\t|[ \t]{2,40})"
_VALUE = r"(?P<value>[^\s\"'<>,;]{6,128})"

_BREAK = r"(?:[ \t]*\n[ \t]*|[ \t]|(?:\\[nr]){1,2})"
"""What parts the lines of a key, in JSON too."""

DOORS: tuple[Rule, ...] = (
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
            r"(?i:(?:aws[\w .-]{0,16}(?:secret|key)[\w .-]{0,16}|secret[ _-]?(?:access[ _-]?)?key)"
            r"['\" :=]{1,5})"
            r"(?P<value>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"
        ),
        judge=judges.mixed_key,
    ),
    Rule(
        kind=SensitiveKind.GITHUB_TOKEN,
        pattern=r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{82})\b",
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.SLACK_TOKEN,
        pattern=r"\b(?:xox[abeprs]|xapp)-[A-Za-z0-9-]{10,255}",
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.SLACK_TOKEN,
        pattern=r"\bhooks\.slack\.com/services/(?P<value>T[A-Z0-9]{6,16}/B[A-Z0-9]{6,16}/[A-Za-z0-9]{16,40})\b",
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.API_KEY,
        pattern=(
            r"\b(?:AIza[\w-]{35}|[sr]k_live_[A-Za-z0-9]{16,200}|glpat-[\w-]{20,64}|aek_[\w-]{20,100}"
            r"|npm_[A-Za-z0-9]{36}|hf_[A-Za-z]{34}|SG\.[\w-]{22}\.[\w-]{43}"
            r"|dop_v1_[0-9a-f]{64}|shpat_[0-9a-f]{32}|whsec_[A-Za-z0-9]{24,64})(?:[^\w-]|$)"
        ),
        judge=judges.surely,
        cut=lambda value: value if value[-1].isalnum() or value[-1] in "_-" else value[:-1],
    ),
    Rule(
        kind=SensitiveKind.API_KEY,
        pattern=r"\bsk-(?:(?:proj|svcacct|ant-[a-z]{3,8}\d\d)-)?[\w-]{20,200}",
        judge=judges.mixed_key,
    ),
    Rule(
        kind=SensitiveKind.API_KEY,
        pattern=rf"(?i:(?:{_KEYS})){_SET}(?P<value>[\w~.+/=-]{{12,200}})",
        judge=judges.password,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=rf"(?i:{_PASSWORDS}|{_SHORT}){_SET}{_VALUE}",
        judge=judges.password,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=rf"(?i:(?:{_PASSWORDS}|{_SHORT}){_SAID}){_VALUE}",
        judge=judges.told_password,
        cut=judges.password_of,
    ),
    *(
        Rule(
            kind=SensitiveKind.PASSWORD,
            pattern=(
                rf"(?i:{_PASSWORDS}|{_SHORT})['\"]?\s{{0,3}}[=:]\s{{0,3}}"
                rf"{quote}(?P<value>[^{quote}\n]{{6,64}}){quote}"
            ),
            judge=judges.quoted_password,
        )
        for quote in ("'", '"')
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,64}:(?P<value>[^\s/@]{3,128})@",
        judge=judges.at_a_server,
    ),
)
"""The rules for what opens doors."""
