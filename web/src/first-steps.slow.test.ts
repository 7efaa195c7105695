/** The first five minutes, as a newcomer has them in a browser: from the start to a first reading on own bays. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isClean, launchBrowser, openPage, shows, skip } from './testing/browser-under-test.ts'

const bin = path.join(import.meta.dirname, '../../bin/baykeeper')
const run = promisify(execFile)

async function startFresh(dir: string) {
  const readyFile = path.join(dir, 'ready.json')
  const env: Record<string, string | undefined> = { ...process.env, NO_COLOR: '1' }
  for (const name of ['BAYKEEPER_INGEST_TOKEN', 'BAYKEEPER_API_KEY']) delete env[name]
  const ports = ['--port', '0', '--ingest-port', '0', '--mqtt-port', '0', '--tcp-port', '0', '--udp-port', '0']
  const child = spawn(bin, ['start', '--data', path.join(dir, 'data'), '--ready-file', readyFile, ...ports], {
    ...{ env, stdio: ['ignore', 'ignore', 'pipe'] },
  })
  let output = ''
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  const exited = new Promise((resolve) => child.on('exit', resolve))
  for (let i = 0; i < 300 && child.exitCode === null; i++) {
    const text = await readFile(readyFile, 'utf8').catch(() => '')
    const link = /(http\S+\/setup\?key=\S+)/.exec(output)?.[1]
    const { web } = JSON.parse(text || '{}') as { web?: string }
    if (web && link)
      return {
        ...{ web, link },
        async [Symbol.asyncDispose]() {
          child.kill('SIGTERM')
          await exited
        },
      }
    await sleep(100)
  }
  throw new Error(`not ready within 30 s:\n${output}`)
}

test('from the start to a first reading on own bays, in a browser and with one command', { skip }, async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-first-'))
  try {
    await using server = await startFresh(dir)
    const browser = await launchBrowser()
    try {
      await using opened = await openPage(browser, { url: server.web }, server.link.slice(server.web.length))
      const { page } = opened
      await page.fill('#name', 'Ada')
      await page.fill('#email', 'ada@example.org')
      await page.fill('#password', 'seven green bicycles')
      await page.press('#password', 'Enter')
      await page.locator('.shell').waitFor()
      await page.goto(`${server.web}/welcome`)
      await page.waitForURL(/\/desk\/welcome/)

      // The simulated city does not end before it is asked.
      await page.click('text=Make a token')
      await shows(page, '[role=alert]', 'tick the box')
      await page.check('text=Your own data replaces the simulated city.')
      await page.click('text=Make a token')

      await page.fill('[name=city]', 'Northhaven')
      await page.fill('[name=lot]', 'Town Hall')
      await page.fill('[name=zone]', 'Europe/Berlin')
      await page.fill('[name=rows]', '2')
      await page.fill('[name=perRow]', '3')
      await shows(page, '.setup-form p', '6 bays: A-01 – B-03')
      await page.click('text=Create 6 bays')
      await shows(page, '.heard', 'Waiting for the first message')
      await isClean(opened, 'first steps')

      const command = (await page.textContent('.command pre')) ?? ''
      const { stdout } = await run('sh', ['-c', command])
      assert.equal(stdout, '{"accepted":1}')
      await shows(page, '.heard', '1 sensor heard. The newest: A-01, Occupied.')

      await page.goto(`${server.web}/desk/sources`)
      await shows(page, '.rows', 'my-gateway')
      await shows(page, '.chip.ok', 'Accepted')
      await isClean(opened, 'sources')
      await page.goto(`${server.web}/desk/settings`)
      await shows(page, 'h1', 'Settings')
      await isClean(opened, 'settings')
      await page.goto(server.web)
      await shows(page, '.lot', 'Town Hall')
      await shows(page, '.lot', 'of 6 bays, 5 unknown')
    } finally {
      await browser.close()
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
