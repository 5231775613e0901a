/** Sizes of LinkLife and their exact counts, as several independent programs found them (LINKLIFE.md of the founding material). */

/** Processes, links, cgroups. */
export type Size = readonly [processes: number, links: number, cgroups: number];

export interface Counts {
  readonly states: number;
  readonly transitions: number;
}

const COUNTS: Readonly<Record<string, readonly [states: number, transitions: number]>> = {
  '2,2,1': [2_208, 20_132],
  '2,2,2': [7_472, 79_440],
  '3,2,2': [39_904, 589_760],
  '2,3,2': [321_424, 5_379_320],
  '3,3,1': [704_380, 15_208_952],
  '3,3,2': [3_280_352, 76_473_608],
  '2,4,1': [3_454_968, 74_202_876],
  '4,3,1': [6_680_276, 187_104_824],
  '3,3,3': [11_868_784, 290_386_704],
  '2,4,2': [19_563_088, 449_199_872],
};

export const SIZES: readonly string[] = Object.keys(COUNTS);

/** Those that `--check` goes through. */
export const CHECKED_SIZES: readonly string[] = ['2,2,1', '2,2,2', '3,2,2', '2,3,2', '3,3,2'];

/** The smallest, whose memory is what an engine needs before its first state. */
export const SMALLEST = '2,2,1';

export function countsOf(size: string): Counts {
  const [states, transitions] = COUNTS[size] as readonly [number, number];
  return { states, transitions };
}

export function parseSize(size: string): Size {
  const [processes = 0, links = 0, cgroups = 0] = size.split(',').map(Number);
  return [processes, links, cgroups];
}
