/** Show Log: the output channel. */
import type { CommandHandler } from '../commands.ts'

export const showLog: CommandHandler = ({ server }) => server.log.show()
