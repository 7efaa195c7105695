/**
 * What a script finds around it, as text for the interpreter: stubs of `console` and `module.exports`, a clock that stands at the time of
 * its frame and numbers that only look random, so that the same frame has the same answer whenever it is decoded.
 */

/** Before the script. What is used afterwards is kept here: the script may change everything it can reach. */
export const before = `
var module = { exports: {} }, exports = module.exports;
var console = (function () {
  var stub = {}, nothing = function () {};
  'log info warn error debug trace table dir group groupEnd time timeEnd assert'.split(' ').forEach(function (name) { stub[name] = nothing; });
  return stub;
})();
var __now = { at: 0, seed: 1 };
(function (global) {
  var RealDate = Date, state = __now;
  delete global.__now;
  Object.defineProperty(global, '__clock', { value: state, configurable: true });
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
  global.Date = Date_;
  Math.random = function () { state.seed = (state.seed * 16807) % 2147483647; return (state.seed - 1) / 2147483646; };
})(globalThis);
`

/** Behind the script: gives the function that runs it, or text: why there is none. */
export const behind = `
(function () {
  var state = __clock, stringify = JSON.stringify, parse = JSON.parse, slice = String.prototype.slice;
  var isArray = Array.isArray, MakeDate = Date, create = Object.create, has = Object.prototype.hasOwnProperty, call = Function.prototype.call;
  var own = call.bind(has);
  var cut = call.bind(slice);
  var exported = typeof module === 'object' && module ? module.exports : undefined;
  function found(name) { return exported && typeof exported[name] === 'function' ? exported[name] : undefined; }
  var uplink = typeof decodeUplink === 'function' ? decodeUplink : found('decodeUplink');
  var decoder = typeof Decoder === 'function' ? Decoder : found('Decoder');
  var decode = typeof Decode === 'function' ? Decode : found('Decode');
  if (!uplink && !decoder && !decode)
    return 'it defines none of decodeUplink(input), Decoder(bytes, port) and Decode(fPort, bytes, variables)';
  function listed(errors) {
    if (typeof errors === 'string') return errors;
    var text = '';
    for (var i = 0; i < errors.length && i < 5; i++)
      text += (i ? '; ' : '') + (typeof errors[i] === 'string' ? errors[i] : stringify(errors[i]));
    return text;
  }
  return function (input) {
    var given = parse(input);
    state.at = given.t;
    state.seed = 1;
    var bytes = given.b, port = given.p === null ? undefined : given.p, answer;
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
    var text = stringify(data, function (key, value) { return typeof value === 'bigint' ? Number(value) : value; });
    return typeof text === 'string' ? 'd' + text : 'f' + 'it returned ' + typeof data + ', no object';
  };
})()
`
