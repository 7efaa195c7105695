import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { root } from '../../tools/run-command.ts'
import { plantedBugs } from './rooms.ts'

test('the place of every planted bug occurs exactly once in its file, and the bug changes it', async () => {
  const wrong: string[] = []
  for (const [room, bugs] of Object.entries(plantedBugs))
    for (const { what, file, from, to } of bugs) {
      const text = await readFile(path.join(root, file), 'utf8').catch(() => '')
      const times = text.split(from).length - 1
      if (times !== 1 || from === to) wrong.push(`${room}: it ${what}: ${file} holds it ${times} times`)
    }
  assert.deepEqual(wrong, [])
})
