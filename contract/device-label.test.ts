/** Labels as vendors print them and as people reported them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDeviceLabel } from './device-label.ts'

const eui = '70B3D57ED0001A2B'
const read: Readonly<Record<string, readonly [text: string, device: string, form: string]>> = {
  TR005: [`LW:D0:1122334455667788:${eui}:AABB1122`, eui, 'tr005'],
  'TR005 with extensions': [
    `LW:D0:1122334455667788:${eui}:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C`,
    eui,
    'tr005',
  ],
  'TR005 with extensions in another order (lorawan-stack pull 6068)': [
    `LW:D0:1122334455667788:${eui}:AABB1122:SX1:OAABB`,
    eui,
    'tr005',
  ],
  'TR005 in lower case': [
    'lw:d0:0000000000000000:34c5d0fa68ceffa5:ffff0beb:s241218QR10005',
    '34C5D0FA68CEFFA5',
    'tr005',
  ],
  'TR005 without a profile': [`LW:D0:1122334455667788:${eui}`, eui, 'tr005'],
  'draft 2 (lorawan-stack issue 6059)': [
    'URN:DEV:LW:70B3D57ED0000000_0004A31000FFFFFF_00000000_VD53FFFFF',
    '0004A31000FFFFFF',
    'tr005',
  ],
  'draft 3': [`URN:LW:DP:1122334455667788:${eui}:AABB1122:%V0102`, eui, 'tr005'],
  'a plain EUI': ['70b3d57ed0001a2b', eui, 'eui'],
  'an EUI in pairs': ['70-B3-D5-7E-D0-00-1A-2B', eui, 'eui'],
  'an EUI in groups of four, with a line end': ['70B3 D57E D000 1A2B\r\n', eui, 'eui'],
  'a Milesight address': ['HTTPS://WWW.MILESIGHT-IOT.COM/?SN=24E124136B502217&PN=EM310', '24E124136B502217', 'vendor'],
  'name and value with keys': [
    `DevEUI=${eui};AppEUI=1122334455667788;AppKey=00112233445566778899AABBCCDDEEFF`,
    eui,
    'vendor',
  ],
  JSON: [`{"joinEui":"1122334455667788","dev_eui":"${eui.toLowerCase()}"}`, eui, 'vendor'],
  'lines of text': [`Model: LDDS75\nDEV EUI: 70:B3:D5:7E:D0:00:1A:2B\nAPP EUI: 1122334455667788`, eui, 'vendor'],
  'one EUI beside a key': [`${eui},00112233445566778899AABBCCDDEEFF`, eui, 'vendor'],
  'one EUI beside a JoinEUI and a serial number': [
    `${eui}\nJoin EUI 11-22-33-44-55-66-77-88\nS/N: 1234567890123456`,
    eui,
    'vendor',
  ],
  'the name of a board': ['A-017', 'A-017', 'name'],
}
for (const [what, [text, device, form]] of Object.entries(read))
  test(`a label is read: ${what}`, () => {
    const result = readDeviceLabel(text)
    assert.ok(result.ok, JSON.stringify(result))
    assert.equal(result.label.device, device)
    assert.equal(result.label.form, form)
  })

const refused: Readonly<Record<string, readonly [text: string, fault: string]>> = {
  nothing: [' \n', 'empty'],
  'a TR005 code without a DevEUI': ['LW:D0:::PXA01450340', 'bad-eui'],
  'a TR005 code with a short DevEUI': ['LW:D0:1122334455667788:70B3D57ED0001A:AABB1122', 'bad-eui'],
  'a TR005 code that was never filled in': ['LW:D0:0000000000000000:0000000000000000:FFFF0000', 'bad-eui'],
  'two EUIs without a name': [`${eui},1122334455667788`, 'two-devices'],
  'two devices': [`DevEUI=${eui} DevEUI=1122334455667788`, 'two-devices'],
  'a key alone': ['00112233445566778899AABBCCDDEEFF', 'no-device'],
  'an address of a shop (lorawan-stack issue 5985)': ['https://example.com/manual?product=17', 'no-device'],
  'an AppEUI alone': ['AppEUI: 70B3D57ED0000001', 'no-device'],
  'a join_eui in JSON': ['{"join_eui":"70B3D57ED0000009"}', 'no-device'],
  'a serial number alone': ['SN: 1234567890123456', 'no-device'],
  'a serial number in words': ['Serial number 1234567890123456', 'no-device'],
  'a DevEUI that was never filled in, beside an AppEUI': ['DevEUI=0000000000000000 AppEUI=70B3D57ED0000001', 'bad-eui'],
  'a DevEUI that is short, beside a JoinEUI': ['{"DevEUI":"70B3D57ED000000","JoinEUI":"70B3D57ED0000009"}', 'bad-eui'],
  'a text of a thousand lines': ['x\n'.repeat(5_000), 'long'],
}
for (const [what, [text, fault]] of Object.entries(refused))
  test(`a label is refused: ${what}`, () => assert.deepEqual(readDeviceLabel(text), { ok: false, fault }))

test('the vendor and the profile of a TR005 code are known, its owner token is not kept', () => {
  const result = readDeviceLabel(`LW:D0:1122334455667788:${eui}:AABB1122:OSECRET`)
  assert.deepEqual(result, { ok: true, label: { device: eui, form: 'tr005', vendorId: 'AABB', profileId: '1122' } })
})
