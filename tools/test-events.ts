/** Reporter of `node:test` that writes, one JSON line an event, what the runner (run-tests.ts) needs to count and to name. */
import type { TestEvent } from 'node:test/reporters'

/** `began` without a later `ended` of the same id was running when the file was stopped. */
export type TestLine =
  | { readonly type: 'began' | 'ended'; readonly id: string; readonly name: string; readonly file?: string | undefined }
  | { readonly type: 'skipped'; readonly name: string; readonly reason: string; readonly suite: boolean }
  | { readonly type: 'counts'; readonly passed: number; readonly failed: number; readonly skipped: number }

export default async function* testEvents(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) for (const each of linesOf(event)) yield `${JSON.stringify(each)}\n`
}

function linesOf(event: TestEvent): TestLine[] {
  switch (event.type) {
    case 'test:dequeue':
    case 'test:complete': {
      const { name, line, column, nesting, file } = event.data
      const type = event.type === 'test:dequeue' ? 'began' : 'ended'
      return [{ type, id: `${file}:${nesting}:${line}:${column}:${name}`, name, file }]
    }
    case 'test:pass': {
      const { name, skip, todo, details } = event.data
      const why = skip ?? todo
      if (why === undefined || why === false) return []
      const reason = typeof why === 'string' && why ? why : 'no reason given'
      return [{ type: 'skipped', name, reason, suite: details.type === 'suite' }]
    }
    case 'test:summary': {
      const { passed, failed, cancelled, skipped, todo } = event.data.counts as Record<string, number>
      return [
        {
          type: 'counts',
          passed: passed ?? 0,
          failed: (failed ?? 0) + (cancelled ?? 0),
          skipped: (skipped ?? 0) + (todo ?? 0),
        },
      ]
    }
    default:
      return []
  }
}
