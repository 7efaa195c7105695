/** Bugs of processing: what would store a frame twice, drop it, blame the wrong one or turn live state back. */
import type { PlantedBug } from './planted-bug.ts'

const judge = ['--test', 'src/processing/processor.test.ts']
const identityJudge = ['--test', 'src/processing/identity.test.ts']

export const processingBugs: readonly PlantedBug[] = [
  {
    what: 'tells duplicates by their time stamp',
    file: 'src/processing/identity.ts',
    from: '  const { seq } = reading\n',
    to: "  const { seq } = reading\n  if (time <= device.lastTime) return { kind: 'duplicate' }\n",
    judge,
  },
  {
    what: 'takes the same number with another payload for a duplicate',
    file: 'src/processing/identity.ts',
    from: "return { kind: stored === undefined ? 'late' : 'conflict' }",
    to: "return { kind: stored === undefined ? 'late' : 'duplicate' }",
    judge,
  },
  {
    what: 'leaves what was measured out of the payload that is compared',
    file: 'src/processing/identity.ts',
    from: 'm.occupied}|',
    to: 'm.snrDb}|',
    judge,
  },
  {
    what: 'opens no epoch for a sequence that begins anew',
    file: 'src/processing/identity.ts',
    from: "|| fell || (seq <= 1 && later)) return { kind: 'new-epoch'",
    to: "&& fell) return { kind: 'new-epoch'",
    judge: identityJudge,
  },
  {
    what: 'opens an epoch for a fall of exactly the limit',
    file: 'src/processing/identity.ts',
    from: 'device.maxSeq - seq > epochFallMin',
    to: 'device.maxSeq - seq >= epochFallMin',
    judge: identityJudge,
  },
  {
    what: 'does not look the newest number up, so that its repeat is stored again',
    file: 'src/processing/identity.ts',
    from: 'reading.seq <= device.maxSeq &&',
    to: 'reading.seq < device.maxSeq &&',
    judge,
  },
  {
    what: 'turns live state back for a late frame',
    file: 'src/processing/batch.ts',
    from: 'if (!late) applyLive(',
    to: 'applyLive(',
    judge,
  },
  {
    what: 'drops a frame in conflict with its bytes',
    file: 'src/processing/batch.ts',
    from: "if (fate === 'quarantined')\n        rows.deadLetters.push(",
    to: 'if (device === undefined)\n        rows.deadLetters.push(',
    judge,
  },
  {
    what: 'does not remember the numbers of the batch in hand',
    file: 'src/processing/batch.ts',
    from: 'device.recent.set(seq, hash)',
    to: '',
    judge,
  },
  {
    what: 'never takes back a gap that was filled',
    file: 'src/processing/batch.ts',
    from: "rows.ledger.add(uplink.source, of * dayMs, 'lost', by)",
    to: "rows.ledger.add(uplink.source, of * dayMs, 'lost', Math.max(0, by))",
    judge,
  },
  {
    what: 'takes any fault of the store for a poisoned row',
    file: 'src/processing/processor.ts',
    from: "if (fault instanceof StoreError && fault.fault === 'data')",
    to: 'if (fault instanceof StoreError)',
    judge,
  },
  {
    what: 'quarantines a poisoned batch whole instead of searching it',
    file: 'src/processing/processor.ts',
    from: 'if (data.length > 1 || !only) {',
    to: 'if (!only) {',
    judge,
  },
  {
    what: 'keeps the half-made states of a failed commit in memory',
    file: 'src/processing/processor.ts',
    from: '        place = undefined\n',
    to: '',
    judge,
  },
  {
    what: 'passes over a failed commit and its frames with it',
    file: 'src/processing/processor.ts',
    from: 'base)\n      throw fault\n',
    to: 'base)\n',
    judge,
  },
  {
    what: 'leaves a frame that is understood at the second try quarantined in the ledger',
    file: 'src/processing/requeue.ts',
    from: "ledger.add(letter.source, letter.arrived, 'quarantined', -record.counted)",
    to: '',
    judge,
  },
  {
    what: 'takes a record that splits into other frames than it was counted for as it comes',
    file: 'src/processing/decode-record.ts',
    from: 'if (spans.length / 2 !== record.frames)',
    to: 'if (false)',
    judge,
  },
  {
    what: 'passes over damage of the journal in silence',
    file: 'src/processing/processor.ts',
    from: "batch.rows.ledger.add('journal', clock.now(), 'damaged', range.frames)",
    to: '',
    judge,
  },
  {
    what: 'believes device time whatever it says',
    file: 'src/processing/plausible-time.ts',
    from: 'if (trust || (',
    to: 'if (true || (',
    judge: identityJudge,
  },
]
