/** Which fault is whose: a row is blamed only for what a row can cause, because blame means quarantine. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mysqlFault } from './mysql/mysql-faults.ts'
import { sqliteFault } from './sqlite/sqlite-faults.ts'
import { StoreError } from './store.ts'

const sqlite = (errcode: number | undefined) => sqliteFault(Object.assign(new Error('x'), { errcode })).fault
const mysql = (errno: number | undefined, message = 'x', code?: string) =>
  mysqlFault(Object.assign(new Error(message), { errno, code })).fault

test('what SQLite says is sorted by what to do about it', () => {
  for (const busy of [5, 6, 10, 14, 261, 517]) assert.equal(sqlite(busy), 'transient')
  for (const full of [8, 13, 1032]) assert.equal(sqlite(full), 'capacity')
  for (const value of [18, 20, 275, 1299, 3091]) assert.equal(sqlite(value), 'data')
})

test('what a MySQL server says is sorted by what to do about it', () => {
  for (const again of [1205, 1213, 2006, 2013]) assert.equal(mysql(again), 'transient')
  for (const full of [1021, 1040, 1114, 1290, 1836]) assert.equal(mysql(full), 'capacity')
  for (const value of [1048, 1264, 1366, 1406]) assert.equal(mysql(value), 'data')
  for (const wrong of [1045, 1049]) assert.equal(mysql(wrong), 'config')
  assert.equal(mysql(1030, 'Got error 28 "No space left on device" from storage engine'), 'capacity')
  assert.equal(mysql(1030, 'Got error 122 from storage engine'), 'unknown')
  assert.equal(mysql(undefined, 'too large', 'ER_MAX_ALLOWED_PACKET'), 'data')
})

test('a fault that is in no list is unknown: never tried for ever in silence, never blamed on a row at once', () => {
  for (const code of [undefined, 1, 4, 11, 21, 1555, 2067]) assert.equal(sqlite(code), 'unknown')
  for (const code of [1062, 1146, 1690, 9_999]) assert.equal(mysql(code), 'unknown')
})

test('what the connection says is transient', () => {
  for (const code of [undefined, 0, -104, 1927, 2006, 2013, 45_009]) assert.equal(mysql(code), 'transient')
})

test('a fault that was sorted already keeps its kind', () => {
  const known = new StoreError('fenced', 'x')
  assert.equal(sqliteFault(known), known)
  assert.equal(mysqlFault(known), known)
})
