/** What operators do all day, on the simulated city. */
import type { Task } from './task.ts'

const live = '/desk'
const bay = 'OLD-1001'

/** Opens a bay as a reader does who knows its name. */
async function openBay({ press, fill, page, see }: Parameters<Task['walk']>[0], name: string) {
  await see('.tile-value.free', /\d/)
  await press('Control+k')
  await fill(page.locator('dialog input'), name)
  await press('Enter')
  return see('.drawer h2', name)
}

export const operatorTasks: readonly Task[] = [
  {
    ...{ id: 'T1', who: 'operator', what: 'free now by city, lot and level', start: live },
    walk: async ({ see }) => `${await see('.tile-value.free', /\d/)}; ${await see('.side', /L1/)}`,
  },
  {
    ...{ id: 'T2', who: 'operator', what: 'what is wrong now', start: live },
    walk: async ({ click, page, see }) => {
      await click(page.locator('.rail a[href="/desk/alerts"]'))
      return see('.alert-row .title')
    },
  },
  {
    ...{ id: 'T3', who: 'operator', what: 'which bays overstayed', start: '/desk/alerts' },
    walk: async ({ choose, page, see }) => {
      await choose(
        page.locator('.filters select[aria-label], .filters select').filter({ hasText: 'Overstay' }),
        'overstay',
      )
      await page.waitForURL(/rule=overstay/)
      return see('.alert-row, .alert-side')
    },
  },
  {
    ...{ id: 'T4', who: 'operator', what: 'which sensors are dead', start: '/desk/devices' },
    walk: async ({ click, page, see }) => {
      await see('.rows td')
      await click(page.getByRole('button', { name: /^Silent/ }))
      await page.waitForURL(/trouble=silent/)
      return see('.chips [aria-pressed=true]')
    },
  },
  {
    ...{ id: 'T5', who: 'operator', what: 'acknowledge, assign and comment', start: '/desk/alerts' },
    walk: async ({ click, fill, page, see }) => {
      await see('.alert-row .title')
      await fill(page.locator('.comment-box input'), 'Looking at it')
      await click(page.getByRole('button', { name: 'Send' }))
      await see('.alert-detail', /Looking at it/)
      await click(page.locator('.alert-detail').getByRole('button', { name: /^Assign/ }))
      await click(page.getByRole('button', { name: /Assign to me/ }))
      await click(page.locator('.alert-row').getByRole('button', { name: /^Ack/ }))
      return see('.notice-bar')
    },
  },
  {
    ...{ id: 'T6', who: 'operator', what: 'correct a wrong state', start: live },
    walk: async (hand) => {
      const { click, choose, fill, page, see } = hand
      await openBay(hand, bay)
      await click(page.getByRole('button', { name: /Set the state|Set state/ }))
      const form = page.locator('.bay-actions form')
      await choose(form.locator('select'), 'free')
      await fill(form.locator('input[type=text]'), 'Seen free')
      await click(form.locator('[type=submit]'))
      return see('.override', /Seen free/)
    },
  },
  {
    ...{ id: 'T7', who: 'operator', what: 'take a bay out of service until a time, with the reason', start: live },
    walk: async (hand) => {
      const { click, choose, fill, page, see } = hand
      await openBay(hand, 'OLD-1002')
      await click(page.getByRole('button', { name: /Set the state|Set state/ }))
      const form = page.locator('.bay-actions form')
      await choose(form.locator('select').nth(1), String(24 * 60))
      await fill(form.locator('input[type=text]'), 'Works on the cable')
      await click(form.locator('[type=submit]'))
      return see('.override', /Works on the cable/)
    },
  },
  {
    ...{ id: 'T8', who: 'operator', what: 'the last 24 hours of one bay', start: live },
    walk: async (hand) => {
      await openBay(hand, 'OLD-1003')
      return (await hand.page.locator('.ribbon').getAttribute('aria-label')) ?? ''
    },
  },
  {
    ...{ id: 'T9', who: 'operator', what: 'find a bay and share the view', start: live },
    walk: async (hand) => {
      await openBay(hand, 'OLD-1004')
      await hand.page.waitForURL(/bay=OLD-1004/)
      return new URL(hand.page.url()).search
    },
  },
  {
    ...{ id: 'T10', who: 'operator', what: 'understand an outage', start: '/desk/pipeline' },
    walk: async ({ click, page, see }) => {
      await see('main', /unaccounted for/)
      await click(page.getByRole('link', { name: 'Data loss' }))
      return see('main h2')
    },
  },
  {
    ...{ id: 'T11', who: 'operator', what: 'wall display', start: '/desk/settings' },
    walk: async ({ click, page, see }) => {
      await click(page.locator('a[href="/desk?wall=1"]'))
      return see('.wall .tile-value.free', /\d/)
    },
  },
]
