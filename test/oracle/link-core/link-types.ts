/** Every link command on a link of each type, attached and defunct: mx-<type>-*, from the matrix of `matrix.ts`. */
import type { OracleRow, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';
import { type Answer, type LinkTypeFacts, MATRIX, OBSERVED_ON } from './matrix.ts';

const KERNEL: Readonly<Record<string, string>> = { '@6.12': 'linux-6.12', '@6.1': 'linux-6.1' };

const answers = (call: s.Call, answer: Answer): RowStep => (answer === null ? call.ok() : call.fails(answer));
const replacing = (prog: string, oldProg: string): s.Call => s.linkUpdate('L', prog, { oldProg, flags: [s.REPLACE] });

/** Rows by the part of their ref behind the type. */
type Rows = readonly (readonly [id: string, ...steps: readonly RowStep[]])[];

/** fdinfo has a name of its own for links of perf events. */
const inFdinfo = (type: unknown): string => (type === 'perf_event' ? 'perf' : String(type));

const looks = ({ info, epoll, iterCreate }: LinkTypeFacts): Rows => [
  ['create', s.linkInfo('L').gives({ link: 'L' })],
  ['info', s.linkInfo('L').gives({ link: 'L', ...info })],
  ['fdinfo', s.fdinfo('L').gives({ linkType: inFdinfo(info['type']), link: 'L', prog: 'A' })],
  ['readlink', s.readlinkFd('L').gives({ target: 'anon_inode:bpf_link' })],
  ['byid', s.linkById('L').gives(h.isLink('L'))],
  ['epoll', answers(h.epollAdd('L'), epoll)],
  ['iter', answers(h.iterCreate('L'), iterCreate)],
  ['closed-byid', s.close('L').ok(), s.linkById('L').fails('ENOENT')],
];

const pins = ({ open }: LinkTypeFacts): Rows => [
  ['pin', s.pin('L', 'a').ok()],
  ['get', s.pin('L', 'a').ok(), s.objGet('a').gives(h.isLink('L'))],
  ['open', s.pin('L', 'a').ok(), answers(h.openPin('a'), open)],
];

function updates({ update }: LinkTypeFacts): Rows {
  const refused: Rows = [
    ['upd-incompat', answers(s.linkUpdate('L', 'S'), update.incompatible), s.linkInfo('L').gives({ prog: 'A' })],
    ['upd-stale', answers(replacing('B', 'C'), update.stale), s.linkInfo('L').gives({ prog: 'A' })],
    ['upd-ok', answers(s.linkUpdate('L', 'B'), update.ok)],
  ];
  if (update.ok !== null) return refused;
  const updated = s.linkUpdate('L', 'B').ok();
  return [
    ...refused,
    ['upd-info', updated, s.linkInfo('L').gives({ link: 'L', prog: 'B' })],
    ['upd-stale2', updated, replacing('C', 'A').fails('EPERM'), s.linkInfo('L').gives({ prog: 'B' })],
    ['upd-repl', updated, replacing('A', 'B').ok(), s.linkInfo('L').gives({ prog: 'A' })],
    ['upd-same', s.linkUpdate('L', 'A').ok(), s.linkInfo('L').gives({ prog: 'A' })],
  ];
}

function detaches({ detach, defunct }: LinkTypeFacts): Rows {
  if (defunct === null) return [['detach', answers(s.linkDetach('L'), detach)]];
  const gone = s.linkDetach('L').ok();
  return [
    ['detach', gone],
    ['det-info', gone, s.linkInfo('L').gives(defunct.info)],
    ['det-byid', gone, s.linkById('L').gives(h.isLink('L'))],
    ['det-again', gone, s.linkDetach('L').ok()],
    ['det-upd', gone, answers(s.linkUpdate('L', 'B'), defunct.ok)],
    ['det-upd-stale', gone, answers(replacing('B', 'C'), defunct.stale)],
    ['det-upd-incompat', gone, answers(s.linkUpdate('L', 'S'), defunct.incompatible)],
    ['det-pin', gone, s.pin('L', 'a').ok(), s.objGet('a').gives(h.isLink('L'))],
    ['det-epoll', gone, h.epollAdd('L').fails('EPERM')],
  ];
}

function rowsOf(facts: LinkTypeFacts): readonly OracleRow[] {
  const all = [...looks(facts), ...pins(facts), ...updates(facts), ...detaches(facts)];
  return (OBSERVED_ON[facts.type] ?? ['']).flatMap((suffix) =>
    all.map(([id, ...steps]): OracleRow => {
      const row = s.row(`mx-${facts.type}-${id}${suffix}`, facts.objects, facts.setup, ...steps);
      return suffix === '' ? row : { ...row, semantics: KERNEL[suffix] as string };
    }),
  );
}

/** The live kernel refuses to load these types, whatever they are: a policy of that build (facts link-core 0). */
const REFUSED = 'the build of the observed kernel refuses this program type to everybody before any other check';

const refused: readonly OracleRow[] = [
  { id: 'mx-tracing_fentry-create', notExecutable: REFUSED },
  { id: 'mx-lsm-create', notExecutable: REFUSED },
  { id: 'mx-kprobe_multi-create', notExecutable: 'the observed kernel was built without fprobes' },
];

/** Types that 6.1 does not have. */
const unknown = (type: string, errno: string): OracleRow => {
  const facts = MATRIX.find((candidate) => candidate.type === type) as LinkTypeFacts;
  const before = facts.setup.slice(0, -1);
  const { op, args } = facts.setup.at(-1) as RowStep;
  return {
    ...s.row(`mx-${type}-create@6.1`, facts.objects, before, s.call(op, args).fails(errno)),
    semantics: 'linux-6.1',
  };
};

export const rows: readonly OracleRow[] = [
  ...MATRIX.flatMap(rowsOf),
  ...refused,
  unknown('uprobe_multi', 'EINVAL'),
  unknown('sockmap', 'EINVAL'),
  unknown('tcx', 'EINVAL'),
];
