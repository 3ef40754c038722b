/** The settings of the language server: from the client, checked, with the key bound to where it came from. */
import { z } from 'zod'
import type { ModelSettings } from '../app/ports.ts'
import { type EditorConfiguration, machineSettings } from '../protocol/client.ts'

/** As editors name them, under `signatureTuner`. */
export const settingsSchema = z.object({
  model: z
    .string()
    .min(1)
    .optional()
    .describe('Model to evaluate with; `vscode:VENDOR/ID` is one of VS Code, `embedded` is the offline demo.'),
  reflectionModel: z.string().min(1).optional().describe('Model that proposes better wording (default: the model).'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .refine(holdsNoSecret, 'leave out the user name and password')
    .optional()
    .describe('OpenAI-compatible endpoint.'),
  concurrency: z.int().min(1).max(256).optional().describe('Model calls at a time (default: 8).'),
  timeout: z.number().min(1).max(3600).optional().describe('Seconds for one model call (default: 60).'),
  maxCalls: z.int().positive().optional().describe('Most model calls that one job may make (default: 2000).'),
  maxTokens: z.int().positive().optional().describe('Most tokens, read and written, that one job may use.'),
  maxCost: z.number().positive().optional().describe('Most US dollars that one job may cost.'),
  maxTime: z.number().positive().optional().describe('Most seconds that one job may take.'),
  inlayHints: z
    .object({ enable: z.boolean().default(true).describe('Show scores inside the source.') })
    .default({ enable: true }),
  codeLens: z
    .object({ enable: z.boolean().default(true).describe('Show Evaluate, Tune and History above the signature.') })
    .default({ enable: true }),
})
/** What is not parsed is refused before. */
function holdsNoSecret(url: string): boolean {
  const { username, password } = URL.parse(url) ?? { username: '', password: '' }
  return username === '' && password === ''
}
export type Settings = z.infer<typeof settingsSchema>

export const defaultSettings: Settings = settingsSchema.parse({})

export interface ReadSettings {
  readonly settings: Settings
  /** One sentence for each value that is not used. */
  readonly problems: readonly string[]
}

/** Each value by itself: one that is wrong leaves the others in force. */
export function readSettings(given: unknown): ReadSettings {
  const members = typeof given === 'object' && given !== null ? Object.entries(given) : []
  const problems: string[] = []
  const kept: Record<string, unknown> = {}
  for (const [name, value] of members) {
    // Clients send what is not set as null.
    if (value === null || value === undefined || value === '' || !Object.hasOwn(settingsSchema.shape, name)) continue
    const schema = settingsSchema.shape[name as keyof Settings]
    const read = schema.safeParse(value)
    if (read.success) kept[name] = read.data
    else problems.push(`The setting signatureTuner.${name} is not used: ${read.error.issues[0]?.message ?? 'wrong'}.`)
  }
  return { settings: settingsSchema.parse(kept), problems }
}

/** Those of the machine stand for what a workspace may not set; ours alone can tell the two apart. */
export function withMachineSettings(settings: Settings, { machine }: EditorConfiguration): Settings {
  return { ...settings, ...Object.fromEntries(machineSettings.map(name => [name, machine[name]])) }
}

/** What the process was started with: its environment and flags. */
export interface Environment {
  readonly baseUrl: string
  readonly apiKey: string | undefined
  readonly model: string | undefined
  readonly reflectionModel: string | undefined
  /** One sentence for each value that is not used. */
  readonly problems: readonly string[]
}

const defaultBaseUrl = 'https://api.openai.com/v1'
const badBaseUrl =
  'OPENAI_BASE_URL is no URL that can be used, so its key is not used either: give one such as http://localhost:11434/v1'

/** Without an address that can be used the key goes nowhere: it was meant for another place than the default. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const baseUrl = variables.OPENAI_BASE_URL?.trim() || defaultBaseUrl
  const isUsable = settingsSchema.shape.baseUrl.safeParse(baseUrl).success
  return {
    baseUrl: isUsable ? baseUrl : defaultBaseUrl,
    apiKey: (isUsable && variables.OPENAI_API_KEY?.trim()) || undefined,
    model: variables.SIGNATURE_TUNER_MODEL || undefined,
    reflectionModel: variables.SIGNATURE_TUNER_REFLECTION_MODEL || undefined,
    problems: isUsable ? [] : [badBaseUrl],
  }
}

/**
 * A key goes to the origin it was given for alone: a base URL of the client's configuration may come from a file of the
 * project, which must never see the key of the environment.
 */
export function modelSettings(
  settings: Settings,
  environment: Environment,
  key: EditorConfiguration['key'],
): ModelSettings {
  const baseUrl = (settings.baseUrl ?? environment.baseUrl).replace(/\/+$/, '')
  const { origin } = new URL(baseUrl)
  const keys = [key, { origin: new URL(environment.baseUrl).origin, value: environment.apiKey }]
  return {
    model: settings.model ?? environment.model,
    reflectionModel: settings.reflectionModel ?? environment.reflectionModel,
    baseUrl,
    apiKey: keys.find(bound => bound?.origin === origin)?.value,
    concurrency: settings.concurrency ?? 8,
    timeout: (settings.timeout ?? 60) * 1000,
    parameters: {},
  }
}
