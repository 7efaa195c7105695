/** Which fault is whose: a row is blamed only for what a row can cause, because blame means quarantine. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOfSession, mysqlFault } from './engine/mysql/mysql-faults.ts'
import { sqliteFault } from './engine/sqlite/sqlite-faults.ts'
import { StoreError } from './store.ts'

const sqlite = (errcode: number | undefined) => sqliteFault(Object.assign(new Error('x'), { errcode })).fault
const mysql = (errno: number | undefined, message = 'x', code?: string, sqlState?: string) =>
  mysqlFault(Object.assign(new Error(message), { errno, code, sqlState })).fault

test('errors of SQLite are sorted by what to do about them', () => {
  for (const busy of [5, 6, 10, 14, 261, 517]) assert.equal(sqlite(busy), 'transient')
  for (const full of [8, 13, 1032]) assert.equal(sqlite(full), 'capacity')
  for (const value of [18, 20, 275, 1299, 3091]) assert.equal(sqlite(value), 'data')
})

test('errors of a MySQL server are sorted by what to do about them', () => {
  for (const again of [1205, 1213, 2006, 2013]) assert.equal(mysql(again), 'transient')
  for (const full of [1021, 1040, 1114, 1290, 1836]) assert.equal(mysql(full), 'capacity')
  for (const value of [1048, 1264, 1366, 1406]) assert.equal(mysql(value), 'data')
  for (const wrong of [1045, 1049]) assert.equal(mysql(wrong), 'config')
  assert.equal(mysql(1030, 'Got error 28 "No space left on device" from storage engine'), 'capacity')
  assert.equal(mysql(1030, 'Got error 122 from storage engine'), 'unknown')
  assert.equal(mysql(undefined, 'too large', 'ER_MAX_ALLOWED_PACKET'), 'data')
})

test('a statement that a MySQL server does not understand is for a person to correct, also with a number in no list', () => {
  for (const wrong of [1054, 1064, 1142, 1146, 1231, 1305, 1665, 3750]) assert.equal(mysql(wrong), 'config')
  for (const state of ['42000', '42S02', '42S22', '28000', '0A000'])
    assert.equal(mysql(9_999, 'x', undefined, state), 'config')
  assert.equal(mysql(9_999, 'x', undefined, '22003'), 'data')
  for (const state of ['08S01', '40001']) assert.equal(mysql(9_999, 'x', undefined, state), 'transient')
  for (const state of ['HY000', '23000']) assert.equal(mysql(9_999, 'x', undefined, state), 'unknown')
  // Of class 42 too, but they pass.
  for (const full of [1203, 1226, 1461]) assert.equal(mysql(full, 'x', undefined, '42000'), 'capacity')
  assert.equal(mysql(undefined, 'self-signed certificate in certificate chain', 'HANDSHAKE_SSL_ERROR'), 'config')
  assert.equal(mysql(undefined, 'read ECONNRESET', 'HANDSHAKE_SSL_ERROR'), 'transient')
  for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'HANDSHAKE_NO_SSL_SUPPORT', 'ER_TLS_IDENTITY_ERROR'])
    assert.equal(mysql(undefined, 'x', code), 'config')
})

test('such a fault names the server, how the statement begins, and what to do, but none of its values', () => {
  const sql = `SELECT  MD5(\n'x') ${'y'.repeat(200)} secret`
  const error = Object.assign(new Error(`not so\nsql: ${sql}`), {
    errno: 1305,
    sqlMessage: 'FUNCTION MD5 does not exist',
    sql,
  })
  const { message } = mysqlFault(error, 'MySQL 9.7.4')
  assert.match(message, /FUNCTION MD5 does not exist \(server MySQL 9\.7\.4, statement "SELECT MD5\( 'x'\) y+"\)/)
  assert.match(message, /needs MySQL 8\.0\.19 or MariaDB 10\.6/)
  assert.doesNotMatch(message, /secret/)
  assert.match(mysqlFault(Object.assign(new Error('no'), { errno: 1142 })).message, /GRANT ALL/)
  assert.match(mysqlFault(Object.assign(new Error('no'), { errno: 1146 })).message, /restored by hand/)
})

test('a session that may have another server or other rights than the next one is known by its fault', () => {
  const leaves = (errno: number) => isOfSession(mysqlFault(Object.assign(new Error('x'), { errno })))
  for (const errno of [1044, 1045, 1047, 1142, 1227, 1290, 1792, 1836]) assert.equal(leaves(errno), true, `${errno}`)
  for (const errno of [1021, 1114, 1205, 1213, 1264, 1406]) assert.equal(leaves(errno), false, `${errno}`)
})

test('a fault that is in no list is unknown: never tried for ever in silence, never blamed on a row at once', () => {
  for (const code of [undefined, 1, 4, 11, 21, 1555, 2067]) assert.equal(sqlite(code), 'unknown')
  for (const code of [1062, 9_999]) assert.equal(mysql(code), 'unknown')
})

test('errors of the connection are transient', () => {
  for (const code of [undefined, 0, -104, 1927, 2006, 2013, 45_009]) assert.equal(mysql(code), 'transient')
})

test('a fault that was sorted already keeps its kind', () => {
  const known = new StoreError('fenced', 'x')
  assert.equal(sqliteFault(known), known)
  assert.equal(mysqlFault(known), known)
})
