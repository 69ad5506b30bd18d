-- Photos and other files of records, each once, by its content.

CREATE TABLE IF NOT EXISTS files (
    sha256   TEXT PRIMARY KEY,
    content  BLOB NOT NULL,
    -- pending: here only. acked: the server keeps it too. rescue: the server would not take it.
    state    TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'acked', 'rescue')),
    setbacks INTEGER NOT NULL DEFAULT 0,  -- Whichever had them goes behind the others.
    code     TEXT,
    acked_at TEXT
);

CREATE TABLE IF NOT EXISTS named_files (
    instance_id TEXT NOT NULL,
    name        TEXT NOT NULL,
    sha256      TEXT NOT NULL REFERENCES files (sha256),
    PRIMARY KEY (instance_id, name)
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS an_unacknowledged_file_stays
BEFORE DELETE ON files WHEN OLD.state <> 'acked'
BEGIN SELECT RAISE(ABORT, 'an unacknowledged file stays'); END;
