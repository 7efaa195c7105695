import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalHardwareId } from './hardware-id.ts'

const normal = '70B3D57ED0040A01'

test('an EUI-64 has one normal form for any case and any separators', () => {
  for (const spelling of [
    '70B3D57ED0040A01',
    '70b3d57ed0040a01',
    '70:B3:D5:7E:D0:04:0A:01',
    '70-b3-d5-7e-d0-04-0a-01',
    '70 B3 D5 7E D0 04 0A 01',
    '70B3:D57E:D004:0A01',
    '70b3-d57e-d004-0a01',
    '70b3.d57e.d004.0a01',
  ])
    assert.equal(normalHardwareId(spelling), normal, spelling)
})

test('a name that is no EUI-64 stays as it is', () => {
  for (const name of [
    '',
    'A-017',
    'bay-a',
    'deadbeef',
    '70b3d57ed0040a0',
    '70b3d57ed0040a011',
    '70b3d57ed0040a0g',
    '70:b3-d5:7e:d0:04:0a:01',
    '70:b3:d5:7e:d0:04:0a01:',
    '70b:3d5:7ed:004:0a0:1aa',
    'eui-70b3d57ed0040a01',
    'parking-garage-01',
  ])
    assert.equal(normalHardwareId(name), name)
})

test('a name has one form, whether its accents are characters of their own or not', () => {
  assert.equal(normalHardwareId('cafe\u0301 3'), 'caf\u00e9 3')
  assert.equal(normalHardwareId('caf\u00e9 3'), 'caf\u00e9 3')
})

test('the normal form of a normal form is itself, and two spellings of one EUI-64 never differ', () => {
  const hex = fc.array(fc.constantFrom(...'0123456789abcdefABCDEF'), { minLength: 16, maxLength: 16 })
  const group = fc.constantFrom([2, ':'], [2, '-'], [2, ' '], [4, ':'], [4, '-'], [4, '.'], [16, ''] as const)
  fc.assert(
    fc.property(hex, group, (digits, [size, separator]) => {
      const text = digits.join('')
      const groups = text.match(new RegExp(`.{${size}}`, 'g')) ?? []
      const once = normalHardwareId(groups.join(String(separator)))
      assert.equal(once, text.toUpperCase())
      assert.equal(normalHardwareId(once), once)
    }),
  )
})
