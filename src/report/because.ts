/** An explanation in sentences: what failed, because who changed what, because of what; each link is described once. */
import type { Bystander, Explanation, LastReference, Link } from '../explain/explanation.ts';
import { clean, wrap } from './width.ts';

const INDENT = 2;
/** What one step changed beyond this is counted, not listed; the JSON has it. */
const CHANGES_SHOWN = 3;
const HOLDERS_SHOWN = 3;

const indented = (text: string, by: number, width: number): string[] =>
  wrap(text, width - by, 2).map((line) => ' '.repeat(by) + line);

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

const and = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const who = ({ op, stepName, actor }: Link): string => `${op}${stepName === '' ? '' : `.${stepName}`} of ${actor}`;

function changeText({ register, what, field, before, after }: Link): string {
  return register ? `kept ${after} as its ${field}` : `changed ${what} from ${before} to ${after}`;
}

/** Changes of one step that a reader wants to hear of; a step that has no other shows its first all the same. */
function changesText(links: readonly Link[]): string {
  const told = links.filter(({ what, register }) => register || what !== '');
  const shown = told.slice(0, CHANGES_SHOWN).map(changeText);
  const more = told.length - shown.length;
  const hidden = shown.length === 0 ? ['changed what the next step looked up'] : shown;
  return and(more > 0 ? [...hidden, `${plural(more, 'other thing')}`] : hidden);
}

/** Where the sources say so: the decision that did it and the rule that wrote it, or the command. */
function sourceLines(links: readonly Link[], width: number): string[] {
  const found = links.flatMap(({ rules, citations, features }) => {
    const own = citations.filter(({ what }) => what !== 'command');
    const cited = own.length === 0 ? citations : [...new Set([own[0], own.at(-1)])];
    const head = rules.length === 0 ? '' : `rule ${rules.join(' > ')}: `;
    const replaced = citations.flatMap(({ name, replacedBy }) =>
      replacedBy === undefined ? [] : [`${name} is changed by ${replacedBy}`],
    );
    const decided = features.map(({ name, present }) => `only ${present ? 'with' : 'without'} the feature ${name}`);
    const cites = cited.flatMap((each) => (each === undefined || each.cites === '' ? [] : [each.cites]));
    return [...(cites.length === 0 ? [] : [`${head}${cites.join('; ')}`]), ...replaced, ...decided];
  });
  return [...new Set(found)].flatMap((text) => indented(clean(text), INDENT + 4, width));
}

/** Links by step, the latest step first; those of setup apart. */
function bySteps(ids: readonly number[], links: readonly Link[]): { steps: Link[][]; setup: Link[] } {
  const own = ids.flatMap((id) => links[id] ?? []);
  const numbers = [...new Set(own.map(({ step }) => step).filter((step) => step > 0))].sort((a, b) => b - a);
  return {
    steps: numbers.map((number) => own.filter(({ step }) => step === number)),
    setup: own.filter(({ step, provided, what, register }) => step === 0 && !provided && !register && what !== ''),
  };
}

class Teller {
  private readonly links: readonly Link[];
  private readonly width: number;
  private readonly told = new Set<number>();
  private readonly waiting: number[] = [];

  constructor(links: readonly Link[], width: number) {
    this.links = links;
    this.width = width;
  }

  /** What follows from nothing that was told yet. */
  chain(head: string, because: readonly number[]): string[] {
    const lines = this.causes(head, because);
    for (let step = this.waiting.shift(); step !== undefined; step = this.waiting.shift()) {
      const number = step;
      const own = this.links.filter((link) => link.step === number);
      const inside = new Set(own.map(({ id }) => id));
      const needs = [...new Set(own.flatMap((link) => link.because))].filter((id) => !inside.has(id));
      lines.push(...this.causes(`Step ${step} could do that`, needs));
    }
    return lines;
  }

  private causes(head: string, because: readonly number[]): string[] {
    const { steps, setup } = bySteps(because, this.links);
    if (steps.length + setup.length === 0)
      return head.startsWith('Step ') ? [] : indented(`${head}.`, INDENT, this.width);
    const parts = [
      ...steps.map((own) => this.step(own)),
      ...(setup.length === 0 ? [] : [setupLines(setup, this.width)]),
    ];
    return [...indented(`${head},`, INDENT, this.width), ...parts.flat()];
  }

  private step(own: readonly Link[]): string[] {
    const [first] = own;
    if (first === undefined) return [];
    const known = this.told.has(first.step);
    this.told.add(first.step);
    if (!known) this.waiting.push(first.step);
    const text = `because step ${first.step}, ${who(first)}, ${changesText(own)}`;
    return [...indented(clean(text), INDENT + 2, this.width), ...sourceLines(own, this.width)];
  }
}

function setupLines(setup: readonly Link[], width: number): string[] {
  const commands = [...new Set(setup.map((link) => link.setup))];
  const said = commands.map((command) => {
    const own = setup.filter((link) => link.setup === command);
    const what = own.slice(0, CHANGES_SHOWN).map(({ what: name, after }) => `${name} to ${after}`);
    const more = own.length > what.length ? ` and ${plural(own.length - what.length, 'other thing')}` : '';
    return `${own[0]?.op} of ${own[0]?.actor} had set ${and(what)}${more}`;
  });
  return indented(clean(`because in the setup ${and(said)}`), INDENT + 2, width);
}

function headOf({ label, why, step, tried }: Explanation): string {
  const when = step === 0 ? 'in the first state' : `at step ${step}`;
  const how = tried === 'untried' ? ' (nothing tried undoes it; this is what it looked at)' : '';
  return `${label} fails ${when}: ${why}${how}`;
}

function preventedText({ step, prevents }: Bystander): string[] {
  if (prevents === undefined) return [];
  const { step: other, what, after } = prevents;
  return [`Nor without step ${step}, which kept step ${other} from setting ${what} to ${after}.`];
}

function bystanderText({ step, enables, ends }: Bystander): string {
  if (enables.length > 0) return `step ${step} only lets step ${and(enables.map(String))} happen`;
  return ends ? `step ${step} only brings the run to its end` : `step ${step} is not needed`;
}

function lastReferenceText({ object, holders, step }: LastReference): string {
  const shown = holders.slice(0, HOLDERS_SHOWN);
  const more = holders.length > shown.length ? [`${holders.length - shown.length} more`] : [];
  return `The last reference to ${object} was ${and([...shown, ...more])}; it went with step ${step}.`;
}

/** Lines of at most `width` columns. */
export function becauseLines(explanation: Explanation, width: number): string[] {
  const { links, because, bystanders, lastReferences, claims, followsFrom, implies } = explanation;
  const consequences = [
    ...(followsFrom === undefined
      ? []
      : [`It follows from ${followsFrom.property}, which fails too: ${followsFrom.because}.`]),
    ...implies.map((each) => `${each.property} follows from it, and fails too: ${each.because}.`),
  ];
  const idle = bystanders.filter(({ prevents }) => prevents === undefined);
  const aside = [
    ...bystanders.flatMap(preventedText),
    ...(idle.length === 0 ? [] : [`Not part of it: ${idle.map(bystanderText).join('; ')}.`]),
  ];
  return [
    ...new Teller(links, width).chain(headOf(explanation), because),
    ...[...lastReferences.map(lastReferenceText), ...aside, ...consequences].flatMap((text) =>
      indented(clean(text), INDENT, width),
    ),
    ...claims.flatMap(({ id, text }) => indented(clean(`Claim ${id}: ${text}`), INDENT, width)),
  ];
}
