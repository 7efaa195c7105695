/** Tasmota, "MQTT" and "JSON Status Responses": telemetry of each board under tele/, results of switches under stat/, with the usual full topic. */
import { declarePreset } from './preset.ts'

export const tasmota = declarePreset({
  name: 'tasmota',
  about: 'first switch input as presence, and distance sensors; its times have no zone and are left out',
  base: 'tele',
  rules: [
    { topic: 'tele/{device}/LWT', online: { at: '', yes: ['Online'], no: ['Offline'] } },
    { topic: 'tele/{device}/STATE', fields: { rssi_dbm: '/Wifi/Signal' } },
    {
      topic: 'tele/{device}/SENSOR',
      fields: {
        occupied: { at: '/Switch1', taken: ['ON'], free: ['OFF'] },
        distance_mm: [
          { at: '/SR04/Distance', times: 10 },
          { at: '/VL53L0X/Distance', unknown: ['8190', '8191', '9999'] },
          { at: '/VL53L1X/Distance', unknown: ['0', '9999'] },
        ],
        temperature_c: ['/DS18B20/Temperature', '/AM2301/Temperature', '/BME280/Temperature'],
        humidity_pct: ['/AM2301/Humidity', '/BME280/Humidity'],
      },
    },
    { topic: 'stat/{device}/RESULT', fields: { occupied: { at: '/Switch1/Action', taken: ['ON'], free: ['OFF'] } } },
    { topic: 'tele/#', ignore: true },
    { topic: 'stat/#', ignore: true },
    { topic: 'cmnd/#', ignore: true },
  ],
})
