/** What integrators do. The first token ends the simulated city, so these come last. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Hand } from './hand.ts'
import type { Task } from './task.ts'

const run = promisify(execFile)

/** Runs what the page shows to be copied into a terminal. */
async function runShown({ page }: Hand): Promise<string> {
  const command = (await page.locator('.command pre', { hasText: 'curl' }).first().textContent()) ?? ''
  return (await run('sh', ['-c', command])).stdout.trim()
}

export const integratorTasks: readonly Task[] = [
  {
    ...{ id: 'T26', who: 'integrator', what: 'alert when a sensor dies', start: '/desk/alerts' },
    walk: async ({ click, page, see }) => {
      await click(page.getByRole('link', { name: 'Rules' }))
      await click(page.getByRole('link', { name: 'Sensor is silent' }))
      return see('main', /Dry run/)
    },
  },
  {
    ...{ id: 'T27', who: 'integrator', what: 'a colleague who may only look', start: '/desk/users' },
    walk: async ({ click, fill, page, see }) => {
      const form = page.getByRole('form', { name: 'Invite a person' })
      await fill(form.getByLabel('Name'), 'Bob')
      await fill(form.getByLabel('E-mail'), 'bob@example.org')
      await click(form.getByRole('button', { name: 'Invite' }))
      return see('[role=status]', /Link for Bob/)
    },
  },
  {
    ...{ id: 'T20', who: 'integrator', what: 'token for a sender', start: '/desk/welcome' },
    walk: async ({ click, page, see }) => {
      await click(page.getByLabel('Your own data replaces the simulated city.'))
      await click(page.getByRole('button', { name: 'Make a token' }))
      return see('[name=perRow]')
    },
  },
  {
    ...{ id: 'T22', who: 'integrator', what: 'own bays and layout', start: '/desk/welcome' },
    walk: async ({ click, fill, page, see }) => {
      for (const [name, text] of [
        ['city', 'Northhaven'],
        ['lot', 'Town Hall'],
        ['zone', 'Europe/Berlin'],
        ['rows', '2'],
        ['perRow', '6'],
      ])
        await fill(page.locator(`[name=${name}]`), text as string)
      await click(page.getByRole('button', { name: 'Create 12 bays' }))
      return see('.heard')
    },
  },
  {
    ...{ id: 'T21', who: 'integrator', what: 'a first sensor by the command that is shown', start: '/desk/sources' },
    walk: async (hand) => {
      const { click, fill, page, see } = hand
      await fill(page.getByLabel('Name of the source'), 'second-gateway')
      await click(page.getByRole('button', { name: 'Make a token' }))
      await see('[role=status]', /second-gateway/)
      const answer = await runShown(hand)
      await see('.chip.ok', /Accepted/)
      return answer
    },
  },
  {
    ...{ id: 'T25', who: 'integrator', what: 'why was this message rejected', start: '/desk/sources' },
    walk: async ({ page, see }) => {
      const ingest = (await page.locator('.command pre').first().textContent())?.match(/http:\S+/)?.[0] ?? ''
      await read(ingest)
      return see('main', /Rejected|token/)
    },
  },
  {
    ...{ id: 'T23', who: 'integrator', what: 'swap and note a sensor', start: '/desk/devices' },
    walk: async ({ click, fill, page, see }) => {
      await click(page.locator('.rows .device-name a'))
      await click(page.getByRole('button', { name: 'Note …' }))
      await fill(page.getByRole('form', { name: 'Note' }).getByLabel('Note'), 'Behind the pillar')
      await click(page.getByRole('button', { name: 'Save' }))
      return see('main', /Behind the pillar/)
    },
  },
  {
    ...{ id: 'T24', who: 'integrator', what: 'a LoRaWAN device of an unknown profile', start: '/desk/devices/inbox' },
    walk: ({ see }) => see('main', /Messages without a decoder/),
  },
]

/** A reading without a token, as a sender does that was set up wrongly. */
const read = (url: string) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' })
