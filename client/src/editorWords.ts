/** Says in the editor's words what the server says in those of the command line: commands by their title, settings by name. */

/** What stands between double quotes is somebody's own words, such as an endpoint's, and stays. */
export function inEditorWords(text: string): string {
  const parts = text.split(/("[^"]*")/)
  return parts.map((part, index) => (index % 2 === 0 ? reworded(part) : part)).join('')
}

function reworded(part: string): string {
  return rewordings.reduce((said, [words, ours]) => said.replace(words, ours), part)
}

/** A command stands at the end of its sentence, often with a path that may hold anything. */
const rest = String.raw`[^\n]*$`
const command = (before: string, name: string) => new RegExp(`${before}[:]? '?signature-tuner ${name}\\b${rest}`, 'm')

const rewordings: readonly (readonly [RegExp, string])[] = [
  [/: pass --model NAME or set SIGNATURE_TUNER_MODEL.*$/m, ': use “Choose Model”, which has an offline demo, too.'],
  [
    /set OPENAI_API_KEY, or name another endpoint with --base-url or OPENAI_BASE_URL/,
    'use “Set API Key”, or “Choose Model” to ask another endpoint',
  ],
  [/set OPENAI_API_KEY to the one that belongs to it/, 'use “Set API Key” for the one that belongs to it'],
  [/set OPENAI_API_KEY/, 'use “Set API Key”'],
  [
    /start or resume this in VS Code, or choose another model with --model or SIGNATURE_TUNER_MODEL/,
    'use “Choose Model” for one that is there',
  ],
  [/check --model and --base-url/, 'use “Choose Model” for one that it has'],
  [command('create one with', 'new'), 'create one with “New Signature”.'],
  [command('Record one with', 'evaluate'), 'Record one with “Evaluate Signature”.'],
  [command('see', 'history'), 'see “Show History”.'],
  [command('see', 'jobs'), 'see the view “Tuning Jobs”.'],
  [command('Run', 'validate'), 'The view “Problems” lists all.'],
  [command('Then write the result with', 'jobs apply'), 'Then write the result with “Review Result”.'],
  [command('To accept it anyway', 'jobs apply'), 'To accept it anyway, use “Review Result”.'],
  [command('(?:Resume|go on) with', 'jobs resume'), 'Go on with “Resume Job” in the view “Tuning Jobs”.'],
  [command('', 'jobs resume'), ' “Resume Job” in the view “Tuning Jobs” goes on.'],
  [command('', 'jobs prune'), ' “Delete Job” in the view “Tuning Jobs” removes one.'],
  [command('', 'jobs apply'), ' use “Review Result”.'],
  [/OPENAI_BASE_URL|--base-url/g, 'signatureTuner.baseUrl'],
  [/SIGNATURE_TUNER_REFLECTION_MODEL|--reflection-model/g, 'signatureTuner.reflectionModel'],
  [/SIGNATURE_TUNER_MODEL|--model\b/g, 'signatureTuner.model'],
  [/--max-calls/g, 'signatureTuner.maxCalls'],
  [/--max-tokens/g, 'signatureTuner.maxTokens'],
  [/--max-cost/g, 'signatureTuner.maxCost'],
  [/--max-time/g, 'signatureTuner.maxTime'],
  [/--concurrency/g, 'signatureTuner.concurrency'],
]
