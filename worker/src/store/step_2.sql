-- The changes that a member was told are refused, 32 bytes each, the oldest first.
CREATE TABLE barred (
    member TEXT PRIMARY KEY,
    changes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
