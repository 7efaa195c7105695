/**
 * What some scripts use besides ECMAScript, written in it: a `Buffer` as in Node, `TextEncoder`, `TextDecoder` (UTF-8 and Latin-1), `atob`
 * and `btoa`. Text for the interpreter, evaluated before a script that names one of them.
 */

export const isOnDemand = (script: string): boolean =>
  /\b(?:Buffer|TextEncoder|TextDecoder|atob|btoa)\b/.test(script) || readsBytes(script)

/** A script for which the bytes are a Buffer: `input.bytes.readInt16BE(0)`. */
export const readsBytes = (script: string): boolean => /\bbytes\s*\.\s*read(?:U?Int|Float|Double|Big)/.test(script)

export const onDemand = `
(function (global) {
  function put(name, value) {
    Object.defineProperty(global, name, { value: value, configurable: true, writable: true });
  }
  var digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  function toBase64(bytes) {
    var text = '';
    for (var i = 0; i < bytes.length; i += 3) {
      var n = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0);
      text += digits[n >> 18] + digits[(n >> 12) & 63] +
        (i + 1 < bytes.length ? digits[(n >> 6) & 63] : '=') + (i + 2 < bytes.length ? digits[n & 63] : '=');
    }
    return text;
  }
  function fromBase64(text) {
    var bytes = [], bits = 0, held = 0;
    for (var i = 0; i < text.length; i++) {
      var c = text[i] === '-' ? '+' : text[i] === '_' ? '/' : text[i], at = digits.indexOf(c);
      if (at < 0) continue;
      bits = ((bits << 6) | at) & 0xffffff;
      held += 6;
      if (held >= 8) { held -= 8; bytes.push((bits >> held) & 255); }
    }
    return bytes;
  }
  function toUtf8(text) {
    var coded = encodeURIComponent(String(text).toWellFormed ? String(text).toWellFormed() : String(text)), bytes = [];
    for (var i = 0; i < coded.length; i++)
      if (coded[i] === '%') { bytes.push(parseInt(coded.substr(i + 1, 2), 16)); i += 2; }
      else bytes.push(coded.charCodeAt(i));
    return bytes;
  }
  function fromUtf8(bytes, isFatal) {
    var text = '';
    for (var i = 0; i < bytes.length; ) {
      var b = bytes[i], more = b < 0x80 ? 0 : b >= 0xc2 && b < 0xe0 ? 1 : b >= 0xe0 && b < 0xf0 ? 2 : b >= 0xf0 && b < 0xf5 ? 3 : -1;
      var code = more < 1 ? b : b & (0x3f >> more), k = 1;
      for (; k <= more && (bytes[i + k] & 0xc0) === 0x80; k++) code = (code << 6) | (bytes[i + k] & 0x3f);
      var isGood = more >= 0 && k > more && !(more === 2 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) &&
        !(more === 3 && (code < 0x10000 || code > 0x10ffff));
      if (!isGood && isFatal) throw new TypeError('The encoded data was not valid for encoding utf-8');
      text += isGood ? String.fromCodePoint(code) : '\\ufffd';
      i += isGood ? more + 1 : 1;
    }
    return text;
  }
  function fromLatin1(bytes) {
    var text = '';
    for (var i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
    return text;
  }
  function toLatin1(text) {
    var bytes = [];
    for (var i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i) & 255);
    return bytes;
  }
  function fromHex(text) {
    var bytes = [];
    for (var i = 0; i + 1 < text.length; i += 2) {
      var n = parseInt(text.substr(i, 2), 16);
      if (!/^[0-9a-f]{2}$/i.test(text.substr(i, 2))) break;
      bytes.push(n);
    }
    return bytes;
  }
  function toHex(bytes) {
    var text = '';
    for (var i = 0; i < bytes.length; i++) text += (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16);
    return text;
  }
  function viewOf(source) {
    if (source instanceof ArrayBuffer) return new Uint8Array(source);
    if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    return new Uint8Array(source || []);
  }
  put('btoa', function (text) {
    text = String(text);
    for (var i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) throw new Error('btoa: a character is outside of Latin-1');
    return toBase64(toLatin1(text));
  });
  put('atob', function (text) {
    text = String(text).replace(/[\\t\\n\\f\\r ]/g, '');
    if (/[^A-Za-z0-9+/=]/.test(text) || text.replace(/=+$/, '').length % 4 === 1) throw new Error('atob: the text is no base64');
    return fromLatin1(fromBase64(text));
  });
  function TextEncoder() { this.encoding = 'utf-8'; }
  TextEncoder.prototype.encode = function (text) { return new Uint8Array(toUtf8(text === undefined ? '' : text)); };
  put('TextEncoder', TextEncoder);
  function TextDecoder(label, options) {
    var name = String(label === undefined ? 'utf-8' : label).toLowerCase();
    this.encoding = /^(utf-?8|unicode-1-1-utf-8)$/.test(name) ? 'utf-8' : /^(ascii|us-ascii|latin-?1|iso-?8859-?1|windows-1252)$/.test(name) ? 'windows-1252' : '';
    if (!this.encoding) throw new RangeError('TextDecoder: the encoding ' + name + ' is not known');
    this.fatal = Boolean(options && options.fatal);
    this.ignoreBOM = Boolean(options && options.ignoreBOM);
  }
  TextDecoder.prototype.decode = function (source) {
    var bytes = viewOf(source);
    if (this.encoding !== 'utf-8') return fromLatin1(bytes);
    var text = fromUtf8(bytes, this.fatal);
    return text[0] === '\\ufeff' && !this.ignoreBOM ? text.slice(1) : text;
  };
  put('TextDecoder', TextDecoder);

  function coded(text, encoding) {
    var name = String(encoding === undefined ? 'utf8' : encoding).toLowerCase();
    if (name === 'hex') return fromHex(text);
    if (name === 'base64' || name === 'base64url') return fromBase64(text);
    if (name === 'latin1' || name === 'binary' || name === 'ascii') return toLatin1(text);
    return toUtf8(text);
  }
  class Buffer extends Uint8Array {
    toString(encoding, from, to) {
      var name = String(encoding === undefined ? 'utf8' : encoding).toLowerCase();
      var bytes = this.subarray(from === undefined ? 0 : from, to === undefined ? this.length : to);
      if (name === 'hex') return toHex(bytes);
      if (name === 'base64') return toBase64(bytes);
      if (name === 'base64url') return toBase64(bytes).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
      if (name === 'ascii') return fromLatin1(bytes.map(function (b) { return b & 127; }));
      if (name === 'latin1' || name === 'binary') return fromLatin1(bytes);
      return fromUtf8(bytes);
    }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    slice(from, to) { return this.subarray(from, to); }
    equals(other) { return Buffer.compare(this, other) === 0; }
    compare(other) { return Buffer.compare(this, other); }
    write(text, at) { var bytes = toUtf8(text); this.set(bytes.slice(0, this.length - (at || 0)), at || 0); return bytes.length; }
    copy(target, at, from, to) { var part = this.subarray(from || 0, to === undefined ? this.length : to); target.set(part.subarray(0, target.length - (at || 0)), at || 0); return part.length; }
    static from(source, encoding, length) {
      if (typeof source === 'string') return new Buffer(coded(source, encoding));
      if (source instanceof ArrayBuffer) return new Buffer(source, encoding, length);
      if (source && source.type === 'Buffer' && Array.isArray(source.data)) return new Buffer(source.data);
      return new Buffer(Array.from(source, function (n) { return n & 255; }));
    }
    static alloc(size, fill) { var made = new Buffer(size); if (fill !== undefined) made.fill(typeof fill === 'string' ? fill.charCodeAt(0) : fill); return made; }
    static allocUnsafe(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static byteLength(text, encoding) { return typeof text === 'string' ? coded(text, encoding).length : text.byteLength; }
    static concat(list, length) {
      var size = length === undefined ? list.reduce(function (sum, one) { return sum + one.length; }, 0) : length, made = new Buffer(size), at = 0;
      list.forEach(function (one) { made.set(Array.from(one).slice(0, size - at), at); at += Math.min(one.length, size - at); });
      return made;
    }
    static compare(a, b) {
      for (var i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
      return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
    }
  }
  function within(bytes, at, size) {
    if (!(at >= 0 && at + size <= bytes.length)) throw new RangeError('The value of "offset" is out of range. It must be >= 0 and <= ' + (bytes.length - size) + '. Received ' + at);
  }
  function add(name, size, kind, isLittle, isWrite) {
    Buffer.prototype[name] = isWrite
      ? function (value, at) { at = at || 0; within(this, at, size); new DataView(this.buffer, this.byteOffset, this.byteLength)['set' + kind](at, value, isLittle); return at + size; }
      : function (at) { at = at || 0; within(this, at, size); return new DataView(viewOf(Array.prototype.slice.call(this, at, at + size)).buffer)['get' + kind](0, isLittle); };
  }
  [['Int8', 1], ['UInt8', 1], ['Int16', 2], ['UInt16', 2], ['Int32', 4], ['UInt32', 4], ['Float', 4, 'Float32'], ['Double', 8, 'Float64'], ['BigInt64', 8], ['BigUInt64', 8, 'BigUint64']]
    .forEach(function (each) {
      var kind = each[2] || each[0].replace('UInt', 'Uint');
      (each[1] === 1 ? [''] : ['BE', 'LE']).forEach(function (order) {
        [each[0], each[0].replace('UInt', 'Uint')].forEach(function (name) {
          add('read' + name + order, each[1], kind, order === 'LE', false);
          add('write' + name + order, each[1], kind, order === 'LE', true);
        });
      });
    });
  function sized(isSigned, isLittle) {
    return function (at, size) {
      within(this, at, size);
      var value = 0;
      for (var i = 0; i < size; i++) value = value * 256 + this[isLittle ? at + size - 1 - i : at + i];
      return isSigned && value >= Math.pow(2, 8 * size - 1) ? value - Math.pow(2, 8 * size) : value;
    };
  }
  ['readIntBE', 'readIntLE', 'readUIntBE', 'readUIntLE', 'readUintBE', 'readUintLE'].forEach(function (name) {
    Buffer.prototype[name] = sized(name.indexOf('readInt') === 0, /LE$/.test(name));
  });
  Object.getOwnPropertyNames(Buffer.prototype).forEach(function (name) { Object.defineProperty(Buffer.prototype, name, { enumerable: false }); });
  // As in Node, it may be called without "new", and with text.
  put('Buffer', new Proxy(Buffer, {
    apply: function (target, self, given) { return typeof given[0] === 'number' ? Buffer.alloc(given[0]) : Buffer.from(given[0], given[1], given[2]); },
    construct: function (target, given) { return typeof given[0] === 'string' ? Buffer.from(given[0], given[1]) : Reflect.construct(target, given); },
  }));
})(globalThis);
`
