/** Schema 3: results that a person does not want. */
export const migration0003 = `
ALTER TABLE job ADD COLUMN discarded_at INTEGER CHECK (discarded_at IS NULL OR state = 'completed');
`
