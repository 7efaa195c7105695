import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { journalPresence } from './journal-presence.ts'

test('a journal that was deleted, or replaced by another, is noticed; one that is put back is fine again', async () => {
  const place = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-presence-'))
  const dir = path.join(place, 'journal')
  const aside = path.join(place, 'aside')
  try {
    await mkdir(dir)
    const presence = await journalPresence(dir)
    assert.equal(await presence.look(), undefined)
    await rename(dir, aside)
    assert.match((await presence.look()) ?? '', /was deleted/)
    await mkdir(dir)
    assert.match((await presence.look()) ?? '', /was replaced/)
    await rm(dir, { recursive: true })
    await rename(aside, dir)
    assert.equal(await presence.look(), undefined)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
})
