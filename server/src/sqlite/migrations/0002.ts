/** Schema 2: snapshots apart from jobs, as every change of a row writes it anew; replies to requests with a key. */
export const migration0002 = `
CREATE TABLE job_snapshot (
  job_id TEXT PRIMARY KEY NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  snapshot TEXT NOT NULL
) STRICT;

INSERT INTO job_snapshot SELECT id, snapshot FROM job;

ALTER TABLE job DROP COLUMN snapshot;

CREATE INDEX job_by_state ON job (state, created_at);

CREATE TABLE request (
  key TEXT PRIMARY KEY NOT NULL,
  fingerprint TEXT NOT NULL,
  reply TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX request_by_time ON request (created_at);
CREATE INDEX evaluation_by_model ON evaluation (model, created_at);
`
