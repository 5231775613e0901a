/** One operation of a trace in a few words: name, arguments, result. */
import type { StepReport } from '../trace/retrace.ts';

/** Arguments whose value says by itself what it is. */
const SELF_EXPLAINING = new Set([
  'cgroup',
  'prog',
  'link',
  'map',
  'obj',
  'path',
  'handle',
  'attachType',
  'netdev',
  'netns',
  'flags',
  'hook',
  'kind',
]);

/** `BPF_F_ALLOW_MULTI` → `ALLOW_MULTI`: the prefix says nothing here. */
const shortWord = (word: string): string => word.replace(/^(?:BPF_F_|XDP_FLAGS_)/, '');

function shortValue(value: unknown): string {
  if (typeof value === 'string') return shortWord(value);
  if (Array.isArray(value))
    return value.every((item) => typeof item !== 'object')
      ? value.map(shortValue).join('|')
      : `[${value.map(shortValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, part]) => `${name} ${shortValue(part)}`)
      .join(', ')}}`;
  return String(value);
}

function shortArgument(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (value === true) return name;
  return SELF_EXPLAINING.has(name) ? shortValue(value) : `${name} ${shortValue(value)}`;
}

/** `prog_attach(web, fw2, replace fw1, ALLOW_MULTI|REPLACE)`; a step of deferred work has no arguments. */
export function operationText({
  op,
  args,
  as,
  stepName,
  result,
}: Pick<StepReport, 'op' | 'args' | 'as' | 'stepName' | 'result'>): string {
  const goesOn = result === '…' || (args === undefined && result !== '');
  const name = goesOn && stepName !== '' && stepName !== op ? `${op}.${stepName}` : op;
  if (args === undefined) return name;
  const parts = Object.entries(args).map(([key, value]) => shortArgument(key, value));
  const named = as === undefined ? [] : [`as ${as}`];
  return `${name}(${[...parts.filter((part) => part !== undefined), ...named].join(', ')})`;
}

/** `= 0`, `= -ENOENT`, `= 0, revision 2`; `...` while a command goes on; nothing for deferred work. */
export function resultText({ result, values }: Pick<StepReport, 'result' | 'values'>): string {
  if (result === '') return '';
  if (result === '…') return '...';
  const said = Object.entries(values ?? {}).map(
    ([name, value]) => `${name} ${value === null ? 'none' : returned(value)}`,
  );
  return [`= ${result === 'ok' ? '0' : `-${result}`}`, ...said].join(', ');
}

function returned(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shortValue).join(' ');
  return shortValue(value);
}
