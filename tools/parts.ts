/**
 * External programs that some tests try the product against, and where this machine has them. A missing one is no failure: its
 * tests skip with a reason, and `npm test` prints how to add it.
 */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

export interface Part {
  /** Its name in a skip reason. */
  readonly purpose: string
  /** Names of its binary; the first that is found counts. */
  readonly binaries: readonly string[]
  /** Debian packages that bring it. */
  readonly debian: readonly string[]
}

export const parts = {
  // The core packages have the server, its set-up script and what that calls, and start no service.
  mariadbd: {
    purpose: 'the store on MariaDB',
    binaries: ['mariadbd'],
    debian: ['mariadb-server-core', 'mariadb-client-core'],
  },
  // Not among the core packages; clients alone, no service.
  'mariadb-dump': {
    purpose: 'restoring a database from a dump',
    binaries: ['mariadb-dump'],
    debian: ['mariadb-client'],
  },
  // Fetches the packages of a server that this Debian release does not have (unpack-server.ts).
  debootstrap: { purpose: 'setting up a real MySQL', binaries: ['debootstrap'], debian: ['debootstrap'] },
  mosquitto: { purpose: 'MQTT against a foreign broker', binaries: ['mosquitto'], debian: ['mosquitto'] },
  curl: { purpose: 'the commands of the API guide', binaries: ['curl'], debian: ['curl'] },
  socat: { purpose: 'serial lines over a pseudo-terminal', binaries: ['socat'], debian: ['socat'] },
  nginx: { purpose: 'the pages behind nginx', binaries: ['nginx'], debian: ['nginx-light'] },
  caddy: { purpose: 'the pages behind Caddy', binaries: ['caddy'], debian: ['caddy'] },
  chromium: { purpose: 'the pages in a browser', binaries: ['chromium', 'chromium-browser'], debian: ['chromium'] },
} as const satisfies Record<string, Part>
export type PartName = keyof typeof parts
export const partNames = Object.keys(parts) as PartName[]

/** Servers lie in sbin, which a user's PATH often leaves out. */
const alsoIn = ['/usr/sbin', '/usr/local/sbin']

/** Absolute path of the part's binary, or undefined. */
export const findPart = (name: PartName): string | undefined => findBinary(...parts[name].binaries)

/** The first of these programs that can be run: a tool that comes with a part, such as `mariadb-install-db`. */
export function findBinary(...names: string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean), ...alsoIn]
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable)
}

/** For `{ skip: missing('socat') }`: false when the part is there, else why the test is skipped and what would add it. */
export function missing(...names: PartName[]): string | false {
  const absent = names.filter((name) => !findPart(name))
  if (absent.length === 0) return false
  return `${absent.join(', ')} not found (${absent.map((name) => parts[name].purpose).join('; ')}); ${aptLine(absent)}`
}

export const aptLine = (names: readonly PartName[]) =>
  `apt-get install --no-install-recommends ${names.flatMap((name) => parts[name].debian).join(' ')}`

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
