import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { realFiles } from './files.ts'

const temporary = () => mkdtemp(join(tmpdir(), 'files-'))
const syncedFlag = 0o10000

it('reads what was written, wherever in the file', async (t) => {
  const dir = await temporary()
  t.after(() => rm(dir, { recursive: true }))
  const file = await realFiles.open(join(dir, 'a'), 'create')
  assert.equal(await file.write(Buffer.from('world'), 6), 5)
  assert.equal(await file.write(Buffer.from('hello '), 0), 6)
  await file.sync()
  const into = new Uint8Array(20)
  assert.equal(await file.read(into, 3), 8)
  assert.equal(Buffer.from(into.subarray(0, 8)).toString(), 'lo world')
  await file.truncate(5)
  assert.equal(await file.bytes(), 5)
  await file.close()
  assert.equal(await readFile(join(dir, 'a'), 'utf8'), 'hello')
})

it('creates only where the name is free, and opens only what is there', async (t) => {
  const dir = await temporary()
  t.after(() => rm(dir, { recursive: true }))
  await (await realFiles.open(join(dir, 'a'), 'create')).close()
  await assert.rejects(realFiles.open(join(dir, 'a'), 'create'), { code: 'EEXIST' })
  await assert.rejects(realFiles.open(join(dir, 'a'), 'create-through'), { code: 'EEXIST' })
  await assert.rejects(realFiles.open(join(dir, 'b'), 'read'), { code: 'ENOENT' })
  await assert.rejects(realFiles.open(join(dir, 'b'), 'write'), { code: 'ENOENT' })
  await realFiles.rename(join(dir, 'a'), join(dir, 'c'))
  await realFiles.syncDirectory(dir)
  assert.deepEqual(await realFiles.list(dir), ['c'])
  await realFiles.remove(join(dir, 'c'))
  assert.deepEqual(await realFiles.list(dir), [])
})

it('opens a file to write through with O_DSYNC, as the kernel sees it', async (t) => {
  if (platform() !== 'linux') return t.skip('SKIPPED: only Linux shows the flags of a descriptor')
  const dir = await temporary()
  t.after(() => rm(dir, { recursive: true }))
  const { readdir, readlink } = await import('node:fs/promises')
  const flagsOf = async (name: string) => {
    for (const fd of await readdir('/proc/self/fd')) {
      if ((await readlink(`/proc/self/fd/${fd}`).catch(() => '')) !== join(dir, name)) continue
      const info = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8')
      return Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? '', 8)
    }
    return assert.fail(`${name} is not open`)
  }
  const through = await realFiles.open(join(dir, 'through'), 'create-through')
  const plain = await realFiles.open(join(dir, 'plain'), 'create')
  assert.equal((await flagsOf('through')) & syncedFlag, syncedFlag)
  assert.equal((await flagsOf('plain')) & syncedFlag, 0)
  await through.close()
  await plain.close()
})

it('knows the room on the disk', async () => {
  const { totalBytes, freeBytes } = await realFiles.space(tmpdir())
  assert.ok(totalBytes > 0 && freeBytes >= 0 && freeBytes <= totalBytes)
})
