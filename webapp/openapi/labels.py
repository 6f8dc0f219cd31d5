"""Names of the document, as people would write them."""

import re
from collections.abc import Callable

from webapp.openapi.remembering import remembered

SPELLINGS = """
    2FA API APIs AWS BIC CI CLI CPU CRM CSS CSV CVE DB DNS DTO EAN ETA EU FAQ FTP GB GPS GPU GUID HR HTML HTTP HTTPS
    IBAN ID IDs iOS IP IPs IPv4 IPv6 ISBN ISO JSON JWT KPI LAN LDAP MAC MFA MIME MMS OAuth OAuth2 OIDC OS OTP PDF QR RAM
    RGB RPC RSS SAML SDK SEO SHA SKU SLA SMS SMTP SQL SSE SSH SSL SSO SVG TCP TLS TTL TV UDP UI UK URI URIs URL URLs USB
    UTC UUID UUIDs UX VAT VIP VLAN VM VMs VPC VPN WAN WWW XML YAML ZIP GitHub GitLab LinkedIn PayPal PostgreSQL MySQL
    GraphQL OpenAPI YouTube DAG DAGs SNMP NSX SMEs SME AMQP CIDR KYC XCom MQTT gRPC SCIM TOTP
"""
ACRONYMS = {spelling.lower(): spelling for spelling in SPELLINGS.split()}
SPELLED = frozenset(ACRONYMS.values())

IRREGULAR_PLURALS = """
    person/people child/children man/men woman/women mouse/mice foot/feet tooth/teeth criterion/criteria index/indices
    vertex/vertices matrix/matrices appendix/appendices leaf/leaves shelf/shelves half/halves knife/knives wife/wives
    wolf/wolves thief/thieves hero/heroes potato/potatoes tomato/tomatoes echo/echoes veto/vetoes quiz/quizzes bus/buses
    gas/gases alias/aliases bias/biases atlas/atlases canvas/canvases lens/lenses movie/movies cookie/cookies
    zombie/zombies tie/ties pie/pies cache/caches niche/niches axe/axes use/uses analysis/analyses diagnosis/diagnoses
    crisis/crises thesis/theses hypothesis/hypotheses api/apis uri/uris kpi/kpis wiki/wikis emoji/emojis
"""
PLURALS: dict[str, str] = dict(pair.split("/") for pair in IRREGULAR_PLURALS.split())
SINGULARS = {many: one for one, many in PLURALS.items()} | {"indexes": "index", "matrixes": "matrix"}

WITHOUT_PLURAL = """
    access accounting advice analytics auth billing buying cash content data equipment feedback following handpicked
    hardware health history hosting https inbound incoming info information infrastructure inventory kubernetes latest
    logging logistics marketing me media messaging metadata monitoring money nearest networking news outbound outgoing
    pending physics previous pricing sales security selling series shipping software species staff statistics stats
    storage streaming support traffic trending upcoming usage weather whoami whois
"""
COUNTED = """
    2fa api bic cpu cve db dto ean faq guid gpu iban id ip isbn kpi lan otp pdf qr sdk sku sla ui uri url uuid vip vlan
    vm vpc vpn dag sme cidr
"""
UNCOUNTABLE = frozenset(WITHOUT_PLURAL.split()) | {
    each for each in ACRONYMS if each not in COUNTED.split() and each.removesuffix("s") not in COUNTED.split()
}
"""Acronyms are names of techniques, but for those of things that there are many of."""
PARTICIPLE = re.compile(r"\w{3,}[^e]ed")
"""What was done to things, which are many already: `mapped`, `archived`."""

CODED = re.compile(r"[a-z]+([_-][a-z]+)*|[A-Z]+(_[A-Z]+)*|[a-z]+([A-Z][a-z]+)+")
"""A value in one of the ways that programs write words: `on-hold`, `ON_HOLD`, `onHold`."""
SEPARATORS = re.compile(r"[\W_]+")
GETTING = re.compile(
    r"((get|gets|list|lists|read|retrieve|retrieves|fetch|fetches|show|find|return|returns|obtain)\s+(?!of\b))?"
    r"((all|every|the|an?)\s+)*(list\s+of\s+((all|the)\s+)*)?",
    re.IGNORECASE,
)
NOT_A_THING = re.compile(r"(by|or|and|for|from|in|of|on|with|to|if|whether)\b", re.IGNORECASE)
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")


def wordlist(text: str) -> tuple[str, ...]:
    """The words of a text, for lists that are easier to read as one."""
    return tuple(text.split())


@remembered
def words(name: str) -> tuple[str, ...]:
    """A name cut into words: `createdAt`, `created_at` and `created-at` are all `created`, `at`."""
    found: list[str] = []
    for part in SEPARATORS.split(name):
        if part.lower() in ACRONYMS:
            found.append(part)
            continue
        for word in WORD.findall(part):
            # A version or an ordinal belongs to its word: v2, line1.
            if word.isdecimal() and found and found[-1].isalpha() and len(found[-1]) == 1:
                found[-1] += word
            else:
                found.append(word)
    return tuple(found)


@remembered
def humanise(name: str) -> str:
    """`list_my_orgs` -> `List my orgs`, `createdAt` -> `Created at`, `callback_url` -> `Callback URL`."""
    cased = [ACRONYMS.get(word.lower()) or word.lower() for word in words(name)]
    return capitalise(" ".join(cased)) or name


@remembered
def called(value: str) -> str:
    """
    A value of an enum as people would write it: `in_progress` and `IN_PROGRESS` are `In progress`.

    Codes stay as they are, `en-US` and `EUR` among them, and so does whatever somebody wrote in words.
    """
    longest = max(len(part) for part in re.split("[_-]", value))
    is_code = longest < 3 or (longest == 3 and not value.islower()) or value.lower() in ACRONYMS
    return value if is_code or not CODED.fullmatch(value) else humanise(value)


def without_verb(label: str) -> str:
    """What is got, without saying that it is: `List my orgs` -> `My orgs`, `Retrieve all users` -> `Users`."""
    getting = GETTING.match(label)
    rest = label[getting.end() :] if getting else label
    return capitalise(rest) if rest and not NOT_A_THING.match(rest) else label


def label(name: str, title: str = "") -> str:
    """The title a person wrote; the humanised name where there is none, or where the title is only the name again."""
    title = title.strip()
    return humanise(name) if not title or normal(title) == normal(name) else capitalise(title)


def capitalise(text: str) -> str:
    """The text with a large first letter, unless its first word is written in a way of its own: `iOS`."""
    return text if text.partition(" ")[0] in SPELLED else text[:1].upper() + text[1:]


@remembered
def normal(name: str) -> str:
    """A name without case and separators, to compare: `user_id`, `userId` and `User ID` are the same."""
    return SEPARATORS.sub("", name).lower()


@remembered
def singular(phrase: str) -> str:
    """One of them: `user roles` -> `user role`. Only the last word changes."""
    return _change_last(phrase, _singular)


@remembered
def plural(phrase: str) -> str:
    """Many of them: `user role` -> `user roles`. What is plural already stays."""
    return _change_last(phrase, lambda word: _plural(_singular(word)))


def _change_last(phrase: str, change: Callable[[str], str]) -> str:
    start = max(phrase.rfind(" "), phrase.rfind("_"), phrase.rfind("-")) + 1
    word = phrase[start:]
    changed = change(word.lower())
    if changed == word.lower():
        return phrase
    pairs = enumerate(zip(word.lower(), changed, strict=False))
    kept = next((at for at, (old, new) in pairs if old != new), min(len(word), len(changed)))
    return phrase[:start] + word[:kept] + changed[kept:]


def _singular(word: str) -> str:
    if word in SINGULARS:
        return SINGULARS[word]
    if word in UNCOUNTABLE or word in PLURALS or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("uses") and not word.endswith(("ouses", "auses")):
        return word[:-2]
    return word.removesuffix("s")


def _plural(word: str) -> str:
    if word in UNCOUNTABLE or PARTICIPLE.fullmatch(word):
        return word
    if word in PLURALS:
        return PLURALS[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in ("", *"aeiou"):
        return word[:-1] + "ies"
    return word + "s"
