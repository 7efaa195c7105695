/** Bugs in what composes the rooms: processes, contexts of sources, counters, the conservation law. */
import type { PlantedBug } from './planted-bug.ts'

const contexts = ['--test', 'src/source-contexts.test.ts']
const counters = ['--test', 'src/intake-counters.test.ts']
const checkpoints = ['--test', 'src/intake-checkpoints.test.ts']
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
    file: 'src/intake-lane.ts',
    from: 'for (const record of records) counters.recount(record)',
    to: '',
    judge: checkpoints,
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
    file: 'src/supervisor.ts',
    from: 'if (!stopping && !kid.process) launch(kid)',
    to: 'if (stopping && !kid.process) launch(kid)',
    judge: falls,
  },
  {
    what: 'stays when main is gone',
    file: 'src/child.ts',
    from: "process.on('disconnect', () => {",
    to: "process.on('disconnected', () => {",
    judge: falls,
  },
  {
    what: 'tells the processor a record before it is durable',
    file: 'src/processor.ts',
    from: 'durable = Math.max(durable, message.record)',
    to: 'durable = Math.max(durable, message.record + 1_000_000)',
    judge: falls,
  },
  {
    what: 'writes a checkpoint every second',
    file: 'src/intake-checkpoints.ts',
    from: 'if (counters.dirty() || beatDue()) await start()',
    to: 'await start()',
    judge: checkpoints,
  },
  {
    what: 'writes named losses again in every checkpoint',
    file: 'src/intake-checkpoints.ts',
    from: '    counters.checkpointed()\n',
    to: '',
    judge: checkpoints,
  },
  {
    what: 'forgets what a refused checkpoint held',
    file: 'src/intake-counters.ts',
    from: '      inCheckpoint = changes\n',
    to: '      inCheckpoint = changes\n      inJournal = changes\n      unwritten = []\n',
    judge: checkpoints,
  },
  {
    what: 'stops the heartbeat when the clock is set back',
    file: 'src/intake-checkpoints.ts',
    from: 'clock.monotonic() - writtenAt >= heartbeatMs',
    to: 'clock.now() - (aliveAt ?? 0) >= heartbeatMs',
    judge: checkpoints,
  },
  {
    what: 'says nothing of checkpoints that fail',
    file: 'src/intake-checkpoints.ts',
    from: 'if (!failing) log.warn',
    to: 'if (failing) log.warn',
    judge: checkpoints,
  },
  {
    what: 'blames an absence on sources that send again',
    file: 'src/intake-absence.ts',
    from: 'if (canResend.has(kind) || !counters.all().has(name)) continue',
    to: 'if (!counters.all().has(name)) continue',
    judge: ['--test', 'src/intake-absence.test.ts'],
  },
  {
    what: 'gives two networks one source name',
    file: 'src/source-names.ts',
    from: "(names.includes('mqtt') ? 'mqtt-broker' : 'mqtt')",
    to: "'mqtt'",
    judge: ['--test', 'src/config.test.ts'],
  },
  {
    what: 'lets a client id forge a log line',
    file: 'src/lib/log.ts',
    from: 'write(escaped(`',
    to: 'write(String(`',
    judge: ['--test', 'src/lib/log.test.ts'],
  },
  {
    what: 'ends with the reader of its log',
    file: 'src/lib/log-output.ts',
    from: "  stream.on('error', ignore)\n  let leftOut",
    to: '  let leftOut',
    judge: ['--test', 'src/lib/log.test.ts'],
  },
]
