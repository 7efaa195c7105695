import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyText } from '../../test/fixtures/any-text.ts'
import { createLog, type LogOptions } from './log.ts'
import { createLogOutput } from './log-output.ts'

function logged(options: LogOptions = {}) {
  const lines: string[] = []
  return { lines, log: createLog({}, { ...options, write: (line) => void lines.push(line) }) }
}

const forged = 'x\n08:00:00.000 error all data is lost\r\u001b[2J\u009b1A\u202e\u2028'

test('a value from outside cannot begin a new line or steer the terminal', () => {
  const { log, lines } = logged()
  log.warn(`rejected: ${forged}`, { clientId: forged, [forged]: forged, nested: { forged } })
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /^[\x20-\x7e]*$/)
  assert.match(lines[0] ?? '', /clientId="x\\n08:00:00\.000 error/)
})

test('no text leaves a control or bidi character in either form, and JSON lines parse back to what was logged', () => {
  const text = anyText()
  const { log, lines } = logged()
  const json = logged({ json: true })
  fc.assert(
    fc.property(text, text, (message, value) => {
      lines.length = 0
      json.lines.length = 0
      log.error(message, { value })
      json.log.error(message, { value })
      for (const line of [lines[0] ?? '', json.lines[0] ?? ''])
        assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}]/u)
      const parsed = JSON.parse(json.lines[0] ?? '') as Record<string, unknown>
      assert.deepEqual([parsed['message'], parsed['value']], [message, value])
    }),
  )
})

test('a value with blanks is quoted, so that it cannot look like a further field', () => {
  const { log, lines } = logged()
  log.info('ready', { one: 'a b=c', two: 'plain/1.2', three: 4 })
  assert.match(lines[0] ?? '', /ready {2}one="a b=c" two=plain\/1\.2 three=4$/)
})

test('a reader of the log that is gone is no reason to stop', async () => {
  const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')), autoDestroy: false })
  const write = createLogOutput(broken)
  write('one')
  await new Promise((resolve) => setImmediate(resolve))
  write('two')
  await new Promise((resolve) => setImmediate(resolve))
})

for (const json of [false, true])
  test(`a reader that does not keep up costs a bounded amount of memory, and the lines left out are counted: ${json ? 'JSON' : 'text'}`, async () => {
    let held: (() => void) | undefined
    const written: string[] = []
    const slow = new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        if (written.length === 1) held = done
        else done()
      },
    })
    const write = createLogOutput(slow, 1_000, json)
    for (let i = 0; i < 500; i++) write('x'.repeat(99))
    assert.ok(slow.writableLength <= 1_200, `${slow.writableLength} characters wait`)
    held?.()
    await new Promise((resolve) => setImmediate(resolve))
    write('after')
    await new Promise((resolve) => setImmediate(resolve))
    const notice = written.at(-2) ?? ''
    if (json) assert.match(String(JSON.parse(notice).lines), /^4\d\d$/)
    else assert.match(notice, /log lines were left out: 4\d\d\n$/)
    assert.equal(written.at(-1), 'after\n')
  })
