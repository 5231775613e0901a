/** From a path that breaks a property to the chain of what it needed. */
import type { Description, ModelDefinition } from '../modelling/model.ts';
import { layersOf, type Semantics } from '../modelling/semantics.ts';
import { retrace } from '../trace/retrace.ts';
import type { WorldInput } from '../world/input.ts';
import { bystander } from './aside.ts';
import type { Bystander, Citation, Explanation, LastReference, Link } from './explanation.ts';
import { History } from './history.ts';
import { sorted } from './implications.ts';
import type { Place } from './places.ts';
import { type Change, slice } from './slice.ts';

export interface Question {
  /** The scenario with its semantics, as it was bound when the path was found. */
  readonly input: WorldInput;
  /** Transitions from the first state. */
  readonly path: readonly number[];
  /** Label of the property or law that fails at the end of the path. */
  readonly label: string;
  /** Key of the property; the label where it is a law. */
  readonly property: string;
  /** Properties that fail in the same run. */
  readonly failing: readonly string[];
  readonly claims: readonly string[];
}

/** Computes why the path breaks the property. Throws if it does not. */
export function explain({ input, path, label, property, failing, claims }: Question): Explanation {
  const { model } = input;
  const history = new History(input, path, label);
  const { changes, roots, tried } = slice(history);
  const links = changes.map((change, id) => linkOf(change, id, history, model));
  const inside = new Set(links.map(({ step }) => step));
  const retraced = retrace(history.machine, path, label, model.describe);
  if (retraced.broken === undefined) throw new Error(`LR931 "${label}" is not broken at the end of ${path.join(',')}`);
  const { following } = sorted(failing, model.implications ?? []);
  const source = following.find((each) => each.property === property);
  return {
    label,
    why: retraced.broken.why,
    step: path.length,
    claims: claims.map((id) => ({ id, text: model.claims?.[id] ?? '' })),
    because: roots,
    tried,
    links,
    bystanders: bystanders(history, ofFailure(history, inside), model),
    lastReferences: lastReferences(retraced.steps, inside, path.length),
    followsFrom: source && { property: source.from, because: source.because },
    implies: following
      .filter(({ from }) => from === property)
      .map((each) => ({ property: each.property, because: each.because })),
  };
}

function linkOf(
  { event, place, because, features }: Change,
  id: number,
  history: History,
  model: ModelDefinition,
): Link {
  const { step, actor, op, stepName, before, after, writes } = history.at(event);
  // The first event is the start that the model makes.
  const setup = step === 0 ? event - 1 : -1;
  const written = place.cells.map((cell) => writes.get(cell)).find((found) => found !== undefined) ?? [];
  // A step of deferred work is named by its operation.
  const frames = written.filter(({ type, name }) => type === 'rule' || name !== op);
  const rules = frames.map(({ name }) => name);
  const present = ({ semantics }: WorldInput, name: string): boolean => semantics.features.has(name);
  return {
    id,
    step,
    setup,
    provided: history.input.setup[setup]?.provided === true,
    actor,
    op,
    stepName: history.input.grain === 'lock' && stepName !== op ? stepName : '',
    object: place.role === 'register' ? `${place.kind} of ${place.name}` : `${place.kind} ${place.name}`,
    field: place.field,
    register: place.role === 'register',
    what: wordsFor(place, model),
    before: place.text(before),
    after: place.text(after),
    rules,
    citations: [
      ...citation(op, history.input),
      ...frames.flatMap(({ type, name }): Citation[] =>
        type === 'rule' ? [ruleCitation(name, history.input)] : citation(name, history.input),
      ),
    ],
    features: features.map((name) => ({
      name,
      present: present(history.input, name),
      says: model.features?.[name] ?? '',
    })),
    because,
  };
}

/** The topmost semantics that changes something of this name. */
const replacedBy = (semantics: Semantics, part: 'rules' | 'steps' | 'works', name: string): string | undefined =>
  layersOf(semantics).findLast(({ changes }) => Object.hasOwn(changes[part] ?? {}, name))?.name;

const ruleCitation = (name: string, { model, semantics }: WorldInput): Citation => ({
  what: 'rule',
  name,
  cites: model.ruleCites?.[name] ?? '',
  replacedBy: replacedBy(semantics, 'rules', name),
});

function citation(name: string, { model, semantics }: WorldInput): Citation[] {
  const command = Object.hasOwn(model.commands, name) ? model.commands[name] : undefined;
  if (command !== undefined)
    return [
      { what: 'command', name: command.name, cites: command.cites, replacedBy: replacedBy(semantics, 'steps', name) },
    ];
  const work = model.works.find((each) => each.name === name);
  return work === undefined
    ? []
    : [{ what: 'work', name, cites: work.cites, replacedBy: replacedBy(semantics, 'works', name) }];
}

/** The model's own words for a field; else kind, name and field. */
function wordsFor({ role, kind, name, field, view }: Place, model: ModelDefinition): string {
  if (role === 'register') return `the ${field} that ${kind} of ${name} goes on with`;
  const said = view === undefined ? undefined : model.fieldWords?.(view as never, field);
  return said ?? (field === 'phase' ? `${kind} ${name}` : `${field} of ${kind} ${name}`);
}

/** Steps that the failure is about: those of the chain, and the one that breaks a law or a property of steps. */
const ofFailure = (history: History, inside: ReadonlySet<number>): ReadonlySet<number> =>
  history.isLaw || history.ofStep ? new Set([...inside, history.at(history.last).step]) : inside;

function bystanders(history: History, inside: ReadonlySet<number>, model: ModelDefinition): Bystander[] {
  return history.events
    .filter(({ step }) => step > 0 && !inside.has(step))
    .map(({ step }) => bystander(history, step, (place) => wordsFor(place, model)));
}

/** Objects that lost their last holder in a step of the chain. */
function lastReferences(
  steps: readonly { readonly number: number; readonly before: Description; readonly after: Description }[],
  inside: ReadonlySet<number>,
  last: number,
): LastReference[] {
  return steps
    .filter(({ number }) => inside.has(number) || number === last)
    .flatMap(({ number, before, after }) =>
      Object.entries(before.holders)
        .filter(([object, holders]) => holders.length > 0 && (after.holders[object] ?? []).length === 0)
        .map(([object, holders]): LastReference => ({ object, holders, step: number })),
    );
}
