/** The in-memory stores keep the contract of the stores. */

import { storeConformance } from '../jobs/conformance.ts'
import { createMemoryStores } from './memoryStores.ts'

storeConformance('memory', async () => createMemoryStores())
