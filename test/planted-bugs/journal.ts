/** Bugs of the journal: each must be noticed by a harness or by one test file, most within a second. */
import type { PlantedBug } from './planted-bug.ts'

/** The same seeds each time; nothing found within these milliseconds counts as missed. */
const harness = ['src/journal/testing/journal-judge.ts', '15000']
const contract = ['--test', 'src/journal/journal.test.ts']
const writer = ['--test', 'src/journal/writer.test.ts']
const points = ['--test', 'src/journal/crash-points.test.ts']
const clock = ['src/journal/testing/journal-judge.ts', '20000', '1', 'clock']
const model = ['src/journal/testing/journal-judge.ts', '10000', '1', 'model']

export const journalBugs: readonly PlantedBug[] = [
  {
    what: 'reports a journal that was deleted as a whole as records that were lost, under another name',
    file: 'src/journal/reader-segments.ts',
    from: 'if (directory.id !== undefined && found.id !== directory.id)',
    to: 'if (found.id !== undefined && directory.id !== undefined && found.id !== directory.id)',
    judge: ['--test', 'src/journal/journal-gone.test.ts'],
  },
  {
    what: 'acknowledges before the bytes are on the disk',
    file: 'src/journal/active-segment.ts',
    from: `files.open(path, 'create-through')`,
    to: `files.open(path, 'create')`,
    judge: harness,
  },
  {
    what: 'does not sync the directory of a new segment',
    file: 'src/journal/segment-writer.ts',
    from: 'if (fresh) await files.syncDirectory(dir)',
    to: '',
    judge: harness,
  },
  {
    what: 'does not check the checksum of a record',
    file: 'src/journal/record.ts',
    from: 'if (crc32(memory, from, to, head) !== view.getUint32(at, true)) return undefined',
    to: '',
    judge: harness,
  },
  {
    what: 'does not check the checksum of a header',
    file: 'src/journal/segment.ts',
    from: 'if (crc32({ bytes, view }, 0, 508, 0) !== view.getUint32(508, true)) return undefined',
    to: '',
    judge: harness,
  },
  {
    what: 'tries a failed write again on the same file',
    file: 'src/journal/segment-writer.ts',
    from: `if (written) current.abandon(written)
      queue.replan(progress.durable)`,
    to: `if (written) queue.replan(progress.durable, { segment: written.plan, offset: written.offset })
      else queue.replan(progress.durable)`,
    judge: writer,
  },
  {
    what: 'gives numbers again that a torn end may have used',
    file: 'src/journal/recovery.ts',
    from: `return { ...tail, usedNumber: toRecord }
  } finally`,
    to: `return tail
  } finally`,
    judge: points,
  },
  {
    what: 'gives numbers again that a lost segment used',
    file: 'src/journal/recovery.ts',
    from: `return { ...tail, usedNumber: toRecord }
    }`,
    to: `return tail
    }`,
    judge: harness,
  },
  {
    what: 'lets a file that never became a segment void the records before it',
    file: 'src/journal/directory.ts',
    from: 'isUnreadable: any === undefined',
    to: 'isUnreadable: false',
    judge: harness,
  },
  {
    what: 'leaves a refused group in the file',
    file: 'src/journal/segment-writer.ts',
    from: 'if (written) await cutBack(written)',
    to: '',
    judge: harness,
  },
  {
    what: 'refuses before the cut is durable',
    file: 'src/journal/segment-writer.ts',
    from: `await segment.file.truncate(segment.offset)
      await segment.file.sync()`,
    to: 'await segment.file.truncate(segment.offset)',
    judge: points,
  },
  {
    what: 'leaves a segment that was never completed',
    file: 'src/journal/active-segment.ts',
    from: `await files.remove(path)
  await files.syncDirectory(dir)`,
    to: '',
    judge: harness,
  },
  {
    what: 'calls a refusal after a failed disk final',
    file: 'src/journal/appends.ts',
    from: 'isFull(error) && !traces',
    to: 'isFull(error)',
    judge: harness,
  },
  {
    what: 'trusts that the newest write of a crash is on the disk',
    file: 'src/journal/recovered-end.ts',
    from: 'if (!end || end.seal) return',
    to: 'if (end || !end) return',
    judge: points,
  },
  {
    what: 'syncs the newest write of a crash without writing it again',
    file: 'src/journal/recovered-end.ts',
    from: 'at < end.offset;',
    to: 'at < 0;',
    judge: points,
  },
  {
    what: 'trusts names that a crash left unsynced',
    file: 'src/journal/writer.ts',
    from: 'await deps.files.syncDirectory(dir)',
    to: '',
    judge: points,
  },
  {
    what: 'opens under the fence of the writer before',
    file: 'src/journal/writer.ts',
    from: 'recovered.fence + 1',
    to: 'recovered.fence',
    judge: harness,
  },
  {
    what: 'forgets the last record before skipped numbers',
    file: 'src/journal/groups.ts',
    from: 'const prior = mark.number',
    to: 'const prior = Math.max(mark.number, usedNumber)',
    judge: harness,
  },
  {
    what: 'does not mark where a write begins',
    file: 'src/journal/groups.ts',
    from: 'at === 0 ? recordFlags.firstOfWrite : 0',
    to: '0',
    judge: harness,
  },
  {
    what: 'loses the thread to the newest checkpoint',
    file: 'src/journal/appends.ts',
    from: 'progress.checkpoint = group.checkpoint ?? progress.checkpoint',
    to: '',
    judge: contract,
  },
  {
    what: 'takes the seal of a recovery for proof of a sync',
    file: 'src/journal/recovered-end.ts',
    from: `seal(file, 'recovered'`,
    to: `seal(file, 'continued'`,
    judge: harness,
  },
  {
    what: 'does not seal what another writer left',
    file: 'src/journal/writer.ts',
    from: 'await sealRecovered(files, end).catch(() => {})',
    to: '{}',
    judge: harness,
  },
  {
    what: 'does not count the frames that damage took',
    file: 'src/journal/damage.ts',
    from: 'frames: Math.max(0, after.acceptedFrames - before.acceptedFrames)',
    to: 'frames: 0',
    judge: harness,
  },
  {
    what: 'stops at the first damaged record of a segment',
    file: 'src/journal/walk.ts',
    from: 'if (!next) return stop(false)',
    to: 'if (!next || next) return stop(false)',
    judge: harness,
  },
  {
    what: 'keeps no copy of damaged bytes',
    file: 'src/journal/damaged-bytes.ts',
    from: 'await keepOne(files, dir, range, range.offset)',
    to: 'await Promise.resolve()',
    judge: harness,
  },
  {
    what: 'overwrites bytes that were handed out',
    file: 'src/journal/reader-cursor.ts',
    from: `await extend(window, at.file, window.start)
`,
    to: `await extend(window, at.file, at.offset)
`,
    judge: contract,
  },
  {
    what: 'reads on in a segment after the next one has begun',
    file: 'src/journal/reader-segments.ts',
    from: '({ first }) => first <= number)',
    to: '({ first }) => first < number)',
    judge: harness,
  },
  {
    what: 'writes zeros over a record',
    file: 'src/journal/fill-ahead.ts',
    from: 'Math.ceil(target.offset / pageBytes) * pageBytes',
    to: 'Math.floor(target.offset / pageBytes) * pageBytes',
    judge: harness,
  },
  {
    what: 'uses the number of a segment twice',
    file: 'src/journal/writer.ts',
    from: 'ordinal: recovered.directory.ordinalMax + 1',
    to: 'ordinal: recovered.directory.segments.length + 1',
    judge: harness,
  },
  {
    what: 'removes what is not released',
    file: 'src/journal/retention.ts',
    from: 'last > released || ',
    to: '',
    judge: contract,
  },
  {
    what: 'removes the newest checkpoint',
    file: 'src/journal/retention.ts',
    from: ' || segment.ordinal === checkpointOrdinal',
    to: '',
    judge: contract,
  },
  {
    what: 'removes what is young',
    file: 'src/journal/retention.ts',
    from: '!isOld(segment) && bytes <= retentionBytes',
    to: 'bytes <= -1',
    judge: contract,
  },
  {
    what: 'lets two writers in',
    file: 'src/lib/process-lock.ts',
    from: `database.exec('begin exclusive')`,
    to: '',
    judge: contract,
  },
  {
    what: 'returns what is not durable',
    file: 'src/journal/reader-cursor.ts',
    from: 'Math.min(limit.durable, loadedUpTo(state), ',
    to: 'Math.min(',
    judge: contract,
  },
  {
    what: 'does not move on when the limits are small',
    file: 'src/journal/reader-cursor.ts',
    from: 'records.length === 0 || (',
    to: 'false || (',
    judge: model,
  },
  {
    what: 'answers before closing has made all durable',
    file: 'src/journal/appends.ts',
    from: 'while (running) await running',
    to: '',
    judge: contract,
  },
  {
    what: 'takes bytes without bound',
    file: 'src/journal/appends.ts',
    from: 'if (pendingBytes + bytes > limits.pendingBytesMax)',
    to: 'if (bytes > limits.pendingBytesMax)',
    judge: writer,
  },
  {
    what: 'gives numbers again that its consumer has seen',
    file: 'src/journal/writer.ts',
    from: 'queue.skipTo(released)',
    to: '',
    judge: writer,
  },
  {
    what: 'writes every append separately',
    file: 'src/journal/groups.ts',
    from: 'last.used + bytes <= groupBytesMax',
    to: 'last.used + bytes < 0',
    judge: writer,
  },
  {
    what: 'writes on in a segment that a newer one may void after a crash',
    file: 'src/journal/current-segment.ts',
    from: 'madeAt })\n      if (active) abandon(active)',
    to: 'madeAt })',
    judge: points,
  },
  {
    what: 'takes a removed segment for gone before its name is',
    file: 'src/journal/active-segment.ts',
    from: 'await files.remove(path)\n  await files.syncDirectory(dir)',
    to: 'await files.remove(path)',
    judge: points,
  },
  {
    what: 'removes old segments in an order that a crash may turn round',
    file: 'src/journal/retention.ts',
    from: 'await files.syncDirectory(dir)\n        kept',
    to: 'kept',
    judge: points,
  },
  {
    what: 'keeps an unreadable segment when all segments around it are removed',
    file: 'src/journal/writer.ts',
    from: 'found: [...found, ...unreadableSegments]',
    to: 'found: found',
    judge: points,
  },
  {
    what: 'takes a step of the wall clock for age',
    file: 'src/journal/retention.ts',
    from: 'return now - ended.monotonic > retentionMs',
    to: 'return clock.now() - ended.at > retentionMs',
    judge: clock,
  },
  {
    what: 'believes the wall clock at opening for good',
    file: 'src/journal/retention.ts',
    from: 'return since > ended.monotonic ?',
    to: 'return since > 1e18 ?',
    judge: clock,
  },
  {
    what: 'dates what it writes by a clock that was set back',
    file: 'src/journal/segment-writer.ts',
    from: 'Math.max(clock.now(), opened.at + clock.monotonic() - opened.monotonic)',
    to: 'clock.now()',
    judge: ['--test', 'src/journal/clock-steps.test.ts'],
  },
]
