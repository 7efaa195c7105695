/** Every address that a person may have leads somewhere: to its page, to signing in, or to where it moved. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiUnderTest, bearer, layoutOf } from './testing/api-under-test.ts'

/** Which page of the desk each opens is decided there (web/src/shell/route.test.ts). */
const desk = [
  ...['/desk', '/desk/alerts', '/desk/alerts/rules/stuck', '/desk/devices', '/desk/devices/A-017'],
  ...['/desk/devices/inbox', '/desk/lots', '/desk/lots/south', '/desk/forecast', '/desk/reports', '/desk/layout'],
  ...['/desk/pipeline', '/desk/losses', '/desk/dead-letters', '/desk/audit', '/desk/settings', '/desk/users'],
  ...['/desk/sources', '/desk/keys', '/desk/account', '/desk/welcome', '/desk/signs', '/desk/notifications'],
]
const open = ['/', '/lot/south', '/board/all', '/board/south', '/kiosk/all', '/embed/all', '/docs', '/signin']
const moved: Readonly<Record<string, string>> = {
  '/sign-in': '/signin',
  '/welcome': '/desk/welcome',
  '/invite/a%2Fb': '/password?link=a%2Fb',
}

test('every address leads to its page, to signing in, or to where it moved', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const status = async (url: string, headers: Record<string, string> = {}) =>
    (await api.app.inject({ url, headers: { accept: 'text/html', ...headers } })).statusCode
  for (const url of open) assert.equal(await status(url), 200, url)
  for (const url of desk) assert.deepEqual([await status(url), await status(url, bearer)], [401, 200], url)
  for (const [url, to] of Object.entries(moved)) {
    const { statusCode, headers } = await api.app.inject(url)
    assert.deepEqual([statusCode, headers.location], [303, to], url)
  }
  assert.equal(await status('/nowhere'), 404)
})
