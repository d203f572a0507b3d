-- Each way in by itself: what it is called, when and by whom it was made, when it was last used (noted once an hour).
-- `lent`: when somebody else made the token that this is, or by which this session was begun; null: they did themselves.
-- The ways in of a revoked member stay, so that who comes by one is told what happened.
ALTER TABLE credentials ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN made_by TEXT;
ALTER TABLE credentials ADD COLUMN used_at INTEGER;
ALTER TABLE credentials ADD COLUMN lent INTEGER;
-- Sessions lasted 90 days from when they were begun or renewed; of tokens it isn't known when they were made.
UPDATE credentials SET
    id = lower(hex(randomblob(8))),
    made_at = COALESCE(expires - 7776000000, (SELECT made_at FROM workspace), 0);

-- Who made an invitation, and its public id.
ALTER TABLE invitations ADD COLUMN made_by TEXT;

-- The audiences a document had before, CBOR; null: none that is known of.
ALTER TABLE documents ADD COLUMN former BLOB;

-- Who did what with people, their rights and their documents. `source` is the network address, shortened; `who` is null
-- where somebody came with the setup secret. `detail` is JSON.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT,
    source TEXT,
    what TEXT NOT NULL,
    subject TEXT,
    detail TEXT NOT NULL
) STRICT;
