/** Refresh Jobs: the list is read anew. */
import type { CommandHandler } from '../commands.ts'

export const refreshJobs: CommandHandler = ({ jobs }) => jobs.view.refresh()
