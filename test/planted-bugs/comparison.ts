/** Bugs of a range that is compared with another layout: what would show a difference that is none, or hide one. */
import type { PlantedBug } from './planted-bug.ts'

const comparison = ['--test', 'src/processes/comparison/compare.slow.test.ts']

export const comparisonBugs: readonly PlantedBug[] = [
  {
    what: 'replays a layout of the range as it was beside the changed one',
    file: 'src/processes/comparison/changed-layout.ts',
    from: 'each.kind === recordKinds.desk ? changed(each) : each',
    to: 'each',
    judge: comparison,
  },
  {
    what: 'begins a comparison with the layout that was, where its record is older than the replay',
    file: 'src/processes/comparison/changed-layout.ts',
    from: 'yield changed(copy)',
    to: 'yield copy',
    judge: comparison,
  },
  {
    what: 'replays messages from behind the end of the range',
    file: 'src/processes/comparison/journal-range.ts',
    from: 'if (at >= time) return record',
    to: 'if (at > time + 86_400_000) return record',
    judge: comparison,
  },
  {
    what: 'leaves the scratch databases behind',
    file: 'src/processes/comparison/scratch-directory.ts',
    from: '      await rm(dir, { recursive: true, force: true, maxRetries: 5 })\n',
    to: '',
    judge: comparison,
  },
  {
    what: 'lets the scratch databases fill the disk',
    file: 'src/processes/comparison/scratch-directory.ts',
    from: 'if (bytes > bytesMax)',
    to: 'if (bytes > bytesMax * 1e6)',
    judge: comparison,
  },
  {
    what: 'counts a bay as known before anything was known of it',
    file: 'src/audit/projection-figures.ts',
    from: 'found.set(bay, Math.max(0, Math.min(time, to) - from))',
    to: 'found.set(bay, 0)',
    judge: comparison,
  },
]
