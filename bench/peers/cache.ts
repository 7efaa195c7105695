/** Programs and packages of the peers, fetched once by the ordinary clients into a folder outside the repository. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const installMsMax = 300_000

export const cacheDir = path.resolve(process.env['BAYKEEPER_BENCH_CACHE'] ?? path.join(tmpdir(), 'baykeeper-bench'))

/** Installs into `name` below the cache unless it is there whole; a half installation is removed. */
async function once(name: string, install: (dir: string) => Promise<void>): Promise<string> {
  const dir = path.join(cacheDir, name)
  const done = path.join(dir, '.complete')
  if (existsSync(done)) return dir
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  console.error(`fetching ${name} into ${cacheDir} (once)`)
  try {
    await install(dir)
  } catch (fault) {
    await rm(dir, { recursive: true, force: true })
    throw new Error(`${name} could not be installed: ${reasonOf(fault)}`, { cause: fault })
  }
  await writeFile(done, '')
  return dir
}

const versionsProgram = `import platform
from importlib.metadata import version
print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in ("pyserial", "PyMySQL", "SQLAlchemy")))`
const pythonPackages = ['pyserial>=3.5,<4', 'PyMySQL>=1.1,<2', 'SQLAlchemy>=2,<3']

/** Path of a Python that has pyserial, PyMySQL and SQLAlchemy, and their versions. */
export async function pythonWithPackages(): Promise<{ readonly python: string; readonly versions: string }> {
  const dir = await once('python', async (dir) => {
    await run('python3', ['-m', 'venv', dir])
    const pip = path.join(dir, 'bin/pip')
    await run(pip, ['install', '--quiet', '--retries', '1', ...pythonPackages], { timeout: installMsMax })
  })
  const python = path.join(dir, 'bin/python')
  const { stdout } = await run(python, ['-c', versionsProgram])
  return {
    python,
    versions: stdout
      .trim()
      .replaceAll(/ (?=[A-Za-z])/g, ', ')
      .replaceAll(', (', ' ('),
  }
}

/** A separate Node: on Node 26 the reader of serialport 12 waits for the next turn of the event loop, even with bytes in the line. */
const nodeRedPackages = {
  'node-red': '5.0.7',
  'node-red-node-serialport': '2.0.3',
  'node-red-node-mysql': '3.0.4',
  node: '24',
}

/** Folder whose node_modules has Node-RED with its serial and MySQL nodes, and the Node it runs on. */
export async function nodeRed(): Promise<{ readonly dir: string; readonly node: string; readonly versions: string }> {
  const named = Object.entries(nodeRedPackages).map(([name, version]) => `${name} ${version}`)
  const dir = await once(`node-red-${nodeRedPackages['node-red']}-node-${nodeRedPackages.node}`, async (dir) => {
    const manifest = {
      private: true,
      dependencies: nodeRedPackages,
      allowScripts: { node: true, '@serialport/bindings-cpp': true },
    }
    await writeFile(path.join(dir, 'package.json'), JSON.stringify(manifest))
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: dir, timeout: installMsMax })
    await access(path.join(dir, nodeBinary))
  })
  return { dir, node: path.join(dir, nodeBinary), versions: named.join(', ') }
}

const nodeBinary = 'node_modules/node/bin/node'

function reasonOf(fault: unknown): string {
  const { stderr, message } = fault as { stderr?: string; message: string }
  const errors = (stderr ?? '').split('\n').filter((line) => /error/i.test(line))
  return (errors.at(-1) ?? message.split('\n')[0] ?? '').slice(0, 300)
}
