/** Commands that answer from what is stored, on a directory in which no server has ever run. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { dlqDiscard, dlqList, dlqRequeue, dlqShow } from './dlq.ts'
import { journalExport, journalInspect, journalVerify } from './journal.ts'
import { ledgerLosses, ledgerSensors, ledgerVerify } from './ledger.ts'
import { CommandFailed, exitCodes } from './output.ts'
import { tokenList, tokenRevoke } from './token.ts'

let room: string
before(async () => {
  room = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-place-'))
})
after(() => rm(room, { recursive: true, force: true }))

const commands: Record<string, (data: string) => Promise<number>> = {
  'ledger verify': (data) => ledgerVerify({ data }),
  'ledger losses': (data) => ledgerLosses({ data }),
  'ledger sensors': (data) => ledgerSensors({ data }),
  'dlq list': (data) => dlqList({ data }),
  'dlq show': (data) => dlqShow('1.0', { data }),
  'dlq discard': (data) => dlqDiscard('1.0', { data, reason: 'no longer needed' }),
  'dlq requeue': (data) => dlqRequeue([], { data, all: true }),
  'journal inspect': (data) => journalInspect(undefined, { data }),
  'journal verify': (data) => journalVerify(undefined, { data }),
  'journal export': (data) => journalExport(undefined, { data }),
  'token list': (data) => tokenList({ data }),
  'token revoke': (data) => tokenRevoke('gateway', { data }),
}

const fails = (exitCode: number, what: RegExp) => (fault: unknown) => {
  assert.ok(fault instanceof CommandFailed, `${fault}`)
  assert.equal(fault.exitCode, exitCode, fault.message)
  assert.match(fault.message, what)
  return true
}

describe('a data directory that does not exist', () => {
  for (const [name, command] of Object.entries(commands))
    test(`${name} fails with exit 2, names it, and does not make it`, async () => {
      const data = path.join(room, 'mistyped')
      await assert.rejects(command(data), fails(exitCodes.usage, /no data directory .*mistyped/))
      assert.equal(existsSync(data), false)
    })
})

describe('a data directory that is a file', () => {
  for (const [name, command] of Object.entries(commands))
    test(`${name} reports that it is a file`, async () => {
      await assert.rejects(command(import.meta.filename), /used-place\.test\.ts is a file: name a directory/)
    })
})

test('dlq requeue refuses ids beside a selection instead of dropping the selection', async () => {
  const data = path.join(room, 'both')
  await mkdir(data)
  await assert.rejects(dlqRequeue(['1.0'], { data, source: 'gateway' }), fails(exitCodes.usage, /not both/))
})
