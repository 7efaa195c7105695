/** Bugs in what composes the rooms: processes, contexts of sources, counters, the conservation law. */
import type { PlantedBug } from './planted-bug.ts'

const contexts = ['--test', 'src/source-contexts.test.ts']
const counters = ['--test', 'src/intake-counters.test.ts']
const law = ['--test', 'src/system-status.test.ts']
const falls = ['--test', 'test/fixtures/server.slow.test.ts']

export const houseBugs: readonly PlantedBug[] = [
  {
    what: 'acknowledges before the journal has synced',
    file: 'src/source-contexts.ts',
    from: 'record = await lane.journal.append(records)',
    to: 'record = 1\n      lane.journal.append(records).catch(() => {})',
    judge: contexts,
  },
  {
    what: 'swallows a refusal of the journal',
    file: 'src/source-contexts.ts',
    from: 'throw new IntakeRefused(cause, fault.message,',
    to: 'return\n      throw new IntakeRefused(cause, fault.message,',
    judge: contexts,
  },
  {
    what: 'gives the last room of a disk to those who can send again',
    file: 'src/source-contexts.ts',
    from: 'full !== undefined && canResend.has(source.kind)',
    to: 'full !== undefined && !canResend.has(source.kind)',
    judge: contexts,
  },
  {
    what: 'does not count what it refuses',
    file: 'src/source-contexts.ts',
    from: "else lane.counters.refuse(source, frames, true, fault instanceof JournalError ? refusalOf[fault.code] : 'journal')",
    to: '',
    judge: contexts,
  },
  {
    what: 'writes frames on their way into the checkpoint as received',
    file: 'src/intake-counters.ts',
    from: 'const received = count.received - count.inFlight',
    to: 'const received = count.received',
    judge: counters,
  },
  {
    what: 'forgets its counts when it starts again',
    file: 'src/intake-counters.ts',
    from: 'for (const [name, count] of Object.entries(body.sources))',
    to: 'for (const [name, count] of Object.entries({} as typeof body.sources))',
    judge: counters,
  },
  {
    what: 'does not count again what was journaled after the last checkpoint',
    file: 'src/intake.ts',
    from: 'for (const record of records) counters.recount(record)',
    to: '',
    judge: falls,
  },
  {
    what: 'leaves quarantined frames out of the law',
    file: 'src/conservation.ts',
    from: ' - db.quarantined',
    to: '',
    judge: law,
  },
  {
    what: 'counts damaged frames as an error of the ledger',
    file: 'src/conservation.ts',
    from: ' - db.damaged',
    to: '',
    judge: law,
  },
  {
    what: 'leaves refused frames out of the law',
    file: 'src/conservation.ts',
    from: ' - refused - unframeable',
    to: ' - unframeable',
    judge: law,
  },
  {
    what: 'does not start a fallen process again',
    file: 'src/worker.ts',
    from: 'setTimeout(launch, delayMs)',
    to: 'setTimeout(() => {}, delayMs)',
    judge: ['--test', 'src/worker.slow.test.ts'],
  },
  {
    what: 'stays when main is gone',
    file: 'src/child.ts',
    from: "process.on('disconnect', orphaned)",
    to: "process.on('disconnected', orphaned)",
    judge: falls,
  },
  {
    what: 'tells the processor a record before it is durable',
    file: 'src/processor.ts',
    from: 'durable = Math.max(durable, message.record)',
    to: 'durable = Math.max(durable, message.record + 1_000_000)',
    judge: falls,
  },
]
