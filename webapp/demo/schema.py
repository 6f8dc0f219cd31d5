"""The tables. Moments are ISO texts in UTC, but for sign-in's, which are seconds; lists and objects are JSON texts."""

VERSION = 1

TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    full_name TEXT,
    role TEXT NOT NULL,
    job_title TEXT,
    is_active INTEGER NOT NULL DEFAULT 1,
    is_verified INTEGER NOT NULL DEFAULT 0,
    is_locked INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT,
    last_login TEXT
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    user_agent TEXT,
    ip TEXT,
    created_at REAL NOT NULL,
    last_used_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    revoked_at REAL
) WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at REAL NOT NULL,
    rotated_at REAL
) WITHOUT ROWID;
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    status TEXT NOT NULL,
    lead_user_id INTEGER REFERENCES users (id),
    budget REAL,
    started_on TEXT,
    colour TEXT NOT NULL,
    website TEXT,
    links TEXT NOT NULL DEFAULT '[]',
    archived INTEGER NOT NULL DEFAULT 0,
    last_number INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE members (
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (project_id, user_id)
) WITHOUT ROWID;

CREATE TABLE labels (
    name TEXT PRIMARY KEY,
    colour TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE TABLE issues (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    resolution TEXT,
    priority TEXT NOT NULL,
    assignee_id INTEGER REFERENCES users (id),
    reporter_id INTEGER NOT NULL REFERENCES users (id),
    labels TEXT NOT NULL DEFAULT '[]',
    checklist TEXT NOT NULL DEFAULT '[]',
    estimate REAL,
    start_date TEXT,
    due_date TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    deleted_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (project_id, number)
);
CREATE INDEX issues_by_creation ON issues (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX issues_by_update ON issues (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX issues_of_assignee ON issues (assignee_id) WHERE deleted_at IS NULL;
CREATE INDEX issues_of_reporter ON issues (reporter_id) WHERE deleted_at IS NULL;

CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    reply_to INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES users (id),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    edited_at TEXT
);
CREATE INDEX comments_of_issue ON comments (issue_id, reply_to, id);
CREATE INDEX replies_of_comment ON comments (reply_to);

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    stored_as TEXT NOT NULL,
    uploaded_by_user_id INTEGER NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL
);
CREATE INDEX attachments_of_issue ON attachments (issue_id);

CREATE TABLE activity (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    project_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
    issue_id INTEGER REFERENCES issues (id) ON DELETE SET NULL,
    summary TEXT NOT NULL
);
CREATE INDEX activity_of_user ON activity (user_id, id);
CREATE INDEX activity_of_project ON activity (project_id, id);
CREATE INDEX activity_of_issue ON activity (issue_id);

CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    project_id INTEGER,
    status TEXT,
    requested_by_user_id INTEGER NOT NULL REFERENCES users (id),
    created_at REAL NOT NULL,
    seconds REAL NOT NULL,
    cancelled_at REAL,
    cancelled_progress INTEGER
);
"""
