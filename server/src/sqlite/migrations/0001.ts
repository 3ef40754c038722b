/** Schema 1: jobs, their progress, their ledger, evaluations, and who has the database open. */
export const migration0001 = `
CREATE TABLE job (
  id TEXT PRIMARY KEY NOT NULL CHECK (id GLOB 'job_*' AND length(id) = 20),
  kind TEXT NOT NULL CHECK (kind IN ('tune', 'evaluate')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
  skill_path TEXT NOT NULL,
  skill_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  owner TEXT,
  lease_until INTEGER,
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  finished_at INTEGER,
  result TEXT,
  error TEXT,
  applied_version INTEGER,
  CHECK ((state = 'running') = (owner IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  CHECK ((state IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK ((state = 'completed') = (result IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL)),
  CHECK (applied_version IS NULL OR state = 'completed')
) STRICT;

CREATE INDEX job_by_skill ON job (skill_path, created_at);
CREATE INDEX job_by_time ON job (created_at);

CREATE TABLE job_progress (
  job_id TEXT PRIMARY KEY NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  progress TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE call (
  job_id TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'failed', 'decided')),
  asks INTEGER NOT NULL CHECK (asks >= 0),
  repeated INTEGER NOT NULL DEFAULT 0 CHECK (repeated >= 0),
  not_before INTEGER,
  reply TEXT,
  error TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (job_id, key),
  CHECK ((state IN ('answered', 'decided')) = (reply IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL)),
  CHECK (not_before IS NULL OR state = 'asked')
) STRICT;

CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY,
  job_id TEXT REFERENCES job (id) ON DELETE SET NULL,
  skill_path TEXT NOT NULL,
  signature_sha256 TEXT NOT NULL,
  examples_sha256 TEXT NOT NULL,
  metrics_sha256 TEXT NOT NULL,
  model TEXT NOT NULL,
  score REAL NOT NULL,
  score_by_metric TEXT NOT NULL,
  score_by_field TEXT NOT NULL,
  examples INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  failing TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX evaluation_by_skill ON evaluation (skill_path, created_at);
CREATE UNIQUE INDEX evaluation_of_job
  ON evaluation (job_id, signature_sha256, examples_sha256, metrics_sha256, model) WHERE job_id IS NOT NULL;

CREATE TABLE session (
  owner TEXT PRIMARY KEY NOT NULL,
  opened_at INTEGER NOT NULL
) STRICT;
`
