/**
 * The database servers that tests start: one installed on this machine, or one unpacked in a separate folder because this
 * Debian release does not have it (`node tools/add-server.ts mysql` makes the folder). Such a program runs with the libraries beside it,
 * by the loader beside it: it needs neither a chroot nor root.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export type ServerKind = 'mariadb' | 'mysql' | 'mariadb-11'

/** A program and the arguments that always come first. */
export type Program = readonly [command: string, ...first: string[]]

export interface ServerRecipe {
  readonly title: string
  /** Of Debian. */
  readonly suite: string
  readonly packages: readonly string[]
  readonly program: string
}

/** Servers that this Debian release does not have. */
export const serverRecipes = {
  mysql: { title: 'MySQL 9.7', suite: 'sid', packages: ['mysql-server-core'], program: 'mysqld' },
  'mariadb-11': {
    title: 'MariaDB 11.8',
    suite: 'trixie',
    packages: ['mariadb-server-core', 'mariadb-client-core'],
    program: 'mariadbd',
  },
} as const satisfies Record<string, ServerRecipe>
export type UnpackedKind = keyof typeof serverRecipes

/** Outside the repository, so that the next run finds it. */
export const serverFolder = (kind: UnpackedKind): string =>
  path.join(process.env['BAYKEEPER_TEST_SERVERS'] ?? '/var/cache/baykeeper-test-servers', kind)

/** Written last into a folder: what it was made from. A folder without it, or made from something else, is made again. */
export const recipeMark = (folder: string) => path.join(folder, 'recipe.json')
export const recipeText = (kind: UnpackedKind) => JSON.stringify(serverRecipes[kind])

export const isUnpacked = (kind: UnpackedKind): boolean => {
  const mark = recipeMark(serverFolder(kind))
  return existsSync(mark) && readFileSync(mark, 'utf8') === recipeText(kind)
}

/** Why tests of this server cannot run here, or false. */
export function serverMissing(kind: ServerKind): string | false {
  if (kind === 'mariadb') {
    const missing = ['mariadbd', 'mariadb-install-db'].filter((name) => installed(name) === undefined)
    return missing.length > 0 && `${missing.join(' and ')} not installed (apt-get install mariadb-server-core)`
  }
  const { title } = serverRecipes[kind]
  return !isUnpacked(kind) && `${title} is not set up (as root on Debian: node tools/add-server.ts ${kind})`
}

export function serverProgram(kind: ServerKind): Program {
  if (kind === 'mariadb') return [installed('mariadbd') as string, '--no-defaults']
  return unpackedProgram(serverFolder(kind), serverRecipes[kind].program)
}

/** A program of an unpacked folder. */
export function unpackedProgram(folder: string, name: string): Program {
  const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((triplet) => path.join(folder, 'usr/lib', triplet))
  const loader = ['usr/lib64', 'usr/lib']
    .map((place) => path.join(folder, place))
    .filter((place) => existsSync(place))
    .flatMap((place) => readdirSync(place).map((file) => path.join(place, file)))
    .find((file) => /^ld-linux-.*\.so\.\d+$/.test(path.basename(file)))
  if (!loader) throw new Error(`${folder} has no program loader: remove the folder and make it again`)
  const shared = libraries.filter((place) => existsSync(place)).join(':')
  return [loader, '--library-path', shared, path.join(folder, 'usr/sbin', name), '--no-defaults', ...places(folder)]
}

/** Where the server finds its messages and plugins. */
function places(folder: string): string[] {
  const share = ['mysql', 'mariadb'].map((name) => path.join(folder, 'usr/share', name)).find((at) => existsSync(at))
  const plugins = ['lib/mysql/plugin', 'lib/mysql/plugins'].map((at) => path.join(folder, 'usr', at))
  const plugin = plugins.find((at) => existsSync(at))
  return [
    `--basedir=${path.join(folder, 'usr')}`,
    ...(share ? [`--lc-messages-dir=${share}`, `--character-sets-dir=${path.join(share, 'charsets')}`] : []),
    ...(plugin ? [`--plugin-dir=${plugin}`] : []),
  ]
}

/** On this machine; servers lie in sbin, which a user's PATH often leaves out. */
export function installed(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
  return folders.map((folder) => path.join(folder, name)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // A file that is missing, or that cannot be run.
    return false
  }
}
