"""Rules: what each kind looks like, to RE2, in a text of one byte a character.

A pattern matches words as they are written in Latin letters; `led` makes one that takes a word
before it. None repeats without end what could begin anew within itself, so that no
text makes a window be looked through more than a few times.
"""

from aether.adapters.patterns import judges
from aether.adapters.patterns.doors import DOORS
from aether.adapters.patterns.judges import grouped, proving
from aether.adapters.patterns.shapes import JOINT, Rule, digits, joined, led, proven_after
from aether.domain.sensitive import SensitiveKind, numbers

CALLING = (
    "phone|telephone|tel|telefon|fon|mobile|mobil|mobiltelefon|cell|handy|fax|call|ring|whatsapp"
    "|t[ée]l[ée]phone|t[ée]l"
    "|portable|tel[ée]fono|m[óo]vil|cellulare|celular|telefoon|rufnummer|gsm|natel|puh|puhelin|tlf"
    "|telefone|telem[óo]vel|kom[óo]rka|festnetz|ruf mich an|rufen sie (?:mich|uns) an|vast|fixe|fisso"
    "|mobiel|telefonu|telefonnr|telefonszam|tfno|contact (?:number|no|phone)|landline|voicemail|telefax"
    "|t[ée]l[ée]copie"
    "|kontakttelefon|matkapuhelin|mobilnummer|telefoonnummer|telefonnummer|mobilnr"
)
"""Words before any number that is for calling."""
_ASKING = (
    "ph|mob|tlf|tf|text|sms|dial|bel|belt|bellen|appele[zr]|appelez-moi|joindre|joignable|chiamami"
    "|chiamare|chiamate|ll[áa]mame|llamar"
    "|llame|ligue|ligar|erreichbar|erreichen|r[üu]ckfragen|bereikbaar|zadzwon|soita|reach (?:me|us)|reachable"
    "|(?:my|mon|mi|mijn|meine|il mio|meu|m[oó]j|mitt) (?:number|nummer|num[ée]ro|n[úu]mero|numer)"
)
"""Words before what is a number for calling if it is written as one."""
_DIGITS = r"(?:[ ./()-]{0,3}\d){6,16}"
_DIALLED = rf"\(?\+?\d{_DIGITS}"
_WHICH = (
    "fijo|kom|privat|private|dienstl|work|home|office|mobile|at|on|us|me|unter|bureau|casa|ufficio"
    "|au|pod|toll-free|free"
)
"""Words that say which of several numbers it is."""
_MONTH = (
    r"(?i:jan|feb|mar|m[äa]r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|f[ée]v|avr"
    r"|juin|juil"
    r"|ao[ûu]|d[ée]c|gen|mag|giu|lug|set|ott|mrt|mei|maj|out|fev)[a-zà-ÿ]{0,7}\.?"
)
BORN = joined(
    r"date of birth|birth da(?:te|y)|bday|d\.?o\.?b|born(?: on)?|birth"
    r"|geburts(?:datum|tag)|geb|geboren(?: am| op)?|geb\.? ?dat(?:um)?|geboortedatum"
    r"|n[ée]e?(?:\(e\))?(?: le)?|(?:date de )?naissance|(?:fecha de )?nacimiento|f\. nac|nacid[oa](?: el)?"
    r"|(?:data di )?nascita|nat[oa] (?:il|a [A-Za-z]{2,20} il)|(?:data de )?nascimento|nascid[oa](?: em)?"
    r"|(?:data )?urodzenia|urodzon[ya]|ur\."
    r"|f[öo]delsedatum|f[öo]dd|syntym[äa]aika|synt|f[øo]dselsdato|f[øo]dt|(?:datum )?narozen[íi]"
    r"|narozen[aý]?|nar\."
)
"""Words before a day on which somebody was born."""
_YEAR = r"(?:\d{4}|'?\d{2})"
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\d{1,2}(?:-|/|\. ?)\d{1,2}(?:-|/|\. ?)(?:\d{4}|\d{2})\b|(?:19"
    r"|20)\d{6}\b"
    rf"|\d{{1,2}}(?i:st|nd|rd|th|er|e|[°º])?[ .-]{{0,2}}(?i:de |of )?{_MONTH}[ .,-]{{0,2}}(?i:de "
    rf"|del )?{_YEAR}\b"
    rf"|{_MONTH} ?\d{{1,2}}(?i:st|nd|rd|th)?,? {_YEAR}\b"
    r"|\d{4}\?\d{1,2}\?\d{1,2}(?:\?|\b))"
)

_LETTERS = "A-Za-zÀ-ÖØ-öø-ÿ"
_MONEY = (
    Rule(
        kind=SensitiveKind.CREDIT_CARD,
        pattern=(
            r"\b(?:\d{4} {1,2}\d{4}(?: {1,2}|\n)\d{4} {1,2}\d{4}|\d{4}-\d{4}-\d{4}-\d{4}"
            r"|\d{4}\.\d{4}\.\d{4}\.\d{4}"
            r"|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{13,19})\b"
        ),
        judge=judges.card,
        again=True,
        never=r"\d{4}(?:[ -]\d{4}){5,}\b",
    ),
    Rule(
        kind=SensitiveKind.CREDIT_CARD,
        pattern=proven_after(
            "card|cc|pan|visa|mastercard|maestro|amex|american express|diners|discover|jcb|kreditkarte"
            "|kreditkartennummer"
            "|credit-?card(?:number|nummer)?|kortnummer|kort|kaart|carte|tarjeta|carta|cart[ãa]o|karta|karty",
            r"\d(?:[ -]?\d){12,18}|\d{4}(?:(?:[ ./-]{1,3}|\n)\d{4,6}){2,4}(?:[ ./-]{1,3}\d{1,3})?",
            foreign="\x85",
        ),
        judge=judges.card,
    ),
    Rule(
        kind=SensitiveKind.IBAN,
        pattern=r"\b(?:[A-Z]{2} ?\d{2}|[a-z]{2}\d{2})(?:[ .-]|  |\r?\n)?[A-Za-z0-9](?:(?:[ .-]|  "
        r"|\r?\n)?[A-Za-z0-9]){10,29}",
        judge=judges.iban,
        cut=judges.iban_of,
        again=True,
    ),
    Rule(
        kind=SensitiveKind.CRYPTO_ADDRESS,
        pattern=r"\b[13DLMT][1-9A-HJ-NP-Za-km-z]{25,34}\b",
        judge=judges.coin,
    ),
    Rule(
        kind=SensitiveKind.CRYPTO_ADDRESS,
        pattern=r"\b(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,71}\b",
        judge=judges.segwit,
    ),
    Rule(
        kind=SensitiveKind.CRYPTO_ADDRESS,
        pattern=r"\b0x[0-9A-Fa-f]{40}\b",
        judge=judges.ether,
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
        pattern=proven_after(
            r"ssn|social security|soc\.? ?sec|ss (?:no|number)|ss#|seguro social|my social|'s social",
            digits(3, 2, 4),
        ),
        judge=proving(numbers.ssn, judges.TOLD),
    ),
    Rule(
        kind=SensitiveKind.UK_NINO,
        pattern=(
            r"\b(?:[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|[A-Z]{2}(?:-\d{2}){3}-[A-D]"
            r"|[a-z]{2} \d{2} \d{2} \d{2} [a-d])\b"
        ),
        judge=grouped(numbers.nino, compact=judges.LIKELY),
    ),
    Rule(
        kind=SensitiveKind.UK_NINO,
        pattern=proven_after(
            r"national insurance|nat\.? ?ins|nino|n\.?i\.?(?: (?:no|number))?",
            r"[A-Za-z]{2}(?:[ .-]?\d{2}){3}[ .-]?[A-Da-d]",
        ),
        judge=proving(numbers.nino),
    ),
    Rule(
        kind=SensitiveKind.UK_NHS,
        pattern=proven_after(r"n\.?h\.?s", digits(3, 3, 4)),
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
        pattern=proven_after(
            "steuer id|steuer ?identifikations(?:nummer|nr)|(?:steuerliche )?identifikations(?:nummer|nr)"
            "|steuer ?idnr|steuernummer|idnr|id nr|tax id|tin",
            digits(2, 3, 3, 3),
        ),
        judge=proving(numbers.tax_id_de),
    ),
    Rule(
        kind=SensitiveKind.FR_NIR,
        pattern=(
            r"\b(?:[12][ -]?\d{2}[ -]?\d{2}[ -]?(?:\d{2}|2[ABab])[ -]?\d{3}[ -]?\d{3}(?:[ -]| / )?\d{2}"
            r"|[12]\.\d{2}\.\d{2}\.(?:\d{2}|2[ABab])\.\d{3}\.\d{3}\.\d{2})\b"
        ),
        judge=grouped(numbers.nir, compact=judges.SHAPED),
    ),
    Rule(
        kind=SensitiveKind.ES_DNI,
        pattern=r"\b(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z]\b",
        judge=proving(numbers.dni, judges.LIKELY),
    ),
    Rule(
        kind=SensitiveKind.ES_DNI,
        pattern=proven_after(
            r"d\.?n\.?i|n\.?i\.?f|n\.?i\.?e|documento nacional(?: de identidad)?|identidad|spanish id",
            r"(?:\d{2}[ .]?\d{3}[ .]?\d{3}|[XYZxyz][ -]?\d{7})[ .-]{0,3}[A-HJ-NP-TV-Za-hj-np-tv-z]",
        ),
        judge=proving(numbers.dni),
    ),
    Rule(
        kind=SensitiveKind.IT_FISCAL_CODE,
        pattern=r"(?i:\b[A-Z]{3}[ -]?[A-Z]{3}[ -]?\d{2}[A-EHLMPRST]\d{2}[ -]?[A-Z]\d{3}[A-Z]\b)",
        judge=proving(numbers.fiscal_code),
    ),
    Rule(
        kind=SensitiveKind.NL_BSN,
        pattern=proven_after(
            "bsn|burgerservice ?(?:nummer|nr)|sofi ?(?:nummer|nr)|citizen service number",
            rf"{digits(3, 3, 3)}|{digits(4, 2, 3)}",
        ),
        judge=proving(numbers.bsn),
    ),
    Rule(
        kind=SensitiveKind.BE_NRN,
        pattern=r"\b\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}\b",
        judge=proving(numbers.nrn),
    ),
    Rule(
        kind=SensitiveKind.BE_NRN,
        pattern=proven_after(
            "registre national|rijksregister(?:nummer|nr)?|(?:num[ée]ro|n[°º]) national"
            "|nationaal nummer|niss|insz|rrn"
            "|national ?register(?:nummer|nr)?|national (?:register )?number",
            digits(2, 2, 2, 3, 2),
        ),
        judge=proving(numbers.nrn),
    ),
    Rule(
        kind=SensitiveKind.PL_PESEL,
        pattern=proven_after("pesel", digits(2, 2, 2, 5)),
        judge=proving(numbers.pesel),
    ),
    Rule(
        kind=SensitiveKind.FI_HETU,
        pattern=r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]\b",
        judge=proving(numbers.hetu, judges.SHAPED),
    ),
    Rule(
        kind=SensitiveKind.FI_HETU,
        pattern=proven_after(
            "henkil[öo]tunnu(?:s|ksen[ai]?|kseni|kset)|hetu|sotu|personbeteckning|personal identity code",
            r"\d{6} ?[-+A-Fa-fU-Yu-y] ?\d{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]",
        ),
        judge=proving(numbers.hetu),
    ),
    Rule(
        kind=SensitiveKind.SE_PERSONNUMMER,
        pattern=r"\b(?:18|19|20)?\d{6}[-+]\d{4}\b",
        judge=proving(lambda digits: numbers.personnummer(digits[-10:]), judges.LIKELY),
    ),
    Rule(
        kind=SensitiveKind.SE_PERSONNUMMER,
        pattern=proven_after(
            r"person(?:nummer|nr)|pers\.? ?nr|pnr|samordnings(?:nummer|nr)|f[öo]dd|swedish (?:personal|id)",
            r"(?:(?:18|19|20)?\d{6}|(?:18|19|20)\d{2}[ -]\d{2}[ -]\d{2})[ +-]{0,3}\d{4}",
        ),
        judge=proving(lambda digits: numbers.personnummer(digits[-10:])),
    ),
    Rule(
        kind=SensitiveKind.CH_AHV,
        pattern=r"\b756[. -]?\d{4}[. -]?\d{4}[. -]?\d{2}\b",
        judge=grouped(numbers.ahv, compact=judges.SHAPED),
    ),
    Rule(
        kind=SensitiveKind.CA_SIN,
        pattern=led(r"sin|s\.i\.n|social insurance|assurance sociale|nas", digits(3, 3, 3)),
        judge=proving(numbers.sin),
    ),
    Rule(
        kind=SensitiveKind.BR_CPF,
        pattern=r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b",
        judge=proving(numbers.cpf),
    ),
    Rule(
        kind=SensitiveKind.BR_CPF,
        pattern=proven_after(r"c\.?p\.?f", digits(3, 3, 3, 2)),
        judge=proving(numbers.cpf),
    ),
    Rule(
        kind=SensitiveKind.IN_AADHAAR,
        pattern=proven_after("aadhaar|aadhar|adhaar|uidai|uid", digits(4, 4, 4), foreign="\x84"),
        judge=proving(numbers.aadhaar),
    ),
    Rule(
        kind=SensitiveKind.CN_RESIDENT_ID,
        pattern=r"\b[1-9]\d{5} ?(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dXx]\b",
        judge=proving(numbers.resident_id, judges.TOLD),
    ),
    Rule(
        kind=SensitiveKind.PASSPORT,
        pattern=led(
            "passport|passeport|reisepa(?:ss|ß)|pasaporte|passaporto|passaporte|paspoort|paszportu?"
            "|travel document|reisedokument|pass nr|pass ?nummer|pasnummer|passin numero|passi|c[ií]slo pasu",
            r"[A-Z0-9]{1,3} ?\d{6,8}|[a-z]{1,3} ?\d{6,8}|\d{2}[A-Za-z]{2} ?\d{5}|[A-Z0-9]{8,9}",
            foreign="\x82",
        ),
        judge=judges.numbered,
    ),
    Rule(
        kind=SensitiveKind.DRIVING_LICENCE,
        pattern=led(
            r"driver'?s?'? licen[cs]e|driving licen[cs]e|dl|f[üu]hrerschein(?:nummer|nr)?|fahrerlaubnis"
            r"|permis(?: de conduire)?"
            r"|patente(?: di guida)?|permiso de conducir|carn[eé]t? de conducir|carta de condu[çc][ãa]o"
            r"|cnh|dvla licen[cs]e"
            r"|rijbewijs(?:nummer|nr)?|prawo jazdy|k[öo]rkort(?:snummer)?|ajokortti|k[øo]rekort"
            r"|f[øo]rerkort|driver number",
            r"[A-Z]\d{3}(?:-\d{3,4}){2,4}|\d{5}/\d{2}/\d{4}|[A-Z]{2}-?\d{2} ?\d{11}|\d{8}-[A-Z]"
            r"|[A-Z0-9]{5,18}"
            r"|[A-Z0-9]{5} \d{6} [A-Z0-9]{5}",
        ),
        judge=judges.numbered,
    ),
    Rule(
        kind=SensitiveKind.DRIVING_LICENCE,
        pattern=r"\b[A-Z][A-Z9]{4} ?\d[0156]\d[0-3]\d{2} ?[A-Z][A-Z9][0-9A-Z][A-Z]{2}\b",
        judge=judges.british_driver,
    ),
)

_PEOPLE = (
    Rule(
        kind=SensitiveKind.DATE_OF_BIRTH,
        pattern=(
            rf"(?:(?i:\b(?:{BORN}))|\x83+|[(,;] ?b\.|\(\*){JOINT}\(?"
            rf"(?P<value>{_DAY})"
        ),
        judge=judges.birth,
    ),
    Rule(
        kind=SensitiveKind.EMAIL,
        pattern=rf"[{_LETTERS}0-9_%+][{_LETTERS}0-9._%+'-]*@[{_LETTERS}0-9.-]+\.[A-Za-z]{{2,24}}\b",
        judge=judges.email,
    ),
    Rule(
        kind=SensitiveKind.EMAIL,
        pattern=(
            r"\b[A-Za-z0-9][A-Za-z0-9._+-]{0,63}(?i: dot [a-z0-9-]{1,63}){0,2}"
            r"(?:%40[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}"
            r"|(?i: ?[\[({<] ?at ?[\])}>] ?[a-z0-9-]{1,63}(?:(?:\."
            r"| ?[\[({<] ?dot ?[\])}>] ?)[a-z0-9-]{2,63}){1,4}"
            r"| at [a-z0-9-]{1,63}(?: dot [a-z0-9-]{2,63}){0,3} dot (?:com|org|net|edu|gov|info|io|eu"
            r"|[a-z]{2})))\b"
        ),
        judge=judges.surely,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=r"(?:\(\+\d{1,3}\)|\+\d{1,3})(?:[ ./-]?\(?\d{1,8}\)?){1,8}",
        judge=judges.international,
        cut=judges.phone_of,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=r"\b00[1-9]\d{0,2}(?:[ ./-]\(?\d{1,8}\)?){2,8}",
        judge=judges.dialled_abroad,
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
            r"\b0[1-9](?: \d{2}){4}\b|\b0[1-9](?:\.\d{2}){4}\b|\b0[1-9](?:-\d{2}){4}\b|\b0\d{4} \d{6}\b"
            r"|\b07\d{3} \d{3} \d{3}\b|\b0\d{3} \d{3} \d{4}\b"
            r"|\b02\d \d{4} \d{4}\b|\b01[5-7]\d(?: ?/ ?|[ -])\d{7,8}\b|\b06-\d{8}\b"
            r"|\(0[1-9]\d{1,3}\) ?\d{3,4} ?\d{3,4}\b"
        ),
        judge=judges.national,
        again=True,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=(
            rf"(?:(?i:\b(?:{joined(CALLING)})(?:nummer|nr)?\b(?:{JOINT}(?:{_WHICH})\b){{0,3}})|\x81+)"
            rf"{JOINT}(?P<value>{_DIALLED})\b"
        ),
        judge=judges.spoken_phone,
        cut=judges.phone_of,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=(
            rf"(?i:\b(?:{joined(_ASKING)})\b(?:{JOINT}(?:{_WHICH})\b){{0,3}}){JOINT}(?P<value>{_DIALLED})\b"
        ),
        judge=judges.asked_phone,
        cut=judges.phone_of,
    ),
    Rule(
        kind=SensitiveKind.PHONE,
        pattern=rf"\b(?:[TFMPO][.:]?[ \t]{{1,3}}|[tfmpo]:[ \t]{{0,3}})(?P<value>(?:\(?\+\d|\(?0){_DIGITS})\b",
        judge=judges.asked_phone,
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
    Rule(
        kind=SensitiveKind.MAC_ADDRESS,
        pattern=led("mac|mac addr(?:ess)?|mac-adresse|hwaddr|bssid|ether", r"[0-9A-Fa-f]{12}"),
        judge=judges.mac,
    ),
)

RULES: tuple[Rule, ...] = (*DOORS, *_MONEY, *_STATES, *_PEOPLE)
"""Every rule there is."""
