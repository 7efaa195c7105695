/**
 * The key of a command that works with the server on its own data directory: made when the command begins, ended when it ends. Each command
 * has its own, so that two commands do not end each other's; its name names who gave the command, which is then the author of what it
 * changes. What a killed command left is taken away by the next one.
 */
import os from 'node:os'
import { isRunning } from '../lib/running.ts'
import type { Keyring } from './keyring.ts'

const prefix = 'command-line.'
const userCharsMax = 32

export interface CommandKey {
  readonly name: string
  readonly key: string
}

export async function createCommandKey(keyring: Keyring): Promise<CommandKey> {
  for (const { name, kind } of keyring.list())
    if (kind === 'api' && name.startsWith(prefix) && !isRunning(pidOf(name))) await keyring.revoke(name, kind)
  const name = `${prefix}${userName()}.${process.pid}`
  return { name, key: await keyring.createToken({ name, kind: 'api', scopes: ['admin'], replace: true }) }
}

const pidOf = (name: string): number => Number(name.slice(name.lastIndexOf('.') + 1))

function userName(): string {
  try {
    const name = os.userInfo().username.replace(/[^A-Za-z0-9_-]/g, '-')
    return name.slice(0, userCharsMax) || 'unknown'
  } catch {
    // A user id without a name, as containers have.
    return 'unknown'
  }
}
