/** Bugs of the layout: what would publish a wrong one, lose a change of a person, or blame the wrong bay. */
import type { PlantedBug } from './planted-bug.ts'

const checkJudge = ['--test', 'src/domain/layout-faults.test.ts']
const editJudge = ['--test', 'src/domain/layout-edit.test.ts']
const periodJudge = ['--test', 'src/domain/assigned-device.test.ts']
const apiJudge = ['--test', 'src/api/layout-changes.test.ts']
const importJudge = ['--test', 'src/layout/import/import.test.ts']
const fileJudge = ['--test', 'src/cli/layout-files.test.ts']
const commandJudge = ['--test', 'test/layout-commands.test.ts']
const roundTripJudge = ['--test', 'src/layout/round-trip.test.ts']

const draftJudge = ['--test', 'web/src/pages/layout/draft.test.ts']
const workJudge = ['--test', 'src/api/device-work.test.ts']

export const layoutBugs: readonly PlantedBug[] = [
  {
    what: 'gives a published bay another id when it is numbered, so that its history ends',
    file: 'web/src/pages/layout/draft.ts',
    from: 'if (!published.has(bay.id)) return { ...bay, id: name }',
    to: 'if (name !== bay.id) return { ...bay, id: name }',
    judge: draftJudge,
  },
  {
    what: 'throws away what others published when a draft is taken over to a newer version',
    file: 'web/src/pages/layout/compare.ts',
    from: 'const kept = level.bays.filter(({ id }) => !changed.has(id))',
    to: 'const kept = (drafted ?? level).bays.filter(({ id }) => !changed.has(id))',
    judge: draftJudge,
  },
  {
    what: 'brings bays of a faulty file into the draft',
    file: 'src/layout/bring-in.ts',
    from: "const isFaulty = assembled.findings.some(({ severity }) => severity === 'fault')",
    to: 'const isFaulty = assembled.bays === 0',
    judge: workJudge,
  },
  {
    what: 'leaves the messages of a sender undecoded when a decoder is chosen for it',
    file: 'src/api/routes/inbox.ts',
    from: 'const requeued = await store.requeue({ source, code: waitingCode })',
    to: 'const requeued = 0 * waitingCode.length * (await store.decoderChoices()).length',
    judge: workJudge,
  },
  {
    what: 'compares turned bays by the boxes around them',
    file: 'src/domain/layout-checks/overlaps.ts',
    from: '|| (one.isUpright && other.isUpright)) return most',
    to: '|| one.isUpright || other.isUpright || most > 0) return most',
    judge: checkJudge,
  },
  {
    what: 'takes bays that stand side by side for bays on each other',
    file: 'src/domain/layout-checks/overlaps.ts',
    from: 'export const sharedShareMax = 0.1',
    to: 'export const sharedShareMax = 0.001',
    judge: checkJudge,
  },
  {
    what: 'lets a device count at a gate and watch a bay',
    file: 'src/domain/layout-checks/devices.ts',
    from: '      if (!first) assigned.set(',
    to: "      if (!first || place.startsWith('gate')) assigned.set(",
    judge: checkJudge,
  },
  {
    what: 'leaves a device where it was when it is assigned elsewhere',
    file: 'src/domain/layout-edit.ts',
    from: '      take(device)\n      setDevices(place,',
    to: '      setDevices(place,',
    judge: editJudge,
  },
  {
    what: 'begins a new period for a device that stays where it is',
    file: 'src/domain/assigned-device.ts',
    from: 'if (isSamePlace(period, next.get(period.device))) next.delete(period.device)',
    to: 'if (isSamePlace(period, next.get(period.device))) continue',
    judge: periodJudge,
  },
  {
    what: 'gives up a change when another layout came in between',
    file: 'src/api/layout-changes.ts',
    from: 'if (!(fault instanceof LayoutChanged) || tries >= attemptsMax) throw fault',
    to: 'if (!(fault instanceof LayoutChanged) || tries >= 1) throw fault',
    judge: apiJudge,
  },
  {
    what: 'makes changes at once from one version',
    file: 'src/api/layout-changes.ts',
    from: 'const outcome = turn.then(() => inTurn(edits, by))',
    to: 'const outcome = inTurn(edits, by)',
    judge: apiJudge,
  },
  {
    what: 'makes a change from a layout that an uncommitted one will replace',
    file: 'src/api/layout-changes.ts',
    from: '    if (version === undefined) uncommitted = { position, base }\n',
    to: '',
    judge: apiJudge,
  },
  {
    what: 'takes devices away from bays that a file brings in again',
    file: 'src/layout/import/assemble.ts',
    from: '  const before: Bay = known ?? {',
    to: '  const before: Bay = (known && { ...known, devices: [] }) ?? {',
    judge: importJudge,
  },
  {
    what: 'gives two parking spaces of different car parks one id',
    file: 'src/layout/import/osm.ts',
    from: '    if (refs.get(ref) === 1) return ref\n',
    to: '    if (ref !== undefined) return ref\n',
    judge: importJudge,
  },
  {
    what: 'draws a car park without the corners that the extract lacks',
    file: 'src/layout/import/osm-elements.ts',
    from: 'return whole.length === geometry.length ? whole : []',
    to: 'return whole',
    judge: importJudge,
  },
  {
    what: 'writes a layout that cannot be read again',
    file: 'src/cli/layout-files.ts',
    from: '    ...formFaults(brought.layout),\n',
    to: '',
    judge: fileJudge,
  },
  {
    what: 'removes sites of the server that a published file lacks',
    file: 'src/cli/layout-server.ts',
    from: '  if (removed.length === 0) return\n',
    to: '  if (removed.length >= 0) return\n',
    judge: commandJudge,
  },
  {
    what: 'compares bays of a file with the layout as if they were a layout',
    file: 'src/cli/layout.ts',
    from: 'options.format, base, assembleOptions(options))\n  const report',
    to: 'options.format, undefined, assembleOptions(options))\n  const report',
    judge: commandJudge,
  },
  {
    what: 'mirrors a plan whose upward direction is not north',
    file: 'src/layout/import/projection.ts',
    from: 'x: anchor.x + e * cos - n * sin',
    to: 'x: anchor.x + e * cos + n * sin',
    judge: roundTripJudge,
  },
]
