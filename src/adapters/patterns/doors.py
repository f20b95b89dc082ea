"""Doors: what the things look like that open them, from keys to passwords."""

from aether.adapters.patterns import judges
from aether.adapters.patterns.shapes import Rule
from aether.domain.sensitive import SensitiveKind

_PASSWORDS = (
    r"pass-?word|passwd|pass-?phrase|passwort|kennwort|mot de passe|contrase[ñn]a|wachtwoord|haslo|salasana"
    r"|l[öo]senord|senha|palavra-passe|heslo|adgangskode|passord|parola|\x80+"
)
_SHORTER = r"\b(?:clave|mdp|mot de passe|pin|jelszo|jelsz[óo]|sifre)"
"""Words that mean other things too, but hardly before a colon."""
_SHORT = r"(?:\b|_)(?:pwd|pass|pw)"
_KEYS = (
    r"api[ _-]?(?:key|token|secret)|secret[ _-]?key|(?:access|auth|bearer|refresh)[ _-]?token"
    r"|client[ _-]?secret|private[ _-]?token"
    r"|api[ -]?(?:schl[üu]ssel|sleutel|nyckel)|(?:cl[ée]|clave|chiave|chave|klucz)(?: de| d')?[ -]?(?:l')?api"
)
_TOKENS = r"(?:^|[^:\w]|_)(?:token|secret|(?:access|account|shared|signing|encryption|auth)[ _-]?key)"
"""Names of what is a key if it is long and in no order."""
_OPAQUE = r"(?P<value>[\w~.+/=-]{20,200})"
_SET = r"""['"]?\s{0,3}(?:=>|:=|=|:)\s{0,3}['"]?"""
"""What gives a name its value, in any of the usual notations."""
_SAID = (
    r"(?:(?:[ \t]+[a-zà-ÿ]+){0,5}[ \t]+(?:is|was|lautet|ist|est|es|é|è|är|er|je"
    r"|=)[ \t]*:?[ \t]+['\"]?|\t|[ \t]{2,40}|[ \t]+['\"])"
)
_TITLED = r"(?:[ \t]+[\wà-ÿ-]{1,20}){1,5}[ \t]?:[ \t]{1,3}['\"]?"
"""What may stand between the word and the colon."""
_TO = (
    r"(?:haslo(?:[ \t]+[a-z]+){0,4}[ \t]+to|salasana(?:[ \t]+[a-zäö]+){0,3}[ \t]+on|salasanani on"
    r"|haslem jest)[ \t]+['\"]?"
)
"""What says so in languages whose words for it mean something else in others."""
_VALUE = r"(?P<value>[^\s\"'<>,;]{6,128})"

_BREAK = r"(?:[ \t]*\r?\n[ \t>|#*]{0,32}|[ \t]|(?:\\[nr]){1,2})"
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
            r"\b(?:AIza[\w-]{35}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}|glpat-[\w-]{20,64}|aek_[\w-]{20,100}"
            r"|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{34}|pypi-AgE[\w-]{50,250}|SG\.[\w-]{22}\.[\w-]{43}"
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
        judge=judges.key,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.API_KEY,
        pattern=(
            rf"(?i:(?:{_KEYS})(?:[ \t]+[a-z]+){{0,3}}[ \t]+(?:is|was|lautet|ist|est|es|é|è):?[ \t]+['\"]?"
            rf"|{_TOKENS}{_SET}|\bbearer[ \t]+){_OPAQUE}"
        ),
        judge=judges.opaque,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.API_KEY,
        pattern=r"(?:\b|bot)(?P<value>\d{8,10}:AA[\w-]{33})(?:[^\w-]|$)",
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=rf"(?i:{_PASSWORDS}|{_SHORT}|{_SHORTER}){_SET}{_VALUE}",
        judge=judges.password,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=rf"(?i:(?:{_PASSWORDS}|{_SHORT}){_SAID}|{_TO}){_VALUE}",
        judge=judges.told_password,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=rf"(?i:\b(?:{_PASSWORDS})[ \t]{{0,3}}[ \t\n]){_VALUE}",
        judge=judges.strong_password,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=rf"(?i:(?:{_PASSWORDS}){_TITLED}){_VALUE}",
        judge=judges.titled_password,
        cut=judges.password_of,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=rf"(?i:<[\w:.-]{{0,30}}(?:{_PASSWORDS}|pwd)>){_VALUE}</",
        judge=judges.password,
    ),
    Rule(
        kind=SensitiveKind.PASSWORD,
        pattern=(
            r"\b(?:(?:mysql(?:dump|admin)?|mariadb|sshpass|mongo(?:sh|dump|restore)?|redis-cli"
            r"|ldapsearch)\b[^\n|;]{0,80} -(?:p|w|a) ?['\"]?"
            r"|curl\b[^\n|;]{0,120} (?:-u|--user)[ =]?['\"]?[^\s:'\"]{1,64}:"
            rf"|net use\b[^\n]{{0,120}} /user:\S{{1,64}} ['\"]?){_VALUE}"
        ),
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
