/** Schema 2: snapshots in a table of their own, as every change of a job's row would write them anew. */
export const migration0002 = `
CREATE TABLE job_snapshot (
  job_id TEXT PRIMARY KEY NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  snapshot TEXT NOT NULL
) STRICT;

INSERT INTO job_snapshot SELECT id, snapshot FROM job;

ALTER TABLE job DROP COLUMN snapshot;

CREATE INDEX job_by_state ON job (state, created_at);
`
