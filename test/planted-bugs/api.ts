/** Bugs in what all routes of the API have in common: what would show, change or promise something else than the reference states. */
import type { PlantedBug } from './planted-bug.ts'

const test = (file: string) => ['--test', file]
const lists = test('src/api/lists.test.ts')
const idempotency = test('src/api/idempotency.test.ts')
const requests = test('src/processing/desk-requests.test.ts')

export const apiBugs: readonly PlantedBug[] = [
  {
    what: 'takes a cursor of another order',
    file: 'src/api/cursors.ts',
    from: "String(sort ?? '')",
    to: "String('')",
    judge: lists,
  },
  {
    what: 'answers 304 to the ETag of another media type',
    file: 'src/api/etag.ts',
    from: 'opaque(tag) === opaque(etag)',
    to: 'opaque(tag) !== opaque(etag)',
    judge: lists,
  },
  {
    what: 'changes something before it finds that its answer is not accepted',
    file: 'src/api/server.ts',
    from: '        answering.check(request)\n',
    to: '',
    judge: lists,
  },
  {
    what: 'lets a spreadsheet run a cell as a formula',
    file: 'src/lib/csv-text.ts',
    from: 'formula.test(cell) ?',
    to: "cell.startsWith('=') ?",
    judge: test('src/lib/csv-text.test.ts'),
  },
  {
    what: 'lets a spreadsheet that separates by another sign run a part of a cell',
    file: 'src/lib/csv-text.ts',
    from: 'run.replace(cuts, "$&\'") + sign',
    to: 'run + sign',
    judge: test('src/lib/csv-text.test.ts'),
  },
  {
    what: 'writes a layout over another than the one that If-Match names',
    file: 'src/api/routes/layout.ts',
    from: 'tag.trim() === versionTag(newest)',
    to: "tag.includes('\"')",
    judge: lists,
  },
  {
    what: 'gives the answer of one caller to another',
    file: 'src/api/idempotency.ts',
    from: "hashOf(request.principal ? principalId(request.principal) : '', key)",
    to: 'hashOf(key)',
    judge: idempotency,
  },
  {
    what: 'keeps a refusal under the key of a request',
    file: 'src/api/idempotency.ts',
    from: 'status >= 400 ||',
    to: 'status >= 500 ||',
    judge: idempotency,
  },
  {
    what: 'answers another content under a known key',
    file: 'src/api/idempotency.ts',
    from: 'if (before.fingerprint !== fingerprint) throw otherContent()',
    to: '',
    judge: idempotency,
  },
  {
    what: 'journals a change again that is in the journal already',
    file: 'src/api/idempotency.ts',
    from: 'if (before) return positionOf(before)',
    to: '',
    judge: idempotency,
  },
  {
    what: 'forgets a request before its day is over',
    file: 'src/processing/desk-requests.ts',
    from: 'if (row.at >= at - keptMs &&',
    to: 'if (row.at > at &&',
    judge: requests,
  },
  {
    what: 'takes a request out of the store that has come again',
    file: 'src/processing/desk-requests.ts',
    from: '      gone.delete(request)\n',
    to: '',
    judge: requests,
  },
  {
    what: 'lets a bay with dots for an id become a step in the path',
    file: 'contract/path-id.ts',
    from: 'dots.test(id) ?',
    to: "id === '.' ?",
    judge: test('contract/path-id.test.ts'),
  },
]
