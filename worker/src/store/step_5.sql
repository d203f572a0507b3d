-- What all documents take, and the rows that were written on that day (days since 1970), as of the last write to each
-- document: of the one with the greatest version it is what they take now. It stands in a row that is written anyway.
-- null: not known.
ALTER TABLE documents ADD COLUMN all_documents INTEGER;
ALTER TABLE documents ADD COLUMN all_bytes INTEGER;
ALTER TABLE documents ADD COLUMN day INTEGER;
ALTER TABLE documents ADD COLUMN day_rows INTEGER;

-- The rows written on a day, noted now and then where no document is written; one row.
CREATE TABLE spent (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    day INTEGER NOT NULL,
    rows INTEGER NOT NULL
) STRICT;
INSERT INTO spent (one, day, rows) VALUES (1, 0, 0);

-- The last errors of the hub's own, as JSON; one row.
CREATE TABLE errors (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    list TEXT NOT NULL
) STRICT;
