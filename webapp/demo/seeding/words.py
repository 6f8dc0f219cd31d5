"""What the seeded people are called and what they write about."""

FIRST_NAMES = """
    Amara Anders Bilal Bianca Carlos Chioma Dalia Dmitri Elena Emeka Farah Felix Giulia Goran Hana Henrik Imani Ines
    Jamal Joanna Kaito Katrin Leila Lukas Mariam Mateo Nadia Noor Olga Oskar Priya Pavel Quentin Rosa Rafael Saoirse
    Sven Tomas Tuva Ulrich Valeria Viktor Wanda Xiomara Yusuf Zeynep
"""

LAST_NAMES = """
    Abebe Almeida Bakker Banerjee Castillo Cho Dahl Diallo Eriksen Esposito Fischer Fontaine Garcia Grant Hoffmann
    Haddad Ito Ivanova Jensen Jovanovic Kaya Kowalski Larsen Lindqvist Mbeki Moreau Nakamura Novak Okafor Olsen
    Papadopoulos Petrov Quispe Rahman Rossi Santos Schmidt Tanaka Tremblay Ueda Vargas Vogel Weber Wong Yilmaz Zhang
"""

JOB_TITLES = (
    *("Backend engineer", "Frontend engineer", "Product designer", "Product manager", "QA engineer", "Data analyst"),
    *("Support lead", "Site reliability engineer", "Technical writer", "Engineering manager"),
)

PROJECTS = (
    ("WEB", "Website", "The public site: home, pricing, docs and the sign-up."),
    ("API", "Public API", "What customers' programs talk to, and its documentation."),
    ("MOB", "Mobile apps", "The apps for phones and tablets."),
    ("PAY", "Payments", "Invoices, cards, refunds and dunning."),
    ("OPS", "Operations", "Deployments, monitoring and everything that runs at night."),
    ("SRCH", "Search", "Indexing, ranking and the search box."),
    ("AUTH", "Accounts", "Sign-in, sign-up, roles and single sign-on."),
    ("DATA", "Data platform", "Pipelines, the warehouse and the dashboards on it."),
    ("MAIL", "Notifications", "E-mail, push and everything that rings."),
    ("I18N", "Translations", "Languages, formats and time zones."),
    ("A11Y", "Accessibility", "So that everybody can use it."),
    ("DOCS", "Documentation", "Guides, reference and release notes."),
    ("PERF", "Performance", "Faster pages, smaller bills."),
    ("SEC", "Security", "Audits, dependencies and reports from outside."),
    ("CRM", "Customer records", "Who our customers are and what we promised them."),
    ("EDIT", "Editor", "Writing, formatting and working on a text together."),
    ("IMP", "Importers", "Bringing data in from other tools."),
    ("REP", "Reports", "Charts, exports and scheduled summaries."),
    ("MKT", "Campaigns", "Landing pages, trials and experiments."),
    ("HELP", "Help centre", "Articles, contact forms and the chat."),
    ("INT", "Integrations", "Calendars, chat tools and webhooks."),
    ("DS", "Design system", "Components, tokens and icons."),
    ("ML", "Recommendations", "What people may want to see next."),
    ("LEG", "Legacy console", "The old back office, until it is gone."),
)

LABELS = (
    ("bug", "#d1383d", "Something doesn't do what it should."),
    ("feature", "#2f6fed", "Something new."),
    ("improvement", "#1f8a5b", "Something that could be better."),
    ("question", "#8a5bd1", "To be discussed first."),
    ("regression", "#b3261e", "It worked once."),
    ("accessibility", "#0b7a75", "Keyboard, screen reader, contrast."),
    ("performance", "#c77700", "Too slow or too large."),
    ("security", "#7a1f3d", "Handle with care."),
    ("design", "#d14f9c", "Needs a designer's eye."),
    ("documentation", "#5c6b7a", "Words, not code."),
    ("good-first-issue", "#4b9e2f", "A gentle start."),
    ("customer-request", "#35729e", "Somebody who pays asked for it."),
)

FAULTS = (
    *("crashes", "shows an empty page", "loses what was typed", "takes more than ten seconds", "forgets its filters"),
    *("is cut off", "answers with a 500", "shows the wrong total", "ignores the time zone", "jumps while scrolling"),
    *("can't be reached with the keyboard", "sends everything twice", "shows yesterday's numbers", "breaks the layout"),
)

PLACES = (
    *(
        "The sign-up form",
        "The invoice list",
        "The export dialog",
        "The search box",
        "The weekly digest",
        "The calendar",
    ),
    *("The project sidebar", "The comment editor", "The profile page", "The upload dialog", "The audit log"),
    *("The password reset", "The team page", "The date picker", "The import wizard", "The billing page"),
    *("The onboarding checklist", "The notification menu", "The mobile menu", "The print view", "The chart tooltip"),
)

WHENS = (
    *(
        "when the name has an apostrophe",
        "on slow connections",
        "in Safari",
        "after the session expired",
        "at midnight",
    ),
    *("for viewers", "with more than a thousand rows", "when two people save at once", "on small screens"),
    *("after going back", "in right-to-left languages", "with an empty list", "in dark mode", "behind a proxy"),
)

WISHES = (
    *("Let people undo", "Add a shortcut for", "Show the history of", "Allow bulk changes to", "Remember the state of"),
    *("Document", "Measure", "Simplify", "Translate", "Write tests for", "Replace the library behind", "Rate-limit"),
    *("Send a reminder about", "Make a template for"),
)

THINGS = (
    *(
        "archived projects",
        "saved searches",
        "two-factor sign-in",
        "invoice numbers",
        "file uploads",
        "the activity feed",
    ),
    *("the onboarding e-mails", "API keys", "role changes", "due dates", "webhook deliveries", "the release checklist"),
    *(
        "monthly reports",
        "guest accounts",
        "custom fields",
        "the nightly import",
        "comment mentions",
        "the status page",
    ),
)

REASONS = (
    "Three customers wrote about this last week, and support has no answer for them.",
    "It costs us about an hour every time, and somebody has to do it by hand.",
    "We promised this for the next release; the sales team has it on a slide already.",
    "It isn't urgent, but everybody who joins stumbles over it.",
    "This came out of the last retrospective. We agreed to try the small version first.",
    "The numbers are clear: one in nine gives up at exactly this point.",
    "It only happens sometimes, which makes it worse, as nobody trusts the page any more.",
)

STEPS = (
    *(
        "Sign in as a viewer",
        "Open the page in a second tab",
        "Change the filter to *closed*",
        "Go back",
        "Wait a minute",
    ),
    *("Paste a long text", "Switch the language", "Save without changing anything", "Open the print view", "Reload"),
)

CHECKS = (
    *("Write a failing test", "Agree on the wording", "Check it on a phone", "Tell support", "Update the guide"),
    *("Measure before and after", "Ask for a review", "Try it with a keyboard alone"),
)

REMARKS = (
    "I can see the same here, with the latest release.",
    "Is this still happening? I couldn't reproduce it just now.",
    "Started on this. The first half is smaller than I thought.",
    "Could we do the simple version first and see whether anybody misses the rest?",
    "The log says `timeout after 30 s`, so it isn't the browser.",
    "Talked to the customer: they have a workaround, but they aren't happy with it.",
    "Moved the due date, as this waits for the new **search index**.",
    "I'd rather not add another setting for this.",
    "Done on the branch; somebody please have a look.",
    "This is the third time we see it. Let's find out why instead of patching it again.",
    "Screenshot attached.",
    "Works for me in Firefox, fails in Safari.",
)

REPLIES = (
    *("Agreed.", "Good point, I'll look at it tomorrow.", "Yes, same version.", "Thanks, that helps!", "Not any more."),
    *("Then let's do that.", "I've added it to the description.", "Who could test this?", "+1"),
)
