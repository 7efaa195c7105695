/** The schema as a list of steps: forward only, run once each, in order. The newest version is what this release understands. */
import { firstTables } from './0001-first-tables.ts'
import { losses } from './0002-losses.ts'
import { readingBlocks } from './0003-reading-blocks.ts'
import { history } from './0004-history.ts'
import { forecasts } from './0005-forecasts.ts'
import { revPage } from './0006-rev-page.ts'
import { rawFrames } from './0007-raw-frames.ts'
import { piecesAndLease } from './0009-pieces-and-lease.ts'
import { deviceOrder } from './0010-device-order.ts'
import { publishedLayouts } from './0011-published-layouts.ts'
import { decoderChoices } from './0012-decoder-choices.ts'
import { measureColumns } from './measure-columns.ts'
import type { Migration } from './migration.ts'
import { tableCreations } from './table-creations.ts'
import { viewCreations } from './view-creations.ts'

const written: readonly Migration[] = [
  firstTables,
  losses,
  readingBlocks,
  history,
  forecasts,
  revPage,
  rawFrames,
  piecesAndLease,
  deviceOrder,
  publishedLayouts,
  decoderChoices,
]
export const migrations: readonly Migration[] = [
  ...written,
  ...measureColumns(),
  ...tableCreations(),
  ...viewCreations(),
].sort((a, b) => a.version - b.version)
export const schemaVersion = Math.max(...migrations.map(({ version }) => version))
