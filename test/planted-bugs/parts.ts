/** Bugs in the parts of the processes: what each child, the channel, the auditor and the keys promise. */
import type { PlantedBug } from './planted-bug.ts'

const child = ['--test', 'src/processes/child.slow.test.ts']
const publisher = ['--test', 'src/processes/publisher.test.ts']
const lateStore = ['--test', 'src/processes/late-store.test.ts']
const role = (name: string) => ['--test', `--test-name-pattern=${name}`, 'src/processes/roles.slow.test.ts']
const channel = ['--test', 'src/intake/journal-channel.test.ts']
const figures = ['--test', 'src/intake/figures.test.ts']
const auditor = ['--test', 'src/audit/auditor.slow.test.ts']
const balance = ['--test', 'src/audit/conservation.test.ts']
const accounts = ['--test', 'src/auth/accounts.test.ts']
const rights = ['--test', 'src/api/rights.test.ts']
const setup = ['--test', 'src/auth/setup-link.test.ts']
const keys = ['--test', 'src/auth/keyring.test.ts']

export const partBugs: readonly PlantedBug[] = [
  {
    what: 'waits for a child that is not ready before it lets it leave',
    file: 'src/processes/child.ts',
    from: 'if (!isReady) process.exit(0)',
    to: '',
    judge: child,
  },
  {
    what: 'ends the children at Ctrl-C before main has decided',
    file: 'src/processes/child.ts',
    from: "for (const signal of ['SIGINT', 'SIGHUP'])",
    to: "for (const signal of ['SIGHUP'])",
    judge: child,
  },
  {
    what: 'reports a fault of the store without its kind',
    file: 'src/processes/child.ts',
    from: 'fault instanceof StoreError ? { fault: fault.fault } : {}',
    to: 'fault instanceof StoreError ? {} : {}',
    judge: child,
  },
  {
    what: 'gives the answer of one publication to another',
    file: 'src/processes/publisher.ts',
    from: 'waiting.get(message.request)?.(message.answer)',
    to: '[...waiting.values()][0]?.(message.answer)',
    judge: publisher,
  },
  {
    what: 'gives up a publication that intake is still writing',
    file: 'src/processes/publisher.ts',
    from: 'const answerMsMax = 15_000',
    to: 'const answerMsMax = 1_500',
    judge: publisher,
  },
  {
    what: 'waits for ever for a database that a later release has written',
    file: 'src/processes/late-store.ts',
    from: 'if (isForPerson((fault as { fault?: StoreFault }).fault)) throw fault',
    to: '',
    judge: lateStore,
  },
  {
    what: 'reports a database that is away with every try',
    file: 'src/processes/late-store.ts',
    from: 'if (attempt === 0)',
    to: 'if (attempt >= 0)',
    judge: lateStore,
  },
  {
    what: 'lets a processor claim more than the journal has given it',
    file: 'src/processes/processor.ts',
    from: 'fence: settings.fence,\n    durable',
    to: 'fence: Date.now(),\n    durable',
    judge: role('earlier writer'),
  },
  {
    what: 'shows no page while the database is away',
    file: 'src/processes/web.ts',
    from: 'await firstOf(opened)',
    to: 'await opened',
    judge: role('pages come up'),
  },
  {
    what: 'ends intake where no source is configured',
    file: 'src/processes/intake.ts',
    from: 'await Promise.all([aborted(signal), ...running])',
    to: 'await Promise.all(running)',
    judge: role('without any source'),
  },
  {
    what: 'wakes the processor for records that it did not ask for',
    file: 'src/processes/intake.ts',
    from: '    wakeAbove = undefined\n    child.send',
    to: '    child.send',
    judge: role('wakes main once'),
  },
  {
    what: 'reports forecasts as ready only with a database',
    file: 'src/processes/forecasts.ts',
    from: "  child.send({ type: 'ready' })\n",
    to: '',
    judge: role('forecasts report'),
  },
  {
    what: 'counts from 0 again after each start',
    file: 'src/intake/journal-channel.ts',
    from: 'if (checkpoint) counters.restore(checkpoint)',
    to: '',
    judge: channel,
  },
  {
    what: 'warns of a damaged journal as if nothing were lost',
    file: 'src/intake/journal-channel.ts',
    from: "else log.error('the journal is damaged",
    to: "else log.warn('the journal is damaged",
    judge: channel,
  },
  {
    what: 'leaves refused frames out of the totals',
    file: 'src/intake/figures.ts',
    from: '    total.refused += count.refused\n',
    to: '',
    judge: figures,
  },
  {
    what: 'shows a deleted journal as one that takes readings',
    file: 'src/intake/figures.ts',
    from: "missing === undefined ? {} : { refusing: missing, refusal: 'gone' as const }",
    to: 'missing === undefined ? {} : {}',
    judge: figures,
  },
  {
    what: 'runs an audit for each who asks, all at once',
    file: 'src/audit/auditor.ts',
    from: 'running ??= start()',
    to: 'running = start()',
    judge: auditor,
  },
  {
    what: 'shows the failure of an earlier audit beside a good one',
    file: 'src/audit/auditor.ts',
    from: '          last = report\n          failed = undefined',
    to: '          last = report',
    judge: auditor,
  },
  {
    what: 'rounds a missing frame away in large counts',
    file: 'src/audit/conservation.ts',
    from: 'counts.reduce((sum: bigint, count) => sum + BigInt(count), 0n)',
    to: 'BigInt(counts.reduce((sum: number, count) => sum + Number(count), 0))',
    judge: balance,
  },
  {
    what: 'counts as pending what was set aside',
    file: 'src/audit/conservation.ts',
    from: 'pending: acceptedFrames - db.acceptedFrames',
    to: 'pending: acceptedFrames - Number(db.committed)',
    judge: balance,
  },
  {
    what: 'lets a session go on after it has expired',
    file: 'src/auth/sessions.ts',
    from: 'clock.now() >= expires ||',
    to: 'clock.now() < 0 * expires ||',
    judge: accounts,
  },
  {
    what: 'lets a session go on that was not used for a week',
    file: 'src/auth/sessions.ts',
    from: '|| clock.now() - used >= idleMs',
    to: '|| clock.now() - used >= 4 * idleMs',
    judge: accounts,
  },
  {
    what: 'lets others read the accounts',
    file: 'src/auth/auth-db.ts',
    from: 'chmodSync(file, 0o600)',
    to: 'chmodSync(file, 0o644)',
    judge: accounts,
  },
  {
    what: 'takes any password for an account without one',
    file: 'src/auth/password.ts',
    from: 'return stored !== undefined &&',
    to: "return stored === undefined || kind !== '' &&",
    judge: accounts,
  },
  {
    what: 'disables the last administrator',
    file: 'src/auth/people.ts',
    from: 'all().filter(isWholeAdmin).length === 1',
    to: 'all().filter(isWholeAdmin).length === 0',
    judge: accounts,
  },
  {
    what: 'grants what is not in the table of rights',
    file: 'contract/rights.ts',
    from: 'includes(role) ?? false',
    to: 'includes(role) ?? true',
    judge: rights,
  },
  {
    what: 'looks at the first bay only of a person who is limited to a site',
    file: 'src/api/site-limits.ts',
    from: '!named.every((site)',
    to: '!named.some((site)',
    judge: rights,
  },
  {
    what: 'opens the desk with a setup link of yesterday',
    file: 'src/auth/setup-link.ts',
    from: 'clock.now() >= setup.expires',
    to: 'clock.now() >= setup.expires + 24 * validMs',
    judge: setup,
  },
  {
    what: 'opens the desk to both who race for a setup link',
    file: 'src/auth/setup-link.ts',
    from: 'await rename(path, mine)',
    to: 'await link(path, mine)',
    judge: setup,
  },
  {
    what: 'keeps an API key that has ended',
    file: 'src/auth/keyring.ts',
    from: 'now >= key.expires',
    to: 'now < key.expires - now',
    judge: keys,
  },
]
