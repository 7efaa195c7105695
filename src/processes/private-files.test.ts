import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { closeToOthers } from './private-files.ts'

let room: string
before(async () => {
  room = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-modes-'))
})
after(() => rm(room, { recursive: true, force: true }))
const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8)

test('an existing data directory loses the rights of group and others, and so does all that a server made in it', async () => {
  const data = path.join(room, 'data')
  await mkdir(path.join(data, 'journal'), { recursive: true })
  const files = ['baykeeper.db', 'baykeeper.db-wal', 'keys.json', 'journal/1.segment', 'journal/writer.lock']
  for (const file of files) await writeFile(path.join(data, file), '')
  for (const file of [...files, 'journal', '.']) await chmod(path.join(data, file), 0o755)
  assert.deepEqual(await closeToOthers(data), [])
  for (const file of [...files, 'journal', '.']) assert.equal(await modeOf(path.join(data, file)), '700', file)
})

test('what a server did not make, and what a link points to, keeps its mode', async () => {
  const data = path.join(room, 'shared')
  await mkdir(data)
  await writeFile(path.join(room, 'elsewhere'), '')
  await writeFile(path.join(data, 'notes.txt'), '')
  await symlink(path.join(room, 'elsewhere'), path.join(data, 'keys.json'))
  for (const file of [path.join(data, 'notes.txt'), path.join(room, 'elsewhere')]) await chmod(file, 0o644)
  await closeToOthers(data)
  assert.equal(await modeOf(path.join(data, 'notes.txt')), '644')
  assert.equal(await modeOf(path.join(room, 'elsewhere')), '644')
})
