/** The examples of docs/notifications.md, as they stand there, check a signature that the server has made. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { signatureOf } from './channels/webhook.ts'

const text = readFileSync(path.join(import.meta.dirname, '../../docs/notifications.md'), 'utf8')
const example = (heading: string): string =>
  new RegExp(`^### ${heading}\n\n\`\`\`\\w+\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1] ??
  assert.fail(`no example of ${heading}`)

const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-examples-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const body = '{"title":"Säule 3 \\u0041","text":"a\\nb"}'
const bodyFile = path.join(dir, 'body')
writeFileSync(bodyFile, body)
const secret = 'geheim 42'
const time = 1_795_420_800
const header = signatureOf(secret, time, body)

/** What is tried: header, body, and the time of the receiver. */
const cases: readonly (readonly [header: string, body: string, now: number, isGenuine: boolean])[] = [
  [header, body, time + 10, true],
  [header, `${body} `, time, false],
  [header, body, time + 301, false],
  [header, body, time - 301, false],
  [header.replace(/.$/, (last) => (last === '0' ? '1' : '0')), body, time, false],
  [header.replace(`t=${time}`, `t=${time + 1}`), body, time, false],
  ['v1=', body, time, false],
]

function judged(program: string, args: (given: string, bytes: string, now: number) => readonly string[]) {
  for (const [given, bytes, now, isGenuine] of cases) {
    writeFileSync(bodyFile, bytes)
    const { status, stderr } = spawnSync(program, args(given, bytes, now), { encoding: 'utf8' })
    assert.equal(status, isGenuine ? 0 : 1, `${given} ${now}: ${stderr}`)
  }
}
const has = (program: string) =>
  spawnSync(program, [program === 'openssl' ? 'version' : '--version']).status === 0 || `${program} not found`
const skipWithout = (program: string) => {
  const found = has(program)
  return found === true ? false : found
}

test('the example in JavaScript accepts what is genuine, and nothing else', () => {
  const module = path.join(dir, 'example.mjs')
  writeFileSync(
    module,
    `${example('Node')}\nimport { readFileSync } from 'node:fs'\nconst [secret, header, now] = process.argv.slice(2)\nprocess.exit(isGenuine(secret, header, readFileSync('${bodyFile}'), Number(now)) ? 0 : 1)\n`,
  )
  judged(process.execPath, (given, _, now) => [module, secret, given, `${now}`])
})

test('the example in Python accepts what is genuine, and nothing else', { skip: skipWithout('python3') }, () => {
  const script = path.join(dir, 'example.py')
  writeFileSync(
    script,
    `${example('Python')}\nimport sys\nbody = open('${bodyFile}', 'rb').read()\nsys.exit(0 if is_genuine(sys.argv[1].encode(), sys.argv[2], body, float(sys.argv[3])) else 1)\n`,
  )
  judged('python3', (given, _, now) => [script, secret, given, `${now}`])
})

test('the example for the shell accepts what is genuine, and nothing else', { skip: skipWithout('openssl') }, () => {
  const script = path.join(dir, 'example.sh')
  writeFileSync(script, `${example('Shell')}\nis_genuine "$1" "$2" "${bodyFile}" "$3" && exit 0\nexit 1\n`)
  judged('sh', (given, _, now) => [script, secret, given, `${now}`])
})
