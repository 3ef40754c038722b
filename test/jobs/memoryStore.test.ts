/** The in-memory stores keep the contract of the stores. */
import { createMemoryStores } from '../../server/src/jobs/memoryStore.ts'
import { storeConformance } from './conformance.ts'

storeConformance('memory', async () => createMemoryStores())
