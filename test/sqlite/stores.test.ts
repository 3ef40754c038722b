/** The SQLite stores keep the contract of the stores. */
import { storeConformance } from '../jobs/conformance.ts'
import { openStores } from './openStores.ts'

storeConformance('sqlite', () => openStores())
