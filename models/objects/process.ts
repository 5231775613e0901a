/** Processes: they hold descriptors, end by closing them one by one, and leave a zombie. */
import { chart, constant, count, fixed, flag, list, object, ref } from '../../src/modelling/index.ts';

export const processChart = chart('process', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { FORK: 'RUNNING' }, description: 'not forked yet' },
    RUNNING: { on: { EXIT: 'EXITING' }, description: 'takes the steps of its script' },
    EXITING: { on: { EXITED: 'ZOMBIE' }, description: 'closes its descriptors, highest number first' },
    ZOMBIE: { on: { REAP: 'REAPED' }, description: 'holds nothing; wait(2) returns' },
    REAPED: { description: 'gone' },
  },
});

export const process = object({
  chart: processChart,
  fields: {
    /** SIGKILL is pending; it takes effect before the next command. */
    killed: flag(),
    table: ref('table'),
    /** Current cgroup; null is a cgroup outside the scenario. A zombie is in none, and keeps the memory of its last one. */
    cgroup: ref('cgroup'),
    /** Links whose last file reference this process dropped; freed before it returns to user mode, last one first. */
    releasing: list(ref('link'), (sizes) => sizes['link'] ?? 0),
    /** uid 65534 with the capabilities below; false is root with all of them. */
    unprivileged: flag(),
    userns: flag(),
    capBpf: flag(),
    capNetAdmin: flag(),
    capPerfmon: flag(),
    capSysAdmin: flag(),
    /** Current network namespace; null is the one that all actors start in. */
    netns: ref('netns'),
    /** Its own table, before CLONE_FILES makes it use another's. */
    ownTable: fixed('table'),
  },
});

/** A hook invocation: it takes the array once, then runs the elements one by one (facts cgroup 3, Packets). */
export const packet = object({
  fields: {
    /** Name of the actor whose event it is. */
    owner: constant<string>(),
    slot: ref('slot'),
    /** How many hooks of its way lie behind it; a cgroup event has one only. */
    stage: count((sizes) => sizes['stages'] ?? 0),
    running: flag(),
    /** The array it took is still the published one: an update in place reaches it. */
    current: flag(),
    array: list(ref('program'), (sizes) => sizes['effective'] ?? 0),
    /** Links that stand in the array, by their addresses; a program may ask for the cookie of the one it runs for. */
    links: list(ref('link'), (sizes) => sizes['packetLinks'] ?? 0),
    /** Elements that have run are taken off `array` and noted here. */
    ran: list(ref('program'), (sizes) => sizes['effective'] ?? 0),
    /** Extensions and tail-called programs that took part in what ran, each once. */
    inside: list(ref('program'), (sizes) => sizes['inside'] ?? 0),
  },
});
