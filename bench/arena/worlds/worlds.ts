/** The worlds by name. */
import type { WorldName } from '../constants.ts'
import type { WorldShape } from '../world.ts'
import { answers } from './answers.ts'
import { invoices } from './invoices.ts'
import { kitchen } from './kitchen.ts'
import { tickets } from './tickets.ts'

export const worlds: Readonly<Record<WorldName, WorldShape>> = { answers, tickets, invoices, kitchen }
