-- Who takes part. `member` is the Member as JSON; `revoked_at` is set, and the row kept, when access ends, because
-- documents go on naming them.
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- Ways in. Only the SHA-256 of a secret is kept; `kind` is 'token' or 'session'.
CREATE TABLE credentials (
    digest BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    member TEXT NOT NULL,
    expires INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX credentials_by_member ON credentials (member);

-- Invitations that haven't been accepted. `offer` is what the new member will be, as JSON.
CREATE TABLE invitations (
    digest BLOB PRIMARY KEY,
    offer TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The workspace itself, one row: the document from which all others are found, and the name it was made with.
-- `epoch` is new with each store: versions of another one don't compare.
CREATE TABLE workspace (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    document BLOB NOT NULL,
    name TEXT NOT NULL,
    epoch TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- The documents, without their content. An ordinary edit writes this row, `documents_by_version` and one piece, so the
-- columns of the other indexes are written only when they change.
CREATE TABLE documents (
    id BLOB PRIMARY KEY,
    kind TEXT,                          -- null: not one of Docket's
    heads BLOB NOT NULL,                -- 32 bytes each; empty: purged
    audience BLOB NOT NULL,             -- CBOR
    audience_version INTEGER NOT NULL,
    opens INTEGER,                      -- null: its audience doesn't change by itself
    number INTEGER,                     -- null: has none
    version INTEGER NOT NULL,
    derivation INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    ops INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    pieces INTEGER NOT NULL,
    purged INTEGER NOT NULL,            -- 0 or 1
    catalogued BLOB                     -- the row in CBOR; null: plain or purged
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX documents_by_version ON documents (version);
CREATE INDEX documents_by_number ON documents (number) WHERE number IS NOT NULL;
CREATE INDEX documents_by_opening ON documents (opens) WHERE opens IS NOT NULL;
CREATE INDEX documents_scattered ON documents (pieces) WHERE pieces >= 100;
CREATE INDEX documents_plain ON documents (bytes) WHERE kind IS NULL AND purged = 0;

-- The content: all chunks of a document's pieces, joined in order, are Automerge chunks; so are the facts CBOR items.
CREATE TABLE pieces (
    document BLOB NOT NULL,
    place INTEGER NOT NULL,
    chunk BLOB NOT NULL,
    facts BLOB NOT NULL,
    PRIMARY KEY (document, place)
) STRICT, WITHOUT ROWID;

-- The version of the code that all rows are known to be derived by; 0: not known.
CREATE TABLE derived (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    derivation INTEGER NOT NULL
) STRICT;
INSERT INTO derived (one, derivation) VALUES (1, 0);

-- When the hub was last in contact with a client. `client` begins with the member's id and a slash.
CREATE TABLE contacts (
    client TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which socket syncs which document.
CREATE TABLE subscriptions (
    document BLOB NOT NULL,
    socket INTEGER NOT NULL,
    PRIMARY KEY (document, socket)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_socket ON subscriptions (socket);
