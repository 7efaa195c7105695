/**
 * Installs the external programs that tests need, where that is allowed: in CI, as root, on Debian. Anywhere else a missing one is
 * named and its tests skip.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { type PartName, parts } from './parts.ts'
import { indented, line } from './print.ts'
import { runCommand } from './run-command.ts'

export const mayInstall = () =>
  Boolean(process.env['CI']) && process.getuid?.() === 0 && existsSync('/etc/debian_version')

/** Debian asks this script before it starts a service; 101 forbids it. */
const policyFile = '/usr/sbin/policy-rc.d'
const policy = '#!/bin/sh\nexit 101\n'
const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
const retries = '-oAcquire::Retries=3'

/** False when apt-get failed; its output has been printed. */
export async function installParts(names: readonly PartName[]): Promise<boolean> {
  using _ = noServices()
  for (const command of [
    ['apt-get', 'update', '-q', retries],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', retries, ...names.flatMap((n) => parts[n].debian)],
  ] as const) {
    const { ok, output, seconds } = await runCommand(command, quiet)
    console.log(line({ ok, seconds, text: command.filter((word) => !word.startsWith('-')).join(' ') }))
    if (!ok) {
      console.log(indented(output))
      return false
    }
  }
  return true
}

function noServices(): Disposable {
  const ours = !existsSync(policyFile)
  if (ours) writeFileSync(policyFile, policy, { mode: 0o755 })
  return {
    [Symbol.dispose]() {
      if (ours) rmSync(policyFile, { force: true })
    },
  }
}
