/**
 * What a script finds around it, as text for the interpreter: stubs of `console` and `module.exports`, a clock that stands at the time of
 * its frame and numbers that only look random, so that the same frame has the same answer whenever it is decoded. Everything may be
 * declared again by a script, as a function, `var`, `let` or `const`. Further: surroundings-on-demand.ts.
 */
import { scriptLimits } from './script.ts'

/** Before the script. What is used afterwards is kept here: the script may change everything it can reach. */
export const before = `
(function (global) {
  var RealDate = Date, state = { at: 0, seed: 1 }, nothing = function () {};
  function put(name, value) {
    Object.defineProperty(global, name, { value: value, configurable: true, writable: true });
  }
  var stub = {};
  'log info warn error debug trace table dir dirxml group groupCollapsed groupEnd time timeEnd timeLog count countReset assert clear'
    .split(' ').forEach(function (name) { stub[name] = nothing; });
  put('console', stub);
  put('module', { exports: {} });
  put('exports', global.module.exports);
  put('__clock', state);
  function Date_(a, b, c, d, e, f, g) {
    if (!(this instanceof Date_)) return new RealDate(state.at).toString();
    switch (arguments.length) {
      case 0: return new RealDate(state.at);
      case 1: return new RealDate(a);
      default: return new RealDate(a, b, c === undefined ? 1 : c, d || 0, e || 0, f || 0, g || 0);
    }
  }
  Date_.prototype = RealDate.prototype;
  Date_.prototype.constructor = Date_;
  Date_.now = function () { return state.at; };
  Date_.parse = RealDate.parse;
  Date_.UTC = RealDate.UTC;
  Object.defineProperty(Date_, 'name', { value: 'Date' });
  put('Date', Date_);
  // As other engines write it for en-US: 8/2/2001, 12:08:00 AM.
  function two(n) { return (n < 10 ? '0' : '') + n; }
  function local(date, withDay, withTime) {
    if (isNaN(date.getTime())) return 'Invalid Date';
    var hour = date.getUTCHours(), day = date.getUTCMonth() + 1 + '/' + date.getUTCDate() + '/' + date.getUTCFullYear();
    var time = (hour % 12 || 12) + ':' + two(date.getUTCMinutes()) + ':' + two(date.getUTCSeconds()) + (hour < 12 ? ' AM' : ' PM');
    return withDay && withTime ? day + ', ' + time : withDay ? day : time;
  }
  [['toLocaleString', true, true], ['toLocaleDateString', true, false], ['toLocaleTimeString', false, true]].forEach(function (each) {
    RealDate.prototype[each[0]] = function () { return local(this, each[1], each[2]); };
    Object.defineProperty(RealDate.prototype, each[0], { enumerable: false });
  });
  Math.random = function () { state.seed = (state.seed * 16807) % 2147483647; return (state.seed - 1) / 2147483646; };
})(globalThis);
`

/**
 * Behind the script: a function that makes the one that runs it, or gives text: why there is none. It takes the names that a script written as
 * an ECMAScript module exports, and whether the bytes need the methods of a Buffer.
 */
export const behind = `
(function (named, asBuffer) {
  var answerChars = ${scriptLimits.answerChars};
  var state = __clock, stringify = JSON.stringify, parse = JSON.parse, slice = String.prototype.slice;
  var MakeDate = Date, has = Object.prototype.hasOwnProperty, call = Function.prototype.call;
  var like = Object.setPrototypeOf, reads = asBuffer ? Object.create(Array.prototype) : undefined;
  if (reads) Object.getOwnPropertyNames(Buffer.prototype).forEach(function (name) {
    if (/^read/.test(name)) reads[name] = Buffer.prototype[name];
  });
  delete globalThis.__clock;
  var own = call.bind(has), cut = call.bind(slice);
  var places = [named, typeof module === 'object' && module ? module.exports : undefined, typeof exports === 'object' ? exports : undefined];
  places.push(places[0] && places[0].default, places[1] && places[1].default);
  function found(name) {
    for (var i = 0; i < places.length; i++) if (places[i] && typeof places[i][name] === 'function') return places[i][name];
  }
  function alone() {
    for (var i = 0; i < places.length; i++) if (typeof places[i] === 'function') return places[i];
  }
  var uplink = typeof decodeUplink === 'function' ? decodeUplink : found('decodeUplink');
  var decoder = typeof Decoder === 'function' ? Decoder : found('Decoder');
  var decode = typeof Decode === 'function' ? Decode : found('Decode');
  if (!uplink && !decoder && !decode) uplink = alone();
  if (!uplink && !decoder && !decode)
    return 'it defines none of decodeUplink(input), Decoder(bytes, port) and Decode(fPort, bytes, variables)';
  function listed(errors) {
    if (typeof errors === 'string') return errors;
    var text = '';
    for (var i = 0; i < errors.length && i < 5; i++)
      text += (i ? '; ' : '') + (typeof errors[i] === 'string' ? errors[i] : stringify(errors[i]));
    return text;
  }
  if (typeof BigInt.prototype.toJSON !== 'function')
    Object.defineProperty(BigInt.prototype, 'toJSON', { value: function () { return Number(this); }, configurable: true });
  return function (input) {
    var given = parse(input);
    state.at = given.t;
    var bytes = given.b, port = given.p, answer;
    if (reads) like(bytes, reads);
    if (uplink) answer = uplink({ bytes: bytes, fPort: port, recvTime: new MakeDate(given.t), variables: {} });
    else if (decoder) answer = decoder(bytes, port);
    else answer = decode(port, bytes, {});
    if (answer === null || typeof answer !== 'object') return 'f' + 'it returned ' + (answer === null ? 'null' : typeof answer) + ', no object';
    if (typeof answer.then === 'function') return 'f' + 'it returned a promise: a script has to answer at once';
    var data = answer;
    if (uplink && (own(answer, 'data') || own(answer, 'errors') || own(answer, 'warnings'))) {
      var errors = answer.errors;
      if (errors !== undefined && errors !== null && errors !== false && (typeof errors === 'string' ? errors !== '' : errors.length > 0))
        return 'f' + cut('it reports: ' + listed(errors), 0, 500);
      data = answer.data;
      if (data === undefined || data === null) data = {};
    }
    var text = stringify(data);
    if (typeof text !== 'string') return 'f' + 'it returned ' + typeof data + ', no object';
    return text.length > answerChars ? 'f' + 'its answer has ' + text.length + ' characters; ' + answerChars + ' are the most' : text;
  };
})
`
