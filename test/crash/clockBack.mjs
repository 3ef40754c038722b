// Loaded with `node --import`: sets the wall clock back by an hour once the file that CLOCK_BACK_WHEN names is there.
import { existsSync } from 'node:fs'

const hour = 60 * 60 * 1000
const wallClock = Date.now
const flag = process.env.CLOCK_BACK_WHEN ?? ''
Date.now = () => wallClock() - (existsSync(flag) ? hour : 0)
