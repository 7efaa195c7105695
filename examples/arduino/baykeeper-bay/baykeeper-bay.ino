// A bay sensor for Baykeeper: an ultrasonic sensor (HC-SR04) on a serial line.
//
// Each line is complete in itself and can be checked:
//   device=A1 boot=12 seq=7 occupied=1 distance_mm=812*3F2A
//   - seq counts the lines of this start: a gap shows lines that were lost.
//   - boot changes with each start: after a restart seq begins again without a doubt.
//   - *HHHH is the CRC-16/CCITT-FALSE of everything before it.
//
// Server: npm start -- --serial /dev/serial/by-id/..., with "checksum: required" under serial: in baykeeper.yaml.

#include <EEPROM.h>

const char DEVICE[] = "A1";
const unsigned long BAUD = 115200;
const unsigned long INTERVAL_MS = 10000;
const unsigned int OCCUPIED_BELOW_MM = 1000;
const unsigned int RANGE_MAX_MM = 4000;
const unsigned int CRC_POLYNOMIAL = 0x1021;
const unsigned int CRC_START = 0xFFFF;
const char LINE_FORMAT[] = "device=%s boot=%u seq=%lu occupied=%s distance_mm=%u";
// Without an echo the sensor does not know: it never reports a free bay then.
const char LINE_FORMAT_UNKNOWN[] = "device=%s boot=%u seq=%lu occupied=%s";

const int TRIGGER_PIN = 9;
const int ECHO_PIN = 10;
const int BOOT_ADDRESS = 0;

unsigned int boot;
unsigned long seq = 0;
unsigned long lastAt = 0;

void setup() {
  Serial.begin(BAUD);
  pinMode(TRIGGER_PIN, OUTPUT);
  pinMode(ECHO_PIN, INPUT);
  EEPROM.get(BOOT_ADDRESS, boot);
  boot++;
  EEPROM.put(BOOT_ADDRESS, boot);
  lastAt = millis() - INTERVAL_MS;
}

void loop() {
  if (millis() - lastAt < INTERVAL_MS) return;
  lastAt += INTERVAL_MS;
  unsigned int mm = distanceMm();
  char line[96];
  if (mm == 0) snprintf(line, sizeof line, LINE_FORMAT_UNKNOWN, DEVICE, boot, seq, "unknown");
  else snprintf(line, sizeof line, LINE_FORMAT, DEVICE, boot, seq, mm < OCCUPIED_BELOW_MM ? "1" : "0", mm);
  seq++;
  char check[6];
  snprintf(check, sizeof check, "*%04X", crc16(line));
  Serial.print(line);
  Serial.println(check);
}

// 0: no echo within the range of the sensor.
unsigned int distanceMm() {
  digitalWrite(TRIGGER_PIN, LOW);
  delayMicroseconds(2);
  digitalWrite(TRIGGER_PIN, HIGH);
  delayMicroseconds(10);
  digitalWrite(TRIGGER_PIN, LOW);
  unsigned long us = pulseIn(ECHO_PIN, HIGH, 30000);
  unsigned long mm = us * 343UL / 2000UL;
  return mm > RANGE_MAX_MM ? 0 : (unsigned int)mm;
}

unsigned int crc16(const char *text) {
  uint16_t crc = CRC_START;
  for (; *text; text++) {
    crc ^= (uint16_t)((uint8_t)*text) << 8;
    for (int bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ CRC_POLYNOMIAL : crc << 1;
  }
  return crc;
}
