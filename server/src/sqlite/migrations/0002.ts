/** Schema 2: replies to requests that named an idempotency key. */
export const migration0002 = `
CREATE TABLE request (
  key TEXT PRIMARY KEY NOT NULL,
  fingerprint TEXT NOT NULL,
  reply TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX request_by_time ON request (created_at);
CREATE INDEX evaluation_by_model ON evaluation (model, created_at);
`
