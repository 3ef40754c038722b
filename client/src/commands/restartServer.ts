/** Restart Server: a new language server; jobs of the old one can be resumed. */
import type { CommandHandler } from '../commands.ts'

export const restartServer: CommandHandler = ({ server }) => server.restart()
