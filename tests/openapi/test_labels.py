import pytest

from webapp.openapi.labels import called, humanise, label, plural, singular, without_verb


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("list_my_orgs", "List my orgs"),
        ("createdAt", "Created at"),
        ("callback_url", "Callback URL"),
        ("userID", "User ID"),
        ("HTTPServer", "HTTP server"),
        ("oauth_connections", "OAuth connections"),
        ("GitHub", "GitHub"),
        ("s3_bucket", "S3 bucket"),
        ("line_2", "Line 2"),
        ("x1", "X1"),
        ("is_2fa_enabled", "Is 2FA enabled"),
        ("iOS", "iOS"),
        ("größe", "Größe"),
        ("米国", "米国"),
        ("_", "_"),
    ],
)
def test_names_are_written_as_people_would(name: str, expected: str) -> None:
    assert humanise(name) == expected


def test_a_title_that_only_repeats_the_name_is_written_like_the_name() -> None:
    assert label("created_at", "Created At") == "Created at"
    assert label("created_at") == "Created at"
    assert label("created_at", "born on") == "Born on"


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("user", "users"),
        ("policy", "policies"),
        ("key", "keys"),
        ("address", "addresses"),
        ("status", "statuses"),
        ("box", "boxes"),
        ("branch", "branches"),
        ("house", "houses"),
        ("database", "databases"),
        ("analysis", "analyses"),
        ("person", "people"),
        ("cache", "caches"),
        ("ID", "IDs"),
        ("URL", "URLs"),
        ("Child", "Children"),
        ("user role", "user roles"),
        ("news", "news"),
        ("series", "series"),
    ],
)
def test_one_and_many_lead_to_each_other(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one


NAMES = """
    apps|Apps|Apps|App               goal_relationships|Goal relationships|Goal relationships|Goal relationship
    keys|Keys|Keys|Key               project_statuses|Project statuses|Project statuses|Project status
    stories|Stories|Stories|Story    status-updates|Status updates|Status updates|Status update
    layouts|Layouts|Layouts|Layout   dependencies|Dependencies|Dependencies|Dependency
    Metadata|Metadata|Metadata|Metadata                 timePeriods|Time periods|Time periods|Time period
    customer_addresses|Customer addresses|Customer addresses|Customer address
    insights|Insights|Insights|Insight                  email-campaigns|Email campaigns|Email campaigns|Email campaign
    sms-inbound|SMS inbound|SMS inbound|SMS inbound     email_sms|Email SMS|Email SMS|Email SMS
    mms-receipts|MMS receipts|MMS receipts|MMS receipt  fax_history|Fax history|Fax history|Fax history
    countries|Countries|Countries|Country               credit-card|Credit card|Credit cards|Credit card
    Classes|Classes|Classes|Class                       likes|Likes|Likes|Like
    entities|Entities|Entities|Entity                   genes|Genes|Genes|Gene
    savingsStrategies|Savings strategies|Savings strategies|Savings strategy
    demographics|Demographics|Demographics|Demographic  expenses|Expenses|Expenses|Expense
    liabilities|Liabilities|Liabilities|Liability       policies|Policies|Policies|Policy
    data|Data|Data|Data              certs|Certs|Certs|Cert
    changelogs|Changelogs|Changelogs|Changelog          categories|Categories|Categories|Category
    handpicked|Handpicked|Handpicked|Handpicked         selling|Selling|Selling|Selling
    buying|Buying|Buying|Buying      my_feedback|My feedback|My feedback|My feedback
    sales|Sales|Sales|Sales          shipping_profiles|Shipping profiles|Shipping profiles|Shipping profile
    wants|Wants|Wants|Want           nearest|Nearest|Nearest|Nearest
    members|Members|Members|Member   saved_searches|Saved searches|Saved searches|Saved search
    emojis|Emojis|Emojis|Emoji       checkItems|Check items|Check items|Check item
    APIs|APIs|APIs|API               snmp-config|SNMP config|SNMP configs|SNMP config
    switches|Switches|Switches|Switch                   ip-sets|IP sets|IP sets|IP set
    vnics|Vnics|Vnics|Vnic           oauth|OAuth|OAuth|OAuth
    settings|Settings|Settings|Setting                  activity|Activity|Activities|Activity
    dags|DAGs|DAGs|DAG               dagRuns|DAG runs|DAG runs|DAG run
    mapped|Mapped|Mapped|Mapped      tries|Tries|Tries|Try
    news|News|News|News              series|Series|Series|Series
    health|Health|Health|Health      analytics|Analytics|Analytics|Analytics
    criteria|Criteria|Criteria|Criterion                indices|Indices|Indices|Index
    aliases|Aliases|Aliases|Alias    caches|Caches|Caches|Cache
    uuids|UUIDs|UUIDs|UUID           vms|VMs|VMs|VM
    https|HTTPS|HTTPS|HTTPS          speed|Speed|Speeds|Speed
"""


@pytest.mark.parametrize("row", [row for line in NAMES.strip().splitlines() for row in line.strip().split("  ") if row])
def test_names_of_real_documents_read_well(row: str) -> None:
    name, written, many, one = row.strip().split("|")

    assert (humanise(name), plural(written), singular(written)) == (written, many, one)


def test_what_is_plural_stays_plural_and_what_is_singular_singular() -> None:
    assert plural("users") == "users"
    assert plural("people") == "people"
    assert singular("bus") == "bus"
    assert singular("status") == "status"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("in_progress", "In progress"),
        ("IN_PROGRESS", "In progress"),
        ("inProgress", "In progress"),
        ("on-hold", "On hold"),
        ("open", "Open"),
        ("OPEN", "Open"),
        ("low", "Low"),
        ("HTTP_ERROR", "HTTP error"),
        ("json", "json"),
        ("EUR", "EUR"),
        ("en-US", "en-US"),
        ("de-at", "de-at"),
        ("us-east-1", "us-east-1"),
        ("-created_at", "-created_at"),
        ("Already in words", "Already in words"),
        ("text/plain", "text/plain"),
        ("", ""),
    ],
)
def test_a_choice_is_written_in_words_and_a_code_is_not(value: str, expected: str) -> None:
    assert called(value) == expected


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("List my orgs", "My orgs"),
        ("Get user", "User"),
        ("Retrieve all users", "Users"),
        ("Returns a list of the countries", "Countries"),
        ("List of countries", "Countries"),
        ("Get the API's version", "API's version"),
        ("Read", "Read"),
        ("Get by id", "Get by id"),
        ("Find or create", "Find or create"),
        ("Listing", "Listing"),
        ("Getting started", "Getting started"),
        ("Showcase", "Showcase"),
    ],
)
def test_what_is_got_is_called_without_the_getting(given: str, title: str) -> None:
    assert without_verb(given) == title
