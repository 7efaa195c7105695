/** The reports page in a browser, on a real server with a real mail server: without a layout, in German, and a report that is sent by e-mail. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import type { Browser } from 'playwright-core'
import { attachmentOf, type SmtpReceiver, smtpReceiver } from '../../src/notify/testing/smtp-receiver.ts'
import { apiKey, apiOf, startServer, type TestServer } from '../../test/fixtures/server.ts'
import { walkedLayout } from '../../test/walk/walked-layout.ts'
import { isClean, type Look, launchBrowser, openSignedIn, shows, skip } from './testing/browser-under-test.ts'

describe('the reports page', { skip }, () => {
  let place: string
  let server: TestServer
  let browser: Browser
  let receiver: SmtpReceiver
  before(async () => {
    receiver = await smtpReceiver()
    place = await mkdtemp(path.join(tmpdir(), 'baykeeper-reports-page-'))
    const config = path.join(place, 'config.yaml')
    const mail = { kind: 'email', host: '127.0.0.1', port: receiver.port, tls: 'none', from: 'parking@example.org' }
    const channels = { planners: { ...mail, to: ['ann@example.org'], locale: 'de' } }
    await writeFile(config, JSON.stringify({ notifications: { channels } }))
    server = await startServer({ flags: ['--config', config] })
    browser = await launchBrowser()
  })
  after(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
    await receiver?.[Symbol.asyncDispose]()
    await rm(place, { recursive: true, force: true, maxRetries: 5 })
  })

  async function open(search = '', { key = apiKey, ...look }: Look & { key?: string } = {}) {
    const opened = await openSignedIn(browser, server.ready.web, key, look)
    await opened.page.goto(`${server.ready.web}/desk/reports${search}`)
    return opened
  }

  test('without a layout it shows that there is none, and what to do; a place and a period that there are not are named too', async () => {
    {
      await using opened = await open()
      await shows(opened.page, 'main', /There is no layout yet.*baykeeper layout publish/)
      await isClean(opened, 'reports without a layout')
    }
    await apiOf(server.ready.web).call(routes.publishLayout, { body: walkedLayout })
    await using opened = await open('?site=nowhere')
    await shows(opened.page, 'main', /has no such lot/)
    await opened.page.goto(`${server.ready.web}/desk/reports?from=2999-01-01&last=2999-01-02`)
    await shows(opened.page, 'main', /has not begun/)
    await opened.page.goto(`${server.ready.web}/desk/reports?from=2000-01-01&last=2020-01-02`)
    await shows(opened.page, 'main', /No report covers these days/)
  })

  test('a planner sends a report every week, sends it now, pauses it and removes it, in German', async () => {
    await apiOf(server.ready.web).call(routes.publishLayout, { body: walkedLayout })
    await using opened = await open('?lang=de', { viewport: { width: 390, height: 844 } })
    const { page } = opened
    await shows(page, 'main', /Noch ist nichts verarbeitet|Nur 0 % der Stellplatzzeit|Verarbeitet bis/)
    assert.equal(await page.locator('main p[lang=en]').count(), 0, 'a note is in English')
    const panel = page.getByRole('region', { name: 'Per E-Mail', exact: true }).first()
    await panel.getByRole('button', { name: 'Bericht regelmäßig senden …' }).click()
    await panel.getByRole('button', { name: 'Speichern' }).click()
    await shows(page, '[role=alert]', 'Geben Sie einen Namen und eine Uhrzeit an.')
    await panel.getByLabel('Name').fill('Woche für den Rat')
    const choice = (name: string) => panel.getByRole('combobox', { name, exact: true })
    await choice('Bericht').selectOption('occupancy')
    await choice('Anlage').selectOption({ index: 1 })
    await choice('Am').selectOption('mon')
    await panel.locator('input[type=time]').fill('06:30')
    await panel.getByLabel('Zeitzone').fill('Mars/Base')
    await panel.getByRole('button', { name: 'Speichern' }).click()
    await shows(page, '[role=alert]', 'there is no Mars/Base')
    await panel.getByLabel('Zeitzone').fill('')
    await isClean(opened, 'the form of a schedule')
    await panel.getByRole('button', { name: 'Speichern' }).click()
    await shows(page, '[role=status]', 'Woche für den Rat ist gespeichert.')
    await shows(page, 'tr', /Woche für den Rat.*jeden Montag, 06:30 \(Europe\/Berlin\).*noch keiner/)
    await panel.getByRole('button', { name: 'Jetzt senden: Woche für den Rat' }).click()
    await shows(page, '[role=status]', /wird gesendet/)
    for (const end = performance.now() + 30_000; receiver.mails.length === 0; await sleep(50))
      assert.ok(performance.now() < end, 'no mail has come')
    assert.match(attachmentOf(receiver.mails[0]?.source ?? '').name ?? '', /\.xlsx$/)
    await shows(page, 'tr', /Woche für den Rat.*gesendet.*angefordert/)
    await isClean(opened, 'a schedule that was sent')
    await panel.getByRole('button', { name: 'Anhalten: Woche für den Rat' }).click()
    await shows(page, 'tr', /Woche für den Rat.*angehalten/)
    await panel.getByRole('button', { name: 'Entfernen …: Woche für den Rat' }).click()
    await panel.getByRole('button', { name: 'Wirklich entfernen: Woche für den Rat' }).click()
    await shows(page, 'main', 'Noch wird kein Bericht per E-Mail gesendet.')
    const { items } = await apiOf(server.ready.web).call(routes.reportSchedules, {})
    assert.deepEqual(items, [])
  })
})
