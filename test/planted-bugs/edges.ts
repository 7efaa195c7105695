/** Bugs at the edges: command line, configuration, processes, API, advice. */
import type { PlantedBug } from './planted-bug.ts'

const table = ['--test', 'src/cli/command-table.test.ts']
const place = ['--test', 'src/cli/used-place.test.ts']
const config = ['--test', 'src/config/config.test.ts']
const state = ['--test', 'src/processes/worker-state.test.ts']
const worker = ['--test', 'src/processes/worker.slow.test.ts']
const run = ['--test', 'src/processes/run-directory.slow.test.ts']
const modes = ['--test', 'src/processes/private-files.test.ts']
const signIn = ['--test', 'src/api/sign-in-limit.test.ts']
const client = ['--test', 'contract/client.test.ts']
const wireNames = ['--test', 'src/api/wire-names.test.ts']
const losses = ['--test', 'src/api/losses.test.ts']
const access = ['--test', 'src/api/access.test.ts']
const attacks = ['--test', 'src/api/attacks.test.ts']
const advice = ['--test', 'src/cli/advice.test.ts']
const api = ['--test', 'src/api/server.test.ts']
const output = ['--test', 'src/cli/output.slow.test.ts']
const stays = ['--test', 'src/simulator/transitions.test.ts']
const plan = ['--test', 'src/simulator/layout-upload.test.ts']

export const edgeBugs: readonly PlantedBug[] = [
  {
    what: 'lets a closed list be typed out a second time',
    file: 'tools/typed-again.ts',
    from: 'const membersInRow = 3',
    to: 'const membersInRow = 30',
    judge: ['--test', 'tools/tidy.test.ts'],
  },
  {
    what: 'leaves a measure out of the drawer of a device',
    file: 'web/src/shell/measure-words.ts',
    from: 'if (value === undefined || batteryMeasures.includes(name)) return []',
    to: 'if (value === undefined || batteryMeasures.includes(name) || charted) return []',
    judge: ['--test', 'web/src/shell/measure-words.test.ts'],
  },
  {
    what: 'takes a number of the command line that is out of range',
    file: 'src/cli/option-values.ts',
    from: '? Number(text) : Number.NaN\n    if (!(value >= min && value <= max))\n      throw',
    to: '? Number(text) : Number.NaN\n    if (Number.isNaN(value))\n      throw',
    judge: table,
  },
  {
    what: 'takes a day that the calendar does not have',
    file: 'src/cli/option-values.ts',
    from: 'return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)',
    to: 'return !Number.isNaN(ms)',
    judge: table,
  },
  {
    what: 'drops one of two options that exclude each other',
    file: 'src/cli/command-table.ts',
    from: ".conflicts(['apiKey', 'scopes'])",
    to: '',
    judge: table,
  },
  {
    what: 'answers for a data directory that does not exist',
    file: 'src/cli/place.ts',
    from: 'if (!existsSync(data))',
    to: 'if (data === undefined)',
    judge: place,
  },
  {
    what: 'ends well after a write that a full disk cut short',
    file: 'src/cli/output.ts',
    from: 'for (let at = 0; at < bytes.length; ) at += writeSync(standardOutput, bytes, at)',
    to: 'writeSync(standardOutput, bytes)',
    judge: output,
  },
  {
    what: 'reads a configuration file of another encoding as UTF-8',
    file: 'src/lib/utf8-file.ts',
    from: "new TextDecoder('utf-8', { fatal: true })",
    to: "new TextDecoder('utf-8')",
    judge: config,
  },
  {
    what: 'takes a body of another encoding for UTF-8',
    file: 'src/api/http-app.ts',
    from: 'if (!isUtf8(body as Buffer))',
    to: 'if (body === undefined)',
    judge: api,
  },
  {
    what: 'passes in config check what start refuses',
    file: 'src/cli/config.ts',
    from: 'await refuseFaulty(loaded)',
    to: '',
    judge: config,
  },
  {
    what: 'lets two listeners have one port',
    file: 'src/config/faults.ts',
    from: 'if (!first) return []',
    to: 'if (first) return []',
    judge: config,
  },
  {
    what: 'opens a listener without a list to the network',
    file: 'src/config/faults.ts',
    from: "port === 'off' || allow.length > 0",
    to: "port === 'off' || allow.length >= 0",
    judge: config,
  },
  {
    what: 'reads an empty variable as 0',
    file: 'src/config/config.ts',
    from: 'env[envName(key)] || undefined',
    to: 'env[envName(key)]',
    judge: config,
  },
  {
    what: 'takes a topic filter with a wildcard in the middle',
    file: 'src/sources/mqtt/topic-filter.ts',
    from: "level === '#' && i < levels.length - 1",
    to: "level === '#' && i > levels.length",
    judge: config,
  },
  {
    what: 'launches a process again after it was stopped',
    file: 'src/processes/worker-state.ts',
    from: "{ is: 'leaving', again: false } : { is: 'ended' }",
    to: "{ is: 'leaving', again: false } : state",
    judge: state,
  },
  {
    what: 'waits longer and longer for a process that had been healthy',
    file: 'src/processes/worker-state.ts',
    from: 'now - state.since > healthyMs ? 1 : state.falls + 1',
    to: 'state.falls + 1',
    judge: state,
  },
  {
    what: 'does not end a process by force that does not leave',
    file: 'src/processes/worker.ts',
    from: "leaver.kill('SIGKILL')",
    to: 'leaver.unref()',
    judge: worker,
  },
  {
    what: 'does not retry a program that failed to start once',
    file: 'src/processes/worker.ts',
    from: 'if (spawned.pid === undefined) exited(spawned, null, null)',
    to: '',
    judge: worker,
  },
  {
    what: 'writes a process down only when it is ready',
    file: 'src/processes/worker.ts',
    from: 'if (spawned.pid !== undefined) options.onSpawn(spawned.pid)',
    to: "spawned.once('message', () => options.onSpawn(spawned.pid as number))",
    judge: worker,
  },
  {
    what: 'removes the addresses of the server that runs',
    file: 'src/processes/run-directory.ts',
    from: "  const lock = holdLock(path.join(dataDir, 'run', 'owner.lock'))",
    to: "  rmSync(readyPath(dataDir), { force: true })\n  const lock = holdLock(path.join(dataDir, 'run', 'owner.lock'))",
    judge: run,
  },
  {
    what: 'does not wait for what a killed server left behind',
    file: 'src/processes/run-directory.ts',
    from: 'for (const until = performance.now() + leftoverMsMax; left.some(isRunning);',
    to: 'for (const until = performance.now() + leftoverMsMax; left.some(isRunning) && left.length < 0;',
    judge: run,
  },
  {
    what: 'takes another process for its own child by its number',
    file: 'src/processes/run-directory.ts',
    from: 'processStart(pid) === start',
    to: 'processStart(pid) !== undefined && start.length > 0',
    judge: run,
  },
  {
    what: 'leaves an existing data directory open to others',
    file: 'src/processes/private-files.ts',
    from: '[...(await closeOne(dataDir)), ...problems.flat()]',
    to: '[...problems.flat()]',
    judge: modes,
  },
  {
    what: 'locks out all clients behind a proxy',
    file: 'src/api/sign-in-limit.ts',
    from: 'if (!shared && ',
    to: 'if (',
    judge: signIn,
  },
  {
    what: 'forgets all addresses when there are too many',
    file: 'src/api/sign-in-limit.ts',
    from: 'failures.delete(failures.keys().next().value as string)',
    to: 'failures.clear()',
    judge: signIn,
  },
  {
    what: 'believes an address that anybody could write',
    file: 'src/api/sign-in-limit.ts',
    from: 'clientAddress(request, isProxy)',
    to: 'clientAddress(request, () => true)',
    judge: signIn,
  },
  {
    what: 'lets a foreign page read what needs a key',
    file: 'src/api/security.ts',
    from: "url.startsWith('/public/')",
    to: "url.startsWith('/')",
    judge: access,
  },
  {
    what: 'advises an option that does not exist',
    file: 'src/cli/doctor.ts',
    from: "flag: '--port'",
    to: "flag: '--web-port'",
    judge: advice,
  },
  {
    what: 'ends a file at the hour that comes twice',
    file: 'src/simulator/stays.ts',
    from: 'departed.first < arrival ? departed.second : departed.first',
    to: 'departed.first',
    judge: stays,
  },
  {
    what: 'sends the months of a year as one boot',
    file: 'src/simulator/transitions.ts',
    from: 'epoch = Math.max(0, Math.floor(arrival / 1_000))',
    to: 'epoch = 1',
    judge: stays,
  },
  {
    what: 'names a key of the wire in camel case',
    file: 'contract/audit.ts',
    from: 'took_ms: count,',
    to: 'tookMs: count,',
    judge: wireNames,
  },
  {
    what: 'puts an id into the path of a call as it is',
    file: 'contract/client.ts',
    from: 'encodeURIComponent(idInPath(String(params[name])))',
    to: 'idInPath(String(params[name]))',
    judge: client,
  },
  {
    what: 'takes a problem for the answer of a call',
    file: 'contract/client.ts',
    from: 'if (response.ok) return (await',
    to: 'if (response.status < 500) return (await',
    judge: client,
  },
  {
    what: 'loads the schemas into every page with the client',
    file: 'contract/client.ts',
    from: "import type { Routes } from './routes.ts'",
    to: "import { type Routes, routes as _routes } from './routes.ts'",
    judge: client,
  },
  {
    what: 'asks the store for losses by the time of a day, where it counts days',
    file: 'src/api/routes/losses.ts',
    from: 'from: from === undefined ? from : dayNumber(from)',
    to: 'from',
    judge: losses,
  },
  {
    what: 'adds no bay of a file that shares one',
    file: 'src/simulator/layout-upload.ts',
    from: 'level.bays.filter(({ id }) => !known.has(id))',
    to: 'level.bays.some(({ id }) => known.has(id)) ? [] : level.bays',
    judge: plan,
  },
  {
    what: 'lets a stream go on for a person who was limited to sites',
    file: 'src/api/access.ts',
    from: "mayUse(now, 'read') && isSameSites(before.sites, now.sites)",
    to: "mayUse(now, 'read')",
    judge: attacks,
  },
  {
    what: 'lets guesses that are sent at once pass the limit of sign-ins',
    file: 'src/api/sign-in-limit.ts',
    from: 'const mine = (last.get(name) ?? Promise.resolve()).then(work)',
    to: 'const mine = work()',
    judge: attacks,
  },
  {
    what: 'takes the cookie of a page without TLS over TLS',
    file: 'src/api/access.ts',
    from: 'cookies[cookieNameOf(request.overTls)]',
    to: 'cookies[cookieNameOf(false)]',
    judge: attacks,
  },
  {
    what: 'lets a token speak for the devices of another',
    file: 'src/processing/device-limit.ts',
    from: 'if (!foreign) return decoded',
    to: 'if (foreign) return decoded',
    judge: ['--test', 'src/processing/device-limit.test.ts'],
  },
  {
    what: 'takes lines without a token where one is demanded',
    file: 'src/sources/tcp/tcp-source.ts',
    from: "options.access !== 'token' && isListed(address)",
    to: 'isListed(address)',
    judge: ['--test', 'src/sources/sender-limits.test.ts'],
  },
  {
    what: 'takes a datagram whose MAC is of other bytes',
    file: 'src/auth/ingest-tokens.ts',
    from: "timingSafeEqual(right, Buffer.from(mac, 'hex')) ? found.sender : undefined",
    to: 'right.length > 0 ? found.sender : undefined',
    judge: ['--test', 'src/sources/sender-limits.test.ts'],
  },
  {
    what: 'takes plain connections from elsewhere on a port of TLS',
    file: 'src/lib/tls-listener.ts',
    from: 'else if (mayBePlain(socket)) take(socket)',
    to: 'else if (mayBePlain) take(socket)',
    judge: ['--test', 'src/lib/tls-listener.slow.test.ts'],
  },
]
