/** All planted bugs, by room. */
import { alertBugs } from './alerts.ts'
import { apiBugs } from './api.ts'
import { bayBugs } from './bays.ts'
import { codecBugs } from './codecs.ts'
import { comparisonBugs } from './comparison.ts'
import { contractBugs } from './contract.ts'
import { countBugs } from './counts.ts'
import { deskBugs } from './desk.ts'
import { edgeBugs } from './edges.ts'
import { forecasterBugs } from './forecaster.ts'
import { frontBugs } from './front.ts'
import { houseBugs } from './house.ts'
import { journalBugs } from './journal.ts'
import { layoutBugs } from './layout.ts'
import { ledgerBugs } from './ledger.ts'
import { notifyBugs } from './notify.ts'
import { partBugs } from './parts.ts'
import { peopleBugs } from './people.ts'
import { processingBugs } from './processing.ts'
import { reportBugs } from './reports.ts'
import { signBugs } from './signs.ts'
import { sourceBugs } from './sources.ts'
import { stayBugs } from './stays.ts'
import { storeBugs } from './store.ts'

export const plantedBugs = {
  journal: journalBugs,
  sources: sourceBugs,
  bays: bayBugs,
  counts: countBugs,
  reports: reportBugs,
  alerts: alertBugs,
  signs: signBugs,
  processing: processingBugs,
  codecs: codecBugs,
  store: storeBugs,
  house: houseBugs,
  edges: edgeBugs,
  layout: layoutBugs,
  ledger: ledgerBugs,
  parts: partBugs,
  front: frontBugs,
  contract: contractBugs,
  forecaster: forecasterBugs,
  desk: deskBugs,
  stays: stayBugs,
  comparison: comparisonBugs,
  notify: notifyBugs,
  api: apiBugs,
  people: peopleBugs,
}
