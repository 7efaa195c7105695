/** All planted bugs, by room. */
import { codecBugs } from './codecs.ts'
import { edgeBugs } from './edges.ts'
import { frontBugs } from './front.ts'
import { houseBugs } from './house.ts'
import { journalBugs } from './journal.ts'
import { ledgerBugs } from './ledger.ts'
import { partBugs } from './parts.ts'
import { processingBugs } from './processing.ts'
import { sourceBugs } from './sources.ts'
import { storeBugs } from './store.ts'

export const plantedBugs = {
  journal: journalBugs,
  sources: sourceBugs,
  processing: processingBugs,
  codecs: codecBugs,
  store: storeBugs,
  house: houseBugs,
  edges: edgeBugs,
  ledger: ledgerBugs,
  parts: partBugs,
  front: frontBugs,
}
