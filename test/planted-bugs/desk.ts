/** Bugs around the second journal, the archive and the rebuild: what would lose a change, or what a database is built from. */
import type { PlantedBug } from './planted-bug.ts'

const harness = ['src/journal/testing/journal-judge.ts', '20000', '1', 'desk']
const copier = ['--test', 'src/journal/desk/desk-copier.test.ts']
const desk = ['--test', 'src/journal/desk/desk-journal.test.ts']
const archiver = ['--test', 'src/journal/archive/archiver.test.ts']
const channel = ['--test', 'src/intake/journal-channel.test.ts']
const records = ['--test', 'src/processing/desk-records.test.ts']
const status = ['--test', 'src/audit/system-status.test.ts']
const rebuild = ['--test', 'src/processes/rebuild.test.ts']
const checksum = ['--test', 'src/audit/projection-checksum.test.ts']

export const deskBugs: readonly PlantedBug[] = [
  {
    what: 'forgets at a start what a crash left between the two appends of a change',
    file: 'src/journal/desk/desk-copier.ts',
    from: '      await search(deps, progress, journals)\n',
    to: '      progress.upTo = progress.searchTo\n',
    judge: harness,
  },
  {
    what: 'lets retention pass a change that waits for its copy',
    file: 'src/journal/desk/desk-copier.ts',
    from: ' && inFlight === 0 && known.length === 0',
    to: ' && inFlight === 0',
    judge: harness,
  },
  {
    what: 'lets retention pass changes that it has not looked for yet',
    file: 'src/journal/desk/desk-copier.ts',
    from: 'progress.upTo >= searchTo && inFlight',
    to: 'inFlight',
    judge: harness,
  },
  {
    what: 'lets retention pass a change that is durable and not answered yet',
    file: 'src/journal/desk/desk-copier.ts',
    from: ' && inFlight === 0 && known.length === 0',
    to: ' && known.length === 0',
    judge: copier,
  },
  {
    what: 'trusts copies that a killed process has not synced',
    file: 'src/journal/desk/desk-journal.ts',
    from: "if (directory.id !== undefined && end?.seal !== 'closed') await",
    to: 'if (directory.id === undefined && end) await',
    judge: copier,
  },
  {
    what: 'copies a change again at every start',
    file: 'src/journal/desk/desk-copier.ts',
    from: '  if (record <= progress.newest) return\n',
    to: '',
    judge: copier,
  },
  {
    what: 'gives the numbers of lost changes to others',
    file: 'src/journal/desk/desk-copier.ts',
    from: '  if (found > progress.searchTo) main.release(found, 0)\n',
    to: '',
    judge: copier,
  },
  {
    what: 'does not notice that copies are missing',
    file: 'src/journal/desk/desk-copier.ts',
    from: '    progress.upTo = 0\n',
    to: '',
    judge: copier,
  },
  {
    what: 'makes a segment of the second journal at every start',
    file: 'src/journal/desk/desk-journal.ts',
    from: '  let writer: Promise<JournalWriter> | undefined\n',
    to: '  let writer: Promise<JournalWriter> | undefined = open()\n',
    judge: desk,
  },
  {
    what: 'reads a copy twice that was written twice',
    file: 'src/journal/desk/desk-journal.ts',
    from: 'if (!copy || copy.record <= (newest.get(copy.journal) ?? 0)) continue',
    to: 'if (!copy) continue',
    judge: desk,
  },
  {
    what: 'removes segments with changes that are not copied',
    file: 'src/intake/journal-channel.ts',
    from: 'Math.min(released.held, upTo, archiving?.upTo() ?? upTo)',
    to: 'Math.min(released.held, archiving?.upTo() ?? released.held)',
    judge: channel,
  },
  {
    what: 'removes segments that are not archived',
    file: 'src/intake/journal-channel.ts',
    from: 'Math.min(released.held, upTo, archiving?.upTo() ?? upTo)',
    to: 'Math.min(released.held, upTo)',
    judge: channel,
  },
  {
    what: 'does not write into a checkpoint how far the copies are',
    file: 'src/intake/checkpoints.ts',
    from: 'counters.checkpoint(at, deps.deskMark?.(), deps.health?.take())',
    to: 'counters.checkpoint(at, undefined, deps.health?.take())',
    judge: channel,
  },
  {
    what: 'gives an archived file its name before it is synced',
    file: 'src/journal/archive/archived-segment.ts',
    from: '      await file.sync()\n',
    to: '',
    judge: archiver,
  },
  {
    what: 'reports a segment as archived before its name is durable',
    file: 'src/journal/archive/archived-segment.ts',
    from: '  await files.syncDirectory(archive)\n',
    to: '',
    judge: archiver,
  },
  {
    what: 'takes a torn archived file for a whole one',
    file: 'src/journal/archive/archived-segment.ts',
    from: 'return at === (await segment.bytes())',
    to: 'return at > 0',
    judge: archiver,
  },
  {
    what: 'leaves half an archived file on a full disk',
    file: 'src/journal/archive/archived-segment.ts',
    from: '    await removeIfThere(files, partial).catch(() => {})\n',
    to: '',
    judge: archiver,
  },
  {
    what: 'archives the segment that is being written',
    file: 'src/journal/archive/archiver.ts',
    from: 'segment.ordinal >= newest.ordinal',
    to: 'segment.ordinal > newest.ordinal',
    judge: archiver,
  },
  {
    what: 'writes every segment to the archive again after a restart',
    file: 'src/journal/archive/archiver.ts',
    from: 'if (!isThere) await archiveSegment(files, path, name, archive)\n    whole.add(name)\n    return !isThere',
    to: 'await archiveSegment(files, path, name, archive)\n    whole.add(name)\n    return true',
    judge: archiver,
  },
  {
    what: 'does not take changes from the second journal whose segments were removed',
    file: 'src/processing/desk-records.ts',
    from: 'if (copy.journal === journal && isMissing)',
    to: 'if (copy.journal !== journal && isMissing)',
    judge: records,
  },
  {
    what: 'lets changes that were missing take effect behind the records after them',
    file: 'src/processing/next-batch.ts',
    from: '[...records, ...desk].sort((a, b) => a.number - b.number)',
    to: '[...records, ...desk]',
    judge: records,
  },
  {
    what: 'writes changes of an earlier main journal under the name of this one',
    file: 'src/processing/next-batch.ts',
    from: 'journal === deps.reader.id ? row : { ...row, journal }',
    to: 'row',
    judge: records,
  },
  {
    what: 'is silent about an archive that takes nothing',
    file: 'src/audit/system-status.ts',
    from: '  if (archiveProblem !== undefined)',
    to: '  if (archiveProblem === null)',
    judge: status,
  },
  {
    what: "continues a server's database in a rebuild",
    file: 'src/processes/rebuild.ts',
    from: 'cursors.some(({ fence }) => fence > rebuildFence)',
    to: 'cursors.some(({ fence }) => fence > 1e9)',
    judge: rebuild,
  },
  {
    what: 'begins an interrupted rebuild with the oldest segment of the journal',
    file: 'src/processes/journal-replay.ts',
    from: 'archive === undefined ? readOnlyFiles :',
    to: 'archive !== undefined ? readOnlyFiles :',
    judge: rebuild,
  },
  {
    what: 'leaves stays out of the checksum',
    file: 'src/audit/projection-checksum.ts',
    from: "'raw_frame', 'training'],",
    to: "'raw_frame', 'training', 'session'],",
    judge: checksum,
  },
  {
    what: 'starts a server on a database that is rebuilt by half',
    file: 'src/processes/half-built.ts',
    from: 'if (position + 1 >= oldest) return undefined',
    to: 'if (position > 0) return undefined',
    judge: rebuild,
  },
]
