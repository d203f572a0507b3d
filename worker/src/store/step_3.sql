-- The greatest number that the issues of a workspace had had when it was restored from a bundle; 0: it was made here.
ALTER TABLE workspace ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;

-- A bundle that is being restored, and how far it was read, in rows of a megabyte. While there is one, nothing that is
-- here is served. `restore` is new with each beginning.
CREATE TABLE restoring (
    place INTEGER PRIMARY KEY,
    restore TEXT NOT NULL,
    progress BLOB NOT NULL
) STRICT;
