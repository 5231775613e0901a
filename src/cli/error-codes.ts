/**
 * Every error code with its meaning and what to do about it. `lastref explain LR203` prints an entry; a test finds codes
 * that are missing here.
 */
import { PROBLEM_CODES } from '../scenario/problem-codes.ts';

export interface ErrorEntry {
  /** What is wrong. */
  readonly meaning: string;
  /** What to do. */
  readonly remedy: string | undefined;
  /**
   * True when the input is wrong whatever the kernel does; false when another semantics, a higher limit or another
   * family may accept it.
   */
  readonly definite: boolean;
}

const definite = (meaning: string, remedy?: string): ErrorEntry => ({ meaning, remedy, definite: true });
const relative = (meaning: string, remedy?: string): ErrorEntry => ({ meaning, remedy, definite: false });

const BUG =
  'This is a mistake of lastref or of a model, not of your input. Please report it with the command line and the file that shows it.';
const internal = (meaning: string): ErrorEntry => definite(meaning, BUG);

/** The command line and files that it names. */
const USAGE: Readonly<Record<string, ErrorEntry>> = {
  LR001: definite(
    'The command line cannot be understood: an unknown verb, option or value.',
    'Read `lastref --help`, or `lastref VERB --help`.',
  ),
  LR003: definite(
    'A file cannot be read or written.',
    'Check the path and its permissions. Nothing half-written is left behind.',
  ),
  LR004: definite(
    'The file exists already, and `lastref init` never overwrites one.',
    'Choose another name, or remove the file first.',
  ),
  LR005: definite('There is nothing of this name to explain, list or draw.', '`lastref list` shows the names.'),
  LR006: relative(
    'There is no violation to explain: the scenario, or the check that was named, fails nowhere under these semantics.',
    '`lastref check` shows what fails where.',
  ),
};

/** What to do about what the loader of scenarios and the binder refuse; src/scenario says what their codes stand for. */
const REMEDIES: Readonly<Record<string, string>> = {
  LR105: '`lastref schema scenario` prints what each key takes.',
  LR120: '`lastref list scenarios` shows what there is; folders are searched for *.yaml files.',
  LR122:
    'Use the scenario, the semantics and the grain that the counterexample was found with; a changed model changes choices.',
  LR201: '`lastref list commands` shows the operations; `lastref explain OPERATION` their arguments.',
  LR202: 'Declare it under `objects`, or correct the name.',
  LR203: 'A descriptor gets its name from `as` of an earlier step of the same actor, or by send_fd.',
  LR204: 'Write a list of flag names such as [multi, replace], or integers.',
  LR205: '`lastref explain OPERATION` shows the shape of each argument.',
  LR206: 'Actors are the keys under `actors`, and those that fork makes.',
  LR207: '`lastref explain OPERATION` shows the arguments.',
  LR208: '`lastref explain OPERATION` shows which arguments may be left out.',
  LR210: 'Correct the declaration, or raise the limit under `limits`.',
  LR220: '`lastref list properties` shows them.',
  LR230: 'Move a step that may fail into an actor, or restrict the semantics that the scenario names.',
};

/** Another kernel, or a higher limit, may accept these. */
const RELATIVE = new Set(['LR210', 'LR211', 'LR230', 'LR231']);

const LOADING: Readonly<Record<string, ErrorEntry>> = Object.fromEntries(
  Object.entries(PROBLEM_CODES).map(([code, meaning]) => [
    code,
    { meaning, remedy: REMEDIES[code], definite: !RELATIVE.has(code) },
  ]),
);

/** Files with semantics of the user. */
const SEMANTICS: Readonly<Record<string, ErrorEntry>> = {
  LR241: definite(
    'The file of a semantics cannot be read, or does not compile.',
    'Correct the place that the message names; `npx tsc --noEmit FILE` says more.',
  ),
  LR242: definite('The file of a semantics throws while it is loaded.', 'Correct the place that the message names.'),
  LR243: definite(
    'The default export of the file is no semantics.',
    'Write `export default proposal({ ... })`; `lastref init proposal NAME` writes one that runs.',
  ),
  LR244: definite(
    'A proposal names a base, a feature or a rule that does not exist.',
    '`lastref list semantics`, `lastref list features` and `lastref list rules` show the names.',
  ),
  LR245: definite(
    'A rule of a proposal throws while a run calls it.',
    'Correct the place that the message names; a rule has to decide in every state that a run can reach.',
  ),
  LR246: definite(
    'A proposal does not come to an end, while it is loaded or while a run calls it, or needs more memory than there is.',
    'Correct the place that the message names.',
  ),
  LR247: definite(
    'The file of a proposal has errors of types: it names what does not exist, or decides by what is not there.',
    'Correct the place that the message names; the types are those of lastref/models.',
  ),
};

/** Gate, accepted records and waivers. */
const GATE: Readonly<Record<string, ErrorEntry>> = {
  LR501: definite(
    'There is no accepted record to compare with: a gate against nothing would always be green.',
    '`lastref promote` writes records; `--baseline S` compares with a run of S instead.',
  ),
  LR502: definite(
    'A file among the accepted records is none, or not where it belongs, or of another semantics.',
    'Restore it with git, or write all anew: remove the folder and call `lastref promote`.',
  ),
  LR503: definite(
    'The candidate is not built on the semantics whose records are accepted.',
    '`--baseline S` compares with a run of S.',
  ),
  LR504: definite('The file of waivers is malformed.', '`lastref schema waivers` prints what an entry has.'),
  LR505: definite(
    'A waiver expired, or would last too long.',
    'Mend what it waives, or decide anew and write down the new reason and the new day.',
  ),
  LR506: definite(
    'A waiver that nothing uses.',
    'Remove it; where the divergence is another one now, look at that first.',
  ),
  LR520: definite(
    'The list of equivalent mutants is malformed.',
    'Write a list of { reason: sentence, mutants: [names] }; test/mutants/equivalent.yaml is one.',
  ),
  LR521: definite('An entry of the list of equivalent mutants names no mutant.', 'Correct the name, or remove it.'),
  LR522: definite(
    'A mutant that is listed as equivalent is told from the original by a run.',
    'Remove it from the list; `lastref mutate --show ID` shows the trace.',
  ),
  LR507: definite('The same waiver stands there twice.', 'Remove one of them.'),
  LR508: relative(
    'The present verdicts cannot be accepted.',
    'The message says which; `lastref check` shows them, and scenarios say what is expected of them.',
  ),
};

/** Trace files. */
const TRACES: Readonly<Record<string, ErrorEntry>> = {
  LR301: definite('The trace is no JSON.', 'Correct the syntax where the message points.'),
  LR302: definite(
    'A member of the trace is missing, unknown or of the wrong shape.',
    '`lastref schema trace` prints the JSON Schema; docs/vocabulary.md says what members mean.',
  ),
  LR303: definite(
    'The expectation of a step says nothing, or contradicts itself.',
    'Every step needs an expectation: {"ok": true}, {"errno": "..."}, {"error": true} or result keys.',
  ),
  LR304: definite(
    'A declaration of the trace is wrong: a name twice, a cycle of parents, or a reference to nothing.',
    'Correct the entry under `objects`.',
  ),
  LR305: definite(
    'A step is taken by an actor that nobody made, or an actor is made twice.',
    'P0 exists at first; `fork` with `as` makes another.',
  ),
  LR310: relative(
    'The trace needs a family of attachments that the model does not have.',
    'It may run with a later version; `lastref list commands` shows what there is.',
  ),
  LR311: relative(
    'Between two steps more states are possible than the bound allows.',
    'Replay at a coarser grain, for example --grain command.',
  ),
  LR312: relative(
    'Deferred kernel work never comes to rest.',
    'The semantics loops: look at the works that it changes.',
  ),
  LR313: relative(
    'The model breaks one of its own laws, or reaches a stated maximum, while the trace runs.',
    'Under a proposal this is a finding about the proposal; under a released kernel please report it.',
  ),
  LR314: relative(
    'The model cannot show its state as recorded traces do.',
    'Replay without the recorded states, or report it.',
  ),
};

/** Real kernels. */
const KERNELS: Readonly<Record<string, ErrorEntry>> = {
  LR420: relative(
    'The trace has an operation for which no C can be written.',
    '`lastref conform` runs more operations than a C file can show.',
  ),
  LR421: relative(
    'The trace has an argument, a program or an expectation for which no C can be written.',
    '`lastref conform` runs more than a C file can show; or leave it out of the trace.',
  ),
  LR422: relative(
    'No schedule of the scenario can be run on a kernel.',
    'The message says what stands against it; the model itself can still be checked.',
  ),
};

/** Mistakes of ours; they end with exit code 70. */
const INTERNAL: Readonly<Record<string, ErrorEntry>> = {
  LR901: internal('A transition of the model is not deterministic.'),
  LR903: internal('A model wrote a value that the field cannot hold.'),
  LR904: internal('A model used a position that a list or array does not have.'),
  LR905: internal('A property wrote to the state before the step.'),
  LR906: internal('An object or constant has no place in the layout.'),
  LR907: internal('A model interrupts an actor with a command that does not exist.'),
  LR908: internal('A command or deferred work does not end.'),
  LR909: internal('A link was made for an attach type that has no link type.'),
  LR910: internal('The search cannot rebuild the path to a state that it stored.'),
  LR911: internal('A stored successor comes from no transition.'),
  LR921: internal('A difference of two semantics is not there when its schedule is run again; it was not reported.'),
  LR930: internal('An explanation ran a command of the setup again.'),
  LR932: internal('The library of reproducers lacks a section that it should have.'),
  LR931: internal('An explanation ran a trace that breaks nothing at its end.'),
  LR920: internal('A finding of the search is not there when it is replayed; it was not reported.'),
};

export const ERROR_CODES: Readonly<Record<string, ErrorEntry>> = {
  ...USAGE,
  ...LOADING,
  ...SEMANTICS,
  ...TRACES,
  ...KERNELS,
  ...GATE,
  ...INTERNAL,
};
