import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from './config.ts'

/** Loads `text` as the configuration file, with no environment. */
function configOf(t: TestContext, text: string) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'baykeeper-config-'))
  t.after(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(path.join(cwd, 'baykeeper.yaml'), text)
  return loadConfig({ cwd, env: {} }).config
}

test('no proxy is trusted until one is named, and a name that is no address is a fault with its line', (t) => {
  assert.deepEqual(configOf(t, 'port: 8080').trustedProxies, [])
  assert.deepEqual(configOf(t, 'trustedProxies: [10.0.0.0/8, "::1"]').trustedProxies, ['10.0.0.0/8', '::1'])
  assert.throws(
    () => configOf(t, 'port: 8080\ntrustedProxies:\n  - 10.0.0.0/8\n  - 10.0.0.0/33\n'),
    /baykeeper\.yaml:4: trustedProxies\.1: "10\.0\.0\.0\/33" is no address; write one like/,
  )
})
