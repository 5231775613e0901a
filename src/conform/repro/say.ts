/** A step of a trace in the trace's own words, on one line: comment of the C function and name of the test. */
import type { Expectation, Json, TraceStep } from '../../trace/format.ts';

const plain = (text: string): string =>
  text
    .replaceAll('*/', '* /')
    .replaceAll(/[\r\n\t]/g, ' ')
    .replaceAll(' #', ' no.');

function value(json: Json): string {
  if (Array.isArray(json)) return `[${json.map(value).join(', ')}]`;
  if (typeof json === 'object' && json !== null) return `{ ${members(json as Expectation)} }`;
  return String(json);
}

const members = (object: Expectation): string =>
  Object.entries(object)
    .map(([key, json]) => `${key}: ${value(json)}`)
    .join(', ');

/** `ok`, `EBUSY`, `ran: [a, b]`. */
function expected(expect: Expectation): string {
  const { eventually, mayBe, ...rest } = expect;
  const lag = eventually === true ? 'eventually ' : '';
  if (Array.isArray(mayBe)) return lag + (mayBe as readonly Expectation[]).map(expected).join(' or ');
  const words = Object.entries(rest).map(([key, json]) => {
    if (key === 'ok') return 'ok';
    if (key === 'error') return 'an error';
    return key === 'errno' ? value(json as Json) : `${key}: ${value(json as Json)}`;
  });
  return lag + words.join(', ');
}

/** `P0: link_create { cgroup: c1, prog: a } as l -> ok` */
export function say({ actor, op, args, as, expect }: TraceStep): string {
  const given = Object.keys(args).length === 0 ? '' : ` { ${members(args)} }`;
  const who = actor === '-' ? '' : `${actor}: `;
  const named = as === undefined ? '' : ` as ${as}`;
  return plain(`${who}${op}${given}${named} -> ${expected(expect) || 'ok'}`);
}

/** A C string. */
export const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
