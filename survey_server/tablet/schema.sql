-- A tablet's store: one SQLite file, written ahead (WAL), every change a transaction.
-- A change here needs a step in database.py, for the stores that are in the field.

CREATE TABLE IF NOT EXISTS settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS forms (
    form_id TEXT NOT NULL,
    version TEXT NOT NULL,
    hash    TEXT NOT NULL,
    url     TEXT NOT NULL,
    wanted  INTEGER NOT NULL DEFAULT 1,  -- The server tells tablets to hold it.
    content BLOB,
    PRIMARY KEY (form_id, version)
);

CREATE TABLE IF NOT EXISTS assignments (
    ea      TEXT NOT NULL,
    form_id TEXT NOT NULL,  -- Blank where an EA has none of its own.
    name    TEXT NOT NULL,
    due     TEXT,
    PRIMARY KEY (ea, form_id)
);

CREATE TABLE IF NOT EXISTS units (
    code           TEXT PRIMARY KEY,
    ea             TEXT NOT NULL,
    address        TEXT,
    head_name      TEXT,
    listed_persons INTEGER,
    round          INTEGER NOT NULL DEFAULT 0  -- Of the download that named it last.
);

CREATE TABLE IF NOT EXISTS records (
    made         INTEGER PRIMARY KEY,  -- The order in which they were made.
    instance_id  TEXT NOT NULL UNIQUE,
    form_id      TEXT NOT NULL,
    form_version TEXT NOT NULL,
    interview_id TEXT NOT NULL,
    unit         TEXT NOT NULL,
    started_at   TEXT NOT NULL,
    finished_at  TEXT NOT NULL,
    answers      BLOB NOT NULL,
    sha256       TEXT NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision >= 1),
    replaces     TEXT,
    -- pending: here only. acked: the server holds it too. rescue: the server would not take it.
    state        TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'acked', 'rescue')),
    offered_at   TEXT,
    setbacks     INTEGER NOT NULL DEFAULT 0,  -- Whoever had them goes behind the others.
    outcome      TEXT,
    code         TEXT,
    receipt      TEXT REFERENCES receipts (batch_id),
    CHECK (state <> 'acked' OR receipt IS NOT NULL)
);
CREATE INDEX IF NOT EXISTS records_waiting ON records (setbacks, made) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS records_of_interview ON records (interview_id, revision);

-- What was offered once may be on the server already, whatever the tablet heard.
CREATE TRIGGER IF NOT EXISTS an_offered_record_is_immutable
BEFORE UPDATE OF instance_id, form_id, form_version, interview_id, unit, started_at, finished_at,
                 answers, sha256, revision, replaces, offered_at ON records
WHEN OLD.offered_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an offered record is immutable'); END;

CREATE TRIGGER IF NOT EXISTS an_unacknowledged_record_stays
BEFORE DELETE ON records WHEN OLD.state <> 'acked'
BEGIN SELECT RAISE(ABORT, 'an unacknowledged record stays'); END;

CREATE TABLE IF NOT EXISTS receipts (
    batch_id    TEXT PRIMARY KEY,
    body        BLOB NOT NULL,  -- The exact bytes that were signed.
    signature   TEXT NOT NULL,
    received_at TEXT NOT NULL
);

-- The one batch that may be on its way; repeated byte for byte until a definite answer.
CREATE TABLE IF NOT EXISTS in_flight (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    batch_id TEXT NOT NULL,
    packed   BLOB NOT NULL,
    sent     TEXT NOT NULL  -- [[instance_id, sha256], …] in the order of the body.
);
