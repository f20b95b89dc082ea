"""Texts in which it is known what is sensitive: between « and », and each of one kind.

The values are those that issuers and standards publish as examples, or made up to a published rule, so that
our own arithmetic is not measured with itself. No secret here was ever one.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aether.domain.sensitive import SensitiveKind as Kind

_JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0Ijox"
    "NTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)
_LETTERS = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2eF4hJ6"

SENTENCES: Mapping[Kind, Sequence[str]] = {
    Kind.EMAIL: (
        "Write to «ada.lovelace@example.org».",
        "«o'brien+news@mail.example.co.uk» is his address",
        "<«j_doe-99@sub-domain.example.museum»>",
        "mailto:«team@example.berlin»?subject=Rivers",
        "| Ada | «ada@example.fr» | Paris |",
        "ada,«ada@example.de»,42",
        "E-Mail: «info@example.ch», Zürich",
    ),
    Kind.PHONE: (
        "Call «+49 30 901820» before noon.",
        "«+44 20 7946 0958»",
        "«+1 415-555-2671», or write.",
        "Tel. «030 901820-0»",
        "«+49 (0)89 1234567»",
        "Telefon: «0171/2345678».",
        "| «(415) 555-2671» | office |",
        "Mobile «07700 900123»",
        "dial «415-555-2671»",
        "«01 42 68 53 00» à Paris",
        "«+33142685300»",
        "fax «415.555.2671»",
        "phone number is «2125550123»",
        "«020 7946 0958» London",
    ),
    Kind.CREDIT_CARD: (
        "Paid with «4242 4242 4242 4242».",
        "«4111111111111111» expires soon",
        "card: «5555-5555-5555-4444»,",
        "Amex «3782 822463 10005»",
        "| «378282246310005» |",
        "«6011111111111117»",
        "Karte «3530111333300000» gesperrt",
        "Diners «3056 930902 5904»",
        "«2223003122003222»",
        "card number: «6205500000000000004»",
        "1234 «4242 4242 4242 4242» in a row",
        "0001,«4000056655665556»,12/27",
        "No-break «4242\u00a04242\u00a04242\u00a04242».",
    ),
    Kind.IBAN: (
        "IBAN «DE89 3704 0044 0532 0130 00» BIC COBADEFFXXX",
        "«GB29NWBK60161331926819»",
        "an «FR14 2004 1010 0505 0001 3M02 606».",
        "«NL91ABNA0417164300»,",
        "«CH93 0076 2011 6238 5295 7» Zürich",
        "Konto «NO93 8601 1117 947»",
        "«ES91 2100 0418 4502 0005 1332» es la cuenta",
        "«IT60X0542811101000000123456»",
        "| «BE68 5390 0754 7034» | 2026 |",
        "«MT84MALT011000012345MTLCAST001S»",
    ),
    Kind.CRYPTO_ADDRESS: (
        "send to «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa»",
        "«3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy»",
        "«bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4».",
        "«bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0»",
    ),
    Kind.US_SSN: (
        "«536-22-1234»",
        "SSN: «536221234»",
        "social security number «219 09 1234»",
        "| «001-01-0001» |",
    ),
    Kind.UK_NINO: ("«AB 12 34 56 C»", "NINO «JG103759A»", "insurance number is «CE 98 76 54 B»."),
    Kind.UK_NHS: ("NHS number «943 476 5919»", "NHS no. «9434765919»"),
    Kind.DE_TAX_ID: (
        "Steuer-ID: «86 095 742 719»",
        "IdNr. «47036892816»",
        "Steueridentifikationsnummer «65929970489»",
        "«26 954 371 827»",
    ),
    Kind.FR_NIR: ("«1 84 12 76 451 089 46»", "NIR «255081416802538»"),
    Kind.ES_DNI: ("DNI «12345678Z»", "NIE «X1234567L»", "«Y-1234567-X»"),
    Kind.IT_FISCAL_CODE: ("codice fiscale «RSSMRA85T10A562S»", "«MRTMTT91D08F205J»"),
    Kind.NL_BSN: ("BSN «111222333»", "burgerservicenummer: «123456782»"),
    Kind.BE_NRN: ("«85.07.30-033.28»",),
    Kind.PL_PESEL: ("PESEL «44051401359»", "PESEL: «02070803628»"),
    Kind.FI_HETU: ("henkilötunnus «131052-308T»",),
    Kind.SE_PERSONNUMMER: ("personnummer «811218-9876»", "Personnummer: «19811218-9876»"),
    Kind.CH_AHV: ("AHV «756.9217.0769.85»", "«7569217076985»"),
    Kind.CA_SIN: ("SIN «130 692 544»", "social insurance number: «193-456-787»"),
    Kind.BR_CPF: ("«111.444.777-35»", "CPF «52998224725»"),
    Kind.IN_AADHAAR: ("Aadhaar «2341 2341 2346»",),
    Kind.CN_RESIDENT_ID: ("«11010519491231002X»",),
    Kind.PASSPORT: (
        "passport number «C01X00T47»",
        "Passport No: «533380006»",
        "Reisepass Nr. «C3J0WP1J4»",
        "passeport n° «12AB34567»",
    ),
    Kind.DRIVING_LICENCE: (
        "driver's license «D1234567»",
        "Driving licence number: «MORGA753116SM9IJ»",
        "Führerschein Nr. «B072RRE2I55»",
    ),
    Kind.DATE_OF_BIRTH: (
        "Date of birth: «1990-05-04»",
        "DOB «04/05/1990»",
        "born on «4 May 1990» in Rome",
        "geb. «04.05.1990»",
        "Geburtsdatum: «4. Mai 1990»",
        "née le «04/05/1990»",
        "born «May 4, 1990»",
    ),
    Kind.IP_ADDRESS: (
        "host «192.168.10.5»",
        "«203.0.113.77» - - [21/Nov/2026]",
        "ip «8.8.8.8»",
        "«2001:db8::ff00:42:8329»",
        "from «2001:0db8:85a3:0000:0000:8a2e:0370:7334»",
    ),
    Kind.MAC_ADDRESS: ("«3c:22:fb:11:22:33»", "ether «3C-22-FB-11-22-3E»", "«3c22.fb11.223e»"),
    Kind.AWS_KEY: (
        "id = «" + "AKIA" + "IOSFODNN7EXAMPLE»",
        "aws_secret_access_key = «" + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY»",
    ),
    Kind.GITHUB_TOKEN: ("«" + "ghp_" + _LETTERS + "»", "token: «" + "github_pat_" + "11ABCDEFG0" * 8 + "zz»"),
    Kind.SLACK_TOKEN: ("«" + "xoxb-" + "123456789012-abcdefGHIJKL»",),
    Kind.API_KEY: ("key=«" + "AIza" + _LETTERS[:35] + "»", "«" + "sk_live_" + _LETTERS[:24] + "»"),
    Kind.JWT: (f"Bearer «{_JWT}»", f'"id_token": "«{_JWT}»"'),
    Kind.PRIVATE_KEY: (
        (
            "«-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq3Zk1\n9QdRk2xC7vB5nM1pQ3sT==\n"
            "-----END RSA PRIVATE KEY-----»"
        ),
        "«-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----»",
        (
            "«-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,3F17F5\n\n"
            "MIIEpAIBAAKCAQEA7bq3Zk1\n-----END RSA PRIVATE KEY-----»"
        ),
        r'"key": "«-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nzz8=\n-----END PRIVATE KEY-----»\n"',
    ),
    Kind.PASSWORD: (
        "password=«hunter2!»",
        'PASSWORD: "«Tr0ub4dor&3»"',
        "Passwort: «Sommer2026»",
        "postgres://ada:«s3cr3tpw»@db.internal/rivers",
        "the password is «correct-Horse7»",
    ),
}
"""What is to be found."""

NEAR_MISSES: Sequence[str] = (
    # Order numbers, invoices, tickets and parts.
    "Order 4532015112830366 was sent",
    "order no. 4111111111111111",
    "Invoice #378282246310005",
    "Rechnung 20261121-4711",
    "Ticket 415-555-2671",
    "part number AB123456C",
    "Serial 536-22-1234",
    "Article 12345678Z in stock",
    "PO 4500017391, item 00010",
    "tracking 1Z999AA10123456784",
    "SKU 212-555-0142",
    "Auftragsnummer 47 036 892 816",
    # Numbers whose check digit is wrong, or that nobody gives out.
    "4242 4242 4242 4241",
    "4111111111111112",
    "0000 0000 0000 0000",
    "1234 5678 9012 3456",
    "DE89 3704 0044 0532 0130 01",
    "GB29NWBK60161331926818",
    "XX89 3704 0044 0532 0130 00",
    "000-12-3456",
    "666-12-3456",
    "912-34-5678",
    "123-00-4567",
    "QQ123456C",
    "GB 12 34 56 A",
    "NHS number 943 476 5918",
    "Steuer-ID 86 095 742 718",
    "12345678A",
    "RSSMRA85T10A562T",
    "BSN 111222334",
    "85.07.30-033.29",
    "PESEL 44051401358",
    "131052-308U",
    "756.9217.0769.84",
    "111.444.777-36",
    "11010519491231002Y",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    # Books and articles.
    "ISBN 978-3-16-148410-0",
    "ISBN 9783161484100",
    "ISBN-10 0-306-40615-2",
    "ISSN 2049-3630",
    "EAN 4006381333931",
    "GTIN 04012345678901",
    "DOI 10.1000/182.4242",
    "arXiv:2105.01234",
    "IMEI 356938035643809",
    # Hashes and identifiers.
    "d41d8cd98f00b204e9800998ecf8427e",
    "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "commit be8fea8 fixes 87ced45",
    "123e4567-e89b-12d3-a456-426614174000",
    "notebook_01kqhe14zh000457vfn21tpb4x",
    "SHA1 fingerprint 3c:22:fb:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11",
    "etag 5d41402abc4b2a76b9719d911017c592",
    "0x1f4242aa",
    "id 175928847299117063",
    "ns/4532015112830366/edit",
    # Versions, sections, times and dates.
    "version 192.168.1.1",
    "v10.120.3.4",
    "release 1.2.3.4",
    "Section 3.2.1.4",
    "OID 1.3.6.1.4.1.311",
    "kernel 6.1.0.128",
    "12:34:56",
    "2026-11-21T19:24:58.123Z",
    "21.11.2026",
    "11/21/2026",
    "1990-05-04",
    "the meeting on 4 May 1990",
    "20261121192458",
    "1700000000000",
    "127.0.0.1",
    "255.255.255.0",
    "00:00:00:00:00:00",
    # Tables and measures.
    "| 2021 | 4532 | 9981 | 1042 | 7735 |",
    "| 0.4532015112830366 | 1.5e-7 | 12345678901 |",
    "1 234 567 890",
    "1,234,567.89",
    "212 555 142 331",
    "100 200 300 400",
    "030 901820",
    "415 555 2671 units",
    "51.5074, -0.1278",
    "3.14159265358979",
    "+12",
    "+5 to +10",
    "2 + 34567890123456789012",
    "10 000 000 people",
    "temperature 20-25, humidity 40-60",
    # Words that announce nothing.
    "password: required",
    "<b>Password is incorrect.&quot;</b>",
    "https://username:password@host.example/",
    "defined in Clause 252.227-7013 (c)",
    "password = os.environ['DB']",
    "the password is wrong",
    "Password: minimum 8 characters",
    "password=********",
    "password=${DB_PASSWORD}",
    "PASSWORD=<your-password>",
    "forgot your password? click here",
    "secret_key = settings.secret",
    "api_key: string",
    "the passport office opened in 1998",
    "passport is required",
    "a driver's license is needed",
    "born to run since 1984",
    "date of birth is optional",
    "born in 1815",
    "call 911",
    "phone home",
    "sin of 12",
    "tin cans 123456",
    # Things with an @, a +, or colons.
    "icon@2x.png",
    "react@18.2.0",
    "git@github.com:aether/rivers.git",
    "@ada@social.example",
    "user@localhost",
    "@example.org",
    "C++17 std::vector abc::def",
    "a@b",
    "10:20:30:40",
    "https://example.org/a/b?c=4242",
    "key-----BEGIN PUBLIC KEY-----",
    "it starts with -----BEGIN PRIVATE KEY-----",
    "-----BEGIN CERTIFICATE-----",
    "eyJub3QiOiJhIHRva2VuIn0",
    "xox marks the spot",
    "AKIAIN",
    "ghp_short",
)
"""What looks like something and is nothing."""

PROSE = (
    "The river rises in spring, when snow melts above the valley.",
    "Gauges tell its level every hour; in 2026 there were 417 of them.",
    "People who live by it read them carefully, because floods come fast.",
    "Der Pegel steht bei 4,20 m, und die Fähre fährt nicht.",
    "Les crues de 1910 ont duré 45 jours.",
    "日本の川は短くて急です。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Where something is that should be found."""

    kind: Kind
    start: int
    end: int


def text(seed: int, *, rounds: int) -> tuple[str, list[Planted]]:
    """Everything there is, so often, in an order of its own, and where what is to be found stands."""
    chance = random.Random(seed)
    lines: list[tuple[Kind | None, str]] = [
        *((kind, sentence) for kind, sentences in SENTENCES.items() for sentence in sentences),
        *((None, miss) for miss in NEAR_MISSES),
        *((None, sentence) for sentence in PROSE for _ in range(10)),
    ]
    parts: list[str] = []
    planted: list[Planted] = []
    length = 0
    for kind, line in _shuffled(lines, rounds, chance):
        before, _, rest = line.partition("«")
        value, _, after = rest.partition("»")
        if kind is not None:
            planted.append(Planted(kind=kind, start=length + len(before), end=length + len(before + value)))
        parts.append(before + value + after + chance.choice(("\n", "\n\n")))
        length += len(parts[-1])
    return "".join(parts), planted


def _shuffled(
    lines: Sequence[tuple[Kind | None, str]], rounds: int, chance: random.Random
) -> Iterator[tuple[Kind | None, str]]:
    for _ in range(rounds):
        yield from chance.sample(lines, len(lines))
