/**
 * Runs the conformance suite of Eclipse Paho against the built-in MQTT broker and writes docs/mqtt-conformance.md: each test of
 * `client_test.py` (3.1.1) and `client_test5.py` (5) alone, against a running server.
 *
 *     node tools/mqtt-conformance.ts DIR [--port N]
 *
 * DIR: folder `interoperability` of a checkout of paho.mqtt.testing, which is not part of this repository. Needs python3.
 * `--port`: tries another broker on this machine and prints the table without writing it.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { startServer } from '../test/fixtures/server.ts'
import { notOffered } from './mqtt-not-offered.ts'

const run = promisify(execFile)
const testMs = 60_000

interface Outcome {
  readonly version: '3.1.1' | '5'
  readonly test: string
  readonly passed: boolean
  /** Of a test that failed: its last line. */
  readonly detail: string
}

const suites = [
  { version: '3.1.1', file: 'client_test.py' },
  { version: '5', file: 'client_test5.py' },
] as const

async function oneTest(
  dir: string,
  file: string,
  test: string,
  port: number,
): Promise<{ passed: boolean; detail: string }> {
  const args = ['-c', scriptOf(file, test, port)]
  try {
    const { stderr } = await run('python3', args, { cwd: dir, timeout: testMs })
    return { passed: /^OK/m.test(stderr), detail: lastLine(stderr) }
  } catch (fault) {
    const { stderr = '', killed } = fault as { stderr?: string; killed?: boolean }
    return { passed: false, detail: killed ? 'no end within 60 s' : lastLine(stderr) }
  }
}

/** The scripts leave their options among the arguments of the test runner, so they are replaced by the test's name. */
const scriptOf = (file: string, test: string, port: number) => `
import sys
sys.path.insert(0, '.')
sys.argv = ['${file}', '-p', '${port}']
text = open('${file}').read().replace('unittest.main()', "sys.argv = ['${file}', 'Test.${test}']; unittest.main()")
exec(compile(text, '${file}', 'exec'), globals())
`

const lastLine = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /^\w*(?:Error|Exception)\b/.test(line))
    .at(-1)
    ?.replaceAll('|', ' ')
    .slice(0, 120) ?? ''

const testsIn = (dir: string, file: string): string[] =>
  [...readFileSync(path.join(dir, file), 'utf8').matchAll(/^ +def (test\w+)\(/gm)].map(([, name]) => name as string)

async function outcomes(dir: string, port: number): Promise<Outcome[]> {
  const found: Outcome[] = []
  for (const { version, file } of suites)
    for (const test of testsIn(dir, file)) {
      const outcome = { version, test, ...(await oneTest(dir, file, test, port)) }
      process.stderr.write(`${version} ${test}: ${outcome.passed ? 'passed' : `failed ${outcome.detail}`}\n`)
      found.push(outcome)
    }
  return found
}

function page(found: readonly Outcome[]): string {
  const rows = found.map(({ version, test, passed, detail }) => {
    const reason = notOffered[`${version} ${test}`]
    const result = passed ? 'passes' : reason === undefined ? `**fails**: ${detail}` : `not offered: ${reason}`
    return `| ${version} | \`${test}\` | ${result} |`
  })
  const count = (version: string) => {
    const own = found.filter((one) => one.version === version)
    return `${own.filter(({ passed }) => passed).length} of ${own.length}`
  }
  const failing = found.filter(({ version, test, passed }) => !passed && notOffered[`${version} ${test}`] === undefined)
  const others = found.filter(({ passed }) => !passed).length - failing.length
  return `# MQTT conformance of the built-in broker

Each test of the suite of Eclipse Paho (\`paho.mqtt.testing\`, \`interoperability/client_test.py\` and \`client_test5.py\`) against a running server. Written by
\`node tools/mqtt-conformance.ts DIR\`; DIR is a checkout of the suite.

Of MQTT 3.1.1 ${count('3.1.1')} tests pass, of MQTT 5 ${count('5')}. ${others} ask for what the broker does not offer by design: it is a way in for readings
([sources.md](specs/sources.md#the-built-in-mqtt-broker)), and keeps nothing for clients that are away.${failing.length === 0 ? '' : ` Failing for another reason: ${failing.length}, marked **fails**.`}

| version | test | result |
| --- | --- | --- |
${rows.join('\n')}
`
}

const [dir, flag, value] = process.argv.slice(2)
if (dir === undefined) throw new Error('name the folder "interoperability" of a checkout of paho.mqtt.testing')
if (flag === '--port') console.log(page(await outcomes(dir, Number(value))))
else {
  await using server = await startServer()
  const text = page(await outcomes(dir, Number(new URL(server.ready.mqtt).port)))
  writeFileSync(path.join(import.meta.dirname, '../docs/mqtt-conformance.md'), text)
  console.log(text)
}
